"""People in bulk on Apache Spark: the same moves on as many machines as there are; needs the extra `spark`."""

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from passerelles.bulk.rank import Engine
from passerelles.bulk.source import need_arrow
from passerelles.bulk.worker import Order, rank_part
from passerelles.errors import MissingExtraError
from passerelles.graph.core import OccupationGraph
from passerelles.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

# The columns of `part_schema`, in Spark's words.
SCHEMA: Final = (
    "id string, rank int, code string, label string, score double, probability double, level string, "
    "coverage double, coverage_position int, credentials_missing array<string>, credentials_unknown array<string>, "
    "reason string, detail string"
)


def rank_profiles_spark(
    profiles: Any,
    index: str | Path | OccupationGraph,
    *,
    overlays: Iterable[str] = (),
    settings: Settings | None = None,
    limit: int = 10,
    engine: Engine = "auto",
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
        DataFrame of the columns of `passerelles.bulk.moves.output_schema` but ``row``. A profile that cannot be
        ranked has one line, with a ``reason`` and without a ``rank``.

    Raises
    ------
    MissingExtraError
        If pyspark or pyarrow is not installed.
    PasserellesError
        If the limit is not valid.
    """
    need_arrow()
    if find_spec("pyspark") is None:
        raise MissingExtraError("pyspark", "spark")
    order = Order.of(index, overlays=overlays, settings=settings, limit=limit, engine=engine)
    graph = profiles.sparkSession.sparkContext.broadcast(index) if isinstance(index, OccupationGraph) else None
    wanted = [name for name in ("id", "occupation", "competencies", "credentials") if name in profiles.columns]
    return profiles.select(*wanted).mapInArrow(_task(order, graph), SCHEMA)


def _task(order: Order, graph: Any) -> "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]":
    def run(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        return rank_part(order, None if graph is None else graph.value, batches)

    return run
