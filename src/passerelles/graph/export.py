"""`export_graph`: the typed graph into a file that Gephi, igraph, pandas or a web page reads."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final, Literal, get_args

from passerelles.errors import PasserellesError, checked
from passerelles.graph import core
from passerelles.graph.core import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, Attributes, AttributeValue, OccupationGraph
from passerelles.io.arrow import need_arrow, pa, pq
from passerelles.io.atomic import atomic_file, atomic_folder

_GRAPHML_TYPES: Final[Mapping[type[AttributeValue], str]] = {
    str: "string", bool: "boolean", int: "int", float: "double",
}  # fmt: skip
_GEXF_TYPES: Final = {**_GRAPHML_TYPES, int: "integer"}
# What is not written as it is, or cannot be held in any form (XML 1.0, section 2.2).
_ESCAPED: Final = re.compile('[\x00-\x1f\ud800-\udfff\ufffe\uffff&<>"]')
# White space other than the plain space is written as a reference: parsers would change it.
_ESCAPES: Final = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
}  # fmt: skip


def graphml_lines(graph: OccupationGraph) -> Iterator[str]:
    """Yield a GraphML document; attributes that are unknown have no element, since GraphML has no null."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    facts = core.graph_attributes(graph)
    for scope, names in (("graph", dict.fromkeys(facts, str)), ("node", NODE_ATTRIBUTES), ("edge", EDGE_ATTRIBUTES)):
        for name, kind in names.items():
            typed = f'attr.name="{name}" attr.type="{_GRAPHML_TYPES[kind]}"'
            yield f'<key id="{scope}.{name}" for="{scope}" {typed}/>\n'
    yield '<graph edgedefault="directed">\n'
    yield _graphml_data("graph", facts) + "\n"
    for node, values in core.node_records(graph):
        yield f'<node id="{xml_text(node)}">{_graphml_data("node", values)}</node>\n'
    for source, target, values in core.edge_records(graph):
        ends = f'source="{xml_text(source)}" target="{xml_text(target)}"'
        yield f"<edge {ends}>{_graphml_data('edge', values)}</edge>\n"
    yield "</graph>\n</graphml>\n"


def gexf_lines(graph: OccupationGraph) -> Iterator[str]:
    """
    Yield a GEXF 1.2 document, which every reader of GEXF understands (networkx 3.2 knows no later one).

    GEXF has no attributes of the graph: they stand as JSON in ``<description>``. Labels, and weights of edges, are
    XML attributes there, not declared ones.
    """
    facts = core.graph_attributes(graph)
    nodes = [name for name in NODE_ATTRIBUTES if name != "label"]
    edges = [name for name in EDGE_ATTRIBUTES if name not in ("label", "weight")]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    yield f"<meta><creator>{xml_text(facts['generator'])}</creator>"
    yield f"<description>{xml_text(json.dumps(facts, ensure_ascii=False))}</description></meta>\n"
    yield '<graph defaultedgetype="directed" mode="static">\n'
    for scope, names, kinds in (("node", nodes, NODE_ATTRIBUTES), ("edge", edges, EDGE_ATTRIBUTES)):
        yield f'<attributes class="{scope}" mode="static">\n'
        for i, name in enumerate(names):
            yield f'<attribute id="{i}" title="{name}" type="{_GEXF_TYPES[kinds[name]]}"/>\n'
        yield "</attributes>\n"
    yield "<nodes>\n"
    for node, values in core.node_records(graph):
        label = f' label="{xml_text(values["label"])}"' if "label" in values else ""
        yield f'<node id="{xml_text(node)}"{label}>{_gexf_values(nodes, values)}</node>\n'
    yield "</nodes>\n<edges>\n"
    for i, (source, target, values) in enumerate(core.edge_records(graph)):
        ends = f'source="{xml_text(source)}" target="{xml_text(target)}"'
        shown = f'label="{xml_text(values["label"])}" weight="{xml_text(values["weight"])}"'
        yield f'<edge id="{i}" {ends} {shown}>{_gexf_values(edges, values)}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def json_lines(graph: OccupationGraph) -> Iterator[str]:
    """Yield node-link JSON as networkx reads it with ``node_link_graph(data, edges="edges")``; one item a line."""
    yield f'{{"directed": true, "multigraph": true, "graph": {_json(core.graph_attributes(graph))},\n"nodes": [\n'
    yield from _json_items(_node_rows(graph))
    yield '\n],\n"edges": [\n'
    yield from _json_items(_edge_rows(graph))
    yield "\n]}\n"


def _json_items(rows: Iterator[Attributes]) -> Iterator[str]:
    yield from (_json(row) for row in islice(rows, 1))
    yield from (f",\n{_json(row)}" for row in rows)


def _node_rows(graph: OccupationGraph) -> Iterator[Attributes]:
    return ({"id": node, **values} for node, values in core.node_records(graph))


