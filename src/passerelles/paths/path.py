"""`Path` and `Step`: what a search found, with everything that explains it worked out when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, say
from passerelles.model import Hours, Ternary
from passerelles.paths.legal import FrameVerdict
from passerelles.ranking.explain import split_items
from passerelles.ranking.move import End, Item
from passerelles.scoring.coverage import Holding, holding_of, required_columns
from passerelles.views.shown import Shown
from passerelles.views.spec import Page, Sheet

Status = Literal["feasible", "infeasible", "unknown"]
Basis = Literal["sourced", "estimate", "mixed", "none"]
Split = tuple[tuple[Item, ...], tuple[Item, ...], tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Span:
    """Low, expected and high, None = unknown; `lower_bound` says that the expected value is only the known part."""

    low: float | None
    expected: float | None
    high: float | None
    lower_bound: bool = False

    def plus(self, other: "Span") -> "Span":
        """Return the sum, unknown wherever one of the two is."""
        low, expected, high = (
            None if a is None or b is None else round(a + b, 1)
            for a, b in ((self.low, other.low), (self.expected, other.expected), (self.high, other.high))
        )
        return Span(low, expected, high, self.lower_bound or other.lower_bound)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"low": self.low, "expected": self.expected, "high": self.high, "lower_bound": self.lower_bound}


@dataclass(frozen=True, slots=True)
class StepCredential:
    """
    A credential that a step's target requires, in the order of acquisition.

    `held` is what is known of the person before the step; `grants` says that it is what gives access to a regulated
    profession; `via` by which code the certification file reaches the occupation, for what merely leads there;
    `certifinfo` and `rncp` its codes in Certif Info and in the RNCP, None = unknown.
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
    via: str = ""
    certifinfo: str | None = None
    rncp: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        hours = {"low": self.hours.low, "expected": self.hours.expected, "high": self.hours.high}
        return {
            "code": self.code,
            "label": self.label,
            "kind": self.kind,
            "held": self.held,
            "order": self.order,
            "hours": hours | {"source": self.hours.source or None},
            "source": self.source,
            "certifinfo": self.certifinfo,
            "rncp": self.rncp,
            "grants_access": self.grants,
            "obtainable": self.obtainable,
        }


@dataclass(frozen=True)
class Step:
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
    level, target_level
        European level of the highest qualification held before the step, and that of the target; the settings' own
        where a fiche names none.
    probability
        Chance in [0, 1] that an expert would list the move; None where the scorer is not calibrated.
    """

    origin: End
    target: End
    hours: Span
    months: Span
    practice_months: float
    sourced: float
    estimated: float
    practised: float
    consolidated: float
    level: int
    target_level: int
    score: float
    probability: float | None
    regulated: Ternary
    credentials: tuple[StepCredential, ...]
    options: tuple[StepCredential, ...]
    frames: tuple[FrameVerdict, ...]
    unknown: tuple[str, ...]
    graph: OccupationGraph = field(repr=False, compare=False)
    held_columns: frozenset[int] = field(repr=False, compare=False)

    @property
    def basis(self) -> Basis:
        """Where the expected hours come from."""
        if self.sourced and self.estimated:
            return "mixed"
        return "sourced" if self.sourced else "estimate" if self.estimated else "none"

    @property
    def to_obtain(self) -> list[StepCredential]:
        """Credentials that are required and not known to be held, in the order of acquisition."""
        return [c for c in self.credentials if c.held != "yes"]

    @cached_property
    def holding(self) -> Holding:
        """What is held before this step."""
        return holding_of(self.graph, sorted(self.held_columns))

    @cached_property
    def _split(self) -> Split:
        return split_items(self.graph, self.holding, self.graph.position[self.target.code or ""])

    @property
    def held(self) -> tuple[Item, ...]:
        """What the target requires and is carried over, by falling weight."""
        return self._split[0]

    @property
    def near(self) -> tuple[Item, ...]:
        """What a near match covers in part."""
        return self._split[1]

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is to be learned."""
        return self._split[2]

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return the shape of a step of ``paths@1``, ready for JSON."""
        from passerelles.paths.sentences import step_sentence  # noqa: PLC0415 - it builds on this class

        hours = self.hours.to_dict() | {"sourced": self.sourced, "estimated": self.estimated, "basis": self.basis}
        return {
            "from": self.origin.to_dict(),
            "to": self.target.to_dict(),
            "hours": hours,
            "months": self.months.to_dict(),
            "practice": {"months": self.practice_months, "hours_replaced": self.practised, "assumption": True},
            "consolidation_hours": self.consolidated,
            "level": {"held": self.level, "target": self.target_level},
            "score": self.score,
            "probability": self.probability,
            "regulated": self.regulated,
            "held": [i.to_dict() for i in self.held],
            "near": [i.to_dict() for i in self.near],
            "missing": [i.to_dict() for i in self.missing],
            "credentials": [c.to_dict() for c in self.credentials],
            "options": [c.to_dict() | {"via": c.via or None} for c in self.options],
            "frames": [f.to_dict(lang) for f in self.frames],
            "unknown": list(self.unknown),
            "sentence": step_sentence(self, lang),
        }


@dataclass(frozen=True, slots=True)
class PathPart:
    """One part of a path's score, in hours; the score is their sum."""

    name: str
    value: float

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"name": self.name, "label": say(f"paths.part.{self.name}", lang=lang), "value": self.value}


