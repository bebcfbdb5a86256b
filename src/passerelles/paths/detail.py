"""From the rows that a search found to a `Path`: hours low and high, credentials in order, frames, status."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import chain, compress, pairwise
from typing import Any

import numpy as np

from passerelles.access.conditions import AccessConditions, access_conditions, kind_between, with_counted
from passerelles.access.demands import TENTHS, Demands, Price, sane_hours
from passerelles.access.holdings import (
    DEMANDED,
    NO_AIM,
    Aim,
    Holdings,
    after_occupation,
    often_brought,
    registers,
    remaining,
)
from passerelles.access.qualifications import HIGHEST_LEVEL
from passerelles.codes import grouped
from passerelles.effort import EffortTable
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications, LeadingCertification
from passerelles.model import BROUGHT, DIPLOMAS, TAUGHT, UNKNOWN_HOURS, Credential, Hours, Reduction, Ternary
from passerelles.paths.legal import Firms, Frame, FrameVerdict, JudgedTraining, Time, judge
from passerelles.paths.path import Detail, PathStatus, Span, Step, StepCredential
from passerelles.paths.state import State
from passerelles.ranking.move import Job, Start
from passerelles.ranking.rank import none_if_nan, split_items
from passerelles.referentials.credentials import with_supposed
from passerelles.referentials.referential import Referential
from passerelles.scoring.measures import held_competencies, required_columns
from passerelles.sharing import Deriving
from passerelles.vectors import Bools

_ENLISTMENT = "ENG-MIL"
_STATUS_CONTEXT, _SERVANTS = "Statut d'emploi", frozenset(("Fonctionnaire", "Militaire"))  # as the ROME names them
_PUBLIC = _SERVANTS | {"Salarié secteur public"}
_SELF_EMPLOYED = frozenset(("Travailleur indépendant", "Profession libérale"))
_SERVICES = ("K15", "K17")  # control by the State, defence and public safety: some of their fiches name no status
_UNNAMED_UNKNOWNS = ("effort", "access", "selection")  # what no code of a credential names
Credentials = tuple[StepCredential, ...]


@dataclass(frozen=True, eq=False)
class PathContext(Deriving):
    """
    What steps are judged by: the frames, the list of hiring jobs and the table of certifications, if any.

    `hiring` is a list that an authority published: one derived from a survey or from offers never answers for it; `day`
    the reference date (ISO); `opco`: of the present employer and the hiring firm.
    """

    graph: OccupationGraph
    frames: tuple[Frame, ...]
    hiring: frozenset[str] | None
    table: Certifications | None
    day: str
    opco: Firms = (None, None)

    def listed(self, code: str) -> Ternary:
        """Whether an occupation, or the fiche that it is a part of, is on the list of hiring jobs."""
        if self.hiring is None:
            return "unknown"
        return "no" if self.hiring.isdisjoint((code, self.rome_code(code))) else "yes"

    def leading(self, code: str) -> tuple[LeadingCertification, ...]:
        """Certifications that lead to an occupation and are alive on the reference date."""
        table, day = self.table, date.fromisoformat(self.day)
        if table is None:
            return ()
        return self.derived(("leading", code), lambda: table.leading(code, self.graph.referential, day))

    def options(self, code: str) -> Iterator[StepCredential]:
        """Yield what merely leads to an occupation: it never makes hours unknown."""
        referential = self.graph.referential
        for row in referential.credentials_of.get(code, ()):
            known = referential.credential_by_code[row.credential]
            if row.kind not in DEMANDED:
                hours, source = sane_hours(known.hours), row.source or known.source
                yield _step_credential(known, "unknown", hours, source, requirement=row.kind, ground=row.ground)

    def certifying(self, code: str, credentials: Credentials) -> Ternary:
        """
        Whether the way to an occupation ends with a certification.

        One that is not held, leads there and is alive on the reference date; or one to obtain that is in the RNCP and
        of which no end is known to be past: what is demanded today is in force. Else unknown: what a table does not say
        is not denied. What its family alone ties to it, far from its name, gives nothing that is to be obtained.
        """
        by_code = self.graph.referential.credential_by_code
        leading = any(self._to_follow(code, credentials))
        to_obtain = [c for c in credentials if c.held != "yes" and c.kind in TAUGHT]
        full = [by_code[c.code] for c in to_obtain if c.code in by_code]
        registered = any(c.rncp and not c.is_specific and not "" < c.valid_until < self.day for c in full)
        return "yes" if leading or registered or any(self._certifies(c, {"yes"}) for c in to_obtain) else "unknown"

    def _to_follow(self, code: str, credentials: Credentials) -> Iterator[LeadingCertification]:
        """
        Yield the certifications that lead to an occupation, are alive for certain, and are not held.

        Nor are the ways of a choice of which nothing is left to obtain, nor what has nothing to do with the occupation.
        """
        by_code, rows = self.graph.referential.credential_by_code, self.graph.referential.credentials_of.get(code, ())
        lacking = [c for c in credentials if c.held != "yes" and c.requirement in DEMANDED]
        left, groups = {c.code for c in lacking}, {c.group for c in lacking}
        chosen = (row for row in rows if row.kind == "one-of" and row.scope == "all" and row.group not in groups)
        behind = {c.code for c in credentials if c.held == "yes"}.union(row.credential for row in chosen) - left
        held = {name for c in behind if c in by_code for name in by_code[c].filed}
        beside = not BROUGHT.issuperset(c.kind for c in lacking)
        for leading in self.leading(code):
            led_to = leading.demanded or not (leading.foreign or (beside and leading.far))
            if leading.sure and leading.code not in held and led_to:
                yield leading

    def _certifies(self, credential: StepCredential, active: Collection[Ternary]) -> bool:
        """Whether a table says that a credential is a certification, and that it is active, or nobody knows."""
        cited = None if self.table is None else self.table.by_code.get(credential.certifinfo or "")
        return cited is not None and cited.kind == "certification" and cited.active in active

    def _registered(self, credential: StepCredential) -> bool:
        """Whether a credential is a certification that laws on the training of adults ask for, as far as is known."""
        known = self.graph.referential.credential_by_code.get(credential.code)
        if known is not None and known.is_specific:
            return False
        titled = credential.rncp or credential.kind in DIPLOMAS
        return bool(titled) or self._certifies(credential, {"yes", "unknown"})

    def case(
        self, code: str, credentials: Credentials, *,
        known: bool, origin: str | None, selective: bool, title: str = "", aim: Aim = NO_AIM,
    ) -> JudgedTraining:  # fmt: skip
        """What frames judge the way from an origin, if any, to an occupation by; `title` is one counted as held."""
        lacking = [c for c in credentials if c.held != "yes"]
        least, expected, _ = _credential_months(lacking, practice=False)
        rome = self.graph.referential.family == "rome"
        same = rome and origin is not None and self.rome_code(origin) == self.rome_code(code)
        taught = [c for c in lacking if not c.presumed]
        lengths = [(low, usual) for c in taught for low, usual, _ in [c.hours[:3]] if low is not None and usual]
        alone = (named := self._statuses(code)) and named <= _SELF_EMPLOYED
        return JudgedTraining(
            known=known, certifying=self.certifying(code, credentials), listed=self.listed(code),
            labels=tuple(c.label for c in lacking), same_code=same, day=self.day, selective=selective,
            studies=expected if known else least,
            registered=any(self._registered(c) for c in taught if c.hours.expected != 0),  # sat alone, it is no course
            presumed=len(taught) < len(lacking) or bool(title),
            enlists=any(c.code == _ENLISTMENT and c.requirement == "required" for c in lacking),
            competes=any(c.kind == "concours" for c in lacking), serves=origin is not None and self.serves(origin),
            unhired="unhired" if alone else "own_account" if aim.employment == "self-employed" else "",
            courses=tuple(c.hours and (c.hours.expected or c.hours.low) for c in self._to_follow(code, credentials)),
            demanded=sum(usual for _, usual in lengths),
            spared=sum(usual - low for low, usual in lengths),
        )  # fmt: skip

    def serves(self, code: str) -> bool:
        """Whether people of an occupation are civil servants or soldiers: its fiche names no other status."""
        named, fiche = self._statuses(code), self.rome_code(code)
        public = not named.isdisjoint(_SERVANTS) or (self.graph.referential.family == "rome" and fiche[:3] in _SERVICES)
        return public and named <= _PUBLIC

    def _statuses(self, code: str) -> set[str | None]:
        """Under which statuses people of an occupation work, as its fiche names them."""
        referential = self.graph.referential
        contexts = (referential.context_by_code[c] for c in referential.contexts_of.get(self.rome_code(code), ()))
        return {c.label for c in contexts if c.category == _STATUS_CONTEXT}

    def rome_code(self, code: str) -> str:
        """Return the code of the fiche that an occupation is, or is a part of."""
        return self.graph.referential.occupation_by_code[code].fiche

    def verdicts(
        self, case: JudgedTraining, hours: float, months: float, *, whole: bool = False
    ) -> tuple[FrameVerdict, ...]:
        """Verdict of every frame; of a whole path, with who may pay under those that do not say no."""
        judged = ((f, judge(f, case, hours, months)) for f in self.frames)
        return tuple(replace(v, payers=f.paid_by(self.opco)) if whole and v.verdict != "no" else v for f, v in judged)


def required_of(demands: Demands, price: Price, holdings: Holdings, row: int) -> tuple[AccessConditions, Credentials]:
    """
    Return what access to an occupation takes, and what of it counts, in the order in which it can be obtained.

    Of a choice of which nothing is held whole, the alternative that is priced stands for all; what has to be had before
    a training comes first.
    """
    referential = demands.referential
    code = demands.occupations[row]
    open_ways = demands.open_ways(row, price, holdings)
    conditions = with_counted(referential, access_conditions(referential, code, holdings), open_ways)
    counted = {group: [code for code, *_ in ways[0].left] if ways else [] for group, ways in open_ways.items()}
    required = {c.code: c for c in conditions.required if c.requirement == "required"}
    rows = grouped((c.code, c) for c in conditions.required if c.counted)
    taken = {c.group or "": c.alternative for of_code in rows.values() for c in of_code}
    column_of = demands.column_of
    named = (c for c in chain(*counted.values(), rows, required) if c in column_of)
    known_by = {c: demands.credentials[column_of[c]] for c in named}
    supposed = {c: with_supposed(referential.credential_by_code, [c]) - {c} for c in known_by}
    codes = sorted(known_by, key=lambda c: (not known_by[c].before_training, registers(known_by[c])))
    regulated = referential.occupation_by_code[code].regulated == "yes"
    before = set().union(*supposed.values())
    credentials: list[StepCredential] = []
    for number, credential in enumerate(_prerequisites_first(codes, supposed), start=1):
        known = known_by[credential]
        items = [required[credential]] if credential in required else rows.get(credential, ())
        # What only comes before a way is of the first choice that takes it, preferably one whose way is counted.
        groups = sorted((group for group in counted if credential in counted[group]), key=lambda g: g not in taken)
        way, alternative = (items[0].group, items[0].alternative) if items else (groups[0], taken.get(groups[0]))
        hours, held = price.hours[column_of[credential]], holdings.of(known)
        credentials.append(
            _step_credential(
                known,
                held,
                hours,
                required[credential].source if credential in required else known.source,
                order=number,
                grants=regulated and credential not in before,
                obtainable=not bool(price.closed[column_of[credential]]),
                requirement="required" if credential in required else "one-of",
                group=way,
                alternative=alternative,
                ground=items[0].ground if len({c.ground for c in items}) == 1 else "",
                any_length=known.any_length,
                **_beside_held(known, holdings, note=items[0].note if items else known.note),
                **_shortened(referential, known, holdings, hours),
            )
        )
    return conditions, tuple(credentials)


def _beside_held(known: Credential, holdings: Holdings, *, note: str) -> dict[str, Any]:
    """Return what a credential is beside those held: months left, and notes, on it or what shortens or replaces it."""
    held, spared = holdings.of(known) == "yes", holdings.spares(known)
    used = holdings.reduction_for(known) if spared or not held else None
    return {
        "months": holdings.months_left(known),
        "may_have": holdings.may_have(known),
        "presumed": holdings.presumes(known),
        "supposed": known.kind == "experience" or (known.kind == "diplôme" and spared),
        "note": " ".join(filter(None, ("" if held else note, "" if used is None else used.note))),
    }


def _step_credential(known: Credential, held: Ternary, hours: Hours, source: str, **more: Any) -> StepCredential:
    """Return a credential as a step names it: its code, label, kind and codes elsewhere, and what is said of it."""
    named = known.code, known.label, known.kind
    return StepCredential(*named, held, hours, source, certifinfo=known.certifinfo, rncp=known.rncp, **more)


def _prerequisites_first(codes: Sequence[str], supposed: Mapping[str, AbstractSet[str]]) -> list[str]:
    """Codes of credentials as they stand, but what another of them supposes, itself or in a choice, before that one."""
    ordered: list[str] = []
    while pending := [c for c in codes if c not in ordered]:
        ordered.append(next((c for c in pending if supposed[c].isdisjoint(pending)), pending[0]))
    return ordered


def _shortened(referential: Referential, known: Credential, holdings: Holdings, hours: Hours) -> dict[str, Any]:
    """
    Hours of a credential in a firm, and what may give right to a shorter training, or does to one of unknown length.

    A title that is usual in a job left is one that the person may have, and shortens no hours that are counted; it may
    be the very credential.
    """
    reduction, company = holdings.reduction_for(known), known.placement_hours
    may = reduction
    own = reduction is not None and reduction.holder_of == known.code  # of what has expired
    if reduction is not None and (own or (reduction.hours is not None and reduction.certain)):
        may, company = None, reduction.company_hours  # it does, for certain
    elif reduction is None and often_brought(referential, holdings, known):
        may = Reduction(known.code, hours=0.0)
    elif reduction is None:
        rows = (row for job in holdings.occupations for row in referential.credentials_of.get(job, ()))
        usual = {row.credential for row in rows if row.kind == "usual" and row.credential != known.code}
        may = next((r for r in known.reductions if r.holder_of in usual), None)
    if may is None:
        return {"company_hours": company}
    reduced = hours if reduction is not None else remaining(hours, may, in_firm=True)
    spared = {"spared_after": may.experience_months, "spared_to": None if may.hours is None else reduced.low}
    return {"company_hours": company, "shorter": _holder(referential, may.holder_of or known.code), **spared}


def _holder(referential: Referential, code: str) -> str:
    """What a shorter training is for the holders of: a credential, or an occupation."""
    known = referential.credential_by_code.get(code)
    return referential.occupation_by_code[code].label or code if known is None else known.label


def after_stage(graph: OccupationGraph, person: Start, row: int, practice: float) -> Start:
    """Return a person who has trained for an occupation and practised it some months: what it requires is held."""
    occupation = graph.occupations[row]
    columns = np.flatnonzero(person.competencies.held).tolist() + required_columns(graph, row).tolist()
    competencies = held_competencies(graph, columns)
    holdings = after_occupation(graph.referential, person.holdings, occupation.code, practice)
    end = Job(occupation.code, occupation.label)
    return Start(row, plain=False, competencies=competencies, holdings=holdings, end=end, occupation=occupation)


def make_step(context: PathContext, person: Start, state: State, row: int, *, last: bool) -> Step:
    """Return one step of a person in a state to an occupation."""
    graph, space = context.graph, state.space
    demands, paths = space.demands, space.settings.paths
    code, origin, holdings = graph.codes[row], person.end, person.holdings
    access, credentials = required_of(demands, state.price, holdings, row)
    lacking = [c for c in credentials if c.held != "yes"]
    title = counted_title(graph, space.effort, row, (state.first or state).brought, holdings)
    training = _training(state, row, lacking, last=last)
    hours, unknown = training["hours"], training["unknown"]
    bounded, selective = hours.lower_bound, "selection" in unknown
    known = training["sourced"] if bounded else hours.expected
    case = context.case(
        code, credentials,
        known=not bounded, origin=origin.code, selective=selective, title=title, aim=holdings.aim,
    )  # fmt: skip
    held, near, missing = split_items(graph, person, row)
    stated = [int(space.effort.level[row])] if space.effort.level_known[row] else []
    diplomas = (demands.credentials[demands.column_of[c.code]].level or 0 for c in lacking if c.kind in DIPLOMAS)
    return Step(
        origin=origin,
        target=person.end_of(graph.referential, graph.occupations[row]),
        practice_months=0.0 if last else paths.practice_months,
        level=state.level,
        target_level=min(HIGHEST_LEVEL, max([*stated, *diplomas], default=0)) or None,
        score=float(state.scores[row]),
        probability=float(state.strength[row]) if space.calibrated else None,
        regulated=graph.occupations[row].regulated,
        kind=kind_between(graph.referential, origin.code, code, holdings.aim.titles),
        access=access,
        credentials=credentials,
        options=tuple(context.options(code)),
        frames=context.verdicts(case, known, known / paths.month_hours),
        held=held,
        near=near,
        missing=missing,
        title=title,
        **training,
    )


def _training(state: State, row: int, lacking: Sequence[StepCredential], *, last: bool) -> dict[str, Any]:
    """Hours and months of a step, their parts, and what of its length is unknown: the fields of a `Step`."""
    space, price, missing, level = state.space, state.price, state.missing[row], int(state.standing[row])
    demands, effort = space.demands, space.effort
    least, certified, most = demands.span(missing, price)
    total, practice = (x[row] for x in state.sums)
    full = int(effort.final(total, row, level)) / TENTHS
    taught = full if last else int(effort.stage(total, practice, row, level)) / TENTHS
    # What the stages spare here and practice does not teach is taught here, unless it was on the way.
    added = (int(state.path[row]) - state.hours - int(state.final[row])) / TENTHS if last else 0.0
    course = bool(demands.trained_alone(missing, price, row))
    if course:  # the required training is all there is
        taught = 0.0
    doubts = (not effort.lists[row] and not course, bool(demands.hidden[row]), bool(demands.selects(price)[row]))
    unknown = (*demands.of_unknown_length(missing, price), *compress(_UNNAMED_UNKNOWNS, doubts))
    # Of a post to which people are selected and that no text trains for, the skills say nothing of how long it takes.
    certain = float(demands.certain_hours(missing, price))
    bounded = any(name != "selection" or (taught and not certain) for name in unknown)
    # Where not all is known, what is published of it is, without a diploma that the person may have; an estimate of the
    # rest is no least length.
    sourced = certain if bounded else float(certified)
    low, expected, high = (round(float(x), 1) for x in effort.span(taught, (least, sourced, most), row, level, added))
    # What a reduction leaves may be unknown, and is no more than the whole.
    limited = not bounded or not any(doubts)
    hours = Span(none_if_nan(low), expected, none_if_nan(high) if limited else None, lower_bound=bounded)
    span = replace(hours, low=None, expected=sourced) if bounded else hours
    published = course or expected <= sourced  # studies on the way are those of what is published
    academic = 0.0 if published or bounded else float(effort.months(total, row, level))
    month_hours = space.settings.paths.month_hours
    lengths = [name for name in unknown if name != "selection"]
    if bounded and lengths and _lasts(lacking, lengths):
        plain = months = _months_alone(lacking, month_hours)
    else:
        plain, months = (_months(span, month_hours, lacking, years) for years in (0.0, academic))
    return {
        "hours": hours,
        "months": months,
        "sourced": round(sourced, 1),
        "estimated": round(expected - sourced, 1),
        "practised": 0.0 if course else round(max(0.0, full - taught), 1),
        "consolidated": round(added, 1),
        "studies": 0.0 if published else round(float(effort.before(total, row, level)), 1),
        "academic_months": round(academic, 1) if months.expected != plain.expected else 0.0,
        "unknown": unknown,
    }


def counted_title(graph: OccupationGraph, table: EffortTable, row: int, brought: Bools, holdings: Holdings) -> str:
    """Label of what a target usually asks for, if the job left alone says that it is held; else empty."""
    place, referential = int(table.title[row]), graph.referential
    if not brought[place]:
        return ""
    rows = referential.credentials_of.get(graph.codes[row], ())
    demanded = {need.credential for need in rows if need.kind in DEMANDED}  # a choice of them is listed already
    codes = (code for way in table.titles[place] for code in way if code not in demanded)
    usual = [*map(referential.credential_by_code.__getitem__, codes)]
    verified = [c for c in usual if holdings.of(c) == "yes" and not holdings.spares(c)]
    often = [c.label for c in usual if holdings.spares(c) or often_brought(referential, holdings, c)]
    return "" if verified else " / ".join(often)


def _credential_months(credentials: Sequence[StepCredential], *, practice: bool) -> tuple[float, float, float]:
    """
    Months low, expected and high of the practice that is asked for, or of studies, whatever their hours.

    Of what the person may have, the least is none; what is presumed is not to be expected.
    """
    counted = [c for c in credentials if (c.kind == "experience") is practice]
    low = sum(c.months.low or 0.0 for c in counted if not c.may_have)
    expected = sum(c.months.expected or c.months.low or 0.0 for c in counted if not c.presumed)
    return low, expected, sum(c.months.high or c.months.low or 0.0 for c in counted)


def _months(hours: Span, month_hours: float, credentials: Sequence[StepCredential], academic: float) -> Span:
    """
    Months of a training whose credentials are to be obtained, and of the practice that they ask for.

    Hours are learned in full time, unless studies take longer; where hours are not known, the months are of the same
    studies: the longer of both is certain. Where studies are only supposed, their `academic` years are expected, but
    a shorter title may lead there.
    """
    studies, practice = (_credential_months(credentials, practice=counted) for counted in (False, True))
    if hours.lower_bound:  # what is known is a minimum
        studies, practice = ((least, least, most) for least, _, most in (studies, practice))
    spans = zip((hours.low, hours.expected, hours.high), studies, practice, (0.0, academic, academic), strict=True)
    ends = [max((known or 0.0) / month_hours, least, years) + worked for known, least, worked, years in spans]
    low, expected, high = (round(end, 1) for end in ends)
    if ends[0] < ends[1]:  # nor is what is expected of a few days the least that they take
        low = max(0.0, min(low, round(expected - 0.1, 1)))
    known = low if low or hours.low is not None else None
    return Span(known, expected, None if hours.high is None else high, lower_bound=hours.lower_bound)


def _lasts(credentials: Sequence[StepCredential], codes: Iterable[str]) -> bool:
    """Whether it is known how many months each of some credentials takes: at least so many is no answer."""
    known = {c.code for c in credentials if c.months.expected is not None or None not in (c.months.low, c.months.high)}
    return known.issuperset(codes)


def _months_alone(credentials: Sequence[StepCredential], month_hours: float) -> Span:
    """Months of a training of unknown hours: those of each credential; where it has none, its hours in full time."""

    def timed(c: StepCredential) -> StepCredential:
        low, expected, high = (None if end is None else end / month_hours for end in c.hours[:3])
        return replace(c, months=Hours(low, expected, high)) if c.months == UNKNOWN_HOURS else c

    with_times = [*map(timed, credentials)]
    open_ended = any(c.months.high is None and (c.months.expected or c.months.low) for c in with_times)
    return _months(Span(0.0, 0.0, None if open_ended else 0.0), month_hours, with_times, 0.0)


def make_detail(context: PathContext, start: Start, state: State, frame: str | None, rows: tuple[int, ...]) -> Detail:
    """Return what explains a path: `rows` are the occupations entered, `frame` the one that it has to fit, if any."""
    graph = context.graph
    states, people = [state], [start]
    for row in rows[:-1]:
        states.append(states[-1].through(row))
        people.append(after_stage(graph, people[-1], row, state.space.settings.paths.practice_months))
    stages = zip(people, states, rows, strict=True)
    steps = [make_step(context, person, at, row, last=row == rows[-1]) for person, at, row in stages]
    for n, (before, after) in enumerate(pairwise(people)):
        brought = after.competencies.held & ~before.competencies.held
        added = tuple(i for i in steps[-1].held if brought[graph.competency_position[i.code]])
        steps[n] = replace(steps[n], added=added)
    practice = sum(step.practice_months for step in steps)
    hours = reduce(Span.plus, (step.hours for step in steps))
    months = reduce(Span.plus, (*(step.months for step in steps), Span(practice, practice, practice)))
    case = whole_case(context, start, state, rows[-1], known=not hours.lower_bound)
    known = sum(step.sourced for step in steps) if hours.lower_bound else hours.expected or 0.0
    frames = context.verdicts(case, known, frame_months(known, len(rows), state), whole=True)
    status, reasons = _status(steps, frames, frame)
    return Detail(status, reasons, hours, months, tuple(steps), frames, context.leading(graph.codes[rows[-1]]))


def whole_case(context: PathContext, start: Start, state: State, row: int, *, known: bool) -> JudgedTraining:
    """What frames judge the whole way to an occupation by: all that it requires of the person at the very start."""
    demands = state.space.demands
    _, needed = required_of(demands, state.price, start.holdings, row)
    chosen = bool(demands.selects(state.price)[row])
    title = counted_title(context.graph, state.space.effort, row, state.brought, start.holdings)
    code, origin = demands.occupations[row], start.end.code
    return context.case(code, needed, known=known, origin=origin, selective=chosen, title=title, aim=start.holdings.aim)


def frame_months(hours: Time, steps: int, state: State) -> Time:
    """
    Months of a path that count towards a legal frame: those of training.

    The practice of intermediate jobs is ordinary employment: a frame neither finances nor limits it, unless
    ``settings.paths.frame_counts_practice`` says so.
    """
    paths = state.space.settings.paths
    return hours / paths.month_hours + ((steps - 1) * paths.practice_months if paths.frame_counts_practice else 0.0)


def _unobtainable(step: Step) -> list[str]:
    """Return what of a step nobody can obtain: of a choice, that of each way; all of one to which there is no way."""
    choices = [c for c in step.access.to_obtain if c.group]
    closed = {c.label: c.group for c in step.to_obtain if not c.obtainable}
    if closed:
        return [*closed, *(c.label for c in choices if c.group in closed.values() and c.closed and c.held != "yes")]
    counted = {c.group for c in step.access.required if c.counted}
    return [c.label for c in choices if c.group not in counted]


def _status(
    steps: list[Step], frames: tuple[FrameVerdict, ...], frame: str | None
) -> tuple[PathStatus, tuple[tuple[str, str], ...]]:
    judged = [f for f in frames if f.name == frame]
    verdicts = {f.verdict for f in judged}
    unobtainable = list(chain(*map(_unobtainable, steps)))
    reasons = [("closed", label) for label in unobtainable]
    reasons += [(f"frame_{f.verdict}", f.label) for f in judged if f.verdict != "yes"]
    credentials = (c for s in steps for c in s.credentials)
    known = {c.code: ("practice" if c.kind == "experience" else "length", c.label) for c in credentials}
    unknown = [(u, s.target.name or "") for s in steps for u in s.unknown if not s.timed or u == "selection"]
    reasons += [(u, end) if u in _UNNAMED_UNKNOWNS else known.get(u, ("length", u)) for u, end in unknown]
    reasons += [("months", known[u][1]) for s in steps if s.timed for u in s.unknown if u != "selection"]
    status: PathStatus = "unknown" if unknown or "unknown" in verdicts else "feasible"
    return "infeasible" if unobtainable or "no" in verdicts else status, tuple(dict.fromkeys(reasons))
