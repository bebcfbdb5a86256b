"""Profiles from wherever they are: Arrow tables, readers, batches, Parquet and CSV files, a bounded batch at a time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from passerelles.bulk.columns import BATCH, COLUMNS, check_names
from passerelles.bulk.csv_rows import csv_batches
from passerelles.errors import MissingExtraError, PasserellesError

if TYPE_CHECKING:
    import pyarrow as pa

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
