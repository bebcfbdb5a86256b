"""What cells of companies' tables mean: titles of jobs, and places; what cannot be read says what it may have meant."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from passerelles.codes import is_rome_code
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.matching.context import Context
from passerelles.matching.titles import REVIEW, SURE, Candidate, resolve_titles
from passerelles.referentials.referential import Referential, titles_by_label
from passerelles.territory.locating import Locator, Where
from passerelles.text import normalise_label

BRACKETS: Final = re.compile(r"\([^()]*\)")


class Resolved(NamedTuple):
    """
    Code of a job, what was written for it (empty for its own code), and how sure the reading is, in [0, 1].

    `title_code` is that of the title, where titles of the fiche differ in what access takes.
    """

    code: str
    given: str
    confidence: float
    title_code: str = ""


class Unusable(NamedTuple):
    """Why a cell cannot be used, and what it may have meant."""

    role: str
    key: str
    values: Mapping[str, object]
    suggestions: tuple[str, ...] = ()


def code_of(referential: Referential, text: str) -> str | None:
    """Return the occupation of a code, however it is spaced or in whatever case; None where it is none."""
    tight = text.replace(" ", "").upper()
    if is_rome_code(tight) and tight in referential.occupation_by_code:
        return tight
    return text if text in referential.occupation_by_code else None


def resolved(referential: Referential, asked: Iterable[tuple[str, Context | None]]) -> Iterable[list[Candidate]]:
    """Return the candidates of several titles, each with its context."""
    some = list(asked)
    return resolve_titles(referential, [t for t, _ in some], limit=3, contexts=[context for _, context in some])


def likelier(whole: Sequence[Candidate], without: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return candidates of a title without what stands in brackets, where that is surer and says nothing else."""
    if not without:
        return whole
    if not whole or whole[0].parent_confidence < REVIEW:
        return without
    same = whole[0].parent_code == without[0].parent_code
    return without if same and without[0].parent_confidence > whole[0].parent_confidence else whole


def read_title(
    referential: Referential, text: str, ranked: Sequence[Candidate], role: str = "job"
) -> Resolved | Unusable:
    """Return the occupation of a title; one under the threshold of review is never guessed."""
    exact = titles_by_label(referential).get(normalise_label(text), ())
    first = ranked[0] if ranked else None
    if len(exact) == 1:
        return Resolved(exact[0], text, 1.0, _title_code(referential, exact[0], first))
    sure = 0.0 if first is None else _sureness(referential, first)
    if first is not None and sure >= (SURE if exact else REVIEW):
        return Resolved(first.code, text, round(sure, 3), _title_code(referential, first.code, first))
    if exact:
        names = tuple(f"{code} {referential.occupation_by_code[code].name}" for code in exact)
        return Unusable(role, "job_ambiguous", {"given": text, "suggestions": ", ".join(exact)}, names)
    near = tuple(f"{c.code} {c.label}" for c in ranked)
    return Unusable(role, "job_unknown", {"given": text, "suggestions": ", ".join(near) or "–"}, near)


def _sureness(referential: Referential, first: Candidate) -> float:
    """
    How sure a reading is: that of its family, as `passerelles.matching.titles.status` says it.

    Where a branch tells parts of a fiche apart, that of the part: a family that is sure leaves the credentials open.
    """
    parted = referential.derived("parted", lambda: frozenset(o.base for o in referential.occupations if o.base))
    base = referential.occupation_by_code[first.code].base or first.code
    return first.confidence if base in parted else first.parent_confidence


def _title_code(referential: Referential, code: str, first: Candidate | None) -> str:
    """Code of the title that was written, where titles of the fiche differ in what access takes."""
    if first is None or first.code != code:
        return ""
    rows = referential.credentials_of.get(code, ())
    return first.title_code if any(row.scope == "titles" for row in rows) else ""


def find_place(locator: Locator, text: str, area: str, role: str) -> Where | Unusable:
    """Return the place of a cell; a postcode or department tells places of one name apart."""
    if not text or (locator.places is None and not normalise_label(text)):
        return Unusable(role, "empty", {})
    try:
        return locator.spot(text, area, communes_first=role == "commune")
    except UnknownCodeError as error:
        values = {"given": text, "suggestions": ", ".join(error.suggestions) or "–"}
        return Unusable(role, "basin_unknown", values, error.suggestions)
    except PasserellesError as error:
        choices = str(error.values.get("choices", ""))
        return Unusable(role, "basin_ambiguous", {"given": text, "choices": choices}, tuple(choices.split(", ")))
