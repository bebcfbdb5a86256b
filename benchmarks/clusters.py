"""
People in bulk past one process: what Spark and Dask with two local workers cost, beside one machine, by size.

Profiles are those of `profiles`, in Parquet parts of 50,000; each engine reads them, opens a compiled index in each
worker, and writes Parquet. Processor seconds count every process of the job. Spark needs Java.
"""

import os
import shutil
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import Figure, Table, apart, need, need_program
from profiles import pieces

from passerelles import build_graph, load_referential
from passerelles.bulk.clusters import rank_profiles_dask, rank_profiles_spark
from passerelles.bulk.files import rank_files
from passerelles.compiled import compile_index
from passerelles.graph.core import OccupationGraph

BESIDE = "Dask and Spark with two local workers, beside the same work in one process"
DATA = ("rome-v460",)
LIBRARIES = ("numba", "psutil", "pyarrow")
OPTIONS = {
    "sizes": [100_000],
    "engine": (["dask", "spark"], 'beside one process; pip install "passerelles[dask,spark]"'),
}


class Meter:
    """Processor seconds of this process and all it starts, seen every tenth of a second: none ends unseen for long."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self._look()

    def _look(self) -> None:
        for each in (psutil.Process(), *psutil.Process().children(recursive=True)):
            try:
                times = each.cpu_times()
            except psutil.Error:
                continue
            self._seen[each.pid] = float(times.user + times.system)

    def seconds(self) -> float:
        """Seconds so far."""
        self._look()
        return sum(self._seen.values())

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()


def write_parts(graph: OccupationGraph, place: Path, size: int) -> None:
    """Write the profiles, a piece a part."""
    place.mkdir()
    for number, batch in enumerate(pieces(graph, size)):
        pq.write_table(pa.Table.from_batches([batch]), place / f"part-{number:04d}.parquet")


def alone(parts: list[Path], index: Path, output: Path) -> None:
    """Rank the parts one after the other in this process."""
    graph = build_graph(load_referential(index))
    for part in parts:
        rank_files(graph, part, output / part.name)


def with_dask(parts: list[Path], index: Path, output: Path) -> None:
    """Rank the parts on two worker processes."""
    distributed: Any = import_module("distributed")  # only this engine needs it
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit=0
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        for _ in rank_profiles_dask(client, parts, index, output=output):
            pass


def with_spark(parts: list[Path], index: Path, output: Path) -> None:
    """Rank the parts on two executors."""
    os.environ |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    import pyspark  # noqa: PLC0415 - as above
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.files.maxPartitionBytes", str(max(p.stat().st_size for p in parts) + (4 << 20)))
        .getOrCreate()
    )
    frame = session.read.parquet(str(parts[0].parent))
    rank_profiles_spark(frame, index).write.mode("overwrite").parquet(str(output))
    session.stop()


ENGINES: dict[str, Callable[[list[Path], Path, Path], None]] = {"alone": alone, "dask": with_dask, "spark": with_spark}


def one(engine: str, source: str, index: str, output: str) -> None:
    """Run one job in this process, and print the processor seconds of all that it started."""
    meter = Meter()
    ENGINES[engine](sorted(Path(source).glob("*.parquet")), Path(index), Path(output))
    print("\n", meter.seconds())
    meter.stop()


def count(output: Path) -> tuple[int, int]:
    """People and moves written: none lost, none doubled."""
    ids = [pq.read_table(p, columns=["id"]).column("id") for p in output.rglob("*.parquet") if "rejects" not in p.name]
    whole = pa.chunked_array([chunk for column in ids for chunk in column.chunks])
    return len(whole.unique()), len(whole)


def main(given: Namespace) -> None:
    need("clusters", libraries=[{"dask": "distributed", "spark": "pyspark"}[engine] for engine in given.engine])
    if "spark" in given.engine:
        need_program("clusters", "java")
    graph = build_graph(load_referential(given.data / "rome-v460"))
    with Table() as table, tempfile.TemporaryDirectory() as name:
        place = Path(name)
        index = compile_index(graph, place / "index.zip")
        for size in given.sizes:
            write_parts(graph, place / "in", size)
            costs = {}
            for engine in ("alone", *given.engine):
                output = place / "out"
                output.mkdir()
                spent, _, told = apart(
                    "import clusters", "clusters.one(*sys.argv[1:])", engine, place / "in", index, output
                )
                costs[engine] = Figure(float(told[-1]), "s", spent.clock)
                assert count(output) == (size, 10 * size)
                shutil.rmtree(output)
            peers = [(f"{engine}, two workers", costs[engine]) for engine in given.engine]
            table.tell(f"{size:,} profiles in one process", costs["alone"], *peers)
            shutil.rmtree(place / "in")
