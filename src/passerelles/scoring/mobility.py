"""Features made from the mobilities that experts list, never from those of the origin's own parent group."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.scoring.features import FeatureContext, tree_of
from passerelles.scoring.measures import Dense
from passerelles.vectors import Bools, Floats, Rows, membership, places_by_number, sparse

ENOUGH: Final = 50.0  # listed moves at which mobilities are heeded half as much as on a large referential
_SAMPLE: Final = 100  # origins that the two numbers are fitted on: more would change a third digit
_SLOPE_PRECISION: Final = 10.0
_SHIFT_PRECISION: Final = 1e-4
_STEPS: Final = 30
_NO_STEP: Final = 1e-9
_NO_GAIN: Final = 1e-12  # share of the loss, far below the digits kept
_DECIMALS: Final = 4


class Balance(NamedTuple):
    """
    What content's chance becomes on a referential, ``logistic(shift + slope x logit)``, and how much mobilities weigh.

    `weight` is in [0, 1]: near 1 where there are many lists and content foresees them as well as it claims.
    """

    shift: float
    slope: float
    weight: float


def balance_of(logit: Dense, listed: Dense, rows: Rows) -> Balance:
    """
    Compare what content expects of some origins with what their experts list.

    Shift and slope are those of a logistic regression of the lists on content's log-odds (Platt, 1999), the slope
    drawn towards 1 where lists are few. With m moves in these lists, the weight is
    ``m / (m + ENOUGH) x min(slope, 1 / slope)``: a slope of 0 says that the lists have nothing to do with what the
    jobs are; one far above 1 says that content alone tells more here than where the weights were fitted.

    Parameters
    ----------
    logit
        Shape (n, n): log-odds by content alone.
    listed
        Shape (n, n): 1 where the experts list the target.
    rows
        The origins that are compared, each of which lists something; without any the weight is 0.

    Examples
    --------
    >>> balance_of(np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32), np.array([], dtype=np.intp))
    Balance(shift=0.0, slope=1.0, weight=0.0)
    """
    if not len(rows):
        return Balance(0.0, 1.0, 0.0)
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    apart = sample[:, None] != np.arange(logit.shape[1])[None, :]
    shift, slope = _fitted(logit[sample][apart].astype(np.float64), listed[sample][apart].astype(np.float64))
    moves = float(listed[rows].sum(dtype=np.float64))
    slope = max(round(slope, _DECIMALS), 0.0)
    trust = min(slope, 1.0 / slope) if slope else 0.0
    return Balance(round(shift, _DECIMALS), slope, round(trust * moves / (moves + ENOUGH), _DECIMALS))


def _fitted(logit: Floats, listed: Floats) -> tuple[float, float]:
    """Shift and slope, by Newton's method with steps that never raise the loss."""
    terms = np.stack([np.ones_like(logit), logit])
    start, precision = np.asarray([0.0, 1.0]), np.asarray([_SHIFT_PRECISION, _SLOPE_PRECISION])

    def loss_at(point: Floats) -> float:
        odds = point @ terms
        penalty = (precision * (point - start) ** 2).sum() / 2.0
        return float(np.logaddexp(0.0, odds).sum() - (listed * odds).sum() + penalty)

    estimate, loss = start, loss_at(start)
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(estimate @ terms, -700.0, 700.0)))
        gradient = terms @ (listed - chance) - precision * (estimate - start)
        step = np.linalg.solve((terms * chance * (1.0 - chance)) @ terms.T + np.diag(precision), gradient)
        while (after := loss_at(estimate + step)) >= loss and np.abs(step).max() > _NO_STEP:
            step /= 2.0
        if loss - after < _NO_GAIN * loss:
            break
        estimate, loss = estimate + step, after
    return float(estimate[0]), float(estimate[1])


# Closeness is raised to this power, and ridge penalties are added on either side, before moves are carried over;
# the floor keeps a move that content already foresees from weighing without bound. Chosen on groupings of v460
# that no published figure uses.
POWER: Final = 1.33
ORIGIN_RIDGE: Final = 0.64
TARGET_RIDGE: Final = 2.6
VARIANCE_FLOOR: Final = 0.02
_PAIR_PRIOR: Final = 200.0  # pairs of occupations that a flow between two domains must outweigh
_LEVEL_PRIOR: Final = 3.0
_CITED_PRIOR: Final = 3.0
_MAX_LOGIT: Final = 20.7  # log-odds beyond which content is certain: a chance of a thousand-millionth
_FAR: Final = 30.0

