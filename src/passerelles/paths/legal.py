"""Legal frames as data: dates, hours, months, certifying, hiring jobs, change of job; verdicts with reasons."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from passerelles.codes import grouped
from passerelles.errors import PasserellesError, nearest_said
from passerelles.io.archive import MAX_JSON_BYTES, parse_toml, read_file
from passerelles.io.csv import decode
from passerelles.language import packaged
from passerelles.language.say import Lang, day_text, labelled, listed, number_shown, say
from passerelles.market.tables import PAYER, Payer
from passerelles.model import TERNARY, Ternary
from passerelles.settings import json_problem, problems
from passerelles.text import normalise_label
from passerelles.vectors import Bools
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, part_of, parts_of

Time = TypeVar("Time", float, NDArray[np.float64])
Verdicts = NDArray[np.int8]
NO, UNKNOWN, YES = range(3)  # verdicts in arrays of int8: the least of two is what both allow
_NEGLIGIBLE_HOURS: Final = 0.05  # hours: what rounds to none is no training
_CLOSE_SHARE: Final = 0.1  # share of a bound: estimates err by more, and do not say on which side of it a training is
_ISO_DAY: Final = re.compile(r"(\d{4}(-\d{2}){0,2})?")  # as far as it is known
_VERDICTS: Final[tuple[Ternary, ...]] = ("no", "unknown", "yes")


class Frame(BaseModel):
    """
    What a law asks of a training: bounds in hours and months, a certification, a target on a list of hiring jobs.

    None = the law sets no such bound. `start` and `until` are its first and last day (``2026-01``: the whole month),
    empty = unknown. `other_code`: origin and target must have different ROME codes. `employees`: it is for those whom a
    contract of employment binds. `exempt` names certificates whose training the bounds leave alone; `conditions` what
    must still be agreed or shown where the frame says yes, and `payers` who may pay, as keys of ``paths.condition`` and
    ``paths.payer`` or in one's own words; `sources` says where each value was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str
    label: str
    start: str = Field(default="", alias="from")
    until: str = ""
    hours_min: float | None = Field(default=None, ge=0)
    hours_max: float | None = Field(default=None, ge=0)
    months_max: float | None = Field(default=None, ge=0)
    certifying: bool = False
    hiring_list: bool = False
    other_code: bool = False
    employees: bool = False
    conditions: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    note: str = ""
    sources: dict[str, str] = Field(default_factory=dict)

    @field_validator("start", "until")
    @classmethod
    def _is_day(cls, value: str) -> str:
        if not _ISO_DAY.fullmatch(value):  # days are compared as texts
            raise PydanticKnownError("date_parsing", {"error": value})
        return value

    @field_validator("hours_max")
    @classmethod
    def _above_hours_min(cls, value: float | None, info: ValidationInfo) -> float | None:
        least = info.data.get("hours_min")
        if value is not None and least is not None and value < least:  # no training could fit
            raise PydanticKnownError("greater_than_equal", {"ge": least})
        return value

    def outside(self, day: str) -> "Violation | None":
        """Return the rule that a day (ISO, empty = none is asked about) breaks: the frame has ended or not begun."""
        if day and self.until and day[: len(self.until)] > self.until:
            return Violation("ended", day=self.until)
        if day and self.start and day[: len(self.start)] < self.start:
            return Violation("not_begun", day=self.start)
        return None

    def paid_by(self, opco: "Firms") -> "tuple[MayPay, ...]":
        """Who may pay for a training, with the OPCO of the firm whose money it is where its agreement is known."""
        source = self.sources.get("payers", "")
        return tuple(MayPay(who, source, opco[_FIRM_INDEX[who]] if who in _FIRM_INDEX else None) for who in self.payers)

    def is_exempt(self, labels: tuple[str, ...]) -> bool:
        """Whether all that a training leads to is exempt from the bounds in hours and months."""
        words = [word for word in map(normalise_label, self.exempt) if word]  # an empty one is in every label
        return bool(labels) and all(any(w in normalise_label(label) for w in words) for label in labels)


