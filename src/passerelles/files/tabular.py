"""One CSV file into rows of text, whatever wrote it: encoding and delimiter are detected, damage is reported."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from passerelles.model import FileRecord
from passerelles.notices import Notice, notice

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of one file: cells are text, stripped of nothing; `lines` is the line where each row begins.

    `header` names the columns. Rows that do not have the header's length were dropped, with a notice each.
    """

    name: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    record: FileRecord
    notices: tuple[Notice, ...]

    def columns(self, *names: str) -> Iterator[tuple[str, ...]]:
        """Yield the cells of the columns `names`, row by row; a column that is absent gives empty cells."""
        where = [self.header.index(n) if n in self.header else -1 for n in names]
        if len(where) > 1 and min(where) >= 0:
            return map(itemgetter(*where), self.rows)
        return (tuple(row[i] if i >= 0 else "" for i in where) for row in self.rows)

    def numbered(self, *names: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield (line, cells) for the columns `names`."""
        return zip(self.lines, self.columns(*names), strict=True)


def empty_table(name: str) -> Table:
    """Table without rows, for a file that is absent."""
    return Table(name, (), [], [], FileRecord(name, "", "", 0), ())


def decode(data: bytes) -> tuple[str, str]:
    """
    Text of a file and the encoding found: UTF-8 (BOM or not), UTF-16 with a BOM, else Windows-1252.

    Examples
    --------
    >>> decode("métier".encode("cp1252"))
    ('métier', 'cp1252')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes undefined; Latin-1 gives them back unchanged, so that nothing is lost.
        try:
            return data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            return data.decode("latin-1"), "latin-1"


def read_table(
    data: bytes,
    *,
    name: str,
    expected_encoding: str | None = None,
    expected_delimiter: str | None = None,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
    repair_apostrophes: bool = False,
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
        Columns that the reader needs, or uses where they are: an absent one is reported.
    repair_apostrophes
        Read doubled apostrophes (``d''arbres``) as one, and say how many there were.

    Returns
    -------
    table
        Its `notices` say everything that was wrong. A file that is no table at all gives no rows and a notice.
    """
    digest = hashlib.sha256(data).hexdigest()
    found: list[Notice] = []
    text, encoding = decode(data)
    if "\x00" in text[:100_000]:
        bad = notice("unreadable_file", file=name, reason="binary")
        return Table(name, (), [], [], FileRecord(name, digest, encoding, 0), (bad,))
    if expected_encoding and encoding.removesuffix("-sig") != expected_encoding:
        found.append(notice("encoding_differs", file=name, expected=expected_encoding, encoding=encoding))
    elif expected_encoding is None and encoding not in ("utf-8", "utf-8-sig"):
        found.append(notice("encoding_detected", file=name, encoding=encoding))
    if repair_apostrophes and (doubled := text.count("''")):
        found.append(notice("doubled_apostrophes", file=name, count=doubled))
        text = text.replace("''", "'")
    delimiter = _delimiter(text, (*required, *optional))
    if expected_delimiter and delimiter != expected_delimiter and text.strip():
        found.append(notice("delimiter_differs", file=name, expected=expected_delimiter, delimiter=repr(delimiter)))
    header, rows, lines = _parse(text, delimiter, name, found)
    if required and not set(required) & set(header):
        # Not one column that the reader knows: it is another kind of file, and its rows mean nothing here.
        found = [notice("unreadable_file", file=name, reason="columns")]
        return Table(name, (), [], [], FileRecord(name, digest, encoding, 0), tuple(found))
    found += [notice("missing_column", file=name, line=1, column=c) for c in required if c not in header]
    found += [notice("missing_optional_column", file=name, line=1, column=c) for c in optional if c not in header]
    return Table(name, header, rows, lines, FileRecord(name, digest, encoding, len(rows)), tuple(found))


def _delimiter(text: str, names: Sequence[str]) -> str:
    """Delimiter under which the first line gives most of the known column names, else most columns."""
    first = text.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    known = set(names)

    def fit(delimiter: str) -> tuple[int, int]:
        cells = [c.strip().strip('"') for c in first.split(delimiter)]
        return sum(c in known for c in cells), len(cells)

    return max(_DELIMITERS, key=fit)


def _parse(
    text: str, delimiter: str, name: str, found: list[Notice]
) -> tuple[tuple[str, ...], list[list[str]], list[int]]:
    # strict=True makes the reader say that a quoted field never ends, instead of swallowing the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    while True:
        try:
            for row in reader:
                if len(row) == len(header):
                    rows.append(row)
                    lines.append(line)
                elif any(row) and header:
                    found.append(notice("row_length", file=name, line=line, got=len(row), expected=len(header)))
                elif any(row):
                    header = tuple(cell.strip() for cell in row)
                line = reader.line_num + 1
            break
        except csv.Error as error:
            # The csv module goes on with the next line after a fault: only this record is lost, and it is said.
            code = "truncated_file" if "unexpected end" in str(error) else "row_malformed"
            found.append(notice(code, file=name, line=line, reason=error))
            line = reader.line_num + 1
    if not header:
        found.append(notice("empty_file", file=name))
    return header, rows, lines
