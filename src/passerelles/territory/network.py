"""
Flows of people through a network, optimal and certified: one linear program a stage, whole numbers checked exactly.

Rows bound sums of flows: the people of a lot, the openings of a pool, the people of a group of lots (at least), all
people. These sums are nested on either side, so the matrix is totally unimodular: whole bounds and whole costs have
a whole optimum and whole dual prices, which the certificate verifies in integers.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

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
    )
    if result.status == 2:  # noqa: PLR2004 - scipy's code of an infeasible problem
        raise InfeasibleError
    if result.status != 0:
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
    if (duals == np.rint(duals)).all():
        ends = np.where(duals < 0, face.upper, face.lower)
        return sum(int(p) * int(e) for p, e in zip(duals.tolist(), ends.tolist(), strict=True) if p)
    ends = np.where(duals < 0, face.upper, face.lower)
    return int(np.floor(float(duals @ np.where(duals == 0, 0, ends))))


def _next(face: Face, duals: Floats, reduced: Floats, flow: Ints) -> Face:
    lower, upper = face.lower.copy(), face.upper.copy()
    lower[duals < -_ROUND] = upper[duals < -_ROUND]
    upper[duals > _ROUND] = lower[duals > _ROUND]
    carried = flow > 0
    return Face(lower, upper, (face.open & (reduced <= _ROUND)) | carried, np.flatnonzero(carried))
