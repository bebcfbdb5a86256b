"""Profiles from wherever they are: Arrow tables, readers, Parquet and CSV files, a bounded batch at a time."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from passerelles.bulk.columns import BATCH, COLUMNS, FAULT, check_names, places
from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.io.csv import decode

if TYPE_CHECKING:
    import pyarrow as pa

_SAMPLE: Final = 1 << 20  # bytes of the file by which its encoding is known
_BEYOND_ASCII: Final = bytes(range(128, 256))
_DELIMITERS: Final = (",", ";", "\t", "|")
_LINES: Final = 100  # that a quoted cell may go over; where a quote is never closed, its line alone is at fault
_LONGEST: Final = 1 << 22  # characters of a line; of a longer one, only this much is in memory
_GARBLED: Final = "\ufffd"  # what stands for bytes that are no text in the file's encoding
Record = list[str] | None  # None: a record that cannot be cut into cells


def csv_batches(path: Path) -> "Iterator[pa.RecordBatch]":
    """
    Batches of a CSV file with a header; lists are separated by semicolons (by bars where that is the delimiter).

    A row that has not the length of the header keeps its id where it has one, and is refused later on.
    """
    with path.open("rb") as raw:
        sample = raw.read(_SAMPLE)
    # The sample may end inside a letter, which is no reason to doubt the encoding of the others.
    encoding = decode(sample.rstrip(_BEYOND_ASCII) if len(sample) == _SAMPLE else sample).encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline(_LONGEST)
        file.seek(0)
        delimiter = max(_DELIMITERS, key=lambda d: len({c.strip().strip('"').casefold() for c in first.split(d)}))
        records = _records(file, delimiter)
        header = [name.strip().casefold() for name in next(records, None) or []]
        check_names(header)
        columns = _Columns(places(header), len(header), "|" if delimiter == ";" else ";")
        waiting: list[Record] = []
        for record in records:
            waiting.append(record)
            if len(waiting) == BATCH:
                yield columns.batch(waiting)
                waiting = []
        if waiting:
            yield columns.batch(waiting)


def _records(file: TextIO, delimiter: str) -> Iterator[Record]:
    """Cells of each record, blank lines left out."""
    ahead: deque[str] = deque()
    while line := _line(file, ahead):
        taken, quotes = [line], line.count('"')
        while quotes % 2 and len(line) < _LONGEST and len(taken) < _LINES and (more := _line(file, ahead)):
            taken.append(more)
            quotes += more.count('"')
        if quotes % 2:
            ahead.extendleft(reversed(taken[1:]))
            del taken[1:]
        text = "".join(taken)
        if not text.strip("\r\n"):
            continue
        try:
            yield None if len(text) >= _LONGEST else next(csv.reader([text], delimiter=delimiter))
        except csv.Error:  # a cell longer than this library takes
            yield None


def _line(file: TextIO, ahead: deque[str]) -> str:
    """Next line; the rest of one that is too long is passed over."""
    if ahead:
        return ahead.popleft()
    line = rest = file.readline(_LONGEST)
    while len(rest) == _LONGEST and not rest.endswith("\n"):
        rest = file.readline(_LONGEST)
    return line


class _Columns:
    """What makes batches of records: the place of each column, the length of the header, what separates a list."""

    def __init__(self, place: dict[str, int], width: int, inner: str) -> None:
        self._place = place
        self._width = width
        self._inner = inner

    def batch(self, records: Sequence[Record]) -> "pa.RecordBatch":
        """Return a batch of the columns that profiles have, and of why rows cannot be read."""
        import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

        faults: list[str | None] = [self._fault(record) for record in records]
        columns = {name: self._cells(records, name) for name in ("id", "occupation", "competencies", "credentials")}
        for cells in columns.values():
            for row, cell in enumerate(cells):
                if cell is not None and _GARBLED in cell:
                    faults[row] = faults[row] or "not_text"
        held = [[c.strip() for c in (cell or "").split(self._inner) if c.strip()] for cell in columns["competencies"]]
        stated = [cell and cell.replace(self._inner, ";") for cell in columns["credentials"]]
        text: Any = pa.string()
        return pa.RecordBatch.from_pydict(
            {
                "id": pa.array(columns["id"], text),
                "occupation": pa.array(columns["occupation"], text),
                "competencies": pa.array(held, pa.list_(text)),
                "credentials": pa.array(stated, text),
                FAULT: pa.array(faults, text),
            }
        )

    def _fault(self, record: Record) -> str | None:
        if record is None:
            return "too_long"
        return None if len(record) == self._width else "wrong_length"

    def _cells(self, records: Sequence[Record], name: str) -> list[str | None]:
        where = self._place.get(name)
        if where is None:
            return [None] * len(records)
        return [record[where].strip() or None if record and len(record) > where else None for record in records]


_PAGE: Final = 1 << 20  # bytes read of a Parquet column at a time


def need_arrow() -> None:
    """
    Check that Arrow is there.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: F401, PLC0415 - looked for, not used
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet") from error


@contextmanager
def opened(table: Any) -> "Iterator[Iterator[pa.RecordBatch]]":
    """
    Give the batches of a table, a reader, an iterable of batches, or a Parquet or CSV file; see `rank_profiles`.

    Raises
    ------
    PasserellesError
        If it is none of these, or the file cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    if isinstance(table, str | Path):
        with _file(Path(table)) as batches:
            yield batches
    elif isinstance(table, pa.Table | pa.RecordBatch):
        yield _batches([table], pa)
    elif hasattr(table, "__arrow_c_stream__"):  # readers, and the data frames of other libraries
        yield _batches(pa.RecordBatchReader.from_stream(table), pa)
    elif isinstance(table, Iterable):
        yield _batches(table, pa)
    else:
        raise PasserellesError("profiles_kind", kind=type(table).__name__)


def _batches(tables: Iterable[Any], pa: Any) -> "Iterator[pa.RecordBatch]":
    for each in tables:
        if isinstance(each, pa.RecordBatch):
            yield each
        elif isinstance(each, pa.Table):
            yield from each.to_batches(max_chunksize=BATCH)
        else:
            raise PasserellesError("profiles_kind", kind=type(each).__name__)


@contextmanager
def _file(path: Path) -> "Iterator[Iterator[pa.RecordBatch]]":
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            if file.read(4) == b"PAR1":
                # Buffered page by page: a row group of a million profiles is not held whole.
                reader = pq.ParquetFile(path, buffer_size=_PAGE, pre_buffer=False)
                named = [name for name in COLUMNS if name in reader.schema_arrow.names]
                check_names(reader.schema_arrow.names)
                yield reader.iter_batches(batch_size=BATCH, columns=named)
            else:
                yield csv_batches(path)
    except pa.ArrowException as error:
        raise PasserellesError("profiles_unreadable", path=path, reason=error) from error
    except OSError as error:
        raise PasserellesError("unreadable_path", path=path, reason=error.strerror or error) from error


def rows_of_file(path: Path) -> int | None:
    """Number of profiles of a Parquet file; None where it cannot be known without reading all."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None
