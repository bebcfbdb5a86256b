"""``passerelles migrate``: codes of an older version of a referential to those of the loaded one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, emit, message
from passerelles.cli.lists import ColumnOption, InputOption, chosen_column, emit_list, list_form
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    load,
)
from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from passerelles.matching.migrate import Migration, Versions

BridgeOption = Annotated[list[Path] | None, typer.Option("--bridge", help=say("cli.option.bridge"))]
TitleColumnOption = Annotated[str | None, typer.Option("--title-column", help=say("cli.option.title_column"))]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("migrate", help=say("cli.command.migrate"))(migrate)


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
    if done.open:
        raise typer.Exit(1)
