"""Scores of all pairs, part by part: computed once for a graph or mapped from an index, looked up by every ranking."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.features import (
    PLAIN_FEATURES,
    FeatureContext,
    Reference,
    context_of_all,
    features,
    reads_alone,
)
from passerelles.scoring.measures import Attributes, Dense, Origins
from passerelles.scoring.mobility import MOBILITY_FEATURES, mobility_features
from passerelles.scoring.scorer import Scorer, scorer_for, scorer_sum, ships
from passerelles.sharing import Later, blocks, made_once, one_thread
from passerelles.store import Arrays, Index, pack
from passerelles.vectors import Bools, Floats, Ints, Rows, frozen

# Parts are stored in whole hundred-thousandths: they add up exactly, in any order, and the last bits of floating
# point, in which two machines may differ, never decide a rank.
UNITS: Final = 100_000
_LOG: Final = logging.getLogger(__name__)
# Tables of all pairs at the peak, of four bytes a pair, beside the parts: measured on ESCO, and on ROME v460 with its
# mobilities.
_TABLES: Final = 8
_MOBILITY_TABLES: Final = 26
POSITIONS: Final = "map.positions.npy"
_NEIGHBOURS: Final = 15.0  # on the map: about how many each occupation is kept near to: perplexity
_ROUNDS: Final = 500  # of its layout
_FEWEST: Final = 4  # below, a circle says all there is to say
_SMALL: Final = 1e-4  # the layout starts small, as its authors advise
_DECIMALS: Final = 4


@dataclass(frozen=True, eq=False)
class Scores:
    """
    Parts of the scores of a block of origins against every occupation.

    Attributes
    ----------
    names
        Names of the k parts.
    parts
        For each part its whole numbers, shape (b, n), in units of 1 / `UNITS`. The score of a pair is `base` plus its
        parts.
    """

    base: int
    names: tuple[str, ...]
    parts: Sequence[NDArray[np.integer]]

    def units(self, where: Any = slice(None)) -> Ints:
        """Parts of some of the scores, one after the other."""
        return np.stack([part[where] for part in self.parts]).astype(np.int64, copy=False)

    def sums(self, where: Any = slice(None)) -> Ints:
        """Some of the scores in units: exact, in whatever order parts are added."""
        return np.asarray(sum((part[where] for part in self.parts), np.int64(self.base)), dtype=np.int64)

    def totals(self, row: int | NDArray[np.integer]) -> Floats:
        """Scores of one origin, shape (n,), or of several, shape (b, n)."""
        return np.asarray(self.sums(row) / UNITS, dtype=np.float64)

    def totals_to(self, column: int) -> Floats:
        """Scores towards one target, shape (b,)."""
        return np.asarray(self.sums((slice(None), column)) / UNITS, dtype=np.float64)

    def all_totals(self) -> Floats:
        """Scores of all origins, shape (b, n)."""
        return np.asarray(self.sums() / UNITS, dtype=np.float64)

    def of_pairs(self, row: int, columns: Sequence[int] | Rows) -> list[list[tuple[str, float]]]:
        """For each of some targets of one origin, name and value of each part, the base first where there is one."""
        names = ("base", *self.names) if self.base else self.names
        units = np.empty((len(columns), len(names)), dtype=np.int64)
        units[:, 0] = self.base
        units[:, len(names) - len(self.names) :] = self.units((row, np.asarray(columns, dtype=np.intp))).T
        return [list(zip(names, values, strict=True)) for values in (units / UNITS).tolist()]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """
    Scores of every pair of a graph under one scorer.

    `base` is that of the scores, `means` are the feature means that centre them, `reference` what people are measured
    against (None where the scorer needs none), `off` the names of the parts that say nothing on this referential, for
    want of data. Scores and reference of an index are mapped when they are asked for.
    """

    scorer: Scorer
    base: int
    means: Mapping[str, float]
    off: tuple[str, ...]
    scores: Later[Scores] = Later()
    reference: Later[Reference | None] = Later()


def score_table(graph: OccupationGraph, scorer: Scorer) -> ScoreTable:
    """Return the table of a graph under a scorer, found in the graph's index or made, at the first call."""

    def find() -> ScoreTable:
        stored = stored_table(graph, scorer)
        if stored is not None:
            return stored
        if graph.index is not None and scorer == scorer_for(graph.referential, graph.settings.scorer):
            warnings.warn(PasserellesWarning("index_scorer", path=graph.index.place, scorer=scorer.name), stacklevel=5)
        started = perf_counter()
        table = build_table(graph, scorer)
        _LOG.info("scores of %s under %s: %.1f s", graph.referential.name, scorer.name, perf_counter() - started)
        return table

    return graph.derived(("score_table", scorer.name, scorer.version), find)


