"""A scorer as a value: named parts, each a weighted sum of features; and the chance and level that a score means."""

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from passerelles.errors import PasserellesError
from passerelles.referentials.referential import Referential
from passerelles.scoring.features import features
from passerelles.scoring.mobility import MOBILITY_FEATURES

DEFAULT: Final = "fitted"
HOLDINGS: Final = "holdings"
_ENDING: Final = ".json"
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

    @property
    def calibrated_on(self) -> str | None:
        """Family of referentials on which the chances were calibrated; None where nothing was fitted."""
        return None if self.fitted_on is None else self.fitted_on.rpartition(" ")[0]

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


def load_scorer(name: str = "default") -> Scorer:
    """
    Load a scorer that ships with the package, or one that `train` wrote.

    Parameters
    ----------
    name
        ``"fitted"`` (the default), ``"content"`` (the same without features made from mobilities), ``"holdings"``
        (for people without an occupation) or ``"unfitted"``; or the path of a JSON file. A scorer from a file is named
        by the file and its checksum.

    Raises
    ------
    PasserellesError
        If there is none of that name; the message lists those that exist. If the file is no scorer.

    Examples
    --------
    >>> load_scorer("unfitted").fitted_on is None
    True
    """
    if name.endswith(_ENDING):
        path = Path(name)
        try:
            return _from_file(path, path.stat().st_mtime_ns)
        except (OSError, ValueError) as error:  # a JSON or validation error is a ValueError
            raise PasserellesError("unreadable_scorer", path=path, reason=str(error).split("\n", 1)[0]) from error
    chosen = DEFAULT if name == "default" else name
    known = _shipped()
    if chosen not in known:
        raise PasserellesError("unknown_scorer", name=name, known=", ".join(sorted(known)))
    return known[chosen]


@cache
def _shipped() -> Mapping[str, Scorer]:
    """Scorers that ship with the package, by name."""
    found = {
        file.name.removesuffix(_ENDING): Scorer.model_validate(json.loads(file.read_text(encoding="utf-8")))
        for file in (files("passerelles.scoring") / "weights").iterdir()
        if file.name.endswith(_ENDING)
    }
    return MappingProxyType(found)


@lru_cache(maxsize=8)
def _from_file(path: Path, _written: int) -> Scorer:
    """Return the scorer of a file as it was written at a moment."""
    scorer = Scorer.model_validate(json.loads(path.read_text(encoding="utf-8")))
    if gone := sorted({n for named in scorer.parts.values() for n in named} - {*features(), *MOBILITY_FEATURES}):
        raise ValueError(f"unknown features: {', '.join(gone)}")
    return scorer.model_copy(update={"name": f"{path.stem}-{scorer_sum(scorer)[:8]}"})


def scorer_for(referential: Referential, name: str = "default", *, occupied: bool = True) -> Scorer:
    """
    Return the scorer that serves an origin: the one named, or ``holdings`` for a person without an occupation.

    The fitted scorers read mostly what an occupation is; for somebody who has none they would leave the word to how
    often a job is a target. Beside a scorer from a file, the file ``holdings.json`` serves, where there is one. On a
    referential of another family than the one that its chances were calibrated on, a scorer comes without calibration:
    there it ranks, and neither chance nor level is known.
    """
    scorer = load_scorer(name)
    if not occupied and scorer.fitted_on is not None:
        beside = Path(name).with_name(f"{HOLDINGS}{_ENDING}")
        scorer = load_scorer(str(beside) if name.endswith(_ENDING) and beside.is_file() else HOLDINGS)
    if scorer.calibration is None or scorer.calibrated_on in (referential.family, referential.name):
        return scorer
    return scorer.model_copy(update={"calibration": None})


def ships(scorer: Scorer) -> bool:
    """Whether a scorer is one of the package's own, with or without its calibration."""
    known = _shipped().get(scorer.name)
    return known is not None and scorer in (known, known.model_copy(update={"calibration": None}))


