"""Tables into an Excel workbook: header styles, widths, frozen panes, filters; no cell can become a formula."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from passerelles.errors import PasserellesError, need
from passerelles.io.atomic import write_whole
from passerelles.language.say import Lang
from passerelles.text import printable
from passerelles.views.spec import NUMERIC, Cell, Kind, Sheet

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

BookCell = Cell | datetime | date | time | timedelta
_FORMATS: Final[dict[Kind, str]] = {"text": "@", "flag": "General", "integer": "0", "number": "0.00", "share": "0%"}
_FONT: Final[dict[str, Any]] = {"name": "Calibri", "size": 11}  # that of the cells: each suite has its own without one
_A4: Final = 9  # sizes of paper have numbers, and none is US letter
_WIDEST_COLUMN: Final = 60
_NARROWEST_COLUMN: Final = 8
_PRINTED_WIDTH: Final = 240  # characters side by side on a printed page
_MEASURED_ROWS: Final = 2_000  # rows whose cells say how wide a column is
_NO_TITLE: Final = re.compile(r"[\\*?:/\[\]]")  # signs that no name of a sheet has
# A text that begins so could be read as a formula or an error code.
_FORMULA_SIGNS: Final = tuple("=+-@#")


@dataclass(frozen=True)
class BookPage:
    """
    One sheet of a workbook: its name, its heads, its rows.

    `kinds` says how the cells of each column are written; without it they keep the look that they come with, as those
    of a person's own list do. `choice` is a column that each row fills in from a list: the cells of its own row from a
    first column to a last one (three positions from 0).

    `hidden` are the columns that stand in nobody's way, by position.

    A form has `helps` for its columns, by position: what is said beside a cell, with the words that it may hold (a word
    that begins with ``=`` is a formula of cells), in `open_rows` rows; `faint`: its first row is an example, in grey.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[BookCell]]
    kinds: Sequence[Kind] = ()
    choice: tuple[int, int, int] | None = None
    helps: Mapping[int, "Help"] = field(default_factory=dict)
    open_rows: int = 0
    faint: bool = False
    hidden: frozenset[int] = frozenset()


class Help(NamedTuple):
    """What is said beside the cells of a column, and the words offered there."""

    text: str
    words: tuple[str, ...] = ()


def book_page(sheet: Sheet, *, lang: Lang) -> BookPage:
    """Return a sheet as a page of a workbook: heads and words for people, figures as figures; no empty column shows."""
    columns = sheet.columns
    pairs = (zip(columns, row, strict=True) for row in sheet.rows)
    rows = [[c.cell_text(v, lang) if isinstance(v, str) else v for c, v in row] for row in pairs]
    empty = frozenset(place for place in range(len(columns)) if rows and all(row[place] in (None, "") for row in rows))
    heads = [c.label(lang) for c in columns]
    return BookPage(sheet.label(lang), heads, rows, [c.kind for c in columns], hidden=empty)


def write_workbook(pages: Sequence[BookPage], output: Path | None) -> None:
    """
    Write pages into one workbook, whole or not at all.

    Raises
    ------
    MissingExtraError
        If openpyxl is not installed.
    PasserellesError
        If no file is named, or it cannot be written.
    """
    if output is None:
        raise PasserellesError("excel_needs_output")
    need("openpyxl", "excel")
    from openpyxl import Workbook  # noqa: PLC0415 - an extra

    book = Workbook(write_only=True)
    for page in pages:
        _fill(book, page)
    whole = BytesIO()  # a zip whose file fails says so once more when it is thrown away
    book.save(whole)
    write_whole(output, whole.getvalue())


