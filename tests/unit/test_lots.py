"""Tables of lots as people make them: everything wrong is told at once, with its row and column."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from passerelles import load_referential
from passerelles.errors import PasserellesError
from passerelles.market.places import Basin, Commune, Places
from passerelles.referentials.referential import Referential
from passerelles.territory.lots import Lot, LotsError, made
from passerelles.territory.reading import Locator, make_locator, read_lots, read_sides


@pytest.fixture(scope="module")
def embedded() -> Referential:
    return load_referential()


def fragile(*rows: tuple[Any, Any, Any, Any]) -> list[dict[str, Any]]:
    return [dict(zip(("employer", "job", "headcount", "basin"), row, strict=True)) for row in rows]


def problems(error: pytest.ExceptionInfo[LotsError]) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.key) for p in error.value.problems]


def test_everything_wrong_is_told_at_once_with_row_and_column(embedded: Referential, tmp_path: Path) -> None:
    first = tmp_path / "fragile.csv"
    first.write_text(
        "Employeur;Métier;Effectif;Bassin\n"
        "Alpha;H2909;12;Redon\n"
        ";H2909;3;Redon\n"
        "Beta;Zorglub quantique;3;Redon\n"
        "Gamma;H2905;-4;Redon\n"
        "Delta;H2905;2,5;Redon\n"
        "Epsilon;H2905;beaucoup;\n"
        "ALPHA;h2909;5;REDON\n"
        "gamma;H 2905;0,5;redon\n",
        encoding="cp1252",
    )
    second = tmp_path / "hiring.csv"
    second.write_text("employer,job,openings,basin\nB,N4101,,Redon\n", encoding="utf-8")
    with pytest.raises(LotsError) as error:
        read_sides(embedded, first, second, locator=Locator())
    assert [(p.file, p.row, p.column, p.key) for p in error.value.problems] == [
        ("fragile.csv", 3, "Employeur", "empty"),
        ("fragile.csv", 4, "Métier", "job_unknown"),
        ("fragile.csv", 5, "Effectif", "negative"),
        ("fragile.csv", 6, "Effectif", "fractional"),
        ("fragile.csv", 7, "Bassin", "empty"),
        ("fragile.csv", 7, "Effectif", "not_number"),
        ("fragile.csv", 8, "Employeur", "duplicate"),
        ("fragile.csv", 9, "Effectif", "fractional"),
        ("fragile.csv", 9, "Employeur", "duplicate"),
        ("hiring.csv", 2, "openings", "empty"),
    ]
    text = error.value.message("fr")
    assert "fragile.csv, ligne 6, colonne « Effectif »" in text
    assert text.count("\n  - ") == 10
    assert "row 2" in error.value.message("en")


def test_titles_codes_and_spaces_mean_the_same_job(embedded: Referential) -> None:
    label = embedded.occupation_by_code["N4101"].name
    rows = fragile(
        ("A", "N4101", 1, "Redon"),
        ("B", " n 4101 ", "1", "redon"),
        ("C", label.upper(), 1.0, "REDON"),
        ("D", "Moniteur / Monitrice d'auto-école", "1 000", "Redon"),
    )
    lots = read_lots(embedded, rows, "fragile")
    assert [(x.employer, x.job, x.people) for x in lots.lots] == [
        ("A", "N4101", 1), ("B", "N4101", 1), ("C", "N4101", 1), ("D", "K2110", 1000),
    ]  # fmt: skip
    assert {x.basin for x in lots.lots} == {"redon"}
    assert [(x.row, x.given) for x in lots.resolved()] == [(2, "n 4101"), (3, label.upper()), (4, rows[3]["job"])]


def test_a_title_that_is_not_exact_is_resolved_and_shown_with_its_confidence(embedded: Referential) -> None:
    lots = read_lots(embedded, fragile(("A", "MONITRICE AUTO ECOLE H/F", 4, "Redon")), "fragile")
    assert lots.lots[0].job == "K2110"
    assert 0 < lots.lots[0].confidence < 1
    assert lots.resolved()[0].to_dict()["given"] == "MONITRICE AUTO ECOLE H/F"


def test_a_choice_in_the_file_wins_over_the_title(embedded: Referential) -> None:
    rows = [{"employer": "A", "job": "conducteur", "headcount": 4, "basin": "Redon", "choix": "N4101"}]
    assert read_lots(embedded, rows, "fragile").lots[0].job == "N4101"


def test_merged_cells_and_a_title_above_the_header(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Emplois fragilisés 2026"])
    sheet.append(["Employeur", "Métier", "Effectif", "Bassin"])
    sheet.append(["Alpha", "H2909", 12, "Redon"])
    sheet.append([None, "H2905", 3, "Redon"])
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("A1:D1")
    path = tmp_path / "lots.xlsx"
    book.save(path)
    with pytest.raises(LotsError) as error:
        read_lots(embedded, path, "fragile")
    assert problems(error) == [(3, "Employeur", "merged"), (4, "Employeur", "empty")]
    sheet.unmerge_cells("A3:A4")
    sheet["A4"] = "Alpha"
    book.save(path)
    assert read_lots(embedded, path, "fragile").people == 15


def test_basins_are_looked_up_where_there_is_a_geography(embedded: Referential) -> None:
    locator = Locator(Places((Basin("5313", "REDON"), Basin("7218", "BEARN"))))
    lots = read_lots(
        embedded, fragile(("A", "N4101", 1, "redon"), ("B", "N4101", 1, "7218")), "fragile", locator=locator
    )
    assert [(x.basin, x.basin_label) for x in lots.lots] == [("5313", "REDON"), ("7218", "BEARN")]
    with pytest.raises(LotsError) as error:
        read_lots(embedded, fragile(("A", "N4101", 1, "Rodon")), "fragile", locator=locator)
    assert problems(error) == [(1, "basin", "basin_unknown")]
    assert "REDON" in error.value.message("fr")


class Survey:
    """A survey of two basins, one of which the geography lacks; counts how often it is read."""

    has_survey = True

    def __init__(self) -> None:
        self.read = 0

    def survey(self) -> "Survey":
        self.read += 1
        return self

    @property
    def basins(self) -> dict[str, Any]:
        return {b.code: SimpleNamespace(code=b.code, label=b.name) for b in (REDON, Basin("7549", "AIGUILLON"))}


REDON = Basin("5313", "REDON", ("35236",), 47.6, -2.1)


def test_a_basin_that_only_the_survey_knows_is_found_and_its_distance_unknown() -> None:
    agen = Basin("7535", "AGEN", ("47004",), 44.2, 0.6)
    places = Places((REDON, agen), (Commune("47004", "Aiguillon", "7535", 44.3, 0.3),))
    survey = Survey()
    locator = make_locator(places, survey)  # type: ignore[arg-type]
    assert locator.find("redon") == ("5313", "REDON")
    assert survey.read == 0  # reading a survey takes seconds
    # The survey's own basin of that name comes before a commune of it, whose basin is another.
    assert locator.find("7549") == locator.find("Aiguillon") == ("7549", "AIGUILLON")
    assert locator.km("7549", "5313") is None
    assert locator.km("7549", "7549") == 0.0
    assert survey.read == 1
    assert make_locator(places).find("Aiguillon") == ("7535", "AGEN")


def test_missing_columns_and_empty_tables(embedded: Referential, tmp_path: Path) -> None:
    with pytest.raises(LotsError) as error:
        read_lots(embedded, [{"employer": "A", "job": "N4101"}], "fragile")
    assert [p.column for p in error.value.problems] == ["basin", "headcount"]
    path = tmp_path / "vide.csv"
    path.write_text("employer,job,headcount,basin\n", encoding="utf-8")
    with pytest.raises(LotsError) as error:
        read_lots(embedded, path, "fragile")
    assert problems(error) == [(0, "", "no_row")]
    with pytest.raises(PasserellesError) as missing:
        read_lots(embedded, tmp_path / "absent.csv", "fragile")
    assert missing.value.key == "no_such_path"


def test_a_row_of_the_wrong_length_is_a_problem(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "court.csv"
    path.write_text("employer,job,headcount,basin\nA,N4101,3\nB,N4101,3,Redon\n", encoding="utf-8")
    with pytest.raises(LotsError) as error:
        read_lots(embedded, path, "fragile")
    assert problems(error) == [(2, "basin", "empty")]


def test_lots_and_data_frames_are_tables_too(embedded: Referential) -> None:
    pandas = pytest.importorskip("pandas")
    rows = fragile(("A", "N4101", 3, "Redon"))
    lots = read_lots(embedded, pandas.DataFrame(rows), "fragile")
    assert lots.people == 3
    assert (
        read_lots(embedded, [Lot("A", "N4101", "redon", people=3, basin_label="Redon")], "fragile").lots[0].key
        == lots.lots[0].key
    )
    assert read_lots(embedded, made("fragile", lots.lots), "fragile").lots == lots.lots
