"""Commands on several steps: paths, levers."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, check_chart, emit, on_screen, tell_notices, tell_reading, write_chart
from passerelles.cli.moves import FilterOption, read_origin
from passerelles.cli.options import (
    ChartOption,
    DataOption,
    Format,
    FormatOption,
    FragileOption,
    LangOption,
    Language,
    LimitOption,
    NoAccessOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    open_session,
)
from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.market.own_lists import JobList
    from passerelles.referentials.referential import Referential
    from passerelles.session import Session

FrameOption = Annotated[str | None, typer.Option("--frame", help=say("cli.option.frame"))]
StepsOption = Annotated[int, typer.Option("--max-steps", min=1, max=6, help=say("cli.option.max_steps"))]
HiringOption = Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.hiring_jobs"))]
BasinOption = Annotated[str | None, typer.Option("--basin", help=say("cli.option.hiring_basin"))]
AgreementOption = Annotated[str | None, typer.Option("--agreement", help=say("cli.option.agreement"))]
HostOption = Annotated[str | None, typer.Option("--hiring-agreement", help=say("cli.option.hiring_agreement"))]
DateOption = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help=say("cli.option.date"))]
PathsExplainOption = Annotated[int, typer.Option("--explain", min=0, help=say("cli.option.explain_paths"))]


def paths(
    ends: Annotated[list[str] | None, typer.Argument(metavar="ORIGIN TARGET...", help=say("cli.argument.ends"))] = None,
    profile: Annotated[Path | None, typer.Option("--profile", help=say("cli.option.profile"))] = None,
    filters: FilterOption = None,
    frame: FrameOption = None,
    max_steps: StepsOption = 3,
    pareto: Annotated[bool, typer.Option("--pareto", help=say("cli.option.pareto"))] = False,
    hiring: HiringOption = None,
    basin: BasinOption = None,
    date: DateOption = None,
    agreement: AgreementOption = None,
    hiring_agreement: HostOption = None,
    data: DataOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    limit: LimitOption = 5,
    explain: PathsExplainOption = 1,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Rank the paths from an origin to targets."""
    from passerelles import charts
    from passerelles.errors import PasserellesError
    from passerelles.paths.legal import find_frame
    from passerelles.paths.rank import rank_paths
    from passerelles.ranking.filters import parse_filters
    from passerelles.ranking.move import find_start
    from passerelles.report.envelope import envelope, print_notice_of_source
    from passerelles.views.spec import dicts
    from passerelles.views.terminal import print_page

    check_chart(chart)
    start = read_origin(None, profile) if profile else (ends or [""])[0]
    targets = (ends or []) if profile else (ends or [])[1:]
    if not (ends or profile) or not (targets or hiring or basin):
        raise PasserellesError("paths_needs_target")
    asked = None if frame is None else find_frame(frame)
    session = open_session(referential, overlay, data, settings, no_access=no_access, lang=lang)
    graph = session.graph
    porteurs, worth, official = _hiring(hiring, basin, session, lang=lang.lang)
    found = rank_paths(
        graph,
        start,
        targets=targets or porteurs or (),
        frame=asked,
        max_steps=max_steps,
        certifications=session.certifications,
        pareto=pareto,
        limit=limit,
        hiring=porteurs,
        market=worth,
        date=None if date is None else date.date(),
        official_list=official,
        payers=(session.payer(agreement), session.payer(hiring_agreement)),
        wages=session.wages,
        filters=parse_filters(graph, filters or (), session),
    )
    end = find_start(graph, start).end
    key = "paths.title" if end.code else "paths.title_profile"
    title = say(key, lang=lang.lang, label=end.label or end.code, code=end.code)

    def show(console: "Console") -> None:
        page = found.page(lang.lang, title=title, frame=asked.name if asked else None)
        details = [path.explanation(lang.lang) for path in found[:explain]]
        print_page(console, page._replace(details=details), unfold=explain, lang=lang.lang)
        console.print()
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    def payload() -> dict[str, Any]:
        targets = {"targets": dicts(found.reached, lang.lang)}
        return envelope("paths@1", graph, dicts(found, lang.lang)) | targets

    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    if found:
        write_chart(chart, lambda: charts.path_ladder(found[0], lang=lang.lang), lang=lang)
    if all(p.status == "infeasible" for p in found):
        raise typer.Exit(1)