Number = TypeVar("Number", bound=np.floating)


@dataclass(frozen=True, eq=False)
class ListedMoves:
    """
    Mobilities of the n occupations of the referential proper, and what content alone expected of them.

    Attributes
    ----------
    rows
        Shape (n,): their rows in the graph.
    listed
        Shape (n, n): 1 where the experts of the origin's fiche list the target.
    known
        Shape (n,): whether a fiche lists any; one that lists none is unknown, not without ways out.
    half
        Shape (n,): 0 or 1, the same within a parent group.
    surprise
        Shape (2, n, n): listed less expected, in standard deviations, as an origin of each half sees it; 0 in the
        rows that are not known.
    weight
        Shape (n,): how much each origin heeds the mobilities, in [0, 1].
    group, top_domain, domain, level
        Shape (n,): numbers of the parent group, of the top domain, of the domain, and of the level of training and
        management.
    closeness
        Shape (n, n): overall closeness, diagonal 1.
    """

    rows: NDArray[np.int32]
    listed: Dense
    known: Bools
    half: NDArray[np.int32]
    surprise: Dense
    weight: Dense
    group: NDArray[np.int32]
    top_domain: NDArray[np.int32]
    domain: NDArray[np.int32]
    level: NDArray[np.int32]
    closeness: Dense

    @property
    def elsewhere(self) -> Dense:
        """Shape (n, n): 1 where two occupations are of different parent groups."""
        return np.asarray(self.group[:, None] != self.group[None, :], dtype=np.float32)

    @property
    def members(self) -> "sparse.csr_array":
        """Shape (groups, n): 1 where an occupation belongs to a parent group."""
        return sparse.csr_array(membership(self.group, kind=np.float32).T)

    def by_half(self, compute: Callable[[Rows, Dense], Dense]) -> Dense:
        """Shape (n, n): what `compute` gives for the rows of each half and the surprises that they see."""
        values = np.zeros_like(self.listed)
        for half in (0, 1):
            rows = np.flatnonzero(self.half == half)
            if len(rows):
                values[rows] = compute(rows, self.surprise[half])
        return values


def gather_moves(context: FeatureContext, expected: NDArray[np.floating]) -> ListedMoves:
    """
    Return the mobilities of a graph beside the log-odds, shape (n, n), that content alone gives to each.

    The surprise of a move is ``(listed - p) / sqrt(p (1 - p) + floor)``: what similarity already foresees teaches
    nothing, a way out that it does not see teaches much. Here p is the chance, brought to the lists of this
    referential by `balance_of` on the half of the parent groups that the origin is not in.
    """
    graph = context.graph
    rows = np.flatnonzero(~graph.is_specialised).astype(np.int32)
    listed = (graph.mobility[rows][:, rows].toarray() > 0).astype(np.float32)
    known = np.asarray(listed.any(axis=1), dtype=np.bool_)
    logit = np.clip(_between(expected, rows), -_MAX_LOGIT, _MAX_LOGIT).astype(np.float32)
    group = graph.group[rows]
    half = (np.unique(group, return_inverse=True)[1] % 2).astype(np.int32)
    surprise = np.zeros((2, *listed.shape), dtype=np.float32)
    weight = np.zeros(len(rows), dtype=np.float32)
    for number in (0, 1):
        balance = balance_of(logit, listed, np.flatnonzero(known & (half != number)))
        surprise[number, known] = _surprise(listed, logit, balance)[known]
        weight[half == number] = balance.weight
    attributes = context.reference.attributes
    cadre, level = (np.round(figures[rows]).astype(np.int32) for figures in (attributes.cadre, attributes.level))
    _, domain, top = (numbers[rows] for numbers in tree_of(graph))
    closeness = _between(context.measured("overall"), rows)
    return ListedMoves(rows, listed, known, half, surprise, weight, group, top, domain, 2 * level + cadre, closeness)


