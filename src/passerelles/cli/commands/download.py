"""``passerelles download``: an official referential into the user's cache."""

from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import message
from passerelles.cli.options import LangOption, Language
from passerelles.language.say import say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("download", help=say("cli.command.download"))(download)


def download(
    name: Annotated[str, typer.Argument(help=say("cli.argument.name"))],
    from_file: Annotated[Path | None, typer.Option("--from", help=say("cli.option.from_file"))] = None,
    lang: LangOption = Language.FR,
) -> None:
    """Download a referential, with a progress bar on stderr."""
    from passerelles.progress import progress_bar
    from passerelles.referentials.download import download_referential, read_download_record

    text = say("cli.downloading", lang=lang.lang, name=name)
    with progress_bar(text, unit="bytes", lang=lang.lang) as tell:
        path = download_referential(name, from_file=from_file, progress=tell)
    record = read_download_record(name)
    message(record.sentence(path, lang.lang) if record else say("cli.written", lang=lang.lang, path=path))
