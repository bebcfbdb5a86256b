"""The BMO survey: masked cells are bounds, basins keep their zeros, departments are summed, columns go by name."""

from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from market_files import BMO_2024, BMO_ROWS, CROSSWALK, bmo_row, market_folder, write, write_bmo
from passerelles.errors import PasserellesError
from passerelles.io.archive import MAX_FILE_BYTES
from passerelles.io.xlsx import is_workbook
from passerelles.market.figures import Figure, Interval, share, source_figure, total, unknown
from passerelles.market.market import load_market
from passerelles.market.read import Scan, scan_all


def test_masked_cells_are_bounds_never_zero(tmp_path: Path) -> None:
    survey = load_market(write_bmo(tmp_path / "f.xlsx", BMO_ROWS)).survey()
    masked = survey.projects("0101", "J3Z43")
    assert masked.openings("").difficult_share.interval == Interval(0.25, 1.0)
    assert masked == (Interval(1, 4), Interval(1, 4), Interval(1, 4))
    counts = {dict(n.values)["column"]: n.count for n in survey.notices if n.code == "secret_cells"}
    assert counts == {"met": 2, "xmet": 2, "smet": 5}


def test_departments_of_a_basin_are_summed_with_their_bounds(tmp_path: Path) -> None:
    survey = load_market(write_bmo(tmp_path / "f.xlsx", BMO_ROWS)).survey()
    redon = survey.projects("5313", "J3Z43")
    assert redon.met == Interval(51, 54)
    assert redon.xmet == Interval(15, 18)
    assert sum(row[:2] == ("5313", "J3Z43") for row in survey.rows) == 2
    assert survey.basins["5313"].departments == ("35", "44")
    assert survey.families_in["5313"] == ("J3Z43", "W1Z80")


def test_basin_codes_get_their_zeros_back(tmp_path: Path) -> None:
    survey = load_market(write_bmo(tmp_path / "f.xlsx", BMO_ROWS)).survey()
    assert set(survey.basins) == {"5313", "0101", "7549"}
    [refilled] = [n for n in survey.notices if n.code == "zero_filled"]
    assert refilled.count == 2


def test_columns_go_by_name_in_any_order(tmp_path: Path) -> None:
    shuffled = ("smet", "BE23", "met", "NOMBE23", "Dept", "xmet", "annee", "Code métier BMO", "Nom métier BMO")
    rest = ("Famille_met", "Lbl_fam_met", "NomDept", "REG", "NOM_REG")
    one = load_market(write_bmo(tmp_path / "1.xlsx", BMO_ROWS)).survey()
    two = load_market(write_bmo(tmp_path / "2.xlsx", reversed(BMO_ROWS), (*shuffled, *rest))).survey()
    assert one.rows == two.rows
    assert one.basins == two.basins
    assert one.family_labels == two.family_labels == {
        "A0Z40": "Famille agricole", "J3Z43": "Famille route", "W1Z80": "Famille formation"
    }  # fmt: skip


