"""
Time to build the graph of a referential once it is read, and to export it.

The aim on ROME v460, two cores, is 2 s.
"""

from argparse import Namespace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Figure, Table, cost, referential_of

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.graph.export import GRAPH_FORMATS, export_graph
from passerelles.referentials.load import load_referential

BESIDE = "networkx, into which the same graph is copied (to_networkx); the aim (2 s)"
LIBRARIES = ("pyarrow",)
OPTIONS = {"referential": "", "repeat": 5}


def megabytes(graph: OccupationGraph) -> Figure:
    """Size of the arrays of a graph, without the referential that it holds on to."""
    matrices = (graph.weights, graph.near, graph.contexts, graph.tags, graph.mobility)
    arrays = [graph.macro, *(a for m in matrices for a in (m.data, m.indices, m.indptr))]
    return Figure(sum(a.nbytes for a in arrays) / 1e6, "MB")


def main(given: Namespace) -> None:
    referential = load_referential(referential_of(given))
    graph = build_graph(referential)
    with Table() as table, TemporaryDirectory() as folder:
        table.note(f"{referential}")
        ours = cost(lambda: build_graph(referential).near, given.repeat)
        table.tell("build_graph", ours, ("networkx copy", cost(graph.to_networkx)), ("aim", Figure(2.0, "s")))
        table.tell("its arrays", megabytes(graph))
        for name in GRAPH_FORMATS:
            path = Path(folder) / f"graph.{name}"
            table.tell(f"export {name}", cost(partial(export_graph, graph, path, overwrite=True)))
            files = list(path.iterdir()) if path.is_dir() else [path]
            table.tell(f"size of {name}", Figure(sum(f.stat().st_size for f in files) / 1e6, "MB"))
