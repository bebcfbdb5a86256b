"""Time to build the graph of a referential once it is read, and to export it. Aim on ROME v460, two cores: at most 2 s.

Run: ``python benchmarks/build_graph.py [NAME_OR_PATH] [--repeat N]``; without a name, ROME 4 under PASSERELLES_DATA
if it is there, else the embedded referential.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.graph.export import GRAPH_FORMATS, export_graph
from passerelles.referentials.load import load_referential


def median_seconds(work: Callable[[], object], repeat: int) -> float:
    """Median of the wall-clock times of `repeat` runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def megabytes(graph: OccupationGraph) -> float:
    """Size of the arrays of a graph, without the referential that it holds on to."""
    matrices = (graph.weights, graph.near, graph.contexts, graph.tags, graph.mobility)
    arrays = [graph.macro, *(a for m in matrices for a in (m.data, m.indices, m.indptr))]
    return sum(a.nbytes for a in arrays) / 1e6


def default_source() -> str:
    """Folder of ROME 4 if the public data sets are there, else the name of the embedded referential."""
    folder = Path(os.environ.get("PASSERELLES_DATA", "")) / "rome-v460"
    return str(folder) if folder.is_dir() else "transitions"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?", default=default_source())
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    referential = load_referential(options.source)
    print(referential)
    graph = build_graph(referential)
    seconds = median_seconds(lambda: build_graph(referential).near, options.repeat)
    print(f"build_graph          {seconds:8.3f} s   (aim on v460: 2 s)   {megabytes(graph):.1f} MB of arrays")
    print(f"to_networkx          {median_seconds(graph.to_networkx, 1):8.3f} s")
    with TemporaryDirectory() as folder:
        for name in GRAPH_FORMATS:
            path = Path(folder) / f"graph.{name}"
            seconds = median_seconds(partial(export_graph, graph, path, overwrite=True), 1)
            files = list(path.iterdir()) if path.is_dir() else [path]
            print(f"export {name:<13} {seconds:8.3f} s   {sum(f.stat().st_size for f in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