def test_a_producer_may_leave_out_departments_and_names_of_basins(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", "Code métier BMO;BE26;met;annee\nJ3X43;5313;12;2026\nJ3X43;5313;7;2026\n")
    survey = load_market(path).survey()
    assert survey.projects("5313", "J3X43").met == Interval(12, 12)
    assert survey.basins["5313"].name == "5313"
    assert sum(n.code == "duplicate_code" for n in survey.notices) == 1


def test_what_cannot_be_read_is_unknown_and_said(tmp_path: Path) -> None:
    rows = [
        bmo_row("J3Z43", 5313, "35", "beaucoup", None, -3),
        bmo_row("J3Z43", 5313, "35", "7"),
        bmo_row("", 5313, "35", "7"),
        bmo_row("W1Z80", 5313, "35", "7", annee=2019),
        bmo_row("A0Z40", 5313, "35", 0),
    ]
    survey = load_market(write_bmo(tmp_path / "f.xlsx", rows)).survey()
    assert survey.projects("5313", "J3Z43") == (None, None, None)
    assert survey.projects("5313", "A0Z40").met == Interval(0, 0)
    assert survey.projects("5313", "A0Z40").openings("").difficult_share.interval is None
    codes = Counter(n.code for n in survey.notices)
    assert codes["invalid_value"] == 2  # "beaucoup", -3
    assert codes["unknown_cell"] == codes["duplicate_code"] == codes["empty_code"] == codes["mixed_years"] == 1
    assert {n.line for n in survey.notices if n.code in ("duplicate_code", "empty_code", "mixed_years")} == {3, 4, 5}


def test_missing_columns_leave_their_figures_unknown(tmp_path: Path) -> None:
    header = [c for c in BMO_2024 if c not in ("xmet", "smet")]
    rows = [row | {"annee": 2024} for row in BMO_ROWS]
    survey = load_market(write_bmo(tmp_path / "f.xlsx", rows, header)).survey()
    assert survey.projects("5313", "W1Z80") == (Interval(16, 16), None, None)
    missing = {dict(n.values)["column"] for n in survey.notices if n.code == "missing_optional_column"}
    assert missing == {"xmet", "smet"}


def test_the_year_and_the_families_tell_the_nomenclature(tmp_path: Path) -> None:
    market = load_market(market_folder(tmp_path))
    assert market.years == ("2023", "2024")
    assert market.survey(2023).nomenclature == "FAP2009"
    assert market.survey("2024").nomenclature == "FAP2021"
    with pytest.raises(PasserellesError, match="1999"):
        market.survey(1999)
    assert market.survey().year == "2023"  # the latest that the crosswalk joins to ROME
    assert not market.survey(2024).notices or "nomenclature_differs" not in {
        n.code for n in market.survey(2024).notices
    }


def test_families_that_contradict_the_year_are_said(tmp_path: Path) -> None:
    write(tmp_path / "c.csv", CROSSWALK)
    write_bmo(tmp_path / "f.xlsx", [row | {"annee": 2024} for row in BMO_ROWS], BMO_2024)
    survey = load_market(tmp_path).survey()
    assert survey.nomenclature == "FAP2009"
    assert "nomenclature_differs" in {n.code for n in survey.notices}


def test_surveys_are_read_on_first_use_and_only_the_wanted_ones(tmp_path: Path) -> None:
    market = load_market(market_folder(tmp_path))
    assert [b.is_read for b in market.bmo] == [False, False]
    market.survey()
    assert [b.is_read for b in market.bmo] == [True, False]
    only = load_market(tmp_path, years=[2023])
    assert only.years == ("2023",)
    assert [dict(n.values)["year"] for n in only.notices if n.code == "year_not_wanted"] == ["2024"]
    with pytest.raises(PasserellesError, match="2023"):
        only.survey(2024)


def test_a_file_that_changes_under_the_reader_is_refused(tmp_path: Path) -> None:
    path = write_bmo(tmp_path / "f.xlsx", BMO_ROWS)
    market = load_market(path)
    write_bmo(path, BMO_ROWS[:1])
    with pytest.raises(PasserellesError) as caught:
        market.survey()
    assert caught.value.key == "market_file_changed"


def test_files_carry_their_provenance(tmp_path: Path) -> None:
    market = load_market(market_folder(tmp_path))
    market.survey(2023)
    files = {f.record.name: f for f in market.files}
    assert set(files) == {"x/un.xlsx", "deux.xlsx", "a.csv", "b.csv", "y/z/c.txt", "d.csv"}
    assert files["x/un.xlsx"].year == "2023"
    assert files["x/un.xlsx"].record.rows == len(BMO_ROWS)
    assert files["a.csv"].record.encoding == "cp1252"
    assert all(len(f.record.sha256) == 64 and f.source for f in files.values())
    [others] = [n for n in market.notices if n.code == "other_files"]
    assert (others.count, "autre.csv" in others.what("fr")) == (1, True)


def test_two_files_of_one_year_are_not_mixed(tmp_path: Path) -> None:
    write_bmo(tmp_path / "a.xlsx", BMO_ROWS)
    write_bmo(tmp_path / "b.xlsx", BMO_ROWS[:1])
    market = load_market(tmp_path)
    assert len(market.survey().rows) == len(BMO_ROWS)
    assert [n.file for n in market.notices if n.code == "duplicate_dataset"] == ["b.xlsx"]


def test_openings_say_where_they_come_from_and_why_they_are_unknown(tmp_path: Path) -> None:
    market = load_market(market_folder(tmp_path))
    found = market.openings("W1Z80", "5313")
    assert (found.projects.value, found.projects.standing, found.projects.year) == (16, "observed", "2023")
    assert (found.projects.territory, found.projects.about) == ("5313", "W1Z80")
    assert found.difficult_share.value == 1.0
    assert found.seasonal_share.standing == "secret"
    assert market.openings("J3Z43", "5313").projects.standing == "secret"
    whys = [market.openings(f, b).projects.why for f, b in (("W1Z80", "0101"), ("W1Z80", "9999"), ("X0X00", "0101"))]
    assert whys == ["no_row", "basin_not_surveyed", "family_not_surveyed"]
    assert all(market.openings("W1Z80", "9999")[i].standing == "unknown" for i in range(3))


def test_columns_beyond_z_are_seen(tmp_path: Path) -> None:
    path = write_bmo(tmp_path / "f.xlsx", BMO_ROWS)
    book = openpyxl.load_workbook(path)
    book["données"].insert_cols(1, 30)
    book.save(path)
    assert load_market(path).survey().projects("5313", "W1Z80").met == Interval(16, 16)


def test_a_damaged_workbook_is_said_and_stops_nothing_else(tmp_path: Path) -> None:
    folder = market_folder(tmp_path)
    data = bytearray((folder / "deux.xlsx").read_bytes())
    for i in range(60, len(data) - 600):
        data[i] ^= 0x5A
    (folder / "deux.xlsx").write_bytes(data)
    market = load_market(folder)
    assert market.years == ("2023",)
    named = {n.file for n in market.notices if n.code == "unreadable_file"} | {
        dict(n.values).get("names", "") for n in market.notices if n.code == "other_files"
    }
    assert any("deux.xlsx" in text for text in named)


def test_a_workbook_of_something_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "vide.xlsx")
    assert is_workbook((tmp_path / "vide.xlsx").read_bytes())
    with pytest.raises(PasserellesError) as caught:
        load_market(tmp_path)
    assert caught.value.key == "no_market_data"
    with pytest.raises(PasserellesError) as caught:
        load_market(tmp_path / "absent")
    assert caught.value.key == "no_such_path"
    large = tmp_path / "sauvegarde.zip"
    with large.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(MAX_FILE_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(str(path)))  # nothing so large is read whole
    assert scan_all(large).others == ("sauvegarde.zip",)


