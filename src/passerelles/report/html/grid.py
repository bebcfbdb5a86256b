"""A table of the page as a value: heads, cells with the number that sorts them, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Head(NamedTuple):
    """A column: its words, and whether it holds figures."""

    label: str
    numeric: bool = False


class Cell(NamedTuple):
    """
    A cell: text as it is read, a second line, a place of the page that it leads to.

    `value` sorts a column of figures; None = unknown, which sorts last whatever the direction.
    """

    text: str
    value: float | None = None
    note: str = ""
    link: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `key` names it in the page, `more` says what was left out."""

    key: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""

    @property
    def long(self) -> bool:
        """Whether the table is worth a filter."""
        return len(self.rows) > 5  # noqa: PLR2004 - what an eye takes in at once


def heads(*named: str | tuple[str, bool]) -> tuple[Head, ...]:
    """Make columns: a word for text, a word and True for figures."""
    return tuple(Head(n) if isinstance(n, str) else Head(*n) for n in named)


def cut(rows: Sequence[tuple[Cell, ...]], most: int) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    """Return the first `most` rows and how many are left out."""
    return tuple(rows[:most]), max(0, len(rows) - most)
