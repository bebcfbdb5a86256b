"""
Flows of people through a network, optimal and certified: one linear program an objective, checked in whole numbers.

Rows bound sums of flows: the people of a lot, the openings of a pool, the people of a group of lots (at least), all
people. These sums are nested on either side, so the matrix is totally unimodular: whole bounds and whole costs have
a whole optimum and whole dual prices, which the certificate verifies in integers. The objectives come in an order:
people placed, least cost, the same job, least distance, then a draw fixed by the names.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.progress import StoppedError, go_on, seconds_left
from passerelles.settings import TerritorySettings

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FREE: Final = -1  # no bound
_ROUND: Final = 1e-5  # farther than this from a whole number, a value is not a rounding of one
_START: Final = 200_000  # columns beyond which only the cheapest of each lot enter at first
_CHEAPEST: Final = 40


class InfeasibleError(Exception):
    """No flow meets the lower bounds."""


@dataclass(frozen=True, eq=False)
class Network:
    """
    Pairs that people may flow along.

    Attributes
    ----------
    supply, capacity
        Shapes (n,) and (m,): people of each lot, openings of each pool.
    lot, pool
        Shape (k,): lot and pool of each pair.
    group, need
        Shapes (n,) and (g,): group of each lot, and least people placed of each group.
    """

    supply: Ints
    capacity: Ints
    lot: NDArray[np.intp]
    pool: NDArray[np.intp]
    group: NDArray[np.intp]
    need: Ints

    @property
    def size(self) -> int:
        """Number of pairs."""
        return len(self.lot)

    def matrix(self) -> sparse.csc_array:
        """Shape (n + m + g + 1, k): which rows each pair counts in; the last row counts all."""
        n, m, g, k = len(self.supply), len(self.capacity), len(self.need), self.size
        rows = [self.lot, n + self.pool]
        if g:
            rows.append(n + m + self.group[self.lot])
        rows.append(np.full(k, n + m + g))
        indices = np.stack(rows, axis=1).ravel().astype(np.int32)
        indptr = np.arange(0, len(rows) * k + 1, len(rows))
        return sparse.csc_array((np.ones(len(indices)), indices, indptr), shape=(n + m + g + 1, k))


@dataclass(frozen=True, eq=False)
class Face:
    """
    Flows still allowed after some stages: bounds of each row (`FREE` = none) and the pairs that may carry people.

    `start` lists pairs known to carry a feasible flow, for the first columns of the next stage. `price` is the
    slope of the last stage's least cost at the number of people asked for; None where it was not verified in whole
    numbers.
    """

    lower: Ints
    upper: Ints
    open: NDArray[np.bool_]
    start: NDArray[np.intp]
    price: int | None = None


@dataclass(frozen=True)
class Stage:
    """
    One objective and its certificate.

    `value` is what the flow reaches, `bound` what no flow can pass, both in whole parts of the objective's unit,
    `parts` to a unit; `exact` says that the bound was verified in whole numbers.
    """

    name: str
    value: int
    bound: int
    exact: bool
    parts: int = 1

    @property
    def gap(self) -> int:
        """Distance between value and bound; 0 = proven optimal."""
        return abs(self.value - self.bound)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values in units of the objective (people, hours, kilometres), ready for JSON."""
        found: dict[str, Any] = {"name": self.name}
        for name, count in (("value", self.value), ("bound", self.bound), ("gap", self.gap)):
            found[name] = count if self.parts == 1 else count / self.parts
        return found | {"exact": self.exact}


def whole_face(network: Network) -> Face:
    """All flows within supplies, capacities and needs."""
    n, m, g = len(network.supply), len(network.capacity), len(network.need)
    lower = np.full(n + m + g + 1, FREE, dtype=np.int64)
    upper = np.full(n + m + g + 1, FREE, dtype=np.int64)
    upper[:n] = network.supply
    upper[n : n + m] = network.capacity
    lower[n + m : n + m + g] = network.need
    return Face(lower, upper, np.ones(network.size, dtype=np.bool_), np.zeros(0, dtype=np.intp))


def with_total(face: Face, total: int) -> Face:
    """Return the flows that place exactly `total` people."""
    lower, upper = face.lower.copy(), face.upper.copy()
    lower[-1] = upper[-1] = total
    return replace(face, lower=lower, upper=upper)