def test_bounds_of_sums_and_shares() -> None:
    assert total([]) is None
    assert total([Interval(5, 5), Interval(1, 4), Interval(1, 4)]) == Interval(7, 13)
    assert total([Interval(5, 5), None]) is None
    assert share(Interval(1, 4), Interval(1, 4)) == Interval(0.25, 1.0)
    assert share(Interval(0, 0), Interval(0, 0)) is None
    assert share(None, Interval(5, 5)) is None
    with pytest.raises(ValueError, match="over its high end"):
        Interval(4, 1)


def test_figures_answer_in_three_ways_and_in_two_languages() -> None:
    figure = source_figure(Interval(3, 6), "", source="S", year="2023", territory="5313", about="J3Z43")
    assert (figure.between(3), figure.between(5), figure.between(7)) == ("yes", "unknown", "no")
    assert (figure.between(most=6), figure.between(most=5), figure.between(most=2)) == ("yes", "unknown", "no")
    assert figure.value is None
    assert "de 3 à 6" in figure.say("fr")
    assert "3 to 6" in figure.say("en")
    nothing = unknown("no_row")
    assert nothing.between(0) == nothing.between(most=9) == "unknown"
    assert nothing.say("fr").startswith("inconnu :")
    assert Figure(None, "unknown").say("en") == "unknown"


def test_the_published_survey_of_2023(real_data: Path) -> None:
    survey = load_market(real_data / "market" / "bmo-2023.xlsx").survey()
    assert (len(survey.rows), len(survey.basins), len(survey.family_labels)) == (50_437, 405, 199)
    assert min(r.met.low for _, _, _, r in survey.rows if r.met and r.met.exact) == 5
    assert all(len(code) == 4 for code in survey.basins)
    assert (survey.basins["7538"].name, survey.basins["5313"].departments) == ("BEARN", ("35", "56"))
    assert sum(n > 1 for n in Counter(row[:2] for row in survey.rows).values()) == 1_123
    masked = {dict(n.values)["column"]: n.count for n in survey.notices if n.code == "secret_cells"}
    assert masked == {"met": 9_196, "xmet": 17_304, "smet": 36_388}
    assert sum(int(r.met.low) for _, _, _, r in survey.rows if r.met and r.met.exact) == 3_013_134
    assert all(n.severity == "info" for n in survey.notices)


@pytest.mark.slow
def test_the_published_survey_of_2024_is_read_by_family_only(real_data: Path, real_scan: Scan) -> None:
    market = load_market(real_data, years=[2024], scanned=real_scan)
    survey = market.survey()
    assert (len(survey.rows), survey.nomenclature, len(survey.family_labels)) == (53_443, "FAP2021", 217)
    assert market.openings("A0X40", "0101").projects.value == 95
    assert "nomenclature_differs" not in {n.code for n in survey.notices}
