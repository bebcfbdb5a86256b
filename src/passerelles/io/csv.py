"""A table as people write it: CSV of any encoding and delimiter, or workbook; its header, its rows and cells."""

import codecs
import csv
import hashlib
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import compress, islice
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, Protocol

from passerelles.errors import PasserellesError
from passerelles.io import xlsx
from passerelles.io.archive import read_file
from passerelles.io.xlsx import HEADER_WITHIN, Cell, DamagedWorkbookError, MergedArea, NumberedRow, cell_text
from passerelles.language import packaged
from passerelles.language.say import LANGS, say
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog
from passerelles.text import normalise_label

DELIMITERS: Final = (",", ";", "\t", "|")
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_SIGNED_NUMBER: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?")
# Windows-1252 leaves five bytes undefined; they are read as the control characters that Latin-1 gives them.
_CP1252: Final = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


class DataFrame(Protocol):
    """A table of pandas, or of what gives its rows as pandas does."""

    def to_dict(self, orient: Literal["records"]) -> Sequence[Mapping[Any, Any]]:
        """Return a mapping from column to value for each row."""


class Decoded(NamedTuple):
    """Text of a file, the encoding found, and the number of its bytes that are not in that encoding."""

    text: str
    encoding: str
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of one file: cells are text; `lines` is the line of the file where each row begins.

    `header` names the columns in lower case; it is empty where the file is absent or no table. Rows that do not
    have the header's length were dropped, with a notice each.
    """

    name: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: Sequence[int]
    record: FileRecord
    notices: tuple[Notice, ...] = ()

    def column(self, name: str) -> Sequence[str]:
        """Cells of one column, row by row; a column that is absent gives empty cells."""
        if name not in self.header:
            return [""] * len(self.rows)
        return list(map(itemgetter(self.header.index(name)), self.rows))

    def columns(self, *names: str) -> Iterator[tuple[str, ...]]:
        """Yield the cells of the columns `names`, row by row; a column that is absent gives empty cells."""
        return zip(*map(self.column, names), strict=True)

    def numbered(self, *names: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield (line, cells) for the columns `names`."""
        return zip(self.lines, self.columns(*names), strict=True)

    def keep(self, chosen: Sequence[bool]) -> "Table":
        """Return the rows for which `chosen`, one flag a row, is true; the same table where all are."""
        if all(chosen):
            return self
        return replace(self, rows=list(compress(self.rows, chosen)), lines=list(compress(self.lines, chosen)))


def empty_table(name: str) -> Table:
    """Table without rows, for a file that is absent."""
    return Table(name, (), [], (), FileRecord(name, "", "", 0))


def file_record(name: str, data: bytes, encoding: str) -> FileRecord:
    """Record of a file as it was read, with its SHA-256; it has no rows yet."""
    return FileRecord(name, hashlib.sha256(data).hexdigest(), encoding, 0)