def minimise(network: Network, matrix: sparse.csc_array, face: Face, cost: Ints, name: str) -> tuple[Ints, Stage, Face]:
    """
    Find a flow of least cost on a face.

    Parameters
    ----------
    network, matrix
        The network and its `Network.matrix`.
    face
        Where to look.
    cost
        Shape (k,): whole cost of one person on each pair.
    name
        Name of the stage.

    Returns
    -------
    flow, stage, face
        Shape (k,) whole people; the certificate; and the face of all flows of that same cost: by complementary
        slackness, those that use no pair of positive reduced cost and fill every row that has a price.

    Raises
    ------
    InfeasibleError
        If no flow meets the bounds of the face.
    """
    columns = _first_columns(network, face, cost)
    eligible = np.flatnonzero(face.open)
    while True:
        try:
            values, prices = _solve(matrix[:, columns], face, cost[columns])
        except InfeasibleError:
            if len(columns) == len(eligible):
                raise
            columns = eligible  # the bounds from below may need pairs that are not among the cheapest
            continue
        reduced = cost - matrix.T @ prices
        missing = eligible[reduced[eligible] < -_ROUND]
        missing = np.setdiff1d(missing, columns, assume_unique=True)
        if not len(missing):
            break
        columns = np.union1d(columns, _cheapest(network.lot, reduced, missing, _CHEAPEST))
    flow = np.zeros(network.size, dtype=np.int64)
    flow[columns] = np.rint(values).astype(np.int64)
    _check(matrix, face, flow, values)
    whole = np.rint(prices)
    exact = bool(np.abs(prices - whole).max(initial=0.0) <= _ROUND)
    duals = whole if exact else prices
    reduced = cost - matrix.T @ duals
    exact = exact and bool((reduced[eligible] >= 0).all())
    bound = _bound(face, duals)
    stage = Stage(name, int(cost @ flow), bound if exact else int(np.ceil(bound - _ROUND)), exact)
    return flow, stage, replace(_next(face, duals, reduced, flow), price=int(duals[-1]) if exact else None)


def _first_columns(network: Network, face: Face, cost: Ints) -> NDArray[np.intp]:
    eligible = np.flatnonzero(face.open)
    if len(eligible) <= _START:
        return eligible
    return np.union1d(face.start, _cheapest(network.lot, cost, eligible, _CHEAPEST))


def _cheapest(
    lot: NDArray[np.intp], cost: NDArray[np.float64] | Ints, among: NDArray[np.intp], count: int
) -> NDArray[np.intp]:
    """Positions of the `count` cheapest pairs of each lot among some, ties by position."""
    order = among[np.lexsort((among, cost[among], lot[among]))]
    lots = lot[order]
    first = np.searchsorted(lots, lots, side="left")
    return np.sort(order[np.arange(len(order)) - first < count])


def _solve(matrix: sparse.csc_array, face: Face, cost: Ints) -> tuple[Floats, Floats]:
    """Solve one linear program by the dual simplex of HiGHS: a vertex, and the price of each row."""
    from scipy.optimize import linprog  # noqa: PLC0415 - heavy, only where something is solved

    lower, upper = face.lower, face.upper
    equal = np.flatnonzero((lower != FREE) & (lower == upper))
    above = np.flatnonzero((upper != FREE) & (lower != upper))
    below = np.flatnonzero((lower > 0) & (lower != upper))
    rows = matrix.tocsr()
    prices = np.zeros(matrix.shape[0])
    if not matrix.shape[1]:
        if (lower > 0).any():
            raise InfeasibleError
        return np.zeros(0), prices
    bounded = sparse.vstack([rows[above], -rows[below]], format="csr") if len(above) + len(below) else None
    # The stubs of scipy forget that these matrices may be sparse.
    result: Any = linprog(  # type: ignore[call-overload]
        cost.astype(np.float64),
        A_ub=bounded,
        b_ub=None if bounded is None else np.concatenate([upper[above], -lower[below]]).astype(np.float64),
        A_eq=rows[equal] if len(equal) else None,
        b_eq=upper[equal].astype(np.float64) if len(equal) else None,
        method="highs-ds",
        options={"time_limit": seconds_left(math.inf)},
    )
    if result.status == 2:  # noqa: PLR2004 - scipy's code of an infeasible problem
        raise InfeasibleError
    if result.status != 0:
        go_on()
        raise RuntimeError(f"the solver stopped: {result.message}")
    if bounded is not None:
        prices[above] += result.ineqlin.marginals[: len(above)]
        prices[below] -= result.ineqlin.marginals[len(above) :]
    if len(equal):
        prices[equal] += result.eqlin.marginals
    return np.asarray(result.x, dtype=np.float64), prices