def _edge_rows(graph: OccupationGraph) -> Iterator[Attributes]:
    return ({"source": s, "target": t, "key": values["type"], **values} for s, t, values in core.edge_records(graph))


def xml_text(value: AttributeValue) -> str:
    r"""
    Write a value as XML text or attribute; a control character that XML forbids becomes its visible symbol.

    Examples
    --------
    >>> xml_text("A & B\x01"), xml_text(True), xml_text(0.1)
    ('A &amp; B␁', 'true', '0.1')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return _ESCAPED.sub(_reference, value) if isinstance(value, str) else repr(value)


def _reference(match: re.Match[str]) -> str:
    """What stands for a sign: its reference; of one that XML forbids, its picture."""
    code = ord(match[0])
    picture = chr(0x2400 + code) if code < 0x20 else "\ufffd"  # noqa: PLR2004 - Unicode's block of control pictures
    return _ESCAPES.get(match[0], picture)


def _graphml_data(scope: str, values: Mapping[str, AttributeValue]) -> str:
    return "".join(f'<data key="{scope}.{name}">{xml_text(value)}</data>' for name, value in values.items())


def _gexf_values(names: list[str], values: Attributes) -> str:
    cells = (f'<attvalue for="{i}" value="{xml_text(values[n])}"/>' for i, n in enumerate(names) if n in values)
    return f"<attvalues>{''.join(cells)}</attvalues>"


def _json(values: Mapping[str, AttributeValue]) -> str:
    return json.dumps(values, ensure_ascii=False)


GraphFormat = Literal["graphml", "gexf", "json", "parquet"]
GRAPH_FORMATS: Final[tuple[GraphFormat, ...]] = get_args(GraphFormat)
PARQUET_FILES: Final = ("nodes.parquet", "edges.parquet")
_Lines = Callable[[OccupationGraph], Iterator[str]]
_WRITERS: Final[Mapping[str, _Lines]] = {"graphml": graphml_lines, "gexf": gexf_lines, "json": json_lines}


@checked
def export_graph(
    graph: OccupationGraph,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002 - the word of the command line and of pandas
    overwrite: bool = False,
) -> Path:
    """
    Write the typed graph to a file; the same graph gives the same bytes.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    path
        Where to write. For Parquet it is a folder, which receives ``nodes.parquet`` and ``edges.parquet``.
    format
        ``"graphml"``, ``"gexf"``, ``"json"`` (node-link) or ``"parquet"``; by the suffix of `path` where None.
        docs/graph.md says what each keeps.
    overwrite
        Replace what is there. A folder that holds other files than these two is never replaced.

    Returns
    -------
    path
        Where it was written.

    Raises
    ------
    PasserellesError
        If the format is unknown, if something is there and `overwrite` is False, if the folder above does not
        exist, or if writing is refused or fails. Nothing is left behind then.
    MissingExtraError
        If the format is Parquet and pyarrow is not installed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, export_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> with TemporaryDirectory() as folder:
    ...     export_graph(graph, Path(folder) / "metiers.graphml").name
    'metiers.graphml'
    """
    target = Path(path)
    chosen = graph_format(target, format)
    if chosen == "parquet":
        _write_parquet(graph, target, overwrite=overwrite)
        return target
    with atomic_file(target, overwrite=overwrite) as stream:
        for line in _WRITERS[chosen](graph):
            stream.write(line.encode("utf-8", errors="replace"))
    return target


def graph_format(path: Path, wanted: str | None = None) -> GraphFormat:
    """
    Return the format asked for, else the one that the suffix of `path` says.

    Raises
    ------
    PasserellesError
        If it is none of `GRAPH_FORMATS`.

    Examples
    --------
    >>> graph_format(Path("metiers.GEXF"))
    'gexf'
    """
    name = str(path.suffix.removeprefix(".") if wanted is None else wanted).casefold()
    if name not in GRAPH_FORMATS:
        raise PasserellesError("export_format", format=name, path=path, known=", ".join(GRAPH_FORMATS))
    return name


def _write_parquet(graph: OccupationGraph, path: Path, *, overwrite: bool) -> None:
    need_arrow()
    edge_columns = {"source": str, "target": str, **EDGE_ATTRIBUTES}
    with atomic_folder(path, PARQUET_FILES, overwrite=overwrite) as folder:
        pq.write_table(_table(graph, {"id": str, **NODE_ATTRIBUTES}, _node_rows(graph)), folder / PARQUET_FILES[0])
        pq.write_table(_table(graph, edge_columns, _edge_rows(graph)), folder / PARQUET_FILES[1])


def _table(
    graph: OccupationGraph, columns: Mapping[str, type[AttributeValue]], rows: Iterator[Mapping[str, AttributeValue]]
) -> "pa.Table":
    """Return a table with every column of `columns`, null where unknown, and the graph's provenance as metadata."""
    types = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    facts = {**core.graph_attributes(graph), **core.metadata(core.provenance(graph))}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()], metadata=facts)
    return pa.Table.from_pylist(list(rows), schema=schema)
