"""Lists as people have them, in and out: every column and row of a CSV file or workbook kept, columns added."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.files.tabular import decode
from passerelles.market.peek import DAMAGE, is_workbook
from passerelles.text import normalise_label

if TYPE_CHECKING:
    from openpyxl import Workbook

Cell = str | int | float | bool | datetime | date | time | timedelta | None

_MAX_BYTES: Final = 100_000_000
_MAX_UNPACKED: Final = 1_000_000_000
_DELIMITERS: Final = (";", ",", "\t", "|")
_NONE: Final = "\x1f"  # delimiter of a file of one column: a sign that no text holds
_HEADER_WITHIN: Final = 20
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_HINTS: Final = 3


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

    def without(self, names: Iterable[str]) -> "Worklist":
        """Return the same list without these columns."""
        gone = set(names)
        kept = [place for place, name in enumerate(self.header) if name not in gone]
        return Worklist(tuple(self.header[i] for i in kept), [[row[i] for i in kept] for row in self.rows])

    def beside(self, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> "Worklist":
        """Return the list with columns added on the right."""
        joined = [[*row, *added] for row, added in zip(self.rows, rows, strict=True)]
        return Worklist((*self.header, *header), joined)


def cell_text(cell: Cell) -> str:
    """
    Cell as text: a whole number without decimals, a date as ISO, nothing as an empty text.

    Examples
    --------
    >>> cell_text(3.0), cell_text(None), cell_text("  cariste ")
    ('3', '', 'cariste')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell).strip()


def read_worklist(path: Path, *, column: str | None = None) -> Worklist:
    """
    Read a list.

    Parameters
    ----------
    path
        CSV (any usual encoding and delimiter) or workbook.
    column
        A column that the header holds: in a workbook, the sheet and the row of the header are found by it. Without
        it, the header is the first row of the first sheet.

    Returns
    -------
    worklist
        Rows shorter than the header are filled up; cells beyond it get columns without a name. Blank rows at the
        end are left out. A formula is read as its last value, or its text where the file has none.

    Raises
    ------
    PasserellesError
        If the file cannot be read, is no table, or holds nothing.
    MissingExtraError
        If it is a workbook and openpyxl is not installed.
    """
    data = _bytes(path)
    rows = _sheet(data, path, column) if is_workbook(data) else _lines(data, path)
    while rows and not any(cell_text(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise PasserellesError("resolve_empty_list", path=path)
    width = max(map(len, rows))
    full = [row + [None] * (width - len(row)) for row in rows]
    return Worklist(tuple(cell_text(cell) for cell in full[0]), full[1:])


def csv_text(worklist: Worklist) -> str:
    """List as CSV: comma, header, one line a row; cells as they are."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(worklist.header)
    writer.writerows([[c if isinstance(c, str) else cell_text(c) for c in row] for row in worklist.rows])
    return buffer.getvalue()


def _nearest(wanted: str, header: Sequence[str]) -> str:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistake needs it

    named = [cell for cell in header if cell]
    found = process.extract(wanted, named, scorer=fuzz.WRatio, processor=normalise_label, limit=_HINTS, score_cutoff=50)
    return ", ".join(name for name, _, _ in found) or "-"


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PasserellesError("file_too_big", path=path, megabytes=path.stat().st_size // 1_000_000)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PasserellesError("no_such_path", path=path) from error
    except PermissionError as error:
        raise PasserellesError("no_permission", path=path) from error
    except OSError as error:
        raise PasserellesError("unreadable_path", path=path, reason=error.strerror or error) from error


def _lines(data: bytes, path: Path) -> list[list[Cell]]:
    text = decode(data).text
    if data.startswith(_OLD_EXCEL) or "\x00" in text:
        raise PasserellesError("resolve_not_a_list", path=path)
    text = text.lstrip("\r\n")
    first = text.split("\n", 1)[0].split("\r", 1)[0]
    cells = {sign: len(next(csv.reader([first], delimiter=sign), [])) for sign in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda sign: cells[sign])
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter if cells[delimiter] > 1 else _NONE, strict=True
    )
    try:
        return [list(row) for row in reader]
    except csv.Error as error:
        raise PasserellesError("resolve_bad_line", path=path, line=reader.line_num, reason=error) from error


def _sheet(data: bytes, path: Path, column: str | None) -> list[list[Cell]]:
    """Rows of the first sheet with the column, from the header on; else those of the first sheet."""
    wanted = normalise_label(column or "")
    values, formulas = _opened(data, path, data_only=True), _opened(data, path, data_only=False)
    try:
        first: list[list[Cell]] = []
        for sheet in values.worksheets:
            rows = _cells(sheet, formulas[sheet.title])
            heads = [{normalise_label(cell_text(cell)) for cell in row} for row in rows[:_HEADER_WITHIN]]
            place = next((i for i, head in enumerate(heads) if wanted and wanted in head), None)
            if place is not None:
                return rows[place:]
            first = first or rows
        filled = next((i for i, row in enumerate(first) if any(cell_text(cell) for cell in row)), 0)
        return first[filled:]
    except DAMAGE as error:
        raise PasserellesError("unreadable_path", path=path, reason=error) from error
    finally:
        values.close()
        formulas.close()


def _cells(values: Any, formulas: Any) -> list[list[Cell]]:
    """Cells of a sheet; a formula without a value stays its text."""
    pairs = zip(values.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=False)
    rows = [
        [f if v is None and isinstance(f, str) else v for v, f in zip(row, written, strict=False)]
        for row, written in pairs
    ]
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell is not None), default=0)
    return [row[:width] for row in rows]


def _opened(data: bytes, path: Path, *, data_only: bool) -> "Workbook":
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("openpyxl", "excel") from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MAX_UNPACKED:
                raise zipfile.BadZipFile("the workbook would expand beyond reason")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not keep
            return load_workbook(io.BytesIO(data), read_only=True, data_only=data_only)
    except DAMAGE as error:
        raise PasserellesError("unreadable_path", path=path, reason=error) from error
