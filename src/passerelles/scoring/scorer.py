"""A scorer as a value: named parts, each a weighted sum of features; and the chance and level that a score means."""

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, ValidationError
from pydantic_core import InitErrorDetails

from passerelles.errors import PasserellesError
from passerelles.io.archive import file_identity
from passerelles.referentials.referential import Referential
from passerelles.scoring.features import content_parts, features
from passerelles.scoring.mobility import MOBILITY_FEATURES
from passerelles.settings import Section, problems

DEFAULT: Final = "fitted"
HOLDINGS: Final = "holdings"
_ENDING: Final = ".json"
_FEWEST: Final = 100  # targets below which lists are shorter too
_MOST: Final = 1e6  # what no weight and no odds come near; tables hold their sums in 64 bits
FURTHEST: Final = 700.0  # log-odds beyond which an exponential has no floating-point number


Bounded = Annotated[float, Field(ge=-_MOST, le=_MOST)]
Positive = Annotated[float, Field(gt=0, le=_MOST)]


class Bend(Section):
    """A score below which log-odds fall faster, by `slope` for each unit of score."""

    at: Bounded
    slope: Positive


class Calibration(Section):
    """
    From a score to the chance that an expert of the referential lists the move.

    The log-odds are ``slope x score + intercept`` (Platt, 1999, 'Probabilistic outputs for support vector machines'),
    less what each of the `bends` takes off below its score. Every slope is positive: the chance rises with the score.
    """

    slope: Positive
    intercept: Bounded
    bends: tuple[Bend, ...] = ()

    def chances(self, scores: ArrayLike) -> NDArray[np.float64]:
        """
        Chances of scores, of the same shape, in [0, 1].

        Each exponential is that of the standard library: the last bit of another depends on the processor.

        Examples
        --------
        >>> calibration = Calibration(slope=1.0, intercept=0.0, bends=(Bend(at=0.0, slope=1.0),))
        >>> calibration.chances([1.0, 0.0, -1.0]).round(3).tolist()
        [0.731, 0.5, 0.119]
        """
        values = np.asarray(scores, dtype=np.float64)
        bent = sum(bend.slope * np.minimum(values - bend.at, 0.0) for bend in self.bends)
        odds = self.slope * values + self.intercept + bent
        powers = np.fromiter(map(math.exp, np.minimum(-odds, FURTHEST).ravel().tolist()), np.float64, odds.size)
        return np.asarray(1.0 / (1.0 + powers.reshape(odds.shape)), dtype=np.float64)


class Prior(Section):
    """
    What content alone expects of a move, which the mobility features start from.

    The chance is the logistic function of ``base`` plus the content parts divided by ``scale``.
    """

    scale: Positive
    base: Bounded


