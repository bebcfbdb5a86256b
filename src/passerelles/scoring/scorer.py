"""A scorer as a value: named parts, each a weighted sum of features, read from a small JSON file of the package."""

import json
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from passerelles.errors import PasserellesError

DEFAULT: Final = "fitted"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Calibration(_Frozen):
    """
    From a score to the chance that an expert of the referential lists the move: ``1 / (1 + exp(-(a s + b)))``.

    The slope ``a`` is positive, so the chance rises with the score (Platt, 1999, 'Probabilistic outputs for support
    vector machines').
    """

    slope: float = Field(gt=0)
    intercept: float


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
    average candidate. The score is `base` plus the parts.
    """

    name: str
    version: str
    fitted_on: str | None = None
    base: float = 0.0
    parts: dict[str, dict[str, float]]
    prior: Prior | None = None
    calibration: Calibration | None = None
    note: str = Field("", description="What a reader of the file should know")


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
    return scorer if occupied or scorer.fitted_on is None else load_scorer("holdings")


def scorer_text(scorer: Scorer) -> str:
    """Return a scorer as the text of its JSON file: the same scorer gives the same bytes."""
    return json.dumps(scorer.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
