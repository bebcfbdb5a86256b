"""Public files, declared in ``sources/*.toml``: recognised by their columns, never by their names, and read alike."""

import hashlib
import io
import os
import re
import tomllib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from operator import ne
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

from passerelles.errors import PasserellesError
from passerelles.installed import extension_errors, extensions, package_version
from passerelles.io.archive import MAX_FILE_BYTES, path_errors, read_file
from passerelles.io.atomic import used_last_first, write_whole
from passerelles.io.csv import decimal_number, read_table
from passerelles.io.xlsx import HEADER_WITHIN, Cell, cell_text, is_workbook, open_workbook
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog, notice
from passerelles.text import few, normalise_label

SourceGroup = Literal["market", "places", "certifications"]
# Enough for any header and its first row; a file is read whole only once it is recognised.
_PEEK: Final = 65_536
_PEEK_LINES: Final = 50
_NAMED: Final = 5
# What these files write where they have no value.
ABSENT: Final = frozenset({"", "NA", "NaN", "nan"})
_HIGHEST_TENSION: Final = 5
_NEVER_IN_A_HEADER: Final = r"(?<!\\)[A-Z]|[^\x00-\x7f]|\\\W"  # as it is compared: no capital, accent or punctuation
_TYPE: Final = r"code:\d+|(class|number|whole)\??"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class SourceKind:
    """
    A kind of file, as its TOML declares it: the columns that identify it, all that it may have, and its producer.

    Columns are regular expressions over `normalise_label` of the header, by the name that readers use.
    `signature` columns recognise the kind; `others` may be absent, which is reported. `any_of` are columns of which
    one must be there. `types` says how the cells of a column are read: text where
    nothing is said, ``code:4`` with zeros put back, ``class`` (1 to 5), ``number`` (decimal point or comma), ``whole``;
    with ``?`` where many may be empty, which is then not noted.
    `secret` are the marks of a number that is too small to be published; `year` is that of a file that says none.
    """

    name: str
    group: SourceGroup
    source: str
    signature: Mapping[str, str]
    others: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    secret: Sequence[str] = ()
    any_of: Sequence[str] = ()
    year: str = ""
    repair_apostrophes: bool = False

    def columns(self, header: Sequence[str]) -> dict[str, str] | None:
        """Header cell of each column that `header` has, or None when it is another kind of file."""
        folded = _folded(tuple(header))
        columns: dict[str, str] = {}
        for name, pattern in (*self.signature.items(), *self.others.items()):
            cell = next((cell for text, cell in folded if re.fullmatch(pattern, text)), None)
            if cell is not None:
                columns[name] = cell
            elif name in self.signature:
                return None  # the first missing column rules a kind out
        return None if self.any_of and columns.keys().isdisjoint(self.any_of) else columns


