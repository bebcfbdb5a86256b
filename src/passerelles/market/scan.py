"""Finding the public files in a folder by what they hold, and reading each into rows of text."""

import hashlib
import io
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple, TypeVar

from passerelles.errors import PasserellesError
from passerelles.io.archive import read_file
from passerelles.io.csv import Table, read_table
from passerelles.io.rows import parse_rows
from passerelles.io.xlsx import HEADER_WITHIN, cell_text, is_workbook, open_workbook
from passerelles.market.catalogue import Group, Kind, recognise
from passerelles.model import FileRecord
from passerelles.notices import Notice, notice

# Enough for any header and its first row; a file is read whole only once it is recognised.
_PEEK = 65_536
_PEEK_LINES = 50
_SHOWN = 5
# What these files write where they have no value.
ABSENT = frozenset({"", "NA", "NaN", "nan"})
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SourceFile(NamedTuple):
    """A file that was read: what it holds, its checksum, the year of its figures and who publishes it."""

    kind: str
    record: FileRecord
    year: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """
    A file recognised by its header; `columns` gives the header cell of each column that the reader knows.

    `first` holds the cells of its first rows, by column, enough to tell the year without reading the rest.
    """

    path: Path
    name: str
    kind: Kind
    columns: dict[str, str]
    first: dict[str, str]
    workbook: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds: the files recognised, sorted by name, and notices about the others."""

    found: tuple[Found, ...]
    notices: tuple[Notice, ...]

    def of(self, kind: str) -> tuple[Found, ...]:
        """Files of one kind, by name."""
        return tuple(f for f in self.found if f.kind.name == kind)


def scan(path: str | Path, groups: Iterable[Group]) -> Scan:
    """
    Recognise the files of a folder, its sub-folders included, or a single file.

    Raises
    ------
    PasserellesError
        If nothing is there or it may not be read.
    """
    place = Path(path)
    wanted = tuple(groups)
    try:
        if not place.exists():
            raise PasserellesError("no_such_path", path=place)
        files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    except PermissionError as error:
        raise PasserellesError("no_permission", path=place) from error
    root = place.parent if place.is_file() else place
    found: list[Found] = []
    others: list[str] = []
    notices: list[Notice] = []
    for file in files:
        name = file.relative_to(root).as_posix()
        if any(part.startswith(".") for part in Path(name).parts):
            continue
        try:
            item = _recognise(file, name, wanted)
        except OSError as error:
            if place.is_file():
                raise PasserellesError("unreadable_path", path=file, reason=error.strerror or error) from error
            notices.append(notice("unreadable_file", file=name, reason=error.strerror or error))
            continue
        if item is None:
            others.append(name)
        else:
            found.append(item)
    if others:
        shown = ", ".join(others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
        notices.append(notice("other_files", count=len(others), names=shown))
    return Scan(tuple(found), tuple(notices))


def _recognise(path: Path, name: str, groups: tuple[Group, ...]) -> Found | None:
    with path.open("rb") as stream:
        head = stream.read(_PEEK)
    if head.startswith(b"PK"):
        data = path.read_bytes()
        if not is_workbook(data):
            return None
        book = open_workbook(data)
        for sheet in book.sheets:
            rows = [[cell_text(cell) for cell in cells] for line, cells in book.head(sheet).rows]
            for row, below in zip_longest(rows[:HEADER_WITHIN], rows[1:], fillvalue=[]):
                if recognise(row, groups) is not None:
                    header = tuple(cell.casefold() for cell in row)
                    return _found(path, name, header, below, groups, workbook=True)
        return None
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    # Cut at a line's end: half a character would make UTF-8 look like Windows-1252.
    cut = b"".join(io.BytesIO(head).readlines()[:_PEEK_LINES])
    if len(cut) == _PEEK:
        cut = head[: head.rfind(b"\n") + 1] or head
    table = read_table(cut, name=name)
    return _found(path, name, table.header, table.rows[0] if table.rows else [], groups, workbook=False)


def _found(
    path: Path, name: str, header: tuple[str, ...], first: list[str], groups: tuple[Group, ...], *, workbook: bool
) -> Found | None:
    kind = recognise(header, groups)
    if kind is None:
        return None
    columns = kind.columns(header) or {}
    cells = {column: first[header.index(cell)] for column, cell in columns.items() if header.index(cell) < len(first)}
    return Found(path, name, kind, columns, cells, workbook)


def read(found: Found) -> Table:
    """
    Read a recognised file whole; columns of its kind that it lacks are reported in the table's notices.

    Raises
    ------
    PasserellesError
        If it can no longer be read.
    """
    data = read_file(found.path)
    kind = found.kind
    if found.workbook:
        rows = parse_rows(
            data, lambda row: int(kind.columns([cell_text(c) for c in row]) is not None), name=found.name, first=True
        )
        table = rows.table()
    else:
        table = read_table(data, name=found.name)
    missing = [name for name, _ in kind.others if name not in found.columns]
    notices = [notice("missing_optional_column", file=found.name, line=1, column=c) for c in missing]
    return Table(table.name, table.header, table.rows, table.lines, table.record, (*table.notices, *notices))


def cells(found: Found, table: Table, *names: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (line, stripped cells) for the columns `names` of the kind; an absent column gives empty cells."""
    # Column by column: several times as fast as row by row, and these files have tens of thousands of rows.
    columns = [map(str.strip, table.column(found.columns.get(name, "\x00absent"))) for name in names]
    return zip(table.lines, zip(*columns, strict=True), strict=True)


class Once(dict[Key, Value]):
    """What a function makes of each text or texts, made once: columns repeat the same few thousands of times."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Value:
        """Make it, and keep it."""
        return self.setdefault(key, self._make(key))


def source_file(found: Found, table: Table, *, year: str = "") -> SourceFile:
    """Provenance of a file that was read."""
    return SourceFile(found.kind.name, table.record, year, found.kind.source, found.kind.licence)


def digest(path: Path) -> str:
    """SHA-256 of a file, without keeping it in memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
