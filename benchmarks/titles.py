"""
How right and how sure the resolver of titles and competencies is on ROME, and how fast; see docs/titles.md.

``ece`` is the error of the confidence in ten classes, ``ece_chance`` what as many well calibrated answers would stay
under 19 times in 20.
"""

from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from measuring import cost, median
from title_splits import (
    ADS,
    FIRMS,
    KINDS,
    LATER_OFFERS,
    MEASURES,
    OFFERS,
    POSTED,
    POSTED_BY_ALL,
    Query,
    TitleTable,
    ad_titles,
    esco_titles,
    held_out,
    no_jobs,
    noisy,
    noisy_titles,
    nonsense,
    older_titles,
    reworded_skills,
)

from passerelles import Referential, load_referential, resolve_title
from passerelles.matching.titles import Candidate, competency_index, resolve_many, title_index

BESIDE = "no other program (melo has some): the right answers, and for the confidence what chance alone would give"
DATA = ("rome-v460", "rome-v347", "crosswalks/esco-rome-v1.4.csv")
OPTIONS = {
    "seed": (
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
        "of each draw of held-out synonyms",
    )
}


def splits(table: TitleTable, referential: Referential, seeds: Sequence[int]) -> None:
    """Held-out synonyms: each draw, their mean, and all of them pooled, as they are and with each kind of noise."""
    kinds = ("", *KINDS)
    asked: dict[str, list[Query]] = {kind: [] for kind in kinds}
    answers: dict[str, list[list[Candidate]]] = {kind: [] for kind in kinds}
    rows = []
    for seed in seeds:
        kept, drawn = held_out(referential, seed)
        labels = title_index(kept).words.labels
        for kind in kinds:
            queries = noisy(drawn, kind, seed, labels) if kind else drawn
            found = list(resolve_many(kept, [q.text for q in queries]))
            if not kind:
                rows.append(table.answered(f"held out, draw {seed}", found, queries))
            asked[kind] += queries
            answers[kind] += found
    for told, start in (("fiche", ""), ("family", "family_")):
        means = (float(np.mean([row[start + key] for row in rows])) for key in MEASURES)
        table.row("held out, mean of draws", told, *(f"{mean:.4f}" for mean in means))
    for kind in kinds:
        table.answered(f"held out, all draws, noise: {kind or 'none'}", answers[kind], asked[kind])


def families_of(table: TitleTable, data: Path, new: Referential, old: Referential) -> None:
    """Titles that are not ROME's: how often the family is right, and how sure it is; half of them were fitted on."""
    esco, near = data / "crosswalks" / "esco-rome-v1.4.csv", ("exactMatch", "broadMatch")
    lists = {
        "advertisements": ADS, "titles as posted": POSTED, "posted, all trades": POSTED_BY_ALL,
        "titles of firms": FIRMS,
    }  # fmt: skip
    halves = ((0, "fitted on"), (1, "held out"))
    sets = {f"ESCO, {told}": esco_titles(esco, new, half) for half, told in halves}
    sets |= {f"ESCO, exact or broad, half {half}": esco_titles(esco, new, half, relations=near) for half in (0, 1)}
    for alone, which in ((False, ""), (True, ", the first family alone")):
        sets |= {
            f"{name}, {told}{which}": ad_titles(path, half, alone=alone)
            for name, path in lists.items()
            for half, told in halves
        }
        sets |= {
            f"offers of public lists, {told} {lot}{which}": [q for h in (0, 1) for q in ad_titles(path, h, alone=alone)]
            for told, paths in (("mended on", OFFERS), ("measured once", LATER_OFFERS))
            for lot, path in enumerate(paths, start=1)
        }
    sets |= {"ROME 3 titles, held out": older_titles(old, new, 1), "no job": no_jobs(7)}
    for name, queries in sets.items():
        table.resolved(name, new, queries)


def speed(table: TitleTable, new: Referential) -> None:
    """Note the time of the indexes, of a list of titles, and of one title."""
    indexes = cost(lambda: title_index(new)), cost(lambda: competency_index(new))
    table.note(f"Index of titles {indexes[0]}, of competencies {indexes[1]}.")
    texts = [t.label.lower().replace("e", "a", 1) for t in new.titles[:10_000]]
    bulk = cost(lambda: list(resolve_many(new, texts)))
    one = median([cost(partial(resolve_title, new, text)) for text in texts[::50]])
    table.note(f"{len(texts):,} titles {bulk}; one title {one}.")


def skills(table: TitleTable, new: Referential, old: Referential) -> None:
    """Tell of competencies."""
    names = ("skills typed", "skills shortened", "skills of the older wording", "skills, nonsense")
    for name, queries in zip(names, (*reworded_skills(new, old, 1), nonsense(7)), strict=True):
        table.answered(name, list(resolve_many(new, [q.text for q in queries], kind="competency")), queries)


def main(given: Namespace) -> None:
    new, old = (load_referential(given.data / name) for name in DATA[:2])
    with TitleTable() as table:
        speed(table, new)
        for seed in range(3):
            table.resolved(f"typing errors {seed}", new, noisy_titles(new, seed))
        table.resolved("nonsense", new, nonsense(7))
        families_of(table, given.data, new, old)
        splits(table, new, given.seed)
        skills(table, new, old)
