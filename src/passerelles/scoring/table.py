"""Scores of all pairs, part by part: computed once for a graph or mapped from an index, looked up by every ranking."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.files.index import Array, Blocks, Index
from passerelles.graph.build import mapped_matrix, pack_matrix
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.features import FEATURES, PLAIN_FEATURES, Reference, Scene, scene_of_all
from passerelles.scoring.measures import Attributes, Dense, MeasureIndex, Origins
from passerelles.scoring.mobility import MOBILITY_PARTS, mobility_features
from passerelles.scoring.scorer import Prior, Scorer, load_scorer, scorer_text
from passerelles.sharing import kept, one_thread
from passerelles.vectors import frozen, sparse

# Parts are kept in whole hundred-thousandths: they add up exactly, in any order, and the last bits of floating
# point, in which two machines may differ, never decide a rank.
UNITS: Final = 100_000
_BLOCK: Final = 64  # rows added at a time: they stay in the processor's cache
_MOBILITY: Final = frozenset(f"{part}.{name}" for part, names in MOBILITY_PARTS.items() for name in names)


@dataclass(frozen=True, eq=False)
class Scores:
    """
    Parts of the scores of a block of origins against every occupation.

    Attributes
    ----------
    names
        Names of the k parts.
    parts
        Shape (k, b, n), int32, in units of 1 / `UNITS`. The score of a pair is `base` plus its parts.
    """

    base: int
    names: tuple[str, ...]
    parts: NDArray[np.int32]

    def totals(self, row: int) -> NDArray[np.float64]:
        """Scores of one origin, shape (n,)."""
        return self._scaled(self._of_row(row))

    def totals_to(self, column: int) -> NDArray[np.float64]:
        """Scores towards one target, shape (b,)."""
        return self._scaled(self.parts[:, :, column])

    def all_totals(self) -> NDArray[np.float64]:
        """Scores of all origins, shape (b, n)."""
        return self._scaled(self.parts)

    def of_rows(self, part: int, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """One part of the scores of some rows, shape (len(rows), n)."""
        return np.asarray(self.parts[part, rows])

    def of_pairs(self, row: int, columns: Sequence[int]) -> list[list[tuple[str, float]]]:
        """For each of some targets of one origin, name and value of each part, the base first where there is one."""
        names = ("base", *self.names) if self.base else self.names
        units = np.empty((len(columns), len(names)), dtype=np.int64)
        units[:, 0] = self.base
        units[:, len(names) - len(self.names) :] = self._of_row(row)[:, np.asarray(columns, dtype=np.intp)].T
        return [list(zip(names, values, strict=True)) for values in (units / UNITS).tolist()]

    def _of_row(self, row: int) -> NDArray[np.int32]:
        return self.parts[:, row, :]

    def _scaled(self, parts: NDArray[np.int32]) -> NDArray[np.float64]:
        return np.asarray((parts.sum(axis=0, dtype=np.int64) + self.base) / UNITS, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """
    Scores of every pair of a graph under one scorer.

    `means` are the feature means that centre them, `reference` what people are measured against (None where the
    scorer needs none), `off` the names of the parts that say nothing on this referential, for want of data.
    """

    scorer: Scorer
    scores: Scores
    means: Mapping[str, float]
    reference: Reference | None
    off: tuple[str, ...]


def score_table(graph: OccupationGraph, scorer: Scorer) -> ScoreTable:
    """Return the table of a graph under a scorer, found in the graph's index or made, at the first call."""

    def find() -> ScoreTable:
        return stored_table(graph, scorer) or build_table(graph, scorer)

    return graph.derived(("score_table", scorer.name, scorer.version), find)