@dataclass(frozen=True, slots=True)
class Violation(Described):
    """A rule that is broken, or that cannot be told; `by` is how far off it is, `day` the date it is about."""

    rule: str
    limit: float | None = None
    value: float | None = None
    by: float | None = None
    day: str = ""

    def reason(self, lang: Lang = "fr") -> str:
        """Return the reason in words: hours whole, as a path shows them, unless they are within one of the bound."""
        decimals = 0 if self.rule.startswith("hours") and (self.by or 0.0) >= 1.0 else 1
        figures = {"limit": self.limit, "value": self.value, "by": self.by}
        shown = {k: "?" if x is None else number_shown(round(x, decimals), lang=lang) for k, x in figures.items()}
        rule = f"{self.rule}_at_all" if self.value == 0 and self.rule.endswith("_unknown") else self.rule
        return say(f"paths.rule.{rule}", lang=lang, **shown, day=day_text(self.day, lang))

    spec: ClassVar[Record] = Record(
        "rule",
        "A rule that is broken, or that cannot be told",
        Column("rule", promised="text"),
        Column("reason", value=lambda v, lang: v.reason(lang), promised="text"),
        Column("limit", "number"),
        Column("value", "number", value=lambda v, _: _rounded(v.value)),
        Column("by", "number", value=lambda v, _: _rounded(v.by)),
    )


Firms = tuple[Payer | None, Payer | None]
"""OPCO of the present employer's agreement and of the hiring firm's; None = no agreement was given."""
OTHER_TRAINING: Final = "other_training"
_MET_BY_HIRING: Final = frozenset(("host_contract", "job_offer"))  # conditions met by an employer of the target's job
_FIRM_INDEX: Final = {"opco_employer": 0, "opco_host": 1, "opco_host_support": 1}


@dataclass(frozen=True, slots=True)
class MayPay(Described):
    """Who may pay under a frame: in words, where that was read, and the OPCO where the firm's agreement is known."""

    who: str
    source: str = ""
    opco: Payer | None = None

    def text(self, lang: Lang = "fr") -> str:
        """Return who may pay in words."""
        payer = _worded("payer", self.who, lang)
        if self.opco is None:
            return payer
        return say("paths.payer_named", lang=lang, who=payer, opco=self.opco.sentence(lang))

    spec: ClassVar[Record] = Record(
        "may_pay",
        "Who may pay under a legal frame; never an amount",
        Column("who", value=lambda p, lang: p.text(lang), promised="text"),
        Column("source", schema="text?"),
        part_of("opco", PAYER, nullable=True),
    )


def _worded(kind: str, key: str, lang: Lang) -> str:
    """Return a condition or a payer in words; one's own words stay as they are."""
    try:
        return say(f"paths.{kind}.{key}", lang=lang)
    except KeyError:
        return key


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


@dataclass(frozen=True, slots=True)
class FrameVerdict(Described):
    """
    What one frame says of a step or of a whole path.

    `conditions`: what a yes still asks to agree or to show; `payers`: who may pay for a whole path, where it is no no.
    """

    name: str
    label: str
    verdict: Ternary
    violations: tuple[Violation, ...] = ()
    unknown: tuple[Violation, ...] = ()
    exempt: bool = False
    conditions: tuple[str, ...] = ()
    payers: tuple[MayPay, ...] = ()

    spec: ClassVar[Record] = Record(
        "frame",
        "What a legal frame says",
        Column("frame", value="name", json_key="name", promised="text"),
        Column("label", schema="text"),
        Column("verdict", words="terms.verdict", promised=one_of(TERNARY)),
        parts_of("violations", "rule", promised=True),
        parts_of("unknown", "rule"),
        Column("exempt", on=On.JSON, schema="flag"),
        Column("conditions", value=lambda f, lang: "; ".join(f.condition_texts(lang)) or None,
               json=lambda f, lang: f.condition_texts(lang),
               schema=["text", "What must still be agreed or shown, where the verdict is yes"], on=On.FILE),
        parts_of("payers", "may_pay", "Who may pay for a whole path, where the verdict is not no",
                 value=lambda f, lang: "; ".join(p.text(lang) for p in f.payers) or None, on=On.FILE),
        Column("payers_source", value=lambda f, _: "; ".join(dict.fromkeys(p.source for p in f.payers)) or None,
               on=On.TABLE),
        Column("reasons", value=lambda f, lang: "; ".join(f.reasons(lang)) or None, on=On.TABLE),
    )  # fmt: skip

    def reasons(self, lang: Lang = "fr") -> list[str]:
        """Return in words which rules are broken, or cannot be told."""
        return [v.reason(lang) for v in (*self.violations, *self.unknown)]

    def condition_texts(self, lang: Lang = "fr") -> list[str]:
        """Return the conditions in words."""
        return [_worded("condition", c, lang) for c in self.conditions]