def _check(matrix: sparse.csc_array, face: Face, flow: Ints, values: Floats) -> None:
    """Make sure that the rounded flow is whole and within every bound; it is a fault of the solver otherwise."""
    sums = np.rint(matrix @ flow).astype(np.int64)
    over = (face.upper != FREE) & (sums > face.upper)
    under = (face.lower != FREE) & (sums < face.lower)
    if over.any() or under.any() or flow.min(initial=0) < 0 or np.abs(values - np.rint(values)).max(initial=0) > _ROUND:
        raise RuntimeError("the solver gave a flow that is not whole or not within its bounds")


def _bound(face: Face, duals: Floats) -> int:
    """Dual objective: what the prices say that no flow can pass, in exact integers where the prices are whole."""
    ends = np.where(duals < 0, face.upper, face.lower)
    if (duals == np.rint(duals)).all():
        return sum(int(p) * int(e) for p, e in zip(duals.tolist(), ends.tolist(), strict=True) if p)
    return int(np.floor(float(duals @ np.where(duals == 0, 0, ends))))


def _next(face: Face, duals: Floats, reduced: Floats, flow: Ints) -> Face:
    lower, upper = face.lower.copy(), face.upper.copy()
    lower[duals < -_ROUND] = upper[duals < -_ROUND]
    upper[duals > _ROUND] = lower[duals > _ROUND]
    carried = flow > 0
    return Face(lower, upper, (face.open & (reduced <= _ROUND)) | carried, np.flatnonzero(carried))


TENTHS: Final = 10  # hours and kilometres are counted in whole tenths: sums are exact, on any machine
_EXACT: Final = 1e-9
_ENDLESS: Final = 1 << 60
_MILLI: Final = 1000  # a weighted sum is counted in thousandths


def budget_tenths(hours: float) -> int:
    """Whole tenths of an hour that a budget holds."""
    return math.floor(hours * TENTHS + _EXACT)


@dataclass(frozen=True, eq=False)
class Task:
    """
    What to optimise.

    Attributes
    ----------
    hours, cost, km
        Shape (k,): tenths of an hour of training, of an hour of cost and of a kilometre of each pair.
    same
        Shape (k,): whether the job stays the same.
    tie
        Gives some pairs a number drawn from the names of their two lots, the same in every run.
    budget
        Most tenths of an hour of training in all; None = no bound.
    """

    network: Network
    hours: Ints
    cost: Ints
    km: Ints
    same: NDArray[np.bool_]
    tie: Callable[[NDArray[np.intp]], Ints]
    budget: int | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """People on each pair, shape (k,), and the certificate of each objective, in order."""

    flow: Ints
    stages: tuple[Stage, ...]


class Point(NamedTuple):
    """What placing some people takes at least: their cost, and the hours of training in it, tenths of an hour."""

    people: int
    cost: int
    hours: int


def best_flow(task: Task, settings: TerritorySettings) -> Outcome:
    """
    Solve a task to proven optimality.

    A budget of hours that the cheapest flow breaks is one row more, whose matrix is no network's: the objectives after
    the number of people are then searched in whole numbers, each with the bound that its search proves.

    Raises
    ------
    InfeasibleError
        If the floors cannot all be met, within the budget where there is one.
    """
    if settings.objective == "weighted":
        return _weighted(task, settings)
    matrix = task.network.matrix()
    face, people = _placed(task, matrix)
    flow, stage, cheapest = minimise(task.network, matrix, face, task.cost, "cost")
    if task.budget is not None and int(task.hours @ flow) > task.budget:
        return _searched(task, matrix, face, people, settings.time_limit_s)
    return _finish(task, matrix, cheapest, [people, replace(stage, parts=TENTHS)])


def most_people(task: Task) -> tuple[int, int]:
    """Return how many people can be placed at most, and the least tenths of an hour of training that it takes."""
    matrix = task.network.matrix()
    face, people = _placed(task, matrix)
    flow, _, _ = minimise(task.network, matrix, face, task.hours, "hours")
    return people.value, int(task.hours @ flow)