def scorer_text(scorer: Scorer) -> str:
    """Return a scorer as the text of its JSON file: the same scorer gives the same bytes."""
    return json.dumps(scorer.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def scorer_sum(scorer: Scorer) -> str:
    """Checksum of the weights of a scorer."""
    return hashlib.sha256(scorer_text(scorer).encode("utf-8")).hexdigest()


Level = Literal["proche", "accessible", "exigeante"]
LEVELS: Final[tuple[Level, ...]] = ("proche", "accessible", "exigeante")  # from the nearest to the furthest
# Thresholds on the probability that an expert lists the move, and on the position of the coverage among all targets.
# On v460, out of fold (docs/scoring.md, docs/model-card.md): one move in three that is `proche` is listed, one in
# thirteen that is `accessible`, one in five hundred that is `exigeante`.
CLOSE_PROBABILITY: Final = 0.3
OPEN_PROBABILITY: Final = 0.1
CLOSE_POSITION: Final = 0.01
OPEN_POSITION: Final = 0.02


def probability_of(score: float, scorer: Scorer) -> float | None:
    """Chance in [0, 1] that an expert of the referential lists the move; None when the scorer is not calibrated."""
    calibration = scorer.calibration
    if calibration is None:
        return None
    # `Calibration.chances` for one number, for which an array would cost ten times as much.
    odds = calibration.slope * score + calibration.intercept
    odds += sum(bend.slope * min(score - bend.at, 0.0) for bend in calibration.bends)
    return 1.0 / (1.0 + math.exp(min(-odds, FURTHEST)))


def probabilities_of(scores: NDArray[np.float64], scorer: Scorer) -> NDArray[np.float64]:
    """
    Return what `probability_of` gives, to the bit, for many scores at once; NaN where it gives None.

    The operations are the same, in the same order, and each exponential is the one that serves one by one: that of
    another library may differ in its last bit.

    Examples
    --------
    >>> from passerelles.scoring.scorer import load_scorer
    >>> scores = np.array([-9.5, -1.25, 0.3])
    >>> probabilities_of(scores, load_scorer()).tolist() == [probability_of(s, load_scorer()) for s in scores.tolist()]
    True
    """
    calibration = scorer.calibration
    if calibration is None:
        return np.full(len(scores), np.nan)
    bent = np.zeros(len(scores))
    for bend in calibration.bends:
        bent = bent + bend.slope * np.minimum(scores - bend.at, 0.0)
    odds = calibration.slope * scores + calibration.intercept + bent
    powers = np.fromiter(map(math.exp, np.minimum(-odds, FURTHEST).tolist()), np.float64, count=len(odds))
    return np.asarray(1.0 / (1.0 + powers), dtype=np.float64)


def level_of(probability: float | None, position: int | None, size: int, scorer: Scorer) -> Level | None:
    """
    Level of a move: `proche`, `accessible` or `exigeante`; None when the scorer is not calibrated.

    Probability counts first; the position of the coverage among all `size` targets can raise a level by one, and
    a raw coverage never does: the experts' own moves cover little exactly. A position that is not known raises nothing,
    nor does that of a target of which nothing is covered (see `raising`).

    Examples
    --------
    >>> from passerelles.scoring.scorer import load_scorer
    >>> [level_of(p, n, 1000, load_scorer()) for p, n in ((0.4, 500), (0.2, 10), (0.2, 11), (0.05, 20), (0.05, 21))]
    ['proche', 'proche', 'accessible', 'accessible', 'exigeante']
    """
    if probability is None or scorer.calibration is None:
        return None
    share = 1.0 if position is None or size == 0 else position / size
    if probability >= CLOSE_PROBABILITY or (probability >= OPEN_PROBABILITY and share <= CLOSE_POSITION):
        return "proche"
    if probability >= OPEN_PROBABILITY or share <= OPEN_POSITION:
        return "accessible"
    return "exigeante"


def well_covered(position: int | None, size: int, share: float) -> bool:
    """
    Whether a position is among the best covered `share` of all `size` targets; an unknown one is not.

    Examples
    --------
    >>> well_covered(10, 100, 0.1), well_covered(11, 100, 0.1), well_covered(None, 100, 0.1)
    (True, False, False)
    """
    return position is not None and size > 0 and position / size <= share


def levels_of(
    probabilities: NDArray[np.float64], coverage: NDArray[np.float64], own: int, targets: NDArray[np.intp]
) -> NDArray[np.int8]:
    """
    Levels of the moves from one origin to some targets, by the rules of `level_of` and `raising`.

    Parameters
    ----------
    probabilities
        Shape (t,): chance of each move; NaN where it is not known.
    coverage
        Shape (n,): coverage of every occupation, in [0, 1]; NaN where it is not known.
    own
        Row of the origin's own occupation; -1 for none.
    targets
        Shape (t,): rows of the targets.

    Returns
    -------
    levels
        Shape (t,): positions in `LEVELS`; -1 where the level is not known.

    Examples
    --------
    >>> coverage = np.array([1.0, 0.2, 0.5, 0.0])
    >>> levels_of(np.array([0.2, 0.4, np.nan]), coverage, 0, np.array([3, 1, 2])).tolist()
    [1, 0, -1]
    """
    others = np.delete(coverage, own) if own >= 0 else coverage
    others = np.sort(others[~np.isnan(others)])
    there = coverage[targets]
    position = len(others) - np.searchsorted(others, there, side="right") + 1
    share = np.where(np.nan_to_num(there) > 0, position / max(len(coverage), 1), 1.0)
    close = (probabilities >= CLOSE_PROBABILITY) | ((probabilities >= OPEN_PROBABILITY) & (share <= CLOSE_POSITION))
    reachable = (probabilities >= OPEN_PROBABILITY) | (share <= OPEN_POSITION)
    found = np.where(close, 0, np.where(reachable, 1, 2))
    return np.where(np.isnan(probabilities), -1, found).astype(np.int8)


def raising(position: int | None, coverage: float) -> int | None:
    """
    Return a position where it may raise a level: where something of the target is covered.

    Somebody who states one rare competency covers a few targets; all others share the place behind these, which is a
    good one, and says nothing for them.

    Examples
    --------
    >>> raising(3, 0.02), raising(3, 0.0), raising(None, float("nan"))
    (3, None, None)
    """
    return position if coverage > 0 else None


def reaches(level: Level | None, wanted: Level) -> bool:
    """
    Whether a level is at least as near as another; an unknown one is not.

    Examples
    --------
    >>> reaches("proche", "accessible"), reaches("exigeante", "accessible"), reaches(None, "exigeante")
    (True, False, False)
    """
    return level is not None and LEVELS.index(level) <= LEVELS.index(wanted)