def build_table(graph: OccupationGraph, scorer: Scorer) -> ScoreTable:
    """Compute the table of a graph under a scorer; see `score_table`, which keeps it."""
    scene = scene_of_all(graph)
    plain = ~graph.is_specialised
    size = len(graph.codes)
    means: dict[str, float] = {}
    sums = np.zeros((len(scorer.parts), size, size), dtype=np.float32)
    with one_thread("scipy.linalg"):
        for part, weights in zip(sums, scorer.parts.values(), strict=True):
            for name in sorted(set(weights) - _MOBILITY):
                values = FEATURES[name].compute(scene)
                means[name] = mean_of_pairs(values, plain)
                _add(part, values, weights[name], means[name])
        if scorer.prior is not None:
            found = mobility_features(scene, expected_chance(sums, scorer.prior))
            for part, weights in zip(sums, scorer.parts.values(), strict=True):
                for name in sorted(set(weights) & _MOBILITY):
                    _add(part, found[name], weights[name], 0.0)
    parts = _in_units(sums)
    off = tuple(name for name, part in zip(scorer.parts, parts, strict=True) if not part.any())
    scores = Scores(round(scorer.base_for(int(plain.sum())) * UNITS), tuple(scorer.parts), frozen(parts))
    reference = None if set(means) <= set(PLAIN_FEATURES) else scene.reference
    return ScoreTable(scorer, scores, means, reference, off)


def expected_chance(content: NDArray[np.float32], prior: Prior) -> NDArray[np.float64]:
    """Chance of each move by content alone, shape (n, n), from the content parts, shape (k, n, n)."""
    logit = content.sum(axis=0, dtype=np.float64) / prior.scale + prior.base
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), dtype=np.float64)


def score_person(graph: OccupationGraph, table: ScoreTable, origin: Origins) -> Scores:
    """
    Score origins that are no rows of the graph: people. Each has the same score alone and among others.

    Parts that follow from what is held are computed from it; all others are those of the occupation exercised, and
    without one say nothing, but for the parts that are the same for all origins.
    """
    scene = Scene(graph, origin, table.reference)
    rows = np.maximum(origin.rows, 0)
    parts = np.zeros((len(table.scorer.parts), len(rows), len(graph.codes)), dtype=np.int32)
    with one_thread():
        for number, weights in enumerate(table.scorer.parts.values()):
            features = [FEATURES.get(name) for name in weights]
            if all(f is not None and f.of_holdings for f in features):
                part = np.zeros(parts.shape[1:], dtype=np.float32)
                for name in sorted(weights):
                    _add(part, FEATURES[name].compute(scene), weights[name], table.means[name])
                parts[number] = np.rint(part * np.float32(UNITS)).astype(np.int32)
            else:
                parts[number] = table.scores.of_rows(number, rows)
                if not all(f is not None and f.of_target for f in features):
                    parts[number, ~origin.occupied] = 0
    return Scores(table.scores.base, table.scores.names, frozen(parts))


def _add(part: Dense, values: Dense, weight: float, mean: float) -> None:
    """Add weight x (value - mean) to a part; a value that is not known adds nothing, as the average candidate does."""
    for start in range(0, len(part), _BLOCK):
        some = slice(start, start + _BLOCK)
        centred = values[some] - np.float32(mean)
        centred *= np.float32(weight)
        unknown = np.isnan(centred)
        if unknown.any():
            centred[unknown] = 0.0
        part[some] += centred


def _in_units(sums: Dense) -> NDArray[np.int32]:
    """Write sums, shape (k, n, n), as whole units in their own memory, which they lose."""
    units = sums.view(np.int32)
    for whole, part in zip(units, sums, strict=True):
        for start in range(0, len(part), _BLOCK):
            some = slice(start, start + _BLOCK)
            whole[some] = np.rint(part[some] * np.float32(UNITS))
    return units


def mean_of_pairs(values: Dense, plain: NDArray[np.bool_]) -> float:
    """Mean over pairs of two different occupations of the referential proper, unknown values left out."""
    square = values if plain.all() else values[np.ix_(plain, plain)]
    diagonal = np.diagonal(square)
    unknown = int(np.isnan(square).sum())
    count = square.size - unknown - int((~np.isnan(diagonal)).sum())
    whole = np.nansum(square, dtype=np.float64) if unknown else square.sum(dtype=np.float64)
    total = whole - np.nansum(diagonal, dtype=np.float64)
    return float(total / count) if count else 0.0


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
