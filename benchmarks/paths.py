"""
Time and proof of the search of paths, beside networkx on the pruned move graph, in the same run.

Medians over origins not asked before: the five best paths of up to three steps, from one origin to 30 targets and to
all. Aims on ROME v460: under 100 ms and under 2 s, and at least 90 % of the queries proven (gap 0).

networkx sums fixed hours along edges: it knows no state that grows, no rule on savings and no dominance. It stands here
for what a general tool takes, not for the same answer; its time to one target counts 30 times.
"""

from argparse import Namespace
from functools import partial
from itertools import islice

import networkx as nx
import numpy as np
from measuring import Figure, Table, cost, median, referential_of, timed

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.paths.rank import TargetSearch, rank_paths
from passerelles.paths.state import search_space, state_at
from passerelles.ranking.move import find_start
from passerelles.referentials.load import load_referential

BESIDE = "networkx.shortest_simple_paths on the pruned move graph; the aims"
OPTIONS = {
    "referential": "",
    "origins": (200, "occupations asked for, to 30 targets"),
    "all-origins": (200, "others, to all targets"),
    "networkx": (10, "occupations asked of networkx, to three targets each"),
    "seed": 7,
}

TARGETS = 30


def move_graph(graph: OccupationGraph) -> "nx.DiGraph[str]":
    """Moves among the best-scored of each occupation, weighted by the hours of the single step plus one a step."""
    space = search_space(graph, graph.settings)
    view: nx.DiGraph[str] = nx.DiGraph()
    for row, code in enumerate(graph.codes):
        hours = state_at(space, find_start(graph, code)).final
        for column in np.flatnonzero(space.near[row]).tolist():
            view.add_edge(code, graph.codes[column], hours=float(hours[column]) / 10 + 1.0)
    return view


def by_networkx(graph: OccupationGraph, order: list[int], origins: int) -> Figure:
    """Median time of networkx from one origin to 30 targets: that to one, thirty times."""
    view, codes = move_graph(graph), graph.codes

    def best(origin: str, target: str) -> object:
        return list(islice(nx.shortest_simple_paths(view, origin, target, weight="hours"), 5))

    one = median([cost(partial(best, codes[o], codes[t])) for o in order[:origins] for t in order[-3:]])
    return Figure(TARGETS * one.value, "s", TARGETS * (one.clock or 0.0))


def main(given: Namespace) -> None:
    graph = build_graph(load_referential(referential_of(given)))
    codes, rng = graph.codes, np.random.default_rng(given.seed)
    with Table() as table:
        table.note(f"{graph}")
        table.tell("first call, tables made", cost(lambda: rank_paths(graph, codes[0], targets=[codes[-1]])))
        order = rng.permutation(len(codes)).tolist()
        costs: list[Figure] = []
        reached: list[TargetSearch] = []
        for row in order[: given.origins]:
            targets = [codes[i] for i in rng.choice(len(codes), min(TARGETS, len(codes)), replace=False)]
            found, spent = timed(partial(rank_paths, graph, codes[row], targets=targets))
            costs.append(spent)
            reached += found.reached
        theirs = by_networkx(graph, order, given.networkx)
        table.tell(f"one origin to {TARGETS} targets", median(costs), ("networkx", theirs), ("aim", Figure(0.1, "s")))
        proven = Figure(sum(each.proven for each in reached) / len(reached))
        table.tell(f"share proven best, of {len(reached)} queries", proven, ("aim", Figure(0.9)))
        # Origins that were not asked before: the first ones have warmed nothing for these.
        others = order[given.origins :][: given.all_origins]
        if others:
            whole = median([cost(partial(rank_paths, graph, codes[row], targets=None)) for row in others])
            table.tell("one origin to all targets", whole, ("aim", Figure(2.0, "s")))
