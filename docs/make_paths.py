"""Write the measured tables of docs/paths.md: hours of the experts' moves and of random pairs, under the settings.

Run: ``PASSERELLES_DATA=... python docs/make_paths.py``; with ``--check`` it only says whether the page is up to date.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.paths.rank import rank_paths
from passerelles.paths.state import state_at
from passerelles.paths.terrain import terrain_of
from passerelles.ranking.origin import find_start
from passerelles.referentials.load import load_referential

PAGE = Path(__file__).parent / "paths.md"
BEGIN, END = "<!-- mesures : début -->", "<!-- mesures : fin -->"
QUERIES = 200


def direct_hours(graph: OccupationGraph) -> NDArray[np.float64]:
    """Hours of every direct move."""
    terrain = terrain_of(graph, graph.settings)
    return np.stack([state_at(terrain, find_start(graph, code)).final / 10 for code in graph.codes])


def row(name: str, hours: NDArray[np.float64]) -> str:
    """Return one row of the table: percentiles and shares."""
    q = [f"{x:.0f}" for x in np.percentile(hours, [10, 25, 50, 75, 90])]
    shares = [f"{(hours <= bound).mean():.0%}".replace("%", " %") for bound in (0, 450, 2100)]
    return f"| {name} | {len(hours)} | " + " | ".join([*q, *shares]) + " |"


def main() -> None:
    """Measure, and write the page or compare with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    graph = build_graph(load_referential(Path(os.environ["PASSERELLES_DATA"]) / "rome-v460"))
    hours = direct_hours(graph)
    size = len(graph.codes)
    listed = graph.mobility.tocoo()
    experts = hours[listed.row, listed.col]
    others = hours[~np.eye(size, dtype=bool)]
    rng = np.random.default_rng(200)
    greater = float(np.mean(rng.choice(experts, 200_000) < rng.choice(others, 200_000)))
    lengths, saved, proven = [], [], 0
    for _ in range(QUERIES):
        a, b = rng.choice(size, 2, replace=False)
        found = rank_paths(graph, graph.codes[a], targets=[graph.codes[b]])
        proven += found.proven
        lengths.append(len(found[0].codes))
        direct = found[0].direct_hours
        saved.append(1 - (found[0].hours.expected or 0.0) / direct if direct else 0.0)
    counts = np.bincount(lengths, minlength=4)
    lines = [
        BEGIN,
        "",
        "| ROME v460 | paires | 10 % | 25 % | médiane | 75 % | 90 % | 0 h | ≤ 450 h | ≤ 2 100 h |",
        "|---|---|---|---|---|---|---|---|---|---|",
        row("mouvements des experts", experts),
        row("toutes les paires", others),
        "",
        f"Un mouvement des experts demande moins d'heures qu'une paire au hasard {greater:.0%} des fois.".replace(
            "%", " %"
        ),
        "",
        f"Sur {QUERIES} demandes au hasard (un métier, une cible, réglages d'usine), optimum prouvé {proven} fois.",
        f"Le meilleur parcours a un mouvement {counts[1]} fois, deux {counts[2]} fois, trois {counts[3]} fois.",
        f"Il épargne à la médiane {np.median(saved):.0%} des heures du passage direct.".replace("%", " %"),
        "",
        END,
    ]
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    made = before + "\n".join(lines) + rest.split(END)[1]
    if options.check:
        sys.exit(0 if made == text else 1)
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
