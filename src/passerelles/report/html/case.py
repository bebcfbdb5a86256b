"""What a report is made from: an allocation, where its data come from, and what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.report.html.grid import Words
from passerelles.territory.allocation import Allocation, Release
from passerelles.territory.discretion import publish, published


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
        Most ranked moves shown for each fragile job, those of the flows aside.
    mask
        Whether headcounts under the threshold are withheld.
    pictures
        Whether charts are drawn, where the library is there.
    """

    command: tuple[str, ...] = ()
    title: str = ""
    date: str = ""
    invented: bool = False
    limit: int = 5
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
    def people(self) -> Mapping[tuple[str, str], int]:
        """People who would go from one job to another; empty where figures are withheld."""
        found: dict[tuple[str, str], int] = {}
        if not self.masked:
            for flow in self.allocation.flows:
                pair = (flow.fragile.job, flow.hiring.job)
                found[pair] = found.get(pair, 0) + flow.people
        return found

    def label(self, code: str) -> str:
        """Label of an occupation, its code where it has none."""
        return self.graph.referential.occupation_by_code[code].label or code
