"""Time and proof of the search of paths, beside networkx on the pruned move graph, in the same run.

Aims on ROME v460, medians over origins not asked before: 5 best paths of up to 3 steps, one origin to 30 targets under
100 ms, to all targets under 2 s; at least 90 % of 200 sampled queries proven (gap 0).

networkx sums fixed hours along edges: it knows no state that grows, no rule on savings and no dominance. It stands here
for what a general tool takes, not for the same answer.

Run: ``python benchmarks/paths.py [NAME_OR_PATH] [--origins N] [--all-origins N] [--networkx N] [--seed N]``; without a
name, ROME 4 under PASSERELLES_DATA if it is there, else the embedded referential.
"""

import argparse
import os
import statistics
import time
from itertools import islice
from pathlib import Path

import networkx as nx
import numpy as np

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.paths.rank import rank_paths
from passerelles.paths.state import state_at, terrain_of
from passerelles.ranking.move import find_start
from passerelles.referentials.load import load_referential

TARGETS = 30


def default_source() -> str:
    """Folder of ROME 4 if the public data sets are there, else the name of the embedded referential."""
    folder = Path(os.environ.get("PASSERELLES_DATA", "")) / "rome-v460"
    return str(folder) if folder.is_dir() else "transitions"


def move_graph(graph: OccupationGraph) -> "nx.DiGraph[str]":
    """Moves among the best-scored of each occupation, weighted by the hours of the single step plus one a step."""
    terrain = terrain_of(graph, graph.settings)
    view: nx.DiGraph[str] = nx.DiGraph()
    for row, code in enumerate(graph.codes):
        hours = state_at(terrain, find_start(graph, code)).final
        for column in np.flatnonzero(terrain.near[row]).tolist():
            view.add_edge(code, graph.codes[column], hours=float(hours[column]) / 10 + 1.0)
    return view


def median(times: list[float]) -> float:
    return statistics.median(times) if times else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?", default=default_source())
    parser.add_argument("--origins", type=int, default=200)
    parser.add_argument("--all-origins", type=int, default=200)
    parser.add_argument("--networkx", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    graph = build_graph(load_referential(options.source))
    print(graph)
    start = time.perf_counter()
    rank_paths(graph, graph.codes[0], targets=[graph.codes[-1]])
    print(f"first call, tables made            {time.perf_counter() - start:9.2f} s")
    rng = np.random.default_rng(options.seed)
    codes = graph.codes
    order = rng.permutation(len(codes))
    wall: list[float] = []
    processor: list[float] = []
    proven = queries = 0
    for row in order[: options.origins].tolist():
        targets = [codes[i] for i in rng.choice(len(codes), min(TARGETS, len(codes)), replace=False)]
        clock, used = time.perf_counter(), time.process_time()
        found = rank_paths(graph, codes[row], targets=targets)
        wall.append(time.perf_counter() - clock)
        processor.append(time.process_time() - used)
        queries += len(found.reached)
        proven += sum(r.proven for r in found.reached)
    milliseconds = [1000 * median(times) for times in (wall, processor)]
    print(f"one origin to {TARGETS} targets           {milliseconds[0]:9.1f} ms (processor {milliseconds[1]:.1f})")
    print(f"proven best, of {queries} queries      {proven / queries:9.1%}")
    wall, processor = [], []
    # Origins that were not asked before: the first ones have warmed nothing for these.
    for row in order[options.origins :][: options.all_origins].tolist():
        clock, used = time.perf_counter(), time.process_time()
        rank_paths(graph, codes[row], targets=None)
        wall.append(time.perf_counter() - clock)
        processor.append(time.process_time() - used)
    print(f"one origin to all targets          {median(wall):9.2f} s  (processor {median(processor):.2f})")
    print(f"load of the machine                {os.getloadavg()[0]:9.1f} on {os.cpu_count()} processors")
    view = move_graph(graph)
    times = []
    for row in order[: options.networkx].tolist():
        for column in order[-3:].tolist():
            clock = time.perf_counter()
            list(islice(nx.shortest_simple_paths(view, codes[row], codes[column], weight="hours"), 5))
            times.append(time.perf_counter() - clock)
    one = median(times)
    print(f"networkx, one origin to one target {1000 * one:9.1f} ms, to {TARGETS} targets {TARGETS * one:.1f} s")


if __name__ == "__main__":
    main()
