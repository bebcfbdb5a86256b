"""A person's own pages: what one holds, ticked; a path built by hand. A profile comes in a body, and is never kept."""

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.matching.titles import Candidate, resolve_competency, resolve_title
from passerelles.model import Employment, Profile, Ternary
from passerelles.paths.path import Path, Span, hours_text
from passerelles.ranking.move import Moves
from passerelles.ranking.moves import rank_moves
from passerelles.referentials.referential import find_occupation
from passerelles.service.explorer.pages import Job, job_of, unfolded
from passerelles.service.explorer.room import Ask
from passerelles.views.spec import Page

_FOUND: Final = 8
_MOVES: Final = 15
_NEXT: Final = 10
_LONGEST: Final = 6  # steps of a path built by hand
_ASKED: Final = 12  # credentials that a person is asked about
_KINDS: Final = ("savoir-faire", "savoir", "savoir-être")
_ORDER: Final = {"core": 0, "emerging": 1, "other": 2}
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Holder(BaseModel):
    """
    What a person ticked: nothing that identifies anybody.

    `job` is the occupation whose list is ticked; `exercised` whether all of it is held, so that it is the person's
    own occupation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    job: Code | None = None
    exercised: bool = False
    competencies: list[Code] = Field(default_factory=list, max_length=500)
    credentials: dict[Code, Ternary] = Field(default_factory=dict, max_length=100)
    employment: Employment | None = None

    def profile(self) -> Profile:
        """Return the engine's own value."""
        occupation = self.job if self.exercised else None
        return Profile(occupation, tuple(self.competencies), dict(self.credentials), self.employment)


class Wanted(BaseModel):
    """Words of somebody who looks for a competency, or for the job to start from."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: Annotated[str, StringConstraints(max_length=200)] = ""
    job: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    competencies: list[Code] = Field(default_factory=list, max_length=500)


class Tick(NamedTuple):
    """A competency to tick."""

    code: str
    label: str
    core: bool


def profile(ask: Ask) -> str:
    """Return the page of a person's profile; its script keeps what is ticked in the fragment of the address."""
    return ask.render("profile.html", employments=("employee", "self-employed", "public"))


def holds(ask: Ask, asked: Wanted) -> str:
    """Return what to tick: the competencies of a job, all ticked to begin with, and those added one by one."""
    referential = ask.room.referential
    known = referential.competency_by_code
    job: Job | None = None
    meant: list[Candidate] = []
    if asked.job:
        try:
            job = job_of(ask, asked.job)
        except UnknownCodeError:
            meant = resolve_title(referential, asked.job, limit=_FOUND)
            if not meant:
                raise
    required = referential.requirements_of.get(job.code, ()) if job else ()
    own = {r.competency for r in required}
    blocks = []
    for kind in _KINDS:
        rows = [r for r in required if known[r.competency].kind == kind]
        rows.sort(key=lambda r: (_ORDER[r.status], known[r.competency].name))
        ticks = [Tick(r.competency, known[r.competency].name, r.status == "core") for r in rows]
        if ticks:
            blocks.append((kind, ticks))
    added = [Tick(c, known[c].name, core=False) for c in asked.competencies if c in known and c not in own]
    found = resolve_competency(referential, asked.text, limit=_FOUND) if asked.text.strip() else []
    return ask.render(
        "holds.html", job=job, meant=meant, given=asked.job or "", blocks=blocks, added=added, text=asked.text,
        found=[(c.code, c.label) for c in found if c.code not in own],
    )  # fmt: skip


def held_moves(ask: Ask, asked: Holder) -> str:
    """Return the moves of a person, with the credentials that would open more of them."""
    try:
        person = asked.profile()
    except PasserellesError as error:
        if error.key != "empty_profile":
            raise
        return ask.render("held.html", page=None, grid=None, unfolded=[], credentials=[], notes=[], exercised=False)
    moves = rank_moves(ask.room.graph, person, limit=_MOVES)
    page = moves.page(ask.lang)
    named = ask.room.referential.credential_by_code
    wanted = {code: named[code].label for code in asked.credentials if code in named}
    for each in moves:
        for credential in each.access.required:
            if credential.held != "yes" and credential.code in named:
                wanted.setdefault(credential.code, credential.label)
    return ask.render(
        "held.html",
        page=page,
        grid=ask.table(page.sheets[0], target=lambda m: ask.url("show", m.target.code or "")) if moves else None,
        unfolded=[unfolded(ask, m) for m in moves],
        credentials=[(c, label, asked.credentials.get(c) == "yes") for c, label in list(wanted.items())[:_ASKED]],
        notes=[*page.notes, *ask.limits(occupied=person.occupation is not None)],
        exercised=asked.exercised,
    )


class Leg(NamedTuple):
    """A step of a path built by hand: what it takes for somebody who made those before it."""

    start: Job
    end: Job
    path: Path | None
    detail: Page | None


def walker(ask: Ask, jobs: Sequence[Job]) -> Profile:
    """Return somebody in the last of some jobs who exercised those before it, and holds what they require."""
    requirements = ask.room.referential.requirements_of
    before = {r.competency for job in jobs[:-1] for r in requirements.get(job.code, ())}
    return Profile(jobs[-1].code, tuple(sorted(before)))


def way(ask: Ask) -> str:
    """Return a path built by hand, step by step, with what the engine proposes next."""
    from passerelles.paths.rank import rank_paths  # noqa: PLC0415 - the optimiser is heavy, and many never ask

    codes = list(dict.fromkeys(find_occupation(ask.room.referential, text) for text in ask.many("job")))[: _LONGEST + 1]
    jobs = [job_of(ask, code) for code in codes]
    legs = []
    total: Span | None = None
    for place in range(1, len(jobs)):
        found = rank_paths(
            ask.room.graph, walker(ask, jobs[:place]), targets=[codes[place]], max_steps=1,
            certifications=ask.room.certifications, limit=1,
        )  # fmt: skip
        path = found[0] if found else None
        legs.append(Leg(jobs[place - 1], jobs[place], path, path.explanation(ask.lang) if path else None))
        if path is not None:
            total = path.hours if total is None else total.plus(path.hours)
    grid, notes = None, []
    if jobs and len(jobs) <= _LONGEST:
        ranked = rank_moves(ask.room.graph, walker(ask, jobs), limit=_NEXT + len(codes))
        moves = Moves([m for m in ranked if m.target.code not in codes][:_NEXT])
        page = moves.page(ask.lang)
        notes = [*page.notes, *ask.limits()]
        if moves:
            grid = ask.table(page.sheets[0], target=lambda m: ask.url("way", job=[*codes, m.target.code or ""]))
    return ask.render(
        "way.html",
        jobs=jobs,
        codes=codes,
        legs=legs,
        total=hours_text(total, ask.lang) if total is not None else "",
        grid=grid,
        back=ask.url("way", job=codes[:-1]),
        notes=notes,
    )
