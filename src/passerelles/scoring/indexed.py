"""Scores and measures inside a compiled index: the table of all pairs is mapped, and only the rows read are checked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.errors import PasserellesError
from passerelles.files.index import Array, Blocks, Index
from passerelles.graph.core import OccupationGraph
from passerelles.graph.indexed import mapped_matrix, pack_matrix
from passerelles.scoring.evidence import Attributes
from passerelles.scoring.features import Reference
from passerelles.scoring.measures import MeasureIndex
from passerelles.scoring.scorer import Scorer, load_scorer, scorer_text
from passerelles.scoring.table import Scores, ScoreTable, score_table
from passerelles.sharing import kept

DOCUMENT: Final = "scoring.json"
MEASURES: Final = "measures"
_FEW: Final = 100  # rows that are faster checked one by one than with all others
_CLASSES: Final = {c.__name__: c for c in (Attributes, Reference, MeasureIndex)}
_GRAPH: Final = "graph"  # a field that is the graph itself, which needs no place of its own


class StoredScores(Scores):
    """Scores of all pairs in an index: a row or column that is read is checked, and no other is touched."""

    _parts: Blocks
    _toward: Blocks

    @classmethod
    def of(cls, index: Index, name: str, base: int, names: tuple[str, ...]) -> "StoredScores":
        """Return the scores that an index holds under a name."""
        made = object.__new__(cls)
        parts, toward = index.blocks(f"{name}.parts.npy"), index.blocks(f"{name}.toward.npy")
        vars(made).update(base=base, names=names, _parts=parts, _toward=toward)
        return made

    @kept
    def parts(self) -> NDArray[np.int32]:
        """All parts, shape (k, n, n), all of them checked."""
        return self._parts.whole()

    def totals_to(self, column: int) -> NDArray[np.float64]:
        """Scores towards one target, shape (n,): kept by target too, for a column lies all over the table."""
        return self._scaled(self._toward.at(column)[None, :])

    def all_totals(self) -> NDArray[np.float64]:
        """Scores of all origins, shape (n, n): the sums by target are a small part of the table."""
        return np.ascontiguousarray(self._scaled(self._toward.whole()[None, :]).T)

    def of_rows(self, part: int, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """One part of the scores of some rows, shape (len(rows), n); for many, the table is checked whole, once."""
        if len(rows) > _FEW:
            return np.asarray(self.parts[part, rows])
        return np.stack([self._parts.at(part, int(row)) for row in rows])

    def _of_row(self, row: int) -> NDArray[np.int32]:
        return np.stack([self._parts.at(part, row) for part in range(len(self.names))])


class StoredTable(ScoreTable):
    """A `ScoreTable` in an index; what people are measured against is mapped when somebody is."""

    _graph: OccupationGraph
    _index: Index
    _measured: bool

    @classmethod
    def of(cls, graph: OccupationGraph, index: Index, scorer: Scorer, about: Mapping[str, Any]) -> "StoredTable":
        """Return the table that an index holds for a scorer."""
        scores = StoredScores.of(index, f"scores.{scorer.name}", about["base"], tuple(about["names"]))
        made = object.__new__(cls)
        means, off = MappingProxyType(about["means"]), tuple(about["off"])
        vars(made).update(scorer=scorer, scores=scores, means=means, off=off, _graph=graph, _index=index)
        vars(made)["_measured"] = about["measured"]
        return made

    @kept
    def reference(self) -> Reference | None:
        """What people are measured against."""
        if not self._measured:
            return None
        found: Reference = _unpack(self._index.document(DOCUMENT)["reference"], self._index, self._graph)
        return found


def pack_scores(
    graph: OccupationGraph, scorers: Sequence[Scorer]
) -> tuple[dict[str, Any], dict[str, Array], dict[str, Array]]:
    """
    Compute what an index holds of the scores of a graph.

    Returns
    -------
    document, arrays, blocked
        As `write_index` takes them.
    """
    # Not here at the top: what is compiled is made by modules that themselves look for it in an index.
    from passerelles.scoring.measures import measure_index  # noqa: PLC0415

    arrays: dict[str, Array] = {}
    blocked: dict[str, Array] = {}
    document: dict[str, Any] = {"scorers": {}, "reference": None}
    for scorer in scorers:
        table = score_table(graph, scorer)
        parts = table.scores.parts
        blocked[f"scores.{scorer.name}.parts.npy"] = parts
        blocked[f"scores.{scorer.name}.toward.npy"] = _whole_numbers(parts.sum(axis=0, dtype=np.int64).T)
        document["scorers"][scorer.name] = {
            "version": scorer.version,
            "sha256": scorer_sum(scorer),
            "base": table.scores.base,
            "names": list(table.scores.names),
            "means": dict(table.means),
            "off": list(table.off),
            "measured": table.reference is not None,
        }
        if document["reference"] is None and table.reference is not None:
            document["reference"] = _pack(table.reference, "reference", arrays)
    document[MEASURES] = _pack(measure_index(graph), MEASURES, arrays)
    return document, arrays, blocked


def stored_table(graph: OccupationGraph, scorer: Scorer) -> ScoreTable | None:
    """
    Return the table that the graph's index holds for a scorer; None where it holds none.

    Raises
    ------
    PasserellesError
        If the index was compiled with other weights than those that the package now ships under this name.
    """
    index = graph.index
    about = None if index is None else index.document(DOCUMENT)["scorers"].get(scorer.name)
    if index is None or about is None:
        return None
    if about["sha256"] != scorer_sum(scorer):
        if scorer == load_scorer(scorer.name):
            found = f"{scorer.name} {about['version']} {about['sha256'][:8]}"
            expected = f"{scorer.name} {scorer.version} {scorer_sum(scorer)[:8]}"
            raise PasserellesError("index_version", path=index.place, found=found, expected=expected)
        return None
    return StoredTable.of(graph, index, scorer, about)


def stored_measures(graph: OccupationGraph) -> MeasureIndex | None:
    """Return the measures that the graph's index holds; None where it holds none."""
    if graph.index is None:
        return None
    found: MeasureIndex = _unpack(graph.index.document(DOCUMENT)[MEASURES], graph.index, graph)
    return found


