"""
Time and memory of a national allocation: every basin, openings of BMO 2023, 2,000 fragile lots.

Aims on two cores: under 60 s and 2 GB, reading the data left out of the time. Lots are drawn: jobs that reach a family,
basins of the survey.
"""

import random
import resource
from argparse import Namespace
from pathlib import Path

from measuring import Figure, Table, cost, timed

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.market import Market, family_codes, load_market
from passerelles.market.places import Places, load_places
from passerelles.referentials.load import load_referential
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.discretion import publish
from passerelles.territory.lots import Lot
from passerelles.territory.match import match_territory

BESIDE = "no other program: its aims, 60 s and 2 GB"
DATA = ("rome-v460", "market/bmo-2023.xlsx", "geo")
OPTIONS = {
    "lots": (2000, "lots of fragile jobs"),
    "radius": (30.0, "kilometres that people go"),
    "budget": (None, "hours of training in all"),
    "seed": 20231,
}


def main(given: Namespace) -> None:
    with Table() as table:
        (graph, market, places), spent = timed(lambda: _read(given.data))
        table.tell("data read", spent)
        survey = market.survey()
        draw = random.Random(given.seed)  # noqa: S311 - no secret
        jobs = sorted({code for codes in family_codes(market, graph.referential).values() for code in codes})
        basins = sorted(survey.basins)
        keys: set[tuple[str, str, str]] = set()
        while len(keys) < given.lots:
            keys.add((f"Employeur {draw.randrange(10_000):04d}", draw.choice(jobs), draw.choice(basins)))
        lots = [Lot(e, j, b, people=draw.randint(1, 40), basin_label=b) for e, j, b in sorted(keys)]
        settings = Settings(territory=TerritorySettings(explained_moves=50))
        found, spent = timed(
            lambda: match_territory(
                graph, lots, None, market=market, places=places, radius_km=given.radius,
                budget_hours=given.budget, settings=settings, changes=False,
            )
        )  # fmt: skip
        table.tell("match_territory", spent, ("aim", Figure(60.0, "s")))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        table.tell("peak memory", Figure(most, "MB"), ("aim", Figure(2000.0, "MB")))
        table.tell("mask", cost(lambda: publish(found)))
        table.note(found.summary("en"))
        table.note(f"gap {found.gap}; {len(found.flows)} flows; {len(found.allowed)} pairs open")
        for stage in found.stages:
            table.note(f"  {stage.name:10} {stage.value:12d} bound {stage.bound:12d} exact {stage.exact}")


def _read(data: Path) -> tuple[OccupationGraph, Market, Places]:
    graph = build_graph(load_referential(data / "rome-v460"))
    return graph, load_market(data, years=["2023"]), load_places(data)
