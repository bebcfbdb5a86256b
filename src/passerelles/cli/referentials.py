"""Commands on referentials and overlays: validate, overlay, compile, cache, download, export, and schemas."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit, json_text, message, write_text
from passerelles.cli.options import (
    Format,
    FormatOption,
    LangOption,
    Language,
    NoAccessOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    accepting,
    load,
    load_graph,
    speak_below,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.referentials.referential import Referential

FileArgument = Annotated[Path, typer.Argument(help=say("overlay.file"))]
OnOption = Annotated[str | None, typer.Option("--referential", "-r", help=say("overlay.on"))]


overlay = typer.Typer()
overlay.callback(invoke_without_command=True, help=say("overlay.command"))(speak_below)


@overlay.command("new", help=say("overlay.new"))
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


@overlay.command("check", help=say("overlay.check"))
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


@overlay.command("install", help=say("overlay.install"))
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


@overlay.command("list", help=say("overlay.list"))
def list_(lang: LangOption = Language.FR) -> None:
    """List the names that ``--overlay`` and ``--referential`` take."""
    from passerelles.referentials.own_overlays import listed

    for kind, name, origin in listed():
        words = (say(f"overlay.kind.{kind}", lang=lang.lang), name, say(f"overlay.origin.{origin}", lang=lang.lang))
        typer.echo("{:<24}{:<32}{}".format(*words).rstrip())


@overlay.command("remove", help=say("overlay.remove"))
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


def compile(  # noqa: A001 - the name of the command
    output: Annotated[Path, typer.Option("--output", "-o", help=say("compile.output"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    settings: SettingsOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=say("compile.overwrite"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Compile an index."""
    from passerelles.compiled import compile_index
    from passerelles.io.atomic import check_free

    if not output.is_dir():
        check_free(output, overwrite=overwrite)  # before the work, not after
    graph = load_graph(referential, overlay, settings, no_access=no_access, lang=lang)
    written = compile_index(graph, output, overwrite=overwrite)
    files = [written] if written.is_file() else list(written.iterdir())
    size = sum(file.stat().st_size for file in files) / 1_000_000
    name = f"{graph.referential.name} {graph.referential.version}"
    message(say("compile.done", lang=lang.lang, path=written, name=name, n=len(graph.codes), megabytes=size))


def cache(
    clear: Annotated[bool, typer.Option("--clear", help=say("cache.clear"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """List the indexes of the cache, or clear them."""
    from passerelles.compiled import cached_indexes, clear_cache

    if clear:
        message(say("cache.cleared", lang=lang.lang, n=len(clear_cache())))
        return
    found = cached_indexes()
    for each in found:
        used = datetime.fromtimestamp(each.used).astimezone().strftime("%Y-%m-%d %H:%M")
        megabytes = each.size / 1_000_000
        typer.echo(say("cache.line", lang=lang.lang, name=each.place.name, megabytes=megabytes, used=used))
    if not found:
        message(say("cache.empty", lang=lang.lang))


def download(
    name: Annotated[str, typer.Argument(help=say("cli.argument.name"))],
    from_file: Annotated[Path | None, typer.Option("--from", help=say("cli.option.from_file"))] = None,
    lang: LangOption = Language.FR,
) -> None:
    """Download a referential, with a progress bar on stderr."""
    from passerelles.progress import progress_bar
    from passerelles.referentials.download import download_referential, read_download_record

    text = say("cli.downloading", lang=lang.lang, name=name)
    with progress_bar(text, unit="bytes", lang=lang.lang) as tell:
        path = download_referential(name, from_file=from_file, progress=tell)
    record = read_download_record(name)
    message(record.sentence(path, lang.lang) if record else say("cli.written", lang=lang.lang, path=path))


def export(
    path: Annotated[Path, typer.Argument(help=say("cli.argument.output"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    form: Annotated[str | None, typer.Option("--format", "-f", help=say("cli.option.export_format"))] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=say("cli.option.overwrite"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Export the typed graph."""
    from passerelles.graph.export import export_graph, graph_format

    chosen = graph_format(path, form)
    written = export_graph(
        load_graph(referential, overlay, no_access=no_access, lang=lang), path, format=chosen, overwrite=overwrite
    )
    message(say("cli.written", lang=lang.lang, path=written))


def schema(
    name: Annotated[str | None, typer.Argument(help=say("schema.name"))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("schema.output"))] = None,
    lang: LangOption = Language.FR,
) -> None:
    """Print or write JSON Schemas."""
    from passerelles.report.schemas import json_schema, names

    if name is None and output is not None and output.is_dir():
        found = list(names())
        for each in found:
            place = output / f"{each}.schema.json"
            write_text(json_text(json_schema(each), place), place)
        message(say("schema.written", lang=lang.lang, n=len(found), path=output))
        return
    shown = {each: json_schema(each) for each in names()} if name is None else json_schema(name)
    write_text(json_text(shown, output), output)
    if output is not None:
        message(say("cli.written", lang=lang.lang, path=output))
