"""How long a full qualification for an occupation is: a required title's own length, else that of its level."""

from typing import Final, NamedTuple

from passerelles.model import Credential, Occupation
from passerelles.referentials.referential import Referential
from passerelles.settings import EffortSettings
from passerelles.text import fold_accents
from passerelles.vectors import word_rules

_LOWEST, _HIGHEST = 2, 7
_FULL_KINDS: Final = ("titre", "diplôme")


class Qualification(NamedTuple):
    """
    Hours of a full qualification, and where they come from.

    `level` is the European level, that of the settings where the fiche names none (`level_known` says); `credential`
    the required title whose own length this is; `source` who published that length.
    """

    hours: float
    level: int
    level_known: bool
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
    named = [value for pattern, value in word_rules(language).levels if pattern.search(folded)]
    return str(min(max(int(min(named)), _LOWEST), _HIGHEST)) if named else None


def qualification_of(referential: Referential, occupation: Occupation, settings: EffortSettings) -> Qualification:
    """
    Return the full qualification for an occupation.

    A title or diploma that it requires, itself or as a prerequisite, and whose length is known, is that qualification;
    the longest where there are several. Otherwise its level says.
    """
    named = level_of_access(occupation.access, referential.language)
    level = named or settings.level_unknown
    known = [c for c in _required(referential, occupation.code) if c.kind in _FULL_KINDS and _length(c) > 0]
    if known:
        longest = max(known, key=lambda c: (_length(c), c.code))
        return Qualification(_length(longest), int(level), named is not None, longest.code, longest.hours.source)
    return Qualification(settings.level_hours[level], int(level), named is not None)


def _required(referential: Referential, code: str) -> list[Credential]:
    rows = [r.credential for r in referential.credentials_of.get(code, ()) if r.kind == "required"]
    codes = {c for credential in rows for c in (*referential.prerequisites_of(credential), credential)}
    return [referential.credential_by_code[c] for c in sorted(codes) if c in referential.credential_by_code]


def _length(credential: Credential) -> float:
    return credential.hours.expected or 0.0