class Scorer(Section):
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
    base: Bounded = 0.0
    candidates: int | None = Field(default=None, ge=1, le=_MOST)
    parts: dict[str, dict[str, Bounded]] = Field(min_length=1)
    prior: Prior | None = None
    calibration: Calibration | None = None
    note: str = Field(default="", description="What a reader of the file should know")

    @property
    def calibrated_on(self) -> str | None:
        """Family of referentials on which the chances were calibrated; None where nothing was fitted."""
        return None if self.fitted_on is None else self.fitted_on.rpartition(" ")[0]

    def chances(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Chances in [0, 1] that an expert of the referential lists moves of these scores; NaN without calibration."""
        if self.calibration is None:
            return np.full(np.shape(scores), np.nan)
        return self.calibration.chances(scores)

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
            return _from_file(path, file_identity(path))
        except PasserellesError:  # an extension that cannot be loaded is no fault of the file
            raise
        except (OSError, ValueError) as error:  # a JSON or validation error is a ValueError
            reason = problems(error) if isinstance(error, ValidationError) else error
            raise PasserellesError("unreadable_scorer", path=path, reason=reason) from error
    chosen = DEFAULT if name == "default" else name
    known = _shipped()
    if chosen not in known:
        raise PasserellesError("unknown_scorer", name=name, known=", ".join(sorted(known)))
    return known[chosen]


@cache
def _shipped() -> Mapping[str, Scorer]:
    """Scorers that ship with the package, by name."""
    shipped = [f for f in (files("passerelles.scoring") / "weights").iterdir() if f.name.endswith(_ENDING)]
    scorers = {f.name.removesuffix(_ENDING): Scorer.model_validate_json(f.read_bytes()) for f in shipped}
    return MappingProxyType(scorers)


@lru_cache(maxsize=8)
def _from_file(path: Path, _identity: tuple[int, ...] | None) -> Scorer:
    """Return the scorer of a file as it was last written."""
    scorer = Scorer.model_validate_json(path.read_bytes())
    known = {*features(), *MOBILITY_FEATURES}
    parts = {*content_parts(), *(part for shipped in _shipped().values() for part in shipped.parts)}
    places = {("parts", part, name) for part, names in scorer.parts.items() for name in names if name not in known}
    if gone := sorted({*places, *(("parts", part) for part in scorer.parts.keys() - parts)}):
        faults = [InitErrorDetails(type="extra_forbidden", loc=place, input=None) for place in gone]
        raise ValidationError.from_exception_data(path.name, faults)
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
        sibling = Path(name).with_name(f"{HOLDINGS}{_ENDING}")
        scorer = load_scorer(str(sibling) if name.endswith(_ENDING) and sibling.is_file() else HOLDINGS)
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
LEVELS: Final[tuple[Level, ...]] = get_args(Level)  # from the nearest to the furthest
# Thresholds on the probability that an expert lists the move, and on the position of the coverage among all targets.
# On v460, out of fold (docs/scoring.md, docs/model-card.md): one move in three that is `proche` is listed, one in
# thirteen that is `accessible`, one in five hundred that is `exigeante`.
CLOSE_PROBABILITY: Final = 0.3
OPEN_PROBABILITY: Final = 0.1
CLOSE_POSITION: Final = 0.01
OPEN_POSITION: Final = 0.02


def levels_of(chances: ArrayLike, shares: ArrayLike, *, close_share: float = math.inf) -> NDArray[np.int8]:
    """
    Levels of moves: `proche`, `accessible` or `exigeante`.

    Chance counts first; the position of the coverage can raise a level by one, and a raw coverage never does: the
    experts' own moves cover little exactly.

    Parameters
    ----------
    chances
        Chance of each move; NaN where it is not known.
    shares
        Positions of the coverages as shares of the number of targets; see `passerelles.scoring.measures.raising_share`.
    close_share
        Share beyond which no move is `proche`.

    Returns
    -------
    levels
        Positions in `LEVELS`, of the same shape; -1 where the level is not known.

    Examples
    --------
    >>> levels_of([0.4, 0.2, 0.2, 0.05, 0.05, np.nan], [0.5, 0.01, 0.011, 0.02, 0.021, 0.01]).tolist()
    [0, 0, 1, 1, 2, -1]
    >>> levels_of([0.4, 0.2], [0.5, 0.01], close_share=0.1).tolist()
    [1, 0]
    """
    chance, share = np.asarray(chances), np.asarray(shares)
    close = (chance >= CLOSE_PROBABILITY) | ((chance >= OPEN_PROBABILITY) & (share <= CLOSE_POSITION))
    reachable = (chance >= OPEN_PROBABILITY) | (share <= OPEN_POSITION)
    levels = np.where(close & (share <= close_share), 0, np.where(reachable, 1, 2))
    return np.where(np.isnan(chance), -1, levels).astype(np.int8)


def level_at(number: int) -> Level | None:
    """Return the level of a position in `LEVELS`; None for -1."""
    return None if number < 0 else LEVELS[number]


def reaches(level: Level | None, wanted: Level) -> bool:
    """
    Whether a level is at least as near as another; an unknown one is not.

    Examples
    --------
    >>> reaches("proche", "accessible"), reaches("exigeante", "accessible"), reaches(None, "exigeante")
    (True, False, False)
    """
    return level is not None and LEVELS.index(level) <= LEVELS.index(wanted)
