"""
How long the pages of the explorer take, and its start.

Each page is asked for once for each of some occupations, over loopback, from a server with no page kept: what is
measured is working a page out, not giving it again: milliseconds of the clock of the first page of each kind, then
median and ninth decile of the others. The start is from the command to the first page. Name an index (`passerelles
compile`): others start slowly.
"""

import asyncio
import random
import statistics
import time
from argparse import Namespace

from measuring import Figure, Table, referential_of, stop
from service import busy, free_port, get, load, running

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.referentials.load import load_referential

LIBRARIES = ("fastapi", "psutil")
OPTIONS = {"referential": "", "origins": 40, "seed": 19}
LEAST = 3

PAGES = {
    "search": "/?q={title}",
    "sheet": "/show/{code}",
    "moves": "/rank/{code}",
    "filtered": "/rank/{code}?coverage=0.1&domain=other-domain&limit=25",
    "hours": "/rank/{code}?hours=450&access=open,conditional&kind=lateral,advancement",
    "sources": "/sources/{code}",
    "sources, hours": "/sources/{code}?hours=450",
    "move": "/move/{code}/{other}",
    "neighbours": "/near/{code}",
    "compare": "/compare?job={code}&job={other}",
    "by hand": "/way?job={code}&job={other}",
    "paths": "/paths/{code}/{other}",
    "area": "/areas/{number}",
    "interests": "/interests?first={letter}",
    "map": "/map?job={code}",
}
MOST = {"map": 9, "interests": 6, "area": 11}  # of pages of which there are few, or one but for what is marked on it


def asked(port: int, path: str) -> float:
    """Milliseconds that a page takes."""
    (taken,), statuses = asyncio.run(load(port, [get(f"/explorer{path}")], clients=1))
    assert statuses <= {200, 404}, (path, statuses)
    return taken


def main(given: Namespace) -> None:
    if given.origins < LEAST:
        stop(f"explorer needs --origins of {LEAST} or more: the first is told apart, and a ninth decile takes two")
    referential, port = referential_of(given), free_port()
    graph = build_graph(load_referential(referential))
    drawn = random.Random(given.seed)  # noqa: S311 - the same occupations each time
    codes = drawn.sample(list(graph.codes), min(given.origins, len(graph.codes)))
    serve = ["-m", "passerelles", "explore", "-r", referential, "--port", str(port), "--no-browser"]
    start = time.perf_counter()
    with running(serve, port, "/explorer/") as process, Table("page", "median", "9 of 10 under", "first") as table:
        table.note(f"First page: {Figure(busy(process), 's', time.perf_counter() - start)} after the command.")
        first = {name: asked(port, path.format(**values(graph, codes, 0))) for name, path in PAGES.items()}
        every: list[float] = []
        for name, path in PAGES.items():
            places = range(1, min(MOST.get(name, len(codes)), len(codes)))
            times = [asked(port, path.format(**values(graph, codes, place))) for place in places]
            every += times
            told = (statistics.median(times), statistics.quantiles(times, n=10)[-1], first[name])
            table.row(name, *(Figure(each, "ms") for each in told))
        table.row(f"all {len(every)}", Figure(statistics.median(every), "ms"), "–", "–")


def values(graph: OccupationGraph, codes: list[str], place: int) -> dict[str, object]:
    code, other = codes[place], codes[(place + 1) % len(codes)]
    title = graph.referential.occupation_by_code[code].name.split(" /")[0].replace(" ", "+")
    ascii_title = title.encode("ascii", "ignore").decode()
    return {"code": code, "other": other, "title": ascii_title, "number": place + 1, "letter": "CRIASE"[place % 6]}
