"""``passerelles schema``: the JSON Schemas of what the commands and the service write, for other languages."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from passerelles.cli.answer import message
from passerelles.cli.options import LangOption, Language
from passerelles.files.atomic import atomic_file
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
    from passerelles.report.shapes.catalogue import json_schema, names

    if name is None and output is not None and output.is_dir():
        found = list(names())
        for each in found:
            with atomic_file(output / f"{each}.schema.json", overwrite=True) as file:
                file.write(_text(json_schema(each)).encode("utf-8"))
        message(say("schema.written", lang=lang.lang, n=len(found), path=output))
        return
    text = _text({each: json_schema(each) for each in names()} if name is None else json_schema(name))
    if output is None:
        sys.stdout.write(text)
        return
    with atomic_file(output, overwrite=True) as file:
        file.write(text.encode("utf-8"))
    message(say("cli.written", lang=lang.lang, path=output))


def _text(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