def build_table(graph: OccupationGraph, scorer: Scorer) -> ScoreTable:
    """Compute the table of a graph under a scorer; see `score_table`, which caches it."""
    plain = ~graph.is_specialised
    size = len(graph.codes)
    prior = scorer.prior if graph.mobility.nnz else None  # without any mobility, their features are 0
    check_memory(size, len(scorer.parts), mobilities=prior is not None)
    context = context_of_all(graph)
    means: dict[str, float] = {}
    content = np.zeros((size, size) if prior is not None else (1, 1), dtype=np.float64)
    units: dict[str, NDArray[np.integer]] = {}
    later: dict[str, Dense] = {}  # parts that need the sum of all content first
    with one_thread("scipy.linalg"):
        for name, weights in scorer.parts.items():
            part = np.zeros((size, size), dtype=np.float32)
            for feature in sorted(set(weights) - MOBILITY_FEATURES):
                values = features()[feature].compute(context)
                means[feature] = mean_of_pairs(values, plain)
                _add(part, values, weights[feature], means[feature])
            if prior is not None:
                content += part
            if prior is not None and set(weights) & MOBILITY_FEATURES:
                later[name] = part
            else:
                units[name] = in_units(part)
        if prior is not None:
            context.computed.clear()
            content /= prior.scale
            content += prior.base
            mobility_values = mobility_features(context, content)
            for name, part in later.items():
                for feature in sorted(set(scorer.parts[name]) & MOBILITY_FEATURES):
                    _add(part, mobility_values[feature], scorer.parts[name][feature], 0.0)
                units[name] = in_units(part)
    parts = tuple(units[name] for name in scorer.parts)
    off = tuple(name for name, part in units.items() if not part.any())
    base = round(scorer.base_for(int(plain.sum())) * UNITS)
    reference = None if set(means) <= set(PLAIN_FEATURES) else context.reference
    return ScoreTable(scorer, base, means, off, Scores(base, tuple(scorer.parts), parts), reference)


def in_units(part: Dense) -> NDArray[np.integer]:
    """Write a part, shape (b, n), in whole units, in as few bytes as hold them, and once what all its rows share."""
    rows = len(part)
    if rows and (part[0] == part[-1]).all() and (part == part[0]).all():
        part = part[:1]
    units = np.rint(part * np.float32(UNITS))
    least = int(min(units.min(initial=0), -1 - units.max(initial=0)))
    return _rows(frozen(units.astype(np.min_scalar_type(least))), rows)


def _rows(units: NDArray[np.integer], rows: int) -> NDArray[np.integer]:
    """Give every row the numbers of the only one, where there is but one; nothing is copied."""
    return np.broadcast_to(units, (rows, units.shape[1]))


def check_memory(size: int, parts: int, *, mobilities: bool) -> None:
    """
    Refuse a table of pairs that would not fit in the memory that is free, before computing it.

    Raises
    ------
    PasserellesError
        Gives the estimate: for each pair four bytes a part, and four for each table kept at once.
    """
    needed = size * size * 4 * (parts + (_MOBILITY_TABLES if mobilities else _TABLES))
    free = _free_memory()
    if free is not None and needed > free:
        raise PasserellesError("table_too_large", n=size, needed=needed / 1e9, free=free / 1e9)