def decode(data: bytes) -> Decoded:
    """
    Text of a file and the encoding found: UTF-8 (BOM or not), UTF-16 with a BOM, else Windows-1252.

    A file that is UTF-8 but for a few bytes (cut in the middle of a letter, or patched by a careless tool) is read
    as UTF-8, and only those bytes as Windows-1252: read whole as Windows-1252, every accent would be lost.

    Examples
    --------
    >>> decode("métier".encode("cp1252"))
    Decoded(text='métier', encoding='cp1252', damaged=0)
    >>> decode("métiers très recherchés".encode()[:-2])
    Decoded(text='métiers très recherchÃ', encoding='utf-8', damaged=1)
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
        return Decoded(text, "utf-16", text.count("\ufffd"))
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="surrogateescape")
    beyond_ascii = [c for c in text if c > "\x7f"]
    stray = [c for c in beyond_ascii if "\udc80" <= c <= "\udcff"]
    if 2 * len(stray) < len(beyond_ascii):
        return Decoded(text.translate({ord(c): _CP1252[ord(c) - 0xDC00] for c in set(stray)}), encoding, len(stray))
    return Decoded(codecs.charmap_decode(data, "strict", _CP1252)[0], "cp1252")


DOUBLE_ENCODED: Final = "utf-8 in cp1252"
"""Encoding of a text that was UTF-8, read as Windows-1252 by some tool, and written again."""
_BYTES: Final = {chr(byte): byte for byte in range(256)} | {sign: byte for byte, sign in enumerate(_CP1252)}
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


def undo_double_encoding(text: str) -> str | None:
    """
    Undo a double encoding of accents; None where the text is not wholly double-encoded.

    Examples
    --------
    >>> undo_double_encoding("MÃ©tier"), undo_double_encoding("Métier"), undo_double_encoding("MÃ©tier à pourvoir")
    ('Métier', None, None)
    """
    if text.isascii():
        return None
    try:  # each letter was written as a run of signs beyond ASCII, so that the first accent of a sound text tells
        repaired = _BEYOND_ASCII.sub(lambda run: bytes(map(_BYTES.__getitem__, run[0])).decode(), text)
    except (KeyError, UnicodeDecodeError):
        return None
    return repaired.removeprefix("\ufeff")


def read_table(  # noqa: PLR0913 - what a format promises of its files
    data: bytes,
    *,
    name: str,
    sheet: str = "",
    fits: "Fits | None" = None,
    expected_encoding: str | None = None,
    expected_delimiter: str | None = None,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
    repair_apostrophes: bool = False,
    strip: bool = False,
    heads: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """
    Read one CSV file, or one sheet of a workbook.

    Parameters
    ----------
    data
        The file's bytes.
    name
        Its name, for notices.
    sheet
        Sheet that is meant; without it, the first one whose header fits best.
    fits
        How well a row fits as the header; without it, how many of `required` and `optional` it has. Where no row fits,
        the first one that holds something is the header.
    expected_encoding, expected_delimiter
        What the format promises of a text; another one is read all the same and reported. None = anything goes.
    required, optional
        Columns (in lower case) that the reader needs, or uses where they are: an absent one is reported, and
        without a required one the rows mean nothing: they are left out and counted.
    repair_apostrophes
        Read doubled apostrophes (``d''arbres``) of a text as one, and say how many there were.
    strip
        Strip the cells of spaces and skip the rows that are blank, as spreadsheets write them.
    heads
        Name of the column that a head stands for, by its normalised words; see `column_names`.

    Returns
    -------
    table
        Its `notices` say everything that was wrong. A file that is no table at all gives no rows and a notice.
    """

    def columns_in(cells: Sequence[Cell]) -> int:
        return len({*required, *optional}.intersection(column_names(_names(cells), heads)))

    fit = fits or columns_in
    try:
        parsed = parse_rows(data, fit, name=name, sheet=sheet, first=True, repair_apostrophes=repair_apostrophes)
    except PasserellesError as error:
        return _unreadable(data, name, error)
    if not parsed.header_line:
        (line, header), *rows = [*parsed.filled] or [(0, [])]
        parsed = parsed._replace(header=tuple(header), header_line=line, rows=rows)
    is_text = parsed.encoding != "xlsx"
    table = parsed.table(exact=is_text)
    log = NoticeLog(table.notices)
    for area in parsed.merged if heads else ():
        if area.last_row > parsed.header_line:
            log.note("merged_cells", file=name, line=area.first_row)
    if is_text:
        _note_encoding(parsed.encoding, expected_encoding, name, log)
    if parsed.header and expected_delimiter and parsed.delimiter not in (expected_delimiter, ""):
        shown = "tab" if parsed.delimiter == "\t" else parsed.delimiter
        log.note("delimiter_differs", file=name, expected=expected_delimiter, delimiter=shown)
    table = replace(table, header=column_names(table.header, heads))
    if strip:
        table.rows[:] = [[*map(str.strip, row)] for row in table.rows]
        table = table.keep([any(row) for row in table.rows])
    return _check_columns(table, required, optional, log)


def _unreadable(data: bytes, name: str, error: PasserellesError) -> Table:
    log = NoticeLog()
    if error.key.startswith("not_a_table"):
        log.note("binary_file", file=name)
    else:
        log.note("unreadable_file", file=name, reason=error.values.get("reason", error))
    return Table(name, (), [], (), file_record(name, data, ""), log.notices())


def _note_encoding(encoding: str, expected: str | None, name: str, log: NoticeLog) -> None:
    if expected and encoding.removesuffix("-sig") != expected:
        log.note("encoding_differs", file=name, expected=expected, encoding=encoding)
    elif expected is None and encoding not in ("utf-8", "utf-8-sig"):
        log.note("encoding_detected", file=name, encoding=encoding)


def _check_columns(table: Table, required: Sequence[str], optional: Sequence[str], log: NoticeLog) -> Table:
    """Report the columns that a table lacks or has twice; see `read_table`."""
    name, header = table.name, table.header
    missing = [column for column in required if column not in header]
    if not header:
        log.note("empty_file", file=name)
    elif missing:
        if len(missing) == len(required):
            # Not one column that the reader knows: it is another kind of file, and what its rows lack does not matter.
            log = NoticeLog()
            log.note("wrong_file", file=name, expected=", ".join(required), found=", ".join(header[:5])[:100])
        else:
            log.note("missing_column", file=name, line=1, count=max(1, len(table.rows)), column=", ".join(missing))
        table = replace(table, header=(), rows=[], lines=())
    else:
        for column in optional:
            if column not in header:
                log.note("missing_optional_column", file=name, line=1, column=column)
        for column in dict.fromkeys(c for c in header if c and header.count(c) > 1):
            log.note("duplicate_column", file=name, line=1, column=column)
    return replace(table, notices=log.notices())


def column_names(header: Sequence[str], heads: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return a header with the names of the columns that its heads stand for, in whatever language they are written.

    Examples
    --------
    >>> column_names(["libellé", "code"], {"libelle": "label"})
    ('label', 'code')
    """
    if not heads:
        return tuple(header)
    return tuple(heads.get(normalise_label(head), head) if len(head) <= _HEAD_LENGTH else head for head in header)


