"""Numbers as people write them: thousands told from decimals where the column decides, refused where it does not."""

import math
import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

Why = Literal["", "empty", "not_number", "ambiguous"]
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]")
_SPACED: Final = re.compile(r"[0-9]{1,3}([ \u00a0\u202f\u2009][0-9]{3})+")
_PLAIN: Final = re.compile(r"[0-9]+")
_MARKED: Final = re.compile(r"[0-9]+(?:[.,'\u2019][0-9]+)+")
# What may stand after a number of people or openings without changing it.
_UNITS: Final = re.compile(
    r"(?:personnes?|pers\.?|salari[ée]e?\(?s?\)?|agents?|postes?|emplois?|offres?|recrutements?|embauches?|etp|cdi|cdd|people|persons?|"
    r"employees?|staff|jobs?|posts?|openings?|vacanc(?:y|ies)|fte)",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """A number, or None and why there is none."""

    value: float | None
    why: Why = ""


def decimal_sign(texts: Iterable[str]) -> str:
    """
    Return the sign that the decimals of a column have, as far as its cells tell; ``""`` where they do not, or differ.

    Examples
    --------
    >>> decimal_sign(["1.000", "2,5"]), decimal_sign(["1.000", "12"]), decimal_sign(["1.250.000"])
    (',', '', ',')
    """
    found = {sign for text in texts if (sign := _decimal_of(_SPACES.sub("", text)))}
    return found.pop() if len(found) == 1 else ""


def _decimal_of(text: str) -> str:
    signs = re.sub(r"[^.,]", "", text)
    if not _MARKED.fullmatch(text) or not signs:
        return ""
    if len(set(signs)) > 1:
        return signs[-1]  # 1.250,50
    other = "." if signs[0] == "," else ","
    if len(signs) > 1:
        return other  # 1.250.000
    whole, _, rest = text.partition(signs)
    return "" if len(rest) == 3 and 0 < len(whole) <= 3 and whole != "0" else signs  # noqa: PLR2004 - a group of thousands


def read_number(text: str, *, decimal: str = "") -> Number:  # noqa: PLR0911 - one refusal a line
    """
    Read a number written by a person.

    Parameters
    ----------
    text
        A cell; spaces between groups of three digits and a unit behind (``5 personnes``) are understood.
    decimal
        Sign of the decimals in its column (see `decimal_sign`); without it, a single sign before three digits is
        ambiguous: it may part thousands.

    Examples
    --------
    >>> read_number("1 250").value, read_number("5 personnes").value, read_number("2,5").value
    (1250.0, 5.0, 2.5)
    >>> read_number("12,000"), read_number("2 5"), read_number("12,000", decimal=".").value
    (Number(value=None, why='ambiguous'), Number(value=None, why='ambiguous'), 12000.0)
    """
    plain = text.strip()
    if not plain:
        return Number(None, "empty")
    negative = plain[0] in "-\u2212"
    plain = plain.lstrip("+-\u2212").strip()
    match = re.match(r"[0-9][0-9.,'\u2019\s\u00a0\u202f\u2009]*", plain)
    if match is None:
        return Number(None, "not_number")
    digits, unit = match[0].rstrip(), plain[match.end() :].strip(" .")
    if unit and not _UNITS.fullmatch(unit):
        return Number(None, "not_number")
    if _SPACES.search(digits):
        head, sign, rest = re.fullmatch(r"([0-9\s\u00a0\u202f\u2009]*)([.,]?)(.*)", digits, re.DOTALL).groups()  # type: ignore[union-attr]
        if not _SPACED.fullmatch(head) or not (rest.isdigit() or not rest):
            return Number(None, "ambiguous")
        return _number(f"{_SPACES.sub('', head)}.{rest}" if sign else _SPACES.sub("", head), negative=negative)
    if _PLAIN.fullmatch(digits):
        return _number(digits, negative=negative)
    if not _MARKED.fullmatch(digits):
        return Number(None, "not_number")
    sign = _decimal_of(digits) or decimal
    if not sign and re.search("[.,]", digits):
        return Number(None, "ambiguous")
    grouping = "." if sign == "," else ","
    whole, _, rest = digits.partition(sign) if sign else (digits, "", "")
    parts = re.split(f"[{grouping}'\u2019]", whole)
    if any(len(part) != 3 for part in parts[1:]) or (not rest.isdigit() and rest):  # noqa: PLR2004 - thousands
        return Number(None, "ambiguous")
    return _number(f"{''.join(parts)}.{rest}" if rest else "".join(parts), negative=negative)


def _number(text: str, *, negative: bool) -> Number:
    value = float(text)
    return Number(-value if negative else value) if math.isfinite(value) else Number(None, "not_number")
