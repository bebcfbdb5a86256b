"""Hours of training of moves, many at once: the door through which allocation asks the effort model."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import TENTHS, demands_of, least, total
from passerelles.access.holdings import Holdings, holdings_of
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.paths.effort import effort_table, state_of
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
        table = effort_table(graph, self.settings)
        low, expected, high = (np.full((len(origins), len(targets)), np.nan) for _ in range(3))
        taken = np.zeros(expected.shape)
        possible = np.full(expected.shape, YES, dtype=np.int8)
        lever = make_lever(graph, self.settings.effort, self.lever) if self.lever else None
        for i, row in enumerate(origins.tolist()):
            go_on()
            plain = self._towards(row, table.uncovered[:, row], holdings_of(graph.referential, graph.codes[row], {}))
            low[i], expected[i], high[i] = plain.low[targets], plain.expected[targets], plain.high[targets]
            possible[i, plain.unsettled[targets]] = UNKNOWN
            possible[i, plain.closed[targets]] = NO
            if lever is not None:
                state = state_of(graph, table, holding_of(graph, lever.held(row).tolist()))
                rest = self._towards(row, state, lever.with_credentials(row))
                own = lever.hours_of(row)
                better = (rest.expected + own)[targets]
                use = ~np.isnan(better) & ~(better >= expected[i])  # unknown hours are no reason not to take it
                low[i, use] = (rest.low + own * table.low_share)[targets][use]
                high[i, use] = (rest.high + own * table.high_share)[targets][use]
                expected[i, use], taken[i, use] = better[use], own
        return Hours(low, expected, high, possible, None if lever is None else taken)

    def _towards(self, row: int, state: NDArray[np.uint8], holdings: Holdings) -> "_Towards":
        """Hours of a last step towards every occupation, as `rank_paths` gives them; nan = unknown."""
        graph = self.graph
        table, demands = effort_table(graph, self.settings), demands_of(graph)
        learned, _ = table.towards_all(state)
        price, missing = demands.price(holdings), demands.needed & ~demands.held(holdings)
        course = demands.trained_alone(missing, price)
        tenths = table.final(learned, np.arange(len(graph.codes)), table.level[row])
        whole = demands.hours(tenths, missing, price) / TENTHS
        taught = np.where(course, 0, tenths) / TENTHS
        shortest, longest = (np.where(missing, ends, 0.0).sum(axis=1) for ends in (price.low, price.high))
        # What takes something that nothing names, or chooses its people, takes something that is not known.
        unknown = (missing & price.unknown).any(axis=1) | ((table.whole == 0) & ~course)
        unknown |= demands.hidden | demands.selective
        expected = np.where(unknown, np.nan, whole)
        high = np.minimum(np.maximum(table.qualification, expected), np.maximum(taught * table.high_share, longest))
        low = least(taught * table.low_share, shortest, total(missing, price.length) / TENTHS)
        return _Towards(
            low=np.where(unknown, np.nan, np.minimum(low, expected)),
            expected=expected,
            high=np.maximum(np.maximum(high, longest), expected),
            closed=np.asarray((missing & price.closed).any(axis=1)),
            unsettled=demands.hidden | demands.selective,
        )

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


class _Towards(NamedTuple):
    """
    Hours towards every occupation from one, shape (n,).

    `closed`: what it requires nobody can obtain; `unsettled`: what it takes is not known, or people are selected.
    """

    low: Floats
    expected: Floats
    high: Floats
    closed: NDArray[np.bool_]
    unsettled: NDArray[np.bool_]


def default_costs(
    graph: OccupationGraph,
    settings: Settings,
    *,
    lever: tuple[str, ...] = (),
    certifications: Certifications | None = None,
) -> Costs:
    """Return the effort model of the package for a graph."""
    return EffortCosts(graph, settings, lever, certifications)