def _records(lines: Sequence[str], delimiter: str, name: str, log: NoticeLog) -> Iterator[tuple[int, list[Any]]]:
    """
    Yield (line, cells) of each record, whatever their lengths, and say which cannot be read.

    A quote that never closes would swallow all lines that follow. Only its own line is given up, and reading goes
    on with the next one, as long as that costs no more than reading the file a second time.
    """
    start, again = 0, len(lines)
    while start < len(lines):
        begin = start
        # strict=True makes the reader say that a quoted field never ends, instead of making one cell of the rest.
        reader = csv.reader(map(lines.__getitem__, range(begin, len(lines))), delimiter=delimiter, strict=True)
        try:
            for row in reader:
                line, start = start + 1, begin + reader.line_num
                yield line, row
        except csv.Error as error:
            lost = begin + reader.line_num - start
            if lost > 1 and lost <= again:
                again -= lost
                lost = 1
            code = "truncated_file" if "unexpected end" in str(error) else "row_malformed"
            log.note(code, file=name, line=start + 1, count=lost)
            start += lost


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""
    Rows as CSV: comma, header, one line a row; no text of it is a formula to a spreadsheet.

    Examples
    --------
    >>> csv_text(["libellé", "score"], [["=cmd()", -1.5], ["métier", None]])
    "libellé,score\n'=cmd(),-1.5\nmétier,\n"
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([formula_safe(name) for name in header])
    writer.writerows([["" if cell is None else _on_lines(formula_safe(cell)) for cell in row] for row in rows])
    return buffer.getvalue()


def _on_lines(cell: object) -> object:
    """Return a text with one sign for the end of a line: readers split at a bare carriage return."""
    return cell.replace("\r\n", "\n").replace("\r", "\n") if isinstance(cell, str) and "\r" in cell else cell


def formula_safe(cell: object) -> object:
    r"""
    Return a cell that a spreadsheet takes for text, with an apostrophe before what it would take for a formula.

    A text that is a number is left as it is.

    Examples
    --------
    >>> formula_safe("+33 1"), formula_safe("-1.5"), formula_safe(-2), formula_safe("@SUM(A1)")
    ("'+33 1", '-1.5', -2, "'@SUM(A1)")
    """
    if not isinstance(cell, str) or not cell.startswith(FORMULA_SIGNS):
        return cell
    return cell if _SIGNED_NUMBER.fullmatch(cell) else f"'{cell}"


