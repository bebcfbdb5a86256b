"""`Path` and `Step`: what a search found, explained when it is asked for, and how it is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import attrgetter
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

from passerelles.access import wording
from passerelles.access.conditions import AccessConditions
from passerelles.access.holdings import DEMANDED, OF_A_LEVEL
from passerelles.codes import grouped
from passerelles.language.say import Lang, listed, number, percent, say
from passerelles.market.certifications import PUBLISHED, LeadingCertification, leading_in_words, leading_lines
from passerelles.market.signals import WagePair, wage_columns, wage_lines, wages_short
from passerelles.model import TERNARY, UNKNOWN_HOURS, Ground, Hours, MoveKind, RequirementKind, Stamp, Ternary
from passerelles.paths.legal import FrameVerdict, frame_line, payer_lines
from passerelles.ranking.move import (
    CREDENTIAL,
    ITEMS,
    End,
    Item,
    Job,
    Move,
    PartValue,
    by_state,
    headline,
    item_names,
    names,
    teachable,
)
from passerelles.sharing import Later
from passerelles.views.schema import one_of, record, shape
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import (
    REFERENTIAL,
    SPAN,
    Column,
    On,
    Page,
    Record,
    Sheet,
    hours_columns,
    inside,
    part_of,
    parts_of,
    side_by_side,
    texts_of,
    within,
)

PathStatus = Literal["feasible", "infeasible", "unknown"]
Basis = Literal["sourced", "estimate", "mixed", "none"]
_DAY_HOURS: Final = 7.0  # hours
_NAMED: Final = 3  # competencies that a sentence names
_SPAN: Final = (
    *SPAN.columns, Column("lower_bound", schema="flag: Whether the expected value is only the known part"),
)  # fmt: skip
_KNOWN_HOURS: Final = "known_hours.or_unknown"
_HOURS: Final = within(_SPAN, attrgetter(_KNOWN_HOURS))
_IN_ALL: Final = Record(
    "",
    "Hours of training in all: estimates or sourced",
    *_HOURS,
    Column("sourced", value="hours_sourced", schema="amount"),
    Column(
        "estimated",
        value=lambda p, _: None if p.hours.lower_bound else round(sum(s.estimated for s in p.steps), 1),
        schema="amount?",
    ),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Hours or months, None = unknown; `lower_bound` says that the expected value is only the known part."""

    low: float | None
    expected: float | None
    high: float | None
    lower_bound: bool = False

    @property
    def or_unknown(self) -> "Span":
        """The span as programs read it: where nothing is known, unknown and not 0."""
        return replace(self, expected=None) if self.lower_bound and not self.expected else self

    def plus(self, other: "Span") -> "Span":
        """Return the sum, unknown wherever one of the two is."""
        pairs = (self.low, other.low), (self.expected, other.expected), (self.high, other.high)
        low, expected, high = (None if a is None or b is None else round(a + b, 1) for a, b in pairs)
        return Span(low, expected, high, self.lower_bound or other.lower_bound)


class Direct(NamedTuple):
    """Expected hours and months of a direct move; None = unknown."""

    hours: float | None = None
    months: float | None = None


