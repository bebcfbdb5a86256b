"""``passerelles territory signals``: what the market says of a basin, by family of a survey or job by job."""

from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.options import (
    DataOption,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


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
    from passerelles.report.signals import print_families, print_signals, signal_sheets

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