def _fill(book: "Workbook", page: BookPage) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - an extra
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - an extra

    sheet: Any = book.create_sheet(_NO_TITLE.sub(" ", page.title)[:31])
    _lay_out(sheet, page)

    def offer(column: str, rows: int, listed: str | None, **prompt: Any) -> None:
        offered = DataValidation("list" if listed else None, listed, allow_blank=True, showErrorMessage=False, **prompt)
        offered.add(f"{column}2:{column}{rows + 1}")
        sheet.data_validations.append(offered)

    if page.choice and page.rows:
        column, first, last = (get_column_letter(place + 1) for place in page.choice)
        offer(column, len(page.rows), f"${first}2:${last}2")
    for place, column_help in page.helps.items():
        words = ",".join(column_help.words)
        listed = column_help.words[0] if words.startswith("=") else f'"{words}"' if column_help.words else None
        prompt = {"promptTitle": page.heads[place][:32], "prompt": column_help.text[:255], "showInputMessage": True}
        offer(get_column_letter(place + 1), page.open_rows, listed, **prompt)
    # A text keeps clear of the figure before it, and the head of figures stands above them.
    plain = Alignment(vertical="top")
    wrapped = Alignment(wrap_text=True, vertical="top", horizontal="left", indent=1 if page.kinds else 0)
    above = Alignment(wrap_text=True, vertical="top", horizontal="right")
    heads = []
    for place, head in enumerate(page.heads):
        cell = _cell(sheet, head)
        cell.font = Font(**_FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3864")
        cell.alignment = above if page.kinds and page.kinds[place] in NUMERIC else wrapped
        heads.append(cell)
    sheet.append(heads)
    for row in page.rows:
        cells = [_cell(sheet, value) for value in row]
        for cell, value, kind in zip(cells, row, page.kinds, strict=bool(page.kinds)):
            # A whole number stays whole in a column of all sorts of figures, and a yes is no 1 among texts.
            is_whole = kind == "number" and isinstance(value, int | float) and float(value).is_integer()
            cell.number_format = _FORMATS["flag" if isinstance(value, bool) else "integer" if is_whole else kind]
            if page.faint and row is page.rows[0]:
                cell.font = Font(**_FONT, italic=True, color="808080")
            cell.alignment = wrapped if kind in ("text", "flag") else plain
        sheet.append(cells)


def _lay_out(sheet: Any, page: BookPage) -> None:
    """Set how wide columns are, which are hidden, and how a sheet is printed."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra

    widths = [*_widths(page)]
    for place, width in enumerate(widths, start=1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width = width
        column.hidden = place - 1 in page.hidden
        if page.open_rows:  # columns of codes stay text, whatever is typed
            column.number_format = "@"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(page.heads)))}{len(page.rows) + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.oddFooter.center.text = "&A – &P / &N"
    sheet.print_title_rows = "1:1"
    # As few pages side by side as can be read, as many below each other as there are rows.
    shown = sum(width for place, width in enumerate(widths) if place not in page.hidden)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (across := math.ceil(shown / _PRINTED_WIDTH)), 0
    sheet.freeze_panes = "A2"
    if across > 1:  # what a row is of stays beside what is read of it
        sheet.freeze_panes, sheet.print_title_cols = "B2", "A:A"


def _cell(sheet: "WriteOnlyWorksheet", value: BookCell) -> Any:
    """Return a cell; a text is typed as text outright, so that one that begins with = + - or @ stays a label."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - an extra

    if isinstance(value, str):
        value = printable(value) or None
    elif isinstance(value, datetime) and value.time() == time.min:
        value = value.date()  # a day that a workbook was read of is shown as one
    cell: Any = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # dates too, whatever its stub says
    if isinstance(value, str) and value.startswith(_FORMULA_SIGNS):
        cell.data_type, cell.quotePrefix = "s", True
    return cell


def _widths(page: BookPage) -> Iterator[int]:
    """Return a width for each column: that of its widest cell; heads wrap, but not inside a word."""
    for place, head in enumerate(page.heads):
        kind = page.kinds[place] if page.kinds else "text"
        widest = max((len(_as_text(row[place], kind)) for row in page.rows[:_MEASURED_ROWS]), default=0)
        word = max((len(word) for word in head.split()), default=0)
        room = 2 if kind in NUMERIC else 4  # capitals and an indent take more than figures
        yield min(_WIDEST_COLUMN, max(_NARROWEST_COLUMN, widest + room, word + 4, min(len(head) + 4, 16)))


def _as_text(value: BookCell, kind: Kind) -> str:
    if isinstance(value, float):
        return f"{value:.0%}" if kind == "share" else f"{value:.2f}"
    return "" if value is None else str(value)
