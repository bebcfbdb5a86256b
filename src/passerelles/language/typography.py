"""The spaces that a person writing French would put in: no line breaks where one of them stands."""

import re
from collections.abc import Iterable
from typing import Final

from passerelles.language.say import Lang

# Before ; ! ? a narrow no-break space; before : and inside guillemets a full one; between a figure and its unit too.
_FRENCH: Final = (
    (re.compile(r" (?=[;!?%€])"), "\u202f"),
    (re.compile(r" (?=[:»])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
)
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:h|km|mois|personnes?|postes?|heures?|months?|people|hours?|openings?)\b)")


def typeset(text: str, lang: Lang) -> str:
    r"""
    Put the no-break spaces in that a person writing French would; English gets those between figure and unit.

    Examples
    --------
    >>> typeset("Durée : 12 h ; « sûr » ?", "fr")
    'Durée\xa0: 12\xa0h\u202f; «\xa0sûr\xa0»\u202f?'
    """
    if lang == "fr":
        for pattern, space in _FRENCH:
            text = pattern.sub(space, text)
    return _UNIT.sub("\u00a0", text)


def listed(items: Iterable[str], lang: Lang) -> str:
    """
    Write things one after the other, semicolons between them.

    Examples
    --------
    >>> listed(["a", "b"], "fr"), listed(["a", "b"], "en")
    ('a ; b', 'a; b')
    """
    return (" ; " if lang == "fr" else "; ").join(items)


def labelled(label: str, text: str, lang: Lang) -> str:
    """
    Write what something is called, a colon, and what is said of it.

    Examples
    --------
    >>> labelled("Durée", "12 h", "fr"), labelled("Length", "12 h", "en")
    ('Durée : 12 h', 'Length: 12 h')
    """
    return f"{label} : {text}" if lang == "fr" else f"{label}: {text}"


def day_text(day: str, lang: Lang) -> str:
    """Write a day out the way the language does: 31/12/2025 in French."""
    return "/".join(reversed(day.split("-"))) if lang == "fr" else day
