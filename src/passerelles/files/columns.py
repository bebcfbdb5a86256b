"""Rows as columns of an index: text in UTF-8 with offsets, as Arrow lays it out, or as numbers of distinct texts."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from passerelles.files.index import Array, Index

Kind = Literal["none", "plain", "partial", "text", "numbered"]
Cell = str | bool | int | float | None
_ERRORS: Final = "surrogatepass"  # a damaged source may hold half a character


class Packed(NamedTuple):
    """A table as columns: `about` says how each is kept (for JSON), `arrays` are what it is kept in."""

    about: dict[str, Any]
    arrays: dict[str, Array]


def pack_rows(name: str, fields: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Packed:
    """Turn rows into columns called `fields`; the arrays are named ``NAME.FIELD...npy``."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(fields)
    arrays: dict[str, Array] = {}
    kinds = {f: _pack(f"{name}.{f}", values, arrays) for f, values in zip(fields, columns, strict=True)}
    return Packed({"rows": len(rows), "columns": kinds}, arrays)


class Column:
    """One column of an index, decoded when it is asked for, whole or cell by cell."""

    def __init__(self, index: Index, name: str, kind: Kind, size: int) -> None:
        self._index = index
        self._name = name
        self._kind = kind
        self._size = size
        self._distinct: list[str | None] | None = None
        self._views: dict[str, memoryview] = {}

    def __getitem__(self, row: int) -> Cell:
        """Cell of one row."""
        if self._kind == "none":
            return None
        if self._kind == "text":
            ends = self._view("ends")
            return str(self._view("utf8")[ends[row] : ends[row + 1]], "utf-8", _ERRORS)
        if self._kind == "numbered":
            return self._texts()[self._view("number")[row]]
        if self._kind == "partial" and not self._view("known")[row]:
            return None
        value: Cell = self._view("value")[row]
        return value

    def cells(self) -> Iterable[Cell]:
        """All cells, in order."""
        if self._kind == "none":
            return [None] * self._size
        if self._kind == "text":
            return _texts(self._array("utf8"), self._array("ends"))
        if self._kind == "numbered":
            return map(self._texts().__getitem__, self._array("number").tolist())
        cells: list[Cell] = self._array("value").tolist()
        if self._kind == "partial":
            return [v if known else None for v, known in zip(cells, self._array("known").tolist(), strict=True)]
        return cells

    def rows_with(self, text: str) -> list[int]:
        """Rows whose cell is a text, in order."""
        if self._kind != "numbered":
            return [row for row, cell in enumerate(self.cells()) if cell == text]
        distinct = [each for each in self._texts() if each is not None]
        number = bisect_left(distinct, text)  # they are sorted
        if number == len(distinct) or distinct[number] != text:
            return []
        rows: list[int] = np.flatnonzero(self._array("number") == number).tolist()
        return rows

    def _view(self, part: str) -> memoryview:
        """Return an array as what gives Python's own numbers, one by one, fastest."""
        found = self._views.get(part)
        if found is None:
            found = self._views.setdefault(part, self._array(part).data)
        return found

    def _array(self, part: str) -> Array:
        return self._index.array(f"{self._name}.{part}.npy")

    def _texts(self) -> list[str | None]:
        """Distinct texts by number; the last one, which -1 finds, is None."""
        if self._distinct is None:
            self._distinct = [*_texts(self._array("utf8"), self._array("ends")), None]
        return self._distinct


def columns_of(index: Index, name: str, about: Mapping[str, Any]) -> list[Column]:
    """Return the columns of a table."""
    return [Column(index, f"{name}.{f}", kind, about["rows"]) for f, kind in about["columns"].items()]


def rows_of(index: Index, name: str, about: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a table, cells in the order in which it was packed."""
    return zip(*(column.cells() for column in columns_of(index, name, about)), strict=True)


def _pack(name: str, values: Sequence[Cell], arrays: dict[str, Array]) -> Kind:
    kinds = {type(v) for v in values}
    if kinds <= {type(None)}:
        return "none"
    if kinds <= {str, type(None)}:
        return _pack_text(name, values, arrays)
    known = np.asarray([v is not None for v in values])
    only = kinds - {type(None)}
    if len(only) > 1 or not only <= {bool, int, float}:
        raise TypeError(f"{name}: cells of {sorted(kind.__name__ for kind in kinds)}")
    arrays[f"{name}.value.npy"] = np.asarray([0 if v is None else v for v in values], dtype=next(iter(only)))
    if known.all():
        return "plain"
    arrays[f"{name}.known.npy"] = known
    return "partial"


def _pack_text(name: str, values: Sequence[Any], arrays: dict[str, Array]) -> Kind:
    distinct = sorted({v for v in values if v is not None})
    numbered = 2 * len(distinct) <= len(values) or None in values
    data = [text.encode("utf-8", _ERRORS) for text in (distinct if numbered else values)]
    arrays[f"{name}.utf8.npy"] = np.asarray(bytearray(b"".join(data)), dtype=np.uint8)
    arrays[f"{name}.ends.npy"] = np.cumsum([0, *map(len, data)], dtype=np.int64)
    if not numbered:
        return "text"
    number = {text: i for i, text in enumerate(distinct)}
    numbers = [-1 if v is None else number[v] for v in values]
    arrays[f"{name}.number.npy"] = np.asarray(numbers, dtype=np.int16 if len(distinct) < 2**15 else np.int32)
    return "numbered"


def _texts(utf8: Array, ends: Array) -> list[str]:
    whole = utf8.tobytes()
    return [whole[start:stop].decode("utf-8", _ERRORS) for start, stop in pairwise(ends.tolist())]
