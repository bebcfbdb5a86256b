"""The typed graph as GraphML, GEXF and node-link JSON: the same records, the same bytes in every run."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from passerelles.graph.core import OccupationGraph
from passerelles.graph.nx_view import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    Attributes,
    Value,
    edge_records,
    graph_attributes,
    node_records,
)

_GRAPHML_TYPES: Final[Mapping[type[Value], str]] = {str: "string", bool: "boolean", int: "int", float: "double"}
_GEXF_TYPES: Final[Mapping[type[Value], str]] = {str: "string", bool: "boolean", int: "integer", float: "double"}
# What XML 1.0 cannot hold in any form (section 2.2 of the recommendation).
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What is not written as it is; few texts hold any.
_CHANGED: Final = re.compile('[\x00-\x1f\ud800-\udfff\ufffe\uffff&<>"]')
# White space other than the plain space is written as a reference: parsers would change it.
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def graphml_lines(graph: OccupationGraph) -> Iterator[str]:
    """Yield a GraphML document; attributes that are unknown have no element, since GraphML has no null."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    facts = graph_attributes(graph)
    for scope, names in (("graph", dict.fromkeys(facts, str)), ("node", NODE_ATTRIBUTES), ("edge", EDGE_ATTRIBUTES)):
        for name, kind in names.items():
            typed = f'attr.name="{name}" attr.type="{_GRAPHML_TYPES[kind]}"'
            yield f'<key id="{scope}.{name}" for="{scope}" {typed}/>\n'
    yield '<graph edgedefault="directed">\n'
    yield _graphml_data("graph", facts) + "\n"
    for node, values in node_records(graph):
        yield f'<node id="{xml_text(node)}">{_graphml_data("node", values)}</node>\n'
    for source, target, values in edge_records(graph):
        ends = f'source="{xml_text(source)}" target="{xml_text(target)}"'
        yield f"<edge {ends}>{_graphml_data('edge', values)}</edge>\n"
    yield "</graph>\n</graphml>\n"


def gexf_lines(graph: OccupationGraph) -> Iterator[str]:
    """
    Yield a GEXF 1.2 document, which every reader of GEXF understands (networkx 3.2 knows no later one).

    GEXF has no attributes of the graph: they stand as JSON in ``<description>``. Labels, and weights of edges, are
    XML attributes there, not declared ones.
    """
    facts = graph_attributes(graph)
    nodes = [name for name in NODE_ATTRIBUTES if name != "label"]
    edges = [name for name in EDGE_ATTRIBUTES if name not in ("label", "weight")]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    description = json.dumps(facts, ensure_ascii=False)
    yield f"<meta><creator>{xml_text(facts['generator'])}</creator>"
    yield f"<description>{xml_text(description)}</description></meta>\n"
    yield '<graph defaultedgetype="directed" mode="static">\n'
    for scope, names, kinds in (("node", nodes, NODE_ATTRIBUTES), ("edge", edges, EDGE_ATTRIBUTES)):
        yield f'<attributes class="{scope}" mode="static">\n'
        for i, name in enumerate(names):
            yield f'<attribute id="{i}" title="{name}" type="{_GEXF_TYPES[kinds[name]]}"/>\n'
        yield "</attributes>\n"
    yield "<nodes>\n"
    for node, values in node_records(graph):
        label = f' label="{xml_text(values["label"])}"' if "label" in values else ""
        yield f'<node id="{xml_text(node)}"{label}>{_gexf_values(nodes, values)}</node>\n'
    yield "</nodes>\n<edges>\n"
    for i, (source, target, values) in enumerate(edge_records(graph)):
        ends = f'source="{xml_text(source)}" target="{xml_text(target)}"'
        shown = f'label="{xml_text(values["label"])}" weight="{xml_text(values["weight"])}"'
        yield f'<edge id="{i}" {ends} {shown}>{_gexf_values(edges, values)}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def json_lines(graph: OccupationGraph) -> Iterator[str]:
    """Yield node-link JSON as networkx reads it with ``node_link_graph(data, edges="edges")``; one item a line."""
    yield f'{{"directed": true, "multigraph": true, "graph": {_json(graph_attributes(graph))},\n"nodes": [\n'
    comma = ""
    for node, values in node_records(graph):
        yield f"{comma}{_json({'id': node, **values})}"
        comma = ",\n"
    yield '\n],\n"edges": [\n'
    comma = ""
    for source, target, values in edge_records(graph):
        yield f"{comma}{_json({'source': source, 'target': target, 'key': values['type'], **values})}"
        comma = ",\n"
    yield "\n]}\n"


def xml_text(value: Value) -> str:
    r"""
    Write a value as XML text or attribute; a control character that XML forbids becomes its visible symbol.

    Examples
    --------
    >>> xml_text("A & B\x01"), xml_text(True), xml_text(0.1)
    ('A &amp; B␁', 'true', '0.1')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _ILLEGAL.sub(_visible, value).translate(_ESCAPES) if _CHANGED.search(value) else value
    return repr(value)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"  # noqa: PLR2004 - Unicode's block of control pictures


def _graphml_data(scope: str, values: Mapping[str, Value]) -> str:
    return "".join(f'<data key="{scope}.{name}">{xml_text(value)}</data>' for name, value in values.items())


def _gexf_values(names: list[str], values: Attributes) -> str:
    cells = (f'<attvalue for="{i}" value="{xml_text(values[n])}"/>' for i, n in enumerate(names) if n in values)
    return f"<attvalues>{''.join(cells)}</attvalues>"


def _json(values: Mapping[str, Value]) -> str:
    return json.dumps(values, ensure_ascii=False)
