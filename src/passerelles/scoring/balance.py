"""How far a referential's mobilities bear out what content expects, and so how much they are to be heeded there."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

ENOUGH: Final = 50.0  # listed moves at which mobilities are heeded half as much as on a large referential
_SAMPLE: Final = 100  # origins that the two numbers are fitted on: more would change a third digit
_SLOPE_PRECISION: Final = 10.0
_SHIFT_PRECISION: Final = 1e-4
_STEPS: Final = 30
_DECIMALS: Final = 4


class Balance(NamedTuple):
    """
    What content's chance becomes on a referential, ``logistic(shift + slope x logit)``, and how much mobilities weigh.

    `weight` is in [0, 1]: near 1 where there are many lists and content foresees them as well as it claims.
    """

    shift: float
    slope: float
    weight: float


def balance_of(logit: NDArray[np.float32], listed: NDArray[np.float32], rows: NDArray[np.intp]) -> Balance:
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
    some = rows[:: max(1, len(rows) // _SAMPLE)]
    others = some[:, None] != np.arange(logit.shape[1])[None, :]
    shift, slope = _fitted(logit[some][others].astype(np.float64), listed[some][others].astype(np.float64))
    moves = float(listed[rows].sum(dtype=np.float64))
    slope = max(round(slope, _DECIMALS), 0.0)
    trust = min(slope, 1.0 / slope) if slope else 0.0
    return Balance(round(shift, _DECIMALS), slope, round(trust * moves / (moves + ENOUGH), _DECIMALS))


def _fitted(logit: NDArray[np.float64], listed: NDArray[np.float64]) -> tuple[float, float]:
    """Shift and slope, by Newton's method with steps that never raise the loss."""
    shift, slope = 0.0, 1.0
    loss = _loss(logit, listed, shift, slope)
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(shift + slope * logit, -700.0, 700.0)))
        left, spread = listed - chance, chance * (1.0 - chance)
        pull_shift = float(left.sum()) - _SHIFT_PRECISION * shift
        pull_slope = float((left * logit).sum()) - _SLOPE_PRECISION * (slope - 1.0)
        a = float(spread.sum()) + _SHIFT_PRECISION
        b = float((spread * logit).sum())
        c = float((spread * logit * logit).sum()) + _SLOPE_PRECISION
        determinant = a * c - b * b
        step_shift = (c * pull_shift - b * pull_slope) / determinant
        step_slope = (a * pull_slope - b * pull_shift) / determinant
        scale = 1.0
        while scale > 1e-4:  # noqa: PLR2004 - a step so short is none
            after = _loss(logit, listed, shift + scale * step_shift, slope + scale * step_slope)
            if after < loss:
                break
            scale /= 2.0
        else:
            break
        shift, slope = shift + scale * step_shift, slope + scale * step_slope
        if loss - after < 1e-9 * loss:  # far below the digits kept
            break
        loss = after
    return shift, slope


def _loss(logit: NDArray[np.float64], listed: NDArray[np.float64], shift: float, slope: float) -> float:
    odds = shift + slope * logit
    apart = _SHIFT_PRECISION * shift**2 + _SLOPE_PRECISION * (slope - 1.0) ** 2
    return float(np.logaddexp(0.0, odds).sum() - (listed * odds).sum()) + apart / 2.0
