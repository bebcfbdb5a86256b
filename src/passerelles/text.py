"""The only normaliser of labels: what counts as 'the same words' everywhere in the package."""

import re
import unicodedata

_LIGATURES = (("œ", "oe"), ("æ", "ae"))  # casefold has already written ß as ss
_MARKS = re.compile("[\u0300-\u036f]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def fold_accents(text: str) -> str:
    """
    Lower case without accents or ligatures; punctuation stays.

    Examples
    --------
    >>> fold_accents("Bac + 2, Œnologue confirmé")
    'bac + 2, oenologue confirme'
    """
    folded = text.casefold()
    if folded.isascii():
        return folded
    for ligature, letters in _LIGATURES:
        folded = folded.replace(ligature, letters)
    return _MARKS.sub("", unicodedata.normalize("NFKD", folded))


def normalise_label(text: str) -> str:
    """
    Fold case, accents, ligatures, hyphens, apostrophes and punctuation; single spaces.

    Examples
    --------
    >>> normalise_label("Moniteur / Monitrice d’auto‑école")
    'moniteur monitrice d auto ecole'
    """
    return _NOT_WORD.sub(" ", fold_accents(text)).strip()


def words(text: str) -> tuple[str, ...]:
    """
    Words of a label after normalisation.

    Examples
    --------
    >>> words("Conduite d'un véhicule")
    ('conduite', 'd', 'un', 'vehicule')
    """
    return tuple(normalise_label(text).split())
