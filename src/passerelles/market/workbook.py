"""One sheet of an Excel workbook into rows of text; the sheet is chosen by its header, not by its place."""

import hashlib
import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING

from passerelles.errors import MissingExtraError
from passerelles.files.tabular import Table
from passerelles.market.peek import DAMAGE, HEADER_WITHIN, DamagedWorkbookError
from passerelles.market.plain_sheet import plain_rows
from passerelles.model import FileRecord
from passerelles.notices import NoticeLog, notice

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# A BMO workbook is 3 MB for 26 MB (ratio 8). Far beyond that, it is an accident or an attack.
_MAX_BYTES = 1_000_000_000


def has_excel() -> bool:
    """Whether the library that reads workbooks is installed."""
    return find_spec("openpyxl") is not None


def read_sheet(data: bytes, *, name: str, fits: Callable[[Sequence[str]], bool]) -> Table:
    """
    Rows below the first header accepted by `fits`, over all sheets; a workbook without one gives no rows.

    Parameters
    ----------
    data
        The workbook's bytes.
    name
        Its name, for notices.
    fits
        Whether a row of cells is the header.

    Raises
    ------
    MissingExtraError
        If openpyxl is not installed.
    """
    digest = hashlib.sha256(data).hexdigest()
    with _opened(data) as book:
        for sheet in book.worksheets:
            cells = enumerate(_plain(sheet, data) or _rows(sheet), start=1)
            for line, row in cells:
                if line > HEADER_WITHIN:
                    break
                if fits(row):
                    return _below(row, cells, name=name, digest=digest)
    found = (notice("unreadable_file", file=name, reason="columns"),)
    return Table(name, (), [], [], FileRecord(name, digest, "xlsx", 0), found)


def _below(header: list[str], cells: Iterator[tuple[int, list[str]]], *, name: str, digest: str) -> Table:
    width = max(i for i, cell in enumerate(header) if cell) + 1
    rows: list[list[str]] = []
    lines: list[int] = []
    log = NoticeLog()
    for line, row in cells:
        if not any(row):
            continue
        if any(row[width:]):
            log.note("row_length", file=name, line=line, got=len(row), expected=width)
            continue
        rows.append(row if len(row) == width else row[:width] + [""] * (width - len(row)))
        lines.append(line)
    columns = tuple(cell.strip().casefold() for cell in header[:width])
    return Table(name, columns, rows, lines, FileRecord(name, digest, "xlsx", len(rows)), log.notices())


@contextmanager
def _opened(data: bytes) -> "Iterator[Workbook]":
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("openpyxl", "excel") from error
    try:
        _check_expansion(data)
        with warnings.catch_warnings():
            # openpyxl warns about styles and validations that it does not keep; only cells are read here.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except DAMAGE as error:
        raise DamagedWorkbookError(str(error)) from error


def _check_expansion(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > _MAX_BYTES:
            raise zipfile.BadZipFile("the workbook would expand beyond reason")


def _plain(sheet: "ReadOnlyWorksheet", data: bytes) -> list[list[str]] | None:
    """Rows of a sheet of plain cells; None where openpyxl has to read it, or keeps elsewhere what this asks of it."""
    member, shared = (getattr(sheet, name, None) for name in ("_worksheet_path", "_shared_strings"))
    if member is None or shared is None or 0 in getattr(sheet.parent, "_date_formats", {0}):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return plain_rows(archive.read(member), shared)


def _rows(sheet: "ReadOnlyWorksheet") -> Iterator[list[str]]:
    sheet.reset_dimensions()  # a sheet that says it is smaller than it is would be cut
    for row in sheet.values:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """Cell as text: a whole number without decimals, a date as ISO, nothing as an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