@dataclass(frozen=True)
class Detail:
    """What is worked out of a path when it is asked for; see `Path`."""

    status: Status
    reasons: tuple[tuple[str, str], ...]
    hours: Span
    months: Span
    steps: tuple[Step, ...]
    frames: tuple[FrameVerdict, ...]


@dataclass(frozen=True, repr=False)
class Path(Shown):
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
    direct_hours, direct_months
        Expected hours and months of the direct move.
    alone
        Whether stages were looked for, and none to this target is worth proposing.
    gap
        Hours of cost by which a path that was not looked at could be better than the last one kept; 0 = proven best.
    assumptions
        What practising an intermediate job is taken to bring, the least that a stage must save, and which moves paths
        with stages are made of.
    """

    rank: int
    place: int
    origin: End
    target: End
    codes: tuple[str, ...]
    score: float
    parts: tuple[PathPart, ...]
    weakest: float
    calibrated: bool
    direct_hours: float
    direct_months: float
    gap: float
    alone: bool
    referential: tuple[str, str]
    assumptions: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    make: Callable[[], Detail] | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: rank, occupations and hours; `print` shows the whole."""
        return f"<Path {self.rank}: {' → '.join([self.origin.code or '?', *self.codes])}, {self.hours.expected} h>"

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the path, its steps, competencies, credentials and frames as tables."""
        from passerelles.paths.sheets import path_sheets  # noqa: PLC0415 - it builds on this class

        return path_sheets([self], lang=lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the path shows of itself."""
        from passerelles.paths.sheets import path_page  # noqa: PLC0415 - it builds on this class

        return path_page(self, lang)

    @cached_property
    def detail(self) -> Detail:
        """Everything that takes a look at each step."""
        if self.make is None:
            raise TypeError("a Path comes from rank_paths")
        return self.make()

    @property
    def status(self) -> Status:
        """
        `feasible`, `infeasible` or `unknown`.

        Infeasible: a credential that nobody can obtain, or the frame asked for is broken; unknown: something needed
        is not known. `reasons` says what.
        """
        return self.detail.status

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """What the status comes from: keys of ``paths.reason`` and what they are about."""
        return self.detail.reasons

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

    def added_by(self, number: int) -> tuple[Item, ...]:
        """What the target requires and the stage after step `number` (from 1) brings, not held before it."""
        graph = self.steps[0].graph
        target = graph.position[self.target.code or ""]
        before, after = self.steps[number - 1], self.steps[number]
        had = {item.code for item in split_items(graph, before.holding, target)[0]}
        stage = set(required_columns(graph, graph.position[before.target.code or ""]).tolist())
        now = split_items(graph, after.holding, target)[0]
        return tuple(i for i in now if i.code not in had and graph.competency_position[i.code] in stage)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return the shape of an item of ``paths@1``, ready for JSON."""
        from passerelles.paths.sentences import path_sentences  # noqa: PLC0415 - it builds on this class

        sourced = round(sum(s.sourced for s in self.steps), 1)
        estimated = round(sum(s.estimated for s in self.steps), 1)
        return {
            "rank": self.rank,
            "place": self.place,
            "origin": self.origin.to_dict(),
            "target": self.target.to_dict(),
            "status": self.status,
            "reasons": [say(f"paths.reason.{key}", lang=lang, what=what) for key, what in self.reasons],
            "hours": self.hours.to_dict() | {"sourced": sourced, "estimated": estimated},
            "months": self.months.to_dict(),
            "steps": [s.to_dict(lang) for s in self.steps],
            "frames": [f.to_dict(lang) for f in self.frames],
            "score": self.score,
            "parts": [p.to_dict(lang) for p in self.parts],
            "weakest": self.weakest,
            "calibrated": self.calibrated,
            "direct": {"hours": self.direct_hours, "months": self.direct_months},
            "gap": self.gap,
            "assumptions": dict(self.assumptions),
            "explanation": path_sentences(self, lang),
            "referential": {"name": self.referential[0], "version": self.referential[1]},
        }
