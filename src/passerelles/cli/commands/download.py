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
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from passerelles.referentials.download import download_referential, read_download_record

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("cli.downloading", lang=lang.lang, name=name), total=None)
        path = download_referential(
            name, from_file=from_file, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    record = read_download_record(name)
    message(record.sentence(path, lang.lang) if record else say("cli.written", lang=lang.lang, path=path))
