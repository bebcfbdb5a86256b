"""
Flows of people through a network, optimal and certified: one linear program an objective, checked in whole numbers.

Rows bound sums of flows: the people of a lot, the openings of a pool, the people of a group of lots (at least), all
people. These sums are nested on either side, so the matrix is totally unimodular: whole bounds and whole costs have
a whole optimum and whole dual prices, which the certificate verifies in integers. The objectives come in an order:
people placed, the same job, least cost, least distance, then a draw fixed by the names.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.progress import StoppedError, go_on, seconds_left
from passerelles.settings import TerritorySettings
from passerelles.vectors import Bools, Floats, Ints, Rows

_ROUND: Final = 1e-5  # farther than this from a whole number, a value is not a rounding of one


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
    lot: Rows
    pool: Rows
    group: Rows
    need: Ints

    @property
    def size(self) -> int:
        """Number of pairs."""
        return len(self.lot)

    @cached_property
    def matrix(self) -> sparse.csc_array:
        """Shape (n + m + g + 1, k): which rows each pair counts in; the last row counts all."""
        n, m, g, k = len(self.supply), len(self.capacity), len(self.need), self.size
        rows = [self.lot, n + self.pool, *([n + m + self.group[self.lot]] if g else []), np.full(k, n + m + g)]
        indices = np.stack(rows, axis=1).ravel().astype(np.int32)
        indptr = np.arange(0, len(rows) * k + 1, len(rows))
        return sparse.csc_array((np.ones(len(indices)), indices, indptr), shape=(n + m + g + 1, k))


@dataclass(frozen=True, eq=False)
class Face:
    """Flows still allowed after some stages: bounds of each row (infinite = none), and pairs that may carry people."""

    lower: Floats
    upper: Floats
    open: Bools


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
        counts = {"value": self.value, "bound": self.bound, "gap": self.gap}
        figures = {name: count if self.parts == 1 else count / self.parts for name, count in counts.items()}
        return {"name": self.name, **figures, "exact": self.exact}


def whole_face(network: Network) -> Face:
    """All flows within supplies, capacities and needs."""
    ends = np.concatenate([network.supply, network.capacity])
    lower = np.concatenate([np.full(len(ends), -math.inf), network.need, [-math.inf]])
    upper = np.concatenate([ends, np.full(len(network.need) + 1, math.inf)])
    return Face(lower, upper, np.ones(network.size, dtype=np.bool_))


def with_total(face: Face, total: int) -> Face:
    """Return the flows that place exactly `total` people."""
    lower, upper = face.lower.copy(), face.upper.copy()
    lower[-1] = upper[-1] = total
    return replace(face, lower=lower, upper=upper)


def minimise(network: Network, face: Face, cost: Ints, name: str) -> tuple[Ints, Stage, Face]:
    """
    Find a flow of least cost on a face.

    Parameters
    ----------
    network
        The network.
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
    values, prices = _solve(network.matrix, face, cost)
    flow = np.zeros(network.size, dtype=np.int64)
    flow[face.open] = np.rint(values).astype(np.int64)
    _check(network.matrix, face, flow, values)
    rounded = np.rint(prices)
    exact = bool(np.abs(prices - rounded).max(initial=0.0) <= _ROUND)
    duals = rounded if exact else prices
    reduced = cost - network.matrix.T @ duals
    exact = exact and bool((reduced[face.open] >= 0).all())
    bound = _bound(face, duals)
    stage = Stage(name, int(cost @ flow), bound if exact else int(np.ceil(bound - _ROUND)), exact)
    return flow, stage, _optimal_face(face, duals, reduced, flow)


def first_of_each(line: Rows, among: Rows, *ranks: NDArray[Any]) -> Rows:
    """Position of the first of each line among some, by ranks of these, the weightiest last; ties by position."""
    order = np.lexsort((among, *ranks, line[among]))
    return among[order[np.unique(line[among[order]], return_index=True)[1]]]