def _between(pairs: NDArray[Number], rows: NDArray[np.integer]) -> NDArray[Number]:
    """Pairs of some rows, in order, out of a table of all; the table itself where they are all there is."""
    return pairs if len(rows) == len(pairs) else pairs[np.ix_(rows, rows)]


def _surprise(listed: Dense, logit: Dense, balance: Balance) -> Dense:
    odds = balance.shift + balance.slope * logit.astype(np.float64)
    chance = 1.0 / (1.0 + np.exp(-np.clip(odds, -_FAR, _FAR)))
    np.fill_diagonal(chance, 0.0)
    return np.asarray((listed - chance) / np.sqrt(chance * (1.0 - chance) + VARIANCE_FLOOR), dtype=np.float32)


def carried_over(moves: ListedMoves) -> tuple[Dense, Dense]:
    """
    Surprises of close origins carried over to each origin, to the same targets and to close ones.

    Kernel ridge regression of the rows of surprises on closeness; the row of an origin is predicted without any row
    of its own parent group, in closed form (leave-group-out of a linear smoother). Close targets share by a second
    smoother that depends on content only.

    Returns
    -------
    exact, smoothed
        Shape (n, n) each.
    """
    kernel = np.maximum(moves.closeness, 0.0, dtype=np.float64)
    kernel **= POWER
    known = np.flatnonzero(moves.known)
    unknown = np.flatnonzero(~moves.known)
    # K (K + cI)^-1 = I - c (K + cI)^-1: one inverse, no product.
    inverse = _inverse(kernel, known, ORIGIN_RIDGE)
    carried = np.zeros(kernel.shape, dtype=np.float32)
    carried[np.ix_(unknown, known)] = kernel[np.ix_(unknown, known)] @ inverse
    for members in places_by_number(moves.group[known]):
        block = np.linalg.solve(inverse[np.ix_(members, members)], inverse[members])
        carried[np.ix_(known[members], known)] = -block
    carried[moves.group[:, None] == moves.group[None, :]] = 0.0
    del inverse
    exact = moves.by_half(lambda rows, surprise: _product(carried[rows], surprise))
    shrunk = _inverse(kernel, np.arange(len(kernel)), TARGET_RIDGE)
    shrunk *= -TARGET_RIDGE
    shrunk[np.diag_indices_from(shrunk)] += 1.0
    return exact, moves.by_half(lambda rows, _: _product(exact[rows], shrunk))


def _product(left: Dense, right: NDArray[np.floating]) -> Dense:
    """
    Multiply two dense matrices in 64 bits.

    In 32 bits the order of additions, which is up to the library of linear algebra, would reach the digits that scores
    are kept with, in one cell of a thousand; in 64 it does not.
    """
    return np.asarray(left.astype(np.float64) @ right.astype(np.float64, copy=False), dtype=np.float32)


def _inverse(kernel: Floats, rows: Rows, ridge: float) -> Floats:
    """Inverse of kernel + ridge x identity between some rows."""
    return np.asarray(np.linalg.inv(_between(kernel, rows) + ridge * np.eye(len(rows))), dtype=np.float64)


def reverse_move(moves: ListedMoves) -> Dense:
    """Surprise of the move the other way round, where the target is of another group."""
    elsewhere = moves.elsewhere
    return moves.by_half(lambda rows, surprise: elsewhere[rows] * surprise[:, rows].T)


def cited_together(moves: ListedMoves) -> Dense:
    """How often a third occupation, of another group than the origin, lists both, by how often each is listed."""
    listed = sparse.csr_array(moves.listed)
    elsewhere = sparse.csr_array(moves.listed * moves.elsewhere)  # lists of o' for a target t of another group than o'
    together = (elsewhere.T @ listed).toarray()
    outside = moves.listed.sum(axis=0)[None, :] - (moves.members @ moves.listed)[moves.group]
    times_listed = np.diagonal(outside)[:, None]
    norm = np.sqrt((times_listed + _CITED_PRIOR) * (outside + _CITED_PRIOR))
    return np.asarray(np.sqrt(together / norm), dtype=np.float32)