@dataclass(frozen=True, slots=True)
class StepCredential(Described):
    """
    A credential that a step's target requires, in the order of acquisition.

    `held` is what is known of the person before the step; `grants` says that it is what gives access to a regulated
    profession; `certifinfo` and `rncp` its codes in Certif Info and in the RNCP, None = unknown. `company_hours` are
    those of its hours spent in a firm or on placement; `months` how long it takes where hours do not say, or what
    experience it asks for; `shorter` what the person holds or has done that may give right to a shorter training,
    `spared_after` so many months of experience, if any, and `spared_to` the hours that are left then, None = not
    published; `any_length` says that a training or an examination comes before it, and that no text sets how long;
    `may_have` that nobody knows whether the person has it, and many do: the shortest length is without it; `presumed`
    that it is counted as held, until it is verified; `supposed`, of what is held, that most bring it from the job left,
    which does not ask for it; `group` and `alternative` of which way to which choice it is; `note` what else to know to
    obtain it, or of what shortens it or stands for it.
    """

    code: str
    label: str
    kind: str
    held: Ternary
    hours: Hours
    source: str = ""
    order: int = 0
    grants: bool = False
    obtainable: bool = True
    certifinfo: str | None = None
    rncp: str | None = None
    requirement: RequirementKind = "required"
    company_hours: float | None = None
    months: Hours = UNKNOWN_HOURS
    shorter: str = ""
    spared_after: float | None = None
    spared_to: float | None = None
    any_length: bool = False
    may_have: bool = False
    presumed: bool = False
    supposed: bool = False
    ground: Ground = ""
    group: str | None = None
    alternative: str | None = None
    note: str = ""

    spec: ClassVar[Record] = Record(
        "step_credential",
        "A credential of a step, in the order of acquisition",
        Column("order", "integer", schema="count"),
        *CREDENTIAL.pick("credential_code", "credential_label"),
        Column("kind", words="conditions.kind", schema="text"),
        Column("requirement", words="conditions.requirement", schema=one_of(get_args(RequirementKind))),
        *CREDENTIAL.pick("ground", "choice", "way"),
        Column("held", words="terms.verdict", promised=one_of(TERNARY)),
        part_of("hours_expected", PUBLISHED, "hours", kind="number", value="hours.expected", on=On.ALL,
                json_key="hours"),
        Column("company_hours", on=On.JSON,
               schema="amount?: Those of its hours that are spent in a firm or on placement"),
        part_of("months", Record("", "Months that it takes or asks for; null = unknown", SPAN.pick("low", "high"))),
        Column("shorter", on=On.JSON,
               schema="text?: What may give right to a shorter training, or does to one of unknown length"),
        Column("may_have", on=On.JSON, schema="flag: Whether many hold it, and nobody knows whether this person does"),
        Column("presumed", on=On.JSON, schema="flag: Whether it is counted as held, until it is verified"),
        Column("supposed", on=On.JSON, schema="flag: Whether most bring it from the job left, if it is held"),
        Column("certifinfo", on=On.JSON, schema="code?: Its code in Certif Info; null = unknown"),
        Column("rncp", on=On.JSON, schema="text?: Its code in the RNCP; null = unknown"),
        Column("grants_access", "flag", value="grants",
               schema="flag: Whether it is what gives access to a regulated profession"),
        Column("source", schema="text"),
        Column("obtainable", "flag", on=On.JSON, schema="flag"),
        Column("note", schema="text?: What else to know of it"),
    )  # fmt: skip


def _credentials(step: "Step", lang: Lang) -> str | None:
    """Return what is required in one cell, each with whether it is held."""
    texts = (f"{c.label} ({say(f'terms.verdict.{c.held}', lang=lang)})" for c in step.credentials)
    return "; ".join(texts) or None


def _verdicts(path: "Path", lang: Lang) -> str:
    return "; ".join(frame_line(f.label, f.verdict, (), lang) for f in path.frames)


