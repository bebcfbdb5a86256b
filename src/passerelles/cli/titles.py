"""Commands on titles, codes and words: resolve, migrate, search."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from passerelles.cli.answer import Answer, ColumnOption, InputOption, chosen_column, emit, emit_list, list_form, message
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
from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say
from passerelles.views.spec import dicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from passerelles.matching.migrate import Migration, Versions
    from passerelles.matching.ranking import Kind
    from passerelles.matching.worklist import Agenda, Review
    from passerelles.referentials.referential import Referential

_TOLD = 5


def resolve(
    text: Annotated[str | None, typer.Argument(help=say("cli.argument.text"))] = None,
    source: InputOption = None,
    column: ColumnOption = None,
    competencies: Annotated[bool, typer.Option("--competencies", help=say("cli.option.competencies"))] = False,
    to_review: Annotated[Path | None, typer.Option("--review", help=say("cli.option.review"))] = None,
    choices: Annotated[Path | None, typer.Option("--choices", help=say("cli.option.choices"))] = None,
    ask: Annotated[bool, typer.Option("--ask", help=say("cli.option.ask"))] = False,
    context: Annotated[bool, typer.Option("--context/--no-context", help=say("cli.option.context"))] = True,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    limit: LimitOption = 5,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Resolve one text, or every row of a list."""
    kind: Kind = "competency" if competencies else "title"
    listed = source or to_review
    if ask and (to_review is None or choices is None):
        raise PasserellesError("resolve_ask_choices")
    if listed is not None and text is None and (source is None or to_review is None):
        form = list_form(form, output)
        asked = _Asked(listed, column, kind, choices, context=context, to_review=to_review is not None, ask=ask)
        done, loaded = _review(asked, referential=referential, overlay=overlay, lang=lang.lang)
        if to_review is None:
            _write(done, loaded, kind, form=form, output=output, lang=lang.lang)
        else:
            _agenda(done, loaded, asked, limit=limit, form=form, output=output, lang=lang.lang)
    elif text is not None and source is None:
        found = _one(load(referential, overlay, lang), text, kind, limit=limit, lang=lang.lang)
        emit(found, form=form, output=output, lang=lang.lang)
        if not found.payload()["results"]:
            raise typer.Exit(1)
    else:
        raise PasserellesError("resolve_text_or_input")


def _one(referential: "Referential", text: str, kind: "Kind", *, limit: int, lang: Lang) -> Answer:
    from passerelles.matching.titles import resolve_competency, resolve_title, status
    from passerelles.report.resolution import (
        candidate_dicts,
        candidate_page,
        candidate_sheet,
        resolution_envelope,
    )

    find = resolve_title if kind == "title" else resolve_competency
    found = find(referential, text, limit=limit)

    def show(console: "Console") -> None:
        from passerelles.views.terminal import print_page

        print_page(console, candidate_page(text, found, kind=kind, lang=lang), lang=lang)

    payload = resolution_envelope(referential, candidate_dicts(found, lang=lang), kind=kind)
    payload |= {"text": text, "status": status(found)}
    return Answer(lambda: payload, [candidate_sheet(found, lang=lang)], show)


class _Asked(NamedTuple):
    """
    A list: file, column of titles, file of choices.

    Then whether other columns count, whether a person reviews it, and whether the terminal asks for each choice.
    """

    source: Path
    column: str | None
    kind: "Kind"
    choices: Path | None
    context: bool
    to_review: bool
    ask: bool


def _review(asked: _Asked, *, referential: str, overlay: list[str] | None, lang: Lang) -> "tuple[Review, Referential]":
    from passerelles.matching.ranking import shipped_weights
    from passerelles.matching.reading import language_pack
    from passerelles.matching.worklist import CHOICE, read_choices, read_worklist, review
    from passerelles.progress import progress_bar

    titles = _heads("title")
    heads = titles | _heads("people") | {CHOICE} if asked.to_review else frozenset()
    worklist = read_worklist(asked.source, column=asked.column, heads=heads)
    titled = worklist.column_of(titles) if asked.to_review else None
    name = chosen_column(worklist, asked.column or titled)  # before the seconds of work, not after
    chosen = read_choices(asked.choices) if asked.choices else {}
    loaded = load(referential, overlay, lang)
    weights = shipped_weights()["title"].context
    contexts = {}
    if asked.context and asked.kind == "title":
        columns = language_pack(loaded.language).columns
        told = {kind: worklist.column_of(heads) for kind, heads in columns.items() if kind in weights}
        contexts = {kind: column for kind, column in told.items() if column is not None and column != name}
        for kind, column in contexts.items():
            what = say(f"resolve.kind.{kind}", lang=lang)
            message(say("resolve.context", lang=lang, column=column, kind=what, weight=weights[kind]))
    with progress_bar(say("resolve.working", lang=lang), lang=lang) as tell:
        done = review(loaded, worklist, name, kind=asked.kind, contexts=contexts, choices=chosen, progress=tell)
    for row in done.refused[:_TOLD]:
        message(say("resolve.refused", lang=lang, row=row.number, choice=row.choice[:80]))
    if len(done.refused) > _TOLD:
        message(say("resolve.refused_more", lang=lang, n=len(done.refused) - _TOLD))
    return done, loaded