def scorer_sum(scorer: Scorer) -> str:
    """Checksum of the weights of a scorer."""
    return hashlib.sha256(scorer_text(scorer).encode("utf-8")).hexdigest()


def _whole_numbers(values: NDArray[np.int64]) -> Array:
    """Halve the size where the sums allow."""
    limits = np.iinfo(np.int32)
    fits = values.size == 0 or (values.min() >= limits.min and values.max() <= limits.max)
    return np.ascontiguousarray(values, dtype=np.int32 if fits else np.int64)


def _pack(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    """Write a value as JSON that names its arrays: dataclasses of ours, mappings, arrays, sparse matrices, numbers."""
    if isinstance(value, OccupationGraph):
        return {_GRAPH: True}
    if isinstance(value, np.ndarray):
        arrays[f"{name}.npy"] = value
        return {"array": f"{name}.npy"}
    if isinstance(value, sparse.csr_array):
        return {"matrix": name, **pack_matrix(name, value, arrays)}
    if isinstance(value, Mapping):
        return {"mapping": {key: _pack(each, f"{name}.{key}", arrays) for key, each in value.items()}}
    if is_dataclass(value) and type(value).__name__ in _CLASSES:
        found = {f.name: _pack(getattr(value, f.name), f"{name}.{f.name}", arrays) for f in fields(value) if f.init}
        return {"class": type(value).__name__, "fields": found}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{name}: {type(value).__name__} has no place in an index")


def _unpack(about: Any, index: Index, graph: OccupationGraph) -> Any:
    """Make again what `_pack` wrote, over the arrays of an index."""
    if not isinstance(about, dict):
        return about
    if _GRAPH in about:
        return graph
    if "array" in about:
        return index.array(about["array"])
    if "matrix" in about:
        return mapped_matrix(index, about["matrix"], about)
    if "mapping" in about:
        return MappingProxyType({key: _unpack(each, index, graph) for key, each in about["mapping"].items()})
    return _CLASSES[about["class"]](**{name: _unpack(each, index, graph) for name, each in about["fields"].items()})
