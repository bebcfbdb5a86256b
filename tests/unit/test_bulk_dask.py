"""A real Dask cluster of two worker processes on loopback: equal to one machine, one of them killed midway."""

import os
import signal
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerelles.bulk.clusters import BatchJob, part_schema, rank_part, rank_profiles_dask
from passerelles.bulk.rank import rank_profiles
from passerelles.compiled import compile_index
from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.referentials.load import load_referential
from passerelles.scoring.scorer import load_scorer, scorer_text
from passerelles.settings import Settings
from profile_rows import draw, table

pytestmark = [
    pytest.mark.external,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed.*"),
    pytest.mark.filterwarnings("ignore:Sending large graph:UserWarning"),
]
OVERLAY = "enseignement-conduite"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Client of two workers, processes of their own, on 127.0.0.1."""
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
        memory_limit=0,
    )
    with cluster, distributed.Client(cluster) as found:
        yield found


@pytest.fixture(scope="module")
def graph(embedded_graph: OccupationGraph) -> OccupationGraph:
    """Embedded referential with its overlay."""
    return embedded_graph


def parts_of(graph: OccupationGraph, parts: int, size: int) -> list[pa.Table]:
    """Parts with good profiles and one bad one each."""
    rows: list[Any] = [(f"{i:05d}", *row[1:]) for i, row in enumerate(draw(graph, parts * size, seed=11))]
    rows[::size] = [(row[0], "Z9999", [], {}) for row in rows[::size]]
    return [table(rows[i * size : (i + 1) * size]) for i in range(parts)]


def alone(graph: OccupationGraph, parts: list[pa.Table]) -> pa.Table:
    """What one machine finds."""
    return rank_profiles(graph, pa.concat_tables(parts)).read_all().select(part_schema().names)


def test_a_cluster_finds_what_one_machine_finds(client: Any, graph: OccupationGraph) -> None:
    parts = parts_of(graph, 6, 20)
    by_path = rank_profiles_dask(client, parts, "transitions", overlays=[OVERLAY])
    assert pa.concat_tables(by_path).equals(alone(graph, parts))
    assert pa.concat_tables(rank_profiles_dask(client, parts, graph)).equals(alone(graph, parts))


def test_the_columns_of_all_parts_are_checked_before_the_first_is_ranked(
    client: Any, graph: OccupationGraph, tmp_path: Path
) -> None:
    good, bad = table([("a", "K2110", [], {})]), pa.table({"id": ["b"]})
    for name, part in (("good", good), ("bad", bad)):
        pq.write_table(part, tmp_path / name)
    for parts in ([good, bad], [tmp_path / "good", tmp_path / "bad"]):
        with pytest.raises(PasserellesError) as told:
            rank_profiles_dask(client, parts, graph, output=tmp_path)
        assert (told.value.key, sorted(p.name for p in tmp_path.iterdir())) == ("profiles_columns", ["bad", "good"])


class Watched(list[pa.RecordBatch]):
    """Batches that remember the filters of warnings each time they are read."""

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self.filters: list[Any] = [*warnings.filters]
        return super().__iter__()


def test_checking_columns_says_nothing_and_leaves_the_filters_of_other_threads_alone(
    client: Any, graph: OccupationGraph
) -> None:
    part = Watched(table([("a", "K2110", [], {})]).append_column("note", pa.array(["-"])).to_batches())
    with warnings.catch_warnings():
        warnings.simplefilter("error", PasserellesWarning)
        before = [*warnings.filters]
        found = rank_profiles_dask(client, [part], graph)
        assert part.filters == before
    assert next(found).num_rows == 10  # type: ignore[union-attr]


def test_a_part_that_can_be_read_once_is_ranked_whole(client: Any, graph: OccupationGraph) -> None:
    people = table([("a", "K2110", [], {})])
    (found,) = rank_profiles_dask(client, [iter(people.to_batches())], graph)
    assert found.equals(alone(graph, [people]))  # type: ignore[union-attr]


def test_a_setting_that_is_not_stated_is_that_of_the_graph_that_was_sent() -> None:
    bare = build_graph(load_referential("transitions"), settings=Settings(access=None))
    people = table([("a", "K2110", [], {})]).to_batches()
    job = BatchJob(None, settings=Settings(scorer="content"))
    found = pa.Table.from_batches(rank_part(job, bare, people))
    alone = rank_profiles(bare, people, settings=Settings(scorer="content")).read_all()
    assert found.equals(alone.select(part_schema().names).cast(found.schema))


def test_a_process_opens_the_index_once() -> None:
    job = BatchJob("transitions", (OVERLAY,))
    again = BatchJob("transitions", (OVERLAY,))
    assert job.ranker(None).plain.graph is again.ranker(None).plain.graph


def test_an_index_that_is_replaced_serves_the_next_part(tmp_path: Path) -> None:
    plain = load_referential("transitions")
    place = tmp_path / "mine.index"
    sizes = []
    for referential in (plain, plain.with_overlay(OVERLAY)):
        compile_index(build_graph(referential), place, overwrite=True, scorers=(), titles=False, positions=False)
        sizes.append(len(BatchJob(str(place)).ranker(None).plain.graph.codes))
    assert sizes[0] < sizes[1]


def test_a_scorer_that_is_written_anew_serves_the_next_part(graph: OccupationGraph, tmp_path: Path) -> None:
    scorer = load_scorer("unfitted")
    names = []
    for place, number in enumerate((1.0, 2.0)):
        written = scorer.model_copy(update={"base": number})
        (file := tmp_path / "mine.json").write_text(scorer_text(written), encoding="utf-8")
        os.utime(file, ns=(place, place))
        names.append(BatchJob(None, settings=Settings(scorer=str(file))).ranker(graph).plain.occupied.name)
    assert names[0] != names[1]


def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(
    client: Any, graph: OccupationGraph, tmp_path: Path
) -> None:
    parts = parts_of(graph, 24, 30)
    for number, part in enumerate(parts):
        pq.write_table(part, tmp_path / f"in-{number:02d}.parquet")
    output = tmp_path / "out"  # the first worker makes it
    victim = min(client.run(os.getpid).values())
    assert psutil.Process(victim).is_running()
    files = sorted(tmp_path.glob("in-*.parquet"))

    def job() -> list[Any]:
        return list(rank_profiles_dask(client, files, "transitions", overlays=[OVERLAY], output=output))

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(job)
        end = time.monotonic() + 60
        while len(list(output.glob("*.parquet"))) < 3:
            assert time.monotonic() < end, "it took too long"
            time.sleep(0.02)
        assert not result.done(), "the job was over before anything could be killed"
        os.kill(victim, signal.SIGKILL)
        written = result.result(timeout=100)
    assert victim not in client.run(os.getpid).values()
    assert written == sorted(output.glob("*.parquet")) == [output / f"part-{n:05d}.parquet" for n in range(24)]
    assert pa.concat_tables([pq.read_table(path) for path in written]).equals(alone(graph, parts))
