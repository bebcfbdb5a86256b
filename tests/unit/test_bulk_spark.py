"""A real Spark cluster of two executors on loopback: equal to one machine to the bit, one of them killed midway."""

import os
import runpy
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerelles.bulk.clusters import SCHEMA, part_schema, rank_profiles_spark
from passerelles.bulk.rank import rank_profiles
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from profile_rows import draw, table

# Spark reads private parts of other libraries; nothing of ours warns.
pytestmark = [
    pytest.mark.external,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark.*"),
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark.*"),
    pytest.mark.filterwarnings("ignore::UserWarning:pyspark.*"),
]
OVERLAY = "enseignement-conduite"
# Machines that live for seconds are not worth compiling their code twice for.
JAVA = "-Djava.net.preferIPv4Stack=true -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
}


@pytest.fixture(scope="module")
def spark(java: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Session on two executors of one core each, processes of their own, all bound to loopback."""
    pyspark = pytest.importorskip("pyspark")
    folder = tmp_path_factory.mktemp("spark")
    given = {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("passerelles-test")
    for name, value in {**SETTINGS, "spark.sql.warehouse.dir": str(folder / "warehouse")}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
    gateway: Any = session.sparkContext._gateway
    gateway.shutdown()
    for name, old in before.items():
        os.environ.pop(name, None) if old is None else os.environ.__setitem__(name, old)


@pytest.fixture(scope="module")
def graph(embedded_graph: OccupationGraph) -> OccupationGraph:
    """Embedded referential with its overlay."""
    return embedded_graph


def profiles(graph: OccupationGraph, size: int) -> pa.Table:
    """Good profiles and a bad one every so often; ids in the order of the rows."""
    rows: list[Any] = [(f"{i:05d}", *row[1:]) for i, row in enumerate(draw(graph, size, seed=9))]
    rows[::50] = [(row[0], "Z9999", [], {}) for row in rows[::50]]
    return table(rows)


def alone(graph: OccupationGraph, people: pa.Table) -> list[dict[str, Any]]:
    """What one machine finds."""
    found: list[dict[str, Any]] = rank_profiles(graph, people).read_all().select(part_schema().names).to_pylist()
    return found


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Rows of a Spark frame as plain values, in the order of the profiles and ranks."""
    found = [row.asDict(recursive=True) for row in frame.collect()]
    return sorted(found, key=lambda row: (row["id"], row["rank"] or 0))


def frame_of(spark: Any, people: pa.Table, partitions: int) -> Any:
    """Put profiles in a Spark frame of some partitions."""
    kinds = (
        "id string, occupation string, competencies array<string>, credentials map<string,string>, employment string"
    )
    rows = [tuple((r | {"credentials": dict(r["credentials"])}).values()) for r in people.to_pylist()]
    return spark.createDataFrame(spark.sparkContext.parallelize(rows, partitions), kinds)


def executors() -> list[psutil.Process]:
    """Executors that this test's own session started."""
    return [p for p in psutil.Process().children(recursive=True) if "CoarseGrainedExecutorBackend" in words_of(p)]


def words_of(process: psutil.Process) -> str:
    """How a process was started; nothing where it has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def wait_until(ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_the_schema_is_that_of_one_machine(spark: Any) -> None:
    from pyspark.sql.types import StructType

    shape: Any = StructType.fromDDL(SCHEMA)
    named = [(f.name, f.dataType.simpleString()) for f in shape.fields]
    words = {"int32": "int", "list<item: string>": "array<string>", "list<element: string>": "array<string>"}
    assert named == [(f.name, words.get(str(f.type), str(f.type))) for f in part_schema()]


def test_the_example_ranks_a_file(spark: Any, tmp_path: Path) -> None:
    job = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "spark_job.py"))
    kinds = pa.schema([("id", pa.string()), ("occupation", pa.string()), ("competencies", pa.list_(pa.string()))])
    people = {"id": ["p1", "p2", "p3"], "occupation": ["K2110", None, "NOWHERE"], "competencies": [[], [], []]}
    pq.write_table(pa.table(people, schema=kinds), tmp_path / "people.parquet")
    job["main"](str(tmp_path / "people.parquet"), str(tmp_path / "moves"))
    moves = pq.read_table(tmp_path / "moves").to_pylist()
    assert [m["rank"] for m in moves if m["id"] == "p1"] == [1, 2, 3, 4, 5]


def test_a_cluster_finds_what_one_machine_finds(spark: Any, graph: OccupationGraph) -> None:
    people = profiles(graph, 60)
    assert rows_of(rank_profiles_spark(frame_of(spark, people, 2), graph)) == alone(graph, people)


def test_a_column_that_is_misspelt_is_refused_before_anything_runs(spark: Any, graph: OccupationGraph) -> None:
    frame = frame_of(spark, profiles(graph, 1), 1).withColumnRenamed("credentials", "credential")
    with pytest.raises(PasserellesError, match="did you mean credentials"):
        rank_profiles_spark(frame, "transitions")


def test_nothing_is_lost_or_doubled_when_an_executor_is_killed(spark: Any, graph: OccupationGraph) -> None:
    people = profiles(graph, 240)
    frame = rank_profiles_spark(frame_of(spark, people, 24), "transitions", overlays=[OVERLAY])
    tracker = spark.sparkContext.statusTracker()

    def done() -> list[int]:
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        return [s.numCompletedTasks for s in stages if s is not None and s.numTasks == 24]

    wait_until(lambda: len(executors()) == 2)
    victim = executors()[0]
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(rows_of, frame)
        wait_until(lambda: any(2 <= n <= 20 for n in done()) or result.done())
        assert not result.done(), "the job was over before anything could be killed"
        os.kill(victim.pid, signal.SIGKILL)
        found = result.result(timeout=100)
    assert not victim.is_running()
    assert found == alone(graph, people)
