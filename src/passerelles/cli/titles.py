"""Commands on titles, codes and words: resolve, migrate, search."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

import typer

from passerelles.cli.given import Format, Given, message, shared
from passerelles.errors import PasserellesError
from passerelles.language.say import say
from passerelles.views.spec import Sheet, dicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passerelles.matching.migrate import Migration, Versions
    from passerelles.matching.ranking import Kind
    from passerelles.matching.worklist import Agenda, Review, Worklist

_TOLD: Final = 5
_LISTS: Final = (Format.CSV, Format.XLSX)


@shared("source column referential overlay limit settings form output lang", limit=5)
def resolve(
    given: Given,
    text: Annotated[str | None, typer.Argument(help=say("cli.argument.text"))] = None,
    competencies: Annotated[bool, typer.Option("--competencies", help=say("cli.option.competencies"))] = False,
    to_review: Annotated[Path | None, typer.Option("--review", help=say("cli.option.review"))] = None,
    choices: Annotated[Path | None, typer.Option("--choices", help=say("cli.option.choices"))] = None,
    ask: Annotated[bool, typer.Option("--ask", help=say("cli.option.ask"))] = False,
    context: Annotated[bool, typer.Option("--context/--no-context", help=say("cli.option.context"))] = True,
) -> bool:
    """Resolve one text, or every row of a list."""
    kind: Kind = "competency" if competencies else "title"
    if ask and (to_review is None or choices is None):
        raise PasserellesError("resolve_ask_choices")
    if text is not None and given.source is None:
        return _one(given, text, kind)
    if text is not None or (given.source is None) == (to_review is None):
        raise PasserellesError("resolve_text_or_input")
    given.for_list()
    given = replace(given, source=given.source or to_review)
    done = _review(given, kind, choices, context=context, to_review=to_review is not None)
    if to_review is None:
        _write(given, done, kind)
    else:
        _agenda(given, done, kind, choices, ask=ask)
    return True


def _one(given: Given, text: str, kind: "Kind") -> bool:
    from passerelles.matching.titles import resolve_competency, resolve_title
    from passerelles.report.resolution import candidate_page, candidate_sheet, text_envelope

    referential, least = given.session.referential, given.session.settings.titles.review_threshold
    found = (resolve_title if kind == "title" else resolve_competency)(referential, text, limit=given.limit)
    given.emit(
        lambda: text_envelope(referential, text, found, kind=kind, lang=given.lang, review_threshold=least),
        [candidate_sheet(found, lang=given.lang)],
        given.on_screen(lambda lang: candidate_page(text, found, kind=kind, lang=lang, review_threshold=least)),
    )
    return bool(found)


def _review(given: Given, kind: "Kind", choices: Path | None, *, context: bool, to_review: bool) -> "Review":
    """Resolve a list: `context` says whether its other columns count, `to_review` whether a person looks at it."""
    from passerelles.matching.ranking import shipped_weights
    from passerelles.matching.reading import language_pack
    from passerelles.matching.worklist import CHOICE, read_choices, read_worklist, review
    from passerelles.text import normalise_label

    titles = _heads("title")
    heads = titles | _heads("people") | {CHOICE} if to_review or kind == "title" else frozenset()
    assert given.source is not None  # noqa: S101 - the caller's own check
    worklist = read_worklist(given.source, column=given.column, heads=heads)
    titled = [each for each in worklist.header if normalise_label(each) in titles] if heads else []
    # Before the seconds of work, not after.
    name = chosen_column(worklist, given.column or (titled[0] if len(titled) == 1 else None))
    chosen = read_choices(choices) if choices else {}
    loaded = given.session.referential
    weights = shipped_weights()["title"].context if context and kind == "title" else {}
    columns = language_pack(loaded.language).columns
    contexts = {}
    for each in (each for each in columns if each in weights):
        column = worklist.column_of(columns[each])
        if column is not None and column != name:
            contexts[each] = column
            given.tell("resolve.context", column=column, kind=given.say(f"resolve.kind.{each}"), weight=weights[each])
    with given.progress("resolve.working") as tell:
        least = given.session.settings.titles.review_threshold
        done = review(
            loaded, worklist, name, kind=kind, contexts=contexts, choices=chosen, review_threshold=least, progress=tell
        )
    for row in done.refused[:_TOLD]:
        given.tell("resolve.refused", row=row.number, choice=row.choice[:80])
    if len(done.refused) > _TOLD:
        given.tell("resolve.refused_more", n=len(done.refused) - _TOLD)
    return done


def chosen_column(worklist: "Worklist", column: str | None) -> str:
    """
    Column to read: the one named, else the only one.

    Raises
    ------
    PasserellesError
        If it is not there, or none is named and there are several.
    """
    if column is not None:
        return worklist.header[worklist.place(column)]
    if len(worklist.header) == 1:
        return worklist.header[0]
    raise PasserellesError("resolve_which_column", columns=", ".join(name for name in worklist.header if name))


def _heads(kind: str) -> frozenset[str]:
    """Heads of a column that tells `kind` (title, people), in every language."""
    from passerelles.matching.reading import language_pack

    return frozenset().union(*(language_pack(lang).columns[kind] for lang in ("fr", "en")))


def _agenda(given: Given, done: "Review", kind: "Kind", choices: Path | None, *, ask: bool) -> None:
    """Show or write what a person should look at first, and keep what was chosen."""
    from passerelles.matching.worklist import CHOICE_FROM, agenda, is_aside, people_of, read_choices, write_choices
    from passerelles.report.resolution import agenda_line, agenda_page, resolution_envelope
    from passerelles.text import few

    table, lang = done.worklist, given.lang
    people = table.column_of(_heads("people"))
    cells = None if people is None else [row[table.place(people)] for row in table.rows]
    plan = agenda(done, people=cells)
    listed = [(row.number, cell) for row, cell in zip(done.rows, cells or (), strict=False) if not is_aside(row.text)]
    if unread := [line for line, cell in listed if people_of(cell) is None]:
        given.tell("resolve.review.counted_one", column=people, n=len(unread), rows=few([*map(str, unread)], _TOLD))
    if choices is not None:
        kept = read_choices(choices) | plan.choices()
        write_choices(choices, kept)
        given.tell("resolve.review.kept", n=len(kept), path=choices)
        if ask:
            _ask(given, plan, kind, choices, kept)
            return
    least = given.session.settings.titles.review_threshold
    groups = dicts(plan.groups, lang)
    about = resolution_envelope(given.session.referential, groups, kind=kind, review_threshold=least)
    if given.form in _LISTS:
        given.emit_list(plan.worklist(), about, agenda_line(plan, lang=lang), choice=CHOICE_FROM)
    else:
        given.emit(lambda: about, [], given.on_screen(lambda lang: agenda_page(plan, limit=given.limit, lang=lang)))


def _ask(given: Given, plan: "Agenda", kind: "Kind", choices: Path, kept: dict[str, str]) -> None:
    """Ask for the choices that are left, one by one; each is kept at once, so that one may stop at any time."""
    from passerelles.matching.titles import index_of
    from passerelles.matching.worklist import chosen_code, write_choices
    from passerelles.report.resolution import question_lines
    from passerelles.text import normalise_label

    referential = given.session.referential
    known, made = frozenset(index_of(referential, kind).codes), 0
    for place, group in enumerate(plan.left, start=1):
        for line in question_lines(group, place, len(plan.left), lang=given.lang):
            message(line)
        code = None
        while code is None:
            given.tell("resolve.review.ask")
            answer = sys.stdin.readline()
            if not answer or answer.strip().casefold() in {"q", "quit"}:
                given.tell("resolve.review.asked", n=made, left=len(plan.left) - made)
                return
            if not answer.strip():
                break
            offered = [candidate.code for candidate in group.candidates]
            code = chosen_code(answer.strip(), offered, known, referential if kind == "title" else None)
            if code is None:
                given.tell("resolve.review.not_understood", choice=answer.strip()[:80])
        if code is not None:
            kept, made = kept | {normalise_label(group.text): code}, made + 1
            write_choices(choices, kept)
    given.tell("resolve.review.asked", n=made, left=len(plan.left) - made)


def _write(given: Given, done: "Review", kind: "Kind") -> None:
    from passerelles.report.resolution import resolution_envelope, review_line, review_page

    session, lang = given.session, given.lang
    least = session.settings.titles.review_threshold
    about = partial(resolution_envelope, session.referential, kind=kind, review_threshold=least)
    if given.form in _LISTS:
        given.emit_list(done.worklist, about([]), review_line(done, lang=lang))
    else:
        given.emit(
            lambda: about(dicts(done.rows, lang)),
            [],
            given.on_screen(lambda lang: review_page(done, lang=lang)),
        )


@shared("source column referential overlay form output lang")
def migrate(
    given: Given,
    codes: Annotated[list[str] | None, typer.Argument(help=say("cli.argument.old_codes"))] = None,
    old: Annotated[str | None, typer.Option("--from", help=say("cli.option.from_version"))] = None,
    title: Annotated[str, typer.Option("--title", help=say("cli.option.migrate_title"))] = "",
    title_column: Annotated[str | None, typer.Option("--title-column", help=say("cli.option.title_column"))] = None,
    bridge: Annotated[list[Path] | None, typer.Option("--bridge", help=say("cli.option.bridge"))] = None,
    to: Annotated[str | None, typer.Option("--to", help=say("cli.option.migrate_to"))] = None,
) -> bool:
    """Migrate codes, the codes of a list, every code of the older version, or an overlay."""
    from passerelles.matching.migrate import Bridge, Versions, read_crosswalk

    if to is not None:
        if codes is None or len(codes) != 1 or given.source is not None:
            raise PasserellesError("migrate_needs_overlay")
        return _overlay(given, codes[0], to, old)
    if (given.source is not None and codes) or (given.source is None and not codes and old is None):
        raise PasserellesError("migrate_needs")
    if given.source is not None:
        given.for_list()
    new = given.session.referential
    before = given.open(old).referential if old is not None else None
    versions = Versions(new, before)
    if before is not None and before.family != new.family:  # two families, with the crosswalks between them
        versions = Bridge(new, before, [read_crosswalk(path) for path in bridge or ()])
    if given.source is not None:
        _list(given, given.source, title_column, versions)
        return True
    found = [versions.migrate(code, title) for code in codes] if codes else versions.all()
    _emit_migrations(given, versions, found)
    return not all(m.outcome == "unknown" for m in found)


def _emit_migrations(given: Given, versions: "Versions", found: "Sequence[Migration]") -> None:
    from passerelles.report.resolution import migration_envelope, migration_page, migration_sheet

    old, new, lang = versions.old, versions.new, given.lang
    moves = None if old is None or old.family != new.family else versions.moves()
    named = {"new": f"{new.name} {new.version}", "old": "" if old is None else f"{old.name} {old.version}"}
    title = given.say("resolve.migrate.title" if old is not None else "resolve.migrate.title_parent", **named)
    given.emit(
        lambda: migration_envelope(new, old, found, moves, lang=lang),
        [migration_sheet(found, lang=lang)],
        given.on_screen(lambda lang: migration_page(found, moves, title=title, lang=lang)),
    )


def _list(given: Given, source: Path, title_column: str | None, versions: "Versions") -> None:
    from passerelles.matching.migrate import migrate_list
    from passerelles.matching.worklist import read_worklist
    from passerelles.report.resolution import migration_envelope, migration_line

    worklist, lang = read_worklist(source, column=given.column), given.lang
    name = chosen_column(worklist, given.column)
    titles = chosen_column(worklist, title_column) if title_column is not None else None
    done, found = migrate_list(versions, worklist, name, title_column=titles, lang=lang)
    if given.form in _LISTS:
        about = migration_envelope(versions.new, versions.old, [], None, lang=lang)
        given.emit_list(done, about, migration_line(found, lang=lang))
    else:
        _emit_migrations(given, versions, found)


def _overlay(given: Given, place: str, to: str, old: str | None) -> bool:
    """Bring an overlay to a new version, into a workbook; negative where a person must decide."""
    from passerelles.matching.migrate import Versions, migrate_overlay
    from passerelles.views.excel import write_workbook

    versions = Versions(given.open(to).referential, given.open(old).referential if old is not None else None)
    done = migrate_overlay(place, versions, lang=given.lang)
    write_workbook(done.pages, given.output)
    given.tell("cli.written", path=given.output)
    given.tell("resolve.migrate.overlay", kept=done.kept, moved=done.moved, open=done.open)
    if done.refused:
        given.tell("resolve.migrate.refused", list="; ".join(done.refused))
    return not done.open


@shared("referential overlay no_access limit form output lang")
def search(
    given: Given,
    words: Annotated[list[str], typer.Argument(help=say("overlay.words"))],
    kind: Annotated[list[str] | None, typer.Option("--kind", help=say("overlay.kinds"))] = None,
) -> bool:
    """Look for competencies, credentials, titles and occupations by words of their labels."""
    from passerelles.matching.index import Found, Sought
    from passerelles.matching.index import search as look_for
    from passerelles.report.envelope import print_dim, source_lines, unscored_envelope
    from passerelles.views.terminal import Screen, print_sheet

    wanted = [each for each in get_args(Sought) if kind is None or each in kind]
    if set(kind or ()) - set(wanted):
        raise PasserellesError("search_kind", kind=", ".join(kind or ()), known=", ".join(get_args(Sought)))
    loaded, lang = given.with_access(), given.lang
    found = look_for(loaded, " ".join(words), kinds=wanted, limit=given.limit)
    sheet = Sheet("found", Found.spec.columns, lambda: found, lang)

    def show(console: Screen) -> None:
        if not found:
            console.print(given.say("overlay.nothing_found", words=" ".join(words)))
        print_sheet(console, sheet)
        print_dim(console, source_lines(loaded, lang=lang))

    given.emit(lambda: unscored_envelope("search@1", loaded, dicts(found, lang)), [sheet], show)
    return bool(found)
