"""From the rows that a search found to a `Path`: hours low and high, credentials in order, frames, status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.model import UNKNOWN_HOURS, Ternary
from passerelles.paths.demands import in_circle, required_codes, required_rows, sane_hours, with_prerequisites
from passerelles.paths.effort import TENTHS
from passerelles.paths.legal import Case, Frame, FrameVerdict, judge
from passerelles.paths.path import Detail, Span, Status, Step, StepCredential
from passerelles.paths.state import State
from passerelles.ranking.move import End
from passerelles.ranking.origin import Start
from passerelles.referentials.referential import Referential
from passerelles.scoring.coverage import required_columns

_FULL = ("titre", "diplôme", "certificat")
_NOT_KNOWN = ("effort", "access")  # what no code of a credential names


class CertificationTable(Protocol):
    """What leads to an occupation, according to a file of certifications."""

    @property
    def by_code(self) -> "Mapping[str, Certified]":
        """Every certification, habilitation and course of the file, by its code there."""

    def for_occupation(self, code: str, referential: Referential) -> tuple["Hit", ...]:
        """Certifications that lead to an occupation."""


class Hit(Protocol):
    """One certification, and the code by which the file reaches the occupation."""

    @property
    def certification(self) -> "Certified":
        """The certification."""

    @property
    def via(self) -> str:
        """How the file's code is reached: the occupation's own, its parent's, its base's."""


class Certified(Protocol):
    """What is read of a certification."""

    @property
    def code(self) -> str:
        """Code in the file."""

    @property
    def label(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """``certification``, or what is none: ``habilitation``, ``preparatory``, ``unknown``."""

    @property
    def type(self) -> str:
        """Kind of diploma, in words."""

    @property
    def level(self) -> str | None:
        """European level, None = unknown."""

    @property
    def rncp(self) -> str | None:
        """RNCP code, None = unknown."""


def check_table(table: CertificationTable | None) -> CertificationTable | None:
    """
    Return certifications as they are.

    Raises
    ------
    PasserellesError
        If they are something else, such as the path of a file.
    """
    if table is not None and not callable(getattr(table, "for_occupation", None)):
        raise PasserellesError("certifications_invalid", kind=type(table).__name__)
    return table


@dataclass(frozen=True)
class Context:
    """What steps are judged by: the frames, the list of hiring jobs and the table of certifications, if any."""

    graph: OccupationGraph
    frames: tuple[Frame, ...]
    hiring: frozenset[str] | None
    table: CertificationTable | None
    _options: dict[str, tuple[StepCredential, ...]] = field(default_factory=dict, repr=False)

    def listed(self, code: str) -> Ternary:
        """Whether an occupation, or the fiche that it is a part of, is on the list of hiring jobs."""
        if self.hiring is None:
            return "unknown"
        base = self.graph.referential.occupation_by_code[code].base
        return "yes" if code in self.hiring or (base is not None and base in self.hiring) else "no"

    def hits(self, code: str) -> tuple[Hit, ...]:
        """Certifications of the table that lead to an occupation."""
        return () if self.table is None else self.table.for_occupation(code, self.graph.referential)

    def options(self, code: str) -> tuple[StepCredential, ...]:
        """What merely leads to an occupation: it never makes hours unknown."""
        if code not in self._options:
            by_code = self.graph.referential.credential_by_code
            rows = [r for r in self.graph.referential.credentials_of.get(code, ()) if r.kind == "option"]
            known = [(by_code[r.credential], r.source) for r in rows if r.credential in by_code]
            own = [
                StepCredential(
                    c.code, c.label, c.kind, "unknown", sane_hours(c.hours), s, certifinfo=c.certifinfo, rncp=c.rncp
                )
                for c, s in known
            ]
            # What the referential names itself, required or not, is no further option.
            named = {by_code[c].certifinfo for c in required_codes(self.graph.referential, code) if c in by_code}
            named |= {c.certifinfo for c in own}
            others = [self._option(h) for h in self.hits(code) if h.certification.code not in named]
            self._options[code] = (*own, *others)
        return self._options[code]

    @staticmethod
    def _option(hit: Hit) -> StepCredential:
        found = hit.certification
        return StepCredential(
            f"CI-{found.code}",
            found.label,
            found.type,
            "unknown",
            UNKNOWN_HOURS,
            "Certif Info",
            via=str(hit.via),
            certifinfo=found.code,
            rncp=found.rncp,
        )

    def certifying(self, code: str, credentials: tuple[StepCredential, ...]) -> Ternary:
        """
        Whether the way to an occupation ends with a certification.

        One to obtain that is in the RNCP, or that cites a certification of the table; or one that the table says to
        lead there, unless it is held already. Else unknown: what a table does not say is not denied, and one in four
        of its rows names no job.
        """
        full = [c for c in credentials if c.held != "yes" and c.kind in _FULL]
        if any(c.rncp for c in full):
            return "yes"
        if self.table is None:
            return "unknown"
        cited = [self.table.by_code[c.certifinfo] for c in full if c.certifinfo and c.certifinfo in self.table.by_code]
        if any(c.kind == "certification" for c in cited):
            return "yes"
        held = {c.certifinfo for c in credentials if c.held == "yes"}
        return "yes" if any(h.certification.code not in held for h in self.hits(code)) else "unknown"

    def case(self, code: str, credentials: tuple[StepCredential, ...], *, known: bool) -> Case:
        """What frames judge the way to an occupation by."""
        labels = tuple(c.label for c in credentials if c.held != "yes")
        return Case(known, self.certifying(code, credentials), self.listed(code), labels)

    def verdicts(self, case: Case, hours: float, months: float) -> tuple[FrameVerdict, ...]:
        """Verdict of every frame."""
        return tuple(judge(frame, case, hours, months) for frame in self.frames)


def step_credentials(graph: OccupationGraph, held: Mapping[str, Ternary], code: str) -> tuple[StepCredential, ...]:
    """Return what an occupation requires, in the order in which it can be obtained, each with what is known of it."""
    referential = graph.referential
    rows = required_rows(referential, code)
    regulated = referential.occupation_by_code[code].regulated == "yes"
    # What another of them supposes is on the way; what none does is what grants access in the end.
    before = {c for row in rows for c in referential.prerequisites_of(row)}
    found: list[StepCredential] = []
    for number, each in enumerate(required_codes(referential, code), start=1):
        known = referential.credential_by_code[each]
        own = rows.get(each)
        found.append(
            StepCredential(
                code=each,
                label=known.label,
                kind=known.kind,
                held=held.get(each, "unknown"),
                hours=sane_hours(known.hours),
                source=(own.source if own else "") or known.source,
                order=number,
                grants=regulated and own is not None and each not in before,
                obtainable=not in_circle(referential, each),
                certifinfo=known.certifinfo,
                rncp=known.rncp,
            )
        )
    return tuple(found)


def held_along(referential: Referential, start: Start, codes: tuple[str, ...]) -> Mapping[str, Ternary]:
    """Credentials of a person after the occupations in `codes`: what each required is held."""
    held = dict(with_prerequisites(referential, start.credentials))
    for code in codes:
        held |= dict.fromkeys(required_codes(referential, code), "yes")
    return held


def credential_span(credentials: tuple[StepCredential, ...]) -> tuple[Span, tuple[str, ...]]:
    """
    Hours of the credentials to obtain, and which of them have no known length.

    Low counts 0 for one that may be held already, or whose low is unknown; high is unknown as soon as one is.
    """
    low = expected = high = 0.0
    unknown: list[str] = []
    open_end = False
    for each in credentials:
        if each.held == "yes":
            continue
        least = each.hours.low if each.hours.low is not None else 0.0
        low += least if each.held == "no" else 0.0
        expected += each.hours.expected if each.hours.expected is not None else least
        if each.hours.expected is None:
            unknown.append(each.code)
        if each.hours.high is None or each.hours.expected is None:
            open_end = True
        else:
            high += each.hours.high
    return Span(low, expected, None if open_end else high, lower_bound=bool(unknown)), tuple(unknown)


def make_step(context: Context, start: Start, state: State, row: int, *, last: bool) -> Step:
    """Return one step from a state to an occupation."""
    graph, terrain = context.graph, state.terrain
    settings = terrain.settings
    code = graph.codes[row]
    before = tuple(graph.codes[r] for r in state.stages)
    credentials = step_credentials(graph, held_along(graph.referential, start, before), code)
    certified, unknown = credential_span(credentials)
    total, practice = (x[row] for x in state.sums)
    effort = terrain.effort
    whole = int(effort.final(total, row, state.level)) / TENTHS
    mine = whole if last else int(effort.stage(total, practice, row, state.level)) / TENTHS
    # What the stages spare here and practice does not teach is taught here, unless it was on the way.
    added = (int(state.path[row]) - state.hours - int(state.final[row])) / TENTHS if last else 0.0
    full, least, most = (float(x[row]) for x in (effort.qualification, effort.low_share, effort.high_share))
    listed, hidden = bool(terrain.lists[row]), bool(terrain.demands.hidden[row])
    unknown = (*unknown, *(("effort",) if not listed else ()), *(("access",) if hidden else ()))
    low = round(max(mine * least, certified.low or 0.0) + added * least, 1)
    expected = round(max(mine, certified.expected or 0.0) + added, 1)
    high = None
    if not unknown and certified.high is not None:
        high = max(mine * most, certified.high) + added * most
        high = round(max(min(max(full, expected), high), certified.high, expected), 1)
    hours = Span(min(low, expected), expected, high, lower_bound=bool(unknown))
    months = _months(hours, settings.paths.month_hours)
    case = context.case(code, credentials, known=not hours.lower_bound)
    origin = start.end if not before else End(before[-1], graph.occupations[state.stages[-1]].label)
    columns = set(start.holding.held.nonzero()[0].tolist())
    for stage in state.stages:
        columns |= set(required_columns(graph, stage).tolist())
    strength = float(state.strength[row])
    return Step(
        origin=origin,
        target=End(code, graph.occupations[row].label),
        hours=hours,
        months=months,
        practice_months=0.0 if last else settings.paths.practice_months,
        sourced=round(certified.expected or 0.0, 1),
        estimated=round(expected - (certified.expected or 0.0), 1),
        practised=round(max(0.0, whole - mine), 1),
        consolidated=round(added, 1),
        level=state.level,
        target_level=int(effort.level[row]),
        score=float(state.scores[row]),
        probability=strength if terrain.calibrated else None,
        regulated=graph.occupations[row].regulated,
        credentials=credentials,
        options=context.options(code),
        frames=context.verdicts(case, expected, months.expected or 0.0),
        unknown=unknown,
        graph=graph,
        held_columns=frozenset(columns),
    )


def _months(hours: Span, month_hours: float) -> Span:
    low, expected, high = (
        None if h is None else round(h / month_hours, 1) for h in (hours.low, hours.expected, hours.high)
    )
    return Span(low, expected, high, hours.lower_bound)


def make_detail(context: Context, start: Start, state: State, rows: tuple[int, ...], asked: str | None) -> Detail:
    """Return what explains a path: `rows` are the occupations entered, `asked` the frame that it has to fit, if any."""
    graph = context.graph
    steps: list[Step] = []
    at = state
    for row in rows:
        last = row == rows[-1]
        steps.append(make_step(context, start, at, row, last=last))
        if not last:
            at = at.through(row)
    hours, months = steps[0].hours, steps[0].months
    for step in steps[1:]:
        hours, months = hours.plus(step.hours), months.plus(step.months)
    practice = sum(step.practice_months for step in steps)
    months = months.plus(Span(practice, practice, practice))
    code = graph.codes[rows[-1]]
    case = context.case(code, needed_from(context, start, code), known=not hours.lower_bound)
    frames = context.verdicts(case, hours.expected or 0.0, frame_months(hours.expected or 0.0, len(rows), state))
    status, reasons = _status(graph, steps, frames, asked)
    return Detail(status, reasons, hours, months, tuple(steps), frames)


def needed_from(context: Context, start: Start, code: str) -> tuple[StepCredential, ...]:
    """Return what an occupation requires of the person at the very start."""
    return step_credentials(context.graph, held_along(context.graph.referential, start, ()), code)


def frame_months(hours: float, steps: int, state: State) -> float:
    """
    Months of a path that count towards a legal frame: those of training.

    The practice of intermediate jobs is ordinary employment: a frame neither finances nor limits it, unless
    ``settings.paths.frame_counts_practice`` says so.
    """
    paths = state.terrain.settings.paths
    practice = (steps - 1) * paths.practice_months if paths.frame_counts_practice else 0.0
    return hours / paths.month_hours + practice


def _status(
    graph: OccupationGraph, steps: list[Step], frames: tuple[FrameVerdict, ...], asked: str | None
) -> tuple[Status, tuple[tuple[str, str], ...]]:
    by_code = graph.referential.credential_by_code
    closed = [c for s in steps for c in s.credentials if not c.obtainable and c.held != "yes"]
    judged = next((f for f in frames if f.name == asked), None)
    reasons = [("closed", c.label) for c in closed]
    if judged is not None and judged.verdict != "yes":
        reasons.append((f"frame_{judged.verdict}", judged.label))
    unknown = [u for s in steps for u in s.unknown]
    last = steps[-1].target.label or ""
    reasons += [(u, last) if u in _NOT_KNOWN else ("length", by_code[u].label) for u in unknown]
    status: Status = "feasible"
    if unknown or (judged is not None and judged.verdict == "unknown"):
        status = "unknown"
    if closed or (judged is not None and judged.verdict == "no"):
        status = "infeasible"
    return status, tuple(dict.fromkeys(reasons))