@lru_cache(maxsize=64)
def _folded(header: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each cell of a header as it is compared, and as it is written."""
    return tuple((normalise_label(cell), cell) for cell in header)


@cache
def kinds() -> Mapping[str, SourceKind]:
    """
    Kinds of files that ship, and those that installed packages declare, by the name of their declaration.

    One whose `name` is not that of its file has the content of the one that has: another producer's. Of two that fit a
    file, the one with more signature columns comes first.
    """
    folder = files("passerelles.market") / "sources"
    tables = {f.name: tomllib.loads(f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".toml")}
    first = {table["name"]: SourceKind(**table) for file, table in tables.items() if file == f"{table['name']}.toml"}
    declared = first | {file: _kind_like(t, first) for file, t in tables.items() if file != f"{t['name']}.toml"}
    for name, text in extensions("market_sources").items():
        with extension_errors("market_sources", name):
            declared[f"{name} (added)"] = _kind_like(tomllib.loads(text), first)  # beside what ships of its name
    return MappingProxyType(dict(sorted(declared.items(), key=lambda item: (-len(item[1].signature), item[0]))))


def _kind_like(declared: Mapping[str, Any], shipped: Mapping[str, SourceKind]) -> SourceKind:
    """Kind of the content of the shipped one that a declaration names, whose columns, group and types it has."""
    like = shipped.get(declared.get("name", ""))
    if like is None:
        raise ValueError(f"name = {declared.get('name')!r} ({', '.join(sorted(shipped))})")
    types = {**like.types, **declared.get("types", {})}
    kind = SourceKind(**{**declared, "group": like.group, "types": types})
    known, patterns = {**like.signature, **like.others}, {**kind.signature, **kind.others}
    problems = [f"{column} ({', '.join(known)})" for column in {**patterns, **types} if column not in known]
    problems += [f"{column} = ?" for column in like.signature if column not in patterns]
    problems += [f"{column} = {type_!r}" for column, type_ in types.items() if not re.fullmatch(_TYPE, type_)]
    for column, pattern in patterns.items():
        re.compile(pattern)
        if re.search(_NEVER_IN_A_HEADER, pattern):
            problems.append(f"{column} = {pattern!r} ({normalise_label(pattern)!r})")
    if problems:
        raise ValueError("; ".join(problems))
    return kind


class SourceFile(NamedTuple):
    """A file that was read: what it holds, its checksum, the year of its figures and who publishes it."""

    kind: str
    record: FileRecord
    year: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class RecognisedFile:
    """
    A file recognised by its header; `columns` gives the header cell of each column that the reader knows.

    `first` holds the cells of its first rows, by column, enough to tell the year without reading the rest.
    """

    path: Path
    name: str
    kind: SourceKind
    columns: dict[str, str]
    first: dict[str, str]
    workbook: bool

    @property
    def year(self) -> str:
        """Year of the first row, else the one in the name of the basin column (``BE23``), else the declared one."""
        year = self.first.get("year", "").strip()
        digits = re.search(r"(\d\d)$", self.columns.get("basin", "").strip())
        return year or (f"20{digits[1]}" if digits else "") or self.kind.year

    def source(self, record: FileRecord, year: str = "") -> SourceFile:
        """Provenance of the file as it was read, and the year of its figures."""
        return SourceFile(self.kind.name, record, year or self.year, self.kind.source, self.kind.licence)


@dataclass(frozen=True, slots=True)
class Scan:
    """
    What a folder holds: the files recognised, sorted by name, and notices about those that could not be read.

    `others` are the files of no kind asked for. Recognising a folder takes longer than reading some of its files:
    `within` makes one scan serve all.
    """

    recognised: tuple[RecognisedFile, ...]
    notices: tuple[Notice, ...]
    others: tuple[str, ...] = ()

    def within(self, groups: Iterable[SourceGroup]) -> "Scan":
        """Return the files of some groups, with a notice of how many others there are."""
        wanted = set(groups)
        others = sorted({*self.others, *(f.name for f in self.recognised if f.kind.group not in wanted)}, key=Path)
        extra = (notice("other_files", count=len(others), names=few(others, _NAMED)),) if others else ()
        return Scan(tuple(f for f in self.recognised if f.kind.group in wanted), (*self.notices, *extra), tuple(others))

    def of(self, kind: str) -> tuple[RecognisedFile, ...]:
        """Files of one kind, by name."""
        return tuple(f for f in self.recognised if f.kind.name == kind)

    def newest(self, kind: str, log: NoticeLog) -> "FileRows | None":
        """Read the file of one kind with the latest year, the first by name of equals; the others are only noted."""
        files = sorted(self.of(kind), key=lambda f: f.year, reverse=True)
        for older in files[1:]:
            code = "duplicate_dataset" if older.year == files[0].year else "older_dataset"
            log.note(code, file=older.name, other=files[0].name, year=older.year)
        return FileRows(files[0], log) if files else None


def scan_all(path: str | Path, *, workbooks: bool = True) -> Scan:
    """
    Recognise the files of a folder, its sub-folders included, or a single file; without `workbooks`, texts alone.

    Raises
    ------
    PasserellesError
        If nothing is there or it may not be read.
    """
    if path == "":  # not the current folder
        raise PasserellesError("no_such_path", path="''")
    place = Path(path)
    with path_errors(place):
        # A folder that may not be listed is refused: `rglob` passes over it.
        next(place.iterdir(), None) if place.is_dir() else place.stat()
        listed = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    root = place.parent if place.is_file() else place
    recognised: list[RecognisedFile] = []
    others: list[str] = []
    notices: list[Notice] = []
    for file in listed:
        name = file.relative_to(root).as_posix()
        if any(part.startswith(".") for part in Path(name).parts):
            continue
        try:
            item = _recognise(file, name, workbooks=workbooks)
        except OSError as error:
            refused = PasserellesError("unreadable_path", path=file, reason=error)
            if place.is_file():
                raise refused from error
            notices.append(notice("unreadable_file", file=name, reason=refused.values["reason"]))
            continue
        if item is None:
            others.append(name)
        else:
            recognised.append(item)
    return Scan(tuple(recognised), tuple(notices), tuple(others))


def _recognise(path: Path, name: str, *, workbooks: bool) -> RecognisedFile | None:
    with path.open("rb") as stream:
        head = stream.read(_PEEK)
    if head.startswith(b"PK"):
        if not workbooks or path.stat().st_size > MAX_FILE_BYTES:
            return None
        data = path.read_bytes()
        if not is_workbook(data):
            return None
        book = open_workbook(data)
        for sheet in book.sheets:
            rows: list[list[str]] = [[cell_text(cell) for cell in cells] for _, cells in book.head(sheet).rows]
            for row, below in pairwise([*rows[: HEADER_WITHIN + 1], []]):
                if file := _file_of_kind(path, name, tuple(cell.casefold() for cell in row), below, workbook=True):
                    return file
        return None
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    # Cut at a line's end: half a character would make UTF-8 look like Windows-1252.
    cut = b"".join(io.BytesIO(head).readlines()[:_PEEK_LINES])
    if len(cut) == _PEEK:
        cut = head[: head.rfind(b"\n") + 1] or head
    table = read_table(cut, name=name)
    return _file_of_kind(path, name, table.header, table.rows[0] if table.rows else [], workbook=False)


def _file_of_kind(
    path: Path, name: str, header: tuple[str, ...], first: list[str], *, workbook: bool
) -> RecognisedFile | None:
    for kind in kinds().values():
        if (columns := kind.columns(header)) is not None:
            places = {column: header.index(cell) for column, cell in columns.items()}
            cells = {column: first[place] for column, place in places.items() if place < len(first)}
            return RecognisedFile(path, name, kind, columns, cells, workbook)
    return None


class FileRows:
    """
    A recognised file, read whole: its rows as its kind declares them, and notices about them, by file and line.

    Columns of its kind that it lacks are noted. `log` takes the notices; it is one of its own where none is given.

    Raises
    ------
    PasserellesError
        If the file can no longer be read.
    """

    def __init__(self, file: RecognisedFile, log: NoticeLog | None = None) -> None:
        kind = file.kind

        def fits(row: Sequence[Cell]) -> int:
            return kind.columns([cell_text(cell) for cell in row]) is not None

        self.recognised = file
        self.log = log or NoticeLog()
        data, repair = read_file(file.path), kind.repair_apostrophes
        self.table = read_table(data, name=file.name, fits=fits, repair_apostrophes=repair)
        for problem in self.table.notices:
            self.log.add(problem)
        for name in kind.others:
            if name not in (*file.columns, *kind.any_of):  # one of these is enough
                self.note("missing_optional_column", 1, column=name)

    def note(self, code: str, line: int | None = None, *, count: int = 1, **values: object) -> None:
        """Add a notice about a row or the whole file."""
        self.log.note(code, file=self.recognised.name, line=line, count=count, **values)

    def is_new(self, line: int, key: str | tuple[str, ...], known: Container[Any]) -> bool:
        """Whether a row has a complete key that is not known yet; else a notice says what is wrong."""
        keys = (key,) if isinstance(key, str) else key
        if not all(keys):
            self.note("empty_code", line)
        elif key in known:
            self.note("duplicate_code", line, subject=" ".join(keys))
        else:
            return True
        return False

    def source(self, year: str = "") -> SourceFile:
        """Provenance of the file; `year` where its rows say another one than its head or its first row."""
        return self.recognised.source(self.table.record, year)

    def rows(self, *names: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """
        Yield (line, stripped cells) for columns of the kind; an absent column gives empty cells.

        Of a column with a declared type, what is unknown or unreadable is None, and noted. Zeros put back before codes
        are counted, empty cells too; a cell that holds something else than its type is noted with its line.
        """
        # Column by column: several times as fast as row by row, and these files have tens of thousands of rows.
        return zip(self.table.lines, zip(*[self._column(name) for name in names], strict=True), strict=True)

    def records(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (line, cells by name) for all columns of the kind, as `rows`."""
        names = (*self.recognised.kind.signature, *self.recognised.kind.others)
        return ((line, dict(zip(names, row, strict=True))) for line, row in self.rows(*names))

    def _column(self, name: str) -> Sequence[Any]:
        head = self.recognised.columns.get(name, "\x00absent")
        texts = list(map(str.strip, self.table.column(head)))
        type_ = self.recognised.kind.types.get(name, "")
        if not type_:
            return texts
        if type_.startswith("code:"):
            width = int(type_.removeprefix("code:"))
            # A column of numbers loses the zeros before a code: they are put back.
            odd = [bool(t) and (len(t) != width or not t.isalnum()) for t in texts]
            codes = [t.removesuffix(".0").zfill(width) if o else t for t, o in zip(texts, odd, strict=True)]
            if short := sum(map(ne, codes, texts)):
                self.note("zero_filled", column=head, count=short)
            return codes
        values = list(map(cache(_TYPES[type_.rstrip("?")]), texts))  # columns repeat the same few thousands of times
        unknown = [i for i, value in enumerate(values) if value is None and name in self.recognised.columns]
        if unknown and not type_.endswith("?"):
            self.note("unknown_cells", column=name, count=len(unknown))
        for i in unknown:
            if texts[i] not in ABSENT:
                self.note("invalid_value", self.table.lines[i], column=name, value=texts[i])
        return values


def whole_number(text: str) -> int | None:
    """
    Whole number of a published file, 0 or more, also where a spreadsheet made a decimal of it; None where it is none.

    Examples
    --------
    >>> whole_number("2015.0"), whole_number("1 503"), whole_number("2,5"), whole_number("-")
    (2015, 1503, None, None)
    """
    value = amount(text)
    return int(value) if value is not None and value.is_integer() else None


def _tension_class(text: str) -> int | None:
    value = whole_number(text)
    return value if value in range(1, _HIGHEST_TENSION + 1) else None


def amount(text: str) -> float | None:
    """Number of a published file, 0 or more; None where it is none."""
    value = decimal_number(text)
    return value if value >= 0 else None


_TYPES: Final[Mapping[str, Callable[[str], Any]]] = {"class": _tension_class, "number": amount, "whole": whole_number}


_LARGEST_FILE: Final = 100_000_000  # bytes that are read back
CACHED_VALUES: Final = "data-*.json"
_MOST_FILES: Final = 40  # values in the cache: the least recently used are deleted


@dataclass(frozen=True)
class Keeper:
    """
    Cache of values computed from some folders: JSON files under a name that changes with these folders.

    A value that cannot be written or read back is computed again: the cache never raises.
    """

    place: Path
    digest: str

    def cached(self, name: str, kind: type[Value], make: Callable[[], Value]) -> Value:
        """Return a cached value, or compute and cache it."""
        path = self.place / f"data-{name}-{self.digest}.json"
        adapter: TypeAdapter[Value] = TypeAdapter(kind)
        with suppress(OSError, ValueError, PasserellesError):
            if path.is_file():
                cached = adapter.validate_json(read_file(path, most=_LARGEST_FILE))
                with suppress(OSError):  # a cache that can only be read serves all the same
                    os.utime(path)
                return cached
        value = make()
        with suppress(OSError, TypeError, ValueError, PasserellesError):
            self.place.mkdir(parents=True, exist_ok=True)
            write_whole(path, to_json(value, fallback=dict))
            for old in used_last_first(self.place, CACHED_VALUES)[_MOST_FILES:]:
                old.unlink()
        return value


def keeper(place: Path, folders: Sequence[Path]) -> Keeper:
    """
    Return the cache of values of some folders.

    Its digest is of the names, sizes and times of all their files, of the code that reads them and its version, and of
    the sources that installed packages add. The time of a file's last change of any kind is in it: who may read it can
    change without its content, and its content without the time that a copy sets.
    """
    digest = hashlib.sha256(repr((package_version(), sorted(extensions("market_sources").items()))).encode())
    for folder in (*folders, Path(str(files("passerelles.market")))):
        listed = sorted(p for p in folder.rglob("*") if p.suffix != ".pyc") if folder.is_dir() else [folder]
        for path in listed:
            if place in path.parents or not path.is_file():
                continue
            with suppress(FileNotFoundError):  # gone since it was listed
                about = path.stat()
                digest.update(repr((str(path), about.st_size, about.st_mtime_ns, about.st_ctime_ns)).encode())
    return Keeper(place, digest.hexdigest()[:24])
