"""An answer and the ways to write it: a table that people read, JSON, CSV, Excel, a picture; never a partial file."""

import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.options import Format, Language
from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.io.atomic import atomic_file
from passerelles.io.csv import csv_text
from passerelles.language.say import Lang, say
from passerelles.views.spec import Sheet

if TYPE_CHECKING:
    from passerelles.charts.drawing import Chart
    from passerelles.graph.core import OccupationGraph
    from passerelles.market.own_lists import ObservedMoves
    from passerelles.matching.worklist import Worklist
    from passerelles.notices import Notice
    from passerelles.referentials.referential import Referential
    from passerelles.session import Session
    from passerelles.territory.lots import Lots
    from passerelles.views.excel import BookPage
    from passerelles.views.spec import Page
    from passerelles.views.terminal import Screen


@dataclass(frozen=True)
class Answer:
    """
    What a command found.

    `payload` gives the whole JSON object; `sheets` are its rows for CSV (the first one) and Excel (all); `show` prints
    it on a terminal. Only what is asked for is made.
    """

    payload: Callable[[], Mapping[str, Any]]
    sheets: Sequence[Sheet]
    show: Callable[["Screen"], None]


def on_screen(page: "Callable[[Lang], Page]", referential: "Referential", lang: Language) -> Callable[["Screen"], None]:
    """Return what prints the page of a result and, below it, where the data come from."""

    def show(console: "Screen") -> None:
        from passerelles.report.envelope import print_notice_of_source
        from passerelles.views.terminal import print_page

        print_page(console, page(lang.lang), lang=lang.lang)
        print_notice_of_source(console, referential, lang=lang.lang)

    return show


def emit(answer: Answer, *, form: Format, output: Path | None, lang: Lang) -> None:
    """
    Write an answer on stdout, or whole into `output`.

    Raises
    ------
    PasserellesError
        If the file cannot be written, or Excel is asked for on stdout.
    """
    if form is Format.XLSX:
        from passerelles.views.excel import book_page

        write_book([book_page(sheet, lang=lang) for sheet in answer.sheets], answer.payload(), output, lang=lang)
        return
    if form is Format.CSV and output is not None:
        from passerelles.io.atomic import told_file
        from passerelles.report.envelope import about_payload

        with told_file(output, about_payload(answer.payload())) as file:
            file.write(_csv(answer).encode("utf-8"))
        return
    if form is Format.TABLE:
        text = _table(answer, output, lang)
    else:
        text = json_text(answer.payload(), output) if form is Format.JSON else _csv(answer)
    write_text(text, output)


def write_book(pages: "Sequence[BookPage]", about: Mapping[str, Any], output: Path | None, *, lang: Lang) -> None:
    """Write a workbook that ends with a sheet which says where the answer comes from: `about`, its JSON object."""
    from passerelles import __version__
    from passerelles.report.envelope import about_sheet
    from passerelles.views.excel import book_page, write_workbook

    write_workbook([*pages, book_page(about_sheet(about, version=__version__, lang=lang), lang=lang)], output)


def write_text(text: str, output: Path | None) -> None:
    """
    Write a text on stdout, or whole into a file.

    Raises
    ------
    PasserellesError
        If the file cannot be written.
    """
    if output is None:
        if text:
            sys.stdout.write(text)
        return
    with atomic_file(output, overwrite=True) as file:
        file.write(text.encode("utf-8"))


def _table(answer: Answer, output: Path | None, lang: Lang) -> str:
    """Print on a terminal as it is; into a pipe or a file without colour, nor blanks at the ends of lines."""
    from passerelles.views.terminal import WIDTH, Screen, paper, trimmed

    screen = Screen(lang=lang)
    if output is None and sys.stdout.isatty():
        answer.show(screen)
        return ""
    buffer = io.StringIO()
    answer.show(paper(buffer, lang=lang, width=screen.width if output is None else WIDTH))
    return trimmed(buffer.getvalue())


def json_text(payload: object, output: Path | None) -> str:
    """Return JSON as it is printed; in escapes where the terminal cannot show every character."""
    escaped = output is None and not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    return json.dumps(payload, ensure_ascii=escaped, indent=2, allow_nan=False) + "\n"


def _csv(answer: Answer) -> str:
    sheet = answer.sheets[0]
    return csv_text([column.key for column in sheet.columns], sheet.rows)


def message(text: str) -> None:
    """Say something to the person, beside the result."""
    typer.echo(text, err=True)


def tell_reading(lots: "Lots", lang: Lang) -> None:
    """Say what reading a table of lots set aside, row by row, and did with the others."""
    from passerelles.territory.lots import reading_notes

    for note in reading_notes([lots]):
        message(note.sentence(lang))
    for problem in lots.set_aside:
        message(f"  {problem.sentence(lang)}")


def tell_notices(notices: "Iterable[Notice]", lang: Lang) -> None:
    """Say what reading a table of the user's own left out or changed, row by row."""
    for notice in notices:
        message(f"  {notice.sentence(lang)}")


def observed_of(session: "Session", lang: Language) -> "ObservedMoves | None":
    """Return the moves that people were seen to make, where a table was named; rows of it set aside are said."""
    if session.observed_moves is not None:
        tell_notices(session.observed_moves.notices, lang.lang)
    return session.observed_moves


def check_chart(path: Path | None) -> None:
    """
    Check that a chart can be drawn and written, before the work and not after.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    PasserellesError
        If the ending of the name is no format known, or one may not write there.
    """
    if path is None:
        return
    from passerelles.charts.drawing import form_of
    from passerelles.io.atomic import check_free

    form_of(path)
    check_free(path, overwrite=True)


def write_chart(path: Path | None, draw: "Callable[[], Chart]", *, lang: Language) -> None:
    """Draw a chart into a file where one is asked for, and say so."""
    if path is None:
        return
    from passerelles.charts.drawing import save

    save(draw(), path, overwrite=True)
    message(say("cli.written", lang=lang.lang, path=path))


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