def cost_curve(task: Task, placed: int, counts: Sequence[int]) -> tuple[Point, ...]:
    """
    Return what placing fewer people would take at least, whatever the budget.

    The least cost is convex in the number of people: each next person costs as much as the one before, or more.

    Parameters
    ----------
    placed
        Most people that can be placed.
    counts
        Numbers of people to place, up to `placed`.
    """
    matrix = task.network.matrix()
    face = whole_face(task.network)
    points = []
    for people in counts:
        flow, _, _ = minimise(task.network, matrix, with_total(face, min(people, placed)), task.cost, "cost")
        points.append(Point(min(people, placed), int(task.cost @ flow), int(task.hours @ flow)))
    return tuple(points)


def _placed(task: Task, matrix: sparse.csc_array) -> tuple[Face, Stage]:
    """Face of the flows that place most people, within the budget."""
    network = task.network
    everything = whole_face(network)
    _, stage, face = minimise(network, matrix, everything, np.full(network.size, -1, dtype=np.int64), "people")
    people = replace(stage, value=-stage.value, bound=-stage.bound)
    if task.budget is None:
        return face, people
    flow, _, _ = minimise(network, matrix, face, task.hours, "hours")
    if int(task.hours @ flow) <= task.budget:
        return face, people
    return _within_budget(task, matrix, everything, people)


