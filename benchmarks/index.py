"""How fast a compiled index opens, beside what else one could do with the same data, in the same run.

Run: PASSERELLES_DATA=... OMP_NUM_THREADS=1 python benchmarks/index.py [--runs 9]

Aims on the real ROME, two cores, medians: opening in a running process under 100 ms, the whole process
`passerelles rank K2110 --format json` under 500 ms, resident memory under 120 MB. Peers: pandas reading the source's
tables, json reading the tables of the same referential, and Python itself importing scipy.sparse or pandas, which a
process pays before it does anything. Clock and processor seconds are both told: a busy machine blurs the clock.
"""

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from passerelles import Profile, build_graph, compile_index, load_referential, rank_moves, rank_sources
from passerelles.model import Credential, Occupation
from passerelles.referentials.referential import Referential


class Cost(NamedTuple):
    """Medians: seconds of the clock and of the processor."""

    clock: float
    cpu: float


def measured(work: Callable[[], object], runs: int) -> Cost:
    """Median cost of some runs in this process."""
    found = []
    for _ in range(runs):
        gc.collect()
        clock, cpu = time.perf_counter(), time.process_time()
        kept = work()
        found.append(Cost(time.perf_counter() - clock, time.process_time() - cpu))
        del kept
    return median(found)


def process(arguments: list[str], runs: int) -> Cost:
    """Median cost of a whole process."""
    found = []
    for _ in range(runs):
        clock = time.perf_counter()
        child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        found.append(Cost(time.perf_counter() - clock, usage.ru_utime + usage.ru_stime))
    return median(found)


def median(costs: list[Cost]) -> Cost:
    """Median of each figure."""
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


def tell(what: str, cost: Cost, aim: str = "") -> None:
    """Print one line."""
    print(f"{what:52} {cost.clock * 1000:8.1f} ms {cost.cpu * 1000:8.1f} ms CPU  {aim}", flush=True)


def plain_tables(referential: Referential, path: Path) -> None:
    """Write the tables of a referential as JSON, for the peer that reads them."""
    rows: dict[str, object] = {}
    for each in fields(referential):
        value = getattr(referential, each.name)
        if isinstance(value, tuple) and each.name != "notices":
            rows[each.name] = [asdict(row) if isinstance(row, Occupation | Credential) else row for row in value]
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def resident(code: str, *arguments: str) -> float:
    """
    Most megabytes resident in a fresh process by the end of some code.

    Linux's own count, which `exec` starts anew; ``ru_maxrss`` of a child begins with the memory of its parent.
    """
    tail = "\nprint(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    words = [sys.executable, "-c", code + tail, *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return float(done.stdout.split()[-2]) * 1024 / 1e6


SERVE = """
import sys
from passerelles import Profile, build_graph, load_referential, rank_moves, rank_sources
graph = build_graph(load_referential(sys.argv[1]))
rank_moves(graph, "K2110")
"""
COMMAND = """
from passerelles.cli.main import run
try:
    run()
except SystemExit as end:
    assert not end.code
"""
EVERYTHING = (
    SERVE
    + """
rank_moves(graph, Profile("K2110", competencies=(graph.competency_codes[7],)))
for code in graph.codes[::8]:
    rank_moves(graph, code)
    rank_sources(graph, code)
"""
)


def in_one_process(place: Path, rome: Path, tables: Path, runs: int) -> None:
    """Tell what opening costs where Python and the package run already, then each kind of question."""
    tell("open", measured(lambda: build_graph(load_referential(place)), runs), "under 100 ms")
    tell("open, first answer", measured(lambda: rank_moves(build_graph(load_referential(place)), "K2110"), runs))
    graph = build_graph(load_referential(place))
    person = Profile("K2110", competencies=(graph.competency_codes[7],))
    tell("first answer for a person", measured(lambda: rank_moves(graph, person), 1))
    tell("rank K2110 from then on", measured(lambda: rank_moves(graph, "K2110"), 5 * runs))
    tell("rank a person from then on", measured(lambda: rank_moves(graph, person), runs))
    tell("sources of K2110 from then on", measured(lambda: rank_sources(graph, "K2110"), runs))
    index = graph.index
    assert index is not None
    tell("check every byte (validate)", measured(index.verify, 3))
    tell("peer: json.load of the same tables", measured(lambda: json.loads(tables.read_bytes()), 3))
    files = sorted(rome.glob("*.csv"))
    tell(
        "peer: pandas.read_csv of the source",
        measured(lambda: [pd.read_csv(f, dtype=str, encoding_errors="replace") for f in files], 1),
    )
    tell("load_referential + build_graph of the source", measured(lambda: build_graph(load_referential(rome)), 1))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    rome = Path(os.environ["PASSERELLES_DATA"]) / "rome-v460"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        graph = build_graph(load_referential(rome))
        for target in ("index.zip", "index"):
            tell(f"compile {target}", measured(partial(compile_index, graph, folder / target, overwrite=True), 1))
        plain_tables(graph.referential, folder / "tables.json")
        del graph
        in_one_process(folder / "index.zip", rome, folder / "tables.json", runs)
        for target in ("index.zip", "index"):
            command = ["-m", "passerelles", "rank", "K2110", "--format", "json", "--referential", str(folder / target)]
            tell(f"process: rank K2110, {target}", process(command, runs), "under 500 ms")
            one, many = (resident(code, str(folder / target)) for code in (SERVE, EVERYTHING))
            print(
                f"  resident: {one:.1f} MB after one answer, {many:.1f} MB after a person and 198 occupations both ways"
            )
            print(f"  most of the process of the command: {resident(COMMAND, *command[2:]):.1f} MB")
        tell("process: the same from the source", process([*command[:-1], str(rome)], 1))
        for code in ("pass", "import numpy", "import scipy.sparse", "import pandas"):
            tell(f"peer process: python -c '{code}'", process(["-c", code], runs))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"load of the machine: {load} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