def without_apostrophe(text: str) -> str:
    """
    Return a text without the apostrophe that `formula_safe` put before it.

    Examples
    --------
    >>> without_apostrophe("'+33 1"), without_apostrophe("'t Hooft")
    ('+33 1', "'t Hooft")
    """
    return text[1:] if text[:1] == "'" and formula_safe(text[1:]) == text else text


def _names(row: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(cell_text(cell).casefold() for cell in row)


Fits = Callable[[Sequence[Cell]], int]
"""How well a row of cells fits as the header; 0 = not at all."""
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".ods"})
_OF_WORKBOOK: Final = re.compile(r"(.+?\.(?:xls[xm]|ods))#(.*)", re.IGNORECASE | re.DOTALL)
_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"
# How a file of another kind begins, what stands in it, and what is said of it; the first that fits.
_FOREIGN: Final = (
    (_OLD_EXCEL, "EncryptedPackage".encode("utf-16-le"), "password"),
    (_OLD_EXCEL, "WordDocument".encode("utf-16-le"), "word"),
    (_OLD_EXCEL, "ook".encode("utf-16-le"), "xls"),  # its part "Workbook", "Book" before 1997
    (_ZIP, b"xl/workbook.bin", "xls"),
    (_ZIP, b"word/document.xml", "word"),
    (_ZIP, rb"opendocument\.text", "word"),
    (_ZIP, rb"opendocument\.spreadsheet.*PK\x05\x06", "password"),
    (_ZIP, rb"\.iwa", "numbers"),
    (_PDF, b"", "pdf"),
)
_LOCK: Final = re.compile(r"(?:~\$|\.~lock\.)(.+?)#?")  # of Excel, of LibreOffice
_WEB_PAGE: Final = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|meta|table|style)\b", re.IGNORECASE)
_ONE_COLUMN: Final = "\x1f"  # delimiter of a file of one column: a sign that no text holds
Why = Literal["", "empty", "not_number", "ambiguous"]
_HEAD_LENGTH: Final = 100  # signs of a cell that may head a column: of a row of data, others are long texts
_CELL_LENGTH: Final = 1000  # signs of a cell that holds a number, or a sum
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]")
_WITH_MARKS: Final = re.compile(r"[0-9]+(?:[.,'\u2019][0-9]+)*")
# The whole and the decimals of a number: thousands parted by spaces; by marks, for each sign of decimals.
_BY_SPACES: Final = re.compile(r"([0-9]{1,3}(?:[ \u00a0\u202f\u2009][0-9]{3})+)(?:[.,]([0-9]*))?")
_BY_MARKS: Final = {
    sign: re.compile(rf"([0-9]+(?:[{mark}'\u2019][0-9]{{3}})*)(?:[{sign}]([0-9]+))?") for sign, mark in (",.", ".,")
}
_NUMBER_WORDS: Final = packaged("passerelles.io", "numbers.toml")
# What may stand after a number of people or openings without changing it.
_UNITS: Final = re.compile("".join(_NUMBER_WORDS["unit"]), re.IGNORECASE)
_OF_WHICH: Final = re.compile(r"\(\s*(\d{1,4})\s+[^\W\d][^()]*\)")  # a part of the number: "3 (1 urgent)"
_TERMS: Final = re.compile(r"\+|(?<=[^\W\d])\s*(?:,|\bet\b|\band\b)\s*(?=\d+ [^\W\d])(?![^()]*\))")  # "2 CDI et 1 CDD"
_EVERYBODY: Final = re.compile(f"^{_NUMBER_WORDS['all']}$", re.IGNORECASE)
_WORDED: Final = {word: str(at) for words in _NUMBER_WORDS["words"] for at, word in enumerate(words.split())}


