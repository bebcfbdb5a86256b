"""Free text to codes: job titles and competency labels as people write them, and lists of codes of an older version."""

from collections.abc import Iterable
from typing import Final

from passerelles.errors import UnknownCodeError
from passerelles.referentials.referential import Referential, exact_occupation, occupations_meant, several

_LEAST_CONFIDENCE: Final = 0.1
"""Confidence from which an occupation is suggested for a title that is not exact."""
_SUGGESTED: Final = 3


def find_occupation(referential: Referential, text: str) -> str:
    """
    Return the code that `text` stands for: a code or an exact title, as `exact_occupation` says.

    Raises
    ------
    UnknownCodeError
        If it is neither; `suggestions` are what the title may mean, else what is spelt alike.
    PasserellesError
        If it is a number, or empty.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> find_occupation(load_referential("transitions"), "infirmière")
    Traceback (most recent call last):
    passerelles.errors.UnknownCodeError: ... Did you mean: Infirmier / Infirmière en soins généraux (IDE)?
    """
    try:
        return exact_occupation(referential, text)
    except UnknownCodeError as error:
        likely = _likely(referential, text) if error.key == "unknown_code" and "form" not in error.values else ()
        if not likely:
            raise
        raise UnknownCodeError(error.code, suggestions=likely) from None


def _likely(referential: Referential, text: str) -> tuple[str, ...]:
    """Return titles of the occupations that a title may mean, best first; of one that others share, label or code."""
    from passerelles.matching.titles import resolve_title  # noqa: PLC0415 - most commands never need it

    top = [c for c in resolve_title(referential, text, limit=_SUGGESTED) if c.confidence >= _LEAST_CONFIDENCE]
    named = ((c.code, (t for t in (c.title, c.label) if occupations_meant(referential, t) == (c.code,))) for c in top)
    return tuple(next(words, code) for code, words in named)


def find_occupations(referential: Referential, texts: Iterable[str] | str) -> tuple[str, ...]:
    """
    Return the codes of several occupations, sorted, each once; one may stand alone. See `find_occupation`.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> find_occupations(load_referential("transitions"), ["N4101", "K2110", "N4101"])
    ('K2110', 'N4101')
    """
    return tuple(sorted({find_occupation(referential, text) for text in several(texts)}))
