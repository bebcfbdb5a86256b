"""What every search on a graph shares: effort, credentials, strength of each move, bounds on what a stage brings."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.graph.core import OccupationGraph, frozen
from passerelles.paths.demands import Demands, demands_of
from passerelles.paths.effort import UNITS, EffortTable, effort_table
from passerelles.ranking.origin import excluded_rows
from passerelles.scoring.scorer import Scorer, load_scorer
from passerelles.scoring.table import score_table
from passerelles.settings import Settings

_DECIMALS: Final = 9
_TARGETS: Final = 128  # bounded together: little memory, and the processor's cache serves


@dataclass(frozen=True, eq=False)
class Terrain:
    """
    One graph under one set of settings.

    Attributes
    ----------
    brought
        Shape (n, n), float32, thousandths of an hour: a bound on how much holding what row C asks for lowers S of
        column D, whatever else is held. Blocks being concave, a fall from any height is at most the fall to nothing.
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
    brought: NDArray[np.float32]
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


def terrain_of(graph: OccupationGraph, settings: Settings) -> Terrain:
    """Return what searches on a graph share, made at the first call."""
    key = ("terrain", settings.effort.model_dump_json(), settings.paths.model_dump_json(), settings.scorer)
    return graph.derived(key, lambda: _build(graph, settings))


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
    scorer = load_scorer(settings.scorer)
    effort = effort_table(graph, settings)
    totals = score_table(graph, scorer).scores.all_totals()
    near = [best_scored(graph, some, row, settings.paths.moves_considered) for row, some in enumerate(totals)]
    return Terrain(
        graph=graph,
        settings=settings,
        scorer=scorer,
        effort=effort,
        demands=demands_of(graph),
        brought=frozen(_brought(effort)),
        strength=frozen(strengths(totals, scorer)),
        near=frozen(np.stack(near)),
        lists=frozen(effort.whole > 0),
    )


def _brought(table: EffortTable) -> NDArray[np.float32]:
    size = len(table.whole)
    covered = _covered(table)
    found = np.zeros((size, size), dtype=np.float32)
    for start in range(0, size, _TARGETS):
        rows = np.arange(start, min(start + _TARGETS, size))
        blocks = slice(table.block_first[rows[0]], table.block_first[rows[-1] + 1])
        items = slice(table.item_start[rows[0]], table.item_start[rows[-1] + 1])
        bounds = np.append(table.block_start[blocks], items.stop) - items.start
        asked = sparse.csr_array(
            (table.load[items], table.columns[items], bounds), shape=(len(bounds) - 1, covered.shape[0])
        )
        missing = asked @ covered
        hours = table.saturated(missing.data, np.repeat(table.cap[blocks], np.diff(missing.indptr)))
        counts = np.diff(table.block_first[rows[0] : rows[-1] + 2])
        target = np.repeat(np.repeat(np.arange(len(rows)), counts), np.diff(missing.indptr))
        sums = np.bincount(target * size + missing.indices, hours, len(rows) * size).reshape(len(rows), size)
        # Each block is rounded to a thousandth, three times: the bound takes in what that may add.
        found[:, rows] = (sums + 2 * counts[:, None]).T
    return found


def _covered(table: EffortTable) -> "sparse.csr_array":
    """Shape (m + k, n): the share of each column that somebody of each occupation covers, in 1 / `UNITS`."""
    height, size = table.uncovered.shape
    cells = np.flatnonzero(table.uncovered != UNITS)
    row, column = np.divmod(cells, size)
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=height))])
    shares = UNITS - table.uncovered.ravel()[cells].astype(np.float64)
    return sparse.csr_array((shares, column, starts), shape=(height, size))