class Rows(NamedTuple):
    """
    A table: its header, and the rows below it, each with its line in the file (from 1).

    A text file's blank rows are there, a workbook's are not: their lines are missing. `header_line` is 0 where no row
    fitted as the header; the header is then empty and `rows` are all. `merged` are merged cells of a workbook, `sheet`
    the name of its sheet, `others` those of visible sheets that hold a header too, but one that fits less well,
    `hidden` and `struck` the lines of its rows that are hidden or struck out, `above` the rows before its header, and
    `turned` whether its header was a column.
    """

    name: str
    header: tuple[Cell, ...]
    header_line: int
    rows: list[NumberedRow]
    sha256: str
    encoding: str
    sheet: str = ""
    merged: tuple[MergedArea, ...] = ()
    notices: tuple[Notice, ...] = ()
    others: tuple[str, ...] = ()
    delimiter: str = ""
    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    above: Sequence[tuple[int, Sequence[Cell]]] = ()
    turned: bool = False

    @property
    def filled(self) -> Iterator[NumberedRow]:
        """Rows that hold something."""
        return ((line, cells) for line, cells in self.rows if any(map(cell_text, cells)))

    def table(self, *, exact: bool = False) -> Table:
        """
        Return the same as texts, names of columns in lower case; rows with cells beyond the header are left out.

        Each of these is a notice. `exact`: of a text that a program writes; so are rows that are shorter.
        """
        width = max((i for i, cell in enumerate(self.header, 1) if exact or cell not in (None, "")), default=0)
        log = NoticeLog(self.notices)
        rows: list[list[str]] = []
        lines: list[int] = []
        for line, cells in self.rows:
            row: list[Any] = cells
            if not exact:
                row = [cell.strip() if type(cell) is str else cell_text(cell) for cell in cells]
                row += [""] * (width - len(row))
            if len(row) > width and not any(row[width:]):
                del row[width:]  # a spreadsheet's empty cells beyond the last column
            if not any(row):
                continue
            if len(row) != width:
                log.note("row_length", file=self.name, line=line, got=len(row), expected=width)
                continue
            rows.append(row)
            lines.append(line)
        record = FileRecord(self.name, self.sha256, self.encoding, len(rows))
        return Table(self.name, _names(self.header[:width]), rows, lines, record, log.notices())


def split_sheet(place: str | Path) -> tuple[Path, str]:
    """
    Return the path of a file and the sheet named after ``#``, or ``""``.

    Examples
    --------
    >>> split_sheet("entreprises.xlsx#Besoins")[1], split_sheet("entreprises.xlsx#Site #1")[1], split_sheet("a.csv")[1]
    ('Besoins', 'Site #1', '')
    """
    path = Path(place)
    named = None if path.exists() else _OF_WORKBOOK.fullmatch(str(place))  # a sheet may be "Site #1"
    before, sheet = named.groups() if named else str(place).rpartition("#")[::2]
    is_sheet = named or (before and Path(before).exists() and not path.exists())  # a table may be "effectifs#2.csv"
    return (Path(before), sheet) if is_sheet else (path, "")


def read_rows(place: str | Path, fits: Fits, *, most: int = 100_000_000) -> Rows:
    """
    Read a table of a person's own.

    Parameters
    ----------
    place
        CSV (any usual encoding and delimiter) or workbook. ``FILE.xlsx#NAME`` names a sheet of it.
    fits
        How well a row fits as the header; the best of the first thirty is taken, the first of equals.
    most
        Bytes beyond which the file is refused.

    Raises
    ------
    PasserellesError
        If the file cannot be read or is no table, if there is no such sheet, or if the header is in several visible
        sheets; the message names them.
    """
    path, sheet = split_sheet(place)
    return parse_rows(read_file(path, most=most), fits, name=path.name, path=path, sheet=sheet)


def parse_rows(
    data: bytes,
    fits: Fits,
    *,
    name: str,
    path: Path | None = None,
    sheet: str = "",
    first: bool = False,
    repair_apostrophes: bool = False,
) -> Rows:
    """
    Read the bytes of a table; see `read_rows`.

    `first` takes the first of several sheets that fit; for `repair_apostrophes` see `read_table`.
    """
    shown = path or Path(name)
    if not xlsx.is_workbook(data):
        if sheet:
            raise PasserellesError("no_sheets", path=shown, sheet=sheet)
        if lock := _LOCK.fullmatch(shown.name):
            raise PasserellesError("not_a_table_lock", path=shown, name=lock[1])
        for begins, holds, kind in _FOREIGN:
            if data.startswith(begins) and re.search(holds, data, re.DOTALL):
                raise PasserellesError(f"not_a_table_{kind}", path=shown)
        if shown.suffix.casefold() in _WORKBOOKS:
            raise PasserellesError("not_a_workbook", path=shown)
        return _of_text(data, fits, name, shown, repair_apostrophes=repair_apostrophes)
    try:
        return _of_workbook(data, fits, name, shown, sheet, first=first)
    except DamagedWorkbookError as error:
        raise PasserellesError("damaged_workbook", path=shown, reason=error) from error


