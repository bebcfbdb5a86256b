"""How long a full qualification for an occupation is: what it requires, published certifications, or an estimate."""

from typing import Final, Literal, NamedTuple

import numpy as np

from passerelles.access.conditions import training_hours
from passerelles.access.holdings import NO_AIM, asked
from passerelles.model import Credential, Occupation
from passerelles.referentials.access_text import needs_no_diploma
from passerelles.referentials.durations import Duration, duration_model, load_durations
from passerelles.referentials.referential import Referential
from passerelles.settings import EffortSettings
from passerelles.text import fold_accents
from passerelles.vectors import word_rules

Basis = Literal["credential", "certification", "estimate", "course"]
HIGHEST_LEVEL: Final = 7
_LOWEST: Final = 2
_FULL_KINDS: Final = ("titre", "diplôme")
_TRAINED_KINDS: Final = (*_FULL_KINDS, "certificat")
_COURSE_LEVEL: Final = 3  # up to this level, an obligatory course may be all that a job asks for
_SHORT: Final = 0.5  # of a course: who knows part of it, or learns it in pairs with a colleague


class Qualification(NamedTuple):
    """
    Hours of a full qualification for an occupation, and where they come from.

    Attributes
    ----------
    low, expected, high
        Hours; `short` those for somebody who already holds its level: the short end of the level's courses.
    level
        European level, that of the settings where the fiche names none (`level_known` says).
    basis
        ``credential``: a required title or course of known length; ``certification``: published lengths of those that
        lead there; ``estimate``: level and domain; ``course``: a job open without a diploma, for which a short course
        is enough.
    credential, source
        The credential, or the certifications, whose lengths these are, and who published them.
    """

    low: float
    expected: float
    high: float
    short: float
    level: int
    level_known: bool
    basis: Basis
    credential: str | None = None
    source: str = ""


def level_of_access(text: str, language: str = "fr") -> str | None:
    """
    Lowest European level that a text on access to an occupation names, from 2 to 7; None where it names none.

    The patterns are those of the language's ``words.toml``, which the score reads too; 2.5 (no diploma) is level 2.

    Examples
    --------
    >>> level_of_access("Cet emploi est accessible avec un diplôme de niveau CAP à Bac."), level_of_access("Un permis.")
    ('3', None)
    """
    folded = fold_accents(text)
    if needs_no_diploma(text, language):
        return str(_LOWEST)
    named = [value for pattern, value in word_rules(language).levels if pattern.search(folded)]
    return _bounded(min(named)) if named else None


def level_given(occupation: Occupation, language: str = "fr") -> str | None:
    """Lowest European level of an occupation, from 2 to 7: what the referential gives, else what its text names."""
    if occupation.level is not None:
        return _bounded(occupation.level)
    return level_of_access(occupation.access, language)


def _bounded(level: float) -> str:
    return str(min(max(int(level), _LOWEST), HIGHEST_LEVEL))


def qualification_of(referential: Referential, occupation: Occupation, settings: EffortSettings) -> Qualification:
    """
    Return the full qualification for an occupation.

    A title, diploma or course that it requires, itself or as a prerequisite, and whose length is known, is that
    qualification: the longest where there are several. A short course is so only where no diploma is asked for beside
    it. Otherwise the published lengths of certifications of its level that lead there say, else level and domain.
    """
    stated = referential.access_of.get(occupation.code)
    if stated is not None and stated.level_low is not None:
        named: str | None = str(min(max(stated.level_low, _LOWEST), HIGHEST_LEVEL))
    else:
        named = level_given(occupation, referential.language)
    level = int(named or settings.level_unknown)
    known_level = named is not None
    required = [c for c in _required(referential, occupation.code) if _length(c) > 0]
    full = [c for c in required if c.kind in _FULL_KINDS or (level <= _COURSE_LEVEL and c.kind in _TRAINED_KINDS)]
    course = duration_model().course
    if full:
        longest = max(full, key=lambda c: (_length(c), c.code))
        expected = _length(longest)
        whole = training_hours(longest)
        low, high = whole.low or expected, whole.high or expected
        short = min(course, expected)
        return Qualification(
            low, expected, high, short, level, known_level, "credential", longest.code, longest.hours.source
        )
    if level == _LOWEST:
        return Qualification(course * _SHORT, course, 2 * course, course, level, known_level, "course")
    published = published_for(occupation, level)
    middle = duration_model().estimate(level, _domain(occupation))
    if published:
        lengths = [d.centre.expected or 0.0 for d in published]
        expected = float(np.median(lengths))
        sources = "; ".join(sorted({d.centre.source for d in published}))
        codes = " ".join(d.code for d in published)
        short = min(expected, middle.low)
        # Few have a published length: those that have not may be as far below and above as the level's courses are.
        low = min(short, *(d.centre.low or expected for d in published))
        high = max(2 * expected - low, *lengths)
        return Qualification(low, expected, high, short, level, known_level, "certification", codes, sources)
    return Qualification(*middle, middle.low, level, known_level, "estimate")


def published_for(occupation: Occupation, level: int) -> tuple[Duration, ...]:
    """Certifications of one level, of published length, that lead to an occupation or to the fiche it comes from."""
    codes = {occupation.code, occupation.base, occupation.parent} - {None}
    return tuple(
        d for d in load_durations() if d.level == level and d.centre.expected and codes.intersection(d.occupations)
    )


def _domain(occupation: Occupation) -> str:
    """Letter of the main domain of a ROME code; empty where the code is another's."""
    code = occupation.base or occupation.code
    return code[0] if len(code) == 5 and code[0].isalpha() and code[1:].isdigit() else ""  # noqa: PLR2004 - as K2110


def _required(referential: Referential, code: str) -> list[Credential]:
    rows = [r.credential for r in asked(referential, code, NO_AIM) if r.kind == "required"]
    codes = {c for credential in rows for c in (*referential.prerequisites_of(credential), credential)}
    return [referential.credential_by_code[c] for c in sorted(codes) if c in referential.credential_by_code]


def _length(credential: Credential) -> float:
    return training_hours(credential).expected or 0.0
