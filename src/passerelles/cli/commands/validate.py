"""``passerelles validate``: everything that is wrong with a referential, as a table or JSON; exit 1 on errors."""

from typing import TYPE_CHECKING, Annotated

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
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("validate", help=say("cli.command.validate"))(validate)


def validate(
    path: Annotated[str, typer.Argument(help=say("cli.argument.path"))],
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Validate a referential."""
    from passerelles.referentials.credentials import DEFAULT
    from passerelles.referentials.validate import validate as run_validation
    from passerelles.views.terminal import print_page

    report = run_validation(path, overlays=overlay or (), access=None if no_access else DEFAULT)

    def show(console: "Console") -> None:
        print_page(console, report.page(lang.lang), lang=lang.lang)

    answer = Answer(lambda: report.to_dict(lang.lang), report.sheets(lang.lang), show)
    emit(answer, form=form, output=output, lang=lang.lang)
    if not report.ok:
        raise typer.Exit(1)
