"""How time and memory of a first answer grow with the number of occupations, on synthetic copies of a referential.

A copy has the occupations, requirements and titles of the original under codes of its own, and other competencies
for one requirement in four, so that copies resemble each other without being the same. Peer, in the same run: the
dense product of the same requirements by itself, which grows with the square. The exponent is the slope of the
logarithms between the smallest and the largest.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from passerelles import Referential, load_referential

OTHER = 0.25

FIRST_ANSWER = """
from passerelles import build_graph, rank_moves
rank_moves(build_graph(referential), referential.occupations[0].code)
"""
PEER = """
import numpy as np
from scipy import sparse
column = {c.code: i for i, c in enumerate(referential.competencies)}
row = {o.code: i for i, o in enumerate(referential.occupations)}
cells = [(row[r.occupation], column[r.competency]) for r in referential.requirements]
rows, columns = zip(*cells)
listed = sparse.csr_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(len(row), len(column)))
dense = (listed @ listed.T).toarray()
"""
CHILD = """
import json, resource, sys, time
sys.path.insert(0, {here!r})
from growth import copies
from passerelles import load_referential
referential = copies(load_referential(sys.argv[1]), int(sys.argv[2]))
clock, cpu = time.perf_counter(), time.process_time()
{work}
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([time.perf_counter() - clock, time.process_time() - cpu, peak * 1024 / 1e6]))
"""


def copies(referential: Referential, times: int) -> Referential:
    """Return the referential with its occupations so many times, each copy with some other competencies."""
    draw = random.Random(7)  # noqa: S311 - a fixed draw
    occupations, titles = list(referential.occupations), list(referential.titles)
    requirements = list(referential.requirements)
    codes = [c.code for c in referential.competencies]
    for n in range(1, times):
        occupations += [replace(o, code=f"{o.code}~{n}") for o in referential.occupations]
        titles += [t._replace(code=f"{t.code}~{n}", occupation=f"{t.occupation}~{n}") for t in referential.titles]
        seen: set[tuple[str, str]] = set()
        for each in referential.requirements:
            competency = draw.choice(codes) if draw.random() < OTHER else each.competency
            key = (f"{each.occupation}~{n}", competency)
            if key not in seen:
                seen.add(key)
                requirements.append(each._replace(occupation=key[0], competency=competency))
    return replace(
        referential,
        occupations=tuple(occupations),
        titles=tuple(titles),
        requirements=tuple(requirements),
        mobilities=(),
    )


def measured(work: str, source: Path, times: int) -> tuple[float, float, float]:
    """Seconds of the clock and of the processor, and most megabytes resident, of some work in a fresh process."""
    code = CHILD.format(here=str(Path(__file__).parent), work=work)
    words = [sys.executable, "-c", code, str(source), str(times)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    clock, cpu, peak = json.loads(done.stdout)
    return clock, cpu, peak


def main() -> None:
    """Print a line a size, and the exponents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.environ.get("PASSERELLES_DATA"), help="public data")
    parser.add_argument("--copies", default="1,2,4", help="how many times the occupations")
    given = parser.parse_args()
    if given.folder is None:
        parser.error("name the folder of the public data: --data DIR")
    source = Path(given.folder) / "rome-v460"
    size = len(load_referential(source).occupations)
    print(
        "| occupations | first answer, s | CPU s | peak MB | CPU, ratio to the dense product |\n|---|---|---|---|---|"
    )
    found = []
    for times in map(int, given.copies.split(",")):
        ours, peer = (measured(work, source, times) for work in (FIRST_ANSWER, PEER))
        found.append((times * size, *ours))
        print(
            f"| {times * size} | {ours[0]:.1f} | {ours[1]:.1f} | {ours[2]:.0f} | {ours[1] / peer[1]:.0f} |", flush=True
        )
    least, most = found[0], found[-1]
    if len(found) > 1:
        steps = [math.log(b / a) / math.log(most[0] / least[0]) for a, b in zip(least[1:], most[1:], strict=True)]
        print(f"\nexponents: clock {steps[0]:.2f}, CPU {steps[1]:.2f}, peak memory {steps[2]:.2f}")


if __name__ == "__main__":
    main()