@dataclass(frozen=True, slots=True)
class JudgedTraining:
    """
    What a frame judges: whether hours and months are all known (else they are a lower bound), and the target.

    `certifying`: whether a certification is at the end; `listed`: whether the target is on the list of hiring jobs;
    `labels`: what is to be obtained; `same_code`: whether origin and target have one ROME code; `day`: reference date
    (ISO), by which a frame has begun or ended, empty = not asked; `selective`: whether a competition, an appointment or
    a quota of offices decides who enters, which no training does; `studies`: months that studies take, if that is more;
    `registered`: whether the training that is judged brings a certification itself; `presumed`: whether a diploma that
    is still to be verified is counted as held; `enlists`: whether one has to join the armed forces, which train and pay
    those whom they engage, by no contract that a fund would go with; `competes`: whether a competition is still to be
    won; `serves`: whether people of the job left are civil servants or soldiers, whom no contract of employment binds;
    `unhired`: by which rule no employer hires: people of the target work on their own account as a rule, or this person
    means to; `courses`: published hours of the certifications that lead there, None = not published; `demanded`,
    `spared`: hours of what is to be obtained, and how many fewer a shorter length that is published for it has.
    """

    known: bool
    certifying: Ternary
    listed: Ternary
    labels: tuple[str, ...] = ()
    same_code: bool = False
    day: str = ""
    selective: bool = False
    studies: float = 0.0
    registered: bool = True
    presumed: bool = False
    enlists: bool = False
    competes: bool = False
    serves: bool = False
    unhired: str = ""
    courses: tuple[float | None, ...] = ()
    demanded: float = 0.0
    spared: float = 0.0


def _bounds(frame: Frame, case: JudgedTraining, hours: Time, months: Time) -> Iterator[tuple[str, float, Time, Time]]:
    """
    Yield the bounds that a training is held to: rule, limit, value, and how far beyond it is; 0 or less = within.

    What is known only in part is never too short.
    """
    if frame.is_exempt(case.labels):
        return
    if (most := frame.hours_max) is not None:
        yield "hours_max", most, hours, hours - most
    if (most := frame.months_max) is not None:
        longer: Time = np.maximum(months, case.studies)
        yield "months_max", most, longer, longer - most
    if not case.known:
        return
    if (least := frame.hours_min) is not None:
        yield "hours_min", least, hours, least - hours
    else:  # a frame pays for a training
        longest: Time = np.maximum(np.maximum(hours, months), case.studies)
        yield "no_training", 0.0, longest, _NEGLIGIBLE_HOURS - longest


def _may_last_longer(case: JudgedTraining, rule: str) -> bool:
    """Whether a training that is too short takes more hours of who lacks the diploma that is counted as held."""
    return rule in ("hours_min", "no_training") and case.presumed


def _closeness(case: JudgedTraining, limit: float) -> float:
    """How far beyond a bound hours may be that are not those of a certification, and it is still open what it takes."""
    return _CLOSE_SHARE * limit if case.known and not case.registered else 0.0


