"""People in bulk on many machines: what one process does, on Dask and on Apache Spark (extras `dask`, `spark`)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from passerelles.bulk.profiles import BATCH, COLUMNS, check_names, open_batches
from passerelles.bulk.rank import OUTPUT, EngineName, Ranker, check_columns, in_row_order, output_schema, results_of
from passerelles.errors import need
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.io.archive import file_identity
from passerelles.io.arrow import need_arrow, pa, pq
from passerelles.io.atomic import atomic_file, make_folder
from passerelles.ranking.rank import check_limit
from passerelles.referentials.load import load_referential
from passerelles.settings import Settings


class BatchJob(NamedTuple):
    """
    What is to be done with every batch; small, and sent with each task.

    `place` is what `load_referential` takes, best a compiled index that every worker can read; None where the graph
    itself is sent.
    """

    place: str | None
    overlays: tuple[str, ...] = ()
    settings: Settings | None = None
    limit: int | None = 10
    engine: EngineName = "auto"

    def ranker(self, graph: OccupationGraph | None) -> Ranker:
        """Return a ranker of the graph that was sent, or of the one of this process, opened at the first call."""
        if graph is None:
            files = (file_identity(Path(place)) for place in (self.place or "", *self.overlays))
            graph = _graph_at(self.place or "", self.overlays, self.settings, tuple(files))
        return Ranker.of(graph, settings=self.settings, limit=self.limit, engine=self.engine)


def _place_of(index: str | Path | OccupationGraph) -> str | None:
    return None if isinstance(index, OccupationGraph) else str(index)


@lru_cache(maxsize=2)
def _graph_at(
    place: str, overlays: tuple[str, ...], settings: Settings | None, _files: tuple[tuple[int, ...] | None, ...]
) -> OccupationGraph:
    """Return the graph of files as they were last written."""
    referential = load_referential(place)
    for overlay in overlays:
        referential = referential.with_overlay(overlay)
    return build_graph(referential, settings=settings)


def part_schema() -> "pa.Schema":
    """Columns of `output_schema` without the row number: a part of the input does not know what comes before it."""
    return output_schema().remove(0)


def rank_part(
    job: BatchJob, graph: OccupationGraph | None, batches: "Iterable[pa.RecordBatch]"
) -> "Iterator[pa.RecordBatch]":
    """
    Rank the batches of one part; moves and refused profiles come together, in the order of the profiles.

    Parameters
    ----------
    job
        What is to be done.
    graph
        The graph, where it was sent; None where the job says where it is.
    batches
        Profiles; see `rank_profiles`.
    """
    ranker = job.ranker(graph)
    number = 1
    for batch in batches:
        for start in range(0, batch.num_rows, BATCH):
            piece: Any = batch.slice(start, BATCH)
            ranked = ranker.rank(piece, number)
            number += piece.num_rows
            yield in_row_order(ranked.moves, ranked.refused).select(part_schema().names)


_PARTS_AHEAD: Final = 4  # parts under way or waiting, for each thread of the cluster
_RETRIES: Final = 3


def rank_profiles_dask(
    client: Any,
    parts: Iterable[Any],
    index: str | Path | OccupationGraph,
    *,
    overlays: Iterable[str] = (),
    settings: Settings | None = None,
    limit: int | None = 10,
    engine: EngineName = "auto",
    output: str | Path | None = None,
) -> "Iterator[pa.Table] | Iterator[Path]":
    """
    Rank many parts of an input on a Dask cluster, a bounded number of them at a time.

    A part that is lost with its worker is ranked again; a file that it writes appears when it is whole, under a name
    that depends on the part alone: nothing is lost or doubled.

    Parameters
    ----------
    client
        ``distributed.Client``.
    parts
        Anything `rank_profiles` takes as a table, one part each: paths of Parquet or CSV files that every worker can
        read, or Arrow tables. Where they are a list, the columns of all files, tables and lists of batches are checked
        before the first is ranked; what may be readable only once is checked as it is ranked.
    index
        Path of a compiled index (or anything else `load_referential` takes) that every worker can read, opened once
        by each worker process; or a graph, which is sent once to each worker, and whose scores each process computes
        again at its first part.
    overlays
        Names or paths of overlays, where `index` is a path.
    settings, limit, engine
        As in `rank_profiles`.
    output
        Folder that every worker can write to, made if it is not there: part n becomes ``part-0000n.parquet`` there.

    Returns
    -------
    results
        In the order of the parts: the paths written where there is an `output`, else tables of the columns of
        `passerelles.bulk.rank.output_schema` but ``row``. Reading the next one lets the work go on.

    Raises
    ------
    MissingExtraError
        If distributed or pyarrow is not installed.
    PasserellesError
        If the limit or a column of any part is not valid.
    """
    need_arrow()
    need("distributed", "dask")
    check_limit(limit)
    job = BatchJob(_place_of(index), tuple(overlays), settings, limit, engine)
    if isinstance(parts, Sequence):
        places = [str(part) for part in parts if isinstance(part, str | Path)]
        checked = client.map(check_columns, places, pure=False)  # on the worker, where the files can be read
        for part in parts:
            # Whether anything else can be read again is unknown.
            if isinstance(part, pa.Table | pa.RecordBatch | Sequence) and not isinstance(part, str):
                check_columns(part)
        client.gather(checked)
    graph = client.scatter(index, broadcast=True) if isinstance(index, OccupationGraph) else None
    under_way = _under_way(client, parts, job, graph, None if output is None else str(output))
    return results_of(under_way, most=_PARTS_AHEAD * max(1, sum(client.nthreads().values())))


def _under_way(client: Any, parts: Iterable[Any], job: BatchJob, graph: Any, output: str | None) -> Iterator[Any]:
    for number, part in enumerate(parts):
        place = None if output is None else str(Path(output) / f"part-{number:05d}.parquet")
        sent = str(part) if isinstance(part, Path) else part
        yield client.submit(_run, job, graph, sent, place, pure=False, retries=_RETRIES)


def _run(job: BatchJob, graph: OccupationGraph | None, part: Any, place: str | None) -> Any:
    with open_batches(part) as batches:
        schema = part_schema().with_metadata(job.ranker(graph).metadata)
        ranked = rank_part(job, graph, batches)
        if place is None:
            return pa.Table.from_batches(ranked, schema=schema)
        make_folder(Path(place).parent)
        with atomic_file(Path(place), overwrite=True) as stream, pq.ParquetWriter(stream, schema) as writer:
            for batch in ranked:
                writer.write_batch(batch)
    return Path(place)


SCHEMA: Final = OUTPUT.partition(", ")[2]  # the columns of `part_schema`


def rank_profiles_spark(
    profiles: Any,
    index: str | Path | OccupationGraph,
    *,
    overlays: Iterable[str] = (),
    settings: Settings | None = None,
    limit: int | None = 10,
    engine: EngineName = "auto",
) -> Any:
    """
    Rank the profiles of a Spark DataFrame, partition by partition, with ``mapInArrow``.

    Spark runs a task again when a worker is lost, and keeps one result of each: nothing is lost or doubled.

    Parameters
    ----------
    profiles
        ``pyspark.sql.DataFrame`` with the columns that `rank_profiles` reads.
    index
        Path of a compiled index (or anything else `load_referential` takes) that every worker can read, opened once
        by each worker process; or a graph, which is broadcast once to each worker, and whose scores each process
        computes again at its first task.
    overlays
        Names or paths of overlays, where `index` is a path.
    settings, limit, engine
        As in `rank_profiles`; ``settings`` are the graph's own where `index` is a graph and they are None.

    Returns
    -------
    moves
        DataFrame of the columns of `passerelles.bulk.rank.output_schema` but ``row``. A profile that cannot be
        ranked has one line, with a ``reason`` and without a ``rank``.

    Raises
    ------
    MissingExtraError
        If pyspark or pyarrow is not installed.
    PasserellesError
        If the limit or the columns are not valid.
    """
    need_arrow()
    need("pyspark", "spark")
    check_limit(limit)
    job = BatchJob(_place_of(index), tuple(overlays), settings, limit, engine)
    check_names(profiles.columns)
    graph = profiles.sparkSession.sparkContext.broadcast(index) if isinstance(index, OccupationGraph) else None
    columns = [name for name in COLUMNS if name in profiles.columns]
    return profiles.select(*columns).mapInArrow(
        lambda batches: rank_part(job, None if graph is None else graph.value, batches), SCHEMA
    )
