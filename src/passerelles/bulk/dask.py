"""People in bulk on a Dask cluster: parts of the input ranked where there is room; needs the extra `dask`."""

from collections import deque
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from passerelles.bulk.rank import Engine
from passerelles.bulk.source import need_arrow, opened
from passerelles.bulk.worker import Order, part_schema, rank_part
from passerelles.errors import MissingExtraError
from passerelles.files.atomic import atomic_file
from passerelles.graph.core import OccupationGraph
from passerelles.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

_AHEAD: Final = 4  # parts under way or waiting, for each thread of the cluster
_RETRIES: Final = 3


def rank_profiles_dask(
    client: Any,
    parts: Iterable[Any],
    index: str | Path | OccupationGraph,
    *,
    overlays: Iterable[str] = (),
    settings: Settings | None = None,
    limit: int = 10,
    engine: Engine = "auto",
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
        read, or Arrow tables.
    index
        Path of a compiled index (or anything else `load_referential` takes) that every worker can read, opened once
        by each worker process; or a graph, which is sent once to each worker, and whose scores each process computes
        again at its first part.
    overlays
        Names or paths of overlays, where `index` is a path.
    settings, limit, engine
        As in `rank_profiles`.
    output
        Folder that every worker can write to: part n becomes ``part-0000n.parquet`` there.

    Returns
    -------
    results
        In the order of the parts: the paths written where there is an `output`, else tables of the columns of
        `passerelles.bulk.moves.output_schema` but ``row``. Reading the next one lets the work go on.

    Raises
    ------
    MissingExtraError
        If distributed or pyarrow is not installed.
    PasserellesError
        If the limit is not valid.
    """
    need_arrow()
    if find_spec("distributed") is None:
        raise MissingExtraError("distributed", "dask")
    order = Order.of(index, overlays=overlays, settings=settings, limit=limit, engine=engine)
    graph = client.scatter(index, broadcast=True) if isinstance(index, OccupationGraph) else None
    return _results(client, parts, order, graph, None if output is None else str(output))


def _results(client: Any, parts: Iterable[Any], order: Order, graph: Any, output: str | None) -> Iterator[Any]:
    most = _AHEAD * max(1, sum(client.nthreads().values()))
    waiting: deque[Any] = deque()
    for number, part in enumerate(parts):
        place = None if output is None else str(Path(output) / f"part-{number:05d}.parquet")
        sent = str(part) if isinstance(part, Path) else part
        waiting.append(client.submit(_run, order, graph, sent, place, pure=False, retries=_RETRIES))
        if len(waiting) >= most:
            yield _taken(waiting.popleft(), output)
    while waiting:
        yield _taken(waiting.popleft(), output)


def _taken(future: Any, output: str | None) -> Any:
    found = future.result()
    return found if output is None else Path(found)


def _run(order: Order, graph: OccupationGraph | None, part: Any, place: str | None) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used
    import pyarrow.parquet as pq  # noqa: PLC0415

    with opened(part) as batches:
        ranked = rank_part(order, graph, batches)
        if place is None:
            return pa.Table.from_batches(chain(ranked), schema=part_schema())
        with atomic_file(Path(place), overwrite=True) as stream, pq.ParquetWriter(stream, part_schema()) as writer:
            for batch in ranked:
                writer.write_batch(batch)
    return place
