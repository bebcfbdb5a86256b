"""Look a sentence up by key and fill it in, the only access to the language files; how each language is typeset."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_args

from passerelles.language import leaves, packaged

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)


def lang_of(text: str, usual: Lang = "fr") -> Lang:
    """Return the language of a code, the usual one where there are no files of it."""
    return next((lang for lang in LANGS if lang == text), usual)


def _subject(lang: str, subject: str) -> Mapping[str, Any]:
    return packaged("passerelles.language", lang, f"{subject}.toml")


def say(key: str, *, lang: Lang = "fr", **values: object) -> str:
    r"""
    Sentence `key` in `lang`, with `values` filled in.

    Parameters
    ----------
    key
        ``subject.name`` or ``subject.table.name``: an entry of ``language/<lang>/<subject>.toml``. An entry may
        be a table with ``one`` and ``many``: the value `n` chooses (French counts 0 and 1 as singular).
    lang
        ``"fr"`` or ``"en"``.
    **values
        What the sentence's ``{placeholders}`` stand for. Floats and large integers are written the way the
        language writes them; a function gives its words in a language.

    Raises
    ------
    KeyError
        If the key is in no language file: a fault of the program, never of its input.

    Examples
    --------
    >>> say("terms.occupation_count", lang="fr", n=1584)
    '1\u202f584 métiers'
    >>> say("terms.occupation_count", lang="en", n=1)
    '1 occupation'
    """
    subject, *path = key.split(".")
    entry: Any = _subject(lang, subject)
    try:
        for name in path:
            entry = entry[name]
    except KeyError:
        raise KeyError(f"{key}: not in language/{lang}/{subject}.toml") from None
    if isinstance(entry, dict):
        entry = entry["one" if is_singular(values.get("n"), lang=lang) else "many"]
    sentence = str(entry).format(**{k: _formatted(v, lang) for k, v in values.items()})
    return sentence.replace("….", "…")  # what ends with names left out takes no full stop


def sentences(subject: str, *, lang: Lang) -> dict[str, str]:
    """
    Return every plain sentence of a language file by its key within it; those that a count chooses are left out.

    Examples
    --------
    >>> sentences("terms", lang="en")["verdict.unknown"]
    'unknown'
    """
    return {key: str(value) for key, value in leaves(_subject(lang, subject))}


def is_singular(n: object, *, lang: Lang) -> bool:
    """
    Whether a count takes the singular in `lang`.

    Examples
    --------
    >>> is_singular(0, lang="fr"), is_singular(0, lang="en")
    (True, False)
    """
    if not isinstance(n, int | float):
        return False
    return abs(n) < 2 if lang == "fr" else n == 1  # noqa: PLR2004 - the French rule itself


def number(value: float, *, lang: Lang = "fr", decimals: int = 0) -> str:
    """
    Write a number the way `lang` does, with a true minus; narrow no-break spaces between thousands in French.

    Examples
    --------
    >>> number(1234.5, lang="fr", decimals=1)
    '1\u202f234,5'
    >>> number(1234.5, lang="en", decimals=1), number(-0.71, decimals=2), number(-0.001, decimals=2)
    ('1,234.5', '−0,71', '0,00')
    """
    text = f"{value:z,.{decimals}f}".replace("-", "\u2212")
    return text if lang == "en" else text.replace(",", "\u202f").replace(".", ",")


def number_shown(value: float, *, lang: Lang = "fr", decimals: int = 1) -> str:
    """
    Write a number as `number` does, a whole one without decimals.

    Examples
    --------
    >>> number_shown(12.0), number_shown(1.25, lang="en")
    ('12', '1.2')
    """
    return number(value, lang=lang, decimals=0 if float(value).is_integer() else decimals)


def signed(value: float, *, lang: Lang = "fr", decimals: int = 2) -> str:
    """
    Write a number with its sign; what rounds to zero has none.

    Examples
    --------
    >>> signed(-1.264, lang="fr"), signed(-0.0001, lang="fr"), signed(2, lang="en")
    ('−1,26', '0,00', '+2.00')
    """
    shown = number(value, lang=lang, decimals=decimals)
    return f"+{shown}" if value > 0 and any(c in "123456789" for c in shown) else shown


def ordinal(rank: int, *, lang: Lang = "fr") -> str:
    """
    Write a rank the way `lang` does.

    Examples
    --------
    >>> ordinal(1, lang="fr"), ordinal(12, lang="fr"), ordinal(12, lang="en")
    ('1er', '12e', 'no. 12')
    """
    if lang == "en":
        return f"no. {number(rank, lang=lang)}"
    return "1er" if rank == 1 else f"{number(rank, lang=lang)}e"


def percent(share: float, *, lang: Lang = "fr") -> str:
    """
    Write a share in [0, 1] as a percentage; a little is not written as nothing, nor nearly all as all.

    Examples
    --------
    >>> percent(0.412, lang="fr")
    '41\u202f%'
    >>> percent(0.412, lang="en"), percent(0.002, lang="en"), percent(0.996, lang="en"), percent(1.0, lang="en")
    ('41%', '<1%', '>99%', '100%')
    """
    sign, gap = ("%", "") if lang == "en" else ("\u202f%", "\u202f")
    shown = number(share * 100, lang=lang)
    if shown == "100" and round(share, 9) < 1:  # a sum of parts may be all but for the last bits
        return f">{gap}99{sign}"
    return f"<{gap}1{sign}" if share > 0 and shown == "0" else shown + sign


def _formatted(value: object, lang: Lang) -> object:
    if callable(value):
        return value(lang)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return number(value, lang=lang, decimals=0 if isinstance(value, int) else 2)


# Before ; ! ? and inside a number a narrow no-break space; before : and inside guillemets a full one; between a figure
# and its unit too.
_FRENCH: Final = (
    (re.compile(r"(?:(?<=\b\d)|(?<=\b\d\d)|(?<=\b\d{3})) (?=\d{3}\b)"), "\u202f"),
    (re.compile(r" (?=[;!?%€])"), "\u202f"),
    (re.compile(r" (?=[:»])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
)
_STOP: Final = re.compile(r"(?<!\.)(?<!\.[A-Z])(?<!\betc)\.$|[ :]+$")
_DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?")
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:h|km|mois|personnes?|postes?|heures?|months?|people|hours?|openings?)\b)")


def typeset(text: str, lang: Lang) -> str:
    r"""
    Put the no-break spaces in that a person writing French would; English gets those between figure and unit.

    Examples
    --------
    >>> typeset("Durée : 1 607 h ; « sûr » ?", "fr")
    'Durée\xa0: 1\u202f607\xa0h\u202f; «\xa0sûr\xa0»\u202f?'
    """
    if lang == "fr":
        for pattern, space in _FRENCH:
            text = pattern.sub(space, text)
    return _UNIT.sub("\u00a0", text)


def listed(items: Iterable[str], lang: Lang) -> str:
    """
    Write things one after the other, semicolons between; the colon or full stop of a name goes, not that of "etc.".

    Examples
    --------
    >>> listed(["a :", "Bois, etc.", "S.A."], "fr"), listed(["Drive.", "Lift, ..."], "en")
    ('a ; Bois, etc. ; S.A.', 'Drive; Lift, ...')
    """
    return (" ; " if lang == "fr" else "; ").join(_STOP.sub("", item) for item in items)


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
    """
    Write an ISO day or month the way the language does; any other text stays as it is.

    Examples
    --------
    >>> day_text("2025-12-31", "fr"), day_text("2025-12", "fr"), day_text("2024-25", "fr"), day_text("2025-12", "en")
    ('31/12/2025', '12/2025', '2024-25', '2025-12')
    """
    return "/".join(reversed(day.split("-"))) if lang == "fr" and _DAY.fullmatch(day) else day
