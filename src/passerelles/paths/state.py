"""Where a person stands on a path: what is held so far, the hours spent, and what the next step would take."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import Price
from passerelles.effort.table import Ints, Shares, state_of
from passerelles.paths.terrain import Terrain, best_scored, strengths
from passerelles.ranking.origin import Start
from passerelles.scoring.measures import one_origin
from passerelles.scoring.table import score_person, score_table


@dataclass(frozen=True, eq=False)
class State:
    """
    Somebody on the way.

    Attributes
    ----------
    left
        Shape (m + k,): what is left uncovered by all that is held so far.
    level
        Highest European level held so far.
    held, price
        Shape (c + g,): credentials and choices held so far, and what each takes, by what was held at the start.
    open_rows
        Shape (n,): occupations that may still be entered.
    stages
        Rows passed through, the origin left out.
    hours, weakest
        Tenths of an hour of training so far; strength of the weakest move so far.
    strength, near
        Shape (n,): strength of each next move, and whether it is one of the best-scored.
    first_scores
        Shape (n,): scores of the moves from the origin.
    first
        The state before the first step; None there.
    """

    terrain: Terrain
    left: Shares
    level: int
    held: NDArray[np.bool_]
    price: Price
    open_rows: NDArray[np.bool_]
    stages: tuple[int, ...]
    hours: int
    weakest: float
    strength: NDArray[np.float64]
    near: NDArray[np.bool_]
    first_scores: NDArray[np.float64]
    first: "State | None" = None

    @property
    def scores(self) -> NDArray[np.float64]:
        """Shape (n,): score of each next move."""
        if not self.stages:
            return self.first_scores
        return score_table(self.terrain.graph, self.terrain.scorer).scores.totals(self.stages[-1])

    @cached_property
    def sums(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """S and P towards every occupation."""
        return self.terrain.effort.towards_all(self.left)

    @cached_property
    def open_credentials(self) -> NDArray[np.bool_]:
        """Shape (c + g,): what is not held."""
        return ~self.held

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Shape (n, c + g): what each occupation requires and is not held."""
        return self.terrain.demands.needed & self.open_credentials

    @cached_property
    def unknown(self) -> NDArray[np.bool_]:
        """Shape (n, c + g): credentials of unknown length that each occupation would take."""
        return self.missing & self.price.unknown

    @cached_property
    def closed(self) -> NDArray[np.bool_]:
        """Shape (n,): occupations that require what nobody can obtain."""
        return np.asarray((self.missing & self.price.closed).any(axis=1), dtype=np.bool_)

    @cached_property
    def final(self) -> Ints:
        """Shape (n,): tenths of an hour of a last step to each occupation."""
        every = np.arange(len(self.terrain.lists))
        taught = self.terrain.effort.final(self.sums[0], every, self.level)
        return self.terrain.demands.hours(taught, self.missing, self.price)

    @cached_property
    def path(self) -> Ints:
        """Shape (n,): tenths of an hour of the whole path that ends with a step to each occupation from here."""
        if self.first is None:
            return self.final
        least = self.terrain.effort.least(self.first.final, self.first.sums, self.final, self.sums)
        return np.maximum(self.hours + self.final, least)

    @cached_property
    def stage(self) -> Ints:
        """Shape (n,): tenths of an hour of a step to each occupation that is practised afterwards."""
        every = np.arange(len(self.terrain.lists))
        taught = self.terrain.effort.stage(*self.sums, every, self.level)
        return self.terrain.demands.hours(taught, self.missing, self.price)

    @cached_property
    def _steps_after(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Tenths of an hour of a step (column) after a stage (row), and which of them were worked out."""
        size = len(self.terrain.lists)
        return np.zeros((size, size), dtype=np.float32), np.zeros((size, size), np.bool_)

    def least_after_stage(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.float64]:
        """
        Least tenths of an hour of a step to each of `second` after the stage in `first`, practised afterwards.

        Hours of a stage never fall when S rises with P held: P is taken at its present height, S at its least.
        """
        known, exact = self._steps_after
        effort = self.terrain.effort
        total = np.maximum(self.sums[0][second] - self.terrain.falls.towards(second)[first, second], 0.0)
        practice = np.minimum(self.sums[1][second], total)
        level = np.maximum(effort.level[first], self.level)
        least = np.maximum(effort.stage(total, practice, second, level) - 1, 0)
        least = np.where(self.terrain.demands.may_be_trained_alone[second], 0, least)
        return np.where(exact[first, second], known[first, second], least).astype(np.float64)

    def after_stage(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> Ints:
        """
        Tenths of an hour of a step to each of `second` after the stage in `first`, practised afterwards.

        They are kept, and take the place of their bounds: the next target of the same person asks for many again.
        """
        known, exact = self._steps_after
        new = np.flatnonzero(~exact[first, second])
        if len(new):
            rows, columns = first[new], second[new]
            effort, demands = self.terrain.effort, self.terrain.demands
            total, practice = effort.towards_pairs(columns, rows, self.left)
            hours = effort.stage(total, practice, columns, np.maximum(effort.level[rows], self.level))
            if len(demands.codes):
                missing = demands.needed[columns] & self.open_credentials & ~demands.holds[rows]
                hours = demands.hours(hours, missing, self.price, columns)
            known[rows, columns] = hours
            exact[rows, columns] = True
        return known[first, second].astype(np.int64)

    def through(self, row: int) -> "State":
        """Return the state after training for an occupation and practising it."""
        terrain = self.terrain
        return State(
            terrain=terrain,
            left=np.minimum(self.left, terrain.effort.uncovered[:, row]),
            level=max(self.level, int(terrain.effort.level[row])),
            held=self.held | terrain.demands.holds[row],
            price=self.price,
            open_rows=self.open_rows & terrain.apart(row),
            stages=(*self.stages, row),
            hours=self.hours + int(self.stage[row]),
            weakest=min(self.weakest, float(self.strength[row])),
            strength=terrain.strength[row],
            near=terrain.near[row],
            first_scores=self.first_scores,
            first=self.first or self,
        )


def state_at(terrain: Terrain, start: Start) -> State:
    """Return the state of a person before the first step."""
    graph = terrain.graph
    open_rows = terrain.apart(start.row) if start.row >= 0 else np.ones(len(graph.codes), dtype=np.bool_)
    level = int(terrain.effort.level[start.row]) if start.row >= 0 else int(terrain.settings.effort.level_unknown)
    scores = _scores(terrain, start)
    return State(
        terrain=terrain,
        left=state_of(graph, terrain.effort, start.holding),
        level=level,
        held=terrain.demands.held(start.holdings),
        price=terrain.demands.price(start.holdings),
        open_rows=open_rows,
        stages=(),
        hours=0,
        weakest=float("inf"),
        strength=strengths(scores, terrain.scorer),
        near=best_scored(graph, scores, start.row, terrain.settings.paths.moves_considered),
        first_scores=scores,
    )


def _scores(terrain: Terrain, start: Start) -> NDArray[np.float64]:
    table = score_table(terrain.graph, terrain.scorer)
    if start.plain:
        return table.scores.totals(start.row)
    columns = np.flatnonzero(start.holding.held).astype(np.int32)
    return score_person(terrain.graph, table, one_origin(terrain.graph, columns, start.row)).totals(0)
