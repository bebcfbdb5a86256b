"""Workbooks, opened by an office suite: nothing lost, nothing computed."""

import csv
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from passerelles.cli.main import run
from passerelles.report.envelope import about_sheet, data_source_lines
from passerelles.views.excel import book_page, write_workbook
from passerelles.views.spec import Cell, Column, Sheet

# All sheets as UTF-8 CSV, one file each, cells as they are shown.
ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
HOSTILE = ["=1+1", "+1", "-2+3", "@SUM(A1)", '=HYPERLINK("x")', "<script>", "a\nb", "012", "1e5", "  x", "\u202f é"]


def _convert(office: str, files: list[Path], folder: Path) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", ALL_SHEETS, "--outdir", str(folder), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "rror" not in done.stderr


def _command(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    assert ended.value.code in (0, None)


def _check_looks(page: Any) -> None:
    """Heads that stand out, stay and filter; columns wide enough for a word; words in French, figures as figures."""
    several = page.page_setup.fitToWidth > 1  # pages side by side: each repeats what its rows are of
    assert (page.freeze_panes, page.print_title_cols) == (("B2", "$A:$A") if several else ("A2", None))
    assert page.auto_filter.ref.startswith("A1:")
    assert (page.page_setup.paperSize, page.oddFooter.center.text) == (9, "&A – &P / &N")  # A4
    for head in page[1]:
        assert (head.font.bold, head.font.name) == (True, "Calibri")  # as the cells
        assert head.fill.fgColor.rgb == "001F3864"
        width = page.column_dimensions[head.column_letter].width
        assert width >= max(map(len, str(head.value).split()), default=0)
        assert width <= 60
    for row in page.iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type != "f"
            if page.title == "Par groupe":  # a group is named by its value, and beside it in words
                continue
            assert cell.value not in (
                "held",
                "near",
                "missing",
                "yes",
                "unknown",
                "estimate",
                "feasible",
                "warning",
                "same words",
            )


def test_an_answer_says_an_empty_list_and_a_full_one_of_what_it_was_made_from() -> None:
    sheet = about_sheet({"schema": "rank@1", "settings": {"none": [], "some": ["a", "b"], "one": 2.0}}, lang="fr")
    assert [tuple(row)[1:] for row in sheet.items()][2:] == [("none", "–"), ("some", "a, b"), ("one", 2.0)]


@pytest.mark.external
def test_an_office_suite_reads_what_was_written(office: str, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[text, 1.25, 7, None] for text in HOSTILE]
    columns = [Column("what"), Column("value", "number"), Column("count", "integer"), Column("coverage", "share")]
    hostile = tmp_path / "hostile.xlsx"
    pages = [Sheet.of_rows("totals", columns, rows), Sheet.of_rows("parts", columns, [])]
    write_workbook([book_page(page, lang="fr") for page in pages], hostile)
    listed = tmp_path / "liste.csv"
    listed.write_text("titre\ncariste\n=1+1\n", encoding="utf-8")
    files = [hostile]
    for name, arguments in {
        "rank": ("rank", "K2110-B", "--overlay", "enseignement-conduite"),
        "paths": ("paths", "N4101", "K2110"),
        "evaluate": ("evaluate", "--methods", "cosine,random"),
        "validate": ("validate", "transitions"),
        "show": ("show", "N4101"),
        "resolve": ("resolve", "--input", str(listed)),
    }.items():
        files.append(tmp_path / f"{name}.xlsx")
        _command(*arguments, "--format", "xlsx", "--output", str(files[-1]))
    _convert(office, files, tmp_path)
    read = next(tmp_path.glob("hostile-*Totaux*.csv")).read_text(encoding="utf-8")
    cells = list(csv.reader(read.splitlines(keepends=True)))[1:]
    assert [row[0] for row in cells] == HOSTILE
    assert all(row[1].replace(",", ".") == "1.25" and row[2] == "7" and row[3] == "" for row in cells)
    for file in files[1:]:
        book = openpyxl.load_workbook(file)
        assert book.sheetnames[-1] == "Sources et réglages"
        for page in book:
            _check_looks(page)
            found = list(tmp_path.glob(f"{file.stem}-{page.title}.csv"))
            assert len(found) == 1, (file.name, page.title)
            lines = list(csv.reader(found[0].read_text(encoding="utf-8").splitlines(keepends=True)))
            assert len(lines) == page.max_row
            assert not any(cell.startswith(("#", "Err:")) and len(cell) < 8 for line in lines for cell in line)


def test_the_last_sheet_says_where_an_answer_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "classement.xlsx"
    _command("rank", "K2110", "--format", "xlsx", "--output", str(file), "--lang", "en")
    page = openpyxl.load_workbook(file)["Sources and settings"]
    about = {(str(a), str(b)): c for a, b, c in page.iter_rows(min_row=2, values_only=True)}
    assert about["Referential", "name"] == "transitions"
    assert len(str(about["Referential", "sha256"])) == 64
    assert ("Referential", "licence") in about
    assert about["Settings", "scorer"] == "default"
    assert about["Answer", "schema"] == "passerelles/rank@1"


def test_a_publisher_is_named_once_for_each_year_of_its_data_whatever_files_hold_them() -> None:
    sources = [
        {"source": s, "year": y} for s, y in (("Dares", "2025"), ("Dares", "2025"), ("Insee", None), (None, "1"))
    ]
    (line,) = data_source_lines(sources)
    assert (line.count("Dares"), line.count("Insee")) == (1, 1)