def same_level_elsewhere(moves: ListedMoves) -> Dense:
    """Mean surprise of the target among origins of the same level and top domain, outside the origin's group."""
    same = (moves.level[:, None] == moves.level[None, :]) & (moves.top_domain[:, None] == moves.top_domain[None, :])
    weights = sparse.csr_array(same * moves.elsewhere * moves.known[None, :])
    total = moves.by_half(lambda rows, surprise: weights[rows] @ surprise)
    return _shrunk(total, weights.sum(axis=1, dtype=np.float32)[:, None], _LEVEL_PRIOR)


def domain_flow(moves: ListedMoves) -> Dense:
    """Mean surprise between the origin's domain, outside its group, and the target's domain."""
    in_domain = (moves.domain[:, None] == moves.domain[None, :]).astype(np.float32)
    same, weights = sparse.csr_array(in_domain), sparse.csr_array(in_domain * moves.elsewhere * moves.known[None, :])
    pairs = weights.sum(axis=1, dtype=np.float32)[:, None] * same.sum(axis=1, dtype=np.float32)[None, :]
    total = moves.by_half(lambda rows, surprise: weights[rows] @ surprise @ same)
    return _shrunk(total, pairs, _PAIR_PRIOR)


def listed_everywhere(moves: ListedMoves) -> Dense:
    """Mean surprise of the target among all origins of other groups: what all list says little of any one of them."""
    members = moves.members
    # Multiplied, not subtracted: no trace of the own group is left.
    others = 1.0 - np.eye(members.shape[0], dtype=np.float32)
    known = members @ moves.known.astype(np.float32)

    def summed(rows: Rows, surprise: Dense) -> Dense:
        return _product(others, members @ surprise)[moves.group[rows]]

    return np.asarray(moves.by_half(summed) / np.maximum(others @ known, 1.0)[moves.group][:, None], dtype=np.float32)


def _shrunk(total: Dense, count: Dense, prior: float) -> Dense:
    return np.asarray(total / (count + prior), dtype=np.float32)


MOBILITY_PARTS: Final = ("similar_moves", "seen_elsewhere")
_CARRIED: Final = ("similar_moves.exact", "similar_moves.smoothed")
_OF_MOVES: Final[Mapping[str, Callable[[ListedMoves], Dense]]] = {
    "seen_elsewhere.reverse": reverse_move,
    "seen_elsewhere.cited_together": cited_together,
    "seen_elsewhere.same_level": same_level_elsewhere,
    "seen_elsewhere.domain_flow": domain_flow,
    "similar_moves.everywhere": listed_everywhere,
}
MOBILITY_FEATURES: Final = frozenset({*_CARRIED, *_OF_MOVES})
# Weights that are set, not fitted: carried moves bring a target that hundreds list near every origin.
DAMPING: Final[Mapping[str, float]] = {"similar_moves.everywhere": -1.0}


def mobility_features(context: FeatureContext, expected: NDArray[np.floating]) -> dict[str, Dense]:
    """
    Return every feature made from mobilities, shape (n, n) over all occupations of the graph.

    `expected` are the log-odds of each move by content alone, of the same shape.

    Each is less the origin's own mean over all targets: a mean over all origins would read the mobilities of the
    origin's own group through the others. A specialised occupation goes by its fiche; between two parts of one
    fiche the features are 0, as for a fiche and itself. Each is multiplied by how much the origin heeds mobilities
    (`balance_of`). Without any mobility every feature is 0.
    """
    moves = gather_moves(context, expected)
    features = dict(zip(_CARRIED, carried_over(moves), strict=True))
    features |= {name: compute(moves) for name, compute in _OF_MOVES.items()}
    return {name: _with_specialised(context.graph, moves, values) for name, values in features.items()}


def _with_specialised(graph: OccupationGraph, moves: ListedMoves, values: Dense) -> Dense:
    rows = moves.rows
    others = values.sum(axis=1, dtype=np.float64) - np.diagonal(values)
    values -= (others / max(1, len(rows) - 1)).astype(np.float32)[:, None]
    values *= moves.weight[:, None]
    if len(rows) == len(graph.codes):
        return values
    position = np.zeros(len(graph.codes), dtype=np.int32)
    position[rows] = np.arange(len(rows))
    positions = position[graph.base_rows]
    return values[np.ix_(positions, positions)]
