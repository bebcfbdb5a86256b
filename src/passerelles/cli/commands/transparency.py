"""``passerelles transparency``: what a public body that uses a referential and settings must publish and answer."""

from typing import TYPE_CHECKING, Any

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    NoAccessOption,
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
    app.command("transparency", help=say("cli.command.transparency"))(transparency)


def transparency(
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Print what must be published and answered."""
    from passerelles.report.envelope import envelope, print_notice_of_source
    from passerelles.report.transparency import CHANGED, WEIGHT, duties
    from passerelles.views.spec import dicts
    from passerelles.views.terminal import print_page

    graph = load_graph(referential, overlay, settings, no_access=no_access, lang=lang)
    found = duties(graph)

    def payload() -> dict[str, Any]:
        return envelope("transparency@1", graph, dicts(found.points, lang.lang)) | {
            "weights": [WEIGHT.to_dict(weight, lang.lang) for weight in found.weights],
            "changed_settings": [CHANGED.to_dict(change, lang.lang) for change in found.changed],
        }

    def show(console: "Console") -> None:
        print_page(console, found.page(lang.lang), lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
