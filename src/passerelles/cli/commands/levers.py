"""``passerelles levers``: what to acquire to open the most jobs to the most people."""

from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    load_graph,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("levers", help=say("cli.command.levers"))(levers)


def levers(
    origin: Annotated[list[str], typer.Option("--origin", help=say("cli.option.lever_origin"))],
    target: Annotated[list[str], typer.Option("--target", help=say("cli.option.lever_target"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    limit: LimitOption = 10,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Choose what to acquire."""
    from passerelles.paths.levers import levers as choose
    from passerelles.paths.sheets import lever_sheets
    from passerelles.report.envelope import envelope
    from passerelles.report.levers import print_levers
    from passerelles.report.terminal import print_notice_of_source

    graph = load_graph(referential, overlay, settings)
    found = choose(graph, _people(origin), target, limit=limit)

    def show(console: "Console") -> None:
        print_levers(console, found, lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    payload = envelope("levers@1", graph, [each.to_dict(lang.lang) for each in found])
    payload["totals"] = {"opened": found.total, "already": found.already, "possible": found.possible}
    payload["exact"], payload["guarantee"] = found.exact, found.guarantee
    emit(Answer(payload, lever_sheets(found, lang=lang.lang), show), form=form, output=output, lang=lang.lang)
    if not found:
        raise typer.Exit(1)


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
