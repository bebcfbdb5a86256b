"""Time and memory of a national allocation: every basin, openings of BMO 2023, 2,000 fragile lots.

Aim on two cores: under 60 s and 2 GB, reading the data left out. Run: ``python benchmarks/territory.py DATA_FOLDER
[--lots N] [--radius KM]``. The lots are drawn with a fixed seed: jobs that reach a family, basins of the survey.
"""

import argparse
import os
import random
import resource
import time
from pathlib import Path

from passerelles.graph.build import build_graph
from passerelles.market.geography import load_places
from passerelles.market.market import family_codes, load_market
from passerelles.referentials.load import load_referential
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.discretion import publish
from passerelles.territory.lots import Lot
from passerelles.territory.match import match_territory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", default=os.environ.get("PASSERELLES_DATA", "."), type=Path)
    parser.add_argument("--lots", type=int, default=2000)
    parser.add_argument("--radius", type=float, default=30.0)
    parser.add_argument("--budget", type=float, default=None)
    options = parser.parse_args()
    started = time.perf_counter()
    referential = load_referential(options.data / "rome-v460")
    graph = build_graph(referential)
    market = load_market(options.data, years=["2023"])
    places = load_places(options.data)
    survey = market.survey()
    print(f"data read                {time.perf_counter() - started:7.1f} s")
    draw = random.Random(20231)  # noqa: S311 - no secret
    jobs = sorted({code for codes in family_codes(market, referential).values() for code in codes})
    basins = sorted(survey.basins)
    keys: set[tuple[str, str, str]] = set()
    while len(keys) < options.lots:
        keys.add((f"Employeur {draw.randrange(10_000):04d}", draw.choice(jobs), draw.choice(basins)))
    lots = [Lot(e, j, b, people=draw.randint(1, 40), basin_label=b) for e, j, b in sorted(keys)]
    settings = Settings(territory=TerritorySettings(explained_moves=50))
    started, worked = time.perf_counter(), time.process_time()
    found = match_territory(
        graph, lots, None, market=market, places=places, radius_km=options.radius, budget_hours=options.budget,
        settings=settings, changes=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    print(f"match_territory          {seconds:7.1f} s   (aim: 60 s)")
    print(f"  of which computing     {time.process_time() - worked:7.1f} s   (the rest is other programs' turn)")
    worked = time.process_time()
    publication = publish(found)
    print(f"mask                     {time.process_time() - worked:7.1f} s of computing; empty: {publication.empty}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory              {peak:7.2f} GB  (aim: 2 GB)")
    print(found.summary("en"))
    print(f"gap {found.gap}; {len(found.flows)} flows; {len(found.allowed)} pairs open")
    for stage in found.stages:
        print(f"  {stage.name:10} {stage.value:12d} bound {stage.bound:12d} exact {stage.exact}")


if __name__ == "__main__":
    main()
