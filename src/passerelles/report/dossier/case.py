"""What a report is made from: an allocation, where its data come from, and what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.report.dossier.words import Words
from passerelles.territory.allocation import Allocation, Release
from passerelles.territory.discretion import publish, published
from passerelles.territory.flows import Flow
from passerelles.territory.match import Scenario


class Request(NamedTuple):
    """
    What was asked for.

    Attributes
    ----------
    command
        Words of the command line that makes the same report, file names without their folders.
    title, date
        Title of the page, and the date it carries; empty = the territory's name, and no date but those of the data.
    invented
        Whether the tables are a sample of the package: employers that do not exist.
    limit
        Best ranked moves explained for each fragile job beside those of the flows; the first one where nobody goes.
    mask
        Whether headcounts under the threshold are withheld.
    pictures
        Whether charts are drawn, where the library is there.
    """

    command: tuple[str, ...] = ()
    title: str = ""
    date: str = ""
    invented: bool = False
    limit: int = 0
    mask: bool = False
    pictures: bool = True


@dataclass(frozen=True, eq=False)
class Case:
    """Everything the sections of the page read."""

    graph: OccupationGraph
    allocation: Allocation
    request: Request = field(default_factory=Request)
    words: Words = field(default_factory=Words)
    market: Market | None = None
    places: Places | None = None
    certifications: Certifications | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    scenarios: Sequence[Scenario] = ()

    @cached_property
    def release(self) -> Release:
        """What may be shown."""
        if self.request.mask:
            return published(publish(self.allocation), self.words.lang)
        return self.allocation.release()

    @property
    def masked(self) -> bool:
        """Whether figures are withheld."""
        return self.release.masked

    @property
    def threshold(self) -> int:
        """Headcount under which figures are withheld."""
        return self.release.threshold or self.allocation.settings.mask_threshold

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Fragile jobs, by code."""
        return tuple(sorted({lot.job for lot in self.allocation.fragile.lots}))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Hiring jobs, by code."""
        return tuple(sorted({lot.job for lot in self.allocation.hiring.lots}))

    @cached_property
    def shown_flows(self) -> tuple[Flow, ...]:
        """Flows of people who are placed or to be confirmed; none where figures are withheld."""
        flows = () if self.masked else (*self.release.flows, *self.release.to_confirm)
        return tuple(flow for flow in flows if isinstance(flow, Flow))

    def label(self, code: str) -> str:
        """Label of an occupation, its code where it has none."""
        return self.graph.referential.occupation_by_code[code].label or code
