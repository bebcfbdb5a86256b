"""The input of a report: an allocation, the sources of its data, and the options of the request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, number, percent, say, typeset
from passerelles.market.certifications import Certifications
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.report.envelope import TENSIONS
from passerelles.settings import Settings
from passerelles.territory.allocation import Allocation, Release
from passerelles.territory.discretion import publish, published
from passerelles.territory.flows import Flow
from passerelles.territory.match import Scenario
from passerelles.views.document import Cell, Head, PageTable
from passerelles.views.spec import NUMERIC, Column


class PageWords(NamedTuple):
    """Words of one language, ready for a page; `subject` is the language file that they stand in."""

    lang: Lang = "fr"
    subject: str = "report"

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence `key` of the subject, typeset."""
        return typeset(say(f"{self.subject}.{key}", lang=self.lang, **values), self.lang)

    def typeset(self, text: str) -> str:
        """Typeset a sentence that comes from elsewhere."""
        return typeset(text, self.lang)

    def figure(self, value: float | None, *, decimals: int = 0) -> str:
        """Return a number, or the word for an unknown one."""
        return self("unknown") if value is None else number(value, lang=self.lang, decimals=decimals)

    def share(self, value: float | None) -> str:
        """Return a share in [0, 1] as a percentage, or the word for an unknown one."""
        return self("unknown") if value is None else percent(value, lang=self.lang)

    def first(self, texts: Sequence[str], most: int) -> list[str]:
        """Return the first of some texts, and how many others there are."""
        others = len(texts) - most
        return [*texts[:most], *([self("fact.others", n=others)] if others > 0 else [])]


def head_columns(words: PageWords, names: str) -> tuple[Head, ...]:
    """Make columns of their keys, between blanks; a sharp marks those of figures."""
    return tuple(Head(words(f"column.{name.removesuffix('#')}"), name.endswith("#")) for name in names.split())


Links = Mapping[str, Callable[[Any], str]]
NO_LINKS: Final[Links] = MappingProxyType({})


def page_table(
    words: PageWords, key: str, columns: Sequence[Column], items: Iterable[Any], links: Links, *, caption: str = ""
) -> PageTable:
    """
    Return a table of the columns that a result declares; `links` say where cells lead, by key of the column.

    The caption is that of `key` where none is given.
    """
    head_row = tuple(Head(column.label(words.lang), column.kind in NUMERIC, column.key) for column in columns)
    rows = tuple(tuple(_cell(words, column, item, links.get(column.key)) for column in columns) for item in items)
    return PageTable(key, caption or words(f"caption.{key}"), head_row, rows)


def _cell(words: PageWords, column: Column, item: Any, link: Callable[[Any], str] | None) -> Cell:
    numeric = column.kind in NUMERIC
    value = column.cell(item, words.lang) if numeric or column.badge else None
    figure = value if numeric and isinstance(value, int | float) and not isinstance(value, bool) else None
    text = column.screen(item, words.lang)
    shown_text = words("unknown") if text is None else words.typeset(text)
    level = (value or "unknown") if column.badge else ""
    return Cell(shown_text, figure, words.typeset(column.beside(item, words.lang)), link(item) if link else "", level)


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
    words: PageWords = field(default_factory=PageWords)
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
    def settings(self) -> Settings:
        """All settings that the allocation was made under: those of the graph, but for a territory's own."""
        return self.graph.settings.model_copy(update={"territory": self.allocation.settings})

    @property
    def masked(self) -> bool:
        """Whether figures are withheld."""
        return self.release.masked

    @property
    def threshold(self) -> int:
        """Headcount under which figures are withheld."""
        return self.release.threshold or self.allocation.settings.mask_threshold

    @property
    def unused(self) -> frozenset[str]:
        """Kinds of market files that play no part in it."""
        return frozenset() if self.allocation.hiring.source else TENSIONS

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Hiring jobs, by code."""
        return tuple(sorted({lot.job for lot in self.allocation.hiring.lots}))

    @cached_property
    def shown_flows(self) -> tuple[Flow, ...]:
        """Flows of people who are placed or to be confirmed; none where figures are withheld."""
        flows = () if self.masked else (*self.release.flows, *self.release.to_confirm)
        return tuple(flow for flow in flows if isinstance(flow, Flow))
