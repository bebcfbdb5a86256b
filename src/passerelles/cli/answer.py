"""An answer and the ways to write it: a table that people read, JSON, CSV, Excel, a picture; never a partial file."""

import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from passerelles.cli.options import Format, Language
from passerelles.io.atomic import atomic_file
from passerelles.io.csv import csv_text
from passerelles.language.say import Lang, say
from passerelles.views.spec import Sheet

if TYPE_CHECKING:
    from passerelles.charts.drawing import Chart
    from passerelles.notices import Notice
    from passerelles.territory.lots import Lots
    from passerelles.views.excel import BookPage
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