def _may_be_shorter(case: JudgedTraining, rule: str, hours: Time, by: Time) -> bool | Bools:
    """Whether hours that are too many are those of what is demanded, of which a shorter length is published too."""
    return (rule == "hours_max") & (by <= case.spared) & (hours <= case.demanded)


def _may_be_certified(frame: Frame, case: JudgedTraining, rule: str) -> bool:
    """Whether hours that are too few are those of no certification, and one that leads there may have enough."""
    most = np.inf if frame.hours_max is None else frame.hours_max
    open_to_choice = rule == "hours_min" and frame.certifying and not case.registered
    fits = (hours is None or (frame.hours_min or 0.0) <= hours <= most for hours in case.courses)
    return open_to_choice and any(fits)


def _breaches(frame: Frame, case: JudgedTraining, hours: float, months: float) -> Iterator[tuple[bool, Violation]]:
    """Yield each rule of a frame that a training breaks, or may break, and whether it surely does."""
    for name, limit, value, by in _bounds(frame, case, hours, months):
        if by > 0:
            doubts = {
                "_presumed": _may_last_longer(case, name),
                "_close": by <= _closeness(case, limit),
                "_shorter": bool(_may_be_shorter(case, name, value, by)),
                "_other": _may_be_certified(frame, case, name),
            }
            doubt = next((doubt for doubt, holds in doubts.items() if holds), "")
            yield not doubt, Violation(name + doubt, limit, float(value), float(by))
        elif not case.known:
            yield False, Violation(name.replace("_max", "_unknown"), limit, float(value))
    demands = ("certifying", frame.certifying, case.certifying), ("hiring_list", frame.hiring_list, case.listed)
    for rule, required, answer in demands:
        if required and answer != "yes":
            yield answer == "no", Violation(f"{rule}_{answer}")
    # Neither getting ready for a competition nor the school that it opens is a certification.
    competition = frame.certifying and case.selective and case.competes and not case.registered
    others = (
        ("enlistment", True, case.enlists),
        ("competition", True, competition),
        ("same_code", False, frame.other_code and case.same_code),
        ("selection", False, case.selective and not competition),
        ("serves", False, frame.employees and case.serves),
        (case.unhired, False, case.unhired and not _MET_BY_HIRING.isdisjoint(frame.conditions)),
    )
    yield from ((sure, Violation(rule)) for rule, sure, holds in others if holds)


def judge(frame: Frame, case: JudgedTraining, hours: float, months: float) -> FrameVerdict:
    """
    Judge a step, or a path from its first day to its last.

    Parameters
    ----------
    frame
        The law.
    case
        What is known of the training and of its target.
    hours, months
        Expected hours, and months, of training; what is published of it where ``case.known`` is False. Whether the
        practice of intermediate jobs counts is the caller's choice: ``settings.paths.frame_counts_practice``.

    Returns
    -------
    verdict
        ``no`` where a rule is broken, with by how much; ``unknown`` where one cannot be told, as by an estimate that
        is too close to a bound, or where a certification of a length that fits may be chosen instead; else ``yes``.
    """
    outside = frame.outside(case.day)
    if outside is not None:  # whatever else it asks for no longer matters, or not yet
        return FrameVerdict(frame.name, frame.label, "no", (outside,))
    breaches = [*_breaches(frame, case, hours, months)]
    broken, unsure = (tuple(breach for sure, breach in breaches if sure is surely) for surely in (True, False))
    verdict: Ternary = "no" if broken else "unknown" if unsure else "yes"
    exempt = frame.is_exempt(case.labels)
    certified = not frame.certifying or case.registered or exempt  # else another training certifies
    other_training, presumed = () if certified else (OTHER_TRAINING,), ("presumed",) if case.presumed else ()
    conditions = (*other_training, *frame.conditions, *presumed) if verdict == "yes" else ()
    return FrameVerdict(frame.name, frame.label, verdict, broken, unsure, exempt, conditions)


