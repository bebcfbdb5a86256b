"""What is to be done before anybody moves: who does what, for how many people, and by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, NamedTuple, get_args

from passerelles.codes import grouped
from passerelles.language.say import Lang, day_text, listed, number, say
from passerelles.territory.allocation import Release, total_of
from passerelles.territory.flows import PEOPLE, Flow, month_column
from passerelles.territory.lots import NO_EMPLOYER, Month, Problem, says
from passerelles.text import few, normalise_label
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, Sheet

ActionKind = Literal["meet", "confirm", "correct", "authorise", "train"]
KINDS: Final[tuple[ActionKind, ...]] = get_args(ActionKind)
_NAMED_ROWS: Final = 12  # rows of a table that a line names


class Dates(NamedTuple):
    """
    Months that set a date to something; None = no table says it, or the hours of training are unknown.

    Attributes
    ----------
    start_by
        The last month in which the first of the trainings may begin, so that each ends before its people are needed.
    due
        The first month in which one of the openings is to be filled.
    free_from
        The first month in which some of the people are free.
    late
        People who are free too late for their training to end in time.
    overdue
        People whose training should have begun before the month of the calculation; not among those free too late.
    unknown_length
        Whether the length of a training that is to end in time is not known, so that its start is not either.
    """

    start_by: Month | None = None
    due: Month | None = None
    free_from: Month | None = None
    late: int = 0
    unknown_length: bool = False
    overdue: int = 0

    @classmethod
    def of(cls, flows: Sequence[Flow]) -> "Dates":
        """Return the months of what people of some flows need."""
        dated = [f for f in flows if f.hiring.month is not None]
        unknown = any(f.training_months is None for f in dated)
        return cls(
            None if unknown else min((f.start_by for f in dated if f.start_by), default=None),
            min((f.hiring.month for f in flows if f.hiring.month), default=None),
            min((f.fragile.month for f in flows if f.fragile.month), default=None),
            sum(f.people for f in flows if f.in_time is False and not f.overdue),
            unknown,
            sum(f.people for f in flows if f.overdue),
        )


UNDATED: Final = Dates()


@dataclass(frozen=True, slots=True)
class Action(Described):
    """
    One thing to be done.

    Attributes
    ----------
    kind
        ``meet``: people who keep their job are put in touch; ``confirm``: something is to be found out; ``correct``:
        rows of a table; ``authorise``: an authorisation that must be had before training; ``train``.
    who
        Who is to do it.
    what
        What is to be done, in words.
    people
        For how many; None = unknown.
    hours
        Hours of training in all; None where they are not known, and of what is no training.
    dates
        Months that the tables and the hours of training set.
    """

    kind: ActionKind
    who: str
    what: str
    people: int | None
    hours: float | None = None
    dates: Dates = UNDATED

    def when(self, lang: Lang = "fr") -> str:
        """Return by when, in words: what the order of things asks for, and the months that are known."""
        dates = self.dates
        when = say(f"territory.action.when.{self.kind}", lang=lang)
        for key, month, late in ((f"start.{self.kind}", dates.start_by, dates.overdue), ("due", dates.due, 0)):
            if month is not None:
                when = say(f"territory.action.{key}", lang=lang, when=when, month=day_text(str(month), lang))
                when = say("territory.action.overdue", lang=lang, when=when, n=late) if late else when
        if dates.unknown_length:
            when = say("territory.action.unknown_length", lang=lang, when=when)
        if dates.late:
            when = say("territory.action.late", lang=lang, when=when, n=dates.late)
        return when

    spec: ClassVar[Record] = Record(
        "action",
        "Something to be done before people move",
        Column("todo", value="kind", words="territory.action.kind", schema=one_of(KINDS), note=when),
        Column("action_what", value="what", promised="text"),
        Column("action_who", value="who", promised="text"),
        Column("action_when", value=when, promised="text", on=On.FILE),
        Column("people", "integer", promised=PEOPLE),
        Column("hours_all", "integer", value="hours", promised="amount?",
               shown=lambda a, _: None if a.kind == "train" else "–"),
        *(month_column(name, f"dates.{name}") for name in ("start_by", "due", "free_from")),
        Column("late", "integer", value="dates.late", on=On.FILE,
               schema="count: People free too late for their training"),
        Column("overdue", "integer", value="dates.overdue", on=On.FILE,
               schema="count: People whose training should have begun before the month of the calculation"),
    )  # fmt: skip


def actions(release: Release, lang: Lang = "fr") -> list[Action]:
    """
    Return what is to be done, in the order of doing: first what needs nothing, last training.

    Where figures are withheld, what flows that are printed ask for: nothing in it says more than they do, and whoever
    shows it says that it is not the whole.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A", "job": "N1103", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> [(a.kind, a.people) for a in actions(match_territory(graph, fragile, hiring).release())]
    [('meet', 3)]
    """
    placed = [f for f in release.flows if isinstance(f, Flow)]
    doubtful = [f for f in release.to_confirm if isinstance(f, Flow)]
    aside = [p for p in release.set_aside if not p.withheld]
    keyed = [
        *((_meeting(flow, lang), flow) for flow in placed if flow.same_job),
        *((_confirmation(flow, lang), flow) for flow in doubtful),
        *((authorisation, flow) for flow in (*placed, *doubtful) for authorisation in _authorisations(flow, lang)),
    ]
    todo = [Action(*about, sum(f.people for f in same), dates=Dates.of(same)) for about, same in grouped(keyed).items()]
    todo += [*_corrections(aside, lang), *_trainings(placed, lang)]
    return sorted(todo, key=lambda a: (KINDS.index(a.kind), -(a.people or 0)))


def action_sheet(release: Release, lang: Lang = "fr") -> list[Sheet]:
    """Return the list of what is to be done as a sheet, where there is something; none where figures are withheld."""
    todo = [] if release.masked else actions(release, lang)
    return [Sheet("actions", Action.spec.columns, lambda: todo, lang)] if todo else []


ActionKey = tuple[ActionKind, str, str]  # kind, who, what


def _meeting(flow: Flow, lang: Lang) -> ActionKey:
    access = flow.access_said(lang) if flow.access.to_obtain else ""
    key = "meet_with" if access else "meet"
    text = say(f"territory.action.what.{key}", lang=lang, job=flow.hiring.named, access=access)
    return "meet", flow.hiring.employer, text


def _confirmation(flow: Flow, lang: Lang) -> ActionKey:
    ends = [flow.fragile.employer] * ("title" in flow.unknown) + [flow.hiring.employer]
    text = say("territory.action.what.confirm", lang=lang, what=flow.to_find_out(lang), job=flow.hiring.named)
    return "confirm", _who("confirm", ends, lang), text


def _who(kind: ActionKind, firms: Iterable[str], lang: Lang) -> str:
    """Return who does something with some firms; alone where no table names any."""
    named = [firm for firm in firms if firm != NO_EMPLOYER]
    public = kind == "train" and any(says("public_firm", normalise_label(firm)) for firm in named)
    how = "_public" if public else "" if named else "_alone"
    return say(f"territory.action.who.{kind}{how}", lang=lang, list=listed(named, lang))


def _corrections(problems: Iterable[Problem], lang: Lang) -> Iterable[Action]:
    for (file, _), group in grouped(((p.file, p.key), p) for p in problems).items():
        known = [p.people for p in group if p.people is not None]
        rows = few([str(p.row) for p in group], _NAMED_ROWS)
        text = say("territory.action.what.correct", lang=lang, n=len(group), rows=rows, why=group[0].what(lang))
        people = sum(known) if len(known) == len(group) else None
        who = say(f"territory.action.who.{'correct' if file else 'table'}", lang=lang, file=file)
        yield Action("correct", who, text, people)


def _authorisations(flow: Flow, lang: Lang) -> Iterable[ActionKey]:
    who = say("territory.action.who.authorise", lang=lang)
    needed = (c for c in flow.access.to_obtain if c.detail.before_training)
    for label, issuer in dict.fromkeys((c.label, c.detail.issuer) for c in needed):
        key = f"territory.action.what.authorise{'_from' if issuer else ''}"
        yield "authorise", who, say(key, lang=lang, label=label, issuer=issuer)


def _trainings(flows: Iterable[Flow], lang: Lang) -> Iterable[Action]:
    taught: list[tuple[tuple[str, str, str], Flow]] = []
    for flow in flows:
        needs_access = flow.access.to_obtain and not flow.same_job  # what an employer gives is no training
        if flow.hours.expected or needs_access:
            access = flow.access_said(lang) if needs_access else ""
            taught.append(((flow.hiring.label, access, "" if access else flow.hiring.permits), flow))
    for (job, access, permits), group in grouped(taught).items():
        lengths = sorted({round(f.hours.expected) for f in group if f.hours.expected})
        hours = "–".join(number(h, lang=lang) for h in dict.fromkeys(lengths[:1] + lengths[-1:]))
        key = "train" if access else "adapt"
        sentence = f"territory.action.what.{key}{'_told' if permits else ''}"
        text = say(sentence, lang=lang, access=access, told=permits, job=job)
        if hours:
            text = say(f"territory.action.what.each_{key}", lang=lang, what=text, hours=hours)
        who = _who("train", sorted({f.hiring.employer for f in group}), lang)
        people = sum(f.people for f in group)
        yield Action("train", who, text, people, total_of(group, "hours.expected"), Dates.of(group))
