"""``passerelles compile``: a referential and its scores into an index that every command opens at once."""

from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import message
from passerelles.cli.options import (
    LangOption,
    Language,
    NoAccessOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    load_graph,
)
from passerelles.language.say import say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compile", help=say("compile.command"))(compile_)


def compile_(
    output: Annotated[Path, typer.Option("--output", "-o", help=say("compile.output"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    settings: SettingsOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=say("compile.overwrite"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Compile an index."""
    from passerelles.compiled import compile_index
    from passerelles.io.atomic import check_free

    if not output.is_dir():
        check_free(output, overwrite=overwrite)  # before the work, not after
    graph = load_graph(referential, overlay, settings, no_access=no_access, lang=lang)
    written = compile_index(graph, output, overwrite=overwrite)
    files = [written] if written.is_file() else list(written.iterdir())
    size = sum(file.stat().st_size for file in files) / 1_000_000
    name = f"{graph.referential.name} {graph.referential.version}"
    message(say("compile.done", lang=lang.lang, path=written, name=name, n=len(graph.codes), megabytes=size))
