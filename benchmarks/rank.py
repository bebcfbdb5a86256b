"""
Time and memory of scoring and ranking on the real ROME, beside named peers in the same run.

Aims, two cores: all pairs under the fitted scorer, every part kept, under 5 s and 1 GB; one origin under 5 ms after the
first (3 ms unfitted); `rank_all` at most 5 times the cosine once the index is there; fitting under 60 s; the command
under 1 s.
"""

from argparse import Namespace
from functools import partial

import networkx as nx
import numpy as np
from measuring import Figure, Table, apart, cost, median, process
from sklearn.metrics.pairwise import cosine_similarity

from passerelles import Settings, build_graph, load_referential, rank_all, rank_moves
from passerelles.evaluation.evaluate import symmetric_scores
from passerelles.evaluation.train import fit_scorer
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import score_table

BESIDE = "scikit-learn's cosine, Nesta-style overlap, networkx's weighted projection; the aims"
DATA = ("rome-v460",)
OPTIONS = {"origins": 200, "repeat": 5, "no-projection": (False, "leave networkx's projection out: it takes minutes")}

LOADED = """
from passerelles import build_graph, load_referential
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import build_table
graph = build_graph(load_referential(sys.argv[1]))
"""


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


def main(given: Namespace) -> None:
    place = given.data / "rome-v460"
    with Table() as table:
        pairs, most, _ = apart(LOADED, "table = build_table(graph, load_scorer('fitted'))", place)
        table.tell("all pairs, fitted, every part kept", pairs, ("aim", Figure(5.0, "s")))
        table.tell("its peak memory, loading too", most, ("aim", Figure(1000.0, "MB")))
        graph, unfitted = build_graph(load_referential(place)), Settings(scorer="unfitted")
        cosine = ("scikit-learn cosine, top 10", cost(lambda: cosine_top_ten(graph), given.repeat))
        ranked = [("rank_all, unfitted, nothing kept", cost(lambda: rank_all(graph, settings=unfitted)))]
        ranked.append(
            ("rank_all, unfitted, index kept", cost(lambda: rank_all(graph, settings=unfitted), given.repeat))
        )
        every = np.arange(len(graph.codes), dtype=np.int32)
        peers = [cosine, ("Nesta-style overlap, all pairs", cost(lambda: symmetric_scores(graph, every)))]
        if not given.no_projection:
            peers.append(("networkx weighted projection", cost(lambda: projection(graph))))
        for what, ours in ranked:
            table.tell(what, ours, *peers)
        table.tell("first call, fitted", cost(lambda: score_table(graph, load_scorer("fitted"))), cosine)
        origins = graph.codes[:: max(1, len(graph.codes) // given.origins)][: given.origins]
        for settings, aim in ((unfitted, 0.003), (Settings(scorer="fitted"), 0.005)):
            one = median([cost(partial(rank_moves, graph, origin, settings=settings)) for origin in origins])
            table.tell(f"rank_moves, {settings.scorer}, each origin new", one, ("aim", Figure(aim, "s")))
        table.tell("fit_scorer", cost(lambda: fit_scorer(graph)), ("aim", Figure(60.0, "s")))
        command = process(["-m", "passerelles", "rank", "K2110"], given.repeat)
        table.tell("process: passerelles rank K2110, embedded", command, ("aim", Figure(1.0, "s")))
