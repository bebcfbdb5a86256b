"""
People in bulk on ROME v460: throughput beside sparse_dot_topn, cost and memory by size.

sparse_dot_topn is measured on two products: that of the requirements alone, and that of all the measures that the
score of a person compares (words among them), weighed as it weighs them, so that its best ten are those of the overall
closeness: what the score starts from. Ratios are those of processor seconds, which other programs blur less.

Run: PASSERELLES_DATA=... python benchmarks/profiles.py [sizes...]   (default 10000 100000; needs sparse-dot-topn, and
numba for the fast engine). Every size is ranked from Parquet to Parquet in a process of its own, whose greatest
resident memory is told. Profiles hold 20 competencies of one occupation, every other one exercises another occupation.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

from passerelles import build_graph, load_referential, rank_profiles
from passerelles.bulk.files import rank_files
from passerelles.compiled import compile_index
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.measures import OVERALL, Origins, measure_index, measure_people
from passerelles.vectors import unit_rows

HELD = 20
THREADS = 2
PIECE = 50_000
SAMPLE = 60_000


def folder() -> Path:
    """Folder of the real ROME."""
    return Path(os.environ["PASSERELLES_DATA"]) / "rome-v460"


def columns_of(graph: OccupationGraph, size: int, seed: int) -> NDArray[np.int32]:
    """Columns of the competencies of each profile, shape (size, 20): those that one occupation requires, drawn."""
    rng = np.random.default_rng(seed)
    counts = np.diff(graph.weights.indptr)
    near = rng.choice(np.flatnonzero(counts), size)
    place = graph.weights.indptr[near][:, None] + (rng.random((size, HELD)) * counts[near][:, None]).astype(np.int64)
    found: NDArray[np.int32] = graph.weights.indices[place]
    return found


def batch_of(graph: OccupationGraph, columns: NDArray[np.int32], seed: int, *, occupied: float) -> pa.RecordBatch:
    """Profiles that hold these columns; a share of them exercises an occupation."""
    rng = np.random.default_rng([seed, 1])  # another draw than that of the competencies
    size = len(columns)
    codes = np.asarray(graph.competency_codes)[columns.ravel()]
    occupations = np.asarray(graph.codes)[rng.integers(0, len(graph.codes), size)]
    held = pa.ListArray.from_arrays(np.arange(0, HELD * size + 1, HELD, dtype=np.int32), pa.array(codes))
    return pa.record_batch(
        {
            "id": pa.array(np.arange(size).astype(str)),
            "occupation": pa.array(occupations, mask=rng.random(size) >= occupied),
            "competencies": held,
        }
    )


def write_profiles(graph: OccupationGraph, path: Path, size: int) -> None:
    """Write a Parquet file of profiles, a piece at a time."""
    writer = None
    for start in range(0, size, PIECE):
        columns = columns_of(graph, min(PIECE, size - start), start)
        batch = batch_of(graph, columns, start, occupied=0.5)
        writer = writer or pq.ParquetWriter(path, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock and of the processors, the better of three runs."""
    found = []
    for _ in range(3):
        clock, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - clock, time.process_time() - cpu))
    return min(found)


