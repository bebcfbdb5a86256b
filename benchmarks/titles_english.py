"""
Measure the resolver in English, on ESCO and O*NET: ``titles_english DATA``; see docs/titles.md.

Held-out synonyms of each, and half of the titles of each in the other, right where the official crosswalk leads. The
ranking is that fitted on French; the confidence was also fitted on other synonyms and on the other half.
"""

import sys
from pathlib import Path

from title_splits import across, crossings, held_out, no_jobs
from titles import tell

from passerelles import load_referential
from passerelles.matching.titles import resolve_titles

SIZE = 1000
HELD = 1  # the half of the titles of each in the other that nothing was fitted on


def main(data: Path) -> None:
    esco, onet = load_referential(data / "esco-v1.1.1"), load_referential(data / "onet-29.3")
    for name, referential in (("ESCO", esco), ("O*NET", onet)):
        kept, queries = held_out(referential, 0, SIZE)
        tell(f"{name}, held-out synonyms", list(resolve_titles(kept, [q.text for q in queries])), queries)
    there, back = crossings(data)
    for name, origin, target, links in (("O*NET in ESCO", onet, esco, there), ("ESCO in O*NET", esco, onet, back)):
        queries = across(origin, target, links, HELD)
        tell(f"{name} ({len(queries)})", list(resolve_titles(target, [q.text for q in queries])), queries)
    queries = no_jobs(7)
    tell("no job, in ESCO", list(resolve_titles(esco, [q.text for q in queries])), queries)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