def _best(rows: Sequence[NumberedRow], fits: Fits) -> tuple[int, int]:
    """Score and position of the row that fits best as the header, among those of the first lines."""
    first = enumerate(rows[:HEADER_WITHIN])
    score, place = max(((fits(cells), -n) for n, (line, cells) in first if line <= HEADER_WITHIN), default=(0, 0))
    return score, -place


def _with_header(rows: list[NumberedRow], fits: Fits) -> tuple[tuple[Cell, ...], int, list[NumberedRow]]:
    """Header, its line and the rows below it; no header and line 0 where no row fits."""
    score, place = _best(rows, fits)
    return (tuple(rows[place][1]), rows[place][0], rows[place + 1 :]) if score else ((), 0, rows)


@cache
def _about_sheets() -> frozenset[str]:
    return frozenset(say("sheets.about", lang=lang) for lang in LANGS)


def _of_workbook(data: bytes, fits: Fits, name: str, path: Path, wanted_sheet: str, *, first: bool) -> Rows:
    book = xlsx.open_workbook(data)
    names = book.sheets
    if wanted_sheet:
        names = tuple(sheet for sheet in names if sheet.strip().casefold() == wanted_sheet.strip().casefold())
        if not names:
            raise PasserellesError("unknown_sheet_of", path=path, sheet=wanted_sheet, sheets=", ".join(book.sheets))
    else:  # a workbook of ours ends with a sheet that says what made it: no table, unless it is asked for or alone
        names = tuple(sheet for sheet in names if sheet not in _about_sheets()) or names
    heads = {sheet: book.head(sheet).rows for sheet in names}
    scores = {sheet: _best(rows, fits)[0] for sheet, rows in heads.items()}
    best = [sheet for sheet in names if scores[sheet] and scores[sheet] == max(scores.values())]
    if not best:  # no header anywhere: the rows of the only sheet that holds something
        best = [sheet for sheet in names if heads[sheet]] or list(names)
    others = tuple(sheet for sheet in names if scores[sheet] and sheet not in best)
    if len(best) > 1 and not first:
        raise PasserellesError(
            "several_sheets", path=path, sheets=", ".join(best), example=best[0], best=tuple(best), others=others
        )
    chosen = book.sheet(best[0])
    header, line, rows = _with_header(chosen.rows, fits)
    digest = hashlib.sha256(data).hexdigest()
    above = [row for row in chosen.rows if row[0] < line]
    table = Rows(name, header, line, rows, digest, "xlsx", best[0], chosen.merged, above=above)
    return table._replace(others=others if line else (), hidden=chosen.hidden, struck=chosen.struck)


def _of_text(data: bytes, fits: Fits, name: str, path: Path, *, repair_apostrophes: bool) -> Rows:
    text, encoding, damaged = decode(data)
    if (repaired := undo_double_encoding(text)) is not None:
        text, encoding = repaired, DOUBLE_ENCODED
    if data.startswith((_OLD_EXCEL, _ZIP)) or "\x00" in text:
        raise PasserellesError("not_a_table", path=path)
    if _WEB_PAGE.match(text):
        raise PasserellesError("web_page", path=path)
    log = NoticeLog()
    if damaged:
        log.note("damaged_text", file=name, count=damaged)
    if repair_apostrophes and (doubled := text.count("''")):
        log.note("doubled_apostrophes", file=name, count=doubled)
        text = text.replace("''", "'")
    lines = list(io.StringIO(text, newline=""))
    fits = _once_a_row(fits)
    delimiter = max((_ONE_COLUMN, *DELIMITERS), key=lambda sign: _fit_of(lines, sign, fits))
    written: list[NumberedRow] = list(_records(lines, delimiter, name, log))
    header, line, rows = _with_header(written, fits)
    above = [row for row in written if row[0] < line]
    sign, digest = delimiter.strip(_ONE_COLUMN), hashlib.sha256(data).hexdigest()
    return Rows(name, header, line, rows, digest, encoding, notices=log.notices(), delimiter=sign, above=above)