def _heads(kind: str) -> frozenset[str]:
    """Heads of a column that tells `kind` (title, people), in every language."""
    from passerelles.matching.reading import language_pack

    return frozenset().union(*(language_pack(lang).columns[kind] for lang in ("fr", "en")))


def _agenda(
    done: "Review",
    referential: "Referential",
    asked: _Asked,
    *,
    limit: int,
    form: Format,
    output: Path | None,
    lang: Lang,
) -> None:
    """Show or write what a person should look at first, and keep what was chosen."""
    from passerelles.matching.worklist import CHOICE_FROM, agenda, read_choices, write_choices
    from passerelles.report.resolution import agenda_line, agenda_page, resolution_envelope

    table = done.worklist
    people = table.column_of(_heads("people"))
    cells = None if people is None else [row[table.place(people)] for row in table.rows]
    plan = agenda(done, people=cells)
    if asked.choices is not None:
        kept = read_choices(asked.choices) | plan.choices()
        write_choices(asked.choices, kept)
        message(say("resolve.review.kept", lang=lang, n=len(kept), path=asked.choices))
        if asked.ask:
            _ask(plan, referential, asked, kept, lang=lang)
            return
    about = resolution_envelope(referential, dicts(plan.groups, lang), kind=asked.kind)
    if form in (Format.CSV, Format.XLSX):
        emit_list(plan.worklist(), form, output, about=about, lang=lang, choice=CHOICE_FROM)
        message(agenda_line(plan, lang=lang))
        return

    def show(console: "Console") -> None:
        from passerelles.views.terminal import print_page

        print_page(console, agenda_page(plan, limit=limit, lang=lang), lang=lang)

    emit(Answer(lambda: about, [], show), form=form, output=output, lang=lang)


def _ask(plan: "Agenda", referential: "Referential", asked: _Asked, kept: dict[str, str], *, lang: Lang) -> None:
    """Ask for the choices that are left, one by one; each is kept at once, so that one may stop at any time."""
    from passerelles.matching.titles import competency_index, title_index
    from passerelles.matching.worklist import chosen_code, write_choices
    from passerelles.report.resolution import question_lines
    from passerelles.text import normalise_label

    titled = asked.kind == "title"
    index = title_index(referential) if titled else competency_index(referential)
    known, made = frozenset(index.codes), 0
    for place, group in enumerate(plan.left, start=1):
        for line in question_lines(group, place, len(plan.left), lang=lang):
            message(line)
        code = None
        while code is None:
            message(say("resolve.review.ask", lang=lang))
            answer = sys.stdin.readline()
            if not answer or answer.strip().casefold() in {"q", "quit"}:
                message(say("resolve.review.asked", lang=lang, n=made, left=len(plan.left) - made))
                return
            if not answer.strip():
                break
            offered = [candidate.code for candidate in group.candidates]
            code = chosen_code(answer.strip(), offered, known, referential if titled else None)
            if code is None:
                message(say("resolve.review.not_understood", lang=lang, choice=answer.strip()[:80]))
        if code is not None and asked.choices is not None:
            kept, made = kept | {normalise_label(group.text): code}, made + 1
            write_choices(asked.choices, kept)
    message(say("resolve.review.asked", lang=lang, n=made, left=len(plan.left) - made))


def _write(
    done: "Review", referential: "Referential", kind: "Kind", *, form: Format, output: Path | None, lang: Lang
) -> None:
    from passerelles.report.resolution import resolution_envelope, review_line, review_page

    if form in (Format.CSV, Format.XLSX):
        about = resolution_envelope(referential, [], kind=kind)
        emit_list(done.worklist, form, output, about=about, lang=lang)
        message(review_line(done, lang=lang))
        return

    def show(console: "Console") -> None:
        from passerelles.views.terminal import print_page

        print_page(console, review_page(done, lang=lang), lang=lang)

    payload = {}
    if form is Format.JSON:
        payload = resolution_envelope(referential, dicts(done.rows, lang), kind=kind)
    emit(Answer(lambda: payload, [], show), form=form, output=output, lang=lang)


BridgeOption = Annotated[list[Path] | None, typer.Option("--bridge", help=say("cli.option.bridge"))]
TitleColumnOption = Annotated[str | None, typer.Option("--title-column", help=say("cli.option.title_column"))]


