"""What every search on a graph shares: effort, credentials, strength of each move, bounds on what a stage brings."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import Demands, demands_of
from passerelles.access.holdings import NO_AIM, Aim
from passerelles.effort.table import UNITS, EffortTable, Floats, effort_table, ragged
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.origin import excluded_rows
from passerelles.scoring.scorer import Scorer, scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import Settings
from passerelles.vectors import frozen, sparse

_DECIMALS: Final = 9
_TARGETS: Final = 128  # bounded together: little memory, and the processor's cache serves


class Falls:
    """
    How much holding what one occupation asks for lowers S of another, at most, whatever else is held.

    Blocks being concave, a fall from any height is at most the fall to nothing. Bounds are worked out by target, when
    one is asked for: most searches ask for a few dozen targets.
    """

    def __init__(self, table: EffortTable) -> None:
        size = len(table.whole)
        self._table, self._covered = table, _covered(table)
        self._found, self._done = np.zeros((size, size), dtype=np.float32), np.zeros(size, dtype=np.bool_)

    def towards(self, targets: NDArray[np.intp]) -> NDArray[np.float32]:
        """Shape (n, n), thousandths of an hour, of which the columns `targets` hold the falls that each row brings."""
        new = np.unique(targets[~self._done[targets]])
        for start in range(0, len(new), _TARGETS):
            some = new[start : start + _TARGETS]
            self._found[:, some] = self._falls(some).T
            self._done[some] = True
        return self._found

    def _falls(self, targets: NDArray[np.intp]) -> Floats:
        table, size = self._table, len(self._table.whole)
        items, _, _ = ragged(table.item_start, targets)
        blocks, owner, _ = ragged(table.block_first, targets)
        lengths = np.diff(np.append(table.block_start, len(table.columns)))[blocks]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        shape = (len(blocks), self._covered.shape[0])
        missing = sparse.csr_array((table.load[items], table.columns[items], starts), shape=shape) @ self._covered
        counts = np.diff(missing.indptr)
        hours = table.saturated(missing.data, np.repeat(table.cap[blocks], counts))
        cells = np.repeat(owner, counts) * size + missing.indices
        sums = np.bincount(cells, hours, len(targets) * size).reshape(len(targets), size)
        # Each block is rounded to a thousandth, three times: the bound takes in what that may add.
        return np.asarray(sums + 2 * np.diff(table.block_first)[targets, None], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Terrain:
    """
    One graph under one set of settings.

    Attributes
    ----------
    falls
        Bounds on how much holding what an occupation asks for lowers S of another.
    strength
        Shape (n, n): chance in [0, 1] of each move where the scorer is calibrated, else its score; higher is better.
    near
        Shape (n, n): whether each move is one of the best-scored of its origin, so that a path with stages may use it.
    lists
        Shape (n,): whether the occupation asks for anything at all; if not, the effort towards it is unknown.
    """

    graph: OccupationGraph
    settings: Settings
    scorer: Scorer
    effort: EffortTable
    demands: Demands
    falls: "Falls"
    strength: NDArray[np.float64]
    near: NDArray[np.bool_]
    lists: NDArray[np.bool_]

    @property
    def calibrated(self) -> bool:
        """Whether the strength of a move is a chance."""
        return self.scorer.calibration is not None

    def apart(self, row: int) -> NDArray[np.bool_]:
        """Shape (n,): occupations that may stand in one path with `row`: not itself, its fiche or a part of it."""
        bases = self.graph.base_rows
        together = bases == row
        together[row] = True
        together[bases[row]] = True
        return np.asarray(~together, dtype=np.bool_)


def terrain_of(graph: OccupationGraph, settings: Settings, aim: Aim = NO_AIM) -> Terrain:
    """Return what searches on a graph share of people who mean to work in a way, made at the first call."""
    key = ("terrain", settings.effort.model_dump_json(), settings.paths.model_dump_json(), settings.scorer)
    shared = graph.derived(key, lambda: _build(graph, settings))
    return shared if aim == NO_AIM else replace(shared, demands=demands_of(graph, aim))


def strengths(scores: NDArray[np.float64], scorer: Scorer) -> NDArray[np.float64]:
    """
    Chances of scores where the scorer is calibrated, else the scores themselves.

    Chances are kept in billionths, so that the last bits of an exponential never decide between two paths.
    """
    if scorer.calibration is None:
        return scores
    return np.asarray(np.round(scorer.calibration.chances(scores), _DECIMALS), dtype=np.float64)


def best_scored(graph: OccupationGraph, scores: NDArray[np.float64], row: int, count: int | None) -> NDArray[np.bool_]:
    """Shape (n,): the `count` best-scored moves from an occupation (-1 = a person without one), ties by code."""
    allowed = ~excluded_rows(graph, row)
    if count is None or np.count_nonzero(allowed) <= count:
        return allowed
    least = np.partition(scores[allowed], -count)[-count]
    above = allowed & (scores > least)
    tied = np.flatnonzero(allowed & (scores == least))
    above[tied[: count - np.count_nonzero(above)]] = True
    return np.asarray(above, dtype=np.bool_)


def _build(graph: OccupationGraph, settings: Settings) -> Terrain:
    scorer = scorer_for(graph.referential, settings.scorer)
    effort = effort_table(graph, settings)
    totals = score_table(graph, scorer).scores.all_totals()
    near = [best_scored(graph, some, row, settings.paths.moves_considered) for row, some in enumerate(totals)]
    return Terrain(
        graph=graph,
        settings=settings,
        scorer=scorer,
        effort=effort,
        demands=demands_of(graph),
        falls=Falls(effort),
        strength=frozen(strengths(totals, scorer)),
        near=frozen(np.stack(near)),
        lists=frozen(effort.whole > 0),
    )


def _covered(table: EffortTable) -> "sparse.csr_array":
    """Shape (m + k, n): the share of each column that somebody of each occupation covers, in 1 / `UNITS`."""
    covers = table.uncovered != UNITS
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(covers, axis=1))])
    rows = np.flatnonzero(covers) % covers.shape[1]
    shares = UNITS - table.uncovered[covers].astype(np.float64)
    return sparse.csr_array((shares, rows, starts), shape=covers.shape)
