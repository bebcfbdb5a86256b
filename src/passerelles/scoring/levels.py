"""From a score to a probability, and from that and a relative coverage to the level that people read."""

import math
from typing import Final, Literal

from passerelles.scoring.scorer import Scorer

Level = Literal["proche", "accessible", "exigeante"]
# Thresholds on the probability that an expert lists the move, and on the position of the coverage among all targets.
CLOSE_PROBABILITY: Final = 0.3
OPEN_PROBABILITY: Final = 0.1
CLOSE_POSITION: Final = 0.02
OPEN_POSITION: Final = 0.10


def probability_of(score: float, scorer: Scorer) -> float | None:
    """Chance in [0, 1] that an expert of the referential lists the move; None when the scorer is not calibrated."""
    if scorer.calibration is None:
        return None
    return 1.0 / (1.0 + math.exp(-(scorer.calibration.slope * score + scorer.calibration.intercept)))


def level_of(probability: float | None, position: int | None, size: int, scorer: Scorer) -> Level | None:
    """
    Level of a move: `proche`, `accessible` or `exigeante`; None when the scorer is not calibrated.

    Probability counts first; the position of the coverage among all `size` targets can raise a level by one, and
    a raw coverage never does: the experts' own moves cover little exactly.
    """
    if probability is None or scorer.calibration is None:
        return None
    share = 1.0 if position is None or size == 0 else position / size
    if probability >= CLOSE_PROBABILITY or (probability >= OPEN_PROBABILITY and share <= CLOSE_POSITION):
        return "proche"
    if probability >= OPEN_PROBABILITY or share <= OPEN_POSITION:
        return "accessible"
    return "exigeante"
