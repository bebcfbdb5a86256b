"""Tables of people's own in and out: lists that get more columns, and files of many profiles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import message, write_book, write_text
from passerelles.cli.options import Format
from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passerelles.graph.core import OccupationGraph
    from passerelles.matching.worklist import Worklist


InputOption = Annotated[Path | None, typer.Option("--input", "-i", help=say("cli.option.input"))]
ColumnOption = Annotated[str | None, typer.Option("--column", "-c", help=say("cli.option.column"))]


def list_form(form: Format, output: Path | None) -> Format:
    """
    Form of a list: the one asked for, else what the name of the output says.

    Checks what would make the run fail at its end: the name, the folder, the library.

    Raises
    ------
    PasserellesError
        If the name says nothing, the folder does not exist, or a workbook is asked for on stdout.
    MissingExtraError
        If a workbook is asked for and openpyxl is not installed.
    """
    from passerelles.io.atomic import check_free
    from passerelles.io.xlsx import can_write_workbooks

    if output is not None:
        check_free(output, overwrite=True)
        if form is Format.TABLE:
            known = {".csv": Format.CSV, ".xlsx": Format.XLSX, ".json": Format.JSON}
            if output.suffix.casefold() not in known:
                raise PasserellesError("resolve_output", path=output, known=", ".join(known))
            form = known[output.suffix.casefold()]
    if form is Format.XLSX and output is None:
        raise PasserellesError("excel_needs_output")
    if form is Format.XLSX and not can_write_workbooks():
        raise MissingExtraError("openpyxl", "excel")
    return form


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


def emit_list(
    worklist: "Worklist",
    form: Format,
    output: Path | None,
    *,
    about: "Mapping[str, Any]",
    lang: Lang,
    choice: tuple[int, int, int] | None = None,
) -> None:
    """
    Write a list as CSV or a workbook, whole or not at all, and say where.

    The list keeps the look and the column names that it came with, so that a second run reads it again; the workbook
    ends with a sheet that says where the answer comes from: `about`, the object that the command prints as JSON.
    `choice` is a column with a drop-down list, see `passerelles.views.excel.BookPage`.
    """
    from passerelles.matching.worklist import worklist_csv

    if output is None:
        write_text(worklist_csv(worklist), None)
        return
    if form is Format.XLSX:
        from passerelles.views.excel import BookPage

        page = BookPage(say("sheets.list", lang=lang), worklist.header, worklist.rows, choice=choice)
        write_book([page], about, output, lang=lang)
    else:
        write_text(worklist_csv(worklist), output)
    message(say("cli.written", lang=lang, path=output))


def rank_people(
    graph: "OccupationGraph",
    profiles: list[str],
    output: Path | None,
    rejects: Path | None,
    *,
    limit: int,
    form: str | None,
    lang: Lang,
) -> None:
    """
    Rank files of profiles and say how many were ranked and refused; what they hold is never shown.

    Raises
    ------
    PasserellesError
        If no output is given, or a file cannot be read or written.
    typer.Exit
        With 1 where not one profile was ranked.
    """
    from passerelles.bulk.files import inputs_of, rank_files
    from passerelles.bulk.profiles import need_arrow, rows_of_file
    from passerelles.progress import progress_bar

    need_arrow()
    if output is None:
        raise PasserellesError("profiles_need_output")
    files = inputs_of(profiles)
    counts = [rows_of_file(file) for file in files]
    total = None if None in counts else sum(n for n in counts if n is not None)
    with progress_bar(say("bulk.ranking", lang=lang), total=total, lang=lang) as tell:
        done = rank_files(graph, files, output, rejects=rejects, limit=limit, form=form, progress=tell, lang=lang)
    if done.kept:
        message(say("bulk.kept", lang=lang, n=done.kept))
    message(say("bulk.done", lang=lang, n=done.ranked, path=done.output))
    message(say("bulk.refused", lang=lang, n=done.refused, path=done.rejects))
    if not done.ranked:
        raise typer.Exit(1)


def refuse_beside_profiles(options: list[str]) -> None:
    """
    Refuse options that say nothing to a ranking of many people, rather than ignore them.

    Raises
    ------
    PasserellesError
        If there are any.
    """
    if options:
        raise PasserellesError("profiles_alone", options=", ".join(options))
