"""Measure the resolver of titles and competencies on ROME: ``titles.py DATA [splits]``; see docs/titles.md."""

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from title_splits import (
    ADS,
    FIRMS,
    KINDS,
    POSTED,
    POSTED_BY_ALL,
    Query,
    ad_titles,
    esco_titles,
    figures,
    held_out,
    no_jobs,
    noisy,
    noisy_titles,
    nonsense,
    older_titles,
    reworded_skills,
)

from passerelles import Referential, load_referential, resolve_title
from passerelles.matching.titles import Candidate, competency_index, resolve_competencies, resolve_titles, title_index


def tell(name: str, answers: list[list[Candidate]], queries: Sequence[Query]) -> dict[str, float]:
    found = figures(answers, queries)
    print(f"{name:28}", *(f"{key} {value:.4f}" for key, value in found.items()), flush=True)
    return found


def splits(referential: Referential, seeds: Sequence[int]) -> None:
    """Held-out synonyms: each split, the mean, and the pooled calibration."""
    pooled: list[list[Candidate]] = []
    asked: list[Query] = []
    rows = []
    for seed in seeds:
        index, queries = held_out(referential, seed)
        answers = list(resolve_titles(index, [q.text for q in queries]))
        rows.append(tell(f"held out, split {seed}", answers, queries))
        pooled += answers
        asked += queries
    print("mean of splits", {key: round(float(np.mean([row[key] for row in rows])), 4) for key in rows[0]})
    tell("held out, pooled", pooled, asked)


def families_of(data: Path, new: Referential, old: Referential) -> None:
    """Titles that are not ROME's: how often the family is right, and how sure it is; half of them were fitted on."""
    esco = data / "crosswalks" / "esco-rome-v1.4.csv"
    sets = {"ESCO, fitted on": esco_titles(esco, new, 0), "ESCO, held out": esco_titles(esco, new, 1)}
    near = ("exactMatch", "broadMatch")
    sets |= {f"ESCO, exact or broad, half {n}": esco_titles(esco, new, n, relations=near) for n in (0, 1)}
    sets |= {"advertisements, fitted on": ad_titles(ADS, 0), "advertisements, held out": ad_titles(ADS, 1)}
    sets |= {"titles as posted, fitted on": ad_titles(POSTED, 0), "titles as posted, held out": ad_titles(POSTED, 1)}
    sets |= {"posted, all trades, fitted on": ad_titles(POSTED_BY_ALL, 0)}
    sets |= {"posted, all trades, held out": ad_titles(POSTED_BY_ALL, 1)}
    sets |= {"titles of firms, fitted on": ad_titles(FIRMS, 0), "titles of firms, held out": ad_titles(FIRMS, 1)}
    sets |= {"ROME 3 titles, held out": older_titles(old, new, 1), "no job": no_jobs(7)}
    for name, queries in sets.items():
        tell(name, list(resolve_titles(new, [q.text for q in queries])), queries)
    kept, queries = held_out(new, 0)
    labels = title_index(kept).words.labels
    for kind in KINDS:
        made = noisy(queries, kind, 0, labels)
        tell(f"held out, noise: {kind}", list(resolve_titles(kept, [q.text for q in made])), made)


def speed(referential: Referential) -> None:
    texts = [t.label.lower().replace("e", "a", 1) for t in referential.titles[:10_000]]
    start = time.perf_counter()
    list(resolve_titles(referential, texts))
    bulk = time.perf_counter() - start
    each = []
    for text in texts[::50]:
        start = time.perf_counter()
        resolve_title(referential, text)
        each.append(time.perf_counter() - start)
    print(f"10,000 titles {bulk:.1f} s; one title {1e3 * statistics.median(each):.2f} ms median")


def skills(new: Referential, old: Referential) -> None:
    start = time.perf_counter()
    competency_index(new)
    print(f"competency index {time.perf_counter() - start:.1f} s")
    names = ("skills typed", "skills shortened", "skills of the older wording")
    for name, queries in zip(names, reworded_skills(new, old, 1), strict=True):
        tell(name, list(resolve_competencies(new, [q.text for q in queries])), queries)
    strange = nonsense(7)
    tell("skills, nonsense", list(resolve_competencies(new, [q.text for q in strange])), strange)


def main(data: Path, seeds: Sequence[int]) -> None:
    new, old = load_referential(data / "rome-v460"), load_referential(data / "rome-v347")
    start = time.perf_counter()
    title_index(new)
    print(f"title index {time.perf_counter() - start:.1f} s")
    speed(new)
    for seed in range(3):
        queries = noisy_titles(new, seed)
        tell(f"typing errors {seed}", list(resolve_titles(new, [q.text for q in queries])), queries)
    strange = nonsense(7)
    tell("nonsense", list(resolve_titles(new, [q.text for q in strange])), strange)
    families_of(data, new, old)
    splits(new, seeds)
    skills(new, old)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(s) for s in sys.argv[2].split(",")] if len(sys.argv) > 2 else range(5))
