"""The one reader of workbooks, of Excel or LibreOffice: visible sheets, typed cells, bounded whatever the file says."""

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, reduce
from lzma import LZMAError
from math import inf
from pathlib import PurePosixPath
from typing import IO, Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

from passerelles.errors import PasserellesError
from passerelles.io.archive import MAX_RATIO, check_members

Cell = str | int | float | bool | datetime | date | time | timedelta | None
NumberedRow = tuple[int, list[Cell]]

HEADER_WITHIN: Final = 30  # a title or a logo may stand above the header; beyond that, a sheet has none
_MAX_ROW, _MAX_COLUMN = 1_048_576, 16_384  # of the format itself
_MAX_PART: Final = 200_000_000  # bytes of one part once unpacked: a survey of 50,000 rows takes 26 million
_SMALL_PART: Final = 5_000_000  # a larger part is held to MAX_RATIO; XML of real cells is packed about 8 times
_MAX_CELLS: Final = 4_000_000  # empty ones included
_MAX_WALKED: Final = 600_000  # of a sheet that only a parser can walk: seven microseconds each
_MAX_SLOTS: Final = 12_000_000  # places of rows in memory: a far cell makes its row wide
_PIECE_BYTES: Final = 1 << 16
_MAX_PARTS: Final = 10_000  # elements inside one cell or one shared text
_PEEKED_ROWS: Final = 1_500  # cells read of a sheet whose first rows alone are asked for, where these do not come first
_WORKBOOK_PART: Final = "xl/workbook.xml"
_OPEN_PART: Final = "content.xml"  # of an OpenDocument workbook, all of it
_OPEN_COUNTS: Final = ("rows-spanned", "columns-spanned", "columns-repeated")
_OPEN_GAPS: Final = {"line-break": "\n", "s": " ", "tab": " "}  # elements that stand for signs
_OPEN_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_SECTIONS: Final = ("fonts", "fills", "cellXfs", "cellStyles", "dxfs")  # of its styles
# Number formats of dates, times and durations, as the format numbers its own (ECMA-376, 18.8.30).
_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DURATION: Final = 46
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a workbook knows no zone
_LAST_OF_FALSE_1900: Final = 60  # the format counts a 29 February 1900
_ESCAPE: Final = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")  # half a character (D800 to DFFF) is no text
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
# The usual cell: empty, a shared text by its number, or a number, with its attributes in the usual order.
_PLAIN: Final = re.compile(rb'<c r="([A-Z]{1,3})[0-9]+"((?: s="[0-9]+")?(?: t="[sn]")?(?:/>|></c>|><v>[^<&]*</v></c>))')
_PLAIN_VALUE: Final = re.compile(rb'(?: s="([0-9]+)")?(?: t="([sn])")?><v>([^<]*)</v></c>')
_PLAIN_ROW: Final = re.compile(rb'<row r="([1-9][0-9]{0,6})"[^>]*?(/?)>')
_ROW: Final = re.compile(rb"<(?:\w+:)?row( [^>]*)>")
_ROW_NUMBER: Final = re.compile(rb' r="([1-9][0-9]{0,6})"')
_ROW_CELLS: Final = re.compile(rb"<(?:\w+:)?row( [^>]*[^/])>(.*?)</(?:\w+:)?row>", re.DOTALL)
_FILLED_CELL: Final = re.compile(rb"<(?:\w+:)?c( [^>]*[^/])>(?!</)")
_STYLE: Final = re.compile(rb' s="([0-9]{1,6})"')
_HIDDEN: Final = re.compile(rb' hidden="(?:1|true)"')
_MERGED: Final = re.compile(rb'<mergeCell ref="([A-Z0-9:]+)"')


class DamagedWorkbookError(OSError):
    """A workbook that cannot be read to its end, or that would cost more than any real one."""


# What a damaged zip or damaged XML raises, on opening or while reading rows.
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, LZMAError, LookupError, ValueError, EOFError, NotImplementedError, RuntimeError,
    OverflowError, OSError, ParseError, expat.ExpatError,
)  # fmt: skip


