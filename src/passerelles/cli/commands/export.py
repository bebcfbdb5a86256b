"""``passerelles export``: the graph into a file that other tools read."""

from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import message
from passerelles.cli.options import LangOption, Language, NoAccessOption, OverlayOption, ReferentialOption, load_graph
from passerelles.language.say import say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export", help=say("cli.command.export"))(export)


def export(
    path: Annotated[Path, typer.Argument(help=say("cli.argument.output"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    form: Annotated[str | None, typer.Option("--format", "-f", help=say("cli.option.export_format"))] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=say("cli.option.overwrite"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Export the typed graph."""
    from passerelles.graph.export import export_graph, graph_format

    chosen = graph_format(path, form)
    written = export_graph(
        load_graph(referential, overlay, no_access=no_access, lang=lang), path, format=chosen, overwrite=overwrite
    )
    message(say("cli.written", lang=lang.lang, path=written))