def _within_budget(task: Task, matrix: sparse.csc_array, everything: Face, people: Stage) -> tuple[Face, Stage]:
    """
    Most people within the budget.

    The least hours H(P) of placing exactly P people are a network each, never fall as P grows, and are convex: between
    two solved numbers H lies under the chord and over both slopes. What the chord proves to fit and the slopes prove
    not to closes in on the answer much faster than halving.
    """
    budget = task.budget or 0
    low = _least_hours(task, matrix, everything, int(task.network.need.sum()))
    if low.hours > budget:
        raise InfeasibleError
    high = _least_hours(task, matrix, everything, people.value)
    fits, most = low.people, high.people - 1  # proven to fit, and not proven not to
    while True:
        most = min(most, high.people - _steps_over(high.hours - budget, high.slope), low.most(budget))
        chord = (budget - low.hours) * (high.people - low.people) // max(high.hours - low.hours, 1)
        fits = max(fits, min(low.people + chord, most))
        if fits >= most:
            return with_total(everything, fits), Stage("people", fits, fits, people.exact)
        middle = _least_hours(task, matrix, everything, (fits + most + 1) // 2)
        if middle.hours <= budget:
            low, fits = middle, max(fits, middle.people)
        else:
            high, most = middle, min(most, middle.people - 1)


class _Slope(NamedTuple):
    """Least tenths of an hour of placing some people, and the slope there; None = not verified."""

    people: int
    hours: int
    slope: int | None

    def most(self, budget: int) -> int:
        """Return how many people the slope lets a budget place at most."""
        rises = self.slope is not None and self.slope > 0
        return self.people + (budget - self.hours) // (self.slope or 1) if rises else _ENDLESS


def _steps_over(excess: int, slope: int | None) -> int:
    """People fewer that an excess of hours asks for at least: hours fall no faster than the slope."""
    return max(1, -(-excess // slope)) if slope is not None and slope > 0 else 1


def _least_hours(task: Task, matrix: sparse.csc_array, everything: Face, people: int) -> _Slope:
    flow, _, face = minimise(task.network, matrix, with_total(everything, people), task.hours, "hours")
    return _Slope(people, int(task.hours @ flow), face.price)


def _finish(task: Task, matrix: sparse.csc_array, face: Face, stages: list[Stage]) -> Outcome:
    """Settle what is left open: the same job first, then least distance, then the draw."""
    _, stage, face = minimise(task.network, matrix, face, -task.same.astype(np.int64), "same_job")
    stages.append(replace(stage, value=-stage.value, bound=-stage.bound))
    _, stage, face = minimise(task.network, matrix, face, task.km, "distance")
    stages.append(replace(stage, parts=TENTHS))
    flow, _, _ = minimise(task.network, matrix, face, _draw(task, face), "tie")
    return Outcome(flow, tuple(stages))


def _draw(task: Task, face: Face) -> Ints:
    """Cost of each pair that may still carry people, by its draw; hashing a country's pairs would take seconds."""
    drawn = np.zeros(task.network.size, dtype=np.int64)
    drawn[face.open] = task.tie(np.flatnonzero(face.open))
    return drawn


def _searched(task: Task, matrix: sparse.csc_array, face: Face, people: Stage, seconds: float) -> Outcome:
    """Settle the objectives after the number of people within a budget that binds, one search each."""
    draw = _draw(task, face)
    stages = [people]
    kept: list[tuple[Ints, int]] = [(task.hours, task.budget or 0)]
    same = -task.same.astype(np.int64)
    flow = np.zeros(task.network.size, dtype=np.int64)
    for name, cost, parts in (("cost", task.cost, TENTHS), ("same_job", same, 1), ("distance", task.km, TENTHS)):
        flow, stage = _search(task, matrix, face, cost, seconds, kept, name)
        kept.append((cost, stage.value))
        sign = -1 if name == "same_job" else 1
        stages.append(replace(stage, value=sign * stage.value, bound=sign * stage.bound, parts=parts))
        if stage.gap:
            return Outcome(flow, tuple(stages))
    flow, _ = _search(task, matrix, face, draw, seconds, kept, "tie")
    return Outcome(flow, tuple(stages))


def _weighted(task: Task, settings: TerritorySettings) -> Outcome:
    """
    Least weighted sum of cost and kilometres less the worth of placements, then the draw.

    With a budget the sum is no longer that of a network: a mixed-integer program, with the bound that its search
    proves.
    """
    value = settings.weight_hour * task.cost / TENTHS + settings.weight_km * task.km / TENTHS - settings.weight_person
    cost = np.rint(value * _MILLI).astype(np.int64)
    matrix = task.network.matrix()
    everything = whole_face(task.network)
    if task.budget is None:
        _, stage, face = minimise(task.network, matrix, everything, cost, "weighted")
        flow, _, _ = minimise(task.network, matrix, face, _draw(task, face), "tie")
        return Outcome(flow, (replace(stage, parts=_MILLI),))
    within = [(task.hours, task.budget)]
    flow, stage = _search(task, matrix, everything, cost, settings.time_limit_s, within, "weighted")
    stage = replace(stage, parts=_MILLI)
    if not stage.gap:
        kept = [*within, (cost, stage.value)]
        flow, _ = _search(task, matrix, everything, _draw(task, everything), settings.time_limit_s, kept, "tie")
    return Outcome(flow, (stage,))


def _search(
    task: Task,
    matrix: sparse.csc_array,
    face: Face,
    cost: Ints,
    seconds: float,
    kept: Sequence[tuple[Ints, int]],
    name: str,
) -> tuple[Ints, Stage]:
    """Find a flow of least cost on a face by a search in whole numbers; `kept` bounds other sums from above."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - heavy, only where something is solved

    lower = np.where(face.lower < 0, -np.inf, face.lower)
    upper = np.where(face.upper < 0, np.inf, face.upper)
    most = seconds_left(seconds)
    rows = [matrix, *(sparse.csc_array(weights[None, :].astype(np.float64)) for weights, _ in kept)]
    lower = np.append(lower, np.full(len(kept), -np.inf))
    upper = np.append(upper, [float(bound) for _, bound in kept])
    result = milp(
        cost.astype(np.float64),
        constraints=LinearConstraint(sparse.vstack(rows, format="csc"), lower, upper),
        bounds=Bounds(0, np.where(face.open, np.inf, 0)),
        integrality=np.ones(task.network.size, dtype=np.int64),
        options={"mip_rel_gap": 0.0, "time_limit": most},
    )
    if result.status == 1 and most < seconds:  # a poorer answer because somebody is in a hurry would be another answer
        raise StoppedError
    if result.x is None:
        if result.status == 2:  # noqa: PLR2004 - scipy's code of an infeasible problem
            raise InfeasibleError
        raise RuntimeError(f"the solver stopped: {result.message}")
    flow = np.rint(result.x).astype(np.int64)
    bound = int(np.ceil(float(result.mip_dual_bound) - 1e-3))  # costs are whole: so is the least of them
    return flow, Stage(name, int(cost @ flow), min(bound, int(cost @ flow)), exact=False)
