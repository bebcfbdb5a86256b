"""Draw the pictures of docs/charts/ on the embedded referential; the reliability diagram from the model card's figures.

Run: ``python docs/make_charts.py``. The pictures hold text, not outlines, so that a change of theirs reads in a diff.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from passerelles import (
    build_graph,
    charts,
    compare,
    evaluate,
    load_referential,
    match_territory,
    mobility_areas,
    rank_moves,
    rank_paths,
)

HERE = Path(__file__).parent
TERRITORY = HERE.parent / "referentials" / "transitions" / "territories"
METHODS = ("random", "cosine", "jaccard", "unfitted", "content", "fitted")


def pictures() -> Iterator[tuple[str, charts.Chart]]:
    """Name and chart of each picture."""
    graph = build_graph(load_referential().with_overlay("enseignement-conduite"))
    move = rank_moves(graph, "K2110", targets=["K2124"], limit=1)[0]
    yield "waterfall", charts.score_waterfall(move)
    yield "competencies", charts.competency_bars(move, limit=5)
    yield (
        "ladder",
        charts.path_ladder(
            rank_paths(graph, "K2110-B", targets=["N4101"], frame="periode-de-reconversion", limit=1)[0]
        ),
    )
    found = match_territory(graph, TERRITORY / "redon-fragile.csv", TERRITORY / "redon-hiring.csv")
    yield "sankey", charts.territory_sankey(found, limit=12)
    yield "neighbours", charts.neighbour_map(graph, "K2110")
    yield "comparison", charts.comparison_bars(compare(graph, ["N4101", "N4103", "N4105"]))
    yield "areas", charts.area_map(mobility_areas(graph))
    yield "methods", charts.method_comparison(evaluate(graph, methods=METHODS))
    card = json.loads((HERE / "model-card.json").read_text(encoding="utf-8"))
    yield "reliability", charts.reliability_diagram(card["calibration"]["fitted"]["reliability"])


def main() -> None:
    """Write each picture."""
    for name, chart in pictures():
        path = HERE / "charts" / f"{name}.svg"
        path.write_text(charts.to_svg(chart, prefix=name) + "\n", encoding="utf-8")
        print(path.name, path.stat().st_size, chart.description[:100])


if __name__ == "__main__":
    main()
