"""Sheets into an Excel workbook: header styles, widths, frozen panes, filters; no cell can become a formula."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.files.atomic import atomic_file
from passerelles.language.say import Lang, say
from passerelles.tables.sheet import Cell, Kind, Sheet

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as BookCell
    from openpyxl.worksheet.worksheet import Worksheet

_FORMATS: Final[dict[Kind, str]] = {"text": "@", "integer": "0", "number": "0.00", "share": "0%"}
_WIDEST: Final = 60
_NARROWEST: Final = 8
# Control characters that XML 1.0 forbids, and with it every workbook.
_FORBIDDEN: Final = {c: None for c in range(32) if c not in (9, 10, 13)}


def write_workbook(sheets: Sequence[Sheet], output: Path | None, *, lang: Lang = "fr") -> None:
    """
    Write sheets into one workbook, whole or not at all.

    Raises
    ------
    MissingExtraError
        If openpyxl is not installed.
    PasserellesError
        If no file is named, or it cannot be written.
    """
    if output is None:
        raise PasserellesError("excel_needs_output")
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("openpyxl", "excel") from error
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(say(f"sheets.{sheet.title}", lang=lang)[:31]), sheet, lang)
    with atomic_file(output, overwrite=True) as file:
        book.save(file)


def _fill(page: "Worksheet", sheet: Sheet, lang: Lang) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - an extra
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra

    labels = [column.label(lang) for column in sheet.columns]
    for number, (column, label) in enumerate(zip(sheet.columns, labels, strict=True), start=1):
        head = page.cell(row=1, column=number, value=label)
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="1F3864")
        head.alignment = Alignment(wrap_text=True, vertical="top")
        widest = len(label)
        for line, row in enumerate(sheet.rows, start=2):
            cell = cast("BookCell", page.cell(row=line, column=number))
            value = row[number - 1]
            if isinstance(value, str):
                # Typed as text outright: a label that begins with = + - or @ stays a label.
                cell.value = value.translate(_FORBIDDEN)
                cell.data_type = "s"
                cell.quotePrefix = value[:1] in "=+-@"
            else:
                cell.value = value
            cell.number_format = _FORMATS[column.kind]
            cell.alignment = Alignment(wrap_text=column.kind == "text", vertical="top")
            widest = max(widest, len(_shown(value)))
        page.column_dimensions[get_column_letter(number)].width = min(_WIDEST, max(_NARROWEST, widest + 2))
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(max(1, len(labels)))}{len(sheet.rows) + 1}"


def _shown(value: Cell) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value or "")
