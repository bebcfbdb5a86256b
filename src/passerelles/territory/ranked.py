"""`Ranked`: a fragile lot beside a hiring lot, the points of each part of their score, where each figure comes from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any, ClassVar, Final

from passerelles.language.say import Lang, number, percent, say
from passerelles.market.figures import Figure
from passerelles.settings import TerritorySettings
from passerelles.territory.allocation import note_sheets
from passerelles.territory.lots import Lot, Note, Side
from passerelles.views import schema
from passerelles.views.schema import maybe, record, ref, text, whole
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, Sheet, attribute, within

_FILE: Final = On.JSON | On.TABLE
FIGURE: Final = record(
    "A published figure: its bounds, how it is known, where it comes from",
    {**{name: maybe(schema.number()) for name in ("value", "low", "high")}, "standing": text()},
    optional={name: maybe(text()) for name in ("source", "year", "territory", "about", "via", "why")},
)
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
        return self.spec.to_dict((self, same), lang)

    # Of a part and whether the job stays the same.
    spec: ClassVar[Record] = Record(
        "territory_part",
        "One part of a rank's score, in points",
        (
            Column("name", value=lambda p, _: p[0].name, on=On.JSON, schema=text(), promised=True),
            Column(
                "part", value=lambda p, lang: say(f"territory.part.{p[0].name}", lang=lang), json_key="label",
                schema=text(), promised=True,
            ),
            Column("value", "number", value=lambda p, _: p[0].value, promised=True),
            Column(
                "figure", value=lambda p, _: p[0].figure, on=On.JSON,
                schema=maybe(schema.number("What the value comes from; null = unknown")),
            ),
            Column(
                "assumed", value=lambda p, _: p[0].figure is None, on=On.JSON,
                schema=schema.flag("Whether the figure is unknown, and counts as the middle of its scale"),
            ),
            Column("sentence", value=lambda p, lang: p[0].sentence(lang, same=p[1]), schema=text()),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked(Described):
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

    def end(self, side: Side, *, far: bool = False) -> str:
        """Name one end on a screen: a survey is no employer, and a far end has a basin only where it is another one."""
        lot = self.fragile if side == "fragile" else self.hiring
        known = far and self.fragile.basin_label == self.hiring.basin_label
        employer = "" if side == "hiring" and self.hiring.pool else lot.employer
        return ", ".join(filter(None, (employer, lot.place(elsewhere=not known))))

    def far_end(self, side: Side, lang: Lang = "fr") -> str:
        """Name the far end, and how many jobs share its openings."""
        name = self.end(side, far=True)
        return say("territory.table.other_jobs", lang=lang, lot=name, n=len(self.others)) if self.others else name

    def score_said(self, lang: Lang = "fr") -> str:
        """Return the score for a screen, marked where a part is unknown."""
        shown = number(self.score, lang=lang, decimals=2)
        return say("territory.table.score_partial", lang=lang, score=shown) if self.unknown else shown

    def openings_said(self, lang: Lang = "fr") -> str | None:
        """Return the openings for a screen, both bounds where a survey gives them."""
        return None if self.projects is None else between(self.projects, lang)

    spec: ClassVar[Record] = Record(
        "territory_rank",
        "A fragile lot and a hiring lot",
        (
            Column("rank", "integer", schema=whole(least=1), promised=True, on=_FILE),
            Column("from", value=lambda r, lang: r.far_end("fragile", lang), on=On.SCREEN),
            Column("fragile_employer", value=attribute("fragile.employer"), schema=text(), promised=True, on=_FILE),
            Column("origin", json=lambda r, _: r.fragile.end, schema=ref("end"), promised=True, on=On.JSON),
            Column("origin_code", value=attribute("fragile.job"), on=On.TABLE),
            Column("origin_label", value=attribute("fragile.label"), on=On.TABLE),
            Column("from_basin", value=attribute("fragile.basin_label"), schema=text(), promised=True, on=On.JSON),
            Column("to", value=lambda r, lang: r.far_end("hiring", lang), on=On.SCREEN),
            Column("hiring_employer", value=attribute("hiring.employer"), schema=text(), promised=True, on=_FILE),
            Column("target", json=lambda r, _: r.hiring.end, schema=ref("end"), promised=True, on=On.JSON),
            Column("target_code", value=attribute("hiring.job"), on=On.TABLE),
            Column("target_label", value=attribute("hiring.label"), on=On.TABLE),
            Column("to_basin", value=attribute("hiring.basin_label"), schema=text(), promised=True, on=_FILE),
            Column("headcount", "integer", value=lambda r, _: r.fragile.people or None, on=On.JSON | On.SCREEN),
            Column(
                "openings", "integer", value=attribute("hiring.people"), on=On.SCREEN,
                shown=lambda r, lang: r.openings_said(lang),
            ),
            Column("family", value=lambda r, _: r.hiring.pool or None, schema=maybe(text()), on=On.JSON),
            Column(
                "score", "number", schema=schema.number("Sum of `parts`"), promised=True,
                shown=lambda r, lang: r.score_said(lang),
            ),
            Column(
                "parts", json=lambda r, lang: [p.to_dict(lang, same=r.same_job) for p in r.parts], promised=True,
                schema=schema.listed(ref("territory_part")), on=On.JSON,
            ),
            Column("probability", "share", promised=True, shown=lambda r, _: "–" if r.same_job else None),
            Column(
                "hours_expected", "number", value=lambda r, _: r.hours[1], json_key="hours_per_person", promised=True,
                json=lambda r, _: dict(zip(("low", "expected", "high"), r.hours, strict=True)), schema=ref("span"),
                on=_FILE,
            ),
            Column("hours_each", "integer", value=lambda r, _: r.hours[1], on=On.SCREEN),
            Column(
                "tension", "number", value=attribute("tension.low"), promised=True,
                shown=lambda r, lang: between(r.tension, lang),
            ),
            Column("tension_high", "number", value=attribute("tension.high"), on=On.TABLE),
            Column("tension_source", value=lambda r, _: _publisher(r.tension), on=On.TABLE),
            Column(
                "market", on=On.JSON,
                json=lambda r, _: {"tension": r.tension.to_dict(), "projects": r.projects and r.projects.to_dict()},
                schema=record("Figures of the hiring job", {"tension": FIGURE, "projects": maybe(FIGURE)}),
            ),
            Column("km", "number", schema=maybe(schema.number(least=0)), promised=True, on=_FILE),
            Column("km", "integer", on=On.SCREEN),
            Column("openings", "integer", value=attribute("hiring.people"), schema=whole(least=0), on=_FILE),
            Column("openings_high", "integer", value=lambda r, _: r.projects and r.projects.high, on=On.TABLE),
            Column("openings_source", value=lambda r, _: r.projects and _publisher(r.projects), on=On.TABLE),
            Column("same_job", "flag", schema=schema.flag(), promised=True, on=_FILE),
            Column(
                "unknown_parts", value=lambda r, _: ", ".join(r.unknown), json=lambda r, _: list(r.unknown),
                json_key="unknown", schema=schema.listed(text(), "Parts whose figure is unknown"), on=_FILE,
            ),
            Column(
                "other_jobs", value=lambda r, _: ", ".join(r.others), json=lambda r, _: list(r.others),
                schema=schema.listed(
                    schema.code(),
                    "Other jobs of the same family and basin, which share the openings, ranked lower",
                ),
                on=_FILE,
            ),
        ),
    )  # fmt: skip


def ranking_sheets(found: Sequence[Ranked], notes: Sequence[Note], lang: Lang, *, by: Side) -> list[Sheet]:
    """Return the ranking, the parts of its scores, and what the reader must know."""
    hidden = frozenset(("from", "headcount") if by == "fragile" else ("to", "openings"))
    head = within(Ranked.spec.pick("rank", "origin_code", "target_code"), itemgetter(0), on=On.TABLE)
    own = within(RankPart.spec.columns, lambda row: (row[1], row[0].same_job), on=On.TABLE)
    own = tuple(c for c in own if c.key in ("part", "value", "sentence"))
    parts = Sheet("parts", (*head, *own), lambda: ((r, p) for r in found for p in r.parts), lang)
    return [Sheet("ranking", Ranked.spec.columns, lambda: found, lang, hidden), parts, *note_sheets(notes, lang)]


def between(figure: Figure, lang: Lang) -> str | None:
    """Write one number, both ends of one that is known within bounds; None where it is unknown."""
    if figure.low is None or figure.high is None:
        return None
    low, high = number(figure.low, lang=lang), number(figure.high, lang=lang)
    return low if low == high else f"{low}–{high}"


def _publisher(figure: Figure) -> str | None:
    """Publisher, year and territory of a market figure, and how it is known."""
    return ", ".join(filter(None, (figure.source, figure.year, figure.territory, figure.standing))) or None


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