def judge_many(frame: Frame, case: JudgedTraining, hours: NDArray[np.float64], months: NDArray[np.float64]) -> Verdicts:
    """Judge many trainings for one target at once: `NO`, `UNKNOWN` or `YES`, as `judge` does one by one."""
    fixed = judge(frame.model_copy(update={"hours_min": None, "hours_max": None, "months_max": None}), case, 1.0, 0.0)
    verdicts: Verdicts = np.full(len(hours), _VERDICTS.index(fixed.verdict), dtype=np.int8)
    for rule, limit, value, by in _bounds(frame, case, hours, months):
        open_to_choice = _may_last_longer(case, rule) or _may_be_certified(frame, case, rule)
        unsure = open_to_choice | (by <= _closeness(case, limit)) | _may_be_shorter(case, rule, value, by)
        beyond = np.minimum(verdicts, np.where(unsure, UNKNOWN, NO))
        verdicts = np.where(by > 0, beyond, verdicts if case.known else np.minimum(verdicts, UNKNOWN))
    return verdicts


@cache
def presets() -> Mapping[str, Frame]:
    """Return the frames that ship with the package, by name."""
    names = [f.name for f in (files("passerelles.paths") / "frames").iterdir() if f.name.endswith(".toml")]
    frames = [Frame.model_validate(packaged("passerelles.paths", "frames", name)) for name in names]
    return {frame.name: frame for frame in sorted(frames, key=lambda f: f.name)}


def frame_names(lang: Lang) -> str:
    """Return the names of the frames that ship, with the last day of one that has it."""

    def named(frame: Frame) -> str:
        ended = frame.until and say("paths.rule.ended", lang=lang, day=day_text(frame.until, lang))
        return f"{frame.name} ({ended})" if ended else frame.name

    return ", ".join(map(named, presets().values()))


def no_such_frame(name: str) -> PasserellesError:
    """Return the refusal of a name that no frame has, with the frames that ship and the nearest of them."""
    near = nearest_said(get_close_matches(name.casefold(), presets(), n=1))
    return PasserellesError("unknown_frame", name=name, known=", ".join(presets()), near=near)


def find_frame(frame: str | Path | Frame) -> Frame:
    """
    Return a frame by its name, from a TOML file, or as it is.

    Raises
    ------
    PasserellesError
        If it is neither of the three, there is none of that name and no such file, or the file holds no frame.

    Examples
    --------
    >>> find_frame("periode-de-reconversion").hours_max
    450.0
    """
    if isinstance(frame, Frame):
        return frame
    if str(frame) in presets():
        return presets()[str(frame)]
    path = Path(frame) if isinstance(frame, str | Path) else Path()
    if path.suffix != ".toml" or not path.is_file():
        raise no_such_frame(str(frame))
    data = read_file(path, most=MAX_JSON_BYTES)
    try:
        return Frame.model_validate(parse_toml(decode(data).text))
    except ValueError as error:
        reason = problems(error) if isinstance(error, ValidationError) else json_problem(error, "TOML")
        raise PasserellesError("frame_invalid", path=path, reason=reason) from error


def frame_line(label: str, verdict: str, why: Iterable[str], lang: Lang) -> str:
    """Return what legal frames answer, and why; of a ``yes_if``, some conditions are told elsewhere."""
    reason = listed(filter(None, why), lang)
    return labelled(label, say(f"terms.verdict.{verdict}", lang=lang) + (f" ({reason})" if reason else ""), lang)


def payer_lines(frames: Iterable[FrameVerdict], lang: Lang = "fr") -> list[str]:
    """Return who may pay, one line for each answer: the frames of that answer, each once."""
    paid = ((listed((p.text(lang) for p in frame.payers), lang), frame.label) for frame in frames if frame.payers)
    return [
        say("paths.pays", lang=lang, label=listed(dict.fromkeys(labels), lang), payers=payers)
        for payers, labels in grouped(paid).items()
    ]
