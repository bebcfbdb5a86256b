"""The only normaliser of labels: what counts as 'the same words' everywhere in the package."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_MARKS = re.compile("[\u0300-\u036f]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def normalise_label(text: str) -> str:
    """
    Fold case, accents, ligatures, hyphens, apostrophes and punctuation; single spaces.

    Examples
    --------
    >>> normalise_label("Moniteur / Monitrice d’auto‑école")
    'moniteur monitrice d auto ecole'
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", folded.translate(_LIGATURES)))
    return _NOT_WORD.sub(" ", folded).strip()


def words(text: str) -> tuple[str, ...]:
    """
    Words of a label after normalisation.

    Examples
    --------
    >>> words("Conduite d'un véhicule")
    ('conduite', 'd', 'un', 'vehicule')
    """
    return tuple(normalise_label(text).split())
