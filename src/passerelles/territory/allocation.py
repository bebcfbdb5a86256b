"""`Allocation`: who could go where, what it takes, what stays open, and how it is known to be the best."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.language.say import Lang, percent, say
from passerelles.ranking.move import Move
from passerelles.settings import TerritorySettings
from passerelles.territory.lots import Lot, Lots, aside_totals, reading_notes
from passerelles.territory.network import Stage
from passerelles.territory.pairs import Bounds
from passerelles.territory.plan import TENTHS
from passerelles.views.shown import Shown
from passerelles.views.spec import Page, Sheet

Status = Literal["optimal", "time_limit", "infeasible"]


class HoursOf(NamedTuple):
    """Hours of training of one person, None = unknown; `assumed` where the expected hours are a setting's."""

    low: float | None
    expected: float | None
    high: float | None
    assumed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"low": self.low, "expected": self.expected, "high": self.high}


@dataclass(frozen=True, slots=True)
class Flow:
    """
    People of one lot who could take openings of another.

    `same_job` is a move to the same job elsewhere: no training, so no `move`. `km` None = unknown. `move` is the
    explained move, or None beyond the number that the settings explain. `lever_hours` is the part of the expected hours
    that a training lever takes, 0 where it is not taken.
    """

    fragile: Lot
    hiring: Lot
    people: int
    hours: HoursOf
    km: float | None
    same_job: bool
    probability: float | None
    move: Move | None = None
    lever_hours: float = 0.0

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return a flow of ``territory@1``, ready for JSON."""
        return {
            "fragile_employer": self.fragile.employer,
            "hiring_employer": self.hiring.employer,
            "origin": {"code": self.fragile.job, "label": self.fragile.label},
            "target": {"code": self.hiring.job, "label": self.hiring.label},
            "from_basin": self.fragile.basin_label,
            "to_basin": self.hiring.basin_label,
            "from_basin_code": self.fragile.basin,
            "to_basin_code": self.hiring.basin,
            "people": self.people,
            "hours_per_person": self.hours.to_dict(),
            "hours_assumed": self.hours.assumed,
            "lever_hours": self.lever_hours,
            "km": self.km,
            "same_job": self.same_job,
            "probability": self.probability,
            "family": self.hiring.pool or None,
            "move": self.move.to_dict(lang) if self.move is not None else None,
        }


class Count(NamedTuple):
    """Openings that a reason keeps from a lot."""

    reason: str
    openings: int


@dataclass(frozen=True, slots=True)
class Uncovered:
    """People of a lot who are placed nowhere, the constraint that holds them, and all that bar openings to them."""

    lot: Lot
    people: int
    reason: str
    counts: tuple[Count, ...]
    nearest_km: float | None = None  # of the openings beyond the radius

    def sentence(self, lang: Lang = "fr", *, people: bool = True) -> str:
        """Return why, as a person reads it."""
        km = self.nearest_km
        n = self.people if people else 0
        values: dict[str, object] = {"employer": self.lot.employer, "job": self.lot.label or self.lot.job, "n": n}
        values["km"] = "?" if km is None else str(round(km))
        return say(f"territory.uncovered.{self.reason}", lang=lang, **values)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "employer": self.lot.employer,
            "job": {"code": self.lot.job, "label": self.lot.label},
            "basin": self.lot.basin_label,
            "headcount": self.lot.people,
            "people": self.people,
            "reason": self.reason,
            "barred_openings": {c.reason: c.openings for c in self.counts},
            "sentence": self.sentence(lang),
        }


class Candidate(NamedTuple):
    """People still uncovered who could fill an opening if `reason` did not bar them; hours and km None = unknown."""

    lot: Lot
    people: int
    job: str
    reason: str
    hours: float | None
    km: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "employer": self.lot.employer,
            "job": self.lot.job,
            "basin": self.lot.basin_label,
            "people": self.people,
            "towards": self.job,
            "barred_by": self.reason,
            "hours": self.hours,
            "km": self.km,
        }


@dataclass(frozen=True, slots=True)
class Unfilled:
    """
    Openings that stay empty, why, and who would fill them.

    `label` names the job, or the family where openings are shared.
    """

    employer: str
    code: str
    label: str
    basin: str
    basin_label: str
    openings: int
    empty: int
    reason: str
    candidates: tuple[Candidate, ...] = ()

    def sentence(self, lang: Lang = "fr") -> str:
        """Return what would fill them, as a person reads it."""
        text = say(f"territory.unfilled.{self.reason}", lang=lang)
        if not self.candidates:
            return text
        first = self.candidates[0]
        who = say(
            "territory.unfilled.who", lang=lang, employer=first.lot.employer, job=first.lot.label or first.lot.job
        )
        return f"{text} {who}"

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "employer": self.employer,
            "job": {"code": self.code, "label": self.label},
            "basin": self.basin_label,
            "openings": self.openings,
            "people": self.empty,
            "reason": self.reason,
            "candidates": [c.to_dict() for c in self.candidates],
            "sentence": self.sentence(lang),
        }


class Change(NamedTuple):
    """
    What solving again with one bound moved gives.

    `placed` and `hours` are the new totals, `more` the people gained.
    """

    kind: str
    bound: float | None
    step: float | None
    placed: int
    more: int
    hours: float

    def sentence(self, lang: Lang = "fr") -> str:
        """Return the change, as a person reads it."""
        step = "" if self.step is None else say("territory.change.number", lang=lang, x=_short(self.step))
        key = f"territory.change.{self.kind}"
        what = say(key, lang=lang, step=step)
        gain = "gain" if self.more else "none"
        return say(f"territory.change.{gain}", lang=lang, what=what, n=self.more)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**self._asdict(), "sentence": self.sentence(lang)}


def _short(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


@dataclass(frozen=True, repr=False)
class Allocation(Shown):
    """
    An optimal allocation of a territory's people to its openings, with its certificate.

    Attributes
    ----------
    flows
        The same job first, then by lots.
    stages
        Objectives in order, each with the value reached and the bound that no allocation passes.
    allowed
        Shape (pairs, 2): positions of the lot and of the pool of each pair open to people, which anyone who knows the
        rules knows too.
    allowed_hours
        Shape (pairs,): tenths of an hour of one person of each of these pairs.
    notes
        Keys of ``territory.note.*``: what the reader must know (no geography, radius not applied...).
    """

    status: Status
    fragile: Lots
    hiring: Lots
    flows: tuple[Flow, ...]
    uncovered: tuple[Uncovered, ...]
    unfilled: tuple[Unfilled, ...]
    changes: tuple[Change, ...]
    stages: tuple[Stage, ...]
    bounds: Bounds
    budget_hours: float | None
    radius_applied: bool
    settings: TerritorySettings
    referential: tuple[str, str]
    notes: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()  # groups whose floor no allocation reaches, where infeasible
    allowed: NDArray[np.int32] = field(
        default_factory=lambda: np.zeros((0, 2), dtype=np.int32), repr=False, compare=False
    )
    allowed_hours: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False, compare=False
    )

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return who goes where, who is left, what stays empty, totals, what would change and titles as tables."""
        from passerelles.territory.sheets import allocation_sheets  # noqa: PLC0415 - it builds on this class

        return allocation_sheets(self.to_dict(lang), lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the allocation shows of itself."""
        from passerelles.territory.sheets import allocation_page  # noqa: PLC0415 - it builds on this class

        return allocation_page(self, lang)

    @property
    def placed(self) -> int:
        """People placed."""
        return sum(flow.people for flow in self.flows)

    @property
    def hours(self) -> float:
        """Expected hours of training in all."""
        return sum(round((f.hours.expected or 0.0) * TENTHS) * f.people for f in self.flows) / TENTHS

    @property
    def gap(self) -> int:
        """Largest distance between what is reached and what is proven, over the objectives; 0 = optimal."""
        return max((stage.gap for stage in self.stages), default=0)

    def shares(self, by: Literal["employer", "job"]) -> Mapping[str, tuple[int, int]]:
        """People placed and headcount of each employer or fragile job."""
        found: dict[str, list[int]] = {}
        for lot in self.fragile.lots:
            found.setdefault(getattr(lot, by), [0, 0])[1] += lot.people
        for flow in self.flows:
            found[getattr(flow.fragile, by)][0] += flow.people
        return {name: (placed, people) for name, (placed, people) in sorted(found.items())}

    def totals(self) -> dict[str, Any]:
        """Return the sums of the allocation."""
        return {
            "headcount": self.fragile.people,
            "openings": self.hiring.people,
            "placed": self.placed,
            "uncovered": self.fragile.people - self.placed,
            "unfilled": self.hiring.people - self.placed,
            "set_aside": aside_totals(self.fragile)["people"],
            "same_job": sum(f.people for f in self.flows if f.same_job),
            "hours": {name: self._sum(name) for name in ("low", "expected", "high")},
            "hours_per_person": round(self.hours / self.placed, 1) if self.placed else None,
            "lever": self.lever(),
            "km": self._km(),
            "by_employer": _shares(self.shares("employer")),
            "by_job": _shares(self.shares("job")),
        }

    def lever(self) -> dict[str, Any]:
        """Return the people who take a training lever and its own hours, which the hours in all count too."""
        taken = [f for f in self.flows if f.lever_hours]
        tenths = sum(round(f.lever_hours * TENTHS) * f.people for f in taken)
        return {"people": sum(f.people for f in taken), "hours": tenths / TENTHS}

    def certificate(self) -> dict[str, Any]:
        """Return the bounds that held and the proof of each objective."""
        return {
            "status": self.status,
            "gap": self.gap,
            "objectives": [stage.to_dict() for stage in self.stages],
            "radius_km": self.bounds.radius_km,
            "radius_applied": self.radius_applied,
            "frame": self.bounds.frame,
            "min_probability": self.bounds.min_probability,
            "max_hours": self.bounds.max_hours,
            "budget_hours": self.budget_hours,
            "floor": self.settings.floor or None,
            "floor_by": self.settings.floor_by if self.settings.floor else None,
        }

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return ``results`` of ``territory@1`` and what stands beside them, ready for JSON."""
        return {
            "results": [flow.to_dict(lang) for flow in self.flows],
            "uncovered": [u.to_dict(lang) for u in self.uncovered],
            "unfilled": [u.to_dict(lang) for u in self.unfilled],
            "totals": self.totals(),
            "bounds": self.certificate(),
            "changes": [c.to_dict(lang) for c in self.changes],
            "notes": [
                *({"note": n, "sentence": say(f"territory.note.{n}", lang=lang)} for n in self.notes),
                *reading_notes((self.fragile, self.hiring), lang),
            ],
            "set_aside": [p.set_aside(lang) for side in (self.fragile, self.hiring) for p in side.set_aside],
            "unmet_floors": list(self.unmet),
            "resolved": self.resolved(),
            "referential_version": {"name": self.referential[0], "version": self.referential[1]},
            "masked": False,
        }

    def resolved(self) -> list[dict[str, Any]]:
        """Return the jobs that were written otherwise than by their code, with the table and row to correct."""
        sides = (self.fragile, self.hiring)
        return [lot.to_dict() | {"side": side.side, "file": side.file} for side in sides for lot in side.resolved()]

    def summary(self, lang: Lang = "fr") -> str:
        """Return the one sentence that says it all."""
        share = percent(self.placed / self.fragile.people, lang=lang) if self.fragile.people else "–"
        people, openings = self.fragile.people, self.hiring.people
        placed = say("territory.summary.placed", lang=lang, n=self.placed, people=people, share=share)
        hours = say("territory.summary.hours", lang=lang, n=round(self.hours))
        empty = say("territory.summary.empty", lang=lang, n=openings - self.placed, openings=openings)
        return say("territory.summary.all", lang=lang, placed=placed, hours=hours, empty=empty)

    def _sum(self, name: str) -> float | None:
        values = [(getattr(f.hours, name), f.people) for f in self.flows]
        if any(hours is None for hours, _ in values):
            return None
        return float(sum(round(hours * TENTHS) * people for hours, people in values) / TENTHS)

    def _km(self) -> float | None:
        if any(f.km is None for f in self.flows):
            return None
        return float(sum(round((f.km or 0.0) * TENTHS) * f.people for f in self.flows) / TENTHS)


def _shares(found: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"placed": placed, "headcount": people, "share": placed / people if people else None}
        for name, (placed, people) in found.items()
    }
