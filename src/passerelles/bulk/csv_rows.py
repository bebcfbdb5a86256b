"""Profiles of a CSV file, a bounded batch at a time; a row that cannot be read is marked, and stops no other."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from passerelles.bulk.columns import BATCH, FAULT, check_names, places
from passerelles.files.tabular import decode

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
