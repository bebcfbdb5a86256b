"""How long a full qualification for an occupation is: a required title's own length, else that of its level."""

import re
from typing import Final, NamedTuple

from passerelles.model import Credential, Occupation
from passerelles.referentials.referential import Referential
from passerelles.settings import EffortSettings
from passerelles.text import fold_accents

# What the text on access to an occupation says, without accents, and the European level that it means.
_LEVELS: Final = (
    ("2", re.compile(r"\bsans (?:diplome|qualification|formation|condition de diplome)")),
    ("3", re.compile(r"\b(?:cap|capa|bep|bepa|cqp|certificat d.aptitude professionnelle|niveau 3)\b")),
    ("4", re.compile(r"\b(?:bac|baccalaureat|niveau bac|brevet professionnel|niveau 4)\b(?! ?\+)")),
    ("5", re.compile(r"\bbac ?\+ ?2|\b(?:bts|btsa|dut|deust|niveau 5)\b")),
    ("6", re.compile(r"\bbac ?\+ ?[34]|\b(?:licence|bachelor|niveau 6)\b")),
    ("7", re.compile(r"\bbac ?\+ ?(?:[5-9]|1\d)|\b(?:master|doctorat|niveau [78])\b|\bdiplome d.ingenieur")),
)
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


def level_of_access(text: str) -> str | None:
    """
    Lowest European level that a text on access to an occupation names; None where it names none.

    Examples
    --------
    >>> level_of_access("Cet emploi est accessible avec un diplôme de niveau CAP à Bac."), level_of_access("Un permis.")
    ('3', None)
    """
    folded = fold_accents(text)
    return next((level for level, pattern in _LEVELS if pattern.search(folded)), None)


def qualification_of(referential: Referential, occupation: Occupation, settings: EffortSettings) -> Qualification:
    """
    Return the full qualification for an occupation.

    A title or diploma that it requires, itself or as a prerequisite, and whose length is known, is that qualification;
    the longest where there are several. Otherwise its level says.
    """
    named = level_of_access(occupation.access)
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
