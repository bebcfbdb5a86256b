"""``passerelles show``: the sheet of an occupation."""

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
    ReferentialOption,
    load,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("show", help=say("cli.command.show"))(show)


def show(
    occupation: Annotated[str, typer.Argument(help=say("cli.argument.occupation"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    codes: Annotated[bool, typer.Option("--codes", help=say("cli.option.codes"))] = False,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Show what the referential says of an occupation."""
    from passerelles.referentials.referential import find_occupation, lay_access, named_titles
    from passerelles.report.envelope import unscored_envelope
    from passerelles.report.occupation import occupation_dict, occupation_sheet, print_occupation

    loaded = load(referential, overlay, lang)
    if not no_access and loaded.access is None and loaded.index is None:
        loaded = lay_access(loaded)
    code, titles = find_occupation(loaded, occupation), named_titles(loaded, [occupation])
    payload = unscored_envelope("show@1", loaded, [occupation_dict(loaded, code, titles)])

    def show_it(console: "Console") -> None:
        print_occupation(console, loaded, code, lang=lang.lang, codes=codes, titles=titles)

    sheets = [occupation_sheet(loaded, code, lang=lang.lang, codes=codes, titles=titles)]
    emit(Answer(lambda: payload, sheets, show_it), form=form, output=output, lang=lang.lang)
