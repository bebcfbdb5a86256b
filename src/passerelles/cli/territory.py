"""Commands on a territory: territory rank, match, batch, sums, signals, and the report."""

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, check_chart, emit, message, on_screen, tell_notices, write_chart, write_text
from passerelles.cli.moves import including
from passerelles.cli.options import (
    ChartOption,
    DataOption,
    Format,
    FormatOption,
    FragileOption,
    HiringOption,
    LangOption,
    Language,
    LimitOption,
    NoAccessOption,
    OutputOption,
    OverlayOption,
    RadiusOption,
    ReferentialOption,
    ScenarioOption,
    SettingsOption,
    StrictOption,
    TravelOption,
    open_session,
    speak_below,
)
from passerelles.errors import PasserellesError
from passerelles.language.say import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from passerelles.graph.core import OccupationGraph
    from passerelles.report.case import Case
    from passerelles.territory.lots import Note, Side
    from passerelles.territory.parts import Cut


territory = typer.Typer()
territory.callback(invoke_without_command=True, help=say("cli.command.territory"))(speak_below)


@territory.command("rank", help=say("cli.command.territory_rank"))
def rank(
    basin: Annotated[str, typer.Option("--basin", help=say("cli.option.basin"))] = "",
    territory: Annotated[str, typer.Option("--territory", help=say("cli.option.ranked_area"))] = "",
    fragile: FragileOption = None,
    hiring: HiringOption = None,
    jobs: Annotated[Path | None, typer.Option("--jobs", help=say("cli.option.jobs"))] = None,
    employers: Annotated[bool, typer.Option("--employers", help=say("cli.option.employers"))] = False,
    include: Annotated[list[str] | None, typer.Option("--include", help=say("cli.option.include"))] = None,
    radius: RadiusOption = None,
    travel: TravelOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    limit: LimitOption = 10,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Rank the hiring jobs within reach of each fragile lot of a basin, or the other way round."""
    from passerelles.market.own_lists import load_job_list
    from passerelles.report.envelope import data_sources, envelope
    from passerelles.report.territory import print_ranking
    from passerelles.territory.lots import NOTE, Side, make_locator
    from passerelles.territory.parts import area_of
    from passerelles.territory.rank import rank_territory, ranking_notes, ranking_sheets
    from passerelles.text import normalise_label
    from passerelles.views.spec import dicts

    session = open_session(referential, overlay, data, settings, travel=travel, no_access=no_access, lang=lang)
    graph = session.graph
    market, places = session.territory_data()
    listed = load_job_list(jobs, graph.referential, places=places) if jobs is not None else None
    if listed is not None:
        tell_notices(listed.notices, lang.lang)
    by: Side = "hiring" if employers else "fragile"
    if bool(basin) == bool(territory):
        raise PasserellesError("one_place")
    area = area_of(territory, places)
    common: dict[str, Any] = {
        "market": market, "places": places, "fragile": fragile, "hiring": hiring, "listed": listed, "by": by,
        "area": area,
        "settings": including(graph.settings, include or ()),
    }  # fmt: skip
    found = rank_territory(graph, basin, radius_km=radius, limit=limit, **common)
    notes = ranking_notes(graph, basin, **common)
    code, name = make_locator(places, market).find(basin) if area is None else (None, area.name)
    place = basin or territory
    asked = name if normalise_label(place) == normalise_label(name) else f"{name} ({place})"
    title = say(f"territory.title.{'sources' if employers else 'rank'}", lang=lang.lang, basin=asked)
    sources = data_sources((fragile, hiring, jobs), market=market, places=places)

    def payload() -> dict[str, Any]:
        asked_for = {"basin": place, "basin_code": code, "basin_name": name, "by": by}
        more = asked_for | {"notes": [NOTE.to_dict(note, lang.lang) for note in notes], "sources": sources}
        return envelope("territory-rank@1", graph, dicts(found, lang.lang)) | more

    def show(console: "Console") -> None:
        print_ranking(console, found, title=title, by=by, notes=notes, lang=lang.lang)
        _print_origin(console, graph, sources, lang)

    sheets = ranking_sheets(found, notes, lang.lang, by=by)
    emit(Answer(payload, sheets, show), form=form, output=output, lang=lang.lang)
    _say_notes(notes, form, lang)
    if not found:
        raise typer.Exit(1)


@territory.command("match", help=say("cli.command.territory_match"))
def match(
    fragile: Annotated[Path, typer.Option("--fragile", help=say("cli.option.fragile"))],
    hiring: HiringOption = None,
    territory: Annotated[str, typer.Option("--territory", help=say("cli.option.part_of"))] = "",
    radius: RadiusOption = None,
    frame: Annotated[str | None, typer.Option("--frame", help=say("cli.option.frame"))] = None,
    budget: Annotated[float | None, typer.Option("--budget-hours", help=say("cli.option.budget"))] = None,
    probability: Annotated[float | None, typer.Option("--min-probability", help=say("cli.option.probability"))] = None,
    ceiling: Annotated[float | None, typer.Option("--max-cost", help=say("cli.option.max_cost"))] = None,
    minutes: Annotated[float | None, typer.Option("--max-minutes", help=say("cli.option.max_minutes"))] = None,
    stretch: Annotated[bool, typer.Option("--stretch", help=say("cli.option.stretch"))] = False,
    floor: Annotated[float | None, typer.Option("--floor", min=0, max=1, help=say("cli.option.floor"))] = None,
    mask: Annotated[bool, typer.Option("--mask", help=say("cli.option.mask"))] = False,
    refuse: Annotated[bool, typer.Option("--refuse-incomplete", help=say("cli.option.refuse_incomplete"))] = False,
    scenario: ScenarioOption = None,
    travel: TravelOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help=say("cli.option.limit"))] = None,
    strict: StrictOption = False,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Allocate people to openings."""
    from passerelles import charts
    from passerelles.errors import PasserellesError
    from passerelles.progress import progress_bar
    from passerelles.report.envelope import data_sources, envelope
    from passerelles.report.territory import print_allocation
    from passerelles.territory.actions import action_sheet
    from passerelles.territory.discretion import publish, published
    from passerelles.territory.match import match_territory

    if chart is not None and scenario:
        raise PasserellesError("chart_scenarios")
    check_chart(chart)
    session = open_session(
        referential,
        overlay,
        data,
        settings,
        strict=strict,
        travel=travel,
        no_access=no_access,
        tensions=hiring is None,
        lang=lang,
    )
    graph = session.graph
    chosen = graph.settings
    if floor is not None:
        chosen = chosen.model_copy(update={"territory": chosen.territory.model_copy(update={"floor": floor})})
    market, places = session.territory_data()
    common: dict[str, Any] = {
        "settings": chosen,
        "certifications": session.certifications if frame or scenario else None,
        "market": market,
        "places": places,
        "radius_km": radius,
        "frame": frame,
        "budget_hours": budget,
        "min_probability": probability,
        "max_cost": ceiling,
        "max_minutes": minutes,
        "refuse_incomplete": refuse,
        "territory": territory,
    }
    if scenario:
        if mask:  # the totals of two scenarios would be two equations about the same people
            raise PasserellesError("territory_mask_scenarios")
        _compare(graph, fragile, hiring, scenario, common, form=form, output=output, lang=lang)
        return
    with progress_bar(say("territory.working", lang=lang.lang), lang=lang.lang) as tell:
        allocation = match_territory(graph, fragile, hiring, **common, stretch=stretch, progress=tell)
    whole = published(publish(allocation), lang.lang) if mask else allocation.release()
    found = replace(whole, flows=whole.flows[:limit])
    sources = data_sources((fragile, hiring), market=market, places=places)

    def payload() -> dict[str, Any]:
        about = envelope("territory@1", graph, (), settings=chosen)
        return about | found.to_dict(lang.lang) | {"sources": sources}

    def show(console: "Console") -> None:
        print_allocation(console, found, lang=lang.lang)
        _print_origin(console, graph, sources, lang)

    sheets = [*found.sheets(lang.lang), *action_sheet(whole, lang.lang)]
    emit(Answer(payload, sheets, show), form=form, output=output, lang=lang.lang)
    _say_notes(found.notes, form, lang)
    write_chart(chart, lambda: charts.territory_sankey(whole.to_dict(lang.lang), lang=lang.lang), lang=lang)
    if allocation.status == "infeasible" or not allocation.placed:
        raise typer.Exit(1)


@territory.command("sums", help=say("cli.command.territory_sums"))
def sums(
    fragile: FragileOption = None,
    hiring: HiringOption = None,
    dominance: Annotated[str | None, typer.Option("--dominance", help=say("cli.option.dominance"))] = None,
    percent: Annotated[float | None, typer.Option("--p-percent", help=say("cli.option.p_percent"))] = None,
    before: Annotated[Path | None, typer.Option("--before", help=say("cli.option.before"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Publish sums by basin and job."""
    from passerelles.errors import PasserellesError
    from passerelles.report.envelope import data_sources, unscored_envelope
    from passerelles.territory.lots import make_locator, reading_notes
    from passerelles.territory.reading import read_lots
    from passerelles.territory.sums import contributions, publish_sums, rules_of
    from passerelles.views.spec import dicts

    table = fragile if hiring is None else hiring
    if table is None or (fragile is not None and hiring is not None):
        raise PasserellesError("sums_one_table")
    side: Side = "fragile" if hiring is None else "hiring"
    session = open_session(referential, overlay, data, settings, no_access=no_access, lang=lang)
    rules = rules_of(session.settings.territory.mask_threshold, dominance=dominance, percent=percent)
    market, places = session.territory_data()
    locator = make_locator(places, market)
    lots, *first = (
        read_lots(session.referential, path, side, locator=locator) for path in (table, before) if path is not None
    )
    labels = {lot.job: lot.label for each in (lots, *first) for lot in each.lots}
    earlier = contributions(first[0]) if first else None
    found = publish_sums(contributions(lots), rules, before=earlier, labels=labels)

    def payload() -> dict[str, Any]:
        more = {
            "rules": found.rules._asdict(),
            "notes": found.notes(lang.lang),
            "sources": data_sources((table, before), places=places),
        }
        return unscored_envelope("sums@1", session.referential, dicts(found.cells, lang.lang), **more)

    for note in reading_notes([lots, *first]):
        message(note.sentence(lang.lang))
    show = on_screen(found.page, session.referential, lang)
    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)


def _print_origin(console: "Console", graph: "OccupationGraph", sources: list[dict[str, Any]], lang: Language) -> None:
    """Say what a chance is, and where the data come from."""
    from passerelles.report.envelope import print_data_sources, print_notice_of_source

    console.print(say("territory.note.person", lang=lang.lang), style="dim")
    print_notice_of_source(console, graph.referential, lang=lang.lang)
    print_data_sources(console, sources, lang=lang.lang)


def _say_notes(notes: "Sequence[Note]", form: Format, lang: Language) -> None:
    """Say what the reader must know beside a result that no person reads; a table prints it itself."""
    if form is not Format.TABLE:
        for note in notes:
            message(note.sentence(lang.lang))


def _compare(
    graph: Any,
    fragile: Path,
    hiring: Path | None,
    texts: list[str],
    common: dict[str, Any],
    *,
    form: Format,
    output: Path | None,
    lang: Language,
) -> None:
    from passerelles.report.envelope import envelope
    from passerelles.territory.match import Scenario, compare_scenarios
    from passerelles.views.spec import Sheet, dicts
    from passerelles.views.terminal import print_sheet

    scenarios = {text: read_scenario(text) for text in texts}
    found = compare_scenarios(graph, fragile, hiring, scenarios, **common)
    sheet = Sheet("scenarios", Scenario.spec.columns, lambda: found, lang.lang)

    def show(console: "Console") -> None:
        print_sheet(console, sheet, title=say("territory.title.scenarios", lang=lang.lang), lang=lang.lang)

    def payload() -> dict[str, Any]:
        return envelope("territory-scenarios@1", graph, dicts(found, lang.lang), settings=common["settings"])

    emit(Answer(payload, [sheet], show), form=form, output=output, lang=lang.lang)
    if not any(each.allocation.placed for each in found):
        raise typer.Exit(1)


def read_scenario(text: str) -> dict[str, Any]:
    """
    Read ``"radius=30,budget=2000,lever=C1+C2"``.

    Raises
    ------
    PasserellesError
        If a name or a number is not understood.

    Examples
    --------
    >>> read_scenario("radius=30, frame=transco")
    {'radius_km': 30.0, 'frame': 'transco'}
    """
    from passerelles.errors import PasserellesError

    names = {
        "radius": "radius_km",
        "minutes": "max_minutes",
        "budget": "budget_hours",
        "probability": "min_probability",
    }
    found: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = (piece.strip() for piece in part.partition("="))
        wrong = PasserellesError("territory_scenario", text=text, part=part.strip())
        if name in names:
            try:
                found[names[name]] = float(value)
            except ValueError as error:
                raise wrong from error
        elif name == "frame":
            found["frame"] = value
        elif name == "lever":
            found["lever"] = tuple(filter(None, value.split("+")))
        else:
            raise wrong
    return found


@territory.command("batch", help=say("cli.command.territory_batch"))
def batch(
    fragile: Annotated[Path, typer.Option("--fragile", help=say("cli.option.fragile"))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("cli.option.batch_output"))],
    hiring: HiringOption = None,
    by: Annotated[str, typer.Option("--by", help=say("cli.option.batch_by"))] = "basin",
    radius: RadiusOption = None,
    frame: Annotated[str | None, typer.Option("--frame", help=say("cli.option.frame"))] = None,
    budget: Annotated[float | None, typer.Option("--budget-hours", help=say("cli.option.budget"))] = None,
    probability: Annotated[float | None, typer.Option("--min-probability", help=say("cli.option.probability"))] = None,
    mask: Annotated[bool, typer.Option("--mask", help=say("cli.option.mask"))] = False,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help=say("cli.option.batch_pages"))] = True,
    date: Annotated[str, typer.Option("--date", help=say("cli.option.report_date"))] = "",
    travel: TravelOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    strict: StrictOption = False,
    settings: SettingsOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Allocate each territory of two tables on its own."""
    from passerelles.errors import PasserellesError
    from passerelles.progress import progress_bar
    from passerelles.report.batch import LINES, Batch
    from passerelles.territory.lots import make_locator, reading_notes
    from passerelles.territory.parts import CUTS, parts
    from passerelles.territory.reading import read_sides

    if by not in CUTS:
        raise PasserellesError("territory_cut", by=by, known=", ".join(CUTS))
    if output.exists() and not output.is_dir():
        raise PasserellesError("batch_needs_folder", path=output)
    cut: Cut = by
    session = open_session(
        referential, overlay, data, settings, strict=strict, travel=travel, no_access=no_access, lang=lang
    )
    graph = session.graph
    market, places = session.territory_data()
    first, second = read_sides(graph.referential, fragile, hiring, locator=make_locator(places, market))
    for note in reading_notes([first, *([second] if second else [])]):
        message(note.sentence(lang.lang))
    surveyed = by == "region" and market is not None and market.has_survey
    names = market.survey().region_labels if market is not None and surveyed else {}
    cuts = parts(first, second, cut, places, names=names)
    if second is not None and by != "employer":
        apart = second.people - sum(part.hiring.people for part in cuts if part.hiring)
        if apart:
            message(say("territory.batch.apart", lang=lang.lang, n=apart))
    found = Batch(
        graph, cuts,
        {"radius_km": radius, "frame": frame, "budget_hours": budget, "min_probability": probability},
        {"market": market, "places": places, "certifications": session.certifications if session.folders else None},
        lang.lang, mask, pages, date,
    )  # fmt: skip
    with progress_bar(say("territory.working", lang=lang.lang), lang=lang.lang) as tell:
        lines = found.run(output, tell=tell)
    message(say("territory.batch.done", lang=lang.lang, n=len(lines), path=output / LINES))
    failed = [line for line in lines if line.problem]
    if failed:
        message(say("territory.batch.failed", lang=lang.lang, n=len(failed)))
    if not any(line.totals.get("placed") for line in lines):
        raise typer.Exit(1)


@territory.command("signals", help=say("cli.command.territory_signals"))
def signals(
    basin: Annotated[str, typer.Option("--basin", help=say("cli.option.basin"))],
    job: Annotated[list[str] | None, typer.Option("--job", help=say("cli.option.job"))] = None,
    year: Annotated[int | None, typer.Option("--year", help=say("cli.option.year"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    data: DataOption = None,
    limit: LimitOption = 30,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Show the figures of the market in a basin, each with its source, year, and how it is known."""
    from passerelles.errors import PasserellesError
    from passerelles.market.signals import basin_openings, find_basin, signal
    from passerelles.referentials.referential import find_occupation
    from passerelles.report.envelope import data_sources, print_data_sources, unscored_envelope
    from passerelles.report.territory import print_families, print_signals, signal_sheets

    session = open_session(referential, overlay, data, lang=lang)
    known = session.referential
    market, places = session.territory_data()
    if market is None:
        raise PasserellesError("no_market_data", path=", ".join(map(str, data or ())) or "--data")
    key = find_basin(market, basin, places=places, year=year)
    if job:
        codes = [find_occupation(known, text) for text in job]
        found = [signal(market, known, code, key, year=year) for code in codes]
        items = [each.to_dict(lang.lang) | {"sentences": list(each.sentences(lang.lang))} for each in found]
    else:
        items = [each.to_dict() for each in basin_openings(market, key.code, year=year)][:limit]
    survey = market.survey(year) if market.has_survey else None
    title = say("market.title.signals", lang=lang.lang, basin=key.name, year="?" if survey is None else survey.year)
    payload = unscored_envelope(
        "territory-signals@1",
        known,
        items,
        basin={"code": key.code, "name": key.name},
        year=None if survey is None else survey.year,
        sources=data_sources(market=market, places=places, without=frozenset({"idcc-opco"})),
    )

    def show(console: "Console") -> None:
        (print_signals if job else print_families)(console, items, title=title, lang=lang.lang)
        console.print()
        print_data_sources(console, payload["sources"], lang=lang.lang)

    emit(Answer(lambda: payload, signal_sheets(items), show), form=form, output=output, lang=lang.lang)
    if not items:
        raise typer.Exit(1)


DEFAULT_TERRITORY = "redon"


def report(
    output: OutputOption = None,
    territory: Annotated[str | None, typer.Option("--territory", help=say("cli.option.territory"))] = None,
    fragile: FragileOption = None,
    hiring: HiringOption = None,
    radius: RadiusOption = None,
    frame: Annotated[str | None, typer.Option("--frame", help=say("cli.option.frame"))] = None,
    budget: Annotated[float | None, typer.Option("--budget-hours", help=say("cli.option.budget"))] = None,
    probability: Annotated[float | None, typer.Option("--min-probability", help=say("cli.option.probability"))] = None,
    mask: Annotated[bool, typer.Option("--mask", help=say("cli.option.mask"))] = False,
    travel: TravelOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help=say("cli.option.report_limit"))] = 0,
    sheets: Annotated[bool, typer.Option("--sheets", help=say("cli.option.report_sheets"))] = False,
    scenario: ScenarioOption = None,
    title: Annotated[str, typer.Option("--title", help=say("cli.option.report_title"))] = "",
    date: Annotated[str, typer.Option("--date", help=say("cli.option.report_date"))] = "",
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help=say("cli.option.pictures"))] = True,
    strict: StrictOption = False,
    settings: SettingsOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Write the report of a territory: a page, or an office document where the file is named .docx."""
    from passerelles.errors import PasserellesError
    from passerelles.io.atomic import check_free
    from passerelles.progress import progress_bar
    from passerelles.referentials.places import sample_tables
    from passerelles.report.case import Case, Request, Words
    from passerelles.report.sections import can_draw
    from passerelles.territory.match import Scenario, compare_scenarios, match_territory
    from passerelles.views.document import check_word

    if output is None:
        raise PasserellesError("report_needs_output")
    if output.is_dir():
        raise PasserellesError("write_onto_folder", path=output)
    check_free(output, overwrite=True)
    office = output.suffix.lower() == ".docx"
    if office:
        check_word()
    if mask and scenario:  # the totals of two scenarios would be two equations about the same people
        raise PasserellesError("territory_mask_scenarios")
    sample = sample_name(territory, fragile, hiring)
    if sample is not None:
        fragile, hiring = sample_tables(sample)
    words = command_words(
        {
            "territory": sample or territory,
            "fragile": None if sample else fragile,
            "hiring": None if sample else hiring,
            "radius": radius,
            "frame": frame,
            "budget-hours": budget,
            "min-probability": probability,
            "mask": mask,
            "travel": travel,
            "referential": None if referential == "transitions" else Path(referential),
            "overlay": [Path(name) for name in overlay or ()],
            "data": data,
            "limit": limit or None,
            "sheets": sheets,
            "scenario": scenario,
            "title": title,
            "date": date,
            "no-pictures": not pictures,
            "strict": strict,
            "settings": settings,
            "lang": None if lang is Language.FR else lang.value,
        }
    )
    session = open_session(
        referential,
        overlay,
        data,
        settings,
        strict=strict,
        travel=travel,
        tensions=False,
        no_access=no_access,
        lang=lang,
    )
    graph = session.graph
    market, places = session.territory_data()
    certifications = session.certifications if session.folders else None
    if fragile is None:  # said by `sample_name` already; for the type checker
        raise PasserellesError("report_which_input")
    bounds: dict[str, Any] = {
        "market": market, "places": places, "certifications": certifications, "radius_km": radius, "frame": frame,
        "budget_hours": budget, "min_probability": probability, "territory": "" if sample else territory or "",
    }  # fmt: skip
    with progress_bar(say("territory.working", lang=lang.lang), lang=lang.lang) as tell:
        allocation = match_territory(graph, fragile, hiring, **bounds, progress=tell)
    others = {text: read_scenario(text) for text in scenario or ()}
    scenarios = [Scenario(say("report.these_bounds", lang=lang.lang), {}, allocation)] if others else []
    scenarios += compare_scenarios(graph, fragile, hiring, others, **bounds)
    named = title or (say("report.title", lang=lang.lang, territory=sample.title()) if sample else "")
    request = Request(
        command=(*words, "--output", f"rapport{'.docx' if office else '.html'}"), title=named, date=date,
        invented=sample is not None, limit=limit, mask=mask, pictures=pictures,
    )  # fmt: skip
    case = Case(
        graph, allocation, request, Words(lang.lang), market, places, certifications, options={"command": words},
        scenarios=scenarios,
    )  # fmt: skip
    write_report(case, output, sheets=sheets)
    if pictures and not office and not can_draw():
        message(say("report.cli.no_pictures", lang=lang.lang))
    message(say("cli.written", lang=lang.lang, path=output))
    if allocation.status == "infeasible" or not allocation.placed:
        raise typer.Exit(1)


def write_report(case: "Case", output: Path, *, sheets: bool = False) -> None:
    """Write a report, or a page a move, as a page or, where the file is named .docx, as an office document."""
    from passerelles.report.page import document_page, move_sheets, territory_page
    from passerelles.report.sections import territory_document
    from passerelles.views.document import write_word

    if output.suffix.lower() == ".docx":
        write_word(move_sheets(case) if sheets else territory_document(case), output)
    else:
        write_text(document_page(move_sheets(case), case.words) if sheets else territory_page(case), output)


def sample_name(territory: str | None, fragile: Path | None, hiring: Path | None) -> str | None:
    """
    Name of the sample to read; None where tables are given.

    Raises
    ------
    PasserellesError
        If openings are given without fragile jobs, or a sample does not exist.
    """
    from passerelles.errors import PasserellesError
    from passerelles.referentials.places import sample_names
    from passerelles.text import normalise_label

    if fragile is not None or hiring is not None:
        if fragile is None:
            raise PasserellesError("report_which_input")
        return None
    known = sample_names()
    wanted = territory or DEFAULT_TERRITORY
    by_label = {normalise_label(name): name for name in known}
    found = by_label.get(normalise_label(wanted))
    if found is None:
        near = get_close_matches(normalise_label(wanted), by_label, n=1, cutoff=0.4)
        close = [by_label[label] for label in near] or list(known)
        raise PasserellesError("unknown_territory", name=wanted, near=close[0], known=", ".join(known))
    return found


def command_words(options: "Mapping[str, Any]") -> tuple[str, ...]:
    """
    Write options as a command line has them; of a path only the name, so that the folder is in no report.

    Examples
    --------
    >>> command_words({"radius": 30.0, "mask": True, "frame": None, "data": [Path("/a/b")]})
    ('--radius', '30', '--mask', '--data', 'b')
    """
    found: list[str] = []
    for name, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            if each is None or each is False or each == "":
                continue
            found.append(f"--{name}")
            if each is True:
                continue
            if isinstance(each, float) and each.is_integer():
                each = int(each)  # noqa: PLW2901 - the same number, as people write it
            found.append(each.name if isinstance(each, Path) else str(each))
    return tuple(found)
