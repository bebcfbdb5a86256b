"""The only normaliser of labels: what counts as 'the same words' everywhere in the package."""

import re
import unicodedata
from collections.abc import Sequence

# Control characters that XML 1.0 forbids, and with it every workbook, office document and picture.
_UNPRINTABLE = {c: None for c in range(32) if c not in (9, 10, 13)}
_LIGATURES = (("œ", "oe"), ("æ", "ae"))  # casefold has already written ß as ss
_MARKS = re.compile("[\u0300-\u036f]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_MARK = "\0"  # stands between texts that are normalised in one go
_KEPT = b"\0" + b"0123456789abcdefghijklmnopqrstuvwxyz"
_WORDS_ONLY = bytes(byte if byte in _KEPT else ord(" ") for byte in range(256))


def printable(text: str) -> str:
    r"""
    Return a text without the control characters that XML forbids.

    Examples
    --------
    >>> printable("a\x0bb")
    'ab'
    """
    return text.translate(_UNPRINTABLE)


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


def words_of_all(texts: Sequence[str]) -> list[list[str]]:
    """
    Words of each of many texts: what `words` gives for each, several times faster.

    Examples
    --------
    >>> words_of_all(["Conduite d'un véhicule", ""])
    [['conduite', 'd', 'un', 'vehicule'], []]
    """
    joined = fold_accents(_MARK.join(text.replace(_MARK, " ") for text in texts))
    # A table over bytes is faster than a pattern; what is not ASCII becomes "?", then a space like all the rest.
    plain = joined.encode("ascii", "replace").translate(_WORDS_ONLY).decode("ascii")
    return [text.split() for text in plain.split(_MARK)][: len(texts)]