def _free_memory() -> int | None:
    """Bytes that the system could give, as Linux reports; None elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError, IndexError):
        return None


def score_person(graph: OccupationGraph, table: ScoreTable, origin: Origins) -> Scores:
    """
    Score origins that are no rows of the graph: people. Each has the same score alone and among others.

    Parts that follow from what is held are computed from it; all others are those of the occupation exercised, and
    without one say nothing, but for the parts that are the same for all origins.
    """
    context = FeatureContext(graph, origin, table.reference)
    rows = np.maximum(origin.rows, 0)
    parts = np.zeros((len(table.scorer.parts), len(rows), len(graph.codes)), dtype=np.int32)
    for number, weights in enumerate(table.scorer.parts.values()):
        if reads_alone(weights, "of_holdings"):
            part = np.zeros(parts.shape[1:], dtype=np.float32)
            for name in sorted(weights):
                _add(part, features()[name].compute(context), weights[name], table.means[name])
            parts[number] = np.rint(part * np.float32(UNITS)).astype(np.int32)
        else:
            parts[number] = table.scores.parts[number][rows]
            if not reads_alone(weights, "of_target"):
                parts[number, ~origin.occupied] = 0
    return Scores(table.base, tuple(table.scorer.parts), list(frozen(parts)))


def _add(part: Dense, values: Dense, weight: float, mean: float) -> None:
    """Add weight x (value - mean) to a part; a value that is not known adds nothing, as the average candidate does."""
    for rows in blocks(len(part)):
        centred = (values[rows] - np.float32(mean)) * np.float32(weight)
        part[rows] += np.where(np.isnan(centred), np.float32(0.0), centred)


def mean_of_pairs(values: Dense, plain: Bools) -> float:
    """Mean over pairs of two different occupations of the referential proper, unknown values left out."""
    square = values if plain.all() else values[np.ix_(plain, plain)]
    known = ~np.isnan(square)
    np.fill_diagonal(known, val=False)
    return float(square.sum(where=known, dtype=np.float64) / known.sum()) if known.any() else 0.0


DOCUMENT: Final = "scoring.json"


def pack_scores(graph: OccupationGraph, scorers: Sequence[Scorer], arrays: Arrays) -> dict[str, Any]:
    """
    Compute what an index holds of the scores of a graph: a document and arrays.

    Of a scorer that looks at nothing but what is held, and so serves people, the scores of occupations are left out,
    unless the settings name it: the few who ask for them can wait.
    """
    document: dict[str, Any] = {"scorers": {}, "reference": None}
    chosen = scorer_for(graph.referential, graph.settings.scorer)
    # Those whose scores are left out come last, and are done before others take memory.
    for scorer in reversed(scorers):
        stored = scorer == chosen or not all(reads_alone(weights, "of_holdings") for weights in scorer.parts.values())
        table = score_table(graph, scorer) if stored else build_table(graph, scorer)
        document["scorers"][scorer.name] = {
            "version": scorer.version,
            "sha256": scorer_sum(scorer),
            "base": table.base,
            "means": dict(table.means),
            "off": list(table.off),
            "measured": table.reference is not None,
            "scores": _pack_parts(table.scores, scorer.name, arrays) if stored else None,
        }
        if document["reference"] is None and table.reference is not None:
            document["reference"] = pack("reference", table.reference, arrays)
        del table  # before the next one is made
    return document


def _pack_parts(scores: Scores, name: str, arrays: Arrays) -> list[str]:
    """Put the parts of a scorer into an index; of one that all rows share, the row."""
    named = {f"scores.{name}.{n}.npy": p if p.strides[0] else p[:1] for n, p in enumerate(scores.parts)}
    arrays.update(named)
    return [*named]


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
        if ships(scorer):
            stored = f"{scorer.name} {about['version']} {about['sha256'][:8]}"
            expected = f"{scorer.name} {scorer.version} {scorer_sum(scorer)[:8]}"
            raise PasserellesError("index_version", path=index.place, found=stored, expected=expected)
        return None
    means, off = MappingProxyType(about["means"]), tuple(about["off"])
    scores, reference = partial(_stored_scores, graph, scorer, index, about), partial(_stored_reference, index)
    return ScoreTable(scorer, about["base"], means, off, scores, reference if about["measured"] else None)


def _stored_scores(graph: OccupationGraph, scorer: Scorer, index: Index, about: Mapping[str, Any]) -> Scores:
    """Scores of all pairs: those of the index, else computed."""
    if about["scores"] is None:
        return build_table(graph, scorer).scores
    parts = [_rows(index.array(name), len(graph.codes)) for name in about["scores"]]
    return Scores(about["base"], tuple(scorer.parts), parts)


def _stored_reference(index: Index) -> Reference:
    values = index.value(index.document(DOCUMENT)["reference"])
    return Reference(Attributes(**values["attributes"]), values["reverse"])


@made_once
def occupation_positions(graph: OccupationGraph) -> Floats:
    """
    Return where each occupation stands on the map: that of the graph's index, else computed, in seconds, and cached.

    Returns
    -------
    positions
        Shape (n, 2), in the order of ``graph.codes``, in [0, 1], read-only. Only who stands near whom says something:
        directions and distances between far groups say nothing.

    Notes
    -----
    t-SNE (van der Maaten and Hinton 2008) of the scores of moves in both directions, started from the first two axes
    of classical scaling (Kobak and Berens 2019), so that nothing is drawn at random: the same graph, the same map.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> occupation_positions(graph).shape
    (125, 2)
    """
    index = graph.index
    if index is not None and POSITIONS in index.manifest["members"]:
        return index.array(POSITIONS)
    return frozen(_layout(graph))


def _layout(graph: OccupationGraph) -> Floats:
    size = len(graph.codes)
    if size < _FEWEST:
        angles = np.linspace(0, 2 * np.pi, size, endpoint=False)
        return np.asarray(0.5 + 0.4 * np.c_[np.cos(angles), np.sin(angles)], dtype=np.float64)
    from sklearn.manifold import TSNE  # noqa: PLC0415 - a second to import

    distances = _distances(graph)
    with one_thread("scipy.linalg"):  # sums in one order, the same map wherever it is drawn
        layout: Any = TSNE(
            metric="precomputed",
            init=_first_axes(distances),
            perplexity=min(_NEIGHBOURS, (size - 1) / 3),
            max_iter=_ROUNDS,
            random_state=0,
        )
        points = np.asarray(layout.fit_transform(distances), dtype=np.float64)
    points -= points.min(axis=0)
    spread = float(points.max()) or 1.0
    return np.asarray(np.round((points + (spread - points.max(axis=0)) / 2) / spread, _DECIMALS), dtype=np.float64)


def _distances(graph: OccupationGraph) -> Floats:
    """Shape (n, n), symmetric: how far below the best score of all the two moves between occupations are."""
    totals = score_table(graph, scorer_for(graph.referential, graph.settings.scorer)).scores.all_totals()
    both = totals + totals.T
    both /= 2
    np.fill_diagonal(both, -np.inf)
    np.sqrt(np.subtract(both.max(), both, out=both), out=both)
    np.fill_diagonal(both, 0.0)
    return both


def _first_axes(distances: Floats) -> Dense:
    """Shape (n, 2): the first two axes of classical scaling, each pointing the same way every time."""
    from scipy.linalg import eigh  # noqa: PLC0415 - with the layout alone

    size = len(distances)
    squares = distances**2
    centred = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    _, axes = eigh(centred, subset_by_index=[size - 2, size - 1], overwrite_a=True)
    axes = axes[:, ::-1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return np.asarray(axes / (axes[:, 0].std() or 1.0) * _SMALL, dtype=np.float32)
