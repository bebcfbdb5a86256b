"""
How right and how sure the resolver is in English, on ESCO and O*NET; see docs/titles.md.

Held-out synonyms of each, and half of the titles of each in the other, right where the official crosswalk leads. The
ranking is that fitted on French; the confidence was also fitted on other synonyms and on the other half.
"""

from argparse import Namespace

from title_splits import TitleTable, across, crossings, held_out, no_jobs

from passerelles import load_referential

BESIDE = "no other program: the right answers, and for the confidence what chance alone would give"
DATA = ("esco-v1.1.1", "onet-29.3", "crosswalks/esco-onet-2022.csv")

HELD = 1  # the half of the titles of each in the other that nothing was fitted on


def main(given: Namespace) -> None:
    esco, onet = (load_referential(given.data / name) for name in DATA[:2])
    there, back = crossings(given.data)
    with TitleTable() as table:
        for name, referential in (("ESCO", esco), ("O*NET", onet)):
            table.resolved(f"{name}, held-out synonyms", *held_out(referential, 0))
        for name, origin, target, links in (("O*NET in ESCO", onet, esco, there), ("ESCO in O*NET", esco, onet, back)):
            queries = across(origin, target, links, HELD)
            table.resolved(f"{name} ({len(queries)})", target, queries)
        table.resolved("no job, in ESCO", esco, no_jobs(7))
