"""Lists as people have them, in and out: every column and row of a CSV file or workbook kept, columns added."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from passerelles.errors import PasserellesError
from passerelles.io.csv import bare, csv_text
from passerelles.io.rows import read_rows
from passerelles.io.xlsx import Cell, cell_text
from passerelles.text import normalise_label

_HINTS: Final = 3
_MOST_BLANKS: Final = 1000


@dataclass(frozen=True)
class Worklist:
    """
    A table: `header` as it is written, and rows of as many cells.

    A cell is a text, or what a workbook holds: a number, a date, nothing.
    """

    header: tuple[str, ...]
    rows: list[list[Cell]]

    def place(self, name: str) -> int:
        """
        Position of a column, by its name as written, else case, accents and punctuation aside.

        Raises
        ------
        PasserellesError
            If there is none; the message suggests the nearest and lists all.
        """
        if name in self.header:
            return self.header.index(name)
        written = [normalise_label(cell) for cell in self.header]
        wanted = normalise_label(name)
        if wanted and wanted in written:
            return written.index(wanted)
        columns = ", ".join(cell for cell in self.header if cell) or "-"
        raise PasserellesError("resolve_no_column", column=name, near=_nearest(wanted, self.header), columns=columns)

    def find(self, name: str) -> int | None:
        """Position of a column written exactly so, or None."""
        return self.header.index(name) if name in self.header else None

    def column_of(self, heads: Collection[str]) -> str | None:
        """Name of the first column whose head, normalised, is one of `heads`, or None."""
        return next((name for name in self.header if normalise_label(name) in heads), None)

    def without(self, names: Iterable[str]) -> "Worklist":
        """Return the same list without these columns."""
        gone = set(names)
        kept = [place for place, name in enumerate(self.header) if name not in gone]
        return Worklist(tuple(self.header[i] for i in kept), [[row[i] for i in kept] for row in self.rows])

    def beside(self, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> "Worklist":
        """Return the list with columns added on the right."""
        joined = [[*row, *added] for row, added in zip(self.rows, rows, strict=True)]
        return Worklist((*self.header, *header), joined)


def read_worklist(path: Path, *, column: str | None = None, heads: Collection[str] = frozenset()) -> Worklist:
    """
    Read a list.

    Parameters
    ----------
    path
        CSV (any usual encoding and delimiter) or workbook; ``FILE.xlsx#NAME`` names a sheet of it.
    column
        A column that the header holds: the sheet and the row of the header are found by it. Without it, the header
        is the first row that holds something.
    heads
        Without `column`: heads, normalised; the sheet and the row that have most of them are taken.

    Returns
    -------
    worklist
        Rows shorter than the header are filled up; cells beyond it get columns without a name. Blank rows at
        the end are left out. A formula is read as its last value, or its text where the file has none.

    Raises
    ------
    PasserellesError
        If the file cannot be read, is no table, holds nothing, or has several sheets that may be meant.
    """
    wanted = {normalise_label(column)} if column else set(heads)

    def fits(cells: Sequence[Cell]) -> int:
        return sum(normalise_label(cell_text(cell)) in wanted for cell in cells) if wanted else 1

    found = read_rows(path, fits)
    faults = [n for n in found.notices if n.severity == "error"]
    if faults:
        reason = faults[0].what("en")
        raise PasserellesError("resolve_bad_line", path=path, line=faults[0].line, reason=reason)
    records = [(found.header_line, list(found.header)), *found.rows] if found.header_line else found.rows
    rows = _with_blanks(records)
    while rows and not any(cell_text(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise PasserellesError("resolve_empty_list", path=path)
    if found.encoding != "xlsx":
        rows = [[bare(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    width = max(map(_width, rows))
    header, *full = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    return Worklist(tuple(cell_text(cell) for cell in header), full)


def _with_blanks(records: Sequence[tuple[int, list[Cell]]]) -> list[list[Cell]]:
    """Rows with the blank ones that a workbook leaves out, unless a stray cell far below would bring thousands."""
    rows: list[list[Cell]] = []
    before = records[0][0] - 1 if records else 0
    for line, cells in records:
        rows += [[] for _ in range(line - before - 1) if line - before <= _MOST_BLANKS]
        rows.append(cells)
        before = line
    return rows


def worklist_csv(worklist: Worklist) -> str:
    """List as CSV: comma, header, one line a row; cells as they are, none a formula to a spreadsheet."""
    return csv_text(worklist.header, [[c if isinstance(c, str) else cell_text(c) for c in r] for r in worklist.rows])


def _width(row: Sequence[Cell]) -> int:
    return max((i for i, cell in enumerate(row, 1) if cell not in (None, "")), default=0)


def _nearest(wanted: str, header: Sequence[str]) -> str:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistake needs it

    named = [cell for cell in header if cell]
    found = process.extract(wanted, named, scorer=fuzz.WRatio, processor=normalise_label, limit=_HINTS, score_cutoff=50)
    return ", ".join(name for name, _, _ in found) or "-"