def _hiring(
    file: Path | None, basin: str | None, session: "Session", *, lang: Lang
) -> tuple[tuple[str, ...] | None, dict[str, float] | None, bool]:
    """
    Return the codes of the hiring jobs, by a list, else by the market of a basin, and the worth of each there.

    The last value says whether they may stand for an official list: offers of companies and a survey do not.
    """
    from passerelles.market.own_lists import load_job_list
    from passerelles.territory.reading import is_table_of_lots, read_lots

    referential = session.referential
    if file is not None and basin is None and is_table_of_lots(file):
        lots = read_lots(referential, file, "hiring")
        tell_reading(lots, lang)
        return tuple(sorted({lot.job for lot in lots.lots})), None, False
    listed = None if file is None else load_job_list(file, referential)
    if listed is not None:
        tell_notices(listed.notices, lang)
    if basin is not None:
        return *_of_basin(basin, session, listed), False
    if listed is None:
        return None, None, True
    return tuple(sorted({e.occupation for e in listed.entries if e.status == "hiring"})), None, True


def _of_basin(basin: str, session: "Session", listed: "JobList | None") -> tuple[tuple[str, ...], dict[str, float]]:
    """Hiring jobs of a basin, and how tight the market of each is, from 0 to 1, where it is known."""
    from passerelles.errors import PasserellesError
    from passerelles.market.signals import find_basin, signals

    market, places = session.territory_data()
    if market is None:
        raise PasserellesError("no_market_data", path=", ".join(map(str, session.folders)) or "--data")
    found = list(signals(market, session.referential, find_basin(market, basin, places=places), listed=listed))
    porteurs = tuple(s.occupation for s in found if s.status == "hiring")
    slack, tight = 1.0, 5.0  # classes of tension
    known = {s.occupation: s.tension.value for s in found if s.tension.value is not None}
    return porteurs, {code: (value - slack) / (tight - slack) for code, value in known.items()}


def levers(
    origin: Annotated[list[str] | None, typer.Option("--origin", help=say("cli.option.lever_origin"))] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help=say("cli.option.lever_target"))] = None,
    fragile: FragileOption = None,
    hiring: Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.lever_hiring"))] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help=say("cli.option.lever_only"))] = None,
    data: DataOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    limit: LimitOption = 10,
    date: DateOption = None,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Choose what to acquire."""
    from passerelles.paths.levers import levers as choose
    from passerelles.report.envelope import envelope
    from passerelles.views.spec import dicts

    session = open_session(referential, overlay, data, settings, no_access=no_access, lang=lang)
    graph = session.graph
    people, jobs = _sides(graph.referential, origin or [], target or [], fragile, hiring, lang=lang.lang)
    day = None if date is None else date.date()
    table = session.certifications
    found = choose(graph, people, jobs, certifications=table, kinds=only or None, limit=limit, date=day)

    def payload() -> dict[str, Any]:
        totals = {"opened": found.total, "already": found.already, "possible": found.possible}
        more = {"totals": totals, "exact": found.exact, "guarantee": found.guarantee}
        return envelope("levers@1", graph, dicts(found, lang.lang)) | more

    show = on_screen(found.page, graph.referential, lang)
    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    if not found:
        raise typer.Exit(1)


def _sides(
    referential: "Referential",
    origins: list[str],
    targets: list[str],
    fragile: Path | None,
    hiring: Path | None,
    *,
    lang: Lang,
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return people by job and the jobs to open, from what is typed and from the tables of a territory."""
    from passerelles.errors import PasserellesError
    from passerelles.referentials.referential import find_occupation, find_occupations
    from passerelles.territory.reading import read_lots

    people: Counter[str] = Counter()
    for name, number in _people(origins).items():
        people[find_occupation(referential, name)] += number
    jobs = set(find_occupations(referential, targets))
    if fragile is not None:
        lots = read_lots(referential, fragile, "fragile")
        tell_reading(lots, lang)
        for lot in lots.lots:
            people[lot.job] += lot.people
    if hiring is not None:
        lots = read_lots(referential, hiring, "hiring")
        tell_reading(lots, lang)
        jobs |= {lot.job for lot in lots.lots}
    if not people or not jobs:
        raise PasserellesError("levers_need_sides")
    return dict(people), tuple(sorted(jobs))


def _people(origins: list[str]) -> dict[str, int]:
    """Read ``CODE`` or ``CODE=people``."""
    from passerelles.errors import PasserellesError

    found: dict[str, int] = {}
    for text in origins:
        name, _, number = text.rpartition("=")
        if not name:
            name, number = text, "1"
        if not number.strip().isdigit():
            raise PasserellesError("people_invalid", code=name, value=repr(number))
        found[name.strip()] = found.get(name.strip(), 0) + int(number)
    return found
