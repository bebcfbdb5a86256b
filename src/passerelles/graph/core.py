"""`OccupationGraph`: an immutable referential in matrices, and as typed nodes and edges."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.codes import grouped
from passerelles.installed import package_version
from passerelles.language.say import lang_of, say
from passerelles.model import Competency, Credential, Occupation, Tag, WorkContext
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings, settings_or
from passerelles.sharing import Deriving, Later, cached_property
from passerelles.store import Arrays, Index, pack
from passerelles.vectors import Bools, Cells, Floats, by_column, factorised, frozen, frozen_csr, sparse

if TYPE_CHECKING:
    import networkx as nx

KEY: Final = "passerelles.provenance"  # in the metadata of an Arrow or Parquet schema
DOCUMENT: Final = "graph.json"  # of an index
_MATRICES: Final = ("weights", "near", "contexts", "tags", "mobility", "core")


@dataclass(frozen=True, eq=False)
class OccupationGraph(Deriving):
    """
    Occupations, competencies, work contexts and tags as sparse matrices, with the codes of rows and columns.

    Attributes
    ----------
    codes
        Codes of the n occupations, sorted; row positions never leave the package.
    competency_codes
        Codes of the m competencies that some occupation requires, or that one of these rolls up to; sorted.
    weights
        Shape (n, m): weight of each requirement, > 0, no unit; 0 = not required.
    core
        Shape (nnz,): for each stored weight, in the order of ``weights.data``, whether it is at the core.
    macro
        Shape (m,): position of the macro-competency that each competency rolls up to (its own for one), -1 = none.
    near
        Shape (m, m): credit in (0, 1] between competencies that are alike; symmetric, 0 on the diagonal. Made when it
        is first asked for: rankings do without, what explains a move does not.
    contexts, tags
        Shapes (n, c) and (n, t): 1 where an occupation is linked, else 0; columns by `context_codes`, `tag_codes`.
    mobility
        Shape (n, n): 1 / rank of each known mobility (1 where it is not ranked), origins in rows.
    """

    referential: Referential
    settings: Settings
    codes: Later[tuple[str, ...]] = Later()
    competency_codes: Later[tuple[str, ...]] = Later()
    weights: "Later[sparse.csr_array]" = Later()
    core: Later[Bools] = Later()
    macro: Later[NDArray[np.int32]] = Later()
    context_codes: Later[tuple[str, ...]] = Later()
    contexts: "Later[sparse.csr_array]" = Later()
    tag_codes: Later[tuple[str, ...]] = Later()
    tags: "Later[sparse.csr_array]" = Later()
    mobility: "Later[sparse.csr_array]" = Later()
    near: "Later[sparse.csr_array]" = Later()

    def __post_init__(self) -> None:
        """Sort what is stored and mark every array read-only, in a graph that another process sends too."""
        for name in (*_MATRICES, "macro"):
            value = vars(self)[name]
            if isinstance(value, np.ndarray):
                frozen(value)
            elif not callable(value):  # else it is made later
                frozen_csr(value)

    def __repr__(self) -> str:
        """One line: referential and sizes."""
        name = f"{self.referential.name} {self.referential.version}"
        return f"<OccupationGraph {name}: {len(self.codes)} occupations, {self.weights.shape[1]} competencies>"

    @property
    def index(self) -> Index | None:
        """The compiled index that holds it; None for one that was built, or made of another."""
        return vars(self).get("_index")

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Row of each occupation code."""
        return MappingProxyType({code: i for i, code in enumerate(self.codes)})

    @cached_property
    def competency_position(self) -> Mapping[str, int]:
        """Column of each competency code."""
        return MappingProxyType({code: i for i, code in enumerate(self.competency_codes)})

    @property
    def occupations(self) -> tuple[Occupation, ...]:
        """Occupations in the order of `codes`."""
        return self.referential.occupations

    @cached_property
    def competencies(self) -> tuple[Competency, ...]:
        """Competencies in the order of `competency_codes`."""
        return tuple(self.referential.competency_by_code[code] for code in self.competency_codes)

    @cached_property
    def base_rows(self) -> NDArray[np.int32]:
        """Shape (n,): row of the fiche that a specialised occupation is a part of, else the occupation's own row."""
        return frozen(np.asarray([self.position[o.fiche] for o in self.occupations], dtype=np.int32))

    @cached_property
    def is_specialised(self) -> Bools:
        """Shape (n,): whether each occupation comes from an overlay."""
        return frozen(np.asarray([o.base is not None for o in self.occupations], dtype=np.bool_))

    @cached_property
    def group(self) -> NDArray[np.int32]:
        """
        Shape (n,): number of each occupation's parent group, in the order of the parents' codes.

        One without a parent is a group of its own, in the place of its code; a specialised occupation is in the group
        of the fiche that it is a part of.
        """
        fiches = [self.occupations[row] for row in self.base_rows.tolist()]
        return factorised([(fiche.parent, "") if fiche.parent else (fiche.code, "own") for fiche in fiches])

    @cached_property
    def weight_cells(self) -> Cells:
        """Cells of `weights`, for what reads rows of it and needs no algebra."""
        return self._stored("weights") or Cells.of(self.weights)

    @cached_property
    def near_cells(self) -> Cells:
        """Cells of `near`."""
        return self._stored("near") or Cells.of(self.near)

    @cached_property
    def column_cells(self) -> Cells:
        """Cells of `weights` turned: competencies are the rows, occupations the columns."""
        return self._stored("column_cells") or Cells.of(by_column(self.weights))

    def _stored(self, matrix: str) -> Cells | None:
        """Cells of a matrix of the index; None without one."""
        return None if self.index is None else self.index.cells(self.index.document(DOCUMENT)[matrix])

    @cached_property
    def total_weight(self) -> Floats:
        """Shape (n,): sum of the weights that each occupation requires; 0 = it lists nothing."""
        if self.index is not None:
            return self.index.array("graph.total_weight.npy")
        return frozen(np.asarray(self.weights.sum(axis=1), dtype=np.float64).ravel())

    def to_networkx(self) -> "nx.MultiDiGraph[str]":
        """
        Return the whole referential as a typed networkx graph.

        Nodes are occupations, job titles, competencies, macro-competencies, work contexts, tags, domains and
        credentials, called ``type:code``. Every node and edge has a ``type`` and a ``weight``, and a ``label``
        where it is known; what is unknown is absent. The key of an edge is its type. docs/graph.md lists types
        and attributes.

        Returns
        -------
        view
            A new graph at each call: changing it changes nothing here.

        Examples
        --------
        >>> from passerelles import build_graph, load_referential
        >>> view = build_graph(load_referential("transitions")).to_networkx()
        >>> view.nodes["occupation:K2110"]["type"]
        'occupation'
        """
        import networkx as nx  # noqa: PLC0415 - half a second that only those who ask for it should wait

        view: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        view.graph.update(graph_attributes(self))
        view.add_nodes_from(node_records(self))
        for source, target, values in edge_records(self):  # no two edges of one type join two nodes in one direction
            view.add_edge(source, target, key=values["type"], **values)
        return view

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without look-ups, derived indexes and the lock: another process builds what it needs."""
        if self.index is not None:
            return (stored_graph, (self.referential, self.settings))
        return (OccupationGraph, tuple(getattr(self, field.name) for field in fields(self)))


def codes_of(items: Sequence[Occupation | Competency | WorkContext | Tag]) -> tuple[str, ...]:
    """Return the codes of some items."""
    return tuple(item.code for item in items)


def pack_graph(graph: OccupationGraph, arrays: Arrays) -> dict[str, Any]:
    """Turn a graph, without its referential, into a document and arrays of an index."""
    row_of = {competency.code: row for row, competency in enumerate(graph.referential.competencies)}
    rows = np.asarray([row_of[code] for code in graph.competency_codes], dtype=np.int32)
    values = {name: getattr(graph, name) for name in (*_MATRICES, "macro", "total_weight")}
    values |= {"column_cells": by_column(graph.weights), "competency_rows": rows}
    about = {name: pack(f"graph.{name}", value, arrays) for name, value in values.items()}
    return {"settings": _of_matrices(graph.settings), "access": graph.settings.access, **about}


def stored_graph(referential: Referential, settings: Settings) -> OccupationGraph | None:
    """
    Return the graph that an index holds of a referential; None where it holds none under these settings.

    It is equal to the one compiled; each matrix is mapped when it is asked for.
    """
    index = referential.index
    if index is None or index.document(DOCUMENT)["settings"] != _of_matrices(settings):
        return None
    about = index.document(DOCUMENT)

    def competency_codes() -> tuple[str, ...]:
        every = referential.competencies
        rows = index.positions("graph.competency_rows.npy", len(every)).tolist()
        return tuple(every[row].code for row in rows)

    matrices: dict[str, Any] = {name: partial(index.value, about[name]) for name in _MATRICES}
    graph = OccupationGraph(
        referential,
        settings,
        codes=lambda: codes_of(referential.occupations),
        competency_codes=competency_codes,
        macro=lambda: index.positions("graph.macro.npy", len(graph.competency_codes), least=-1),
        context_codes=lambda: codes_of(referential.contexts),
        tag_codes=lambda: codes_of(referential.tags),
        **matrices,
    )
    vars(graph)["_index"] = index
    return graph


def _of_matrices(settings: Settings) -> dict[str, Any]:
    """Return the settings that the matrices follow from."""
    return {"weights": settings.weights.model_dump(mode="json"), "near": settings.near.model_dump(mode="json")}


AttributeValue = str | int | float | bool
Attributes = dict[str, AttributeValue]
NodeRecord = tuple[str, Attributes]
EdgeRecord = tuple[str, str, Attributes]

SCHEMA: Final = "passerelles/graph@1"
# Every attribute that a node or an edge may have, in the order of the exports; what is unknown is absent.
NODE_ATTRIBUTES: Final[Mapping[str, type[AttributeValue]]] = MappingProxyType({
    "type": str, "code": str, "label": str, "weight": float, "kind": str, "category": str, "subcategory": str,
    "definition": str, "access": str, "parent": str, "base": str, "specialised": bool, "regulated": str,
    "managerial": str, "ecological": str, "digital": str, "demographic": str, "riasec": str, "principal": bool,
    "rare": bool, "hours_low": float, "hours_expected": float, "hours_high": float, "hours_source": str,
    "reference": str, "certifinfo": str, "rncp": str, "note": str,
})  # fmt: skip
EDGE_ATTRIBUTES: Final[Mapping[str, type[AttributeValue]]] = MappingProxyType({
    "type": str, "label": str, "weight": float, "status": str, "principal": bool, "rank": int, "kind": str,
    "reference": str,
})  # fmt: skip


def graph_attributes(graph: OccupationGraph) -> dict[str, str]:
    """Return where the graph comes from and how it was weighted, all as text; what is unknown is absent."""
    referential, origin = graph.referential, graph.referential.provenance
    settings = json.dumps(graph.settings.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    values = {"schema": SCHEMA, "generator": f"passerelles {package_version()}", **referential.stamp._asdict()}
    values |= {"source": origin.source, "source_format": origin.format, "date": origin.date, "licence": origin.licence}
    values |= {"language": referential.language, "overlays": ", ".join(origin.overlays), "settings": settings}
    return {name: value for name, value in values.items() if value}


def node_records(graph: OccupationGraph) -> Iterator[NodeRecord]:
    """
    Yield the identifier (``type:code``) and the attributes of every node, by type, then by code.

    What a link names but the referential does not declare (a macro-competency, a domain, a credential) is a node
    too, after the declared ones of its type, without a label.
    """
    r, known = graph.referential, graph.referential.competency_by_code
    of_occupations = Counter(dict(zip(graph.codes, graph.total_weight.tolist(), strict=True)))
    of_competencies = Counter(dict(zip(graph.competency_codes, graph.weights.sum(axis=0).tolist(), strict=True)))
    plain, macro = ([c for c in r.competencies if c.is_macro is wanted] for wanted in (False, True))
    broader = (c.macro for c in r.competencies if c.macro not in known)
    of_competency = _attribute_reader("kind", "category", "subcategory")
    exercised = Counter(context for _, context in r.occupation_contexts)
    within = Counter(o.domain for o in graph.occupations if o.domain is not None)
    required = Counter(row.credential for row in r.credential_requirements)
    prerequisites = (code for c in r.credentials for code in c.prerequisites)
    yield from _nodes("occupation", graph.occupations, of_occupations, _of_occupation)
    yield from _nodes("competency", plain, of_competencies, of_competency)
    yield from _nodes("macro_competency", macro, of_competencies, of_competency, broader)
    titles = dict.fromkeys((t.code for t in r.titles), 1.0)
    yield from _nodes("job_title", r.titles, titles, _attribute_reader("principal", "rare"))
    yield from _nodes("work_context", r.contexts, exercised, _attribute_reader("category"))
    yield from _nodes("tag", r.tags, Counter(tag for _, tag, _ in r.occupation_tags), _attribute_reader("kind"))
    yield from _nodes("domain", r.domains, within, _attribute_reader(), (*within, *(d.parent for d in r.domains)))
    yield from _nodes("credential", r.credentials, required, _of_credential, (*required, *prerequisites))


def edge_records(graph: OccupationGraph) -> Iterator[EdgeRecord]:
    """Yield source, target and attributes of every edge, in the order of `EDGE_TYPES`, then of the codes."""
    lang = lang_of(graph.referential.language)
    for kind, source, target, rows in _edges(graph):
        label = say(f"export.edges.{kind}", lang=lang)
        for left, right, *about in rows:
            weight, more = about or (1.0, _NO_ATTRIBUTES)
            known = _attributes({"type": kind, "label": label, "weight": weight, **more})
            yield f"{source}{left}", f"{target}{right}", known


_More = Mapping[str, AttributeValue | None]
_NO_ATTRIBUTES: Final[_More] = MappingProxyType({})


def _attributes(values: _More) -> Attributes:
    """Return the attributes that are known: None and empty text are left out, False and 0 are not."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _attribute_reader(*names: str) -> Callable[[Any], _More]:
    return lambda item: {name: getattr(item, name) for name in names}


