"""Write the counts of the access catalogue into docs/access.md; ``--print`` writes the page to stdout instead."""

from collections import Counter, defaultdict
from textwrap import fill
from typing import Final

from pages import publish, renewed, table

from passerelles.access.conditions import takes_no_training, training_hours
from passerelles.access.demands import sane_hours
from passerelles.access.holdings import has_ended
from passerelles.codes import reached
from passerelles.model import UNKNOWN_HOURS, Credential
from passerelles.referentials.credentials import Catalogue, read_catalogue, with_supposed

PAGE: Final = "access.md"
BEGIN: Final = "<!-- counts: written by docs/make_access.py -->"
END: Final = "<!-- end of counts -->"
DOMAINS: Final = {
    "A": "Agriculture, animals",
    "B": "Crafts of art",
    "C": "Bank, insurance, property",
    "D": "Shops, sales, personal care",
    "E": "Communication, media",
    "F": "Building, public works",
    "G": "Hotels, tourism, leisure, sport",
    "H": "Industry",
    "I": "Installation, maintenance",
    "J": "Health",
    "K": "Services to people and public",
    "L": "Stage",
    "M": "Support of firms",
    "N": "Transport, logistics",
}
_HEADS: Final = (
    "Domain", "Credentials", "Hours, months or none imposed", "Hours from a legal text", "Proved in force",
    "Rows of requirements", "Rows proved in force",
)  # fmt: skip
_LEGAL: Final = ("legal-minimum", "legal-total")
_LENGTH: Final = "Required somewhere, and of unknown length (a path towards them is never called feasible):"
_MONTHS: Final = "Likewise of unknown hours, but something is known of the months or years that they take:"


def domains(catalogue: Catalogue) -> dict[str, str]:
    """Return the domain of each credential: where most of the occupations that name it, or what supposes it, lie."""
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for occupation, rows in catalogue.requirements.items():
        for code in with_supposed(catalogue.credentials, [row.credential for row in rows]):
            named[code][occupation[0]] += 1
    return {code: min(c, key=lambda d: (-c[d], d)) if (c := named[code]) else "K" for code in catalogue.credentials}


def timed(credential: Credential) -> bool:
    """Whether hours, months, or the statement that no minimum exists, are given; or it takes no training at all."""
    figures = (*credential.hours[:3], *credential.months[:3])
    return (
        any(f is not None for f in figures) or credential.hours_kind == "none-exists" or takes_no_training(credential)
    )


def unknown_length(credential: Credential) -> bool:
    """Whether nobody knows what hours to expect, as the engine reads them."""
    return sane_hours(training_hours(credential)).expected is None and not has_ended(credential)


def counts() -> str:
    """Return the table by domain, and what is unknown, as they stand in the page."""
    catalogue = read_catalogue()
    where = domains(catalogue)
    named = (r.credential for rows in catalogue.requirements.values() for r in rows if r.kind in ("required", "one-of"))
    asked = reached(sorted(set(named)), lambda code: catalogue.credentials[code].prerequisites)
    sums = Counter[str]()
    unknown: dict[str, list[Credential]] = {}
    lines: list[list[str]] = []
    for letter, name in DOMAINS.items():
        some = [c for code, c in catalogue.credentials.items() if where[code] == letter]
        rows = [r for code, each in catalogue.requirements.items() if code[0] == letter for r in each]
        row = {
            "credentials": len(some),
            "timed": sum(map(timed, some)),
            "legal": sum(c.hours_kind in _LEGAL for c in some),
            "proved": sum(c.in_force == "proved" for c in some),
            "rows": len(rows),
            "proved rows": sum(r.in_force == "proved" for r in rows),
        }
        sums.update(row)
        unknown[name] = [c for c in some if c.code in asked and unknown_length(c)]
        lines.append([name, *(f"{n:,}" for n in row.values())])
    lines.append(["**All**", *(f"**{n:,}**" for n in sums.values())])
    parts = [table(_HEADS, lines)]
    for title, months in ((_LENGTH, False), (_MONTHS, True)):
        listed = []
        for name, some in unknown.items():
            codes = [f"`{c.code}`" for c in some if (c.months != UNKNOWN_HOURS) == months]
            listed += (
                [fill(f"- {name}: {', '.join(codes)}", 138, subsequent_indent="  ", break_on_hyphens=False)]
                if codes
                else []
            )
        parts += [title, "\n".join(listed)]
    return "\n\n".join(parts)


if __name__ == "__main__":
    publish(PAGE, renewed(PAGE, BEGIN, END, counts()))
