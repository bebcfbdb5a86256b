"""``passerelles search``: the codes of what a referential has already, by words."""

from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
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
    app.command("search", help=say("overlay.search"))(search)


def search(
    words: Annotated[list[str], typer.Argument(help=say("overlay.words"))],
    kind: Annotated[list[str] | None, typer.Option("--kind", help=say("overlay.kinds"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    limit: LimitOption = 10,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Look for competencies, credentials, titles and occupations by words of their labels."""
    from typing import get_args

    from passerelles.errors import PasserellesError
    from passerelles.matching.index import Found, Sought
    from passerelles.matching.index import search as look_for
    from passerelles.referentials.referential import lay_access
    from passerelles.report.envelope import print_notice_of_source, unscored_envelope
    from passerelles.views.spec import Sheet, dicts
    from passerelles.views.terminal import print_sheet

    wanted = [each for each in get_args(Sought) if kind is None or each in kind]
    if set(kind or ()) - set(wanted):
        raise PasserellesError("search_kind", kind=", ".join(kind or ()), known=", ".join(get_args(Sought)))
    loaded = load(referential, overlay, lang)
    if not no_access and loaded.access is None and loaded.index is None:
        loaded = lay_access(loaded)
    found = look_for(loaded, " ".join(words), kinds=wanted, limit=limit)
    sheet = Sheet("found", Found.spec.columns, lambda: found, lang.lang)

    def show(console: "Console") -> None:
        print_sheet(console, sheet, lang=lang.lang)
        print_notice_of_source(console, loaded, lang=lang.lang)

    payload = unscored_envelope("search@1", loaded, dicts(found, lang.lang))
    emit(Answer(lambda: payload, [sheet], show), form=form, output=output, lang=lang.lang)
    if not found:
        raise typer.Exit(1)
