"""Commands on titles, codes and words: resolve, migrate, search."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

from passerelles.cli import envelope, lookups, terminal
from passerelles.cli.shared import CommandOptions, argument, message, option, shared
from passerelles.errors import PasserellesError
from passerelles.language.say import LANGS, Lang
from passerelles.text import few, normalise_label
from passerelles.views.excel import write_workbook
from passerelles.views.spec import Page, Sheet, dicts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passerelles.matching.evidence import Kind
    from passerelles.matching.migrate import Migration, Versions
    from passerelles.matching.worklist import Agenda, Review, Worklist

_LISTED: Final = 5


@shared("source column referential overlay limit settings form output lang", limit=5)
def resolve(
    opts: CommandOptions,
    text: Annotated[str | None, argument("text")] = None,
    competencies: Annotated[bool, option("competencies", "--competencies")] = False,
    to_review: Annotated[Path | None, option("review", "--review")] = None,
    choices: Annotated[Path | None, option("choices", "--choices")] = None,
    ask: Annotated[bool, option("ask", "--ask")] = False,
    context: Annotated[bool, option("context", "--context/--no-context")] = True,
) -> bool:
    """Resolve one text, or every row of a list."""
    kind: Kind = "competency" if competencies else "title"
    if ask and (to_review is None or choices is None):
        raise PasserellesError("resolve_ask_choices")
    if text is not None and opts.source is None and to_review is None:
        opts.refuse_unused("list_needed", choices=choices, column=opts.column, no_context=not context)
        return _resolve_text(opts, text, kind)
    if text is not None or (opts.source is None) == (to_review is None):
        raise PasserellesError("resolve_text_or_input")
    opts.check_list_output()
    opts = replace(opts, source=opts.source or to_review)
    done = _review(opts, kind, choices, context=context, to_review=to_review is not None)
    if to_review is None:
        _write_review(opts, done, kind)
    else:
        _agenda(opts, done, kind, choices, ask=ask)
    return True


def _resolve_text(opts: CommandOptions, text: str, kind: "Kind") -> bool:
    referential, settings = opts.session.referential, opts.session.settings.titles
    read = lookups.Resolution.of(referential, settings, text, kind=kind, limit=opts.limit)
    opts.emit(lambda: read.to_dict(opts.lang), [read.sheet(opts.lang)], opts.on_screen(read.page, referential))
    return bool(read.candidates)


def _review(opts: CommandOptions, kind: "Kind", choices: Path | None, *, context: bool, to_review: bool) -> "Review":
    """Resolve a list: `context` says whether its other columns count, `to_review` whether a person looks at it."""
    from passerelles.matching.evidence import shipped_weights
    from passerelles.matching.reading import language_pack
    from passerelles.matching.titles import resolve_many, status
    from passerelles.matching.worklist import CHOICE, check_choices, read_choices, read_worklist, review

    titles = _heads("title")
    heads = titles | _heads("people") | {CHOICE} if to_review or kind == "title" else frozenset()
    assert opts.source is not None  # noqa: S101 - the caller's own check
    loaded = opts.session.referential
    is_row = _bare(opts, lambda text: status(next(resolve_many(loaded, [text], kind=kind, limit=1))) == "sûr")
    worklist = read_worklist(opts.source, column=opts.column, heads=heads, is_row=is_row)
    titled = [head for head in worklist.header if normalise_label(head) in titles] if heads else []
    # Before the seconds of work, not after.
    if to_review and choices is not None:
        check_choices(choices)
    elif choices is not None and not choices.exists():  # a review makes it, nothing else does: its name is misspelt
        raise PasserellesError("no_such_path", path=choices)
    roles = _roles(worklist) if kind == "title" else {}
    if not titled and not opts.column and len(worklist.header) > 1 and "job" in roles:
        titled = [roles["job"]]
        opts.tell("resolve.column", column=titled[0])
    name = chosen_column(worklist, opts.column or (titled[0] if len(titled) == 1 else None))
    chosen = read_choices(choices) if choices else {}
    weights = shipped_weights()["title"].context if context and kind == "title" else {}
    columns = language_pack(loaded.language).columns
    contexts = {}
    for about in (key for key in columns if key in weights):
        column = worklist.column_of(columns[about]) or roles.get(about)
        if column is not None and column != name:
            contexts[about] = column
            opts.tell("resolve.context", column=column, kind=opts.say(f"resolve.kind.{about}"), weight=weights[about])
    with opts.progress("resolve.working") as tell:
        least = opts.session.settings.titles.review_threshold
        done = review(
            loaded, worklist, name, kind=kind, contexts=contexts, choices=chosen, review_threshold=least, progress=tell
        )
    for row in done.refused[:_LISTED]:
        opts.tell("resolve.refused", row=row.number, choice=row.choice[:80])
    if len(done.refused) > _LISTED:
        opts.tell("resolve.refused_more", n=len(done.refused) - _LISTED)
    return done


def _bare(opts: CommandOptions, is_row: "Callable[[str], bool]") -> "Callable[[str], bool] | None":
    """Return what tells how the first cell of a list is read, whether a row or a header, where no column is named."""

    def told(text: str) -> bool:
        row = is_row(text)
        opts.tell("resolve.no_header" if row else "resolve.header", text=text)
        return row

    return None if opts.column else told


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
    """Heads of a column of a `kind` (title, people), in every language."""
    from passerelles.matching.reading import language_pack

    return frozenset().union(*(language_pack(lang).columns[kind] for lang in LANGS))


def _roles(worklist: "Worklist") -> dict[str, str]:
    """Columns of a list by what they say, as those of tables of people and openings are known."""
    from passerelles.territory.columns import columns_of

    return {role: worklist.header[place] for role, place in columns_of(worklist.header, "fragile").items()}


def _agenda(opts: CommandOptions, done: "Review", kind: "Kind", choices: Path | None, *, ask: bool) -> None:
    """Show or write what a person should look at first, and keep what was chosen."""
    from passerelles.matching.worklist import CHOICE_FROM, agenda, is_aside, people_of, read_choices, write_choices

    table, lang = done.worklist, opts.lang
    people = table.column_of(_heads("people")) or _roles(table).get("headcount")
    if people is None:
        opts.tell("resolve.review.no_people")
    cells = None if people is None else [row[table.place(people)] for row in table.rows]
    plan = agenda(done, people=cells)
    numbered = [(row.number, cell) for row, cell in zip(done.rows, cells or (), strict=False) if not is_aside(row.text)]
    if unread := [line for line, cell in numbered if people_of(cell) is None]:
        opts.tell("resolve.review.counted_one", column=people, n=len(unread), rows=few([*map(str, unread)], _LISTED))
    if choices is not None:
        chosen = read_choices(choices) | plan.choices()
        write_choices(choices, chosen)
        opts.tell("resolve.review.kept", n=len(chosen), path=choices)
        if ask:
            _ask(opts, plan, kind, choices, chosen)
            return
    about = partial(lookups.resolution_envelope, opts.session.referential, opts.session.settings.titles, kind)
    page = partial(lookups.agenda_page, plan, limit=opts.limit)
    show = opts.on_screen(lambda lang: page(lang=lang), opts.session.referential)
    line = lookups.agenda_line(plan, lang=lang)
    opts.emit_list(plan.worklist(), line, lambda: about(dicts(plan.groups, lang)), show, choice=CHOICE_FROM)


def _ask(opts: CommandOptions, plan: "Agenda", kind: "Kind", choices: Path, chosen: dict[tuple[str, str], str]) -> None:
    """Ask for the remaining choices, one by one; each is written at once, so that one may stop at any time."""
    from passerelles.matching.titles import index_of
    from passerelles.matching.worklist import chosen_code, write_choices

    referential = opts.session.referential
    known, answered = frozenset(index_of(referential, kind).codes), 0
    for place, group in enumerate(plan.left, start=1):
        for line in lookups.question_lines(group, place, len(plan.left), lang=opts.lang):
            message(line)
        code = None
        while code is None:
            opts.tell("resolve.review.ask")
            answer = sys.stdin.readline()
            if not answer or answer.strip().casefold() in {"q", "quit"}:
                opts.tell("resolve.review.asked", n=answered, left=len(plan.left) - answered)
                return
            if not answer.strip():
                break
            offered = [candidate.code for candidate in group.candidates]
            code = chosen_code(answer.strip(), offered, known, referential if kind == "title" else None)
            if code is None:
                opts.tell("resolve.review.not_understood", choice=answer.strip()[:80])
        if code is not None:
            chosen, answered = chosen | {group.key: code}, answered + 1
            write_choices(choices, chosen)
    opts.tell("resolve.review.asked", n=answered, left=len(plan.left) - answered)


def _write_review(opts: CommandOptions, done: "Review", kind: "Kind") -> None:

    session, lang = opts.session, opts.lang
    about = partial(lookups.resolution_envelope, session.referential, session.settings.titles, kind)
    show = opts.on_screen(lambda lang: lookups.review_page(done, lang=lang), session.referential)
    opts.emit_list(done.worklist, lookups.review_line(done, lang=lang), lambda: about(dicts(done.rows, lang)), show)


@shared("source column referential overlay form output lang")
def migrate(
    opts: CommandOptions,
    codes: Annotated[list[str] | None, argument("old_codes")] = None,
    old: Annotated[str | None, option("from_version", "--from")] = None,
    title: Annotated[str, option("migrate_title", "--title")] = "",
    title_column: Annotated[str | None, option("title_column", "--title-column")] = None,
    bridge: Annotated[list[Path] | None, option("bridge", "--bridge")] = None,
    to: Annotated[str | None, option("migrate_to", "--to")] = None,
) -> bool:
    """Migrate codes, the codes of a list, every code of the older version, or an overlay."""
    from passerelles.matching.migrate import Bridge, Versions, read_crosswalk

    if to is not None:
        if codes is None or len(codes) != 1 or opts.source is not None:
            raise PasserellesError("migrate_needs_overlay")
        return _migrate_overlay(opts, codes[0], to, old)
    if (opts.source is not None and codes) or (opts.source is None and not codes and old is None):
        raise PasserellesError("migrate_needs")
    if opts.source is None:
        opts.refuse_unused("list_needed", column=opts.column, title_column=title_column)
    else:
        opts.refuse_unused("migrate_list_alone", title=title)
        opts.check_list_output()
    new = opts.session.referential
    before = opts.open(old).referential if old is not None else None
    versions = Versions(new, before)
    if before is not None and before.family != new.family:  # two families, with the crosswalks between them
        versions = Bridge(new, before, [read_crosswalk(path) for path in bridge or ()])
    else:
        opts.refuse_unused("migrate_one_family", bridge=bridge)
    if opts.source is not None:
        _migrate_rows(opts, opts.source, title_column, versions)
        return True
    migrations = [versions.migrate(code, title) for code in codes] if codes else versions.all()
    _emit_migrations(opts, versions, migrations)
    return not all(m.outcome == "unknown" for m in migrations)


def _emit_migrations(
    opts: CommandOptions, versions: "Versions", migrations: "Sequence[Migration]", worklist: "Worklist | None" = None
) -> None:
    """Write where codes lead, or the list that they stand in."""
    old, new, lang = versions.old, versions.new, opts.lang
    moves = None if old is None or old.family != new.family else versions.moves()
    names = {"new": f"{new.name} {new.version}", "old": "" if old is None else f"{old.name} {old.version}"}
    title = opts.say("resolve.migrate.title" if old is not None else "resolve.migrate.title_parent", **names)
    payload = partial(lookups.migration_envelope, new, old, migrations, moves, lang=lang)

    def page(lang: Lang) -> Page:
        page = lookups.migration_page(migrations, moves, title=title, lang=lang)
        return page._replace(notes=[*page.notes, *(envelope.source_lines(old, lang=lang) if old is not None else ())])

    show = opts.on_screen(page, new)
    if worklist is not None:
        opts.emit_list(worklist, lookups.migration_line(migrations, lang=lang), payload, show)
    else:
        opts.emit(payload, [lookups.migration_sheet(migrations, lang=lang)], show)


def _migrate_rows(opts: CommandOptions, source: Path, title_column: str | None, versions: "Versions") -> None:
    from passerelles.matching.migrate import migrate_list
    from passerelles.matching.worklist import read_worklist

    is_row = _bare(opts, lambda text: versions.migrate(text, "").outcome != "unknown")
    worklist = read_worklist(source, column=opts.column, is_row=is_row, head="code")
    name = chosen_column(worklist, opts.column)
    titles = chosen_column(worklist, title_column) if title_column is not None else None
    done, migrations = migrate_list(versions, worklist, name, title_column=titles, lang=opts.lang)
    _emit_migrations(opts, versions, migrations, done)


def _migrate_overlay(opts: CommandOptions, place: str, to: str, old: str | None) -> bool:
    """Bring an overlay to a new version, into a workbook; negative where a person must decide."""
    from passerelles.matching.migrate import Versions, migrate_overlay

    versions = Versions(opts.open(to).referential, opts.open(old).referential if old is not None else None)
    done = migrate_overlay(place, versions, lang=opts.lang)
    write_workbook(done.pages, opts.output)
    opts.tell("cli.written", path=opts.output)
    opts.tell("resolve.migrate.overlay", kept=done.kept, moved=done.moved, open=done.open)
    if done.refused:
        opts.tell("resolve.migrate.refused", list="; ".join(done.refused))
    return not done.open


@shared("referential overlay no_access limit form output lang")
def search(
    opts: CommandOptions,
    words: Annotated[list[str], argument("overlay.words")],
    kind: Annotated[list[str] | None, option("overlay.kinds", "--kind")] = None,
) -> bool:
    """Look for competencies, credentials, titles and occupations by words of their labels."""
    from passerelles.matching.index import SearchHit, Sought
    from passerelles.matching.index import search as look_for

    wanted = [s for s in get_args(Sought) if kind is None or s in kind]
    if set(kind or ()) - set(wanted):
        raise PasserellesError("search_kind", kind=", ".join(kind or ()), known=", ".join(get_args(Sought)))
    loaded, lang = opts.with_access(), opts.lang
    matches = look_for(loaded, " ".join(words), kinds=wanted, limit=opts.limit)
    sheet = Sheet("found", SearchHit.spec.columns, lambda: matches, lang)

    def show(console: "terminal.Screen") -> None:
        if not matches:
            console.print(opts.say("overlay.nothing_found", words=" ".join(words)))
        terminal.print_sheet(console, sheet)
        envelope.print_dim(console, envelope.source_lines(loaded, lang=lang))

    opts.emit(lambda: envelope.unscored_envelope("search@1", loaded, dicts(matches, lang)), [sheet], show)
    return bool(matches)
