"""A part of the score: both jobs speak of glass. `passerelles train` fits its weight, explanations name it."""

import numpy as np
from numpy.typing import NDArray

from passerelles.scoring.features import AddedPart, Feature, FeatureContext


def speaks_of_glass(context: FeatureContext) -> NDArray[np.float32]:
    """Return 1 where the words of origin and target both name glass, shape (origins, occupations)."""
    texts = [f"{o.name} {o.definition}".casefold() for o in context.graph.occupations]
    glass = np.asarray([any(word in text for word in ("verre", "vitr", "glace")) for text in texts])
    return np.asarray(glass[context.occupation_rows][:, None] & glass[None, :], dtype=np.float32)


GLASS_WORDS = AddedPart(
    features={"both": Feature(speaks_of_glass)},
    words={
        "fr": {
            "label": "Métiers du verre",
            "plus": "les deux métiers travaillent le verre",
            "minus": "l'un des deux métiers ne travaille pas le verre",
        },
        "en": {
            "label": "Glass trades",
            "plus": "both jobs work glass",
            "minus": "one of the two jobs does not work glass",
        },
    },
)
