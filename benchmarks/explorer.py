"""
How long the pages of the explorer take, and its start, from an index: ``python -m benchmarks explorer``.

Each page is asked for once for each of some occupations, over loopback, from a server with no page kept: what is
measured is working a page out, not giving it again. The median and the ninth decile of each kind of page are printed.
``--referential PATH`` names an index (`passerelles compile`), ``--count`` how many occupations.
"""

import argparse
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.referentials.load import load_referential

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


@contextmanager
def explorer(referential: str) -> Iterator[tuple[int, float, float | None]]:
    """A server, with the seconds until its first page, and those of processor time until then."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = int(tried.getsockname()[1])
    start = time.perf_counter()
    words = ["-m", "passerelles", "explore", "-r", referential, "--port", str(port), "--no-browser"]
    process = subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL)  # noqa: S603 - our own words
    try:
        while True:
            assert process.poll() is None, "the explorer did not start"
            try:
                asked(port, "/")
                break
            except OSError:
                time.sleep(0.02)
        yield port, time.perf_counter() - start, worked(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def worked(process: int) -> float | None:
    """Seconds of processor time of a process, where the system tells: what other programs take is not in them."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return None


def asked(port: int, path: str) -> float:
    """Milliseconds that a page takes."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/explorer{path}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in {200, 404}, (path, answer.status)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--referential", required=True)
    reader.add_argument("--count", type=int, default=40)
    options = reader.parse_args()
    graph = build_graph(load_referential(options.referential))
    drawn = random.Random(19)  # noqa: S311 - the same occupations each time
    codes = drawn.sample(list(graph.codes), min(options.count, len(graph.codes)))
    with explorer(options.referential) as (port, start, own):
        told = "" if own is None else f", of which {own:.2f} s of processor time of its own"
        print(f"first page {start:.2f} s after the command{told}")
        first = {name: asked(port, path.format(**values(graph, codes, 0))) for name, path in PAGES.items()}
        every = []
        for name, path in PAGES.items():
            if name == "map":  # one page for all, but for what is marked on it
                times = [asked(port, path.format(**values(graph, codes, place))) for place in range(1, 9)]
            elif name == "interests":
                times = [asked(port, path.format(letter=letter)) for letter in "RIASE"]
            elif name == "area":
                times = [asked(port, path.format(number=number)) for number in range(2, 12)]
            else:
                times = [asked(port, path.format(**values(graph, codes, place))) for place in range(1, len(codes))]
            every += times
            ninth = statistics.quantiles(times, n=10)[-1]
            print(f"{name:14} median {statistics.median(times):7.1f} ms   9 of 10 under {ninth:7.1f} ms   "
                  f"first {first[name]:8.1f} ms")  # fmt: skip
        print(f"{'all':14} median {statistics.median(every):7.1f} ms, {len(every)} pages")


def values(graph: OccupationGraph, codes: list[str], place: int) -> dict[str, object]:
    code, other = codes[place], codes[(place + 1) % len(codes)]
    title = graph.referential.occupation_by_code[code].name.split(" /")[0].replace(" ", "+")
    ascii_title = title.encode("ascii", "ignore").decode()
    return {"code": code, "other": other, "title": ascii_title, "number": 1, "letter": "C"}


if __name__ == "__main__":
    main()
