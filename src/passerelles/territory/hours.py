"""Hours of training of moves, many at once: the door through which allocation asks the effort model."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.paths.demands import demands_of
from passerelles.paths.effort import effort_table, state_of
from passerelles.paths.legal import find_frame
from passerelles.ranking.origin import held_credentials
from passerelles.scoring.coverage import holding_of, required_columns
from passerelles.settings import Settings
from passerelles.territory.frames import frame_verdicts

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
# Verdicts on a move, in arrays of int8.
YES: Final = 1
NO: Final = 0
UNKNOWN: Final = -1
TENTHS: Final = 10


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


@dataclass(frozen=True, eq=False)
class EffortCosts:
    """
    Hours of single steps by the package's effort model, from occupation to occupation.

    A step takes the longer of what is missing and of the required certificates that are not held. Its hours are
    unknown where the target lists nothing, or where a certificate of unknown length is missing.

    Attributes
    ----------
    graph, settings
        What the model reads.
    lever
        Competencies that everybody has acquired beforehand, by code; their own hours are not counted in the moves.
    certifications
        What leads to each job: whether a training can end with a certification, as legal frames ask.
    """

    graph: OccupationGraph
    settings: Settings
    lever: tuple[str, ...] = ()
    certifications: Certifications | None = None

    def hours(self, origins: Rows, targets: Rows) -> Hours:
        """Return the hours of every pair."""
        graph = self.graph
        table = effort_table(graph, self.settings)
        demands = demands_of(graph)
        every = np.arange(len(graph.codes))
        expected = np.full((len(origins), len(targets)), np.nan)
        possible = np.full(expected.shape, YES, dtype=np.int8)
        for i, row in enumerate(origins.tolist()):
            total, _ = table.towards_all(self._left(row))
            tenths = table.final(total, every, table.level[row])
            missing = ~demands.held(graph.referential, held_credentials(graph, graph.codes[row], {}))
            certified = demands.needed @ (demands.length * missing)
            unknown = (demands.needed & (demands.unknown & missing)).any(axis=1) | (table.whole == 0)
            closed = np.asarray((demands.needed & (demands.closed & missing)).any(axis=1))
            found = np.where(unknown, np.nan, np.maximum(tenths, certified) / TENTHS)
            expected[i] = found[targets]
            possible[i, closed[targets]] = NO
        effort = self.settings.effort
        return Hours(expected * effort.low, expected, expected * effort.high, possible)

    def within(self, frame: str, origins: Rows, targets: Rows) -> NDArray[np.int8]:
        """
        Return whether every pair's training fits a legal frame.

        Raises
        ------
        PasserellesError
            If there is no frame of that name.
        """
        law = find_frame(frame)
        expected = self.hours(origins, targets).expected
        return frame_verdicts(
            self.graph, law, expected, origins, targets, self.settings, certifications=self.certifications
        )

    def _left(self, row: int) -> NDArray[np.uint8]:
        """What somebody of an occupation lacks, the lever taken off."""
        table = effort_table(self.graph, self.settings)
        if not self.lever:
            return table.uncovered[:, row]
        for code in self.lever:
            if code not in self.graph.referential.competency_by_code:
                raise UnknownCodeError(code, key="unknown_competency")
        held = set(required_columns(self.graph, row).tolist())
        held |= {self.graph.competency_position[c] for c in self.lever if c in self.graph.competency_position}
        return state_of(self.graph, table, holding_of(self.graph, sorted(held)))


def default_costs(
    graph: OccupationGraph,
    settings: Settings,
    *,
    lever: tuple[str, ...] = (),
    certifications: Certifications | None = None,
) -> Costs:
    """Return the effort model of the package for a graph."""
    return EffortCosts(graph, settings, lever, certifications)
