"""Commands on several steps: paths, levers."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.given import FragileOption, FrameOption, Given, shared
from passerelles.cli.moves import read_origin
from passerelles.errors import PasserellesError
from passerelles.language.say import say
from passerelles.views.spec import dicts

if TYPE_CHECKING:
    from passerelles.market.own_lists import JobList

DateOption = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help=say("cli.option.date"))]


@shared("filters referential overlay no_access data limit settings form output chart lang", limit=5)
def paths(
    given: Given,
    ends: Annotated[list[str] | None, typer.Argument(metavar="ORIGIN TARGET...", help=say("cli.argument.ends"))] = None,
    profile: Annotated[Path | None, typer.Option("--profile", help=say("cli.option.profile"))] = None,
    frame: FrameOption = None,
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, max=6, help=say("cli.option.max_steps"))] = 3,
    pareto: Annotated[bool, typer.Option("--pareto", help=say("cli.option.pareto"))] = False,
    hiring: Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.hiring_jobs"))] = None,
    basin: Annotated[str | None, typer.Option("--basin", help=say("cli.option.hiring_basin"))] = None,
    date: DateOption = None,
    agreement: Annotated[str | None, typer.Option("--agreement", help=say("cli.option.agreement"))] = None,
    hiring_agreement: Annotated[
        str | None, typer.Option("--hiring-agreement", help=say("cli.option.hiring_agreement"))
    ] = None,
    explain: Annotated[int, typer.Option("--explain", min=0, help=say("cli.option.explain_paths"))] = 1,
) -> bool:
    """Rank the paths from an origin to targets."""
    from passerelles import charts
    from passerelles.paths.legal import find_frame
    from passerelles.paths.rank import rank_paths
    from passerelles.ranking.filters import parse_filters
    from passerelles.ranking.move import find_start
    from passerelles.report.envelope import envelope

    given.check_chart()
    start = read_origin(None, profile) if profile else (ends or [""])[0]
    targets = (ends or []) if profile else (ends or [])[1:]
    if not (ends or profile) or not (targets or hiring or basin):
        raise PasserellesError("paths_needs_target")
    asked = None if frame is None else find_frame(frame)
    session, graph, lang = given.session, given.graph, given.lang
    porteurs, worth, official = _hiring(given, hiring, basin)
    found = rank_paths(
        graph,
        start,
        targets=targets or porteurs or (),
        frame=asked,
        max_steps=max_steps,
        certifications=session.certifications,
        pareto=pareto,
        limit=given.limit,
        hiring=porteurs,
        market=worth,
        date=None if date is None else date.date(),
        official_list=official,
        payers=(session.payer(agreement), session.payer(hiring_agreement)),
        wages=session.wages,
        filters=parse_filters(graph, given.filters or (), session),
    )
    end = find_start(graph, start).end
    title = given.say("paths.title" if end.code else "paths.title_profile", label=end.label or end.code, code=end.code)

    def payload() -> dict[str, Any]:
        return envelope("paths@1", graph, dicts(found, lang)) | {"targets": dicts(found.reached, lang)}

    show = given.on_screen(
        lambda lang: found.page(lang, title=title, frame=asked.name if asked else None)._replace(
            details=[path.explanation(lang) for path in found[:explain]]
        ),
        graph.referential,
        unfold=explain,
    )
    given.emit(payload, found.sheets(lang), show)
    if found:
        given.draw(lambda: charts.path_ladder(found[0], lang=lang))
    return not all(p.status == "infeasible" for p in found)


def _hiring(
    given: Given, file: Path | None, basin: str | None
) -> tuple[tuple[str, ...] | None, dict[str, float] | None, bool]:
    """
    Return the codes of the hiring jobs, by a list, else by the market of a basin, and the worth of each there.

    The last value says whether they may stand for an official list: offers of companies and a survey do not.
    """
    from passerelles.market.own_lists import load_job_list
    from passerelles.territory.reading import is_table_of_lots, read_lots

    referential = given.session.referential
    if file is not None and basin is None and is_table_of_lots(file):
        lots = read_lots(referential, file, "hiring")
        given.tell_reading(lots)
        return tuple(sorted({lot.job for lot in lots.lots})), None, False
    listed = None if file is None else load_job_list(file, referential)
    given.tell_notices(() if listed is None else listed.notices)
    if basin is not None:
        return *_of_basin(given, basin, listed), False
    if listed is None:
        return None, None, True
    return tuple(sorted({e.occupation for e in listed.entries if e.status == "hiring"})), None, True


def _of_basin(given: Given, basin: str, listed: "JobList | None") -> tuple[tuple[str, ...], dict[str, float]]:
    """Hiring jobs of a basin, and how tight the market of each is, from 0 to 1, where it is known."""
    from passerelles.market.signals import find_basin, signals

    session = given.session
    market, places = session.territory_data()
    if market is None:
        raise PasserellesError("no_market_data", path=", ".join(map(str, session.folders)) or "--data")
    found = list(signals(market, session.referential, find_basin(market, basin, places=places), listed=listed))
    porteurs = tuple(s.occupation for s in found if s.status == "hiring")
    slack, tight = 1.0, 5.0  # classes of tension
    known = {s.occupation: s.tension.value for s in found if s.tension.value is not None}
    return porteurs, {code: (value - slack) / (tight - slack) for code, value in known.items()}


@shared("referential overlay no_access data limit settings form output lang")
def levers(
    given: Given,
    origin: Annotated[list[str] | None, typer.Option("--origin", help=say("cli.option.lever_origin"))] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help=say("cli.option.lever_target"))] = None,
    fragile: FragileOption = None,
    hiring: Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.lever_hiring"))] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help=say("cli.option.lever_only"))] = None,
    date: DateOption = None,
) -> bool:
    """Choose what to acquire."""
    from passerelles.paths.levers import levers as choose
    from passerelles.referentials.referential import find_occupation, find_occupations
    from passerelles.report.envelope import envelope
    from passerelles.territory.reading import read_lots

    graph, referential = given.graph, given.graph.referential
    people: Counter[str] = Counter()
    for name, number in _people(origin or []).items():
        people[find_occupation(referential, name)] += number
    jobs = set(find_occupations(referential, target or []))
    if fragile is not None:
        lots = read_lots(referential, fragile, "fragile")
        given.tell_reading(lots)
        for lot in lots.lots:
            people[lot.job] += lot.people
    if hiring is not None:
        lots = read_lots(referential, hiring, "hiring")
        given.tell_reading(lots)
        jobs |= {lot.job for lot in lots.lots}
    if not people or not jobs:
        raise PasserellesError("levers_need_sides")
    found = choose(
        graph, dict(people), tuple(sorted(jobs)), certifications=given.session.certifications, kinds=only or None,
        limit=given.limit, date=None if date is None else date.date(),
    )  # fmt: skip

    def payload() -> dict[str, Any]:
        totals = {"opened": found.total, "already": found.already, "possible": found.possible}
        more = {"totals": totals, "exact": found.exact, "guarantee": found.guarantee}
        return envelope("levers@1", graph, dicts(found, given.lang)) | more

    given.emit(payload, found.sheets(given.lang), given.on_screen(found.page, referential))
    return bool(found)


def _people(origins: list[str]) -> Counter[str]:
    """Read ``CODE`` or ``CODE=people``."""
    found: Counter[str] = Counter()
    for text in origins:
        name, _, number = text.rpartition("=")
        if not name:
            name, number = text, "1"
        if not number.strip().isdigit():
            raise PasserellesError("people_invalid", code=name, value=repr(number))
        found[name.strip()] += int(number)
    return found