class MergedArea(NamedTuple):
    """Merged cells: first and last row, first and last column, all from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class SheetCells(NamedTuple):
    """
    Rows of a sheet that hold something, each with its number; cells up to the last one of each row.

    `hidden` are the numbers of those that a filter or a person hides, `struck` of those of which each filled cell is
    struck out: they are read as the others are.
    """

    rows: list[NumberedRow]
    merged: tuple[MergedArea, ...] = ()
    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Workbook:
    """
    An open workbook; `sheets` names its visible sheets, in order.

    A hidden sheet is never read: people hide drafts and the answers of others.
    """

    archive: zipfile.ZipFile = field(repr=False)
    parts: Mapping[str, str]  # path inside the zip of each visible sheet, by name
    epoch: datetime

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the visible sheets."""
        return tuple(self.parts)

    def head(self, sheet: str) -> SheetCells:
        """Return the first rows of a sheet, without reading the rest of it."""
        with _damage_errors():
            return _walk(self, sheet, most=HEADER_WITHIN + 1)

    def sheet(self, sheet: str) -> SheetCells:
        """
        Return a sheet whole.

        Raises
        ------
        DamagedWorkbookError
            If it is damaged, or would cost more than any real one.
        """
        with _damage_errors():
            xml = self.archive.read(_checked(self.archive, self.parts[sheet]))
            if xml.count(b"<c") > _MAX_CELLS:
                raise DamagedWorkbookError(f"more than {_MAX_CELLS} cells")
            plain = _plain(self, xml)
            if plain is None and xml.count(b"<c ") + xml.count(b"<c>") > _MAX_WALKED:
                raise DamagedWorkbookError(f"more than {_MAX_WALKED} cells, written in an unusual way")
            cells = plain or _walk(self, sheet)
            return cells._replace(hidden=_hidden_rows(xml), struck=_struck_rows(xml, self.struck))

    @cached_property
    def _styles(self) -> list[tuple[int, str, bool]]:
        """Number and code of the format of each style, and whether it strikes a cell out."""
        formats, fonts, styles, section = dict[int, str](), list[bool](), list[tuple[int, int]](), ""
        with suppress(KeyError):  # a workbook may do without styles
            for name, about in _elements(self.archive, "xl/styles.xml"):
                if name in _SECTIONS:
                    section = name
                elif name == "numFmt":
                    formats[int(about.get("numFmtId", -1))] = about.get("formatCode", "")
                elif (section, name) == ("fonts", "font"):
                    fonts.append(False)
                elif (section, name) == ("fonts", "strike"):
                    fonts[-1] = about.get("val", "1") not in ("0", "false")
                elif (section, name) == ("cellXfs", "xf"):
                    styles.append((int(about.get("numFmtId", 0)), int(about.get("fontId", 0))))
        struck = dict(enumerate(fonts))
        return [(number, formats.get(number, ""), struck.get(font, False)) for number, font in styles]

    @cached_property
    def dates(self) -> Mapping[int, bool]:
        """Styles of dates and times, by number; true for a duration."""
        codes = {style: (number, code) for style, (number, code, _) in enumerate(self._styles)}
        return {style: _is_duration(*code) for style, code in codes.items() if _is_date(*code)}

    @cached_property
    def struck(self) -> frozenset[int]:
        """Styles that strike a cell out, by number."""
        return frozenset(style for style, (_, _, is_struck) in enumerate(self._styles) if is_struck)

    @cached_property
    def texts(self) -> Sequence[str]:
        """Texts that cells share, by number."""
        texts: list[str] = []
        for name, element in _elements(self.archive, "xl/sharedStrings.xml", whole="si"):
            if name == "si":
                texts.append(_unescaped(_texts_in(element, "t")))
                if len(texts) > _MAX_CELLS:
                    raise DamagedWorkbookError(f"more than {_MAX_CELLS} texts")
        return texts

    def text(self, number: int) -> str:
        """Return one of them."""
        if not 0 <= number < len(self.texts):
            raise DamagedWorkbookError(f"no shared text {number}")
        return self.texts[number]

    def value(self, kind: str, style: int, text: str) -> Cell:
        """Cell of a number or date as it is meant."""
        if kind == "d":
            return datetime.fromisoformat(text)
        number = _number(text)
        if style in self.dates and number is not None:
            return _moment(number, self.epoch, duration=self.dates[style])
        return number


