"""``passerelles overlay``: write, check, install, list and remove overlays and referentials of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit, message
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    OutputOption,
    accepting,
    load,
    speak_below,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.referentials.referential import Referential

FileArgument = Annotated[Path, typer.Argument(help=say("overlay.file"))]
OnOption = Annotated[str | None, typer.Option("--referential", "-r", help=say("overlay.on"))]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer()
    group.callback(invoke_without_command=True, help=say("overlay.command"))(speak_below)
    group.command("new", help=say("overlay.new"))(new)
    group.command("check", help=say("overlay.check"))(check)
    group.command("install", help=say("overlay.install"))(install)
    group.command("list", help=say("overlay.list"))(list_)
    group.command("remove", help=say("overlay.remove"))(remove)
    app.add_typer(group, name="overlay")


def new(
    name: Annotated[str, typer.Argument(help=say("overlay.name"))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("overlay.output"))],
    referential: OnOption = None,
    whole: Annotated[bool, typer.Option("--whole", help=say("overlay.whole"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Write an empty workbook to fill in."""
    from passerelles.referentials.own_overlays import write_form

    base = None
    if referential is not None:
        loaded = load(referential, None)
        base = loaded.name, loaded.version
    write_form(name, output, schema="table" if whole else "overlay", base=base, lang=lang.lang)
    message(say("cli.written", lang=lang.lang, path=output))
    if not whole:
        message(say("overlay.next", lang=lang.lang, path=output))


def check(
    overlay: Annotated[str, typer.Argument(help=say("overlay.file"))],
    referential: OnOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Say all that is wrong with an overlay, or with a referential of one's own; exit 1 on errors."""
    from passerelles.referentials.own_overlays import kind_of
    from passerelles.referentials.places import place_of
    from passerelles.referentials.validate import check_overlay, validate
    from passerelles.views.terminal import print_page

    if kind_of(place_of(overlay, "overlay")) == "referential":
        report = validate(overlay)
    else:
        report = check_overlay(overlay, _base(overlay, referential, lang))

    def show(console: "Console") -> None:
        print_page(console, report.page(lang.lang), lang=lang.lang)

    answer = Answer(lambda: report.to_dict(lang.lang), report.sheets(lang.lang), show)
    emit(answer, form=form, output=output, lang=lang.lang)
    if not report.ok:
        raise typer.Exit(1)


def install(
    file: FileArgument,
    referential: OnOption = None,
    replace: Annotated[bool, typer.Option("--replace", help=say("overlay.replace"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Keep a copy under its name."""
    from passerelles.referentials.own_overlays import install as keep

    kept = keep(file, _base(file, referential, lang), replace=replace, accept_errors=accepting())
    message(say(f"overlay.installed.{kept.kind}", lang=lang.lang, name=kept.name))


def list_(lang: LangOption = Language.FR) -> None:
    """List the names that ``--overlay`` and ``--referential`` take."""
    from passerelles.referentials.own_overlays import listed

    for kind, name, origin in listed():
        words = (say(f"overlay.kind.{kind}", lang=lang.lang), name, say(f"overlay.origin.{origin}", lang=lang.lang))
        typer.echo("{:<24}{:<32}{}".format(*words).rstrip())


def remove(
    name: Annotated[str, typer.Argument(help=say("overlay.name"))],
    lang: LangOption = Language.FR,
) -> None:
    """Remove what was installed under a name."""
    from passerelles.referentials.own_overlays import remove as drop

    for kept in drop(name):
        message(
            say("overlay.removed", lang=lang.lang, kind=say(f"overlay.kind.{kept.kind}", lang=lang.lang), name=name)
        )


def _base(overlay: str | Path, named: str | None, lang: Language) -> "Referential":
    """Referential to check on: the one named, else the one that the overlay is written for, else the embedded one."""
    from passerelles.referentials.own_overlays import base_of
    from passerelles.referentials.places import named_place

    stated = named or base_of(overlay)
    if named is None and stated is not None and named_place(stated, "referential") is None:
        message(say("overlay.base_absent", lang=lang.lang, name=stated))
        stated = None
    return load(stated or "transitions", None)
