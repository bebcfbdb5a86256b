"""``passerelles compare-runs``: what moved between two stored results, and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.options import Format, FormatOption, LangOption, Language, LimitOption, OutputOption
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare-runs", help=say("cli.command.compare_runs"))(compare_runs)


def compare_runs(
    old: Annotated[Path, typer.Argument(help=say("cli.argument.old_run"))],
    new: Annotated[Path, typer.Argument(help=say("cli.argument.new_run"))],
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Compare two stored results."""
    from passerelles.bulk.runs import compare_runs as compare
    from passerelles.views.terminal import print_page

    found = compare(old, new, limit=limit)

    def show(console: "Console") -> None:
        print_page(console, found.page(lang.lang), lang=lang.lang)

    emit(Answer(lambda: found.to_dict(lang.lang), found.sheets(lang.lang), show), form=form, output=output,
         lang=lang.lang)  # fmt: skip
