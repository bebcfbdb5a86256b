"""Write the measured tables of docs/paths.md: hours of the experts' moves and of random pairs, under the settings.

Run: ``PASSERELLES_DATA=... python docs/make_paths.py``; ``--print`` writes the page to stdout instead.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pages import publish, renewed, table

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.paths.rank import rank_paths
from passerelles.paths.state import search_space, state_at
from passerelles.ranking.move import find_start
from passerelles.referentials.load import load_referential
from passerelles.settings import PathSettings, Settings

PAGE = "paths.md"
BEGIN, END = "<!-- mesures : début -->", "<!-- mesures : fin -->"
QUERIES = 200
# Moves that a training fund can judge: near, middle, far; read on ROME v460.
EXAMPLES = (
    "D1106 D1214|F1703 F1701|N1103 N1101|M1602 M1607|H2909 H2906|H2903 H2912|K1304 K1302|A1414 A1203|N4101 N1105"
    "|H3201 H2102|D1505 G1603|M1805 M1810|K1304 J1501|F1703 F1602|I1604 I1606|H2909 F1503|N1103 N4101|K2110 K2111"
    "|M1203 M1202|M1607 M1203|D1106 M1805"
)


def direct_hours(graph: OccupationGraph) -> NDArray[np.float64]:
    """Hours of every direct move."""
    space = search_space(graph, graph.settings)
    return np.stack([state_at(space, find_start(graph, code)).final / 10 for code in graph.codes])


def percent(share: float | np.floating[Any]) -> str:
    """Write a share as French does."""
    return f"{share:.0%}".replace("%", " %")


def row(name: str, hours: NDArray[np.float64]) -> list[str]:
    """Return one row of the table: percentiles and shares."""
    q = [f"{x:.0f}" for x in np.percentile(hours, [10, 25, 50, 75, 90])]
    shares = [percent((hours <= bound).mean()) for bound in (0, 450, 2100)]
    return [name, str(len(hours)), *q, *shares]


def examples(graph: OccupationGraph) -> str:
    """Return the table of the examples, fewest hours first."""
    space = search_space(graph, graph.settings)
    effort, name = space.effort, {o.code: (o.label or "").split(" / ")[-1] for o in graph.occupations}
    rows: list[tuple[int, list[str]]] = []
    for origin, target in (pair.split() for pair in EXAMPLES.split("|")):
        state, column = state_at(space, find_start(graph, origin)), graph.position[target]
        share = percent(state.sums[0][column] / effort.whole[column])
        listed = "oui" if graph.mobility[graph.position[origin], column] else ""
        ends, levels = (f"{code} {name[code]}" for code in (origin, target)), f"{state.level} → {effort.level[column]}"
        hours = round(state.final[column] / 10)
        least = "≥ " if space.demands.hidden[column] else ""  # regulated, and nothing says by what
        full = f"{effort.trade[state.level, column]:.0f}"
        rows.append((hours, [*ends, share, levels, full, f"{least}{hours}", listed]))
    heads = ("de", "vers", "manque", "niveaux", "qualification, h", "heures", "listé par les experts")
    return table(heads, [row for _, row in sorted(rows)])


def main() -> None:
    """Measure, and write the page."""
    graph = build_graph(load_referential(Path(os.environ["PASSERELLES_DATA"]) / "rome-v460"))
    hours = direct_hours(graph)
    size = len(graph.codes)
    listed = graph.mobility.tocoo()
    experts = hours[listed.row, listed.col]
    others = hours[~np.eye(size, dtype=bool)]
    rng = np.random.default_rng(200)
    greater = float(np.mean(rng.choice(experts, 200_000) < rng.choice(others, 200_000)))
    some = rng.choice(len(listed.row), 200_000)
    there = float(np.mean(experts[some] < hours[rng.integers(0, size, len(some)), listed.col[some]]))
    lengths, saved, staged, proven = [], [], [], 0
    spared: list[float] = []
    every = Settings(paths=PathSettings(moves_considered=None))
    for _ in range(QUERIES):
        a, b = rng.choice(size, 2, replace=False)
        found = rank_paths(graph, graph.codes[a], targets=[graph.codes[b]])
        proven += found.proven
        freely = rank_paths(graph, graph.codes[a], targets=[graph.codes[b]], settings=every, limit=1)[0]
        spared += [freely.score - found[0].score] if freely.codes != found[0].codes else []
        lengths.append(len(found[0].codes))
        direct = found[0].direct_hours
        saved.append(1 - (found[0].hours.expected or 0.0) / direct if direct else 0.0)
        staged += saved[-1:] if lengths[-1] > 1 else []
    counts = np.bincount(lengths, minlength=4)
    heads = ("ROME v460", "paires", "10 %", "25 %", "médiane", "75 %", "90 %", "0 h", "≤ 450 h", "≤ 2 100 h")
    lines = [
        table(heads, [row("mouvements des experts", experts), row("toutes les paires", others)]),
        "",
        f"Un mouvement des experts demande moins d'heures qu'une paire au hasard {percent(greater)} des fois ;",
        f"moins qu'un départ au hasard vers la même cible, {percent(there)} des fois.",
        "",
        f"Sur {QUERIES} demandes au hasard (un métier, une cible, réglages d'usine), optimum prouvé {proven} fois.",
        f"Le meilleur parcours a un mouvement {counts[1]} fois, deux {counts[2]} fois, trois {counts[3]} fois.",
        f"Où il a des étapes, il épargne à la médiane {percent(np.median(staged))} des heures du passage direct ;",
        f"sur toutes les demandes, {percent(np.mean(saved))} en moyenne.",
        f"Sans la règle des {graph.settings.paths.moves_considered} mouvements, il serait un autre {len(spared)} fois,",
        f"par des mouvements au-delà de ce rang, et coûterait {np.median(spared):.0f} h de moins à la médiane.",
        "",
        "Vingt et un mouvements, à lire comme le ferait un financeur :",
        "",
        examples(graph),
    ]
    publish(PAGE, renewed(PAGE, BEGIN, END, "\n".join(lines)))


if __name__ == "__main__":
    main()
