"""`Allocation`: who could go where, what it takes, what stays open, the proof that it is the best, what is shown."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from passerelles.codes import sum_by_key
from passerelles.errors import checked
from passerelles.language.say import Lang, listed, number, percent, say
from passerelles.model import Stamp
from passerelles.settings import TerritorySettings
from passerelles.territory.flows import (
    PEOPLE,
    Change,
    CurvePoint,
    Flow,
    ResolvedTitle,
    Uncovered,
    Unfilled,
    unknown_keys,
)
from passerelles.territory.lots import Lots, Note, Problem, aside_totals, reading_notes
from passerelles.territory.pairs import Bounds
from passerelles.territory.solve import TENTHS, Stage
from passerelles.vectors import Bools, Ints
from passerelles.views.schema import maybe, one_of, pair, record
from passerelles.views.shown import Shown
from passerelles.views.spec import ENDS, Cell, Column, Page, Record, Sheet, Withheld, parts_of, texts_of

SolveStatus = Literal["optimal", "time_limit", "infeasible"]
_SUMS: Final = (
    "headcount", "placed", "to_confirm", "uncovered", "openings", "filled", "reserved", "unfilled", "stretched",
    "same_job", "cost", "km",
)  # fmt: skip

_SHARES: Final = maybe({"each": record("", {"placed": "count", "headcount": "count", "share": "share?"})})
LEVER: Final = maybe(record("What levers opened", {"people": "count", "hours": "amount"}))
STATUSES: Final[tuple[SolveStatus, ...]] = get_args(SolveStatus)
TOTALS: Final = Record(
    "",
    "Sums",
    Column("headcount", value="fragile.people", promised=PEOPLE),
    Column("openings", value="hiring.people", promised="count"),
    Column("placed", promised=PEOPLE),
    Column("to_confirm", value="reserved", schema=PEOPLE),
    Column("uncovered", value=lambda a, _: a.fragile.people - a.placed - a.reserved, promised=PEOPLE),
    Column("filled", value="placed", schema=PEOPLE),
    Column("reserved", schema=PEOPLE),
    Column("unfilled", value=lambda a, _: a.hiring.people - a.placed - a.reserved, promised=PEOPLE),
    Column("stretched", value=lambda a, _: sum(f.people for f in a.stretched),
           schema="count?: People of `stretched`, who are among the uncovered"),
    Column("set_aside", value=lambda a, _: aside_totals(a.fragile)["people"], schema=PEOPLE),
    Column("same_job", value=lambda a, _: sum(f.people for f in a.flows if f.same_job), promised=PEOPLE),
    Column("hours", value=lambda a, _: {end: total_of(a.flows, f"hours.{end}") for end in ENDS}, promised="span"),
    Column("hours_per_person", value=lambda a, _: round(a.hours / a.placed, 1) if a.placed else None,
           promised="amount?"),
    Column("cost", value=lambda a, _: round(sum((f.cost or 0.0) * f.people for f in a.flows), 1),
           schema="amount?: Hours of training, and those that chances count for"),
    Column("lever", value=lambda a, _: a.lever(), schema=LEVER),
    Column("km", value=lambda a, _: total_of(a.flows, "km"), promised="amount?"),
    Column("by_employer", value=lambda a, _: _shares(a.shares("employer")), promised=_SHARES),
    Column("by_job", value=lambda a, _: _shares(a.shares("job")), promised=_SHARES),
    beside={
        "offered": "count?: People placed or to be confirmed, where numbers are masked",
        "placed_between": maybe(pair("count", "Round numbers where `placed` is withheld")),
        "offered_between": maybe(pair("count", "Round numbers where `offered` is withheld")),
    },
)  # fmt: skip
_OBJECTIVE: Final = record(
    "", {"name": "text", "value": "number?", "bound": "number?", "gap": "amount?"}, optional={"exact": "flag"}
)
CERTIFICATE: Final = Record(
    "",
    "The bounds that held and the proof of each objective",
    Column("status", promised=one_of(STATUSES)),
    Column("gap", promised="amount"),
    Column("objectives", value=lambda a, _: [_proof(a, stage) for stage in a.stages], promised=[_OBJECTIVE]),
    Column("radius_km", value="bounds.radius_km", promised="amount?"),
    Column("radius_applied", promised="flag"),
    Column("frame", value="bounds.frame", promised="text?"),
    Column("min_probability", value="bounds.min_probability", promised="share?"),
    *(Column(name, value=f"bounds.{name}", schema="amount?") for name in ("max_hours", "max_cost", "max_minutes")),
    Column("budget_hours", promised="amount?"),
    Column("floor", value=lambda a, _: a.settings.floor or None,
           schema="share?: Least share of people placed, by `floor_by`"),
    Column("floor_by", value=lambda a, _: a.settings.floor_by if a.settings.floor else None, schema="text?"),
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Release:
    """
    What is shown of an allocation: the whole, or what may be published of it.

    `summary` gives the sentence that says it all, empty where figures are withheld; `threshold`: the headcount under
    which they are, None where the whole is shown; `hidden`: the keys of lots whose headcounts are told together alone.
    """

    flows: Sequence[Flow | Withheld]
    to_confirm: Sequence[Flow | Withheld]
    stretched: Sequence[Flow | Withheld]
    options: Sequence[Flow | Withheld]
    uncovered: Sequence[Uncovered | Withheld]
    unfilled: Sequence[Unfilled | Withheld]
    totals: Mapping[str, Any]
    bounds: Mapping[str, Any]
    changes: Sequence[Change | Withheld]
    curve: Sequence[CurvePoint]
    notes: Sequence[Note]
    set_aside: Sequence[Problem]
    unmet_floors: Sequence[str]
    resolved: Sequence[ResolvedTitle]
    referential: Stamp
    summary: Callable[[Lang], str]
    masked: bool = False
    threshold: int | None = None
    hidden: Collection[tuple[str, ...]] = ()

    spec: ClassVar[Record] = Record(
        "territory",
        "Who could go where",
        parts_of("results", Flow, path="flows", promised=True),
        parts_of("to_confirm", Flow),
        parts_of("stretched", Flow),
        parts_of("options", Flow),
        parts_of("uncovered", Uncovered, promised=True),
        parts_of("unfilled", Unfilled, promised=True),
        Column("totals", json=lambda r, _: dict(r.totals), promised=TOTALS.schema()),
        Column("bounds", json=lambda r, _: dict(r.bounds), promised=CERTIFICATE.schema()),
        parts_of("changes", Change),
        parts_of("curve", CurvePoint),
        parts_of("notes", Note),
        parts_of("set_aside", Problem),
        texts_of("unmet_floors", "text"),
        parts_of("resolved", "resolved_title"),
        Column("referential_version", json=lambda r, _: r.referential._asdict(), schema="referential_version"),
        Column("masked", schema="flag: Whether small numbers are withheld"),
        beside={"threshold": "count: Numbers below it are withheld"},
    )  # fmt: skip

    @checked
    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return ``results`` of ``territory@1`` and what stands beside them, ready for JSON."""
        values = self.spec.to_dict(self, lang)
        return values if self.threshold is None else values | {"threshold": self.threshold}

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return a sheet a question: who goes where, who is left, what stays empty, totals, changes, titles, notes."""
        separate = [("to_confirm", self.to_confirm), ("stretched", self.stretched), ("options", self.options)]

        def flows(name: str, lines: Sequence[Flow | Withheld], *hidden: str) -> Sheet:
            return Sheet(name, Flow.spec.columns, partial(list, lines), lang, unknown_keys(lines, lang).union(hidden))

        return [
            flows("flows", self.flows, "unknown"),
            *(flows(name, lines) for name, lines in separate if lines),
            Sheet("uncovered", Uncovered.spec.columns, lambda: self.uncovered, lang),
            Sheet("unfilled", Unfilled.spec.columns, lambda: self.unfilled, lang),
            Sheet.of_rows("totals", (Column("what"), Column("value", "number")), self._sums(lang)),
            Sheet("changes", Change.spec.columns, lambda: self.changes, lang),
            *([Sheet("curve", CurvePoint.spec.columns, lambda: self.curve, lang)] if self.curve else []),
            Sheet("resolved", ResolvedTitle.spec.columns, lambda: self.resolved, lang),
            *note_sheets(self.set_aside, self.notes, lang),
        ]

    def page(self, lang: Lang = "fr") -> Page:
        """Return the sentence that says it all, who goes where, and what is left to unfold."""
        flows, *others = self.sheets(lang)
        details = [Page(sheet.label(lang), sheets=[sheet]) for sheet in others if sheet.title != "notes" and sheet.rows]
        return Page(self.summary(lang), [note.sentence(lang) for note in self.notes], [flows], details)

    def readings(self) -> list[tuple[str, list[ResolvedTitle]]]:
        """Return the titles read under the key of their heading, those to check first; no heading without a title."""
        parts = [("resolved_unsure", False), ("resolved", True)]
        split = [(key, [title for title in self.resolved if title.sure is sure]) for key, sure in parts]
        return [(key, titles) for key, titles in split if titles]

    def largest_unfilled(self) -> list[Unfilled | Withheld]:
        """Return the openings that stay empty, the most first, withheld numbers last."""

        def count(item: Unfilled | Withheld) -> int:
            return int(item.values["people"] or 0) if isinstance(item, Withheld) else item.empty

        return sorted(self.unfilled, key=count, reverse=True)

    def hidden_lots(self, lang: Lang = "fr") -> list[str]:
        """Return which lots the lines for several of them stand for, one sentence each."""
        withheld = [f for f in self.flows if isinstance(f, Withheld)]
        groups = [("others", f.values["fragile_lots"]) for f in withheld if f.values["origin"] is None]
        if withheld:
            groups.append(("other_openings", withheld[0].values["hiring_lots"]))
        return [
            say("territory.table.hidden_lots", lang=lang, name=say(f"territory.table.{name}", lang=lang),
                list=listed((", ".join(lot.values()) for lot in lots), lang))
            for name, lots in groups
        ]  # fmt: skip

    def last_tenth(self, lang: Lang = "fr") -> str | None:
        """Say what the last tenth of the placements costs; None where it costs nothing, or nothing before is known."""
        known = [point.cost_each for point in self.curve if point.cost_each is not None]
        if not known[1:] or not round(known[-1]):
            return None
        before, after = (number(cost, lang=lang) for cost in known[-2:])
        return say(f"territory.curve.{'alike' if after == before else 'last'}", lang=lang, each=after, before=before)

    def proofs(self, lang: Lang = "fr") -> list[str]:
        """Return what is reached and what is proven, one sentence an objective."""
        return [
            say("territory.table.certificate", lang=lang, name=say(f"territory.objective.{stage['name']}", lang=lang),
                **{key: number(stage[key], lang=lang) for key in ("value", "bound", "gap")})
            for stage in self.bounds["objectives"] if stage["value"] is not None
        ]  # fmt: skip

    def _sums(self, lang: Lang) -> list[tuple[str, Cell]]:
        lever = self.totals.get("lever") or {"people": None, "hours": None}
        named: list[tuple[str, Cell]] = [(name, self.totals[name]) for name in _SUMS]
        named += [(f"hours_{name}", value) for name, value in self.totals["hours"].items()]
        named += [(f"lever_{name}", value) for name, value in lever.items()]
        named += [(name, value) for name, value in self.bounds.items() if name not in ("objectives", "status")]
        rows: list[tuple[str, Cell]] = [(say(f"territory.total.{name}", lang=lang), value) for name, value in named]
        for stage in self.bounds["objectives"]:
            label = say(f"territory.objective.{stage['name']}", lang=lang)
            rows.append((say("territory.total.reached", lang=lang, name=label), stage["value"]))
            rows.append((say("territory.total.bound", lang=lang, name=label), stage["bound"]))
        return rows


def note_sheets(set_aside: Sequence[Problem], notes: Sequence[Note], lang: Lang) -> list[Sheet]:
    """Return the rows that were set aside, and what the reader must know, where there is something."""
    note_sheet = [Sheet("notes", Note.spec.columns, lambda: notes, lang)] if notes else []
    return [*([Sheet("set_aside", Problem.spec.columns, lambda: set_aside, lang)] if set_aside else []), *note_sheet]


@dataclass(frozen=True, repr=False)
class Allocation(Shown):
    """
    An optimal allocation of a territory's people to its openings, with its certificate.

    Attributes
    ----------
    fragile, hiring
        Lots as they were read of the two tables, with what was `set_aside`.
    flows
        People placed: the same job first, then by lots.
    to_confirm
        People who could go once something is known, with the openings reserved for them; no placed flow makes way.
    stretched
        People without a solution who could go where experts hardly ever see anyone go, in no total; only where asked.
    options
        Work on one's own account that people may choose, with the people of the lot: in no total, nobody is placed.
    curve
        Least cost of placing fewer people, by tenths.
    stages
        Objectives in order, each with the value reached and the bound that no allocation passes.
    allowed
        Shape (pairs, 2): positions of the lot and of the pool of each pair open to people, which anyone who knows the
        rules knows too.
    allowed_hours
        Shape (pairs,): tenths of an hour of one person of each of these pairs; 0 where something is to be confirmed.
    allowed_sure
        Shape (pairs,): whether people may be placed on them, with nothing to confirm.
    allowed_people
        Shape (pairs,): people who are placed on them, or could go there once something is confirmed.
    notes
        Keys of ``territory.note.*``: what the reader must know (no geography, radius not applied...).
    """

    status: SolveStatus
    fragile: Lots
    hiring: Lots
    flows: tuple[Flow, ...]
    to_confirm: tuple[Flow, ...]
    stretched: tuple[Flow, ...]
    options: tuple[Flow, ...]
    uncovered: tuple[Uncovered, ...]
    unfilled: tuple[Unfilled, ...]
    changes: tuple[Change, ...]
    curve: tuple[CurvePoint, ...]
    stages: tuple[Stage, ...]
    bounds: Bounds
    budget_hours: float | None
    radius_applied: bool
    settings: TerritorySettings
    referential: Stamp
    notes: tuple[str, ...] = ()
    planned: tuple[Note, ...] = ()
    unmet: tuple[str, ...] = ()  # groups whose floor no allocation reaches, where infeasible
    allowed: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int32), compare=False)
    allowed_hours: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), compare=False)
    allowed_sure: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_), compare=False)
    allowed_people: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), compare=False)

    __repr__ = Shown.__str__

    def release(self) -> Release:
        """Return the whole allocation for display."""
        return Release(
            self.flows, self.to_confirm, self.stretched, self.options, self.uncovered, self.unfilled, self.totals(),
            self.certificate(), self.changes, self.curve,
            [*map(Note, self.notes), *self.planned, *reading_notes((self.fragile, self.hiring))],
            (*self.fragile.set_aside, *self.hiring.set_aside), self.unmet, self.resolved(), self.referential,
            self.summary,
        )  # fmt: skip

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return ``results`` of ``territory@1`` and what stands beside them, ready for JSON."""
        return self.release().to_dict(lang)

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return who goes where, who is left, what stays empty, totals, what would change and titles as tables."""
        return self.release().sheets(lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the allocation shows of itself."""
        return self.release().page(lang)

    @property
    def placed(self) -> int:
        """People placed."""
        return sum(flow.people for flow in self.flows)

    @property
    def reserved(self) -> int:
        """People who could go once something is confirmed, and the openings reserved for them."""
        return sum(flow.people for flow in self.to_confirm)

    @property
    def hours(self) -> float:
        """Expected hours of training in all."""
        return total_of(self.flows, "hours.expected") or 0.0

    @property
    def gap(self) -> int:
        """Largest distance between what is reached and what is proven, over the objectives; 0 = optimal."""
        return max((stage.gap for stage in self.stages), default=0)

    def shares(self, by: Literal["employer", "job"]) -> Mapping[str, tuple[int, int]]:
        """People placed and headcount of each employer or fragile job."""
        people = sum_by_key((getattr(lot, by), lot.people) for lot in self.fragile.lots)
        placed = sum_by_key((getattr(flow.fragile, by), flow.people) for flow in self.flows)
        return {name: (placed[name], people[name]) for name in sorted(people)}

    def totals(self) -> dict[str, Any]:
        """Return the sums of the allocation."""
        return TOTALS.to_dict(self, "fr")

    def lever(self) -> dict[str, Any]:
        """Return the people who take a training lever and its own hours, which the hours in all count too."""
        people = sum(f.people for f in self.flows if f.lever_hours)
        return {"people": people, "hours": total_of(self.flows, "lever_hours")}

    def certificate(self) -> dict[str, Any]:
        """Return the bounds that held and the proof of each objective."""
        return CERTIFICATE.to_dict(self, "fr")

    def resolved(self) -> tuple[ResolvedTitle, ...]:
        """Return the jobs that were written otherwise than by their code, with the table and row to correct."""
        titled = ((lot, side) for side in (self.fragile, self.hiring) for lot in side.resolved())
        return tuple(ResolvedTitle(x, side.side, "#".join(filter(None, (side.file, x.sheet)))) for x, side in titled)

    def summary(self, lang: Lang = "fr") -> str:
        """Return the sentence that says it all: who is placed, to be confirmed or without a solution, what is left."""
        share = percent(self.placed / self.fragile.people, lang=lang) if self.fragile.people else "–"
        totals = self.totals()
        placed = say("territory.summary.placed", lang=lang, n=self.placed, people=self.fragile.people, share=share)
        hours = say("territory.summary.hours", lang=lang, n=round(self.hours))
        phrases = [say("territory.summary.with", lang=lang, placed=placed, hours=hours)]
        if totals["to_confirm"]:
            phrases.append(say("territory.summary.to_confirm", lang=lang, n=totals["to_confirm"]))
        phrases.append(say("territory.summary.uncovered", lang=lang, n=totals["uncovered"]))
        phrases.append(say("territory.summary.empty", lang=lang, n=totals["unfilled"], openings=self.hiring.people))
        return say("territory.summary.all", lang=lang, list=listed(phrases, lang))


def total_of(flows: Iterable[Flow], name: str) -> float | None:
    """Sum an attribute of each person of some flows, to the tenth; unknown where one of them is."""
    measured = [(attrgetter(name)(flow), flow.people) for flow in flows]
    if any(value is None for value, _ in measured):
        return None
    return sum(round((value or 0.0) * TENTHS) * people for value, people in measured) / TENTHS


def _proof(allocation: Allocation, stage: Stage) -> dict[str, Any]:
    """Certificate of an objective; of kilometres, no figure where one of them is unknown and only counts as far."""
    known = stage.name != "distance" or total_of(allocation.flows, "km") is not None
    return stage.to_dict() | ({} if known else {"value": None, "bound": None})


def _shares(sums: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"placed": placed, "headcount": people, "share": placed / people if people else None}
        for name, (placed, people) in sums.items()
    }
