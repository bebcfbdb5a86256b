"""``passerelles report``: a territory as one HTML file to put on the table."""

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import message, write_text
from passerelles.cli.commands.territory import read_scenario
from passerelles.cli.options import (
    DataOption,
    FragileOption,
    HiringOption,
    LangOption,
    Language,
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
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passerelles.report.dossier.case import Case

DEFAULT_TERRITORY = "redon"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("report", help=say("cli.command.report"))(report)


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
    from passerelles.report.dossier.case import Case, Request
    from passerelles.report.dossier.pictures import can_draw
    from passerelles.report.dossier.words import Words
    from passerelles.territory.match import Scenario, compare_scenarios, match_territory
    from passerelles.views.word import check_word

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
    from passerelles.report.dossier.page import document_page, territory_page
    from passerelles.report.dossier.sections import territory_document
    from passerelles.report.dossier.sheet import move_sheets
    from passerelles.views.word import write_word

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
