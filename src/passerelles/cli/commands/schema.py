"""``passerelles schema``: the JSON Schemas of what the commands and the service write, for other languages."""

from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import json_text, message, write_text
from passerelles.cli.options import LangOption, Language
from passerelles.language.say import say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("schema", help=say("schema.command"))(schema)


def schema(
    name: Annotated[str | None, typer.Argument(help=say("schema.name"))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("schema.output"))] = None,
    lang: LangOption = Language.FR,
) -> None:
    """Print or write JSON Schemas."""
    from passerelles.report.schemas import json_schema, names

    if name is None and output is not None and output.is_dir():
        found = list(names())
        for each in found:
            place = output / f"{each}.schema.json"
            write_text(json_text(json_schema(each), place), place)
        message(say("schema.written", lang=lang.lang, n=len(found), path=output))
        return
    shown = {each: json_schema(each) for each in names()} if name is None else json_schema(name)
    write_text(json_text(shown, output), output)
    if output is not None:
        message(say("cli.written", lang=lang.lang, path=output))