def _nodes(
    kind: str,
    declared: Sequence[Any],
    weights: Mapping[str, float],
    more: Callable[[Any], _More],
    named: Iterable[str | None] = (),
) -> Iterator[NodeRecord]:
    """Yield what the referential declares of a type, then what is only named, by code."""

    def record(code: str, label: str | None, values: _More) -> NodeRecord:
        known = {"type": kind, "code": code, "label": label, "weight": float(weights[code]), **values}
        return f"{kind}:{code}", _attributes(known)

    for item in declared:
        yield record(item.code, item.label, more(item))
    for code in sorted({code for code in named if code is not None} - {item.code for item in declared}):
        yield record(code, None, _NO_ATTRIBUTES)


def _of_occupation(occupation: Occupation) -> _More:
    questions = ("regulated", "managerial", "ecological", "digital", "demographic")
    answers = {name: answer for name in questions if (answer := getattr(occupation, name)) != "unknown"}
    texts = {name: getattr(occupation, name) for name in ("definition", "access", "parent", "base")}
    return {**texts, "specialised": occupation.base is not None, **answers, "riasec": occupation.riasec}


def _of_credential(credential: Credential) -> _More:
    figures = zip(("hours_low", "hours_expected", "hours_high"), credential.hours[:3], strict=True)
    hours = {name: None if figure is None else float(figure) for name, figure in figures}
    texts = {name: getattr(credential, name) for name in ("certifinfo", "rncp", "note")}
    sources = {"hours_source": credential.hours.source, "reference": credential.source}
    return {"kind": credential.kind, **hours, **sources, **texts}


