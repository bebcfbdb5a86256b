"""``passerelles resolve``: job titles or competency labels to codes, one text or a whole list."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit, message
from passerelles.cli.lists import ColumnOption, InputOption, chosen_column, emit_list, list_form
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    load,
)
from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.matching.ranking import Kind
    from passerelles.matching.titles import Review
    from passerelles.referentials.referential import Referential

_TOLD = 5


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("resolve", help=say("cli.command.resolve"))(resolve)


def resolve(
    text: Annotated[str | None, typer.Argument(help=say("cli.argument.text"))] = None,
    source: InputOption = None,
    column: ColumnOption = None,
    competencies: Annotated[bool, typer.Option("--competencies", help=say("cli.option.competencies"))] = False,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    limit: LimitOption = 5,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Resolve one text, or every row of a list."""
    kind: Kind = "competency" if competencies else "title"
    if source is not None and text is None:
        form = list_form(form, output)
        done, loaded = _review(source, column, kind, referential=referential, overlay=overlay, lang=lang.lang)
        _write(done, loaded, kind, form=form, output=output, lang=lang.lang)
    elif text is not None and source is None:
        found = _one(load(referential, overlay), text, kind, limit=limit, lang=lang.lang)
        emit(found, form=form, output=output, lang=lang.lang)
        if not found.payload()["results"]:
            raise typer.Exit(1)
    else:
        raise PasserellesError("resolve_text_or_input")


def _one(referential: "Referential", text: str, kind: "Kind", *, limit: int, lang: Lang) -> Answer:
    from passerelles.matching.titles import resolve_competency, resolve_title, status
    from passerelles.report.resolution import (
        candidate_dicts,
        candidate_sheet,
        print_candidates,
        resolution_envelope,
    )

    find = resolve_title if kind == "title" else resolve_competency
    found = find(referential, text, limit=limit)

    def show(console: "Console") -> None:
        print_candidates(console, text, found, kind=kind, lang=lang)

    payload = resolution_envelope(referential, candidate_dicts(found, lang=lang), kind=kind)
    payload |= {"text": text, "status": status(found)}
    return Answer(lambda: payload, [candidate_sheet(found, lang=lang)], show)


def _review(
    source: Path,
    column: str | None,
    kind: "Kind",
    *,
    referential: str,
    overlay: list[str] | None,
    lang: Lang,
) -> "tuple[Review, Referential]":
    from passerelles.matching.titles import review
    from passerelles.matching.worklist import read_worklist
    from passerelles.progress import progress_bar

    worklist = read_worklist(source, column=column)
    name = chosen_column(worklist, column)  # before the seconds of work, not after
    loaded = load(referential, overlay)
    with progress_bar(say("resolve.working", lang=lang), lang=lang) as tell:
        done = review(loaded, worklist, name, kind=kind, progress=tell)
    for row in done.refused[:_TOLD]:
        message(say("resolve.refused", lang=lang, row=row.number, choice=row.choice[:80]))
    if len(done.refused) > _TOLD:
        message(say("resolve.refused_more", lang=lang, n=len(done.refused) - _TOLD))
    return done, loaded


def _write(
    done: "Review", referential: "Referential", kind: "Kind", *, form: Format, output: Path | None, lang: Lang
) -> None:
    from passerelles.report.resolution import print_review, resolution_envelope, review_line, row_dict

    if form in (Format.CSV, Format.XLSX):
        about = resolution_envelope(referential, [], kind=kind)
        emit_list(done.worklist, form, output, about=about, lang=lang)
        message(review_line(done, lang=lang))
        return

    def show(console: "Console") -> None:
        print_review(console, done, lang=lang)

    payload = {}
    if form is Format.JSON:
        payload = resolution_envelope(referential, [row_dict(row, lang=lang) for row in done.rows], kind=kind)
    emit(Answer(lambda: payload, [], show), form=form, output=output, lang=lang)