def compare(graph: OccupationGraph) -> None:
    """Rows a second of both, in this one run, on the same profiles."""
    from sparse_dot_topn import sp_matmul_topn  # noqa: PLC0415 - only this needs it

    columns = columns_of(graph, SAMPLE, 1)
    cells = (np.ones(columns.size), columns.ravel(), np.arange(0, columns.size + 1, HELD))
    held = sparse.csr_matrix(cells, shape=(SAMPLE, len(graph.competency_codes)))
    held.sum_duplicates()
    weights = sparse.csr_matrix(graph.weights.T)
    clock, theirs = timed(lambda: sp_matmul_topn(held, weights, top_n=10, n_threads=THREADS))
    tell("sparse_dot_topn, product of requirements alone", SAMPLE / clock, SAMPLE / theirs)
    mine, others = weighed(graph, held)
    clock, whole = timed(lambda: sp_matmul_topn(mine, others, top_n=10, n_threads=THREADS))
    tell("sparse_dot_topn, product of all measures", SAMPLE / clock, SAMPLE / whole)
    for engine, size in (("fast", SAMPLE), ("plain", 1_000)):
        for what, occupied in (("no occupation", 0.0), ("an occupation", 1.0)):
            batch = batch_of(graph, columns[:size], 2, occupied=occupied)
            rank_profiles(graph, batch.slice(0, 10), engine=engine).read_all()  # type: ignore[arg-type]
            clock, ours = timed(lambda b=batch, e=engine: rank_profiles(graph, b, engine=e, threads=THREADS).read_all())  # type: ignore[misc]
            alone, all_of_it = (size / ours / (SAMPLE / seconds) for seconds in (theirs, whole))
            note = f"{alone:.3f} of the product of requirements, {all_of_it:.2f} of that of all measures"
            tell(f"rank_profiles, {engine}, {what}", size / clock, size / ours, note)


def weighed(graph: OccupationGraph, held: sparse.csr_matrix) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Vectors of people and, turned, of all occupations, whose product is the overall closeness but for its scale."""
    index = measure_index(graph)
    nobody = np.full(held.shape[0], -1, dtype=np.int32)
    people = measure_people(index, Origins(sparse.csr_array(held), nobody))
    names = [name for name in OVERALL if name in index.spreads]
    left = sparse.hstack([unit_rows(people[name]) * OVERALL[name] for name in names], format="csr")
    right = sparse.hstack([index.vectors[name] for name in names], format="csr")
    return sparse.csr_matrix(left), sparse.csr_matrix(right.T)


def tell(what: str, clock: float, cpu: float, note: str = "") -> None:
    """Print one line."""
    print(f"{what:48} {clock:9,.0f} rows/s  {cpu:9,.0f} rows/s of one processor   {note}", flush=True)


def one_size(index: str, profiles: str, output: str) -> None:
    """Rank one file in this process, and print seconds and memory as JSON."""
    graph = build_graph(load_referential(index))
    clock, cpu = time.perf_counter(), time.process_time()
    done = rank_files(graph, Path(profiles), Path(output))
    figures = {"clock": time.perf_counter() - clock, "cpu": time.process_time() - cpu, "mb": peak_megabytes()}
    print(json.dumps(figures | {"ranked": done.ranked, "refused": done.refused}))


def peak_megabytes() -> float:
    """Most resident memory of this process, by Linux's own count: ``ru_maxrss`` of a child begins with its parent's."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1000


def sizes(graph: OccupationGraph, wanted: list[int]) -> None:
    """Rank files of several sizes, each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        index = compile_index(graph, place / "index")
        for size in wanted:
            profiles, output = place / "profiles.parquet", place / "moves.parquet"
            write_profiles(graph, profiles, size)
            command = [sys.executable, __file__, "--one", str(index), str(profiles), str(output)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very file
            told = json.loads(answer.stdout)
            assert told["ranked"] == size
            rate = size / told["cpu"]
            written = output.stat().st_size / 1e6
            note = f"{told['mb']:.0f} MB at most, {told['cpu']:.0f} s of processor, output {written:.0f} MB"
            tell(f"{size:,} profiles, Parquet to Parquet", size / told["clock"], rate, note)


def main() -> None:
    """Print every figure, with the load of the machine."""
    graph = build_graph(load_referential(folder()))
    print(f"load {os.getloadavg()}")
    compare(graph)
    sizes(graph, [int(word) for word in sys.argv[1:]] or [10_000, 100_000])
    print(f"load {os.getloadavg()}")


if __name__ == "__main__":
    one_size(*sys.argv[2:5]) if sys.argv[1:2] == ["--one"] else main()