def _once_a_row(fits: Fits) -> Fits:
    """Ask once of equal rows: under all delimiters that a text does not hold, it has the same ones."""
    known = cache(fits)
    return lambda cells: known(tuple(cells))


def _fit_of(lines: Sequence[str], delimiter: str, fits: Fits) -> tuple[int, int, int]:
    """
    How well the best header fits under a delimiter, then how early it comes, and how many cells it has.

    Where none fits, the first row and three in four have as many: a comma here and there parts no columns of a text.
    """
    rows: list[NumberedRow] = []
    with suppress(csv.Error):
        reader = csv.reader(islice(lines, 10 * HEADER_WITHIN), delimiter=delimiter)
        for line, row in enumerate(islice(reader, HEADER_WITHIN), 1):
            rows += [(line, list(row))] if row else []
    score, place = _best(rows, fits)
    widths = [len(row) for _, row in rows] or [0]
    return score, -place, widths[place] if score else min(widths[0], sorted(widths)[len(widths) // 4])


def with_only_header(rows: Rows, fits: Fits) -> Rows:
    """Take the first line as the header where a table is but one column: elsewhere, a line of one cell is a title."""
    filled = [] if rows.header_line else list(rows.filled)
    if len({at for _, cells in filled for at, cell in enumerate(cells) if cell_text(cell)}) != 1:
        return rows
    (line, header), *below = filled
    return rows._replace(header=tuple(header), header_line=line, rows=below) if fits(header) else rows


class Number(NamedTuple):
    """A number, or None and why there is none."""

    value: float | None
    why: Why = ""


def decimal_sign(texts: Iterable[str]) -> str:
    """
    Return the sign that the decimals of a column have, as far as its cells tell; ``""`` where they do not, or differ.

    Examples
    --------
    >>> decimal_sign(["1.000", "2,5"]), decimal_sign(["1.000", "12"]), decimal_sign(["1.250.000"])
    (',', '', ',')
    """
    signs = {sign for text in texts if (sign := _decimal_of(_SPACES.sub("", text)))}
    return signs.pop() if len(signs) == 1 else ""


def _decimal_of(text: str) -> str:
    signs = re.sub(r"[^.,]", "", text)
    if not _WITH_MARKS.fullmatch(text) or not signs:
        return ""
    if len(set(signs)) > 1:
        return signs[-1]  # 1.250,50
    if len(signs) > 1:
        return "." if signs[0] == "," else ","  # 1.250.000
    integer, _, decimals = text.partition(signs)
    return "" if len(decimals) == 3 and 0 < len(integer) <= 3 and integer != "0" else signs  # noqa: PLR2004 - a group of thousands


def read_number(text: str, *, decimal: str = "", whole: bool = False) -> Number:  # noqa: PLR0911 - one refusal a line
    """
    Read a number written by a person.

    Parameters
    ----------
    text
        A cell; spaces between groups of three digits, a unit behind (``5 personnes``), a small number in words and a
        sum are understood.
    decimal
        Sign of the decimals in its column (see `decimal_sign`); without it, a single sign before three digits is
        ambiguous: it may part thousands.
    whole
        Whether the column counts: a cell of three decimals is then ambiguous too, whatever its neighbours tell.

    Examples
    --------
    >>> read_number("1 250").value, read_number("5 personnes").value, read_number("2,5").value
    (1250.0, 5.0, 2.5)
    >>> read_number("2 CDI + 1 CDD").value, read_number("deux postes").value, read_number("une dizaine").value
    (3.0, 2.0, None)
    >>> [read_number(text).value for text in ("2 temps pleins et 1 à mi-temps", "1 seul", "x2", "6 (3 ici et 3 là)")]
    [3.0, 1.0, 2.0, 6.0]
    >>> read_number("12,000"), read_number("2 5"), read_number("12,000", decimal=".").value
    (Number(value=None, why='ambiguous'), Number(value=None, why='ambiguous'), 12000.0)
    >>> read_number("3 (1 urgent)").value, read_number("3 (5 urgents)").value  # a part is no more than the whole
    (3.0, None)
    >>> read_number("1.000", decimal=".").value, read_number("1.000", decimal=".", whole=True).value
    (1.0, None)
    """
    plain = text.strip()
    if not plain:
        return Number(None, "empty")
    if len(plain) > _CELL_LENGTH:
        return Number(None, "not_number")
    terms = plain.split("+") if "dont" in plain else _TERMS.split(plain)
    if len(terms) > 1 and all(map(str.strip, terms)):  # "2 CDI + 1 CDD"
        return _sum_of([read_number(term, decimal=decimal, whole=whole).value for term in terms])
    plain = _EVERYBODY.sub(r"\g<n>", plain)  # "tous (4)", "x2"
    first, *others = plain.split(maxsplit=1)
    plain = " ".join([_WORDED.get(first.casefold(), first), *others])  # "deux postes"
    negative = plain[0] in "-\u2212"
    plain = plain.lstrip("+-\u2212").strip()
    match = re.match(r"[0-9][0-9.,'\u2019\s\u00a0\u202f\u2009]*", plain)
    digits = match[0].rstrip() if match else ""
    if match is None or not _leaves_as_is(plain[match.end() :].strip(" ."), digits):
        return Number(None, "not_number")
    spaced, sign = _SPACES.search(digits), _decimal_of(digits)
    if not spaced and not _WITH_MARKS.fullmatch(digits):
        return Number(None, "not_number")
    unclear = not sign and (not decimal or (whole and decimal in digits)) and re.search("[.,]", digits)
    groups = (_BY_SPACES if spaced else _BY_MARKS[sign or decimal or ","]).fullmatch(digits)
    if groups is None or (unclear and not spaced):
        return Number(None, "ambiguous")
    value = float(f"{re.sub('[^0-9]', '', groups[1])}.{groups[2] or 0}")
    return Number(-value if negative else value) if math.isfinite(value) else Number(None, "not_number")


def _sum_of(addends: Sequence[float | None]) -> Number:
    """Return what numbers come to where each is known and counts something."""
    known = [n for n in addends if n is not None and n >= 0]
    return Number(sum(known)) if len(known) == len(addends) else Number(None, "not_number")


def _leaves_as_is(unit: str, digits: str) -> bool:
    """Whether what stands behind a number changes nothing: a unit, or a part that is no more than the whole."""
    part = _OF_WHICH.fullmatch(unit) if digits.isdecimal() else None
    return not unit or _UNITS.fullmatch(unit) is not None or (part is not None and int(part[1]) <= int(digits))


def decimal_number(text: str) -> float:
    """
    Return a number with a decimal point or comma and blanks between its thousands; NaN where the text is none.

    Examples
    --------
    >>> decimal_number("16,61538462"), decimal_number("1 503"), decimal_number("-"), decimal_number("1_000")
    (16.61538462, 1503.0, nan, nan)
    """
    try:
        value = float(_SPACES.sub("", text).replace(",", ".").replace("_", "?"))  # 1_000 is a number to Python alone
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


# What a row or a column of sums is called, case and punctuation aside.
TOTAL: Final = re.compile("|".join(_NUMBER_WORDS["total"]), re.IGNORECASE)
_COUNT: Final = re.compile(r"\d{1,4}|\d{1,3}[ ,.\u00a0\u202f]\d{3}")


def hold_counts(texts: Sequence[str]) -> bool:
    """Whether all of some cells are small numbers, of people or posts."""
    return all(map(_COUNT.fullmatch, texts))


def mostly_hold_counts(texts: Sequence[str]) -> bool:
    """
    Whether most of some cells are numbers below a thousand, or such with a unit; the others are words.

    Examples
    --------
    >>> mostly_hold_counts(["1", "2", "quelques"]), mostly_hold_counts(["1", "2", "3", "Nantes", "Redon"])
    (True, False)
    """
    plain = sum(re.fullmatch(r"\d{1,3}", text) is not None for text in texts)
    read = sum(read_number(text, whole=True).value is not None for text in texts)
    return 2 * plain > len(texts) and 2 * len(texts) <= 3 * read
