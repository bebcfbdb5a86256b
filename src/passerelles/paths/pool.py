"""Paths to one target while they are being searched: their order, and which of them others dominate."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.settings import PathSettings

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Fit = Callable[[Ints, int], Ints]
TENTHS = 10
_FITS = 2
_NEVER = np.iinfo(np.int64).max // 4


class Candidate(NamedTuple):
    """A path while it is searched: stages, tenths of an hour, weakest move, fit with a frame, cost in tenths."""

    stages: tuple[int, ...]
    hours: int
    weakest: float
    fit: int
    cost: int


@dataclass
class Pool:
    """
    Candidates so far, and the rule that keeps the best of them.

    Parameters
    ----------
    settings
        Weights of the cost.
    calibrated
        Whether the strength of a move is a chance, and counts in the cost.
    fit
        From tenths of an hour and number of steps to 0 (breaks the frame), 1 (unknown), 2 (fits); all 2 without one.
    limit
        Most paths kept; of a `pareto` set they are counted all the same.
    pareto
        Keep what nothing dominates on hours, steps and weakest move, instead of the cheapest.
    """

    settings: PathSettings
    calibrated: bool
    fit: Fit
    limit: int | None
    pareto: bool
    candidates: dict[tuple[int, ...], Candidate] = field(default_factory=dict)
    _best: list[Candidate] | None = None
    _fronts: dict[int, tuple[Ints, Floats]] = field(default_factory=dict)

    def cost(self, hours: Ints, steps: int, weakest: Floats) -> Ints:
        """Cost in tenths of an hour, whole, so that equal paths have equal costs on every machine."""
        total = np.rint(self.settings.hours_weight * hours) + (steps - 1) * round(TENTHS * self.settings.step_weight)
        if self.calibrated:
            total = total + np.rint(TENTHS * self.settings.move_weight * (1.0 - weakest))
        return np.asarray(total, dtype=np.int64)

    def add(self, stages: list[tuple[int, ...]], hours: Ints, weakest: Floats) -> None:
        """Add paths of one length; what is already dominated is dropped at once."""
        if not stages:
            return
        steps = len(stages[0]) + 1
        fits = self.fit(hours, steps)
        costs = self.cost(hours, steps, weakest)
        best = fits == _FITS if not self.pareto else np.ones(len(hours), dtype=np.bool_)
        self._raise_front(steps, hours[best], weakest[best])
        kept = self.undominated(hours, weakest, steps)
        if self._best is None or self.pareto or len(self._best) != self.limit or costs.min() <= self._best[-1].cost:
            self._best = None  # else what is added is dearer than all that is kept, and changes nothing
        for place in np.flatnonzero(kept).tolist():
            self.candidates[stages[place]] = Candidate(
                stages[place], int(hours[place]), float(weakest[place]), int(fits[place]), int(costs[place])
            )

    def _raise_front(self, steps: int, hours: Ints, weakest: Floats) -> None:
        """Keep, for each weakest move, the least hours of a path that fits and is at least as strong."""
        if steps in self._fronts:
            hours = np.concatenate([self._fronts[steps][0], hours])
            weakest = np.concatenate([self._fronts[steps][1], weakest])
        order = np.lexsort((hours, -weakest))
        hours, weakest = hours[order], weakest[order]
        least = np.minimum.accumulate(hours)
        falls = np.ones(len(hours), dtype=np.bool_)
        falls[1:] = least[1:] < least[:-1]
        self._fronts[steps] = (hours[falls], weakest[falls])

    def undominated(self, hours: Floats | Ints, weakest: Floats, steps: int) -> NDArray[np.bool_]:
        """Whether paths with at least these hours, this weakest move and so many steps are not dominated yet."""
        found = np.ones(len(hours), dtype=np.bool_)
        for length, (least, strong) in self._fronts.items():
            if length <= steps and len(least):
                place = np.searchsorted(-strong, -weakest, side="right") - 1
                found &= hours <= np.where(place >= 0, least[np.maximum(place, 0)], _NEVER)
        return found

    def best(self) -> list[Candidate]:
        """
        Return what is kept, best first: by cost, then fewer steps, then codes; of a `pareto` set, all of it.

        What dominates a path costs no more, so that each needs comparing with those at most as dear only.
        """
        if self._best is None:
            self._best = self._kept()
        return self._best

    def _kept(self) -> list[Candidate]:
        ordered = sorted(self.candidates.values(), key=lambda c: (c.cost, len(c.stages), c.stages))
        costs = [c.cost for c in ordered]
        kept: list[Candidate] = []
        for each in ordered:
            if self.limit is not None and len(kept) >= self.limit and not self.pareto:
                break
            as_dear = ordered[: bisect_right(costs, each.cost)]
            if not any(self._dominates(other, each) for other in as_dear):
                kept.append(each)
        return kept

    def _dominates(self, one: Candidate, other: Candidate) -> bool:
        if one.hours > other.hours or one.weakest < other.weakest or len(one.stages) > len(other.stages):
            return False
        if not self.pareto and one.fit < other.fit:
            return False
        better = one.hours < other.hours or one.weakest > other.weakest or len(one.stages) < len(other.stages)
        return better or (not self.pareto and one.fit > other.fit)

    def ceiling(self) -> float:
        """Cost above which no further path is kept; infinite while fewer than `limit` are, and for a whole set."""
        if self.limit is None or self.pareto:
            return float("inf")
        kept = self.best()
        return float(kept[-1].cost) if len(kept) >= self.limit else float("inf")
