"""From a score to a probability, and from that and a relative coverage to the level that people read."""

import math
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from passerelles.scoring.scorer import FURTHEST, Scorer

Level = Literal["proche", "accessible", "exigeante"]
LEVELS: Final[tuple[Level, ...]] = ("proche", "accessible", "exigeante")  # from the nearest to the furthest
# Thresholds on the probability that an expert lists the move, and on the position of the coverage among all targets.
# On v460, out of fold (docs/scoring.md, docs/model-card.md): one move in three that is `proche` is listed, one in
# thirteen that is `accessible`, one in five hundred that is `exigeante`.
CLOSE_PROBABILITY: Final = 0.3
OPEN_PROBABILITY: Final = 0.1
CLOSE_POSITION: Final = 0.01
OPEN_POSITION: Final = 0.02


def probability_of(score: float, scorer: Scorer) -> float | None:
    """Chance in [0, 1] that an expert of the referential lists the move; None when the scorer is not calibrated."""
    calibration = scorer.calibration
    if calibration is None:
        return None
    # `Calibration.chances` for one number, for which an array would cost ten times as much.
    odds = calibration.slope * score + calibration.intercept
    odds += sum(bend.slope * min(score - bend.at, 0.0) for bend in calibration.bends)
    return 1.0 / (1.0 + math.exp(min(-odds, FURTHEST)))


def probabilities_of(scores: NDArray[np.float64], scorer: Scorer) -> NDArray[np.float64]:
    """
    Return what `probability_of` gives, to the bit, for many scores at once; NaN where it gives None.

    The operations are the same, in the same order, and each exponential is the one that serves one by one: that of
    another library may differ in its last bit.

    Examples
    --------
    >>> from passerelles.scoring.scorer import load_scorer
    >>> scores = np.array([-9.5, -1.25, 0.3])
    >>> probabilities_of(scores, load_scorer()).tolist() == [probability_of(s, load_scorer()) for s in scores.tolist()]
    True
    """
    calibration = scorer.calibration
    if calibration is None:
        return np.full(len(scores), np.nan)
    bent = np.zeros(len(scores))
    for bend in calibration.bends:
        bent = bent + bend.slope * np.minimum(scores - bend.at, 0.0)
    odds = calibration.slope * scores + calibration.intercept + bent
    powers = np.fromiter(map(math.exp, np.minimum(-odds, FURTHEST).tolist()), np.float64, count=len(odds))
    return np.asarray(1.0 / (1.0 + powers), dtype=np.float64)


def coverage_position(coverage: NDArray[np.float64], own: int, target: int) -> int | None:
    """
    Position of a target's coverage among all targets of an origin.

    Parameters
    ----------
    coverage
        Shape (n,): coverage of every occupation, in [0, 1]; NaN where it is not known.
    own
        Row of the origin's own occupation, which does not compete; -1 for none.
    target
        Row of the target.

    Returns
    -------
    position
        From 1 (no other target is better covered); equal coverages share the best position. None where the
        target's coverage is not known.

    Examples
    --------
    >>> coverage_position(np.array([1.0, 0.2, 0.5, 0.2]), 0, 3)
    2
    """
    if np.isnan(coverage[target]):
        return None
    better = coverage > coverage[target]
    if own >= 0:
        better[own] = False
    return int(better.sum()) + 1


def level_of(probability: float | None, position: int | None, size: int, scorer: Scorer) -> Level | None:
    """
    Level of a move: `proche`, `accessible` or `exigeante`; None when the scorer is not calibrated.

    Probability counts first; the position of the coverage among all `size` targets can raise a level by one, and
    a raw coverage never does: the experts' own moves cover little exactly. A position that is not known raises nothing,
    nor does that of a target of which nothing is covered (see `raising`).

    Examples
    --------
    >>> from passerelles.scoring.scorer import load_scorer
    >>> [level_of(p, n, 1000, load_scorer()) for p, n in ((0.4, 500), (0.2, 10), (0.2, 11), (0.05, 20), (0.05, 21))]
    ['proche', 'proche', 'accessible', 'accessible', 'exigeante']
    """
    if probability is None or scorer.calibration is None:
        return None
    share = 1.0 if position is None or size == 0 else position / size
    if probability >= CLOSE_PROBABILITY or (probability >= OPEN_PROBABILITY and share <= CLOSE_POSITION):
        return "proche"
    if probability >= OPEN_PROBABILITY or share <= OPEN_POSITION:
        return "accessible"
    return "exigeante"


def raising(position: int | None, coverage: float) -> int | None:
    """
    Return a position where it may raise a level: where something of the target is covered.

    Somebody who states one rare competency covers a few targets; all others share the place behind these, which is a
    good one, and says nothing for them.

    Examples
    --------
    >>> raising(3, 0.02), raising(3, 0.0), raising(None, float("nan"))
    (3, None, None)
    """
    return position if coverage > 0 else None


def reaches(level: Level | None, wanted: Level) -> bool:
    """
    Whether a level is at least as near as another; an unknown one is not.

    Examples
    --------
    >>> reaches("proche", "accessible"), reaches("exigeante", "accessible"), reaches(None, "exigeante")
    (True, False, False)
    """
    return level is not None and LEVELS.index(level) <= LEVELS.index(wanted)