@dataclass(frozen=True)
class _OpenWorkbook(Workbook):
    """A workbook of LibreOffice: `cells` are those of its visible sheets, read when it was opened."""

    cells: Mapping[str, SheetCells]

    def sheet(self, sheet: str) -> SheetCells:
        return self.cells[sheet]

    head = sheet


def is_workbook(data: bytes) -> bool:
    """
    Whether the bytes are a workbook of Excel (xlsx, xlsm), or one of LibreOffice (ods) without a password.

    Examples
    --------
    >>> is_workbook(b"a,b")
    False
    """
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WORKBOOK_PART in archive.namelist() or _is_open_workbook(archive)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def _is_open_workbook(archive: zipfile.ZipFile) -> bool:
    if not {"mimetype", _OPEN_PART} <= {*archive.namelist()}:
        return False
    with archive.open("mimetype") as kind, archive.open(_OPEN_PART) as content:  # scrambled under a password
        return kind.read(len(_OPEN_TYPE)) == _OPEN_TYPE and b"<" in content.read(4)


def open_workbook(data: bytes) -> Workbook:
    """
    Open a workbook.

    Raises
    ------
    DamagedWorkbookError
        If it is damaged, if it would expand beyond reason, or if no sheet of it is visible.
    """
    with _damage_errors():
        archive = zipfile.ZipFile(io.BytesIO(data))
        try:
            check_members("xlsx", archive.infolist())
        except PasserellesError as error:
            raise DamagedWorkbookError(error.message("en")) from error
        if _is_open_workbook(archive):
            return _open_document(archive)
        listed = ((about.get("Type", ""), about) for _, about in _elements(archive, "xl/_rels/workbook.xml.rels"))
        targets = {rel.get("Id", ""): rel.get("Target", "") for kind, rel in listed if kind.endswith("/worksheet")}
        sheets: dict[str, str] = {}
        epoch = _EPOCH
        for name, about in _elements(archive, _WORKBOOK_PART):
            if name == "sheet" and about.get("state", "visible") == "visible":
                target = targets.get(next((v for k, v in about.items() if _bare(k) == "id"), ""))
                if target is not None:
                    sheets[about.get("name", "")] = str("/xl" / PurePosixPath(target)).lstrip("/")
            elif name == "workbookPr" and about.get("date1904") in ("1", "true"):
                epoch = _EPOCH_1904
        if not sheets:
            raise DamagedWorkbookError("no visible sheet")
        return Workbook(archive, sheets, epoch)


def cell_text(cell: object) -> str:
    """
    Cell as text: a whole number without decimals, a date as ISO, nothing as an empty text.

    Examples
    --------
    >>> cell_text(3.0), cell_text(None), cell_text("  cariste "), cell_text(datetime(2026, 1, 5))
    ('3', '', 'cariste', '2026-01-05')
    """
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else "" if cell != cell else str(cell)  # noqa: PLR0124 - nan
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell).strip()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _checked(archive: zipfile.ZipFile, part: str) -> zipfile.ZipInfo:
    """Return what a workbook says of a part, unless it would expand beyond reason."""
    info = archive.getinfo(part)
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > _MAX_PART or (info.file_size > _SMALL_PART and ratio > MAX_RATIO):
        raise DamagedWorkbookError(f"{info.filename} would expand to {info.file_size // 1_000_000} MB")
    return info


def _check_start(stream: IO[bytes]) -> None:
    """Refuse a part that declares a document type, which no workbook has: it could define endless text."""
    doctypes: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: doctypes.append(True)
    parser.StartElementHandler = lambda *_: doctypes.append(False)
    while not doctypes and (piece := stream.read(_PIECE_BYTES)):
        parser.Parse(piece)
    if doctypes[:1] == [True]:
        raise DamagedWorkbookError("a document type declaration")
    stream.seek(0)


