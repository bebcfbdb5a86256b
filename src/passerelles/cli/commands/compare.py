"""``passerelles compare``: occupations side by side."""

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
    NoAccessOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare", help=say("cli.command.compare"))(compare)


def compare(
    occupations: Annotated[list[str], typer.Argument(help=say("cli.argument.compared"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    basin: MarketBasinOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Compare occupations."""
    from passerelles import charts
    from passerelles.ranking.compare import compare as put_side_by_side
    from passerelles.report.envelope import print_notice_of_source, unscored_envelope
    from passerelles.views.spec import dicts
    from passerelles.views.terminal import print_page

    check_chart(chart)
    session = open_session(referential, overlay, data, no_access=no_access, lang=lang)
    graph = session.graph
    found = put_side_by_side(graph, occupations, market=session.market, basin=session.basin(basin))

    def show(console: "Console") -> None:
        print_page(console, found.page(lang.lang), lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    def payload() -> dict[str, Any]:
        items = dicts(found.occupations, lang.lang)
        more = dicts(found.competencies, lang.lang)
        return unscored_envelope("compare@1", graph.referential, items, competencies=more)

    emit(Answer(payload, found.sheets(lang.lang)[::-1], show), form=form, output=output, lang=lang.lang)
    write_chart(chart, lambda: charts.comparison_bars(found, lang=lang.lang), lang=lang)
