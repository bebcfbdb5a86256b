"""An answer and the four ways to write it: a table that people read, JSON, CSV, Excel; never a partial file."""

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from passerelles.cli.options import Format
from passerelles.files.atomic import atomic_file
from passerelles.language.say import Lang
from passerelles.tables.sheet import Sheet

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Answer:
    """
    What a command found.

    `payload` is the whole JSON object; `sheets` its rows for CSV (the first one) and Excel (all); `show` prints it
    on a terminal.
    """

    payload: dict[str, Any]
    sheets: Sequence[Sheet]
    show: Callable[["Console"], None]


def emit(answer: Answer, *, form: Format, output: Path | None, lang: Lang) -> None:
    """
    Write an answer on stdout, or whole into `output`.

    Raises
    ------
    PasserellesError
        If the file cannot be written, or Excel is asked for on stdout.
    """
    if form is Format.XLSX:
        from passerelles import __version__
        from passerelles.report.about import about_sheet
        from passerelles.report.excel import write_workbook

        about = about_sheet(answer.payload, version=__version__, lang=lang)
        write_workbook([*answer.sheets, about], output, lang=lang)
        return
    text = {Format.TABLE: _table, Format.JSON: _json, Format.CSV: _csv}[form](answer, output)
    if output is None:
        if text:
            sys.stdout.write(text)
    else:
        with atomic_file(output, overwrite=True) as file:
            file.write(text.encode("utf-8"))


def _table(answer: Answer, output: Path | None) -> str:
    """Print on the terminal as it is; into a file without colour and 100 columns wide."""
    from rich.console import Console

    if output is None:
        answer.show(Console(highlight=False))
        return ""
    buffer = io.StringIO()
    answer.show(Console(file=buffer, width=100, highlight=False, no_color=True))
    return buffer.getvalue()


def _json(answer: Answer, _output: Path | None) -> str:
    return json.dumps(answer.payload, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _csv(answer: Answer, _output: Path | None) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    sheet = answer.sheets[0]
    writer.writerow([column.key for column in sheet.columns])
    writer.writerows([["" if cell is None else cell for cell in row] for row in sheet.rows])
    return buffer.getvalue()


def message(text: str) -> None:
    """Say something to the person, beside the result."""
    typer.echo(text, err=True)