def _elements(archive: zipfile.ZipFile, part: str, *, whole: str = "") -> Iterator[tuple[str, Element]]:
    """
    Yield each element of a part, with its name, as it begins; those called `whole` as they end, with all in them.

    Nothing is kept of what was passed.
    """
    above: list[Element] = []
    inside = parts = 0
    with archive.open(_checked(archive, part)) as stream:
        _check_start(stream)
        for event, element in iterparse(stream, ("start", "end")):  # noqa: S314 - see `_check_start`
            if event == "start":
                above.append(element)
                if inside or _bare(element.tag) == whole:
                    inside, parts = inside + 1, parts + 1 if inside else 0
                    if parts > _MAX_PARTS:
                        raise DamagedWorkbookError(f"more than {_MAX_PARTS} elements in one")
                else:
                    yield _bare(element.tag), element
                continue
            above.pop()
            inside -= inside > 0
            if not inside and _bare(element.tag) == whole:
                yield whole, element
            if not inside and above:
                above[-1].remove(element)


def _bare(name: str) -> str:
    """Name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def _texts_in(element: Element, name: str) -> str:
    """Texts of the elements of a name inside another, save how a Japanese text is pronounced."""
    named = ((_bare(part.tag), part) for part in element)
    return "".join(
        "".join(part.itertext()) if kind == name else _texts_in(part, name) for kind, part in named if kind != "rPh"
    )


def _is_date(number: int, code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.', "", code.casefold())
    return number in _DATES if not code else bool(re.search(r"[dmyhs]", bare)) and "general" not in bare


def _is_duration(number: int, code: str) -> bool:
    return number == _DURATION if not code else bool(re.search(r"\[(h+|m+|s+)\]", code.casefold()))


@cache
def _column(letters: bytes) -> int:
    """Number of a column, from 1."""
    number = reduce(lambda total, letter: total * 26 + letter - 64, letters.upper(), 0)
    if number > _MAX_COLUMN:
        raise DamagedWorkbookError(f"a cell in column {letters.decode()}")
    return number


def _number(text: str) -> int | float | None:
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 16:  # noqa: PLR2004 - what Excel keeps exactly
        return int(text)
    value = float(text)
    if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - nan
        raise DamagedWorkbookError(f"a cell of {text}")
    return value


def _moment(value: float, epoch: datetime, *, duration: bool) -> Cell:
    if duration:
        return timedelta(days=value)
    day, fraction = divmod(value, 1)
    time_of_day = timedelta(milliseconds=round(fraction * 86_400_000))
    if 0 <= value < 1 and not time_of_day.days:
        return (epoch + time_of_day).time()
    if 0 < value < _LAST_OF_FALSE_1900 and epoch == _EPOCH:
        day += 1
    try:
        return epoch + timedelta(days=day) + time_of_day
    except OverflowError:
        return value  # no date: the number as it is


def _plain(book: Workbook, xml: bytes) -> SheetCells | None:
    """
    Read a sheet of usual cells, several times as fast as an XML parser calls back; None where anything else stands.

    Whatever this does not know (inline texts, formulas, damage) makes it give the sheet up whole.
    """
    begin, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
    if not 0 <= begin < end or b"<!" in xml:
        return None
    place = begin + len(b"<sheetData>")
    cells_of = _PlainCells(book)
    rows: list[NumberedRow] = []
    last = slots = 0
    while place < end:
        opened = _PLAIN_ROW.match(xml, place)
        if opened is None or not last < int(opened[1]) <= _MAX_ROW:
            return None
        last, place = int(opened[1]), opened.end()
        if opened[2]:
            continue
        stop = xml.find(b"</row>", place)
        cells = cells_of.row(xml[place:stop]) if stop >= 0 else None
        if cells is None:
            return None
        slots += len(cells)
        if slots > _MAX_SLOTS:
            raise DamagedWorkbookError("cells too far apart")
        if cells:
            rows.append((last, cells))
        place = stop + len(b"</row>")
    return SheetCells(rows, _areas(xml[end:]))


class _PlainCells(dict[bytes, Cell]):
    """Rows of usual cells into values; what stands in a cell is parsed once, however often it comes."""

    def __init__(self, book: Workbook) -> None:
        super().__init__()
        self._book = book

    def __missing__(self, written: bytes) -> Cell:
        """Parse what stands in a cell, style and type included."""
        match = _PLAIN_VALUE.fullmatch(written)
        if match is None or not match[3]:
            return self.setdefault(written, None)
        if match[2] == b"s":
            text = self._book.text(int(match[3]))
            return self.setdefault(written, None if text.isspace() else text)  # blanks by the million are no rows
        return self.setdefault(written, self._book.value("n", int(match[1] or 0), match[3].decode()))

    def row(self, body: bytes) -> list[Cell] | None:
        count = body.count(b"<c")
        cells = _PLAIN.findall(body) if count <= _MAX_COLUMN else []
        places = [_column(name) for name, _ in cells]
        if len(cells) != count or places != sorted(set(places)):
            return None
        return _spread(places, [self[written] for _, written in cells])


def _spread(places: Sequence[int], values: Sequence[Cell]) -> list[Cell]:
    """Put values at their columns, nothing between them."""
    row: list[Cell] = []
    for place, value in zip(places, values, strict=True):
        if value is not None:
            row.extend([None] * (place - 1 - len(row)))
            row.append(value)
    return row


def _areas(xml: bytes) -> tuple[MergedArea, ...]:
    return tuple(sorted(_area(reference.decode()) for reference in _MERGED.findall(xml)))


def _area(reference: str) -> MergedArea:
    first, _, last = reference.partition(":")
    (row, column), (end, end_column) = _place(first), _place(last or first)
    return MergedArea(row, end, column, end_column)


def _hidden_rows(xml: bytes) -> frozenset[int]:
    rows = _ROW.findall(xml) if _HIDDEN.search(xml) else ()
    return frozenset(int(number[1]) for row in rows if _HIDDEN.search(row) and (number := _ROW_NUMBER.search(row)))


def _struck_rows(xml: bytes, styles: Collection[int]) -> frozenset[int]:
    """Rows of a sheet of which each filled cell has one of some styles."""
    rows = _ROW_CELLS.findall(xml) if styles else ()
    struck = set[int]()
    for about, cells in rows:
        used = [int(style[1]) if (style := _STYLE.search(cell)) else 0 for cell in _FILLED_CELL.findall(cells)]
        number = _ROW_NUMBER.search(about)
        if used and number and not set(used).difference(styles):
            struck.add(int(number[1]))
    return frozenset(struck)


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a cell reference, both from 1."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or int(match[2]) > _MAX_ROW:
        raise DamagedWorkbookError(f"a cell at {reference[:20]}")
    return int(match[2]), _column(match[1].encode())


def _walk(book: Workbook, sheet: str, *, most: float = inf) -> SheetCells:
    """Read a sheet cell by cell, in any order, within bounds; or its first rows only."""
    rows: dict[int, list[Cell]] = {}
    merged: list[MergedArea] = []
    row = column = count = slots = 0
    for name, element in _elements(book.archive, book.parts[sheet], whole="c"):
        if name == "mergeCell":
            merged.append(_area(element.get("ref", "")))
        elif name == "row":
            row, column = int(element.get("r", row + 1)), 0
            if not 0 < row <= _MAX_ROW:
                raise DamagedWorkbookError(f"row {row}")
            if row > most and count > _PEEKED_ROWS:
                break
        elif name == "c":
            count += 1
            if count > _MAX_WALKED:
                raise DamagedWorkbookError(f"more than {_MAX_WALKED} cells, written in an unusual way")
            reference = element.get("r")
            row, column = (row, column + 1) if reference is None else _place(reference)
            if column > _MAX_COLUMN:
                raise DamagedWorkbookError(f"a cell in column {column} of row {row}")
            value = _cell(book, element) if len(element) else None  # most are empty where a sheet has formats alone
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            cells = rows.setdefault(row, [])
            lacking = column - len(cells)
            slots += max(lacking, 0)
            if slots > _MAX_SLOTS:
                raise DamagedWorkbookError("cells too far apart")
            if lacking <= 0 and cells[column - 1] is not None:  # one of the two would be lost
                raise DamagedWorkbookError(f"two cells in column {column} of row {row}")
            cells.extend([None] * lacking)
            cells[column - 1] = value
    return SheetCells([(line, cells) for line, cells in sorted(rows.items()) if line <= most], tuple(sorted(merged)))


def _cell(book: Workbook, element: Element) -> Cell:
    kind, style, text = element.get("t", "n"), int(element.get("s", 0)), _texts_in(element, "v")
    if kind == "inlineStr":
        return _unescaped(_texts_in(element, "t"))
    if not text:  # a formula may be one that nobody has worked out yet
        formula = _texts_in(element, "f")
        return f"={formula}" if formula and kind != "str" else None
    if kind == "s":
        return book.text(int(text))
    if kind == "b":
        return text.strip() in ("1", "true")
    return _unescaped(text) if kind in ("str", "e") else book.value(kind, style, text)


def _open_document(archive: zipfile.ZipFile) -> Workbook:
    """Read the visible sheets of a workbook of LibreOffice, within the bounds of the others."""
    sheets: dict[str, tuple[list[NumberedRow], list[MergedArea], list[int], list[int]]] = {}
    hidden, struck, columns, style, name = set[str](), set[str](), list[str](), "", ""
    row = count = slots = 0
    for kind, element in _elements(archive, _OPEN_PART, whole="table-row"):
        about = {_bare(key): value for key, value in element.items()}
        if kind == "style":
            style = about.get("name", "")
        elif kind == "table-properties" and about.get("display") == "false":
            hidden.add(style)
        elif kind == "text-properties" and about.get("text-line-through-style", "none") != "none":
            struck.add(style)
        elif kind == "table":
            row, columns, name = 0, [], "" if about.get("style-name") in hidden else about["name"]
            sheets[name] = ([], [], [], [])
        elif kind == "table-column":
            times = min(int(about.get("number-columns-repeated", 1)), _MAX_COLUMN - len(columns))
            columns += [about.get("default-cell-style-name", "")] * times
        elif kind == "table-row":
            first, row = row + 1, row + int(about.get("number-rows-repeated", 1))
            cells, merged, styles = _open_row(element, first, columns)
            count, slots = count + 1 + len(element), slots + (row - first + 1) * len(cells)
            if count > _MAX_WALKED or slots > _MAX_SLOTS or (cells and row > _MAX_ROW):
                raise DamagedWorkbookError(f"row {row}, or too many cells before it")
            numbers = range(first, row + 1 if cells else first)
            sheets[name][0].extend((number, [*cells]) for number in numbers)
            sheets[name][1].extend(merged)
            sheets[name][2].extend(numbers if about.get("visibility", "visible") != "visible" else ())
            sheets[name][3].extend(numbers if styles <= struck else ())
    sheets.pop("", None)
    read = {name: SheetCells(rows, tuple(areas), *map(frozenset, out)) for name, (rows, areas, *out) in sheets.items()}
    if not read:
        raise DamagedWorkbookError("no visible sheet")
    return _OpenWorkbook(archive, dict.fromkeys(read, _OPEN_PART), _EPOCH, read)


def _open_row(row: Element, line: int, columns: Sequence[str]) -> tuple[list[Cell], list[MergedArea], set[str]]:
    """Cells of a row up to the last one that is filled, areas merged from there, and the styles of filled cells."""
    cells, merged, styles, width = list[Cell](), list[MergedArea](), set[str](), 0
    for cell in row:
        about = {_bare(key): value for key, value in cell.items()}
        down, across, times = (int(about.get(f"number-{n}", 1)) for n in _OPEN_COUNTS)
        if max(down, across) > 1:
            merged.append(MergedArea(line, min(line + down - 1, _MAX_ROW), width + 1, min(width + across, _MAX_COLUMN)))
        width += times
        value = None if _bare(cell.tag) == "covered-table-cell" else _open_cell(cell, about)
        if value is not None:
            if width > _MAX_COLUMN:
                raise DamagedWorkbookError(f"a cell in column {width} of row {line}")
            styles.add(about.get("style-name") or "".join(columns[width - times : width - times + 1]))
            cells += [None] * (width - times - len(cells)) + [value] * times
    return cells, merged, styles


def _open_cell(cell: Element, about: Mapping[str, str]) -> Cell:
    if "value" in about:
        return _number(about["value"])
    if "date-value" in about:
        return datetime.fromisoformat(about["date-value"])
    for element in cell.iter():
        element.text = _OPEN_GAPS.get(_bare(element.tag), element.text)
    text = "\n".join("".join(part.itertext()) for part in cell if _bare(part.tag) == "p")  # no comment on it
    return text if text.strip() else None


@contextmanager
def _damage_errors() -> Iterator[None]:
    """Turn what damage raises into one kind of error."""
    try:
        yield
    except DamagedWorkbookError:
        raise
    except _DAMAGE as error:
        raise DamagedWorkbookError(str(error) or type(error).__name__) from error
