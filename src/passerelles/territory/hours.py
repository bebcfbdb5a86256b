"""Hours of training of moves, many at once: the door through which allocation asks the effort model."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
# Verdicts on a move, in arrays of int8.
YES: Final = 1
NO: Final = 0
UNKNOWN: Final = -1


class Hours(NamedTuple):
    """
    Hours of training a person, shape (origins, targets); nan = unknown.

    `possible` says whether the move can be made at all (a credential that the person cannot get): `YES`, `NO` or
    `UNKNOWN`.
    """

    low: Floats
    expected: Floats
    high: Floats
    possible: NDArray[np.int8]


class Costs(Protocol):
    """What allocation needs to know of moves; rows are positions in the graph."""

    def hours(self, origins: Rows, targets: Rows) -> Hours:
        """Hours of every pair."""

    def within(self, frame: str, origins: Rows, targets: Rows) -> NDArray[np.int8]:
        """Whether the training of every pair fits a legal frame: `YES`, `NO` or `UNKNOWN`."""


@dataclass(frozen=True)
class NoCosts:
    """Without an effort model every move's hours are unknown."""

    def hours(self, origins: Rows, targets: Rows) -> Hours:
        """Return unknown hours for every pair."""
        shape = (len(origins), len(targets))
        nothing = np.full(shape, np.nan)
        return Hours(nothing, nothing, nothing, np.full(shape, UNKNOWN, dtype=np.int8))

    def within(self, frame: str, origins: Rows, targets: Rows) -> NDArray[np.int8]:  # noqa: ARG002 - see `Costs`
        """Return unknown for every pair."""
        return np.full((len(origins), len(targets)), UNKNOWN, dtype=np.int8)


def default_costs(graph: OccupationGraph, certifications: Certifications | None = None) -> Costs:  # noqa: ARG001 - filled in below
    """Return the effort model of the package for a graph."""
    return NoCosts()
