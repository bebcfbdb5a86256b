"""Metrics of rankings, their bootstrap intervals, and how far probabilities are from what happens."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

METRICS: Final = ("recall@10", "ndcg@10", "mrr", "hit@1")
FIRST: Final = 10  # what recall and ndcg look at
DEPTH: Final = 50  # what mrr looks at, and what a predictions file holds
DRAWS: Final = 1000
SEED: Final = 20_250_918

Values = NDArray[np.float64]


def find_hits(ranked: NDArray[np.int32], known: sparse.csr_array, origins: NDArray[np.int32]) -> NDArray[np.bool_]:
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
    width = known.shape[1]
    origin, target = known.nonzero()
    keys = np.asarray(origin, dtype=np.int64) * width + target
    asked = origins.astype(np.int64)[:, None] * width + ranked
    found: NDArray[np.bool_] = np.isin(asked, keys) & (ranked >= 0)
    return found


def recall(hits: NDArray[np.bool_], counts: NDArray[np.int64], *, first: int = FIRST) -> Values:
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


def ndcg(hits: NDArray[np.bool_], counts: NDArray[np.int64], *, first: int = FIRST) -> Values:
    """
    Normalised discounted cumulative gain with binary gains (Järvelin and Kekäläinen, 2002).

    A hit at rank r gains ``1 / log2(r + 1)``; the sum is divided by that of min(`first`, number known) hits at the
    top. Parameters and shapes are those of `recall`.

    Examples
    --------
    >>> ndcg(np.array([[True, False, False]]), np.array([1]), first=3).tolist()
    [1.0]
    """
    discounts = 1.0 / np.log2(np.arange(first) + 2.0)
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])
    depth = min(first, hits.shape[1])
    return np.asarray((hits[:, :depth] @ discounts[:depth]) / ideal[np.minimum(first, counts)], dtype=np.float64)


def reciprocal_rank(hits: NDArray[np.bool_], *, depth: int = DEPTH) -> Values:
    """
    One over the rank of the first hit, 0 where there is none within `depth`; its mean is the mrr.

    Examples
    --------
    >>> reciprocal_rank(np.array([[False, True], [False, False]])).tolist()
    [0.5, 0.0]
    """
    seen = hits[:, :depth]
    if seen.shape[1] == 0:
        return np.zeros(len(seen))
    return np.where(seen.any(axis=1), 1.0 / (seen.argmax(axis=1) + 1.0), 0.0)


def measure(hits: NDArray[np.bool_], counts: NDArray[np.int64]) -> Values:
    """Return the four metrics of each origin, shape (4, b), in the order of `METRICS`."""
    return np.stack([recall(hits, counts), ndcg(hits, counts), reciprocal_rank(hits), recall(hits, counts, first=1)])


def bootstrap(values: Values, *, draws: int = DRAWS, seed: int = SEED, level: float = 0.95) -> Values:
    """
    Percentile bootstrap of means over origins (Efron and Tibshirani, 1993, chapter 13).

    Parameters
    ----------
    values
        Shape (k, b): k metrics of b origins; the same draws serve all metrics.
    draws
        Resamples of b origins, with replacement.
    seed
        Of the draws: the same values give the same interval.
    level
        Coverage of the interval, in (0, 1).

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
    means = np.empty((values.shape[0], draws))
    for draw in range(draws):
        means[:, draw] = values[:, rng.integers(0, size, size)].mean(axis=1)
    tail = (1.0 - level) / 2.0
    return np.asarray(np.quantile(means, [tail, 1.0 - tail], axis=1).T, dtype=np.float64)


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
    predicted, observed = _checked(probabilities, outcomes)
    if bins < 1:
        raise ValueError(f"bins must be at least 1, not {bins}")
    order = np.argsort(predicted, kind="stable")
    return tuple(
        Bin(
            low=float(predicted[some[0]]),
            high=float(predicted[some[-1]]),
            cases=len(some),
            predicted=float(predicted[some].mean()),
            observed=float(observed[some].mean()),
        )
        for some in np.array_split(order, bins)
        if len(some)
    )


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


def brier_score(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """
    Mean squared difference between probability and outcome (Brier, 1950).

    Parameters and what is raised are those of `reliability`.

    Returns
    -------
    score
        In [0, 1], lower is better.

    Examples
    --------
    >>> brier_score([1.0, 0.5], [1, 0])
    0.125
    """
    predicted, observed = _checked(probabilities, outcomes)
    return float(np.mean((predicted - observed) ** 2))


def _checked(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    predicted = np.asarray(probabilities, dtype=np.float64)
    observed = np.asarray(outcomes, dtype=np.float64)
    if predicted.ndim != 1 or predicted.shape != observed.shape or not len(predicted):
        raise ValueError(f"two arrays of one same length are needed, not {predicted.shape} and {observed.shape}")
    if not ((predicted >= 0) & (predicted <= 1)).all():
        raise ValueError("probabilities must be in [0, 1]")
    if not np.isin(observed, (0.0, 1.0)).all():
        raise ValueError("outcomes must be 0 or 1")
    return predicted, observed
