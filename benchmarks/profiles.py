"""
People in bulk on ROME v460: throughput beside sparse_dot_topn, cost and memory by size.

sparse_dot_topn is measured on two products: that of the requirements alone, and that of all the measures that the
score of a person compares (words among them), weighed as it weighs them, so that its best ten are those of the overall
closeness: what the score starts from. Ratios are those of processor seconds, which other programs blur less.

Every size is ranked from Parquet to Parquet in a process of its own, whose greatest resident memory is told. Profiles
hold 20 competencies of one occupation, every other one exercises another occupation. Rows a second are those of one
processor (of the clock, on two).
"""

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import Figure, Table, apart, cost
from numpy.typing import NDArray
from scipy import sparse

from passerelles import build_graph, load_referential, rank_profiles
from passerelles.compiled import compile_index
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.measures import OVERALL, Origins, measure_index, measure_people
from passerelles.vectors import unit_rows

BESIDE = "sparse_dot_topn, on the product of the requirements alone and on that of all measures"
DATA = ("rome-v460",)
LIBRARIES = ("numba", "pyarrow", "sparse_dot_topn")
OPTIONS = {"sizes": [10_000, 100_000], "repeat": 3}

HELD = 20
THREADS = 2
PIECE = 50_000
SAMPLE = 60_000


FILES = """
from pathlib import Path
from passerelles import build_graph, load_referential
from passerelles.bulk.files import rank_files
graph = build_graph(load_referential(sys.argv[1]))
"""


def columns_of(graph: OccupationGraph, size: int, seed: int) -> NDArray[np.int32]:
    """Columns of the competencies of each profile, shape (size, 20): those that one occupation requires, drawn."""
    rng = np.random.default_rng(seed)
    counts = np.diff(graph.weights.indptr)
    near = rng.choice(np.flatnonzero(counts), size)
    place = graph.weights.indptr[near][:, None] + (rng.random((size, HELD)) * counts[near][:, None]).astype(np.int64)
    found: NDArray[np.int32] = graph.weights.indices[place]
    return found


def batch_of(graph: OccupationGraph, columns: NDArray[np.int32], seed: int, *, occupied: float) -> pa.RecordBatch:
    """Profiles that hold these columns, numbered from the seed on; a share of them exercises an occupation."""
    rng = np.random.default_rng([seed, 1])  # another draw than that of the competencies
    size = len(columns)
    codes = np.asarray(graph.competency_codes)[columns.ravel()]
    occupations = np.asarray(graph.codes)[rng.integers(0, len(graph.codes), size)]
    held = pa.ListArray.from_arrays(np.arange(0, HELD * size + 1, HELD, dtype=np.int32), pa.array(codes))
    return pa.record_batch(
        {
            "id": pa.array(np.arange(seed, seed + size).astype(str)),
            "occupation": pa.array(occupations, mask=rng.random(size) >= occupied),
            "competencies": held,
        }
    )


def pieces(graph: OccupationGraph, size: int) -> Iterator[pa.RecordBatch]:
    """Profiles, a piece at a time; every other one exercises an occupation."""
    for start in range(0, size, PIECE):
        yield batch_of(graph, columns_of(graph, min(PIECE, size - start), start), start, occupied=0.5)


def write_profiles(graph: OccupationGraph, path: Path, size: int) -> None:
    """Write a Parquet file of profiles, a piece at a time."""
    schema = batch_of(graph, columns_of(graph, 1, 0), 0, occupied=1.0).schema
    with pq.ParquetWriter(path, schema) as writer:
        for batch in pieces(graph, size):
            writer.write_batch(batch)


def rate(size: int, spent: Figure) -> Figure:
    """Rows a second."""
    return Figure(size / spent.value, "rows/s", size / (spent.clock or spent.value))


def compare(table: Table, graph: OccupationGraph, repeat: int) -> None:
    """Rows a second of both, in this one run, on the same profiles."""
    from sparse_dot_topn import sp_matmul_topn  # noqa: PLC0415 - clusters does without

    columns = columns_of(graph, SAMPLE, 1)
    cells = (np.ones(columns.size), columns.ravel(), np.arange(0, columns.size + 1, HELD))
    held = sparse.csr_matrix(cells, shape=(SAMPLE, len(graph.competency_codes)))
    held.sum_duplicates()
    products = {"requirements": (held, sparse.csr_matrix(graph.weights.T)), "all measures": weighed(graph, held)}
    peers = []
    for name, pair in products.items():
        theirs = cost(partial(sp_matmul_topn, *pair, top_n=10, n_threads=THREADS), repeat)
        peers.append((f"sparse_dot_topn, {name}", rate(SAMPLE, theirs)))
    for engine, size in (("fast", SAMPLE), ("plain", 1_000)):
        for what, occupied in (("no occupation", 0.0), ("an occupation", 1.0)):
            batch = batch_of(graph, columns[:size], 2, occupied=occupied)
            rank_profiles(graph, batch.slice(0, 10), engine=engine).read_all()  # type: ignore[arg-type]
            ours = cost(lambda b=batch, e=engine: rank_profiles(graph, b, engine=e, threads=THREADS).read_all(), repeat)  # type: ignore[misc]
            table.tell(f"rank_profiles, {engine}, {what}", rate(size, ours), *peers)


def weighed(graph: OccupationGraph, held: sparse.csr_matrix) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Vectors of people and, turned, of all occupations, whose product is the overall closeness but for its scale."""
    index = measure_index(graph)
    nobody = np.full(held.shape[0], -1, dtype=np.int32)
    people = measure_people(index, Origins(sparse.csr_array(held), nobody))
    names = [name for name in OVERALL if name in index.spreads]
    left = sparse.hstack([unit_rows(people[name]) * OVERALL[name] for name in names], format="csr")
    right = sparse.hstack([index.vectors[name] for name in names], format="csr")
    return sparse.csr_matrix(left), sparse.csr_matrix(right.T)


def main(given: Namespace) -> None:
    graph = build_graph(load_referential(given.data / "rome-v460"))
    with Table() as table, tempfile.TemporaryDirectory() as name:
        compare(table, graph, given.repeat)
        index = compile_index(graph, Path(name) / "index")
        for size in given.sizes:
            profiles, output = Path(name) / "profiles.parquet", Path(name) / "moves.parquet"
            write_profiles(graph, profiles, size)
            work = "print(rank_files(graph, Path(sys.argv[2]), Path(sys.argv[3])).ranked)"
            spent, most, (ranked,) = apart(FILES, work, index, profiles, output)
            assert int(ranked) == size
            table.tell(f"{size:,} profiles, Parquet to Parquet", rate(size, spent))
            table.tell("their peak memory", most)
            table.tell("size of what is written", Figure(output.stat().st_size / 1e6, "MB"))
