"""Legal frames as allocation can check them: the hours that a frame pays for, and nothing that it cannot know."""

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.settings import TerritorySettings

_NO = 0
_UNKNOWN = -1


def frame_verdicts(frame: str, expected: NDArray[np.float64], settings: TerritorySettings) -> NDArray[np.int8]:
    """
    Return whether expected hours fit a frame: 0 where they lie outside its bounds, else -1.

    Hours within the bounds are not enough for a yes: the certification and the person's situation are unknown here.

    Raises
    ------
    PasserellesError
        If the settings have no frame of that name.
    """
    bounds = settings.frames.get(frame)
    if bounds is None:
        raise PasserellesError("territory_frame", name=frame, known=", ".join(sorted(settings.frames)))
    low = 0.0 if bounds.low is None else bounds.low
    high = np.inf if bounds.high is None else bounds.high
    outside = (expected < low) | (expected > high)  # nan, an unknown length, is neither
    return np.where(outside, _NO, _UNKNOWN).astype(np.int8)
