"""What a search for paths works on: effort and bounds of a graph, where a person stands, and paths kept so far."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import le
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import TENTHS, Demands, Price, demands_of
from passerelles.access.holdings import NO_AIM, Aim, Holdings
from passerelles.access.qualifications import FIRST_DEGREE, domain_of, usual_at_large
from passerelles.effort import EffortTable, Shares, effort_table, uncovered_by
from passerelles.graph.core import OccupationGraph
from passerelles.paths.legal import Verdicts
from passerelles.ranking.move import Start, excluded_rows
from passerelles.ranking.rank import best_rows, scores_from
from passerelles.scoring.scorer import Scorer, scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import PathSettings, Settings
from passerelles.sharing import made_once
from passerelles.vectors import Bools, Floats, Ints, Rows, frozen

_DECIMALS: Final = 9


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """
    One graph under one set of settings.

    Attributes
    ----------
    near
        Shape (n, n): whether each move is one of the best-scored of its origin, so that a path with stages may use it.
    strength
        Shape (n, n): chance in [0, 1] of each near move where the scorer is calibrated, else its score; higher is
        better; nan elsewhere.
    """

    graph: OccupationGraph
    settings: Settings
    scorer: Scorer
    effort: EffortTable
    demands: Demands
    near: Bools
    strength: Floats

    @property
    def holds(self) -> Bools:
        """Shape (n, c + g): what of that which occupations require a stage in each gives."""
        return self.demands.holds(self.settings.paths.practice_months)

    @property
    def calibrated(self) -> bool:
        """Whether the strength of a move is a chance."""
        return self.scorer.calibration is not None


@made_once
def managerial_rows(graph: OccupationGraph) -> Bools:
    """Shape (n,): which occupations are known to be managerial."""
    return frozen(np.asarray([occupation.managerial == "yes" for occupation in graph.occupations], dtype=np.bool_))


@made_once
def rows_after_practice(graph: OccupationGraph) -> Bools:
    """Shape (n,): for which occupations employers usually ask for practice."""
    usual = (usual_at_large(graph.referential, code) for code in graph.codes)
    return frozen(np.asarray([any(c.kind == "experience" for c in needs) for needs in usual], dtype=np.bool_))


@made_once
def fields_of(graph: OccupationGraph) -> NDArray[np.str_]:
    """Shape (n,): letter of the main domain of each occupation; empty where its code has none."""
    return np.asarray([domain_of(occupation) for occupation in graph.occupations])


def stages_to(space: SearchSpace, target: int, level: int, origin: int) -> Bools:
    """
    Shape (n,): occupations that may be practised on the way to a target by who holds a European level at the start.

    A stage lies apart from the target, and asks no higher level than it, or than is held: nobody trains longer for a
    job on the way than for the one aimed at. A level that is not known bars nothing. Nor does anybody manage people
    first to join them in a job entered below a first degree, nor people of a field that is neither that of the target
    nor their own, unless they manage some already. Whoever gets the title that a stage asks for has that of the target,
    if it is the same: nobody practises the one first, unless practice is asked for too, or the target specialises that
    trade.
    """
    graph, effort = space.graph, space.effort
    fitting = ~excluded_rows(graph, target)
    managerial, fields = managerial_rows(graph), fields_of(graph)
    if origin < 0 or not managerial[origin]:
        letters = fields[[target, origin]] if origin >= 0 else fields[[target]]
        fitting &= ~managerial | np.isin(fields, [*letters, ""])
    if effort.level_known[target]:
        fitting &= ~effort.level_known | (effort.level <= max(int(effort.level[target]), level))
        if not managerial[target] and effort.level[target] < FIRST_DEGREE:
            fitting &= ~managerial
    if not rows_after_practice(graph)[target]:
        alike = effort.shared[effort.title, effort.title[target]].copy()
        alike[graph.position.get(graph.occupations[target].parent or "", target)] = False
        fitting &= ~alike
    return fitting


def search_space(graph: OccupationGraph, settings: Settings, aim: Aim = NO_AIM) -> SearchSpace:
    """Return the search space of a graph for people who mean to work in a way, built at the first call."""
    scorer = scorer_for(graph.referential, settings.scorer)
    chosen = settings.effort.model_dump_json(), settings.paths.model_dump_json()
    key = ("search space", *chosen, scorer.name, scorer.version)
    shared, demands = graph.derived(key, lambda: _build(graph, settings, scorer)), demands_of(graph, aim)
    if shared.demands is demands:
        return shared
    return replace(shared, demands=demands, effort=effort_table(graph, settings, aim))


def strengths(scores: Floats, scorer: Scorer) -> Floats:
    """
    Chances of scores where the scorer is calibrated, else the scores themselves.

    Chances are rounded to billionths, so that the last bits of an exponential never decide between two paths.
    """
    if scorer.calibration is None:
        return scores
    return np.asarray(np.round(scorer.calibration.chances(scores), _DECIMALS), dtype=np.float64)


def best_scored(graph: OccupationGraph, scores: Floats, row: int, count: int | None) -> Bools:
    """Shape (n,): the `count` best-scored moves from an occupation (-1 = a person without one), ties by code."""
    best = np.zeros(len(scores), dtype=np.bool_)
    best[best_rows(graph, row, scores, len(scores) if count is None else count)] = True
    return best


def _build(graph: OccupationGraph, settings: Settings, scorer: Scorer) -> SearchSpace:
    effort = effort_table(graph, settings)
    totals = score_table(graph, scorer).scores.all_totals()
    best = (best_scored(graph, scores, row, settings.paths.moves_considered) for row, scores in enumerate(totals))
    near = np.stack([*best])
    strength = np.full(near.shape, np.nan)
    strength[near] = strengths(totals[near], scorer)
    return SearchSpace(graph, settings, scorer, effort, demands_of(graph), frozen(near), frozen(strength))


Fit = Callable[[Ints, int], Verdicts]


class PathCandidate(NamedTuple):
    """A path while it is searched: stages, tenths of an hour, weakest move, fit with a frame, cost in tenths."""

    stages: tuple[int, ...]
    hours: int
    weakest: float
    fit: int
    cost: int


@dataclass
class PathPool:
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
    candidates: dict[tuple[int, ...], PathCandidate] = field(default_factory=dict)

    def cost(self, hours: Ints, steps: int, weakest: Floats) -> Ints:
        """Cost in tenths of an hour, whole, so that equal paths have equal costs on every machine."""
        total = np.rint(self.settings.hours_weight * hours) + (steps - 1) * round(TENTHS * self.settings.step_weight)
        if self.calibrated:
            total = total + np.rint(TENTHS * self.settings.move_weight * (1.0 - weakest))
        return np.asarray(total, dtype=np.int64)

    def add(self, stages: list[tuple[int, ...]], hours: Ints, weakest: Floats) -> None:
        """Add paths of one length."""
        if stages:
            steps = len(stages[0]) + 1
            figures = hours, weakest, self.fit(hours, steps), self.cost(hours, steps, weakest)
            rows = zip(stages, *(array.tolist() for array in figures), strict=True)
            self.candidates |= {path: PathCandidate(path, *values) for path, *values in rows}

    def best(self) -> list[PathCandidate]:
        """
        Return the undominated candidates, best first: by cost, then fewer steps, then codes; all of a `pareto` set.

        What dominates a path costs no more, and comes before it: each needs comparing with the undominated ones alone.
        """
        undominated: dict[PathCandidate, tuple[float, ...]] = {}
        # Less is better: what is no worse on any, and not the same, dominates.
        candidates = self.candidates.values()
        figures = {c: (c.hours, -c.weakest, len(c.stages), 0 if self.pareto else -c.fit) for c in candidates}
        for candidate, figure in sorted(figures.items(), key=lambda item: (item[0].cost, item[1])):
            if not any(rival != figure and all(map(le, rival, figure)) for rival in undominated.values()):
                undominated[candidate] = figure
        ordered = sorted(undominated, key=lambda c: (c.cost, len(c.stages), c.stages))
        return ordered if self.pareto else ordered[: self.limit]

    def ceiling(self) -> float:
        """Cost above which no further path is kept; infinite while fewer than `limit` are, and for a whole set."""
        if self.limit is None or self.pareto:
            return float("inf")
        best = self.best()
        return float(best[-1].cost) if len(best) >= self.limit else float("inf")


@dataclass(frozen=True, eq=False)
class State:
    """
    Somebody on the way.

    Attributes
    ----------
    left
        Shape (m + k,): what is left uncovered by all that is held so far.
    origin
        Row of the occupation that is left; -1 for a person without one.
    level, brought
        Highest European level held so far; shape (titles + 1,): the usual titles of trades that are brought so far.
    held, price
        Shape (c + g,): credentials and choices held so far, and what each takes, by what was held at the start.
    open_rows
        Shape (n,): occupations that may still be entered.
    seasoned
        Shape (n,): occupations that employers give to people with years of experience which the person lacks.
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

    space: SearchSpace
    left: Shares
    origin: int
    level: int
    brought: Bools
    held: Bools
    price: Price
    open_rows: Bools
    seasoned: Bools
    stages: tuple[int, ...]
    hours: int
    weakest: float
    strength: Floats
    near: Bools
    first_scores: Floats
    first: "State | None" = None

    @property
    def scores(self) -> Floats:
        """Shape (n,): score of each next move."""
        if not self.stages:
            return self.first_scores
        return score_table(self.space.graph, self.space.scorer).scores.totals(self.stages[-1])

    @cached_property
    def standing(self) -> Ints:
        """Shape (n,): by what the hours of each next step are counted."""
        return self.space.effort.standing(self.level, self.brought, np.arange(len(self.open_rows)))

    @cached_property
    def sums(self) -> tuple[Floats, Floats]:
        """S and P towards every occupation."""
        return self.space.effort.towards_all(self.left)

    @cached_property
    def missing(self) -> Bools:
        """Shape (n, c + g): what each occupation requires and is not held."""
        return self.missing_after(slice(None))

    def missing_after(self, targets: Rows | int | slice, *stages: Rows) -> Bools:
        """Shape (b, c + g): what targets still require after stages, each target or row of these with its own."""
        missing = self.space.demands.needed[targets] & ~self.held
        for rows in stages:
            missing = missing & ~self.space.holds[rows]
        return missing

    @cached_property
    def unknown(self) -> Bools:
        """Shape (n, c + g): credentials of unknown length that each occupation would take."""
        return self.missing & self.price.unknown

    @cached_property
    def closed(self) -> Bools:
        """Shape (n,): occupations that require what nobody can obtain."""
        return np.asarray((self.missing & self.price.closed).any(axis=1), dtype=np.bool_)

    @cached_property
    def passable(self) -> Bools:
        """
        Shape (n,): occupations that can be a stage: open, listing something, and adding nothing unknown.

        Nobody heads a trade, or gets a post that years lead to, on the way into that trade.
        """
        space = self.space
        adds = self.unknown.any(axis=1) | space.demands.unsettled(self.price) | self.seasoned
        return self.open_rows & space.effort.lists & ~self.closed & ~adds

    @cached_property
    def final(self) -> Ints:
        """Shape (n,): tenths of an hour of a last step to each occupation."""
        taught = self.space.effort.final(self.sums[0], np.arange(len(self.standing)), self.standing)
        return self.space.demands.hours(taught, self.missing, self.price)

    @cached_property
    def path(self) -> Ints:
        """Shape (n,): tenths of an hour of the whole path that ends with a step to each occupation from here."""
        if self.first is None:
            return self.final
        least = self.space.effort.least(self.first.final, self.first.sums, self.final, self.sums)
        return np.maximum(self.hours + self.final, least)

    @cached_property
    def stage(self) -> Ints:
        """Shape (n,): tenths of an hour of a step to each occupation that is practised afterwards."""
        taught = self.space.effort.stage(*self.sums, np.arange(len(self.standing)), self.standing)
        return self.space.demands.hours(taught, self.missing, self.price)

    def after_stage(self, first: Rows, second: Rows) -> Ints:
        """Tenths of an hour of a step to each of `second` after the stage in `first`, practised afterwards."""
        effort, demands = self.space.effort, self.space.demands
        total, practice = effort.towards_pairs(second, first, self.left)
        hours = effort.stage(total, practice, second, effort.standing(self.level, self.brought, second, first))
        return demands.hours(hours, self.missing_after(second, first), self.price, second)

    def through(self, row: int) -> "State":
        """Return the state after training for an occupation and practising it."""
        space = self.space
        return replace(
            self,
            left=np.minimum(self.left, space.effort.uncovered[:, row]),
            level=max(self.level, int(space.effort.proves[row])),
            brought=self.brought | space.effort.brought(row, Holdings()),
            held=self.held | space.holds[row],
            open_rows=self.open_rows & ~excluded_rows(space.graph, row),
            stages=(*self.stages, row),
            hours=self.hours + int(self.stage[row]),
            weakest=min(self.weakest, float(self.strength[row])),
            strength=space.strength[row],
            near=space.near[row],
            first=self.first or self,
        )


def state_at(space: SearchSpace, start: Start) -> State:
    """Return the state of a person before the first step."""
    graph = space.graph
    scorer = scorer_for(graph.referential, space.settings.scorer, occupied=start.row >= 0)
    if (scorer.calibration is not None) is not space.calibrated:
        scorer = space.scorer  # a chance and a score have no common scale
    table, row = scores_from(graph, start, scorer)
    scores = table.totals(row)
    price = space.demands.price(start.holdings)
    strength = strengths(scores, scorer)
    if start.row >= 0 and space.calibrated:
        strength[start.row] = 1.0  # to another title of the occupation: no move that experts might not list
    return State(
        space=space,
        left=uncovered_by(graph, space.effort, start.competencies),
        origin=start.row,
        level=space.effort.level_at(start.row, start.holdings),
        brought=space.effort.brought(start.row, start.holdings),
        held=price.held,
        price=price,
        open_rows=~excluded_rows(graph, start.row),
        seasoned=space.demands.seasoned(start.holdings),
        stages=(),
        hours=0,
        weakest=float("inf"),
        strength=strength,
        near=best_scored(graph, scores, start.row, space.settings.paths.moves_considered),
        first_scores=scores,
    )
