"""Time and memory of scoring and ranking on the real ROME, beside named peers in the same run.

Run: PASSERELLES_DATA=... OMP_NUM_THREADS=1 python benchmarks/rank.py [--no-projection]

Seconds are of the processor (one thread), so that a busy machine blurs them less, then of the clock. Aims, two cores:
all pairs under the fitted scorer, every part kept, under 5 s and 1 GB; one origin under 5 ms after the first (3 ms
unfitted); `rank_all` at most 5 times the cosine once the index is there; the command under 1 s.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from passerelles import Settings, build_graph, load_referential, rank_all, rank_moves
from passerelles.evaluation.evaluate import symmetric_scores
from passerelles.evaluation.train import fit_scorer
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import build_table, score_table

ORIGINS = 200
UNFITTED = Settings(scorer="unfitted")
FITTED = Settings(scorer="fitted")


class Time(NamedTuple):
    """Median seconds of the processor and of the clock."""

    cpu: float
    clock: float


def timed(work: Callable[[], object], repeat: int = 3) -> Time:
    """Median times of some runs."""
    times = []
    for _ in range(repeat):
        cpu, clock = time.process_time(), time.perf_counter()
        work()
        times.append(Time(time.process_time() - cpu, time.perf_counter() - clock))
    return Time(statistics.median(t.cpu for t in times), statistics.median(t.clock for t in times))


def tell(what: str, found: Time, note: str = "") -> None:
    """Print one line."""
    print(f"{what:38} {found.cpu:9.4f} s CPU {found.clock:9.4f} s   {note}", flush=True)


def cosine_top_ten(graph: OccupationGraph) -> object:
    """Scikit-learn's cosine of the same matrix, and the ten best of each row."""
    similarity = cosine_similarity(graph.weights, dense_output=True)
    return np.argpartition(-similarity, 10, axis=1)[:, :10]


def projection(graph: OccupationGraph) -> object:
    """Networkx's weighted bipartite projection of occupations on the competencies that they share."""
    bipartite: nx.Graph[object] = nx.Graph()
    rows, columns = graph.weights.nonzero()
    bipartite.add_nodes_from(range(len(graph.codes)))
    bipartite.add_edges_from((int(r), f"c{c}") for r, c in zip(rows, columns, strict=True))
    return nx.bipartite.weighted_projected_graph(bipartite, range(len(graph.codes)))


def megabytes() -> float:
    """Most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def folder() -> Path:
    """Folder of the real ROME."""
    return Path(os.environ["PASSERELLES_DATA"]) / "rome-v460"


def table_alone() -> None:
    """Score all pairs in a process that does nothing else, for its memory."""
    graph = build_graph(load_referential(folder()))
    before = megabytes()
    found = timed(lambda: build_table(graph, load_scorer("fitted")), 1)
    tell("all pairs, fitted, every part kept", found, f"peak {megabytes():.0f} MB, {before:.0f} MB of it loading")


def main() -> None:
    """Print every figure."""
    subprocess.run([sys.executable, __file__, "--table"], check=True)  # noqa: S603 - this very file
    before = megabytes()
    referential = load_referential(folder())
    build = timed(lambda: build_graph(referential))
    graph = build_graph(referential)
    tell("build_graph", build, f"referential and graph add {megabytes() - before:.0f} MB")
    cosine = timed(lambda: cosine_top_ten(graph), 5)
    tell("scikit-learn cosine, top 10", cosine)

    def ratio(found: Time) -> str:
        return f"{found.cpu / cosine.cpu:.1f} x cosine"

    cold = timed(lambda: rank_all(graph, settings=UNFITTED), 1)
    tell("rank_all, unfitted, nothing kept", cold, ratio(cold))
    warm = timed(lambda: rank_all(graph, settings=UNFITTED), 5)
    tell("rank_all, unfitted, index kept", warm, ratio(warm))
    nesta = timed(lambda: symmetric_scores(graph, np.arange(len(graph.codes), dtype=np.int32)), 1)
    tell("Nesta-style overlap, all pairs", nesta, ratio(nesta))
    if "--no-projection" not in sys.argv:
        slow = timed(lambda: projection(graph), 1)
        tell(
            "networkx weighted projection",
            slow,
            f"{slow.cpu / warm.cpu:.0f} x rank_all, {slow.cpu / cold.cpu:.0f} x cold",
        )
    first = timed(lambda: score_table(graph, load_scorer("fitted")), 1)
    tell("first call, fitted", first, ratio(first))
    origins = graph.codes[:: max(1, len(graph.codes) // ORIGINS)][:ORIGINS]
    for name, settings in (("unfitted", UNFITTED), ("fitted", FITTED)):
        times = [timed(partial(rank_moves, graph, origin, settings=settings), 1) for origin in origins]
        one = Time(statistics.median(t.cpu for t in times), statistics.median(t.clock for t in times))
        tell(f"rank_moves, {name}, each origin new", one, f"median of {len(origins)}")
    tell("fit_scorer", timed(lambda: fit_scorer(graph), 1), "aim: under 60 s")
    command = [sys.executable, "-m", "passerelles", "rank", "K2110"]
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock = timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL), 5).clock  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime) / 5
    tell("passerelles rank K2110, embedded", Time(cpu, clock), "whole process")


if __name__ == "__main__":
    table_alone() if "--table" in sys.argv else main()
