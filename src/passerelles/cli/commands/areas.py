"""``passerelles areas``: groups of occupations between which people move."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, check_chart, emit, write_chart
from passerelles.cli.options import (
    ChartOption,
    DataOption,
    Format,
    FormatOption,
    LangOption,
    Language,
    MarketBasinOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("areas", help=say("cli.command.areas"))(areas)


def areas(
    jobs: Annotated[Path | None, typer.Option("--jobs", help=say("cli.option.areas_jobs"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    data: DataOption = None,
    basin: MarketBasinOption = None,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Group occupations into mobility areas."""
    from passerelles import charts
    from passerelles.areas import mobility_areas
    from passerelles.io.archive import read_file
    from passerelles.io.csv import decode
    from passerelles.report.envelope import envelope, print_notice_of_source
    from passerelles.views.spec import dicts
    from passerelles.views.terminal import print_page

    check_chart(chart)
    session = open_session(referential, overlay, data, settings, lang=lang)
    graph = session.graph
    named = None
    if jobs is not None:
        lines = decode(read_file(jobs)).text.splitlines()
        named = [line.strip() for line in lines if line.strip()]
    found = mobility_areas(graph, named, market=session.market, basin=session.basin(basin))

    def show(console: "Console") -> None:
        print_page(console, found.page(lang.lang), lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    def payload() -> dict[str, Any]:
        return envelope("areas@1", graph, dicts(found.areas, lang.lang)) | found.figures()

    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    write_chart(chart, lambda: charts.area_map(found, lang=lang.lang), lang=lang)
