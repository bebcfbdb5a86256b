"""
Measure the resolver in English, on ESCO and O*NET: ``titles_english DATA``; see docs/titles.md.

Held-out synonyms of each, and the titles of each in the other, right where the official crosswalk leads. The weights
are those fitted on French: nothing was learnt here.
"""

import sys
from pathlib import Path

from title_splits import Query, families, held_out, no_jobs
from titles import tell

from passerelles import Referential, load_referential
from passerelles.matching.migrate import read_crosswalk
from passerelles.matching.titles import resolve_titles
from passerelles.text import normalise_label

SIZE = 1000


def across(origin: Referential, target: Referential, links: dict[str, set[str]]) -> list[Query]:
    """Labels of one classification that are no title of the other, and the families that they lead to there."""
    taken = {normalise_label(t.label) for t in target.titles} | {normalise_label(o.name) for o in target.occupations}
    family = families(target)
    found = []
    for o in sorted(origin.occupations, key=lambda each: each.code):
        right = {family[code] for code in links.get(o.code, ()) if code in family}
        if right and normalise_label(o.name) not in taken:
            found.append(Query(o.name, "", frozenset(right)))
    step = max(1, len(found) // SIZE)
    return found[::step]


def main(data: Path) -> None:
    esco, onet = load_referential(data / "esco-v1.1.1"), load_referential(data / "onet-29.3")
    walk = read_crosswalk(data / "crosswalks" / "esco-onet-2022.csv")
    there: dict[str, set[str]] = {}
    back: dict[str, set[str]] = {}
    for left, rights in walk.links.items():
        for right in rights:
            there.setdefault(left, set()).add(right)
            back.setdefault(right, set()).add(left)
    for name, referential in (("ESCO", esco), ("O*NET", onet)):
        kept, queries = held_out(referential, 0, SIZE)
        tell(f"{name}, held-out synonyms", list(resolve_titles(kept, [q.text for q in queries])), queries)
    for name, origin, target, links in (("O*NET in ESCO", onet, esco, there), ("ESCO in O*NET", esco, onet, back)):
        queries = across(origin, target, links)
        tell(f"{name} ({len(queries)})", list(resolve_titles(target, [q.text for q in queries])), queries)
    queries = no_jobs(7)
    tell("no job, in ESCO", list(resolve_titles(esco, [q.text for q in queries])), queries)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
