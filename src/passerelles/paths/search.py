"""The exact search of the best paths to one target: cheap bounds first, whole sums only for what they leave."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from passerelles.effort.table import TENTHS
from passerelles.paths.pool import Candidate, Floats, Ints, Pool
from passerelles.paths.state import State
from passerelles.progress import go_on

_CHUNK = 96  # pairs of stages summed together, best bound first

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Outcome:
    """
    What a search found.

    `gap` is in hours: no path left out costs less than the dearest one kept by more than that; 0 is proven. `cut`
    counts the undominated paths that the limit left out of a `pareto` set; 0 else.
    """

    kept: tuple[Candidate, ...]
    evaluated: int
    gap: float
    cut: int = 0


class Search:
    """The search of one target from one state; what it holds is worked out once and narrowed as paths are found."""

    def __init__(self, state: State, target: int, pool: Pool, max_steps: int) -> None:
        terrain = state.terrain
        self.state, self.target, self.pool, self.max_steps = state, target, pool, max_steps
        self.terrain, self.effort = terrain, terrain.effort
        self.saving = round(TENTHS * terrain.settings.paths.min_saving_hours)
        self.direct = int(state.final[target])
        self.sums = (float(state.sums[0][target]), float(state.sums[1][target]))
        self.columns = self.effort.columns[self.effort.items(target)]
        # What is left uncovered of the target's items after each occupation, from the state at the start.
        self.uncovered = np.minimum(self.effort.uncovered[self.columns], state.left[self.columns, None])
        self.evaluated = 0
        self.left_out = float("inf")  # least bound on the cost of what was never looked at
        self.used = float("inf")  # least ceiling by which anything was left out
        self.floor = 0.0
        self.alone = np.full(len(terrain.lists), -1, dtype=np.int64)
        self.walked: dict[tuple[int, ...], int] = {}

    def run(self) -> Outcome:
        """Enumerate, in order of steps; what is dominated is dropped by the pool."""
        state, target = self.state, self.target
        self.pool.add([()], np.asarray([self.direct]), np.asarray([state.strength[target]]))
        open_ended = bool(self.terrain.lists[target]) and not bool(state.closed[target])
        if open_ended and self.max_steps > 1 and self.direct >= self.saving:
            self._one_stage()
            self._longer()
            while self._ceiling() > max(self.used, self.floor):
                # A path found late dominated others, and what was left out may be among the best after all.
                self.floor, self.used = self.pool.ceiling(), float("inf")
                self._longer()
        kept = self.pool.best()
        ceiling = float(kept[-1].cost) if kept else float("inf")
        gap = max(0.0, ceiling - self.left_out) / TENTHS if self.left_out < float("inf") else 0.0
        shown = kept[: self.pool.limit]
        return Outcome(tuple(shown), self.evaluated, gap, len(kept) - len(shown))

    def _longer(self) -> None:
        for stages in range(2, self.max_steps):
            if self.direct < stages * self.saving:
                break
            if stages == 2:  # noqa: PLR2004 - the usual case, and the fast one
                self._two_stages()
            else:
                self._deepen(self.state, stages, stages)

    def _ceiling(self) -> float:
        """Cost above which nothing is looked at; `used` remembers the least, in case it has to be raised again."""
        return max(self.pool.ceiling(), self.floor)

    def _allowed(self, state: State) -> NDArray[np.bool_]:
        """
        Occupations that can be a stage.

        Open, apart from the target, listing something, adding nothing unknown, and asking no higher level than the
        target, or than is held at the start: nobody trains longer for a job on the way than for the one aimed at. A
        level that is not known, the stage's or the target's, bars nothing.
        """
        return self._first_stages if state is self.state else self._stages(state)

    @cached_property
    def _first_stages(self) -> NDArray[np.bool_]:
        return self._stages(self.state)

    def _stages(self, state: State) -> NDArray[np.bool_]:
        adds = (state.unknown & ~self.state.unknown[self.target]).any(axis=1)
        adds |= self.terrain.demands.hidden | self.terrain.demands.selective
        if self.effort.level_known[self.target]:
            most = max(int(self.effort.level[self.target]), self.state.level)
            adds |= self.effort.level_known & (self.effort.level > most)
        found = state.open_rows & self.terrain.apart(self.target) & self.terrain.lists & ~state.closed & ~adds
        return np.asarray(found, dtype=np.bool_)

    def _whole(self, state: State, spent: Ints, rows: Rows, more: Rows | None = None) -> Ints:
        """Tenths of an hour of the whole path that ends after a stage, or two, more; `spent` until then."""
        left = self.uncovered.take(rows, axis=1)
        if state is not self.state:
            left = np.minimum(left, state.left[self.columns, None])
        level = np.maximum(self.effort.level[rows], state.level)
        if more is not None:
            left = np.minimum(left, self.uncovered.take(more, axis=1))
            level = np.maximum(level, self.effort.level[more])
        sums = self.effort.towards(self.target, left)
        last = self.effort.final(sums[0], self.target, level)
        missing = self._missing(state, self.target, rows, more)
        last = self.terrain.demands.hours(last, missing, state.price, self.target)
        least = self.effort.least(self.direct, self.sums, last, sums)
        return np.asarray(np.maximum(spent + last, least), dtype=np.int64)

    def _missing(self, state: State, target: int, rows: Rows, more: Rows | None = None) -> NDArray[np.bool_]:
        """Shape (b, c + g): what the target still requires after stages, each row with its own."""
        demands = self.terrain.demands
        missing = demands.needed[target] & state.open_credentials & ~demands.holds[rows]
        if more is not None:
            missing &= ~demands.holds[more]
        return np.asarray(missing, dtype=np.bool_)

    def _one_stage(self) -> None:
        found = self._ends(self.state)
        if not len(found):
            return
        hours = self._alone(found)
        self.evaluated += len(found)
        saves = hours <= self.direct - self.saving
        found, hours = found[saves], hours[saves]
        weakest = np.minimum(self.state.strength[found], self.terrain.strength[found, self.target])
        self.pool.add([(row,) for row in found.tolist()], hours, weakest)

    def _alone(self, rows: Rows) -> Ints:
        """Tenths of an hour of the path with that one stage, worked out once."""
        new = np.unique(rows[self.alone[rows] < 0])
        if len(new):
            self.alone[new] = self._whole(self.state, self.state.stage[new], new)
        return self.alone[rows]

    def _ends(self, state: State) -> Rows:
        """Stages that can follow a state and come right before the target."""
        return np.flatnonzero(self._allowed(state) & state.near & self.terrain.near[:, self.target])

    def _limit(self, steps: int) -> float:
        """Most tenths of an hour that a path of so many steps may take to be kept."""
        ceiling = self._ceiling()
        self.used = min(self.used, ceiling)
        most = float(self.direct - (steps - 1) * self.saving)
        weight = self.pool.settings.hours_weight
        if ceiling < float("inf") and weight > 0:
            fixed = (steps - 1) * round(TENTHS * self.pool.settings.step_weight)
            most = min(most, (ceiling - fixed + 1.0) / weight)
        return most

    def _two_stages(self) -> None:
        """Bound every pair of stages, then sum up those that may be kept."""
        state, target = self.state, self.target
        limit = self._limit(3)
        allowed = self._allowed(state)
        first = np.flatnonzero(allowed & state.near & (state.stage <= limit))
        second = np.flatnonzero(allowed & self.terrain.near[:, target])
        # No move leads to itself, nor from a fiche to its parts or back: such pairs are not near.
        left, right = np.nonzero(self.terrain.near[first[:, None], second])
        left, right = first[left], second[right]
        if not len(left):
            return
        falls = self.terrain.falls.towards(np.asarray([target]))[:, target]
        total = np.maximum(0.0, state.sums[0][target] - falls[left] - falls[right])
        level = np.maximum(np.maximum(self.effort.level[left], self.effort.level[right]), state.level)
        bound = state.stage[left] + state.least_after_stage(left, right)
        last = np.maximum(self.effort.final(total, target, level) - 1, 0)
        if self.terrain.demands.may_be_trained_alone[target]:
            last = np.zeros_like(last)
        # However much of what the stages spare is practised, it is at most that share of it.
        share = min(1.0, self.effort.paths.practice_share)
        bound = np.maximum(bound + last, self.direct - share * (self.direct - last) - 1)
        may = bound <= limit
        self._sum(left[may], right[may], np.asarray(bound[may], dtype=np.float64))

    def _sum(self, first: Rows, second: Rows, bound: Floats) -> None:
        state, strength = self.state, self.terrain.strength
        weakest = np.minimum(np.minimum(state.strength[first], strength[first, second]), strength[second, self.target])
        may = self.pool.undominated(bound, weakest, 3)
        may &= self.pool.cost(np.floor(bound).astype(np.int64), 3, weakest) <= self._ceiling() + 1
        first, second, weakest, bound = first[may], second[may], weakest[may], bound[may]
        order = np.argsort(bound, kind="stable")
        for place in range(0, len(order), _CHUNK):
            go_on()
            some = order[place : place + _CHUNK]
            if bound[some[0]] > self._limit(3):
                break
            if place:  # the first ones were just found fit to be kept
                least = np.floor(bound[some]).astype(np.int64)
                may = self.pool.cost(least, 3, weakest[some]) <= self._ceiling() + 1
                some = some[may & self.pool.undominated(bound[some], weakest[some], 3)]
            if self.evaluated > self.terrain.settings.paths.max_evaluations:
                costs = self.pool.cost(np.floor(bound[order[place:]]).astype(np.int64), 3, weakest[order[place:]])
                self.left_out = min(self.left_out, float(costs.min()))
                break
            if len(some):
                self._pairs(first[some], second[some], weakest[some])

    def _pairs(self, first: Rows, second: Rows, weakest: Floats) -> None:
        """Sum pairs of stages up, and add those that save enough against leaving either out."""
        state = self.state
        middle = state.after_stage(first, second)
        hours = self._whole(state, state.stage[first] + middle, first, second)
        self.evaluated += len(first)
        saves = hours <= self.direct - 2 * self.saving
        if saves.any():
            first, second, hours, weakest = first[saves], second[saves], hours[saves], weakest[saves]
            alone = self._alone(np.concatenate([first, second])).reshape(2, -1)
            saves = hours <= alone.min(axis=0) - self.saving
        pairs: list[tuple[int, ...]] = list(zip(first[saves].tolist(), second[saves].tolist(), strict=True))
        self.pool.add(pairs, hours[saves], weakest[saves])

    def _deepen(self, state: State, stages: int, more: int) -> None:
        """Paths of more than two stages: one state at a time, the last stage for all occupations at once."""
        steps = stages + 1
        rows = np.flatnonzero(self._allowed(state) & state.near)
        rows = rows[np.argsort(state.stage[rows], kind="stable")]
        spent = state.hours + state.stage[rows]
        fixed = self.pool.cost(spent, steps, np.ones(len(rows)))
        for number, row in enumerate(rows.tolist()):
            go_on()
            ceiling = self._ceiling()
            self.used = min(self.used, ceiling)
            if spent[number] > self.direct - stages * self.saving or fixed[number] > ceiling:
                break
            if self.evaluated > self.terrain.settings.paths.max_evaluations:
                self.left_out = min(self.left_out, float(fixed[number]))
                break
            if more > 2:  # noqa: PLR2004 - two left: this one, and the last for all at once
                self._deepen(state.through(row), stages, more - 1)
            else:
                self._last(state.through(row), stages)

    def _last(self, state: State, stages: int) -> None:
        rows = self._ends(state)
        if not len(rows):
            return
        hours = self._whole(state, state.stage[rows] + state.hours, rows)
        self.evaluated += len(rows)
        may = np.flatnonzero(hours <= self.direct - stages * self.saving)
        found = [int(i) for i in may if self._saves((*state.stages, int(rows[i])), int(hours[i]))]
        chosen = rows[found]
        weakest = np.minimum(state.strength[chosen], self.terrain.strength[chosen, self.target])
        paths = [(*state.stages, row) for row in chosen.tolist()]
        self.pool.add(paths, hours[found], np.minimum(weakest, state.weakest))

    def _saves(self, path: tuple[int, ...], hours: int) -> bool:
        """Whether leaving any stages out would cost at least the saving asked for each."""
        return all(
            hours <= self._walk(some) - (len(path) - kept) * self.saving
            for kept in range(len(path) - 1, -1, -1)
            for some in combinations(path, kept)
        )

    def _walk(self, path: tuple[int, ...]) -> int:
        """Tenths of an hour of a path, step by step."""
        if path not in self.walked:
            state = self.state
            for row in path:
                state = state.through(row)
            self.walked[path] = int(state.path[self.target])
        return self.walked[path]
