"""
How time and memory of a first answer grow with the number of occupations, on synthetic copies of a referential.

A copy has the occupations, requirements and titles of the original under codes of its own, and other competencies
for one requirement in four, so that copies resemble each other without being the same. The peer, in the same run,
grows with the square. The exponent is the slope of the logarithms between the smallest and the largest.
"""

import math
import random
from argparse import Namespace
from dataclasses import replace

from measuring import Figure, Table, apart

from passerelles import Referential, load_referential

BESIDE = "the dense product of the same requirements by itself"
DATA = ("rome-v460",)
OPTIONS = {"copies": ([1, 2, 4], "how many times the occupations")}

OTHER = 0.25

COPIED = """
from growth import copies
from passerelles import load_referential
referential = copies(load_referential(sys.argv[1]), int(sys.argv[2]))
"""
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


def main(given: Namespace) -> None:
    source = given.data / "rome-v460"
    size = len(load_referential(source).occupations)
    found: list[tuple[tuple[Figure, ...], tuple[Figure, ...]]] = []
    with Table() as table:
        for times in given.copies:
            ours, peer = (apart(COPIED, work, source, times)[:2] for work in (FIRST_ANSWER, PEER))
            found.append((ours, peer))
            table.tell(f"first answer, {times * size} occupations", ours[0], ("dense product", peer[0]))
            table.tell(f"its peak memory, {times * size} occupations", ours[1], ("dense product", peer[1]))
        if len(given.copies) > 1:
            span = math.log(given.copies[-1] / given.copies[0])
            for place, what in enumerate(("processor time", "peak memory")):
                slopes = [
                    Figure(math.log(found[-1][side][place].value / found[0][side][place].value) / span)
                    for side in (0, 1)
                ]
                table.tell(f"exponent of {what}", slopes[0], ("dense product", slopes[1]))
