"""Rows with named columns: the one shape from which CSV, Excel, pandas, HTML and text are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from passerelles.language.say import Lang, number, percent, say

Cell = str | int | float | bool | None
Kind = Literal["text", "integer", "number", "share"]


class Column(NamedTuple):
    """
    A column: its key is the CSV header, its label (``columns.<key>`` of the language files) the Excel one.

    `words` is the table of the language files where people read what a cell says, where it holds a word of the code.
    """

    key: str
    kind: Kind = "text"
    words: str = ""

    def label(self, lang: Lang) -> str:
        """Return the header for people."""
        return say(f"columns.{self.key}", lang=lang)

    def written(self, cell: Cell, lang: Lang) -> str:
        """
        Return a cell the way people read it; what is unknown is empty.

        Examples
        --------
        >>> Column("coverage", "share").written(0.412, "fr"), Column("score", "number").written(None, "fr")
        ('41\u202f%', '')
        >>> Column("state", words="terms.state").written("missing", "fr")
        'à acquérir'
        """
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return say(f"terms.{'yes' if cell else 'no'}", lang=lang)
        if isinstance(cell, str):
            return say(f"{self.words}.{cell}", lang=lang) if self.words and cell else cell
        if self.kind == "share":
            return percent(cell, lang=lang)
        return number(cell, lang=lang, decimals=2 if self.kind == "number" else 0)


@dataclass(frozen=True)
class Sheet:
    """
    A titled table; `title` is a key of ``sheets`` in the language files. None is an empty cell: unknown.

    `brief` names the columns to show where room is short, all of them where it is empty.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    brief: Sequence[str] = ()

    def label(self, lang: Lang) -> str:
        """Return the title for people."""
        return say(f"sheets.{self.title}", lang=lang)

    def records(self) -> list[dict[str, Cell]]:
        """Return each row as a mapping from column key to value."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]

    def in_brief(self) -> "Sheet":
        """Return the sheet with only its `brief` columns."""
        if not self.brief:
            return self
        places = [next(i for i, c in enumerate(self.columns) if c.key == key) for key in self.brief]
        rows = [[row[place] for place in places] for row in self.rows]
        return Sheet(self.title, [self.columns[place] for place in places], rows)