def _solve(matrix: sparse.csc_array, face: Face, cost: Ints) -> tuple[Floats, Floats]:
    """
    Solve one linear program on a face by the dual simplex of HiGHS; the rows of the face are those of `matrix`.

    Returns a vertex (the people on each pair that may carry some), and the price of each row.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - heavy, only where something is solved

    lower, upper = face.lower, face.upper
    equal = np.flatnonzero(lower == upper)
    above = np.flatnonzero((upper < math.inf) & (lower != upper))
    below = np.flatnonzero((lower > 0) & (lower != upper))
    rows = matrix[:, np.flatnonzero(face.open)].tocsr()
    prices = np.zeros(rows.shape[0])
    if not rows.shape[1]:
        if (lower > 0).any():
            raise InfeasibleError
        return np.zeros(0), prices
    # The stubs of scipy forget that these matrices may be sparse.
    result: Any = linprog(  # type: ignore[call-overload]
        cost[face.open].astype(np.float64),
        A_ub=sparse.vstack([rows[above], -rows[below]], format="csr"),
        b_ub=np.concatenate([upper[above], -lower[below]]),
        A_eq=rows[equal],
        b_eq=upper[equal],
        method="highs-ds",
        options={"time_limit": seconds_left(math.inf)},
    )
    if result.status == 2:  # noqa: PLR2004 - scipy's code of an infeasible problem
        raise InfeasibleError
    if result.status != 0:
        go_on()
        raise RuntimeError(f"the solver stopped: {result.message}")
    prices[above] += result.ineqlin.marginals[: len(above)]
    prices[below] -= result.ineqlin.marginals[len(above) :]
    prices[equal] += result.eqlin.marginals
    return np.asarray(result.x, dtype=np.float64), prices


def _check(matrix: sparse.csc_array, face: Face, flow: Ints, values: Floats) -> None:
    """Make sure that the rounded flow is whole and within every bound; it is a fault of the solver otherwise."""
    sums = np.rint(matrix @ flow)
    within = (face.lower <= sums) & (sums <= face.upper)
    if not within.all() or flow.min(initial=0) < 0 or np.abs(values - np.rint(values)).max(initial=0) > _ROUND:
        raise RuntimeError("the solver gave a flow that is not whole or not within its bounds")


def _bound(face: Face, duals: Floats) -> int:
    """Dual objective: what the prices say that no flow can pass, in exact integers where the prices are whole."""
    ends = np.where(duals < 0, face.upper, face.lower)
    duals, ends = duals[np.isfinite(ends)], ends[np.isfinite(ends)]  # a row without a bound has no price
    if (duals == np.rint(duals)).all():
        return sum(int(price) * int(end) for price, end in zip(duals.tolist(), ends.tolist(), strict=True))
    return int(np.floor(duals @ ends))


def _optimal_face(face: Face, duals: Floats, reduced: Floats, flow: Ints) -> Face:
    lower, upper = face.lower.copy(), face.upper.copy()
    lower[duals < -_ROUND] = upper[duals < -_ROUND]
    upper[duals > _ROUND] = lower[duals > _ROUND]
    return Face(lower, upper, (face.open & (reduced <= _ROUND)) | (flow > 0))


TENTHS: Final = 10  # hours and kilometres are counted in whole tenths: sums are exact, on any machine
_MIP_GAP: Final = 1e-3  # of what a search proves
_THOUSANDTHS: Final = 1000  # a weighted sum is counted in thousandths


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
    same: Bools
    tie: Callable[[Rows], Ints]
    budget: int | None = None


def best_flow(task: Task, settings: TerritorySettings) -> tuple[Ints, tuple[Stage, ...]]:
    """
    Solve a task to proven optimality: people on each pair, shape (k,), and the certificate of each objective, in order.

    A budget of hours that the cheapest flow breaks is one row more, whose matrix is no network's: the objectives after
    the number of people are then searched in whole numbers, each with the bound that its search proves.

    Raises
    ------
    InfeasibleError
        If the floors cannot all be met, within the budget where there is one.
    """
    network = task.network
    stages: list[Stage] = []
    if settings.objective == "weighted":
        # Cost and kilometres less the worth of a placement, of one person on each pair.
        cost_each = settings.weight_hour * task.cost / TENTHS + settings.weight_km * task.km / TENTHS
        worth = np.rint((cost_each - settings.weight_person) * _THOUSANDTHS).astype(np.int64)
        face, objectives = whole_face(network), [("weighted", worth, _THOUSANDTHS)]
        flow = _fewest_hours(task, face)
    else:
        face, people_stage, flow = _placed(task)
        stages.append(people_stage)
        same = -task.same.astype(np.int64)
        objectives = [("same_job", same, 1), ("cost", task.cost, TENTHS), ("distance", task.km, TENTHS)]
    limits = [] if task.budget is None else [(task.hours, task.budget)]
    for name, cost, parts in objectives:
        flow, stage, face = _least(network, face, cost, name, limits, flow, settings.time_limit_s)
        stages.append(_negated(stage) if name == "same_job" else replace(stage, parts=parts))
        if stage.gap:  # the time is up
            break
    else:
        draws = np.zeros(network.size, dtype=np.int64)
        draws[face.open] = task.tie(np.flatnonzero(face.open))  # hashing a country's pairs would take seconds
        flow, _, _ = _least(network, face, draws, "tie", limits, flow, settings.time_limit_s)
    return flow, tuple(stages)


def _least(
    network: Network, face: Face, cost: Ints, name: str, limits: list[tuple[Ints, int]], fallback: Ints, seconds: float
) -> tuple[Ints, Stage, Face]:
    """
    Find a flow of least cost on a face under bounds on other sums, and the face on which the next objective is settled.

    Where no flow of least cost keeps to these bounds, whole numbers are searched; what is reached is then one more
    bound in `limits`. `fallback` is a flow that keeps to them, for a search that the time does not suffice for.
    """
    flow, stage, narrower = minimise(network, face, cost, name)
    if all(int(weights @ flow) <= most for weights, most in limits):
        return flow, stage, narrower
    flow, proven = _search(network, face, cost, limits, fallback, seconds)
    reached = int(cost @ flow)
    limits.append((cost, reached))
    bound = math.ceil(max(proven - _MIP_GAP, stage.bound))  # costs are whole: so is the least of them
    return flow, Stage(name, reached, min(bound, reached), exact=False), face


def _fewest_hours(task: Task, face: Face) -> Ints:
    """
    Return a flow of least hours on a face.

    Raises
    ------
    InfeasibleError
        If none is within the budget.
    """
    flow, _, _ = minimise(task.network, face, task.hours, "hours")
    if task.budget is not None and int(task.hours @ flow) > task.budget:
        raise InfeasibleError
    return flow


def _negated(stage: Stage) -> Stage:
    """Return the certificate of what was made most of by making its opposite least."""
    return replace(stage, value=-stage.value, bound=-stage.bound)


def most_people(task: Task) -> tuple[int, int]:
    """Return how many people can be placed at most, and the least tenths of an hour of training that it takes."""
    face, people, _ = _placed(task)
    return people.value, int(task.hours @ _fewest_hours(task, face))


def cost_curve(task: Task, counts: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """
    Yield what placing some numbers of people takes at least, whatever the budget: people, cost, hours in it, in tenths.

    The least cost is convex in the number of people: each next person costs as much as the one before, or more.
    """
    face = whole_face(task.network)
    for people in counts:
        flow, _, _ = minimise(task.network, with_total(face, people), task.cost, "cost")
        yield people, int(task.cost @ flow), int(task.hours @ flow)


def _placed(task: Task) -> tuple[Face, Stage, Ints]:
    """Face of the flows that place most people within the budget, the certificate, and one of these flows."""
    network = task.network
    everything = whole_face(network)
    flow, stage, face = minimise(network, everything, np.full(network.size, -1, dtype=np.int64), "people")
    people = _negated(stage)
    if task.budget is None:
        return face, people, flow
    try:
        return face, people, _fewest_hours(task, face)
    except InfeasibleError:
        return _within_budget(task, everything, people)


def _within_budget(task: Task, everything: Face, people: Stage) -> tuple[Face, Stage, Ints]:
    """
    Most people within a budget that placing the most people breaks.

    The least hours of placing exactly P people are a network each, never fall as P grows, are convex, and run straight
    from one whole P to the next. A linear program with the budget as one row more thus says the number but for its
    rounding; whole numbers then settle that it fits, and that one more does not.
    """
    network, budget = task.network, task.budget or 0
    rows = _with_sums(network, [task.hours])
    lower, upper = np.append(everything.lower, -math.inf), np.append(everything.upper, budget)
    bounded = replace(everything, lower=lower, upper=upper)
    values, _ = _solve(rows, bounded, np.full(network.size, -1, dtype=np.int64))
    placed = min(int(values.sum() + _ROUND), people.value - 1)

    def within(count: int) -> Ints | None:
        flow, _, _ = minimise(network, with_total(everything, count), task.hours, "hours")
        return flow if int(task.hours @ flow) <= budget else None

    while (flow := within(placed)) is None:  # fewer people than the floors ask for: no flow at all
        placed -= 1
    while placed + 1 < people.value and (more := within(placed + 1)) is not None:
        placed, flow = placed + 1, more
    return with_total(everything, placed), Stage("people", placed, placed, people.exact), flow


def _with_sums(network: Network, weights: Iterable[Ints]) -> sparse.csc_array:
    """Return the matrix of a network, with a row for each of some sums over all pairs."""
    rows = [sparse.csc_array(w[None, :].astype(np.float64)) for w in weights]
    return sparse.csc_array(sparse.vstack([network.matrix, *rows]))


def _search(
    network: Network, face: Face, cost: Ints, limits: Sequence[tuple[Ints, int]], fallback: Ints, seconds: float
) -> tuple[Ints, float]:
    """
    Find a flow of least cost on a face by a search in whole numbers, and a bound that none passes.

    `limits` bounds other sums from above; the flow is `fallback` where the time ends before one is found.
    """
    lower = np.append(face.lower, np.full(len(limits), -math.inf))
    upper = np.append(face.upper, [float(bound) for _, bound in limits])
    rows = _with_sums(network, (weights for weights, _ in limits))
    result = extreme(cost, rows, lower, upper, most=np.where(face.open, np.inf, 0), whole=True, seconds=seconds)
    if result.x is None and result.status != 1:
        raise RuntimeError(f"the solver stopped: {result.message}")
    flow = fallback if result.x is None else np.rint(result.x).astype(np.int64)
    return flow, -math.inf if result.mip_dual_bound is None else float(result.mip_dual_bound)


def extreme(
    weights: NDArray[Any],
    rows: sparse.sparray,
    lower: Floats,
    upper: Floats,
    *,
    most: Floats | float = math.inf,
    whole: bool = False,
    seconds: float = math.inf,
) -> Any:
    """
    Look for the numbers, from 0 to `most`, that make a weighted sum least under bounds on the sums of some rows.

    Returns what scipy's `milp` gives: of a search in `whole` numbers that takes longer, what it has found so far.

    Raises
    ------
    StoppedError
        If nobody waits for it any more: a poorer answer because somebody is in a hurry would be another answer.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - heavy, only where something is solved

    limit = seconds_left(seconds)
    result = milp(
        weights.astype(np.float64),
        constraints=LinearConstraint(rows, lower, upper),
        bounds=Bounds(0, most),
        integrality=np.full(len(weights), int(whole)),
        options={"mip_rel_gap": 0.0, "time_limit": limit},
    )
    if result.status == 1 and limit < seconds:
        raise StoppedError
    return result
