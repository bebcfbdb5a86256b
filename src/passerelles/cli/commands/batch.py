"""``passerelles territory batch``: any number of territories in one command, one line and one page each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import message
from passerelles.cli.options import (
    DataOption,
    HiringOption,
    LangOption,
    Language,
    NoAccessOption,
    OverlayOption,
    RadiusOption,
    ReferentialOption,
    SettingsOption,
    StrictOption,
    TravelOption,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from passerelles.territory.parts import Cut


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
    from passerelles.report.dossier.batch import LINES, Batch
    from passerelles.territory.locating import make_locator
    from passerelles.territory.lots import reading_notes
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
