"""Rows with named columns: the one shape from which CSV and Excel are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from passerelles.language.say import Lang, say

Cell = str | int | float | bool | None
Kind = Literal["text", "integer", "number", "share"]


class Column(NamedTuple):
    """A column: its key is the CSV header, its label (``columns.<key>`` of the language files) the Excel one."""

    key: str
    kind: Kind = "text"

    def label(self, lang: Lang) -> str:
        """Return the header for people."""
        return say(f"columns.{self.key}", lang=lang)


@dataclass(frozen=True)
class Sheet:
    """A titled table; `title` is a key of ``sheets`` in the language files. None is an empty cell: unknown."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
