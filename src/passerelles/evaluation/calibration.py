"""How far probabilities are from what happens: reliability table, expected calibration error, Brier score."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
