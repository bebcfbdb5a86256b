"""`Ranked`: a fragile lot beside a hiring lot, the points of each part of their score, where each figure comes from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from passerelles.language.say import Lang, number, percent, say
from passerelles.market.figures import Figure
from passerelles.settings import TerritorySettings
from passerelles.territory.lots import Lot

_SLACK: Final = 4  # classes of tension above the slackest
_LEAST_CHANCE: Final = 1e-6  # so that a chance of nothing has a logarithm
# What an unknown figure counts as: the middle of a scale, or what costs one point. Neither good nor bad, and the same
# from either side.
_NEUTRAL: Final[Mapping[str, float]] = MappingProxyType({"move": -5.0, "hours": -1.0, "distance": -1.0})


@dataclass(frozen=True, slots=True)
class RankPart:
    """
    One part of a rank's score, in points, and the figure that it comes from.

    `figure` None = unknown: `value` is then what an unknown counts as. `source` says where a market figure comes from.
    """

    name: str
    value: float
    figure: float | None
    source: Figure | None = None

    def sentence(self, lang: Lang = "fr", *, same: bool = False) -> str:
        """Return the part in words."""
        if same and self.name == "move":
            return say("territory.sentence.move_same", lang=lang)
        if self.figure is None:
            points = number(self.value, lang=lang, decimals=1)
            return say(f"territory.sentence.{self.name}_unknown", lang=lang, points=points)
        if self.source is not None:
            return say(f"territory.sentence.{self.name}", lang=lang, figure=self.source.say(lang))
        shown = percent(self.figure, lang=lang) if self.name == "move" else number(self.figure, lang=lang)
        return say(f"territory.sentence.{self.name}", lang=lang, figure=shown)

    def to_dict(self, lang: Lang = "fr", *, same: bool = False) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "name": self.name,
            "label": say(f"territory.part.{self.name}", lang=lang),
            "value": self.value,
            "figure": self.figure,
            "assumed": self.figure is None,
            "sentence": self.sentence(lang, same=same),
        }


@dataclass(frozen=True, slots=True)
class Ranked:
    """
    A fragile lot and a hiring lot, ranked among those of its side.

    `score` is the sum of the parts; it has no unit and means nothing across settings. `tension` and `projects` are
    those of the hiring job in its basin, as published; `projects` None where the openings are an employer's own.
    `others` are other jobs of the same family and basin, which share the same openings and rank lower.
    """

    rank: int
    fragile: Lot
    hiring: Lot
    score: float
    parts: tuple[RankPart, ...]
    hours: tuple[float | None, float | None, float | None]
    km: float | None
    probability: float | None
    tension: Figure
    projects: Figure | None
    same_job: bool
    others: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the parts whose figure is unknown."""
        return tuple(p.name for p in self.parts if p.figure is None)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return an item of ``territory-rank@1``, ready for JSON."""
        low, expected, high = self.hours
        return {
            "rank": self.rank,
            "fragile_employer": self.fragile.employer,
            "hiring_employer": self.hiring.employer,
            "origin": {"code": self.fragile.job, "label": self.fragile.label},
            "target": {"code": self.hiring.job, "label": self.hiring.label},
            "from_basin": self.fragile.basin_label,
            "to_basin": self.hiring.basin_label,
            "headcount": self.fragile.people or None,
            "openings": self.hiring.people,
            "family": self.hiring.pool or None,
            "score": self.score,
            "parts": [p.to_dict(lang, same=self.same_job) for p in self.parts],
            "probability": self.probability,
            "hours_per_person": {"low": low, "expected": expected, "high": high},
            "km": self.km,
            "tension": self.tension.low,
            "market": {
                "tension": self.tension.to_dict(),
                "projects": None if self.projects is None else self.projects.to_dict(),
            },
            "same_job": self.same_job,
            "unknown": list(self.unknown),
            "other_jobs": list(self.others),
        }


def rank_parts(
    settings: TerritorySettings, *, chance: float | None, hours: float | None, tension: Figure, km: float | None
) -> tuple[RankPart, ...]:
    """
    Return the parts of a score: log₂ of the chance, hours, tension and distance, in points of half the chance.

    A tension that is known within bounds counts at its low end, as openings do. `chance` 1 = the same job.
    """
    points = {
        "move": None if chance is None else math.log2(max(chance, _LEAST_CHANCE)),
        "hours": None if hours is None else -hours / settings.rank_hours,
        "market": None if tension.low is None else settings.rank_market * (tension.low - 1) / _SLACK,
        "distance": None if km is None else -km / settings.rank_km,
    }
    neutral = {**_NEUTRAL, "market": settings.rank_market / 2}
    figures = {"move": chance, "hours": hours, "market": tension.low, "distance": km}

    def part(name: str) -> RankPart:
        value = points[name]
        source = tension if name == "market" else None
        return RankPart(name, neutral[name] if value is None else value + 0.0, figures[name], source)  # no minus zero

    return tuple(part(name) for name in points)
