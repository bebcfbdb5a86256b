"""Words of a report with the spaces that typography asks for, and tables of what results declare."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import typeset
from passerelles.scoring.features import part_words
from passerelles.views.document import Cell, Grid, Head
from passerelles.views.spec import NUMERIC, Column, Withheld

_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one language, ready for a page; `subject` is the language file that they stand in."""

    lang: Lang = "fr"
    subject: str = "report"

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence `key` of the subject, typeset."""
        return typeset(say(f"{self.subject}.{key}", lang=self.lang, **values), self.lang)

    def set(self, text: str) -> str:
        """Typeset a sentence that comes from elsewhere."""
        return typeset(text, self.lang)

    def figure(self, value: float | None, *, decimals: int = 0) -> str:
        """Return a number, or the word for an unknown one."""
        return self("unknown") if value is None else number(value, lang=self.lang, decimals=decimals)

    def share(self, value: float | None) -> str:
        """Return a share in [0, 1] as a percentage; less than one in a hundred is said so, not rounded to 0."""
        if value is None:
            return self("unknown")
        if 0 < value < 0.01:  # noqa: PLR2004 - one in a hundred
            return self("under", value=percent(0.01, lang=self.lang))
        return percent(value, lang=self.lang)

    def range(self, low: float | None, high: float | None) -> str:
        """Return the range of hours, or nothing where there is none to tell."""
        if low is None or high is None:
            return self("hours.no_range")
        if low == high:
            return ""
        return self("hours.range", low=self.figure(low), high=self.figure(high))

    def date(self, text: str) -> str:
        """Write an ISO date the way the language does; anything else stays as it is."""
        match = _ISO.fullmatch(text)
        return "/".join(reversed(match.groups())) if match and self.lang == "fr" else text

    def part(self, name: str) -> str:
        """Return the name of a part of a score."""
        return part_words(name, "label", self.lang)


def heads(*named: str | tuple[str, bool]) -> tuple[Head, ...]:
    """Make columns: a word for text, a word and True for figures."""
    return tuple(Head(n) if isinstance(n, str) else Head(*n) for n in named)


def cut(rows: Sequence[tuple[Cell, ...]], most: int) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    """Return the first `most` rows and how many are left out."""
    return tuple(rows[:most]), max(0, len(rows) - most)


def grid_of(
    words: Words,
    key: str,
    columns: Sequence[Column],
    items: Iterable[Any],
    *,
    links: Mapping[str, Callable[[Any], str]] = MappingProxyType({}),
    caption: str | None = None,
) -> Grid:
    """
    Return a table of the columns that a result declares; `links` say where cells lead, by key of the column.

    The caption is that of `key` where none is given.
    """
    named = tuple(Head(column.label(words.lang), column.kind in NUMERIC, column.key) for column in columns)
    rows = tuple(tuple(_cell(words, column, item, links.get(column.key)) for column in columns) for item in items)
    return Grid(key, words(f"caption.{key}") if caption is None else caption, named, rows)


def _cell(words: Words, column: Column, item: Any, link: Callable[[Any], str] | None) -> Cell:
    value = column.cell(item, words.lang) if column.kind in NUMERIC or column.badge else None
    figure = (
        value if column.kind in NUMERIC and isinstance(value, int | float) and not isinstance(value, bool) else None
    )
    text = None if column.shown is None or isinstance(item, Withheld) else column.shown(item, words.lang)
    if text is None:
        if figure is None:
            text = column.screen(item, words.lang)
        elif column.kind == "share":
            text = words.share(figure)
        else:
            text = words.figure(figure, decimals=2 if column.kind == "number" else 0)
    return Cell(
        words("unknown") if text is None else words.set(text),
        figure,
        column.beside(item, words.lang),
        "" if link is None else link(item),
        (value or "unknown") if column.badge else "",
    )
