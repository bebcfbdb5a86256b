"""What a result shows is said once: a column added in one place stands in every output."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path as File
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook

from passerelles import OccupationGraph, match_territory, rank_moves, rank_paths
from passerelles.cli.main import run
from passerelles.language.say import say
from passerelles.paths.path import Path
from passerelles.ranking.move import Move
from passerelles.report.schemas import json_schema
from passerelles.territory.discretion import publish, published
from passerelles.territory.flows import Flow
from passerelles.views.excel import BookPage, book_page, write_workbook
from passerelles.views.spec import Cell, Column, Record, Sheet, Withheld

SAMPLES = File(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"
TABLES = (SAMPLES / "redon-fragile.csv", SAMPLES / "redon-hiring.csv")
BRANCH = ("--overlay", "enseignement-conduite")
VALUE = "violet-42"
# Its label is one of the language files' that no result under test uses.
ADDED = Column("territory", value=lambda _item, _lang: VALUE)
LABEL = "Territoire"


class Case(NamedTuple):
    """A result, the command that prints it, and the schema of its items."""

    owner: type
    command: tuple[str, ...]
    make: Callable[[OccupationGraph], Any]
    schema: str
    record: str


CASES = {
    "move": Case(
        Move, ("rank", "K2110", *BRANCH, "--limit", "3"), lambda g: rank_moves(g, "K2110", limit=3), "rank", "move"
    ),
    "path": Case(
        Path,
        ("paths", "N1103", "N4101", "--limit", "2"),
        lambda g: rank_paths(g, "N1103", targets=["N4101"], limit=2),
        "paths",
        "path",
    ),
    "flow": Case(
        Flow,
        ("territory", "match", "--fragile", str(TABLES[0]), "--hiring", str(TABLES[1])),
        lambda g: match_territory(g, *TABLES),
        "territory",
        "flow",
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Case:
    found = CASES[request.param]
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setattr(found.owner, "spec", with_added(found.owner.spec))  # type: ignore[attr-defined]
    return found


def printed(case: Case, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run([*case.command, *more])
    out, err = capsys.readouterr()
    assert ended.value.code in (None, 0), err
    return out


def text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)


def with_added(spec: Record) -> Record:
    return Record(spec.name, spec.about, spec.columns, ADDED, beside=spec.beside)


def test_a_column_added_once_is_in_a_terminal(
    case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    text = printed(case, capsys)
    assert VALUE in text
    assert LABEL in text


def test_a_column_added_once_leaves_a_narrow_terminal_as_it_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    before = printed(CASES["move"], capsys)
    monkeypatch.setattr(Move, "spec", with_added(Move.spec))
    assert printed(CASES["move"], capsys) == before


def test_a_column_added_once_is_in_files(case: Case, capsys: pytest.CaptureFixture[str], tmp_path: File) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(case, capsys, "--format", "csv"))))
    assert {row["territory"] for row in rows} == {VALUE}
    printed(case, capsys, "--format", "xlsx", "--output", str(tmp_path / "a.xlsx"))
    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    heads, first = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)]
    assert first[heads.index(LABEL)] == VALUE


def test_a_column_added_once_is_in_json_and_its_schema(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    items = json.loads(printed(case, capsys, "--format", "json"))["results"]
    assert {item["territory"] for item in items} == {VALUE}
    schema = json_schema(case.schema)["$defs"][case.record]
    assert schema["properties"]["territory"] == {"type": ["string", "null"]}


def test_a_column_added_once_is_in_notebooks(case: Case, embedded_graph: OccupationGraph) -> None:
    found = case.make(embedded_graph)
    assert set(found.to_pandas()["territory"]) == {VALUE}
    assert VALUE in text_of(found.to_html())
    assert LABEL in text_of(found.to_html())


def test_a_column_of_moves_is_in_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: File
) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setattr(Move, "spec", with_added(Move.spec))
    with pytest.raises(SystemExit):
        run(["report", "--no-pictures", "--output", str(tmp_path / "r.html")])
    capsys.readouterr()
    text = text_of((tmp_path / "r.html").read_text("utf-8"))
    assert VALUE in text
    assert LABEL in text


def test_a_column_added_once_is_withheld_where_lines_are(
    monkeypatch: pytest.MonkeyPatch, embedded_graph: OccupationGraph
) -> None:
    monkeypatch.setattr(Flow, "spec", with_added(Flow.spec))
    found = published(publish(match_territory(embedded_graph, *TABLES)))
    hidden = [isinstance(flow, Withheld) for flow in found.flows]
    assert set(hidden) == {True, False}
    rows = found.sheets()[0].records()
    assert [row["territory"] for row in rows] == [None if each else VALUE for each in hidden]
    items = found.to_dict()["results"]
    assert [item.get("territory") for item in items] == [None if each else VALUE for each in hidden]


def test_a_screen_tells_what_is_withheld_apart_from_what_a_line_never_had() -> None:
    column = Column("x")
    assert column.screen(Withheld({}, {"x": None}), "fr") == say("terms.withheld", lang="fr")
    assert column.screen(Withheld({}, {}), "fr") is None


def test_a_table_on_a_terminal_makes_no_sheet_that_it_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    from passerelles import build_graph, load_referential
    from passerelles.ranking import move
    from passerelles.views.terminal import plain_screen, print_page

    moves = rank_moves(build_graph(load_referential("transitions")), "N4101", limit=3)
    page = moves.page()
    monkeypatch.setattr(move, "ITEM", None)  # what a sheet of competencies would read
    monkeypatch.setattr(move.Item, "to_dict", None)
    print_page(plain_screen(io.StringIO()), page)


def test_columns_of_results_that_nothing_fills_are_folded_away(tmp_path: File) -> None:
    rows: list[list[Cell]] = [["a", None, "", True], ["b", None, "", False]]
    columns = [Column("label"), Column("access"), Column("what"), Column("same_job", "flag")]
    of_results = book_page(Sheet.of_rows("totals", columns, rows), lang="fr")
    write_workbook([of_results, BookPage("form[1]", list("abcd"), rows, ["text"] * 4)], tmp_path / "two.xlsx")
    first, second = load_workbook(tmp_path / "two.xlsx").worksheets
    assert [first.column_dimensions[letter].hidden for letter in "ABCD"] == [False, True, True, False]
    assert first["D2"].number_format == "General"  # as text, a suite shows 1 for a yes
    assert not second.column_dimensions["B"].hidden


def test_a_cell_is_as_wide_and_as_exact_as_what_it_holds(tmp_path: File) -> None:
    """Hours are whole, or not; a yes among texts is no 1; a name in capitals has room beside its indent."""
    rows: list[list[Cell]] = [["CHATEAUBRIANT", 1540.0, True, 1.0], ["REDON", 13.4, 0.5, 0.25]]
    columns = [Column("basin"), Column("hours_expected", "number"), Column("value"), Column("coverage", "share")]
    write_workbook([book_page(Sheet.of_rows("totals", columns, rows), lang="fr")], tmp_path / "one.xlsx")
    sheet = load_workbook(tmp_path / "one.xlsx").worksheets[0]
    formats = {letter: [cell.number_format for cell in sheet[letter][1:]] for letter in "BCD"}
    assert formats == {"B": ["0", "0.00"], "C": ["General", "@"], "D": ["0%", "0%"]}  # all of something is 100 %
    assert sheet.column_dimensions["A"].width >= len("CHATEAUBRIANT") + 4


def test_what_is_typed_into_a_form_stays_text(tmp_path: File) -> None:
    """A code that begins with noughts keeps them: no spreadsheet takes it for a number."""
    write_workbook([BookPage("form", ["code"], [["0110"]], ["text"], open_rows=3)], tmp_path / "form.xlsx")
    sheet = load_workbook(tmp_path / "form.xlsx").worksheets[0]
    assert sheet.column_dimensions["A"].number_format == "@"
