"""Hours of training of moves, many at once: the door through which allocation asks the effort model."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import demands_of
from passerelles.access.holdings import holdings_of
from passerelles.effort import effort_table, state_of, step_hours
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.paths.legal import find_frame
from passerelles.progress import go_on
from passerelles.scoring.coverage import holding_of
from passerelles.settings import Settings
from passerelles.territory.frames import frame_verdicts
from passerelles.territory.lever import make_lever

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
    `UNKNOWN`. `lever` is the part of the expected hours that a training lever takes, 0 where it is not used; None
    without a lever.
    """

    low: Floats
    expected: Floats
    high: Floats
    possible: NDArray[np.int8]
    lever: Floats | None = None


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

    A step takes the longer of what is missing and of the required certificates that are not held: the hours of a path
    of one step. They are unknown where the target lists nothing, where a certificate of unknown length is missing, and
    where the target is regulated and nothing says what gives access to it.

    Attributes
    ----------
    graph, settings
        What the model reads.
    lever
        Codes of competencies or credentials that people may acquire beforehand. Somebody takes the lever where its own
        hours and those that the move still takes are less than the move's without it; the sum is what counts.
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
        table, demands = effort_table(graph, self.settings), demands_of(graph)
        low, expected, high = (np.full((len(origins), len(targets)), np.nan) for _ in range(3))
        taken = np.zeros(expected.shape)
        possible = np.full(expected.shape, YES, dtype=np.int8)
        lever = make_lever(graph, self.settings.effort, self.lever) if self.lever else None
        for i, row in enumerate(origins.tolist()):
            go_on()
            held, level = holdings_of(graph.referential, graph.codes[row], {}), int(table.level[row])
            plain = step_hours(table, demands, table.uncovered[:, row], held, level)
            low[i], expected[i], high[i] = plain.low[targets], plain.expected[targets], plain.high[targets]
            possible[i, plain.unsettled[targets]] = UNKNOWN
            possible[i, plain.closed[targets]] = NO
            if lever is not None:
                state = state_of(graph, table, holding_of(graph, lever.held(row).tolist()))
                rest = step_hours(table, demands, state, lever.with_credentials(row), level)
                own = lever.hours_of(row)
                better = (rest.expected + own)[targets]
                use = ~np.isnan(better) & ~(better >= expected[i])  # unknown hours are no reason not to take it
                low[i, use] = (rest.low + own * table.low_share)[targets][use]
                high[i, use] = (rest.high + own * table.high_share)[targets][use]
                expected[i, use], taken[i, use] = better[use], own
        return Hours(low, expected, high, possible, None if lever is None else taken)

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


def default_costs(
    graph: OccupationGraph,
    settings: Settings,
    *,
    lever: tuple[str, ...] = (),
    certifications: Certifications | None = None,
) -> Costs:
    """Return the effort model of the package for a graph."""
    return EffortCosts(graph, settings, lever, certifications)
