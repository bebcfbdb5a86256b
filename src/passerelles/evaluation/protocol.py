"""How rankings are judged: known mobilities, folds that never share a parent group, metrics, kinds of origin."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from passerelles.codes import check_whole
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.features import top_domain
from passerelles.vectors import Bools, Floats, Ints, frozen, frozen_csr

METRICS: Final = ("recall@10", "ndcg@10", "mrr", "hit@1")
PEOPLE_METRICS: Final = ("movers@10", "ndcg_people@10")
FIRST: Final = 10  # what recall and ndcg look at
DISCOUNTS: Final = 1.0 / np.log2(np.arange(FIRST) + 2.0)  # what ndcg counts a gain at each of these ranks for
DEPTH: Final = 50  # what mrr looks at, and what a predictions file holds
DRAWS: Final = 1000  # resamples of the origins, with replacement
_TAILS: Final = (0.025, 0.975)
SEED: Final = 20_250_918

Int32s = NDArray[np.int32]
Values = Floats


def find_hits(ranked: Int32s, known: sparse.csr_array, origins: Int32s) -> Bools:
    """
    Tell which ranked targets are known mobilities.

    Parameters
    ----------
    ranked
        Shape (b, d): rows of the targets of each origin, best first, all different; -1 where there are fewer.
    known
        Shape (n, n): stored where a mobility is known, origins in rows.
    origins
        Shape (b,): row of each origin.

    Returns
    -------
    hits
        Shape (b, d), False at -1.
    """
    return np.take_along_axis(known[origins].toarray() != 0, np.maximum(ranked, 0), axis=1) & (ranked >= 0)


def recall(hits: Bools, counts: Ints, *, first: int = FIRST) -> Values:
    """
    Share of what could be found in the first `first` targets that was: hits / min(first, number known).

    Parameters
    ----------
    hits
        Shape (b, d).
    counts
        Shape (b,): number of known mobilities of each origin, at least 1.
    first
        How many targets are looked at.

    Returns
    -------
    recall
        Shape (b,), in [0, 1], higher is better.

    Examples
    --------
    >>> recall(np.array([[True, False, True]]), np.array([4]), first=3).round(3).tolist()
    [0.667]
    """
    return np.asarray(hits[:, :first].sum(axis=1) / np.minimum(first, counts), dtype=np.float64)


def ndcg(hits: Bools, counts: Ints) -> Values:
    """
    Normalised discounted cumulative gain with binary gains (Järvelin and Kekäläinen, 2002).

    A hit at rank r gains ``1 / log2(r + 1)``; the sum is divided by that of min(`FIRST`, number known) hits at the
    top. Parameters and shapes are those of `recall`.

    Examples
    --------
    >>> ndcg(np.array([[True, False, False]]), np.array([1])).tolist()
    [1.0]
    """
    ideal = np.concatenate([[0.0], np.cumsum(DISCOUNTS)])
    depth = min(FIRST, hits.shape[1])
    return np.asarray((hits[:, :depth] @ DISCOUNTS[:depth]) / ideal[np.minimum(FIRST, counts)], dtype=np.float64)


def reciprocal_rank(hits: Bools) -> Values:
    """
    One over the rank of the first hit, 0 where there is none within `DEPTH`; its mean is the mrr.

    Examples
    --------
    >>> reciprocal_rank(np.array([[False, True], [False, False]])).tolist()
    [0.5, 0.0]
    """
    top_hits = hits[:, :DEPTH]
    return np.asarray((top_hits / np.arange(1.0, top_hits.shape[1] + 1.0)).max(axis=1, initial=0.0), dtype=np.float64)


def measure(hits: Bools, counts: Ints) -> Values:
    """Return the four metrics of each origin, shape (4, b), in the order of `METRICS`."""
    return np.stack([recall(hits, counts), ndcg(hits, counts), reciprocal_rank(hits), recall(hits, counts, first=1)])


def bootstrap(values: Values, *, seed: int = SEED) -> Values:
    """
    Percentile bootstrap of means over origins, at 95 % (Efron and Tibshirani, 1993, chapter 13).

    Parameters
    ----------
    values
        Shape (k, b): k metrics of b origins; the same draws serve all metrics.
    seed
        Of the draws: the same values give the same interval.

    Returns
    -------
    bounds
        Shape (k, 2): lower and upper bound.

    Examples
    --------
    >>> bootstrap(np.ones((1, 5))).tolist()
    [[1.0, 1.0]]
    """
    size = values.shape[1]
    rng = np.random.default_rng(seed)
    means = [values[:, rng.integers(0, size, size)].mean(axis=1) for _ in range(DRAWS)]
    return np.asarray(np.quantile(means, _TAILS, axis=0).T, dtype=np.float64)


class Bin(NamedTuple):
    """Cases of like probability: `predicted` is their mean probability, `observed` the share that came true."""

    low: float
    high: float
    cases: int
    predicted: float
    observed: float


def reliability(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = 10) -> tuple[Bin, ...]:
    """
    Sort cases by probability and cut them into bins of equal count.

    Parameters
    ----------
    probabilities
        Shape (b,), in [0, 1].
    outcomes
        Shape (b,), 0 or 1.
    bins
        Number of bins; their counts differ by one at most, larger ones first, and empty ones are left out. Equal
        probabilities that straddle a limit are cut in the order given.

    Returns
    -------
    table
        One row a bin, by rising probability.

    Raises
    ------
    ValueError
        If the shapes differ, nothing is given, or a value is out of its range.

    Examples
    --------
    >>> [(b.cases, b.predicted, b.observed) for b in reliability([0.1, 0.9, 0.3, 0.7], [0, 1, 1, 1], bins=2)]
    [(2, 0.2, 0.5), (2, 0.8, 1.0)]
    """
    predicted = np.asarray(probabilities, dtype=np.float64)
    observed = np.asarray(outcomes, dtype=np.float64)
    if predicted.ndim != 1 or predicted.shape != observed.shape or not len(predicted):
        raise ValueError(f"two arrays of one same length are needed, not {predicted.shape} and {observed.shape}")
    if not ((predicted >= 0) & (predicted <= 1)).all():
        raise ValueError("probabilities must be in [0, 1]")
    if not np.isin(observed, (0.0, 1.0)).all():
        raise ValueError("outcomes must be 0 or 1")
    if bins < 1:
        raise ValueError(f"bins must be at least 1, not {bins}")
    order = np.argsort(predicted, kind="stable")
    split = ((predicted[block], observed[block]) for block in np.array_split(order, bins) if len(block))
    return tuple(Bin(float(p[0]), float(p[-1]), len(p), float(p.mean()), float(o.mean())) for p, o in split)


def expected_calibration_error(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = 10) -> float:
    """
    Mean distance between predicted and observed over equal-count bins, weighted by count.

    Naeini, Cooper and Hauskrecht (2015), 'Obtaining well calibrated probabilities using Bayesian binning'.

    Parameters and what is raised are those of `reliability`.

    Returns
    -------
    error
        In [0, 1], lower is better.

    Examples
    --------
    >>> round(expected_calibration_error([0.1, 0.9, 0.3, 0.7], [0, 1, 1, 1], bins=2), 3)
    0.25
    """
    table = reliability(probabilities, outcomes, bins=bins)
    return sum(b.cases * abs(b.predicted - b.observed) for b in table) / sum(b.cases for b in table)


@dataclass(frozen=True, eq=False)
class Fold:
    """
    One fold: `origins` are the rows that are scored, `held_out` the rows whose mobilities are deleted for that.

    `held_out` holds the whole parent groups of the origins: also kin without a candidate among their mobilities,
    and the specialised occupations that are parts of theirs.
    """

    number: int
    origins: Int32s
    held_out: Int32s


def known_mobilities(graph: OccupationGraph) -> sparse.csr_array:
    """
    Mobilities that count as known.

    Returns
    -------
    known
        Shape (n, n): 1 for each distinct pair of two different occupations, neither of them specialised; origins
        in rows.
    """
    plain = ~graph.is_specialised
    origin, target = graph.mobility.nonzero()
    mask = plain[origin] & plain[target] & (origin != target)
    cells = (np.ones(int(mask.sum())), (origin[mask], target[mask]))
    return frozen_csr(sparse.csr_array(cells, shape=graph.mobility.shape))


def make_folds(
    graph: OccupationGraph, folds: int = 5, *, grouping: int | None = None, origins: Int32s | None = None
) -> tuple[Fold, ...]:
    """
    Split origins into folds by parent group: scikit-learn's `GroupKFold`.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    folds
        How many, at least 2.
    grouping
        None gives the one split that results are reported on: origins by code, groups by code. A number gives
        another one: the seed with which the order of the groups is shuffled.
    origins
        Shape (b,): rows of the origins, rising; those that have a known mobility where None.

    Raises
    ------
    PasserellesError
        If no mobility is known, there are fewer groups than folds, or fewer than 2 folds, or the seed is none.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> [fold.number for fold in make_folds(build_graph(load_referential("transitions")), 3)]
    [1, 2, 3]
    """
    # Imported here: heavy, and only evaluation needs it.
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    check_whole(folds, "evaluation_folds", least=2)  # one would leave nothing
    if grouping is not None:
        check_whole(grouping, "evaluation_grouping", least=0)
    if origins is None:
        origins = np.flatnonzero(np.diff(known_mobilities(graph).indptr)).astype(np.int32)
    if not len(origins):
        raise PasserellesError("evaluation_no_mobilities", name=graph.referential.name)
    groups, labels = graph.group, graph.group[origins]
    if (n := len(np.unique(labels))) < folds:
        raise PasserellesError("evaluation_few_groups", folds=folds, n=n)
    if grouping is not None:
        labels = np.random.default_rng(grouping).permutation(int(groups.max()) + 1).astype(np.int32)[labels]
    tested = (origins[np.sort(positions)] for _, positions in GroupKFold(n_splits=folds).split(origins, groups=labels))
    splits = ((rows, np.flatnonzero(np.isin(groups, groups[rows])).astype(np.int32)) for rows in tested)
    return tuple(Fold(number, *map(frozen, rows)) for number, rows in enumerate(splits, start=1))


def graph_without(graph: OccupationGraph, origin_rows: Int32s) -> OccupationGraph:
    """
    Return a graph in which the mobilities of some origins do not exist.

    Its referential and its matrix lack them, nothing in it refers to the graph given or to its referential, and
    what was derived from the mobilities there is derived anew. The large matrices, which know nothing of
    mobilities, are shared.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origin_rows
        Shape (b,): rows of the origins whose mobilities are deleted.
    """
    removed = np.zeros(len(graph.codes), dtype=np.bool_)
    removed[origin_rows] = True
    codes = {graph.codes[row] for row in np.flatnonzero(removed).tolist()}
    mobilities = tuple(m for m in graph.referential.mobilities if m.origin not in codes)
    origin, target = graph.mobility.nonzero()
    cells = (graph.mobility.data[~removed[origin]], (origin[~removed[origin]], target[~removed[origin]]))
    mobility = frozen_csr(sparse.csr_array(cells, shape=graph.mobility.shape))
    return replace(graph, referential=replace(graph.referential, mobilities=mobilities), mobility=mobility)


UNKNOWN: Final = "unknown"
_SIZES: Final = ((1, 1), (2, 2), (3, 4), (5, 9), (10, None))


_Key = tuple[int, str, str | None]  # the order of a group, its value and its label


class OriginGroup(NamedTuple):
    """Origins that share a value: how many, and the mean of each metric over them."""

    value: str
    label: str | None
    origins: int
    metrics: Mapping[str, float]


def break_down(graph: OccupationGraph, rows: Int32s, values: Values) -> dict[str, tuple[OriginGroup, ...]]:
    """
    Return the means of the metrics by kind of origin.

    Parameters
    ----------
    graph
        What was ranked.
    rows
        Shape (b,): rows of the origins.
    values
        Shape (4, b): metrics of each, as `measure` gives them.

    Returns
    -------
    breakdown
        ``domain`` (top of the tree), ``requirements`` (quartiles of how many are listed), ``parent_group`` (how
        many occupations share the parent), ``regulated`` and ``managerial``. Counts add up to b in each; an origin
        for which a thing is not known is in ``unknown``.
    """
    return {name: tuple(_groups([*split(graph, rows)], values)) for name, split in _SPLITS.items()}


def _groups(keys: Sequence[_Key], values: Values) -> Iterator[OriginGroup]:
    """Groups by rising key; a key is an order, a value and a label."""
    for key in sorted(set(keys), key=lambda k: k[:2]):
        mask = np.asarray([k == key for k in keys])
        means = dict(zip(METRICS, values[:, mask].mean(axis=1).tolist(), strict=True))
        yield OriginGroup(key[1], key[2], int(mask.sum()), means)


def _domains(graph: OccupationGraph, rows: Int32s) -> Iterator[_Key]:
    for row in rows.tolist():
        top = top_domain(graph.referential, graph.occupations[row].domain)
        node = graph.referential.domain_by_code.get(top or "")
        yield (1, UNKNOWN, None) if top is None else (0, top, node.label if node else None)


def _requirements(graph: OccupationGraph, rows: Int32s) -> list[_Key]:
    counts = np.diff(graph.weights.indptr)[rows]
    limits = np.unique(np.quantile(counts, [0.25, 0.5, 0.75], method="higher"))
    quartile = np.searchsorted(limits, counts, side="left")
    ends = {q: counts[quartile == q] for q in set(quartile.tolist())}
    spans = {q: _span(int(sizes.min()), int(sizes.max())) for q, sizes in ends.items()}
    return [(q, spans[q], None) for q in quartile.tolist()]


def _parent_groups(graph: OccupationGraph, rows: Int32s) -> list[_Key]:
    sizes = np.bincount(graph.group[~graph.is_specialised])[graph.group[rows]]
    spans = (next(s for s in _SIZES if s[1] is None or size <= s[1]) for size in sizes.tolist())
    return [(low, _span(low, high), None) for low, high in spans]


def _span(low: int, high: int | None) -> str:
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def _ternary(name: str, graph: OccupationGraph, rows: Int32s) -> list[_Key]:
    rank_of = {"yes": 0, "no": 1, UNKNOWN: 2}
    answers = [str(getattr(graph.occupations[row], name)) for row in rows.tolist()]
    return [(rank_of[answer], answer, None) for answer in answers]


_SPLITS: Final[Mapping[str, Callable[[OccupationGraph, Int32s], Iterable[_Key]]]] = {
    "domain": _domains, "requirements": _requirements, "parent_group": _parent_groups,
    "regulated": partial(_ternary, "regulated"), "managerial": partial(_ternary, "managerial"),
}  # fmt: skip
