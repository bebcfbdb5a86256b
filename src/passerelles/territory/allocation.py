"""`Allocation`: who could go where, what it takes, what stays open, how it is known to be the best, how it is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import listed
from passerelles.ranking.move import Move
from passerelles.settings import TerritorySettings
from passerelles.territory.lots import NOTE, SET_ASIDE, Lot, Lots, Note, Problem, Side, aside_totals, reading_notes
from passerelles.territory.network import Stage
from passerelles.territory.pairs import Bounds
from passerelles.territory.plan import TENTHS
from passerelles.views import schema
from passerelles.views.schema import mapped, maybe, one_of, pair, record, ref, share, text, whole
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Cell, Column, On, Page, Record, Sheet, Withheld, attribute

_FILE: Final = On.JSON | On.TABLE
_CELLS: Final = On.TABLE | On.SCREEN
_ENDS: Final = ("low", "expected", "high")
_AMOUNT: Final = schema.number(least=0)
_PEOPLE: Final = maybe(whole("Null: withheld, see `masked`", least=0))
_LOTS: Final = schema.listed(record("", {"employer": text(), "job": text(), "basin": maybe(text())}))
_SUMS: Final = ("headcount", "openings", "placed", "uncovered", "unfilled", "same_job", "km")
_MASKED: Final = Column("masked", "flag", value=lambda _item, _lang: False, on=_FILE, schema=schema.flag())

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
class Flow(Described):
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

    @property
    def level(self) -> str | None:
        """Level of the move, ``same`` where the job stays the same; None = unknown, or not explained."""
        return "same" if self.same_job else self.move.level if self.move else None

    def hours_range(self, lang: Lang = "fr") -> str:
        """Return the range of the hours in words, or that they are taken from a setting."""
        if self.hours.assumed:
            return say("report.hours.assumed", lang=lang)
        low, high = self.hours.low, self.hours.high
        if low is None or high is None:
            return say("report.hours.no_range", lang=lang)
        figures = {"low": number(low, lang=lang), "high": number(high, lang=lang)}
        return "" if low == high else say("report.hours.range", lang=lang, **figures)

    spec: ClassVar[Record] = Record(
        "flow",
        "People of a fragile lot who could take openings of another; withheld lines name several lots",
        (
            Column("from", on=On.SCREEN, shown=attribute("fragile.employer"), note=lambda f, _: f.fragile.place()),
            Column("fragile_employer", value=attribute("fragile.employer"), on=_FILE, schema=text(), promised=True),
            Column("origin", json=lambda f, _: f.fragile.end, schema=maybe(ref("end")), promised=True, on=On.JSON),
            Column("origin_code", value=attribute("fragile.job"), on=On.TABLE),
            Column("origin_label", value=attribute("fragile.label"), on=On.TABLE),
            Column("from_basin", value=attribute("fragile.basin_label"), schema=maybe(text()), promised=True, on=_FILE),
            Column("from_basin_code", value=attribute("fragile.basin"), schema=text(), on=On.JSON),
            Column(
                "to", on=On.SCREEN, shown=attribute("hiring.employer"),
                note=lambda f, _: f.hiring.place(elsewhere=f.hiring.basin != f.fragile.basin),
            ),
            Column("hiring_employer", value=attribute("hiring.employer"), on=_FILE, schema=text(), promised=True),
            Column("target", json=lambda f, _: f.hiring.end, schema=maybe(ref("end")), promised=True, on=On.JSON),
            Column("target_code", value=attribute("hiring.job"), on=On.TABLE),
            Column("target_label", value=attribute("hiring.label"), on=On.TABLE),
            Column("to_basin", value=attribute("hiring.basin_label"), schema=maybe(text()), promised=True, on=_FILE),
            Column("to_basin_code", value=attribute("hiring.basin"), schema=text(), on=On.JSON),
            Column("family", value=lambda f, _: f.hiring.pool or None, schema=maybe(text()), on=_FILE),
            Column("people", "integer", schema=_PEOPLE, promised=True),
            Column("level", words="territory.level", on=On.PAGE, badge=True),
            Column(
                "hours_each", "integer", value=attribute("hours.expected"), json=lambda f, _: f.hours.to_dict(),
                json_key="hours_per_person", schema=ref("span"), promised=True, on=On.JSON | On.TERMINAL,
                shown=lambda f, lang: say("territory.table.same_job", lang=lang) if f.same_job else None,
            ),
            Column(
                "hours_each", "integer", value=attribute("hours.expected"), on=On.PAGE,
                note=lambda f, lang: f.hours_range(lang),
            ),
            *(Column(f"hours_{end}", "number", value=attribute(f"hours.{end}"), on=On.TABLE) for end in _ENDS),
            Column("hours_assumed", value=attribute("hours.assumed"), schema=schema.flag(), on=On.JSON),
            Column("lever_hours", schema=maybe(schema.number("Hours that a lever added", least=0)), on=On.JSON),
            Column("km", "number", schema=maybe(_AMOUNT), on=_FILE),
            Column("km", "integer", on=On.SCREEN),
            Column("same_job", "flag", schema=schema.flag(), on=_FILE),
            Column("probability", "share", schema=maybe(share()), shown=lambda f, _: "–" if f.same_job else None),
            Column(
                "move", json=lambda f, lang: f.move and f.move.to_dict(lang), schema=maybe(ref("move")), promised=True,
                on=On.JSON,
            ),
            _MASKED,
            Column("fragile_lots", value=lambda _f, _lang: None, on=On.TABLE),
            Column("hiring_lots", value=lambda _f, _lang: None, on=On.TABLE),
        ),
        beside={"fragile_lots": _LOTS, "hiring_lots": _LOTS},
    )  # fmt: skip


class Count(NamedTuple):
    """Openings that a reason keeps from a lot."""

    reason: str
    openings: int


@dataclass(frozen=True, slots=True)
class Uncovered(Described):
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

    def reason_said(self, lang: Lang = "fr") -> str:
        """Return the reason in a few words."""
        return say(f"territory.reason.{self.reason}", lang=lang)

    def why(self, lang: Lang = "fr") -> str:
        """Return the reason in a few words; the sentence where it has a figure of its own."""
        return self.sentence(lang) if self.reason == "radius" else self.reason_said(lang)

    def because(self, lang: Lang = "fr") -> str:
        """Return the sentence without the employer and the job, for a table that has said them."""
        rest = self.sentence(lang).removeprefix(f"{self.lot.employer}, {self.lot.label or self.lot.job}")
        rest = rest.lstrip(" :\u00a0")
        return rest[:1].upper() + rest[1:]

    spec: ClassVar[Record] = Record(
        "uncovered",
        "People placed nowhere",
        (
            Column("from", on=On.SCREEN, shown=attribute("lot.employer"), note=lambda u, _: u.lot.place()),
            Column("employer", value=attribute("lot.employer"), schema=text(), promised=True, on=_FILE),
            Column("job", json=lambda u, _: u.lot.end, schema=maybe(ref("end")), promised=True, on=On.JSON),
            Column("code", value=attribute("lot.job"), on=On.TABLE),
            Column("label", value=attribute("lot.label"), on=On.TABLE),
            Column("basin", value=attribute("lot.basin_label"), schema=maybe(text()), promised=True, on=_FILE),
            Column(
                "headcount", "integer", value=attribute("lot.people"), schema=whole(least=0), promised=True,
                on=_FILE | On.PAGE,
            ),
            Column("people", "integer", schema=_PEOPLE, promised=True, on=_FILE),
            Column("uncovered", "integer", value=attribute("people"), on=On.SCREEN),
            Column("reason", on=On.JSON, schema=text()),
            Column("reason", value=lambda u, lang: u.reason_said(lang), on=On.TABLE),
            Column(
                "barred_openings", json=lambda u, _: {c.reason: c.openings for c in u.counts}, schema=ref("barred"),
                on=On.JSON,
            ),
            Column("sentence", value=lambda u, lang: u.sentence(lang), schema=text(), on=_FILE),
            Column("why", value=lambda u, lang: u.why(lang), on=On.TERMINAL),
            Column("why", value=lambda u, lang: u.because(lang), on=On.PAGE),
            _MASKED.at(lambda item: item, on=On.JSON),
        ),
        beside={"lots": _LOTS},
    )  # fmt: skip


class Candidate(NamedTuple):
    """People still uncovered who could fill an opening if `reason` did not bar them; hours and km None = unknown."""

    lot: Lot
    people: int
    job: str
    reason: str
    hours: float | None
    km: float | None


CANDIDATE: Final = Record(
    "candidate",
    "People still uncovered who could fill an opening if `barred_by` did not bar them",
    (
        Column("employer", value=attribute("lot.employer"), schema=text(), promised=True),
        Column("job", value=attribute("lot.job"), schema=schema.code(), promised=True),
        Column("basin", value=attribute("lot.basin_label"), schema=text(), promised=True),
        Column("people", "integer", schema=whole(least=0), promised=True),
        Column("towards", value=attribute("job"), schema=schema.code(), promised=True),
        Column("barred_by", value=attribute("reason"), schema=text(), promised=True),
        Column("hours", "number", schema=maybe(_AMOUNT), promised=True),
        Column("km", "number", schema=maybe(_AMOUNT), promised=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Unfilled(Described):
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

    def place(self) -> str:
        """Return job or family, and basin, for a screen."""
        return ", ".join(filter(None, (f"{self.code} {self.label}".strip(), self.basin_label)))

    spec: ClassVar[Record] = Record(
        "unfilled",
        "Openings that stay empty",
        (
            Column("to", on=On.SCREEN, shown=attribute("employer"), note=lambda u, _: u.place()),
            Column("employer", schema=text(), promised=True, on=_FILE),
            Column(
                "job", json=lambda u, _: {"code": u.code, "label": u.label}, promised=True, on=On.JSON,
                schema=maybe(record("A job, or a family", {"code": schema.code(), "label": maybe(text())})),
            ),
            Column("code", on=On.TABLE),
            Column("label", on=On.TABLE),
            Column("basin", value=attribute("basin_label"), schema=maybe(text()), promised=True, on=_FILE),
            Column("openings", "integer", schema=whole(least=0), promised=True),
            Column("empty", "integer", json_key="people", schema=_PEOPLE, promised=True),
            Column("reason", on=On.JSON, schema=text()),
            Column("reason", value=lambda u, lang: say(f"territory.reason.{u.reason}", lang=lang), on=On.TABLE),
            Column("sentence", value=lambda u, lang: u.sentence(lang), schema=text(), on=_FILE),
            Column(
                "candidates", value=lambda u, _: "; ".join(f"{c.lot.employer} ({c.lot.job})" for c in u.candidates),
                json=lambda u, lang: [CANDIDATE.to_dict(c, lang) for c in u.candidates],
                schema=schema.listed(ref("candidate")), on=_FILE,
            ),
            Column("fill", value=lambda u, lang: u.sentence(lang), on=On.SCREEN),
            _MASKED.at(lambda item: item, on=On.JSON),
        ),
        beside={"lots": _LOTS},
    )  # fmt: skip


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


def _short(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


CHANGE: Final = Record(
    "change",
    "What moving one bound would change",
    (
        Column("kind", schema=text(), promised=True),
        Column("bound", "number", on=On.JSON),
        Column("step", "number"),
        Column("more", "integer", schema=maybe(whole()), promised=True),
        Column("placed", "integer", schema=_PEOPLE, promised=True),
        Column("hours", "number", on=On.JSON),
        Column("sentence", value=lambda c, lang: c.sentence(lang), schema=text(), promised=True),
    ),
)


class Resolved(NamedTuple):
    """A lot whose job was written otherwise than by its code, and the table to correct."""

    lot: Lot
    side: Side
    file: str

    def sentence(self, lang: Lang = "fr") -> str:
        """Return what was written, what it is read as, and how surely."""
        table = self.file or say(f"territory.table.{self.side}", lang=lang)
        shown = percent(self.lot.confidence, lang=lang)
        return say(
            "territory.table.resolved", lang=lang, table=table, row=str(self.lot.row or "?"), given=self.lot.given,
            code=self.lot.job, label=self.lot.label, confidence=shown,
        )  # fmt: skip


RESOLVED: Final = Record(
    "resolved_title",
    "A title that was resolved to a code",
    (
        Column("employer", value=attribute("lot.employer"), on=On.JSON, schema=text(), promised=True),
        Column("file", value=lambda r, _: r.file or r.side, json=attribute("file"), schema=text()),
        Column("line", "integer", value=lambda r, _: r.lot.row or None, on=_CELLS),
        Column("row", value=lambda r, _: r.lot.row or None, on=On.JSON, schema=maybe(whole()), promised=True),
        Column("given", value=attribute("lot.given"), schema=text(), promised=True),
        Column("job", json=lambda r, _: r.lot.end, on=On.JSON, schema=ref("end"), promised=True),
        Column("code", value=attribute("lot.job"), on=_CELLS),
        Column("label", value=attribute("lot.label"), on=_CELLS),
        Column("confidence", "share", value=attribute("lot.confidence"), schema=share(), promised=True),
        Column("people", value=attribute("lot.people"), on=On.JSON, schema=whole(least=0)),
        Column(
            "basin", json=lambda r, _: {"code": r.lot.basin, "label": r.lot.basin_label}, on=On.JSON,
            schema=record("", {"code": text(), "label": text()}),
        ),
        Column("family", value=lambda r, _: r.lot.pool or None, on=On.JSON),
        Column("side", on=On.JSON, schema=one_of(("fragile", "hiring"))),
    ),
)  # fmt: skip

_SHARES: Final = maybe(
    mapped(record("", {"placed": whole(least=0), "headcount": whole(least=0), "share": maybe(share())}))
)
LEVER: Final = maybe(record("What levers opened", {"people": whole(least=0), "hours": _AMOUNT}))
_TOTALS: Final = record(
    "Sums",
    {
        "headcount": whole(least=0),
        "openings": whole(least=0),
        **dict.fromkeys(("placed", "uncovered", "unfilled", "same_job"), _PEOPLE),
        "hours": ref("span"),
        "hours_per_person": maybe(_AMOUNT),
        "km": maybe(_AMOUNT),
        "by_employer": _SHARES,
        "by_job": _SHARES,
    },
    optional={
        "set_aside": _PEOPLE,
        "lever": LEVER,
        "placed_between": maybe(pair(whole(least=0), "Round numbers where `placed` is withheld")),
    },
)
STATUSES: Final = ("optimal", "time_limit", "infeasible")
_CERTIFICATE: Final = record(
    "The bounds that held and the proof of each objective",
    {
        "status": one_of(STATUSES),
        "gap": _AMOUNT,
        "objectives": schema.listed(
            record(
                "",
                {"name": text(), **dict.fromkeys(("value", "bound"), maybe(schema.number())), "gap": maybe(_AMOUNT)},
                optional={"exact": schema.flag()},
            )
        ),
        "radius_km": maybe(_AMOUNT),
        "radius_applied": schema.flag(),
        "frame": maybe(text()),
        "min_probability": maybe(share()),
        "budget_hours": maybe(_AMOUNT),
    },
    optional={
        "max_hours": maybe(_AMOUNT),
        "floor": maybe(share("Least share of people placed, by `floor_by`")),
        "floor_by": maybe(text()),
    },
)


def _items(key: str, of: type[Described] | Record, name: str = "", *, promised: bool = False) -> Column:
    """Return a column that holds the items of a list."""
    get = attribute(name or key)

    def told(release: "Release", lang: Lang) -> list[dict[str, Any]]:
        return [_record(of).to_dict(each, lang) for each in get(release, lang)]

    return Column(key, json=told, schema=schema.listed(ref(_record(of).name)), promised=promised)


def _record(of: type[Described] | Record) -> Record:
    return of if isinstance(of, Record) else of.spec


@dataclass(frozen=True)
class Release:
    """
    What is told of an allocation: the whole, or what may be published of it.

    `summary` gives the sentence that says it all, empty where figures are withheld; `threshold`: the headcount under
    which they are, None where the whole is told.
    """

    flows: Sequence[Flow | Withheld]
    uncovered: Sequence[Uncovered | Withheld]
    unfilled: Sequence[Unfilled | Withheld]
    totals: Mapping[str, Any]
    bounds: Mapping[str, Any]
    changes: Sequence[Change | Withheld]
    notes: Sequence[Note]
    set_aside: Sequence[Problem | Withheld]
    unmet_floors: Sequence[str]
    resolved: Sequence[Resolved]
    referential: tuple[str, str]
    summary: Callable[[Lang], str]
    masked: bool = False
    threshold: int | None = None

    spec: ClassVar[Record] = Record(
        "territory",
        "Who could go where",
        (
            _items("results", Flow, "flows", promised=True),
            _items("uncovered", Uncovered, promised=True),
            _items("unfilled", Unfilled, promised=True),
            Column("totals", json=lambda r, _: dict(r.totals), schema=_TOTALS, promised=True),
            Column("bounds", json=lambda r, _: dict(r.bounds), schema=_CERTIFICATE, promised=True),
            _items("changes", CHANGE),
            _items("notes", NOTE),
            _items("set_aside", SET_ASIDE),
            Column("unmet_floors", json=lambda r, _: list(r.unmet_floors), schema=schema.listed(text())),
            _items("resolved", RESOLVED),
            Column(
                "referential_version", json=lambda r, _: dict(zip(("name", "version"), r.referential, strict=True)),
                schema=ref("referential_version"),
            ),
            Column("masked", schema=schema.flag("Whether small numbers are withheld")),
        ),
        beside={"threshold": whole("Numbers below it are withheld", least=0)},
    )  # fmt: skip

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return ``results`` of ``territory@1`` and what stands beside them, ready for JSON."""
        told = self.spec.to_dict(self, lang)
        return told if self.threshold is None else told | {"threshold": self.threshold}

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return a sheet a question: who goes where, who is left, what stays empty, totals, changes, titles, notes."""
        sheets = [
            Sheet("flows", Flow.spec.columns, lambda: self.flows, lang),
            Sheet("uncovered", Uncovered.spec.columns, lambda: self.uncovered, lang),
            Sheet("unfilled", Unfilled.spec.columns, lambda: self.unfilled, lang),
            Sheet.of_rows("totals", (Column("what"), Column("value", "number")), self._sums(lang)),
            Sheet("changes", CHANGE.columns, lambda: self.changes, lang),
            Sheet("resolved", RESOLVED.columns, lambda: self.resolved, lang),
        ]
        if self.set_aside:
            sheets.append(Sheet("set_aside", SET_ASIDE.columns, lambda: self.set_aside, lang))
        return [*sheets, *note_sheets(self.notes, lang)]

    def page(self, lang: Lang = "fr") -> Page:
        """Return the sentence that says it all, who goes where, and what is left to unfold."""
        flows, *others = self.sheets(lang)
        details = [Page(each.label(lang), sheets=[each]) for each in others if each.title != "notes" and each.rows]
        return Page(self.summary(lang), [note.sentence(lang) for note in self.notes], [flows], details)

    def largest_unfilled(self) -> list[Unfilled | Withheld]:
        """Return the openings that stay empty, the most first, withheld numbers last."""

        def count(item: Unfilled | Withheld) -> int:
            return int(item.told["people"] or 0) if isinstance(item, Withheld) else item.empty

        return sorted(self.unfilled, key=count, reverse=True)

    def hidden_lots(self, lang: Lang = "fr") -> list[str]:
        """Return which lots the lines for several of them stand for, one sentence each."""
        together = [f for f in self.flows if isinstance(f, Withheld)]
        groups = [("others", f.told["fragile_lots"]) for f in together if f.told["origin"] is None]
        if together:
            groups.append(("other_openings", together[0].told["hiring_lots"]))
        return [
            say(
                "territory.table.hidden_lots", lang=lang, name=say(f"territory.table.{name}", lang=lang),
                list=listed((", ".join((lot["employer"], lot["job"], lot["basin"])) for lot in lots), lang),
            )
            for name, lots in groups
        ]  # fmt: skip

    def proofs(self, lang: Lang = "fr") -> list[str]:
        """Return what is reached and what is proven, one sentence an objective."""
        return [
            say(
                "territory.table.certificate", lang=lang, name=say(f"territory.objective.{stage['name']}", lang=lang),
                **{key: number(stage[key], lang=lang) for key in ("value", "bound", "gap")},
            )
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


def note_sheets(notes: Sequence[Note], lang: Lang) -> list[Sheet]:
    """Return what the reader must know, where there is something."""
    return [Sheet("notes", NOTE.columns, lambda: notes, lang)] if notes else []


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

    def release(self) -> Release:
        """Return all that is told of the allocation."""
        return Release(
            self.flows, self.uncovered, self.unfilled, self.totals(), self.certificate(), self.changes,
            [*map(Note, self.notes), *reading_notes((self.fragile, self.hiring))],
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

    def resolved(self) -> tuple[Resolved, ...]:
        """Return the jobs that were written otherwise than by their code, with the table and row to correct."""
        sides = (self.fragile, self.hiring)
        return tuple(Resolved(lot, side.side, side.file) for side in sides for lot in side.resolved())

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
