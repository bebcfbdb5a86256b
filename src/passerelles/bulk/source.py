"""Profiles from wherever they are: Arrow tables, readers, batches, Parquet and CSV files, a bounded batch at a time."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.files.tabular import decode

if TYPE_CHECKING:
    import pyarrow as pa

BATCH: Final = 8192  # rows handled at a time, whatever comes in: memory does not depend on how many there are
_COLUMNS: Final = ("id", "occupation", "competencies", "credentials")
_SAMPLE: Final = 1 << 20  # bytes of a CSV file by which its delimiter is known
_DELIMITERS: Final = (",", ";", "\t", "|")


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
    elif isinstance(table, pa.Table):
        yield iter(table.to_batches(max_chunksize=BATCH))
    elif isinstance(table, pa.RecordBatch):
        yield iter([table])
    elif isinstance(table, Iterable):
        yield iter(table)
    else:
        raise PasserellesError("profiles_kind", kind=type(table).__name__)


@contextmanager
def _file(path: Path) -> "Iterator[Iterator[pa.RecordBatch]]":
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            if file.read(4) == b"PAR1":
                # Buffered page by page: a row group of a million profiles is not held whole.
                reader = pq.ParquetFile(path, buffer_size=_SAMPLE, pre_buffer=False)
                named = [name for name in _COLUMNS if name in reader.schema_arrow.names]
                _check_names(named)
                yield reader.iter_batches(batch_size=BATCH, columns=named)
            else:
                yield _csv_batches(path)
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


def _csv_batches(path: Path) -> "Iterator[pa.RecordBatch]":
    """
    Batches of a CSV file with a header; lists are separated by semicolons (by bars where that is the delimiter).

    A row that has not the length of the header keeps its id where it has one, and is refused later on.
    """
    import pyarrow as pa  # noqa: PLC0415

    with path.open("rb") as raw:
        sample = raw.read(_SAMPLE)
    encoding = decode(sample).encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline()
        file.seek(0)
        delimiter = max(_DELIMITERS, key=lambda d: len({c.strip().strip('"').casefold() for c in first.split(d)}))
        inner = "|" if delimiter == ";" else ";"
        rows = csv.reader(file, delimiter=delimiter)
        header = [name.strip().casefold() for name in next(rows, [])]
        _check_names(header)
        place: dict[str, int] = {name: header.index(name) for name in _COLUMNS if name in header}
        lines: list[list[str]] = []
        for row in rows:
            if row:
                lines.append(row)
            if len(lines) == BATCH:
                yield _csv_batch(lines, place, len(header), inner, pa)
                lines = []
        if lines:
            yield _csv_batch(lines, place, len(header), inner, pa)


def _csv_batch(lines: list[list[str]], place: dict[str, int], width: int, inner: str, pa: Any) -> "pa.RecordBatch":
    whole = [len(line) == width for line in lines]

    def cells(name: str) -> list[str | None]:
        where = place.get(name)
        if where is None:
            return [None] * len(lines)
        return [line[where].strip() or None if len(line) > where else None for line in lines]

    listed = [[c.strip() for c in cell.split(inner) if c.strip()] if cell else [] for cell in cells("competencies")]
    return pa.RecordBatch.from_pydict(
        {
            "id": pa.array(cells("id"), pa.string()),
            "occupation": pa.array(cells("occupation"), pa.string()),
            "competencies": pa.array(listed, pa.list_(pa.string())),
            "credentials": pa.array([c.replace(inner, ";") if c else None for c in cells("credentials")], pa.string()),
            "whole": pa.array(whole),
        }
    )


def _check_names(names: Iterable[str]) -> None:
    missing = [name for name in ("id", "competencies") if name not in set(names)]
    if missing:
        raise PasserellesError("profiles_columns", missing=", ".join(missing), known=", ".join(_COLUMNS))


def normalised(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """
    Return a batch with the four columns that `read_people` takes, as text and lists of text.

    Raises
    ------
    PasserellesError
        If a column is missing or of another type: a code is a text, never a number.
    """
    import pyarrow as pa  # noqa: PLC0415

    _check_names(batch.schema.names)
    columns = [_column(batch, name, pa) for name in _COLUMNS]
    return pa.RecordBatch.from_arrays(columns, names=list(_COLUMNS))


def cut_rows(batch: "pa.RecordBatch") -> list[int]:
    """Positions of the rows of a CSV file that had not the length of its header."""
    if "whole" not in batch.schema.names:
        return []
    whole = batch.column(batch.schema.get_field_index("whole")).to_pylist()
    return [i for i, fine in enumerate(whole) if fine is False]


def _column(batch: "pa.RecordBatch", name: str, pa: Any) -> "pa.Array":
    text = pa.string()
    if name not in batch.schema.names:
        return pa.nulls(batch.num_rows, pa.list_(text) if name == "competencies" else text)
    column = batch.column(batch.schema.get_field_index(name))
    kind = column.type
    if name == "credentials":
        if pa.types.is_null(kind):
            return column.cast(text)
        pairs = pa.types.is_list(kind) and pa.types.is_struct(kind.value_type) and kind.value_type.num_fields >= 2  # noqa: PLR2004
        fits = pairs or pa.types.is_map(kind) or pa.types.is_struct(kind) or _is_text(kind, pa)
        wanted = kind if not _is_text(kind, pa) else text
    elif name == "competencies":
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
        inside = listed and (_is_text(kind.value_type, pa) or pa.types.is_null(kind.value_type))
        fits = pa.types.is_null(kind) or inside
        wanted = pa.list_(text)
    else:
        number = name == "id" and pa.types.is_integer(kind)
        fits = pa.types.is_null(kind) or number or _is_text(kind, pa)
        wanted = text
    if not fits:
        raise PasserellesError("profiles_type", column=name, kind=kind)
    return column if kind == wanted else column.cast(wanted)


def _is_text(kind: Any, pa: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