def migrate(
    codes: Annotated[list[str] | None, typer.Argument(help=say("cli.argument.old_codes"))] = None,
    old: Annotated[str | None, typer.Option("--from", help=say("cli.option.from_version"))] = None,
    title: Annotated[str, typer.Option("--title", help=say("cli.option.migrate_title"))] = "",
    source: InputOption = None,
    column: ColumnOption = None,
    title_column: TitleColumnOption = None,
    bridge: BridgeOption = None,
    to: Annotated[str | None, typer.Option("--to", help=say("cli.option.migrate_to"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Migrate codes, the codes of a list, every code of the older version, or an overlay."""
    if to is not None:
        if codes is None or len(codes) != 1 or source is not None:
            raise PasserellesError("migrate_needs_overlay")
        _overlay(codes[0], to, old, output, lang)
        return
    if (source is not None and codes) or (source is None and not codes and old is None):
        raise PasserellesError("migrate_needs")
    if source is not None:
        form = list_form(form, output)
        versions = _versions(referential, overlay, old, bridge, lang)
        _list(source, column, title_column, versions, form=form, output=output, lang=lang.lang)
        return
    versions = _versions(referential, overlay, old, bridge, lang)
    found = [versions.migrate(code, title) for code in codes] if codes else versions.all()
    emit(_answer(versions, found, lang.lang), form=form, output=output, lang=lang.lang)
    if all(m.outcome == "unknown" for m in found):
        raise typer.Exit(1)


def _versions(
    referential: str, overlay: list[str] | None, old: str | None, bridge: list[Path] | None, lang: Language
) -> "Versions":
    """Two versions of one family; or two families, with the crosswalks between them."""
    from passerelles.matching.migrate import Bridge, Versions, read_crosswalk

    new = load(referential, overlay, lang)
    before = load(old, None) if old is not None else None
    if before is None or before.family == new.family:
        return Versions(new, before)
    return Bridge(new, before, [read_crosswalk(path) for path in bridge or ()])


def _answer(versions: "Versions", found: "Sequence[Migration]", lang: Lang) -> Answer:
    from passerelles.report.resolution import migration_envelope, migration_page, migration_sheet

    moves = None if versions.old is None or versions.old.family != versions.new.family else versions.moves()
    new = f"{versions.new.name} {versions.new.version}"
    before = f"{versions.old.name} {versions.old.version}" if versions.old is not None else ""
    title = say("resolve.migrate.title" if before else "resolve.migrate.title_parent", lang=lang, new=new, old=before)

    def show(console: "Console") -> None:
        from passerelles.views.terminal import print_page

        print_page(console, migration_page(found, moves, title=title, lang=lang), lang=lang)

    def payload() -> dict[str, Any]:
        return migration_envelope(versions.new, versions.old, found, moves, lang=lang)

    return Answer(payload, [migration_sheet(found, lang=lang)], show)


def _list(
    source: Path,
    column: str | None,
    title_column: str | None,
    versions: "Versions",
    *,
    form: Format,
    output: Path | None,
    lang: Lang,
) -> None:
    from passerelles.matching.migrate import migrate_list
    from passerelles.matching.worklist import read_worklist
    from passerelles.report.resolution import migration_envelope, migration_line

    worklist = read_worklist(source, column=column)
    name = chosen_column(worklist, column)
    titles = chosen_column(worklist, title_column) if title_column is not None else None
    done, found = migrate_list(versions, worklist, name, title_column=titles, lang=lang)
    if form in (Format.CSV, Format.XLSX):
        about = migration_envelope(versions.new, versions.old, [], None, lang=lang)
        emit_list(done, form, output, about=about, lang=lang)
        message(migration_line(found, lang=lang))
    else:
        emit(_answer(versions, found, lang), form=form, output=output, lang=lang)


def _overlay(place: str, to: str, old: str | None, output: Path | None, lang: Language) -> None:
    """Bring an overlay to a new version, into a workbook; exit 1 where a person must decide."""
    from passerelles.matching.migrate import Versions, migrate_overlay
    from passerelles.views.excel import write_workbook

    versions = Versions(load(to, None), load(old, None) if old is not None else None)
    done = migrate_overlay(place, versions, lang=lang.lang)
    write_workbook(done.pages, output)
    message(say("cli.written", lang=lang.lang, path=output))
    message(say("resolve.migrate.overlay", lang=lang.lang, kept=done.kept, moved=done.moved, open=done.open))
    if done.refused:
        message(say("resolve.migrate.refused", lang=lang.lang, list="; ".join(done.refused)))
    if done.open:
        raise typer.Exit(1)


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
