"""From a file of profiles to a file of moves and one of refused profiles, both written whole or not at all."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from passerelles.bulk.moves import output_schema
from passerelles.bulk.rank import Progress, rank_profiles
from passerelles.bulk.source import need_arrow
from passerelles.errors import PasserellesError
from passerelles.files.atomic import atomic_file, check_free
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, say
from passerelles.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

_FORMS: Final = (".parquet", ".csv")
_MOVE_COLUMNS: Final = ("reason", "detail")  # those that are about refused profiles


@dataclass(frozen=True, slots=True)
class Written:
    """How many profiles were ranked and refused, and where each went."""

    ranked: int
    refused: int
    output: Path
    rejects: Path


def rank_file(
    graph: OccupationGraph,
    profiles: Path,
    output: Path,
    *,
    rejects: Path | None = None,
    settings: Settings | None = None,
    limit: int = 10,
    progress: Progress | None = None,
    lang: Lang = "fr",
) -> Written:
    """
    Rank the profiles of a Parquet or CSV file into another; see `rank_profiles` for both.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    profiles
        File of profiles.
    output
        File of moves to write, ``.parquet`` or ``.csv``; one that is there is replaced when the new one is complete.
    rejects
        File of the profiles that cannot be ranked, always written, with a reason for each; by default beside the
        output, its name followed by ``-rejects``.
    settings, limit, progress
        As in `rank_profiles`.
    lang
        Language of the reasons.

    Raises
    ------
    PasserellesError
        If a file cannot be read or written, or a name does not end by a known suffix. Nothing is written then.
    MissingExtraError
        If pyarrow is not installed.
    """
    need_arrow()
    aside = rejects or output.with_name(f"{output.stem}-rejects{output.suffix}")
    for path in (output, aside):
        if path.suffix.casefold() not in _FORMS:
            raise PasserellesError("resolve_output", path=path, known=", ".join(_FORMS))
        check_free(path, overwrite=True)
    if len({p.resolve() for p in (profiles, output, aside)}) < 3:  # noqa: PLR2004 - three different files
        raise PasserellesError("profiles_same_file", path=output)
    done = refused = 0

    def tell(count: int) -> None:
        nonlocal done
        done = count
        if progress is not None:
            progress(count)

    with _table_file(aside, rejects_schema()) as keep, _table_file(output, _move_schema()) as write:

        def put_aside(batch: "pa.RecordBatch") -> None:
            nonlocal refused
            refused += batch.num_rows
            keep(_explained(batch, lang))

        moves = rank_profiles(graph, profiles, settings=settings, limit=limit, rejects=put_aside, progress=tell)
        for batch in moves:
            write(batch.drop_columns(list(_MOVE_COLUMNS)))
    return Written(done - refused, refused, output, aside)


def rejects_schema() -> "pa.Schema":
    """Columns of the file of refused profiles: row, id, key of the reason, value concerned, and the sentence."""
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    return pa.schema([("row", pa.int64()), *[(n, pa.string()) for n in ("id", "reason", "detail", "message")]])


def _move_schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415

    return pa.schema([field for field in output_schema() if field.name not in _MOVE_COLUMNS])


def _explained(batch: "pa.RecordBatch", lang: Lang) -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415

    pairs = zip(batch.column("reason").to_pylist(), batch.column("detail").to_pylist(), strict=True)
    told = [say(f"bulk.reason.{reason}", lang=lang, detail=detail or "") for reason, detail in pairs]
    columns = [batch.column(name) for name in ("row", "id", "reason", "detail")]
    return pa.RecordBatch.from_arrays([*columns, pa.array(told, pa.string())], schema=rejects_schema())


@contextmanager
def _table_file(path: Path, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    """Give what adds a batch to a file that appears when the block ends without an error."""
    with atomic_file(path, overwrite=True) as stream:
        if path.suffix.casefold() == ".csv":
            with _csv_writer(stream, schema) as write:
                yield write
            return
        import pyarrow.parquet as pq  # noqa: PLC0415

        with pq.ParquetWriter(stream, schema) as writer:
            yield writer.write_batch


@contextmanager
def _csv_writer(stream: BinaryIO, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.csv as pc_csv  # noqa: PLC0415

    flat = pa.schema([pa.field(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in schema])
    options = pc_csv.WriteOptions(quoting_style="needed")
    with pc_csv.CSVWriter(stream, flat, write_options=options) as writer:

        def write(batch: "pa.RecordBatch") -> None:
            columns: list[Any] = [pc.binary_join(c, ";") if pa.types.is_list(c.type) else c for c in batch.columns]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=flat))

        yield write
