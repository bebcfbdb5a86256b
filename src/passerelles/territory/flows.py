"""Lines of an allocation: flows, people without a solution, openings left and why, what would change."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import ClassVar, Final, NamedTuple, get_args

import numpy as np

from passerelles.access.conditions import AccessConditions, access_conditions
from passerelles.access.wording import access_text, month_count, usual_of
from passerelles.language.say import Lang, day_text, listed, number, number_shown, percent, say
from passerelles.market.market import Openings
from passerelles.market.signals import FIGURE, SHARE_COLUMNS, SHARES, WagePair, wage_columns, wages_short
from passerelles.market.tables import PAYER, Payer
from passerelles.matching.titles import SURE
from passerelles.model import UNKNOWN_HOURS, Hours, MoveKind
from passerelles.ranking.move import Move
from passerelles.ranking.rank import none_if_nan
from passerelles.referentials.access_text import Choice
from passerelles.scoring.scorer import LEVELS, Level
from passerelles.territory.hours import is_told
from passerelles.territory.lots import NO_EMPLOYER, Lot, Month, Side
from passerelles.territory.pairs import JobMoves, Pairs, Territory, Why, first_lots
from passerelles.territory.solve import TENTHS
from passerelles.text import few
from passerelles.vectors import Ints
from passerelles.views.schema import maybe, one_of, record
from passerelles.views.shown import Described
from passerelles.views.spec import SPAN, Column, On, Record, Withheld, hours_columns, inside, part_of, parts_of, within

PEOPLE: Final = "count?: Null: withheld, see `masked`"
_LOTS: Final = [record("", {"employer": "text", "job": "text", "basin": "text?"})]
KNOWN_BY: Final = maybe(
    one_of(("job", "family"), "What a survey's openings are known of: the job, or its family only; null = a firm's")
)
_TITLE: Final = "text: The job as it was written"
_FEW_WAYS: Final = 3
_SHARES: Final = dict.fromkeys(SHARES, FIGURE)
_MASKED: Final = Column("masked", "flag", value=lambda _item, _lang: False, on=On.FILE, schema="flag")


def hours_between(territory: Territory, moves: JobMoves, start: Lot, end: Lot, assumed: float | None = None) -> Hours:
    """
    Return the hours that people of a lot take for an opening; `assumed` stand for those of a move that are unknown.

    To the same job they are none, or those of what its title demands beyond what these people hold: unknown where that
    is not told of the job, or where the tables say what is held or asked for.
    """
    where = moves.at(start, end)
    unmet = territory.unmet(start, end) if moves.same[where] else []
    if unmet and (start.permits or end.permits or not is_told(territory.graph.referential, end, unmet)):
        return UNKNOWN_HOURS
    return hours_at(moves, where, None if unmet else assumed, retitled=bool(unmet))


def hours_at(moves: JobMoves, where: tuple[int, int], assumed: float | None = None, *, retitled: bool = False) -> Hours:
    """
    Return the hours of a move, none to the same job unless it is `retitled`: of a title that demands more.

    `assumed` stand for those expected where these are unknown.
    """
    if moves.same[where] and not retitled:
        return Hours(0.0, 0.0, 0.0)
    low, expected, high = (none_if_nan(span[where]) for span in moves.hours[:3])
    counted = assumed if expected is None else expected
    low, high = (None if end is None else round(end, 1) for end in (low, high))
    return Hours(low, None if counted is None else round(counted * TENTHS) / TENTHS, high)  # as allocation counts them


MONTH: Final = "text?: Year and month, as 2027-03; null = not said"


def month_column(key: str, path: str) -> Column:
    """Return the column of a month, which may not be said."""
    column = Column(key, value=lambda month, _: str(month), schema=MONTH, on=On.FILE)
    return replace(column, shown=lambda month, lang: day_text(str(month), lang)).at(attrgetter(path))


_OPCO: Final = Column(
    "", value=lambda p, _: p.name or None, json=PAYER.to_dict, schema=maybe(PAYER.schema()), on=On.FILE
)


def _end(side: Side, job: str, way: str) -> tuple[Column, ...]:
    """Return what files hold of the lot at one end of a flow: its employer, its job and where it is."""
    columns = (
        Column(f"{side}_employer", value="employer", on=On.FILE, promised="text"),
        Column(f"{side}_title", value="title", on=On.FILE, schema=_TITLE),
        Column(job, json="end", promised="end?", on=On.JSON),
        Column(f"{job}_code", value="job", on=On.TABLE),
        Column(f"{job}_label", value="label", on=On.TABLE),
        Column(f"{way}_basin", value="basin_label", promised="text?", on=On.FILE),
        Column(f"{way}_basin_code", value="basin", schema="text", on=On.JSON),
        Column(f"{way}_commune", value="commune_label", schema="text?", on=On.FILE),
    )
    return within(columns, attrgetter(side))


class TitleDemand(NamedTuple):
    """Credentials of which a title or its conditions demand one: codes, names, the hours of each; None = unknown."""

    codes: Choice
    names: tuple[str, ...]
    hours: tuple[float | None, ...]

    def text(self, lang: Lang) -> str:
        """Return its names, each with the hours that it takes."""
        pairs = zip(self.names, self.hours, strict=True)
        sized = [f"{name} ({number(hours, lang=lang)} h)" if hours else name for name, hours in pairs]
        return few(sized, _FEW_WAYS, say("conditions.or", lang=lang))


@dataclass(frozen=True, slots=True)
class Flow(Described):
    """
    People of one lot who could take openings of another.

    Attributes
    ----------
    cost
        Hours of training and those that the chance counts for, of one person; None = unknown.
    km
        None = unknown.
    same_job
        Whether it is the same job elsewhere: no training, so no `move`, `move_level` or `listed`.
    listed
        Whether the referential's experts list the move.
    unknown
        What is still to be confirmed, names of `passerelles.territory.pairs.Doubt`; empty for people who are placed.
    kind
        The same job, up, down or sideways.
    access
        What access to the job takes of these people.
    title_demands
        Credentials that the title or conditions of the opening demand beyond what the people hold, after those that
        come before them.
    move
        The explained move, or None beyond the number that the settings explain.
    wages
        Median wage of the job left and of the job reached over that of all, one period; None without a market.
    surveyed
        What a survey says of the families of the job reached, in the basin it is in; None without a survey.
    assumed
        Whether a setting gives the expected hours, where the model knows none.
    lever_hours
        Part of the expected hours that a training lever takes, 0 where it is not taken.
    training_months
        Months of full-time training, or of studies that take longer, and of required practice; None = unknown.
    this_month
        Month of the calculation: no training begins earlier.
    """

    fragile: Lot
    hiring: Lot
    people: int
    hours: Hours
    cost: float | None
    km: float | None
    same_job: bool
    probability: float | None
    kind: MoveKind
    access: AccessConditions
    this_month: Month
    move_level: Level | None = None
    listed: bool | None = None
    unknown: tuple[str, ...] = ()
    title_demands: tuple[TitleDemand, ...] = ()
    move: Move | None = None
    assumed: bool = False
    lever_hours: float = 0.0
    wages: WagePair | None = None
    surveyed: Openings | None = None
    payers: tuple[Payer | None, Payer | None] = (None, None)
    training_months: float | None = None

    @property
    def in_time(self) -> bool | None:
        """Whether the training fits between the month people are free and that they are needed; None = not said."""
        if self.overdue:
            return False
        free, needed, months = self.fragile.month, self.hiring.month, self.training_months
        return None if free is None or needed is None or months is None else months <= free.until(needed)

    @property
    def start_by(self) -> Month | None:
        """
        Last month in which full-time training may begin, to end before the month people are needed.

        None where that month is not said, the hours are unknown, or there is nothing to learn.
        """
        months, needed = self.training_months, self.hiring.month
        return None if needed is None or not months else needed.before(math.ceil(months))

    @property
    def overdue(self) -> bool:
        """Whether the training should have begun before the month of the calculation."""
        return self.start_by is not None and self.start_by < self.this_month

    @property
    def level(self) -> str | None:
        """Level of the move, ``same`` where the job stays the same; None = unknown."""
        return "same" if self.same_job else self.move_level

    def to_find_out(self, lang: Lang = "fr") -> str | None:
        """Return what is to be found out before people go, in words; None where nothing is."""
        return listed((self._unknown(name, lang) for name in self.unknown), lang) or None

    def access_said(self, lang: Lang = "fr") -> str:
        """Return what access takes, in a few words."""
        held = {c.code for c in self.access.credentials if "yes" in (c.held, c.group_held)}
        names = ", ".join(extra.text(lang) for extra in self.title_demands if held.isdisjoint(extra.codes))
        return names or access_text(replace(self.access, title=""), lang)  # the title stands beside

    @property
    def place(self) -> str:
        """Job and place of the opening, the job alone where people stay; of a survey, the family: jobs have two."""
        place = self.hiring.place(elsewhere=self.hiring.town != self.fragile.town)
        return f"{place}, FAP {self.hiring.pool}" if self.hiring.pool else place

    def place_and_access(self, lang: Lang) -> Iterator[str]:
        """Yield job and place, then what access takes of people who change jobs and what employers often ask for."""
        yield self.place
        if self.same_job:
            return
        if "access" not in self.unknown and self.access.to_obtain:
            yield say("territory.table.access", lang=lang, access=self.access_said(lang))
        if names := _usual_names(self.access):
            yield say("territory.table.usual", lang=lang, names=names)

    def _unknown(self, name: str, lang: Lang) -> str:
        text = say(f"territory.unknown.{name}", lang=lang)
        # Of one job, only the titles show what differs: "Capitaine 200", "Capitaine 500".
        titles_only = self.same_job and not self.title_demands
        titles = f"{self.fragile.title} → {self.hiring.title}" if titles_only else self.access_said(lang)
        years = ", ".join(c.label for c in usual_of(self.access) if c.kind == "experience")
        details = {"access": titles, "experience": years}.get(name)
        return say("territory.unknown.named", lang=lang, what=text, list=details) if details else text

    def _nothing_to_learn(self, lang: Lang) -> str | None:
        known = self.same_job and self.hours.expected == 0
        return say("territory.table.same_job", lang=lang) if known else None

    def hours_range(self, lang: Lang = "fr") -> str:
        """Return the range of the hours in words, or that they are taken from a setting."""
        if self.assumed:
            return say("report.hours.assumed", lang=lang)
        low, high = self.hours.low, self.hours.high
        if low is None:
            return say("report.hours.no_range", lang=lang)
        if high is None:
            return say("report.hours.at_least", lang=lang, expected=number(low, lang=lang))
        figures = {"low": number(low, lang=lang), "high": number(high, lang=lang)}
        return "" if low == high else say("report.hours.range", lang=lang, **figures)

    spec: ClassVar[Record] = Record(
        "flow",
        "People of a fragile lot who could take openings of another; withheld lines name several lots",
        Column("from", on=On.SCREEN, shown="fragile.employer", note=lambda f, _: f.fragile.place()),
        *_end("fragile", "origin", "from"),
        Column("to", on=On.TERMINAL, shown="hiring.employer",
               note=lambda f, lang: listed(f.place_and_access(lang), lang)),
        Column("to", on=On.PAGE, shown="hiring.employer", note=lambda f, _: f.place),
        *_end("hiring", "target", "to"),
        Column("family", value="hiring.pool", schema="text?", on=On.FILE),
        Column("known_by", value=lambda f, _: f.hiring.known_by or None, words="terms.known_by",
               schema=KNOWN_BY, on=On.FILE),
        Column("people", "integer", promised=PEOPLE),
        Column("unknown", json=lambda f, _: list(f.unknown), value=lambda f, lang: f.to_find_out(lang),
               schema=["text", "To be confirmed before people go: hours, access, level, title, distance"]),
        Column("level", words="territory.level", on=On.PAGE, badge=True),
        Column("level", value="move_level", words="territory.level", schema=maybe(one_of(LEVELS)), on=On.FILE),
        Column("kind", words="moves.kind", schema=one_of(get_args(MoveKind)), on=On.FILE | On.PAGE),
        part_of("access_conditions", "access_conditions", "access", nullable=True),
        Column("access", value=lambda f, lang: f.access_said(lang), on=On.TABLE | On.PAGE),
        Column("listed", "flag", schema="flag?: Whether the referential lists the move", on=On.FILE),
        part_of("hours_each", SPAN, "hours", kind="integer", value="hours.expected", shown=_nothing_to_learn,
                json_key="hours_per_person", promised=True, on=On.JSON | On.TERMINAL),
        Column("hours_each", "integer", value="hours.expected", on=On.PAGE, note=hours_range),
        *hours_columns(),
        Column("hours_assumed", value="assumed", schema="flag", on=On.JSON),
        Column("lever_hours", schema="amount?: Hours that a lever added", on=On.JSON),
        Column("cost_each", "number", value="cost", json_key="cost_per_person", on=On.FILE,
               schema="amount?: Hours of training, and those that the chance counts for"),
        Column("km", "number", schema="amount?", on=On.FILE),
        Column("km", "integer", on=On.SCREEN),
        Column("same_job", "flag", schema="flag", on=On.FILE),
        *wage_columns(on=On.TERMINAL),
        Column("market", on=On.JSON,
               json=lambda f, _: f.surveyed and {name: getattr(f.surveyed, name).to_dict() for name in SHARES},
               schema=maybe(record("Difficulty and seasons of recruitment in the basin", _SHARES))),
        *SHARE_COLUMNS,
        month_column("free_from", "fragile.month"),
        month_column("needed_by", "hiring.month"),
        Column("training_months", "number", on=On.FILE, schema="amount?: Months of training or studies, and practice",
               shown=lambda f, lang: None if f.training_months is None else month_count(f.training_months, lang)),
        month_column("start_by", "start_by"),
        Column("in_time", "flag", on=On.FILE,
               schema="flag?: Whether the training fits between the two months; null = not said"),
        *(
            Column(f"{side}_{name}", value=f"{side}.{name}", schema=kind, on=On.FILE)
            for side in ("fragile", "hiring")
            for name, kind in (("size", "count?"), ("agreement", "text: IDCC; empty = not said"))
        ),
        *(
            replace(_OPCO.at(itemgetter(at)).at(attrgetter("payers")), key=f"{side}_payer")
            for at, side in enumerate(("fragile", "hiring"))
        ),
        Column("probability", "share", schema="share?", shown=lambda f, _: "–" if f.same_job else None),
        part_of("move", "move", nullable=True, promised=True),
        _MASKED,
        Column("fragile_lots", value=lambda _f, _lang: None, on=On.TABLE),
        Column("hiring_lots", value=lambda _f, _lang: None, on=On.TABLE),
        beside={"fragile_lots": _LOTS, "hiring_lots": _LOTS},
    )  # fmt: skip


def unknown_keys(lines: Sequence[Flow | Withheld], lang: Lang) -> frozenset[str]:
    """Return the columns that a screen leaves out: those of chances and wages, where no flow has any."""
    flows = [f for f in lines if isinstance(f, Flow)]
    known = {"wages": any(wages_short(f.wages, lang) for f in flows)}
    known["probability"] = len(flows) < len(lines) or any(f.probability is not None for f in flows)
    return frozenset(key for key, told in known.items() if not told)


def _usual_names(access: AccessConditions) -> str:
    """Return what employers often ask for, but for years of practice, in short; empty where it is nothing."""
    return ", ".join(c.short for c in usual_of(access) if c.kind != "experience")


def _lot_name(lot: Lot) -> str:
    """Return employer and job as a sentence names them, the job alone where no table names employers."""
    return ", ".join(name for name in (lot.employer, lot.label) if name != NO_EMPLOYER)


@dataclass(frozen=True, slots=True)
class Uncovered(Described):
    """People of a lot who are placed nowhere, the constraint that holds them, and the openings each reason bars."""

    lot: Lot
    people: int
    reason: str
    barred: Mapping[str, int]
    nearest_km: float | None = None  # of the openings beyond the radius
    nearest: Lot | None = None  # of the empty openings that are but unlikely

    def sentence(self, lang: Lang = "fr") -> str:
        """Return why, as a person reads it."""
        return say("territory.uncovered.of", lang=lang, lot=_lot_name(self.lot), what=self._what(lang))

    def _what(self, lang: Lang) -> str:
        km = "?" if self.nearest_km is None else str(round(self.nearest_km))
        return " ".join([say(f"territory.uncovered.{self.reason}", lang=lang, km=km), *self._nearest(lang)])

    def _nearest(self, lang: Lang) -> list[str]:
        lots = [replace(self.nearest, label=self.nearest.wording)] if self.nearest else []
        return [say("territory.uncovered.nearest", lang=lang, lot=_lot_name(lot)) for lot in lots]

    def reason_said(self, lang: Lang = "fr") -> str:
        """Return the reason in a few words."""
        return say(f"territory.reason.{self.reason}", lang=lang)

    def why(self, lang: Lang = "fr") -> str:
        """Return the reason in a few words, with what is nearest; the sentence where it has a figure of its own."""
        short = self.reason_said(lang)
        return self.sentence(lang) if self.reason == "radius" else ". ".join([short, *self._nearest(lang)])

    def short_sentence(self, lang: Lang = "fr") -> str:
        """Return the sentence without the employer and the job, for a table that has said them."""
        what = self._what(lang)
        return what[:1].upper() + what[1:]

    spec: ClassVar[Record] = Record(
        "uncovered",
        "People placed nowhere",
        Column("from", on=On.SCREEN, shown="lot.employer", note=lambda u, _: u.lot.place()),
        Column("employer", value="lot.employer", promised="text", on=On.FILE),
        Column("fragile_title", value="lot.title", schema=_TITLE, on=On.FILE),
        Column("job", json="lot.end", promised="end?", on=On.JSON),
        Column("code", value="lot.job", on=On.TABLE),
        Column("label", value="lot.label", on=On.TABLE),
        Column("basin", value="lot.basin_label", promised="text?", on=On.FILE),
        Column("commune", value="lot.commune_label", schema="text?", on=On.FILE),
        Column("headcount", "integer", value="lot.people", promised="count", on=On.FILE | On.PAGE),
        Column("people", "integer", promised=PEOPLE, on=On.FILE),
        Column("uncovered", "integer", value="people", on=On.SCREEN),
        Column("reason", value=lambda u, lang: u.reason_said(lang), json="reason", schema="text", on=On.FILE),
        Column("barred_openings", json=lambda u, _: dict(u.barred), schema="barred", on=On.JSON),
        Column("sentence", value=lambda u, lang: u.sentence(lang), schema="text", on=On.FILE),
        Column("why", value=lambda u, lang: u.why(lang), on=On.TERMINAL),
        Column("why", value=lambda u, lang: u.short_sentence(lang), on=On.PAGE),
        replace(_MASKED, on=On.JSON),
        beside={"lots": _LOTS},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FillCandidate(Described):
    """People still uncovered who could fill an opening if `reason` did not bar them; hours and km None = unknown."""

    lot: Lot
    people: int
    job: str
    reason: str
    hours: float | None
    km: float | None
    likely: bool = True  # whether experts list such moves at all: else nobody is told to be near

    spec: ClassVar[Record] = Record(
        "candidate",
        "People still uncovered who could fill an opening if `barred_by` did not bar them",
        Column("employer", value="lot.employer", promised="text"),
        Column("job", value="lot.job", promised="code"),
        Column("basin", value="lot.basin_label", promised="text"),
        Column("people", "integer", promised="count"),
        Column("towards", value="job", promised="code"),
        Column("barred_by", value="reason", promised="text"),
        Column("hours", "number", promised="amount?"),
        Column("km", "number", promised="amount?"),
    )


@dataclass(frozen=True, slots=True)
class Unfilled(Described):
    """
    Openings that stay empty, why, and who would fill them.

    `lot` is the first of those that share the openings; `label` names its job, or their family.
    """

    lot: Lot
    label: str
    openings: int
    empty: int
    reason: str
    candidates: tuple[FillCandidate, ...] = ()
    access: AccessConditions | None = None  # what the job takes, where it takes others

    @property
    def code(self) -> str:
        """Code of the job, or of the family where openings are shared."""
        return self.lot.pool or self.lot.job

    def sentence(self, lang: Lang = "fr") -> str:
        """Return what would fill them, as a person reads it."""
        texts = [say(f"territory.unfilled.{self.reason}", lang=lang)]
        if self.access and (self.access.to_obtain or self.access.status == "selective"):  # nearest, and far from it
            takes = access_text(self.access, lang, sized=True)
            texts.append(say("territory.unfilled.takes", lang=lang, access=takes))
        elif self.candidates and self.candidates[0].likely:
            texts.append(say("territory.unfilled.who", lang=lang, lot=_lot_name(self.candidates[0].lot)))
        if self.access and (names := _usual_names(self.access)):
            texts.append(say("territory.unfilled.usual", lang=lang, names=names))
        return " ".join(texts)

    def place(self) -> str:
        """Return job or family, and basin, for a screen."""
        job = f"{self.code} {self.label}".strip() if self.lot.pool else self.lot.named
        return ", ".join(filter(None, (job, self.lot.town)))

    spec: ClassVar[Record] = Record(
        "unfilled",
        "Openings that stay empty",
        Column("to", on=On.SCREEN, shown="lot.employer", note=lambda u, _: u.place()),
        Column("employer", value="lot.employer", promised="text", on=On.FILE),
        Column("hiring_title", value=lambda u, _: None if u.lot.pool else u.lot.title, schema=maybe(_TITLE),
               on=On.FILE),
        Column("job", json=lambda u, _: {"code": u.code, "label": u.label}, on=On.JSON,
               promised=maybe(record("A job, or a family", {"code": "code", "label": "text?"}))),
        Column("code", on=On.TABLE),
        Column("label", on=On.TABLE),
        Column("basin", value="lot.basin_label", promised="text?", on=On.FILE),
        Column("commune", value="lot.commune_label", schema="text?", on=On.FILE),
        Column("openings", "integer", promised="count"),
        Column("empty", "integer", json_key="people", promised=PEOPLE),
        Column("reason", value=lambda u, lang: say(f"territory.reason.{u.reason}", lang=lang), json="reason",
               schema="text", on=On.FILE),
        Column("sentence", value=lambda u, lang: u.sentence(lang), schema="text", on=On.FILE),
        parts_of("candidates", FillCandidate, on=On.FILE,
                 value=lambda u, _: "; ".join(f"{c.lot.employer} ({c.lot.job})" for c in u.candidates)),
        Column("fill", value=lambda u, lang: u.sentence(lang), on=On.SCREEN),
        replace(_MASKED, on=On.JSON),
        beside={"lots": _LOTS},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurvePoint(Described):
    """
    What placing so many people takes at least: cost, and hours of training in it.

    `cost_each` is the cost of each person added since the point before; None where there is none before.
    """

    people: int
    cost: float
    hours: float
    cost_each: float | None

    spec: ClassVar[Record] = Record(
        "curve_point",
        "What placing so many people takes at least; the cost of each person added since the point before",
        Column("people", "integer", promised="count"),
        Column("cost", "number", promised="amount"),
        Column("hours", "number", promised="amount"),
        Column("cost_each", "number", promised="number?"),
    )


@dataclass(frozen=True, slots=True)
class Change(Described):
    """
    What solving again with one bound moved gives.

    `bound` is the bound then, `step` by how much it was moved; None where a rule is left out. `placed` and `hours` are
    the new totals, `more` the people gained: fewer than none where openings of people's own job, still to be confirmed,
    come within reach, since nobody steps down while such a one is left.
    """

    kind: str
    bound: float | None
    step: float | None
    placed: int
    more: int
    hours: float

    def sentence(self, lang: Lang = "fr", *, masked: bool = False) -> str:
        """Return the change, as a person reads it; the people gained only where they are not `masked`."""
        what = say(f"territory.change.{self.kind}", lang=lang, step=self.step_text(lang))
        key = "masked" if masked else "gain" if self.more > 0 else "loss" if self.more < 0 else "none"
        return say(f"territory.change.{key}", lang=lang, what=what, n=abs(self.more))

    def step_text(self, lang: Lang = "fr") -> str:
        """Return by how much the bound was moved; empty where a rule is left out."""
        return "" if self.step is None else number_shown(self.step, lang=lang, decimals=2)

    spec: ClassVar[Record] = Record(
        "change",
        "What moving one bound would change",
        Column("kind", words="territory.moved", promised="text"),
        Column("bound", "number", on=On.JSON),
        Column("step", "number", shown=lambda c, lang: c.step_text(lang) or "–"),
        Column("more", "integer", promised="whole?"),
        Column("placed", "integer", promised=PEOPLE),
        Column("hours", "number", on=On.JSON),
        Column("sentence", value=lambda c, lang: c.sentence(lang), promised="text"),
    )


@dataclass(frozen=True, slots=True)
class ResolvedTitle(Described):
    """A lot whose job was written otherwise than by its code, and the table to correct."""

    lot: Lot
    side: Side
    file: str

    @property
    def sure(self) -> bool:
        """Whether it is read surely; where it is not, the moves of these people are to be confirmed."""
        return self.lot.confidence >= SURE

    def sentence(self, lang: Lang = "fr") -> str:
        """Return what was written, what it is read as, and how surely."""
        table = self.file or say(f"territory.table.{self.side}", lang=lang)
        shown = percent(self.lot.confidence, lang=lang)
        return say(
            f"territory.table.resolved{'_as' * bool(self.lot.appellation)}", lang=lang, table=table, confidence=shown,
            row=str(self.lot.row), given=self.lot.given, code=self.lot.job, label=self.lot.label,
            title=self.lot.appellation,
        )  # fmt: skip

    spec: ClassVar[Record] = Record(
        "resolved_title",
        "A title that was resolved to a code",
        Column("employer", value="lot.employer", on=On.JSON, promised="text"),
        Column("file", value=lambda r, _: r.file or r.side, json="file", schema="text"),
        Column("line", "integer", value="lot.row", on=On.CELLS),
        Column("row", value="lot.row", on=On.JSON, promised="whole?"),
        Column("given", value="lot.given", promised="text"),
        Column("job", json="lot.end", on=On.JSON, promised="end"),
        Column("code", value="lot.job", on=On.CELLS),
        Column("label", value="lot.label", on=On.CELLS),
        Column("title", value="lot.appellation", promised="text?"),
        Column("confidence", "share", value="lot.confidence", promised="share"),
        Column("people", value="lot.people", on=On.JSON, schema="count"),
        inside("basin", "", Column("code", value="lot.basin", promised="text"),
               Column("label", value="lot.basin_label", promised="text")),
        Column("family", value="lot.pool", schema="text?", on=On.JSON),
        Column("side", on=On.JSON, schema=one_of(("fragile", "hiring"))),
    )  # fmt: skip


def reason_name(why: int) -> str:
    """Key of a reason in the language files."""
    return Why(why).name.lower()


_CANDIDATES = 3
_DISTANCE: Final = frozenset(map(reason_name, (Why.RADIUS, Why.MINUTES, Why.DISTANCE_UNKNOWN)))
_OF_OTHERS: Final = frozenset({"unlikely", "not_possible"})  # what no bound moved would change


def uncovered_lots(territory: Territory, pairs: Pairs, left: Ints, free: Ints) -> Iterator[Uncovered]:
    """
    Yield the people placed nowhere, by lot.

    Parameters
    ----------
    territory, pairs
        The network that was solved.
    left, free
        Shapes (n,) and (m,): people who would leave and are placed nowhere, and openings that stay empty.
    """
    lots, capacity = territory.fragile.lots, territory.capacity
    starts = np.searchsorted(pairs.lot, np.arange(len(lots) + 1))
    for at, lot in enumerate(lots):
        people = int(left[at]) + lot.people - lot.movable
        if not people:
            continue
        if not left[at]:  # all who would leave are placed
            yield Uncovered(lot, people, "volunteers", {})
            continue
        span = slice(int(starts[at]), int(starts[at + 1]))
        why, pool = pairs.why[span], pairs.pool[span]
        barred = {reason_name(w): int(capacity[pool[why == w]].sum()) for w in sorted(set(why.tolist())) if w}
        far = pairs.km[span][why == Why.RADIUS]
        is_open = np.flatnonzero(why == Why.OPEN)  # what is to be confirmed is open too
        room = (at for at in is_open.tolist() if free[pool[at]])  # the budget binds the first, nothing else the others
        open_pair = min(room, key=lambda at: pairs.doubt[span][at], default=None)
        if open_pair is not None:
            reason = _barred_by(territory, pairs, span.start + open_pair)
        elif len(is_open):
            reason = "capacity"
        else:  # what is only too far, a bound moved would open; else what bars most openings
            reason = max(barred, key=lambda name: (name in _DISTANCE, barred[name]), default="nothing_near")
        nearly = (why == Why.UNLIKELY) & pairs.reach[span] & (pairs.lacking[span] == 0) & (free[pool] > 0)
        chance = np.where(nearly, pairs.probability[span], 0.0)
        best = int(np.argmax(chance)) if reason == reason_name(Why.UNLIKELY) else -1
        likely = best >= 0 and chance[best] >= territory.settings.acceptable_probability
        nearest = territory.hiring.lots[int(pairs.entry[span][best])] if likely else None
        yield Uncovered(lot, people, reason, barred, float(far.min()) if len(far) else None, nearest)


def unfilled_pools(territory: Territory, pairs: Pairs, left: Ints, free: Ints) -> Iterator[Unfilled]:
    """
    Yield the openings left empty, by pool; the largest first get their candidates, up to `explained_moves` pools.

    A candidate is a lot with people still uncovered; those nothing but the budget bars come first, then the likeliest
    moves, then the shortest training and the nearest. See `uncovered_lots` for what is given.
    """
    hiring = territory.hiring
    unwilling = np.asarray([lot.people for lot in territory.fragile.lots], dtype=np.int64) - territory.people
    staying = set(pairs.pool[(left + unwilling)[pairs.lot] > 0].tolist())  # somebody is near who may be no volunteer
    reachable = np.concatenate([pairs.open, pairs.doubtful])
    offered = set(pairs.pool[reachable].tolist())
    refused = set(pairs.pool[reachable[unwilling[pairs.lot[reachable]] > 0]].tolist())  # in reach of some who are none
    waiting = np.flatnonzero(left[pairs.lot] > 0)
    hours = np.where(pairs.hours[waiting] < 0, np.iinfo(np.int64).max, pairs.hours[waiting])
    chance = pairs.probability[waiting]
    order = waiting[
        np.lexsort((pairs.lot[waiting], np.nan_to_num(pairs.km[waiting], nan=np.inf), hours,
                    -np.nan_to_num(chance, nan=-1.0), pairs.why[waiting] != Why.OPEN, pairs.pool[waiting]))
    ]  # fmt: skip
    starts = np.searchsorted(pairs.pool[order], np.arange(len(free) + 1))
    detailed = set(np.lexsort((np.arange(len(free)), -free))[: territory.settings.explained_moves].tolist())
    for at, lot in enumerate(first_lots(hiring)):
        if not free[at]:
            continue
        span = order[starts[at] : starts[at + 1]]
        if len(span):
            reason = _barred_by(territory, pairs, int(span[0]))
        else:
            reason = "volunteers" if at in staying else "nobody_near" if left.any() else "everyone_placed"
        candidates: tuple[FillCandidate, ...] = ()
        barred = reason
        if reason in _OF_OTHERS and at in offered:  # who is left is not whom the openings were within reach of
            reason = "volunteers" if at in refused else "everyone_placed"
        if at in detailed and barred in (reason, "unlikely"):
            near = (_candidate(territory, pairs, left, int(p)) for p in span[:_CANDIDATES])
            candidates = tuple(c for c in near if c.likely or reason == barred)
        label = hiring.pool_labels.get(lot.pool, lot.pool) if lot.pool else lot.label
        takes = not lot.pool and (reason in _OF_OTHERS or reason in ("everyone_placed", "own_job"))
        access = access_conditions(territory.graph.referential, lot.job, titles=lot.title_codes) if takes else None
        yield Unfilled(lot, label, int(territory.capacity[at]), int(free[at]), reason, candidates, access)


def _barred_by(territory: Territory, pairs: Pairs, pair: int) -> str:
    why = int(pairs.why[pair])
    if why == Why.OPEN and pairs.doubt[pair]:  # no bound is on what is to be confirmed: people of the job go before
        return "own_job"
    return territory.binding if why == Why.OPEN else reason_name(why)


def _candidate(territory: Territory, pairs: Pairs, left: Ints, pair: int) -> FillCandidate:
    lot, hours, km = int(pairs.lot[pair]), int(pairs.hours[pair]), none_if_nan(pairs.km[pair])
    job = territory.hiring.lots[int(pairs.entry[pair])].job
    expected, distance = None if hours < 0 else hours / TENTHS, None if km is None else round(km, 1)
    reason = _barred_by(territory, pairs, pair)
    likely = not pairs.probability[pair] < territory.settings.acceptable_probability
    return FillCandidate(territory.fragile.lots[lot], int(left[lot]), job, reason, expected, distance, likely)