@dataclass(frozen=True)
class Step(Described):
    """
    One move of a path.

    Attributes
    ----------
    hours, months
        Training of this step; months of the practice that follows a stage stand in `practice_months`.
    sourced, estimated
        The parts of the expected hours that a credential's source states, and that the effort model adds.
    practised
        Hours that practising the occupation afterwards replaces (an assumption); 0 at the last step.
    consolidated
        Part of the estimate: what the stages spare at this last step, but neither training nor practice has taught.
    studies
        Part of the estimate: diplomas that come before the target's qualification, above the level held.
    academic_months
        Months of supposed diplomas, where they are the expected ones, as hours alone would be fewer; else 0.
    level, target_level
        European level of the highest qualification held before the step, the settings' own where no fiche names one,
        and the highest that the target asks for; None = unknown.
    probability
        Chance in [0, 1] that an expert would list the move; None where the scorer is not calibrated.
    kind, access
        Kind of the move, and what access to its target takes.
    unknown
        Codes of credentials of unknown hours, and ``effort``, ``access`` or ``selection`` where they are, or bar.
    held, near, missing
        What the step's target requires and is carried over, is covered in part, is to be learned; by falling weight.
    title
        The title that the target usually asks for, counted as held since the job left asks for it too; else empty.
    added
        What the path's target requires and practising this stage brings, not held before it; empty at the last step.
    """

    origin: End
    target: Job
    hours: Span
    months: Span
    practice_months: float
    sourced: float
    estimated: float
    practised: float
    consolidated: float
    studies: float
    academic_months: float
    level: int
    target_level: int | None
    score: float
    probability: float | None
    regulated: Ternary
    kind: MoveKind
    access: AccessConditions
    credentials: tuple[StepCredential, ...]
    options: tuple[StepCredential, ...]
    frames: tuple[FrameVerdict, ...]
    unknown: tuple[str, ...]
    held: tuple[Item, ...] = field(repr=False)
    near: tuple[Item, ...] = field(repr=False)
    missing: tuple[Item, ...] = field(repr=False)
    title: str = ""
    added: tuple[Item, ...] = field(default=(), repr=False)

    @property
    def timed(self) -> bool:
        """Whether its length is known in months, though not in hours."""
        return self.hours.lower_bound and not self.months.lower_bound

    @property
    def basis(self) -> Basis:
        """Where the expected hours come from."""
        if self.sourced and self.estimated:
            return "mixed"
        return "sourced" if self.sourced else "estimate" if self.estimated else "none"

    @property
    def known_hours(self) -> Span:
        """Hours as shown to people: of an unknown length what is published, as an estimate is no least length."""
        return replace(self.hours, low=None, expected=self.sourced) if self.hours.lower_bound else self.hours

    @property
    def to_obtain(self) -> list[StepCredential]:
        """Credentials that are required and not known to be held, in the order of acquisition."""
        return [c for c in self.credentials if c.held != "yes"]

    spec: ClassVar[Record] = Record(
        "step",
        "One move of a path",
        part_of("from", "path_end", "origin", promised=True),
        *Move.spec.pick("origin_code"),
        part_of("to", "path_end", "target", promised=True),
        *Move.spec.pick("target_code"),
        Column("target_label", value="target.label", on=On.CELLS),
        inside("hours", "Hours of training of this step",
               *(replace(column, schema=column.json_schema, promised=False) for column in _HOURS),
               Column("sourced", schema="amount"),
               Column("estimated", value=lambda s, _: None if s.hours.lower_bound else s.estimated, schema="amount?"),
               Column("basis", schema=one_of(get_args(Basis))), promised=True),
        *hours_columns(_KNOWN_HOURS),
        Column("basis", words="terms.basis", on=On.TABLE),
        part_of("months", Record("", "", _SPAN), "months.or_unknown"),
        inside("practice", "What practising the stage is assumed to bring",
               Column("months", value="practice_months", promised="amount"),
               Column("hours_replaced", value="practised", promised="amount"),
               Column("assumption", value=lambda _step, _lang: True, promised="flag")),
        Column("practice_months", "number", on=On.TABLE),
        Column("hours_replaced", "number", value="practised", on=On.TABLE),
        Column("consolidation_hours", json="consolidated", schema="amount?", on=On.JSON),
        Column(
            "studies_hours", "number", value="studies", on=On.FILE,
            schema="amount: Hours among those of the step for diplomas that come before the target's qualification",
        ),
        inside("level", "European levels", Column("held", value="level", promised="ordinal"),
               Column("target", value="target_level", promised="ordinal?")),
        Column(
            "usual_title", value="title", on=On.JSON,
            schema="text?: Usual title of the trade, of the job left too: counted as held, until it is verified",
        ),
        Column("score", on=On.JSON, schema="number"),
        Column("probability", "share", on=On.FILE, schema="share?"),
        Column("regulated", on=On.JSON, schema=one_of(TERNARY)),
        *Move.spec.pick("kind", "access"),
        part_of("access_conditions", "access_conditions", "access"),
        parts_of("held", "item"),
        parts_of("near", "near_item"),
        parts_of("credentials", "step_credential", on=On.FILE, value=_credentials, promised=True),
        parts_of("options", "step_credential", "What merely leads there"),
        parts_of("missing", "item", value=lambda s, _: item_names(s.missing) or None, on=On.FILE, promised=True),
        parts_of("frames", "frame"),
        texts_of("unknown", "text", on=On.JSON),
        Column("sentence", value=lambda s, lang: " ".join(step_lines(s, lang)), schema="text", on=On.FILE),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathPart(Described):
    """One part of a path's score, in hours; the score is their sum."""

    name: str
    value: float

    def label(self, lang: Lang = "fr") -> str:
        """Return the part's name for people."""
        return say(f"paths.part.{self.name}", lang=lang)

    spec: ClassVar[Record] = Record("part", PartValue.spec.about, PartValue.spec.pick("name", "part", "value"))


@dataclass(frozen=True)
class Detail:
    """What is worked out of a path when it is asked for; see `Path`."""

    status: PathStatus
    reasons: tuple[tuple[str, str], ...]
    hours: Span
    months: Span
    steps: tuple[Step, ...]
    frames: tuple[FrameVerdict, ...]
    certifications: tuple[LeadingCertification, ...] = ()


@dataclass(frozen=True, repr=False)
class Path(Described, Shown):
    """
    One or more steps from an origin to a target.

    Attributes
    ----------
    rank, place
        1 = best of all paths returned; 1 = best of those to this target.
    codes
        Occupations entered, in order; the last one is the target.
    score
        Sum of `parts`, in hours, 0 or less without a market; compares within one referential, scorer and settings.
    weakest
        Chance of the least likely move, or its score where the scorer is not calibrated.
    direct_hours, direct_months, direct_known
        Expected hours and months of the direct move, and whether they are all known: else programs get neither.
    alone
        Whether stages were looked for, and none to this target is worth proposing.
    gap
        Hours of cost by which a path that was not looked at could be better than the last one kept; 0 = proven best.
    assumptions
        What practising an intermediate job is taken to bring, the least that a stage must save, and which moves paths
        with stages are made of.
    detail
        Everything that takes a look at each step, worked out when it is first asked for.
    wages
        Median wages before and after the whole path, each over that of all in its period; None without a market.
    """

    rank: int
    place: int
    origin: End
    target: Job
    codes: tuple[str, ...]
    score: float
    parts: tuple[PathPart, ...]
    weakest: float
    calibrated: bool
    direct_hours: float
    direct_months: float
    direct_known: bool
    gap: float
    alone: bool
    referential: Stamp
    assumptions: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    detail: Later[Detail] = field(default=Later(), repr=False, compare=False)
    wages: WagePair | None = None

    def __repr__(self) -> str:
        """One line: rank, occupations and hours; `print` shows the whole."""
        return f"<Path {self.rank}: {' → '.join([self.origin.code or '?', *self.codes])}, {self.hours.expected} h>"

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the path, its steps, competencies, credentials and frames as tables."""
        return path_sheets([self], lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the path shows of itself: its steps in sentences, and what legal frames say of it."""
        lead = [line for lines in path_lines(self, lang) for line in lines]
        return Page(headline(self, lang), [*lead, *self._beside(lang), *frame_lines(self, lang)])

    def explanation(self, lang: Lang = "fr") -> Page:
        """Return the same, the first sentence of each step and a heading of the legal frames above the others."""
        frames = [[say("paths.frames", lang=lang), *frame_lines(self, lang)]] if self.frames else []
        lines = [*path_lines(self, lang), *([text] for text in self._beside(lang)), *frames]
        return Page(headline(self, lang), details=[Page(first, rest) for first, *rest in lines])

    def _beside(self, lang: Lang) -> list[str]:
        """What is said under the steps: the status, what certifies, and wages."""
        certified = leading_lines(self.certifications, lang, **self._whose())
        return [*state_lines(self, lang), *certified, *wage_lines(self.wages, lang)]

    def certified(self, lang: Lang = "fr") -> tuple[str, list[str], int]:
        """Return what is told of the certifications that may lead to the target, by what the person has and lacks."""
        return leading_in_words(self.certifications, lang, **self._whose())

    def _whose(self) -> dict[str, set[str]]:
        """What the certifications that lead there are told by: what is left to obtain, else usual, and what is held."""
        needed, access = self.steps[-1].credentials, self.steps[-1].access
        kinds = {c.kind for c in needed if c.held != "yes" and c.requirement in DEMANDED}
        behind = [c.detail for c in access.credentials if "yes" in (c.held, c.group_held)]  # nurses need no midwife's
        open_to = access.to_obtain or tuple(c for c in access.credentials if c.requirement == "usual" and c.applies)
        lists: list[list[Any]] = [[c for c in needed if c.held != "yes"], [c.detail for c in open_to], behind]
        asked, ways, held = ({f"RNCP{n}" for c in credentials for n in (c.rncp or "").split()} for credentials in lists)
        return {"kinds": kinds, "asked": asked, "ways": ways, "held": held - asked}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle and copy what was worked out, not the graph that it is worked out from."""
        return vars(self) | {"detail": self.detail}

    @property
    def status(self) -> PathStatus:
        """`feasible`; `infeasible`: what nobody can obtain, or a broken frame; `unknown`: `reasons` says of what."""
        return self.detail.status

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """What the status comes from: keys of ``paths.reason`` and what they are about."""
        return self.detail.reasons

    def why(self, lang: Lang = "fr") -> list[str]:
        """Return what the status comes from, in words."""
        return [say(f"paths.reason.{key}", lang=lang, what=subject) for key, subject in self.reasons]

    @property
    def hours(self) -> Span:
        """Hours of training in all."""
        return self.detail.hours

    @property
    def months(self) -> Span:
        """Months from the first day to the last, practice of intermediate jobs included."""
        return self.detail.months

    @property
    def steps(self) -> tuple[Step, ...]:
        """The moves, in order."""
        return self.detail.steps

    @property
    def frames(self) -> tuple[FrameVerdict, ...]:
        """What each legal frame says of the whole."""
        return self.detail.frames

    @property
    def certifications(self) -> tuple[LeadingCertification, ...]:
        """Certifications that lead to the target and are alive on the reference date."""
        return self.detail.certifications

    @property
    def hours_sourced(self) -> float:
        """Part of the expected hours that the credentials' sources state."""
        return round(sum(s.sourced for s in self.steps), 1)

    @property
    def known_hours(self) -> Span:
        """Hours of all steps as shown to people; see `Step.known_hours`."""
        return reduce(Span.plus, (step.known_hours for step in self.steps))

    @property
    def direct_told(self) -> "Direct":
        """Hours and months of the direct move as programs read them: unknown where they are known only in part."""
        return Direct(self.direct_hours, self.direct_months) if self.direct_known else Direct()

    @property
    def hours_told(self) -> dict[str, Any]:
        """Hours with where they come from, ready for JSON."""
        return _IN_ALL.to_dict(self, "fr")

    spec: ClassVar[Record] = Record(
        "path",
        "One or more steps from an origin to a target",
        Column("rank", "integer", promised="ordinal"),
        Column("place", on=On.JSON, schema="ordinal: 1 = best of those to this target"),
        part_of("origin", "path_end", promised=True),
        *Move.spec.pick("origin_code", "origin_label"),
        part_of("target", "path_end", promised=True),
        *Move.spec.pick("target_code", "target_label"),
        Column("path", shown=lambda p, _: "\n".join(f"→ {s.target.named}" for s in p.steps), on=On.SCREEN),
        Column("through", value=lambda p, _: " > ".join(p.codes[:-1]) or None, on=On.TABLE),
        parts_of("steps", "step", kind="integer", value=lambda p, _: len(p.codes), on=On.FILE,
                 promised=shape(["step"]) | {"minItems": 1}),
        Column("status", words="paths.status", promised=one_of(get_args(PathStatus))),
        Column("hours", "number", value=f"{_KNOWN_HOURS}.expected", json="hours_told", promised=_IN_ALL.schema(),
               shown=lambda p, lang: hours_short(p.known_hours, lang), on=On.JSON | On.SCREEN),
        *hours_columns(_KNOWN_HOURS),
        Column("hours_sourced", "number", on=On.TABLE),
        Column("lower_bound", "flag", value="hours.lower_bound", on=On.TABLE),
        part_of("months", Record("", "Months from the first day to the last", _SPAN), "months.or_unknown",
                kind="number", on=On.ALL, value="months.or_unknown.expected",
                shown=lambda p, lang: months_text(p.months, lang), promised=True),
        *wage_columns(on=On.SCREEN),
        Column("score", "number", promised="number: Sum of `parts`, in hours", on=On.FILE),
        parts_of("parts", "part", promised=True),
        Column("weakest", "number", on=On.FILE,
               schema="number: Chance of the least likely move, or its score where nothing is calibrated"),
        Column("calibrated", on=On.JSON, schema="flag"),
        inside("direct", "The direct move",
               *(Column(name, value=f"direct_told.{name}", promised="amount?") for name in ("hours", "months"))),
        Column("direct_hours", "number", value="direct_told.hours", on=On.TABLE),
        Column("gap", "number", on=On.FILE,
               schema="amount: Hours by which a path that was not looked at could be better; 0 = proven best"),
        parts_of("frames", "frame", value=_verdicts, on=On.FILE, promised=True),
        parts_of("certifications", "leading_certification", "What leads to the target and is alive on that day",
                 value=lambda p, _: "; ".join(c.short() for c in p.certifications[:_NAMED]) or None, on=On.FILE,
                 promised=True),
        Column("reasons", value=lambda p, lang: "; ".join(p.why(lang)) or None, json=lambda p, lang: p.why(lang),
               schema=["text", "What the status comes from"], on=On.FILE),
        Column("assumptions", json=lambda p, _: dict(p.assumptions), on=On.JSON,
               schema=record("What practising an intermediate job is taken to bring", {})),
        Column("explanation", json=lambda p, lang: [" ".join(lines) for lines in path_lines(p, lang)],
               schema=["text"], on=On.JSON),
        REFERENTIAL,
    )  # fmt: skip


def path_sheets(paths: Sequence[Path], lang: Lang, *, frame: str | None = None) -> list[Sheet]:
    """Return paths, steps, what is to be learned, credentials and frames; a screen shows the verdict of `frame`."""
    columns = () if frame is None else (Column("frame", value=lambda p, lang: _verdict(p, frame, lang), on=On.SCREEN),)
    hidden = frozenset(() if any(wages_short(path.wages, lang) for path in paths) else ("wages",))
    rank, target = (Path.spec.pick(key, on=On.TABLE) for key in ("rank", "target_code"))
    place = [Column("step", "integer", value=lambda at, _: at, on=On.TABLE)]
    end = Step.spec.pick("target_code", on=On.TABLE)

    def steps() -> Iterable[tuple[Path, int, Step]]:
        return ((path, at, step) for path in paths for at, step in enumerate(path.steps, start=1))

    def to_learn() -> Iterable[tuple[Path, int, Step, str, Item]]:
        for path, at, step in steps():
            yield from ((path, at, step, state, item) for state, items in by_state(step)[1:] for item in items)

    def verdicts() -> Iterable[tuple[Path, int | None, FrameVerdict]]:
        yield from ((path, None, verdict) for path in paths for verdict in path.frames)
        yield from ((path, at, verdict) for path, at, step in steps() for verdict in step.frames)

    credentials = side_by_side(rank, place, end, StepCredential.spec.columns)
    certified = side_by_side((*rank, *target), LeadingCertification.spec.columns)
    return [
        Sheet("paths", (*Path.spec.columns, *columns), lambda: paths, lang, hidden),
        Sheet("steps", side_by_side(rank, place, Step.spec.columns), steps, lang),
        Sheet("competencies", side_by_side(rank, place, end, *ITEMS), to_learn, lang),
        Sheet("credentials", credentials, lambda: ((*row, c) for row in steps() for c in row[2].credentials), lang),
        Sheet("frames", side_by_side(rank, place, FrameVerdict.spec.columns), verdicts, lang),
        Sheet("certifications", certified, lambda: ((path, c) for path in paths for c in path.certifications), lang),
    ]


def _verdict(path: Path, frame: str, lang: Lang) -> str:
    return say(f"terms.verdict.{next(f.verdict for f in path.frames if f.name == frame)}", lang=lang)


def hours_text(hours: Span, lang: Lang = "fr") -> str:
    """Write hours out: expected, with its range, 'at least' where only a part is known."""
    low, expected, high = (round(end or 0.0) for end in (hours.low, hours.expected, hours.high))
    if _tells_nothing(hours):
        key, expected = ("unknown", expected) if hours.high is None else ("at_most", high)
    elif hours.high == 0:
        key = "nothing"
    elif hours.lower_bound:
        key = "at_least" if hours.high is None else "between"
    elif hours.low is None:
        key = "at_most" if _is_most(hours) else "loose"
    elif hours.high is None:
        key = "open" if low >= expected else "from"
    else:
        key = "exact" if hours.low == hours.high else "range"
    return say(f"paths.hours.{key}", lang=lang, low=low, expected=expected, high=high)


def _tells_nothing(hours: Span) -> bool:
    """Whether less than a day is known of a training whose length is not."""
    return hours.lower_bound and (hours.expected or 0.0) < _DAY_HOURS


def _is_most(span: Span) -> bool:
    """Whether what is expected is the most that it takes, and nobody publishes what is left of it."""
    return not span.lower_bound and span.low is None and bool(span.expected) and span.expected == span.high


def _sign(span: Span) -> str:
    """Return the sign of what is expected: that it is the least that it takes, and more may be needed, or the most."""
    least = span.lower_bound or (span.expected and span.low == span.expected != span.high)
    return "≥ " if least else "≤ " if _is_most(span) else ""


def hours_short(hours: Span, lang: Lang = "fr") -> str:
    """Write hours out for a narrow column."""
    if _tells_nothing(hours):
        return "?" if hours.high is None else f"≤ {number(hours.high, lang=lang)} h"
    return f"{_sign(hours)}{number(hours.expected or 0.0, lang=lang)} h"


def months_text(months: Span, lang: Lang = "fr") -> str:
    """Write months out for a narrow column."""
    if months.lower_bound and not months.expected:
        return "?" if months.high is None else f"≤ {number(months.high, lang=lang, decimals=1)}"
    sign, figure = _sign(months), months.expected or 0.0
    if not sign and figure and not round(figure, 1):  # a few hours are not nothing
        sign, figure = "< ", 0.1
    return sign + number(figure, lang=lang, decimals=1)


def step_lines(step: Step, lang: Lang = "fr") -> list[str]:
    """Return what a step takes: hours and where they come from, carried over, near, to learn, credentials."""
    level = max([step.level, *(OF_A_LEVEL.get(c.code, 0) for c in step.to_obtain if c.presumed)])
    counts = {state: len(items) for state, items in by_state(step)}
    taken, total = " ".join(_taken_sentences(step, lang)), sum(counts.values())
    learn = "to_check" if step.hours.high == 0 and wording.holds_diploma(step.access) else "learn"
    lines = [taken, say(f"paths.step.items_{learn}", lang=lang, total=total, **counts)]
    for key, items in (("keep", step.held), (learn, step.missing)):
        if teachable(items):
            lines.append(say(f"paths.step.{key}", lang=lang, names=names(items, _NAMED, lang)))
    if step.target_level is not None and step.target_level > level:
        key = "level" if step.basis in ("estimate", "mixed") and not step.hours.lower_bound else "level_of_title"
        lines.append(say(f"paths.step.{key}", lang=lang, held=level, target=step.target_level))
    return lines + _credential_lines(step, lang)


def _taken_sentences(step: Step, lang: Lang) -> list[str]:
    """Return how long a step is, then what that counts and what it leaves out."""
    origin, years = step.origin.name, [c.months for c in step.to_obtain if c.kind == "experience"]
    practice, awaited = sum(m.low or 0.0 for m in years), sum(m.expected or 0.0 for m in years if not m.low)
    start = say("paths.step.from" if origin else "paths.step.from_profile", lang=lang, origin=origin)
    in_part = step.hours.lower_bound and any(c.months.low for c in step.to_obtain if not c.may_have)
    in_months = step.timed or in_part  # what is known of the length: an estimate from competencies is no part of it
    key, length = _in_months(step, lang, practice) if in_months else _in_hours(step, lang)
    figures = {"target": step.target.name, "hours": length, "sourced": round(step.sourced)}
    first = say(f"paths.step.{key}", lang=lang, start=start, **figures)
    may_have = [c for c in step.to_obtain if c.may_have]
    presumed = [c.label for c in may_have if step.months.lower_bound or c.presumed] + [step.title] * bool(step.title)
    counted = [c.label for c in may_have if c.label not in presumed and (step.timed or step.hours.low is not None)]
    remarks: tuple[tuple[str, object, dict[str, Any]], ...] = (
        ("consolidated", step.consolidated and not in_months, {"hours": round(step.consolidated)}),
        ("studies", step.studies and not in_months, {"hours": round(step.studies)}),
        ("practised" if in_months else "practised_beside", practice, {"months": round(practice)}),
        ("awaited", awaited and not in_months, {"months": round(awaited)}),
        ("counted_had", presumed, {"names": listed(presumed, lang)}),
        ("not_in_least", counted, {"names": listed(counted, lang)}),
        ("on_the_job", step.hours.high == 0 and step.missing, {}),
        ("academic", step.academic_months, {"months": number(step.academic_months, lang=lang, decimals=1)}),
    )
    return [first, *(say(f"paths.step.{key}", lang=lang, **more) for key, holds, more in remarks if holds)]


def _in_hours(step: Step, lang: Lang) -> tuple[str, str]:
    """Return the key of the sentence on the hours of a step, and these."""
    key = "sourced" if step.hours.lower_bound else str(step.basis)
    if _tells_nothing(step.known_hours):
        key = "unknown" if step.hours.high is None else "at_most"
    return key, hours_text(step.known_hours, lang)


def _in_months(step: Step, lang: Lang, practice: float) -> tuple[str, str]:
    """Return the key of the sentence on the months of a step, and these."""
    least, most = (step.months.low, step.months.high) if step.timed else (step.months.expected, None)
    months, sourced = wording.duration_text(Hours(least, None, most), lang), round(step.sourced)
    if step.sourced:
        months = say("paths.hours.published", lang=lang, hours=sourced, months=months)
    return "with_practice" if practice else "sourced" if step.sourced else "none", months


def _credential_lines(step: Step, lang: Lang) -> list[str]:
    """What is required: held, to obtain in order, and whether the profession is regulated."""
    held = grouped((c.supposed, c.label) for c in step.credentials if c.held == "yes")
    lines = list[str]()
    for key, maybe in (("has", False), ("supposed", True)):
        named = dict.fromkeys((*held.get(maybe, ()), *wording.held_choices(step.access, lang, supposed=maybe)))
        lines += [say(f"paths.step.{key}", lang=lang, names=listed(named, lang))] if named else []
    lines += [*obtain_lines(step.to_obtain, lang), *wording.other_ways_lines(step.access, lang)]
    told_apart = step.access.varies and step.access.status != "unknown"
    of_name = told_apart and any(c.scope == "titles" for c in step.access.required)
    # That titles differ is said with what is counted.
    access = replace(step.access, varies=False) if of_name else step.access
    lines += [f"{line}." for line in wording.some_only_lines(access, lang)]
    lines += [*wording.usual_lines(step.access, lang), *wording.employment_lines(step.access, lang)]
    if of_name:
        lines.append(say("paths.step.of_name", lang=lang, name=step.target.name))
    if step.regulated == "yes":
        key = f"regulated_{step.access.status}" if step.access.status in ("unknown", "open") else "regulated"
        lines.append(say(f"paths.step.{key}", lang=lang))
    noted = [(c.label, c.note) for c in step.credentials] + [(c.label, c.note) for c in wording.usual_of(step.access)]
    return lines + wording.note_lines(step.access.note, noted, lang)


def obtain_lines(to_obtain: Iterable[StepCredential], lang: Lang = "fr") -> list[str]:
    """Return in a sentence what is to be obtained, each with its length; of a choice, the way whose hours count."""
    names = listed((_credential(c, lang) for c in to_obtain), lang)
    return [say("paths.step.obtain", lang=lang, names=names)] if names else []


def _credential(credential: StepCredential, lang: Lang) -> str:
    """A credential with its published length, or that none is known, where it is still to be obtained."""
    if credential.kind == "concours":  # a competition is sat, whatever prepares for it
        return credential.label
    expected, months = credential.hours.expected, wording.duration_text(credential.months, lang)
    if expected or (expected is None and credential.hours.high is not None):
        company = round(credential.company_hours or 0.0)
        firm = "length_in_firm" if credential.company_hours == expected else "length_and_firm"
        key = "length_at_most" if not expected else firm if company else "length"
        hours = round(expected or credential.hours.high or 0.0)
        known = say(f"paths.step.{key}", lang=lang, hours=hours, company=company)
        known = say("paths.step.length_over", lang=lang, known=known, months=months) if months else known
    elif months:
        known = months if expected == 0 else say("paths.step.months_only", lang=lang, months=months)
    else:
        key = "no_length" if expected is None else "any_length" if credential.any_length else "no_training"
        known = say(f"paths.step.{key}", lang=lang)
    if holder := credential.shorter:
        if credential.spared_after:
            holder = say("paths.step.experienced", lang=lang, holder=holder, months=round(credential.spared_after))
        own, unknown = holder == credential.label, credential.spared_to is None
        key = ("lapsed" if unknown else "often_held") if own else "shorter" if unknown else "spared"
        hours = round(credential.spared_to or 0.0)
        known = say(f"paths.step.{key}", lang=lang, known=known, holder=holder, hours=hours)
    known = say("paths.step.lacking", lang=lang, known=known) if credential.may_have else known
    return f"{credential.label} ({known})"


def path_sentences(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what explains a path: each step, what each stage brings, and why this path rather than the direct one."""
    return [" ".join(lines) for lines in path_lines(path, lang)]


def path_lines(path: Path, lang: Lang = "fr") -> list[list[str]]:
    """Return the sentences of `path_sentences`, each group of them as lines."""
    lines: list[list[str]] = []
    for place, step in enumerate(path.steps, start=1):
        lines.append(step_lines(step, lang))
        if place < len(path.steps):
            lines.append(_stage(path, place, lang))
    if len(path.steps) == 1:
        least = round(path.assumptions["min_saving_hours"])
        return [*lines, [say("paths.why.alone" if path.alone else "paths.why.direct", lang=lang, least=least)]]
    hours, months = path.hours.expected or 0.0, path.months.expected or 0.0
    saved, direct = round(path.direct_hours - hours), round(path.direct_hours)
    longer = round(months - path.direct_months, 1)
    key = "stage" if longer > 0 else "stage_shorter" if longer < 0 else "stage_as_long"
    difference = number(abs(longer), lang=lang, decimals=1)
    return [*lines, [say(f"paths.why.{key}", lang=lang, saved=saved, direct=direct, months=difference)]]


def state_lines(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what keeps a path from being feasible, or from being known to be: one line, none where nothing does."""
    if not path.reasons:
        return []
    about = grouped(path.reasons).items()
    why = listed((say(f"paths.reason.{key}", lang=lang, what=", ".join(subjects)) for key, subjects in about), lang)
    return [say("paths.state", lang=lang, status=say(f"paths.status.{path.status}", lang=lang), why=why)]


def frame_lines(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what each legal frame says of a path, of the whole and of each step, and why; then who may pay."""
    lines = []
    for place, frame in enumerate(path.frames):
        why = [listed((*frame.reasons(lang), *frame.condition_texts(lang)), lang)]
        if len(path.steps) > 1:
            verdicts = (say(f"terms.verdict.{step.frames[place].verdict}", lang=lang) for step in path.steps)
            steps = [say("paths.frame_steps.step", lang=lang, n=n, verdict=v) for n, v in enumerate(verdicts, start=1)]
            why.append(say("paths.frame_steps.line", lang=lang, verdicts=", ".join(steps)))
        lines.append(frame_line(frame.label, frame.verdict, why, lang))
    return [*lines, *payer_lines(path.frames, lang)]


def _stage(path: Path, place: int, lang: Lang) -> list[str]:
    step, share = path.steps[place - 1], percent(path.assumptions["practice_share"], lang=lang)
    figures = {"months": round(step.practice_months), "hours": round(step.practised)}
    lines = [say("paths.step.practice", lang=lang, target=step.target.name, share=share, **figures)]
    raised = path.steps[place].level
    if step.level < min(raised, path.steps[-1].target_level or 0):
        lines.append(say("paths.step.raises", lang=lang, held=step.level, raised=raised))
    if step.added or len(lines) == 1:
        key = "adds" if step.added else "adds_nothing"
        lines.append(say(f"paths.step.{key}", lang=lang, n=len(step.added), names=names(step.added, _NAMED, lang)))
    return lines
