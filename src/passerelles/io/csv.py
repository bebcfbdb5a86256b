"""One CSV file into rows of text, whatever wrote it: encoding and delimiter are detected, damage is reported."""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import itemgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog
from passerelles.text import normalise_label

DELIMITERS: Final = (",", ";", "\t", "|")
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_SIGNED_NUMBER: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?")
# Windows-1252 leaves five bytes undefined; they are read as the control characters that Latin-1 gives them.
_CP1252: Final = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


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
        where = self.header.index(name)
        return [row[where] for row in self.rows]

    def columns(self, *names: str) -> Iterator[tuple[str, ...]]:
        """Yield the cells of the columns `names`, row by row; a column that is absent gives empty cells."""
        where = [self.header.index(n) if n in self.header else -1 for n in names]
        if len(where) > 1 and min(where) >= 0:
            return map(itemgetter(*where), self.rows)
        return (tuple([row[i] if i >= 0 else "" for i in where]) for row in self.rows)

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
        table = {ord(c): _CP1252[ord(c) - 0xDC00] for c in set(stray)}
        return Decoded(text.translate(table), encoding, len(stray))
    return Decoded(codecs.charmap_decode(data, "strict", _CP1252)[0], "cp1252")


def read_table(  # noqa: PLR0913 - what a format promises of its files
    data: bytes,
    *,
    name: str,
    expected_encoding: str | None = None,
    expected_delimiter: str | None = None,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
    repair_apostrophes: bool = False,
    strip: bool = False,
    heads: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """
    Read one CSV file.

    Parameters
    ----------
    data
        The file's bytes.
    name
        Its name, for notices.
    expected_encoding, expected_delimiter
        What the format promises; another one is read all the same and reported. None = anything goes.
    required, optional
        Columns (in lower case) that the reader needs, or uses where they are: an absent one is reported, and
        without a required one the rows mean nothing: they are left out and counted.
    repair_apostrophes
        Read doubled apostrophes (``d''arbres``) as one, and say how many there were.
    strip
        Strip the cells of spaces and skip the rows that are blank, as spreadsheets write them.
    heads
        Name of the column that a head stands for, by its normalised words; see `named`.

    Returns
    -------
    table
        Its `notices` say everything that was wrong. A file that is no table at all gives no rows and a notice.
    """
    log = NoticeLog()
    text, encoding, damaged = decode(data)
    record = file_record(name, data, encoding)
    if "\x00" in text:
        log.note("binary_file", file=name)
        return Table(name, (), [], (), record, log.notices())
    if expected_encoding and encoding.removesuffix("-sig") != expected_encoding:
        log.note("encoding_differs", file=name, expected=expected_encoding, encoding=encoding)
    elif expected_encoding is None and encoding not in ("utf-8", "utf-8-sig"):
        log.note("encoding_detected", file=name, encoding=encoding)
    if damaged:
        log.note("damaged_text", file=name, count=damaged)
    if repair_apostrophes and (doubled := text.count("''")):
        log.note("doubled_apostrophes", file=name, count=doubled)
        text = text.replace("''", "'")
    delimiter = _delimiter(text, {*required, *optional}, heads)
    header, rows, lines = _parse(text, delimiter, name, log)
    header = named(header, heads)
    if header and expected_delimiter and delimiter != expected_delimiter:
        shown = "tab" if delimiter == "\t" else delimiter
        log.note("delimiter_differs", file=name, expected=expected_delimiter, delimiter=shown)
    table = Table(name, header, rows, lines, record._replace(rows=len(rows)))
    if strip:
        rows[:] = [[cell.strip() for cell in row] for row in rows]
        table = table.keep([any(row) for row in rows])
    return check_columns(table, required, optional, log)


def check_columns(table: Table, required: Sequence[str], optional: Sequence[str], log: NoticeLog) -> Table:
    """Report the columns that a table lacks or has twice; see `read_table`."""
    name, header = table.name, table.header
    missing = [column for column in required if column not in header]
    if not header:
        log.note("empty_file", file=name)
    elif required and len(missing) == len(required):
        # Not one column that the reader knows: it is another kind of file, and what its rows lack does not matter.
        log = NoticeLog()
        log.note("wrong_file", file=name, expected=", ".join(required), found=", ".join(header[:5])[:100])
        table = replace(table, header=(), rows=[], lines=())
    elif missing:
        rows = max(1, len(table.rows))
        log.note("missing_column", file=name, line=1, count=rows, column=", ".join(missing))
        table = replace(table, header=(), rows=[], lines=())
    else:
        for column in optional:
            if column not in header:
                log.note("missing_optional_column", file=name, line=1, column=column)
        for column in dict.fromkeys(c for c in header if c and header.count(c) > 1):
            log.note("duplicate_column", file=name, line=1, column=column)
    return replace(table, notices=log.notices())


def named(header: Sequence[str], heads: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return a header with the names of the columns that its heads stand for, in whatever language they are written.

    Examples
    --------
    >>> named(["libellé", "code"], {"libelle": "label"})
    ('label', 'code')
    """
    return tuple(heads.get(normalise_label(head), head) for head in header) if heads else tuple(header)


def _delimiter(text: str, known: Collection[str], heads: Mapping[str, str]) -> str:
    """Delimiter under which the first line gives most of the known column names, else most columns."""
    first = text.lstrip("\r\n")[:10_000].replace("\r", "\n").split("\n", 1)[0].casefold()

    def fit(delimiter: str) -> tuple[int, int]:
        cells = [c.strip().strip('"') for c in first.split(delimiter)]
        return sum(c in known for c in named(cells, heads)), len(cells)

    return max(DELIMITERS, key=fit)


def _parse(
    text: str, delimiter: str, name: str, log: NoticeLog
) -> tuple[tuple[str, ...], list[list[str]], Sequence[int]]:
    lines = list(io.StringIO(text, newline=""))
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return _parse_damaged(lines, delimiter, name, log)
    if len(rows) != len(lines) or len(set(map(len, rows))) != 1:
        return _parse_damaged(lines, delimiter, name, log)
    # The usual case, three times as fast: a record a line, all of one length.
    if all(map(any, rows)):
        return _names(rows[0]), rows[1:], range(2, len(rows) + 1)
    numbers = [number for number, row in enumerate(rows, 1) if any(row)]
    header, *filled = [rows[number - 1] for number in numbers] or [[]]
    return _names(header), filled, numbers[1:]


def _parse_damaged(
    lines: Sequence[str], delimiter: str, name: str, log: NoticeLog
) -> tuple[tuple[str, ...], list[list[str]], list[int]]:
    """Parse record by record, and say of each that has not the header's length."""
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    numbers: list[int] = []
    for line, row in read_records(lines, delimiter, name, log):
        if header and len(row) > len(header) and not any(row[len(header) :]):
            del row[len(header) :]  # a spreadsheet's empty cells beyond the last column
        if not any(row):
            continue
        if not header:
            header = _names(row)
        elif len(row) == len(header):
            rows.append(row)
            numbers.append(line)
        else:
            log.note("row_length", file=name, line=line, got=len(row), expected=len(header))
    return header, rows, numbers


def read_records(lines: Sequence[str], delimiter: str, name: str, log: NoticeLog) -> Iterator[tuple[int, list[str]]]:
    """
    Yield (line, cells) of each record, whatever their lengths, and say which cannot be read.

    A quote that never closes would swallow all lines that follow. Only its own line is given up, and reading goes
    on with the next one, as long as that costs no more than reading the file a second time.
    """
    start, again = 0, len(lines)
    while start < len(lines):
        begin = start
        # strict=True makes the reader say that a quoted field never ends, instead of making one cell of the rest.
        reader = csv.reader((lines[i] for i in range(begin, len(lines))), delimiter=delimiter, strict=True)
        try:
            for row in reader:
                line, start = start + 1, begin + reader.line_num
                yield line, row
        except csv.Error as error:
            end = begin + reader.line_num
            lost = end - start
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
    writer.writerow([harmless(name) for name in header])
    writer.writerows([["" if cell is None else _on_lines(harmless(cell)) for cell in row] for row in rows])
    return buffer.getvalue()


def _on_lines(cell: object) -> object:
    """Return a text with one sign for the end of a line: readers split at a bare carriage return."""
    return cell.replace("\r\n", "\n").replace("\r", "\n") if isinstance(cell, str) and "\r" in cell else cell


def harmless(cell: object) -> object:
    r"""
    Return a cell that a spreadsheet takes for text, with an apostrophe before what it would take for a formula.

    A text that is a number is left as it is.

    Examples
    --------
    >>> harmless("+33 1"), harmless("-1.5"), harmless(-2), harmless("@SUM(A1)")
    ("'+33 1", '-1.5', -2, "'@SUM(A1)")
    """
    if not isinstance(cell, str) or not cell.startswith(FORMULA_SIGNS):
        return cell
    return cell if _SIGNED_NUMBER.fullmatch(cell) else f"'{cell}"


def bare(text: str) -> str:
    """
    Return a text without the apostrophe that `harmless` put before it.

    Examples
    --------
    >>> bare("'+33 1"), bare("'t Hooft")
    ('+33 1', "'t Hooft")
    """
    return text[1:] if text[:1] == "'" and harmless(text[1:]) == text else text


def _names(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip().casefold() for cell in row)
