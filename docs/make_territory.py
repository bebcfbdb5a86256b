"""Write the table of docs/territory.md: who the three sample territories place, on two referentials.

Run: ``PASSERELLES_DATA=... python docs/make_territory.py [--print]``; a test says whether the page is up to date.
"""

import os
from pathlib import Path

from pages import publish, renewed, table

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.market import Market, load_market
from passerelles.market.places import Places, load_places
from passerelles.referentials.load import load_referential
from passerelles.referentials.places import sample_tables
from passerelles.territory.allocation import Allocation
from passerelles.territory.match import match_territory

PAGE = "territory.md"
BEGIN, END = "<!-- mesures : début -->", "<!-- mesures : fin -->"
HEADS = (
    "territoire (personnes, postes)", "rayon", "ROME v460", "référentiel embarqué", "ROME, postes de l'enquête",
)  # fmt: skip
CASES = (
    ("Redon", "redon", 30), ("Aurillac-Figeac-Rodez", "aurillac-figeac-rodez", 30),
    ("Aurillac-Figeac-Rodez", "aurillac-figeac-rodez", 60), ("Lacq-Pau-Tarbes", "lacq-pau-tarbes", 30),
    ("Lacq-Pau-Tarbes", "lacq-pau-tarbes", 60),
)  # fmt: skip


def told(found: Allocation) -> str:
    """Return who is placed, to be confirmed and without solution, hours and kilometres."""
    sums = found.totals()
    people = f"{sums['placed']} / {sums['to_confirm']} / {sums['uncovered']}"
    lengths = [f"{size:,.0f} {unit}".replace(",", " ") for size, unit in ((found.hours, "h"), (sums["km"], "km"))]
    return ", ".join([people, *(lengths if sums["km"] else lengths[:1])])


def page(rome: OccupationGraph, embedded: OccupationGraph, places: Places, market: Market) -> str:
    """Return the page with its table anew."""
    rows = []
    for name, sample, radius in CASES:
        fragile, hiring = sample_tables(sample)
        on_rome, on_embedded = (
            match_territory(graph, fragile, hiring, places=places, radius_km=radius, changes=False)
            for graph in (rome, embedded)
        )
        surveyed = match_territory(rome, fragile, market=market, places=places, radius_km=radius, changes=False)
        if on_rome.gap or on_embedded.gap or surveyed.gap:
            raise ValueError(f"{name}, {radius} km: the page says that no gap is left")
        sums = on_rome.totals()
        size, same = f"{sums['headcount']}, {sums['openings']}", f"dont {surveyed.totals()['same_job']} au même métier"
        rows.append([f"{name} ({size})", f"{radius} km", told(on_rome), told(on_embedded), f"{told(surveyed)}, {same}"])
    return renewed(PAGE, BEGIN, END, table(HEADS, rows))


def main() -> None:
    """Measure, and write the page."""
    data = Path(os.environ["PASSERELLES_DATA"])
    rome, embedded = (build_graph(load_referential(source)) for source in (data / "rome-v460", "transitions"))
    publish(PAGE, page(rome, embedded, load_places(data), load_market(data, years=["2023"])))


if __name__ == "__main__":
    main()
