"""A scorer as a value: named parts, each a weighted sum of features, read from a small JSON file of the package."""

import json
import math
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from passerelles.errors import PasserellesError

DEFAULT: Final = "fitted"
HOLDINGS: Final = "holdings"
_FEWEST: Final = 100  # targets below which lists are shorter too
FURTHEST: Final = 700.0  # log-odds beyond which an exponential has no floating-point number


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bend(_Frozen):
    """A score below which log-odds fall faster, by `slope` for each unit of score."""

    at: float
    slope: float = Field(gt=0)


class Calibration(_Frozen):
    """
    From a score to the chance that an expert of the referential lists the move.

    The log-odds are ``slope x score + intercept`` (Platt, 1999, 'Probabilistic outputs for support vector machines'),
    less what each of the `bends` takes off below its score. Every slope is positive: the chance rises with the score.
    """

    slope: float = Field(gt=0)
    intercept: float
    bends: tuple[Bend, ...] = ()

    def chances(self, scores: ArrayLike) -> NDArray[np.float64]:
        """
        Chances of scores, of the same shape, in [0, 1].

        Examples
        --------
        >>> calibration = Calibration(slope=1.0, intercept=0.0, bends=(Bend(at=0.0, slope=1.0),))
        >>> calibration.chances([1.0, 0.0, -1.0]).round(3).tolist()
        [0.731, 0.5, 0.119]
        """
        values = np.asarray(scores, dtype=np.float64)
        odds = self.slope * values + self.intercept
        for bend in self.bends:
            odds = odds + bend.slope * np.minimum(values - bend.at, 0.0)
        return np.asarray(1.0 / (1.0 + np.exp(np.minimum(-odds, FURTHEST))), dtype=np.float64)


class Prior(_Frozen):
    """
    What content alone expects of a move, which the mobility features start from.

    The chance is the logistic function of ``base`` plus the content parts divided by ``scale``.
    """

    scale: float
    base: float


class Scorer(_Frozen):
    """
    Weights of an additive score.

    `parts` maps the name of a part to the weight of each of its features. A part is the sum over its features of
    weight x (feature - mean), the mean being taken over all pairs of the referential that is ranked: 0 is its
    average candidate. The score is `base_for` a referential plus the parts; `candidates` says among how many targets
    the base holds as it is.
    """

    name: str
    version: str
    fitted_on: str | None = None
    base: float = 0.0
    candidates: int | None = None
    parts: dict[str, dict[str, float]]
    prior: Prior | None = None
    calibration: Calibration | None = None
    note: str = Field("", description="What a reader of the file should know")

    def base_for(self, size: int) -> float:
        """
        Base among `size` occupations: experts list about as many moves whatever there is to choose from.

        The odds of each target are inversely proportional to the number of targets, down to a hundred.

        Examples
        --------
        >>> scorer = load_scorer()
        >>> scorer.base_for(scorer.candidates + 1) == scorer.base < scorer.base_for(200) < scorer.base_for(2)
        True
        """
        if self.candidates is None:
            return self.base
        return self.base + math.log(self.candidates / max(size - 1, _FEWEST))


@cache
def load_scorer(name: str = "default") -> Scorer:
    """
    Load a scorer that ships with the package.

    Parameters
    ----------
    name
        ``"fitted"`` (the default), ``"content"`` (the same without features made from mobilities), ``"holdings"``
        (for people without an occupation) or ``"unfitted"``.

    Raises
    ------
    PasserellesError
        If there is none of that name; the message lists those that exist.

    Examples
    --------
    >>> load_scorer("unfitted").fitted_on is None
    True
    """
    folder = files("passerelles.scoring") / "weights"
    known = sorted(f.name.removesuffix(".json") for f in folder.iterdir() if f.name.endswith(".json"))
    chosen = DEFAULT if name == "default" else name
    if chosen not in known:
        raise PasserellesError("unknown_scorer", name=name, known=", ".join(known))
    return Scorer.model_validate(json.loads((folder / f"{chosen}.json").read_text(encoding="utf-8")))


def scorer_for(name: str, *, occupied: bool) -> Scorer:
    """
    Return the scorer that serves an origin: the one named, or ``holdings`` for a person without an occupation.

    The fitted scorers read mostly what an occupation is; for somebody who has none they would leave the word to how
    often a job is a target.
    """
    scorer = load_scorer(name)
    return scorer if occupied or scorer.fitted_on is None else load_scorer(HOLDINGS)


def scorer_text(scorer: Scorer) -> str:
    """Return a scorer as the text of its JSON file: the same scorer gives the same bytes."""
    return json.dumps(scorer.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
