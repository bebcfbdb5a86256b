"""What every search on a graph shares: effort, credentials, strength of each move, bounds on what a stage brings."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph, frozen
from passerelles.paths.demands import Demands, demands_of
from passerelles.paths.effort import UNITS, EffortTable, effort_table
from passerelles.ranking.origin import excluded_rows
from passerelles.scoring.scorer import Scorer, load_scorer
from passerelles.scoring.table import score_table
from passerelles.settings import Settings

_DECIMALS: Final = 9


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
    if count is not None:
        ordered = np.lexsort((np.arange(len(scores)), -scores))
        allowed[ordered[allowed[ordered]][count:]] = False
    return allowed


def _build(graph: OccupationGraph, settings: Settings) -> Terrain:
    scorer = load_scorer(settings.scorer)
    effort = effort_table(graph, settings)
    scores = score_table(graph, scorer).scores
    totals = [scores.totals(row) for row in range(len(graph.codes))]
    near = [best_scored(graph, some, row, settings.paths.moves_considered) for row, some in enumerate(totals)]
    return Terrain(
        graph=graph,
        settings=settings,
        scorer=scorer,
        effort=effort,
        demands=demands_of(graph),
        brought=frozen(_brought(effort)),
        strength=frozen(np.stack([strengths(some, scorer) for some in totals])),
        near=frozen(np.stack(near)),
        lists=frozen(effort.whole > 0),
    )


def _brought(table: EffortTable) -> NDArray[np.float32]:
    size = len(table.whole)
    found = np.zeros((size, size), dtype=np.float32)
    for row in range(size):
        covered = UNITS - table.uncovered[table.columns[table.items(row)]]
        total, _ = table.towards(row, covered)
        blocks = table.blocks(row)
        # Each block is rounded to a thousandth, three times: the bound takes in what that may add.
        found[:, row] = total + 2 * (blocks.stop - blocks.start)
    return found