def _competency_node(graph: OccupationGraph, code: str) -> str:
    """Return the identifier of a competency; one that is only named as a broader one is a macro-competency."""
    competency = graph.referential.competency_by_code.get(code)
    return f"{'macro_competency' if competency is None or competency.is_macro else 'competency'}:{code}"


def _stored_cells(matrix: "sparse.csr_array") -> Iterator[tuple[int, int, float]]:
    """Yield row, column and value of every stored cell, by row, then by column."""
    cells = matrix.tocoo()
    return zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True)


def _edges(graph: OccupationGraph) -> Iterator[tuple[str, str, str, Iterable[Sequence[Any]]]]:
    """
    Yield each type of edge, how the identifiers of its two ends begin, and its edges.

    Of each edge: how its ends go on and, where these are not usual, its weight and what else is known of it. The parent
    of an occupation is an edge where it is an occupation itself.
    """
    r, codes, competency_codes = graph.referential, graph.codes, graph.competency_codes
    node = partial(_competency_node, graph)
    nodes = list(map(node, competency_codes))
    status = {(row.occupation, row.competency): {"status": row.status} for row in r.requirements}
    listed = {(m.origin, m.target): {"rank": m.rank, "kind": m.kind} for m in r.mobilities}
    children = [o for o in graph.occupations if o.base is None and o.parent != o.code and o.parent in graph.position]
    cells = _stored_cells(graph.weights)
    required = ((codes[i], nodes[j], weight, status[codes[i], competency_codes[j]]) for i, j, weight in cells)
    yield "requires", "occupation:", "", required
    yield "rolls_up_to", "", "", ((node(c.code), node(c.macro)) for c in r.competencies if c.macro is not None)
    near = _stored_cells(graph.near)
    yield "near_label", "", "", ((nodes[left], nodes[right], credit, _NO_ATTRIBUTES) for left, right, credit in near)
    yield "has_title", "occupation:", "job_title:", ((t.occupation, t.code) for t in r.titles)
    yield "in_context", "occupation:", "work_context:", r.occupation_contexts
    tags = ((code, tag, 1.0, {"principal": principal}) for code, tag, principal in r.occupation_tags)
    yield "filed_under", "occupation:", "tag:", tags
    within = ((o.code, o.domain) for o in graph.occupations if o.domain is not None)
    yield "in_domain", "occupation:", "domain:", within
    yield "child_of", "occupation:", "occupation:", ((o.code, o.parent) for o in children)
    yield "child_of", "domain:", "domain:", ((d.code, d.parent) for d in r.domains if d.parent is not None)
    yield "part_of", "occupation:", "occupation:", ((o.code, base) for o in graph.occupations for base in o.bases)
    moves = _stored_cells(graph.mobility)
    known = ((codes[i], codes[j], weight, listed[codes[i], codes[j]]) for i, j, weight in moves)
    yield "known_mobility", "occupation:", "occupation:", known
    yield "requires_credential", "occupation:", "credential:", _credential_edges(r, "required")
    yield "credential_option", "occupation:", "credential:", _credential_edges(r, "option")
    before = ((credential.code, code) for credential in r.credentials for code in credential.prerequisites)
    yield "prerequisite", "credential:", "credential:", before


def _credential_edges(referential: Referential, kind: str) -> Iterator[Sequence[Any]]:
    """Yield the edge between an occupation and a credential, one also where rows differ by whom they bind."""
    rows = (row for row in referential.credential_requirements if row.kind == kind)
    for ends, sources in grouped(((row.occupation, row.credential), row.source) for row in rows).items():
        yield *ends, 1.0, {"reference": " ; ".join(dict.fromkeys(sources))}


def provenance(
    graph: OccupationGraph, settings: Settings | None = None, scorers: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """
    Return what a result comes from, ready for JSON.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> sorted(provenance(build_graph(load_referential("transitions"))))
    ['overlays', 'package', 'referential', 'settings']
    """
    about, chosen = graph.referential.stamp._asdict(), settings_or(settings, graph.settings).model_dump(mode="json")
    origin = {"package": package_version(), "referential": about, "overlays": [*graph.referential.provenance.overlays]}
    return origin | dict(scorers or {}) | {"settings": chosen}


def metadata(origin: Mapping[str, Any]) -> dict[str, str]:
    """Return a provenance as the metadata of an Arrow schema."""
    return {KEY: json.dumps(origin, ensure_ascii=False, sort_keys=True)}
