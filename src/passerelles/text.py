"""The only normaliser of labels: what counts as 'the same words' everywhere in the package."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def normalise_label(text: str) -> str:
    """
    Fold case, accents, ligatures, hyphens, apostrophes and punctuation; single spaces.

    Examples
    --------
    >>> normalise_label("Moniteur / Monitrice d’auto‑école")
    'moniteur monitrice d auto ecole'
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()


def words(text: str) -> tuple[str, ...]:
    """
    Words of a label after normalisation.

    Examples
    --------
    >>> words("Conduite d'un véhicule")
    ('conduite', 'd', 'un', 'vehicule')
    """
    return tuple(normalise_label(text).split())
