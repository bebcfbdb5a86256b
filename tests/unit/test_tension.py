"""Tension by ROME and basin, and by family: classes 1 to 5, lost zeros, floats, nulls, a column name with a space."""

from pathlib import Path

from market_files import TENSION_FAP, TENSION_ROME, market_folder, write
from passerelles.market.market import load_market
from passerelles.market.read import Scan
from passerelles.market.tables import COMPONENTS, TensionTable


def _by_basin(path: Path, text: str = TENSION_ROME) -> TensionTable:
    table = load_market(write(path, text)).tension_by_basin
    assert table is not None
    return table


def _by_family(path: Path, text: str = TENSION_FAP) -> TensionTable:
    table = load_market(write(path, text)).tension_by_family
    assert table is not None
    return table


def test_each_component_goes_by_its_column_name(tmp_path: Path) -> None:
    row = _by_basin(tmp_path / "t.csv").rows["N4101", "5313"]
    assert row.tension == 5
    assert dict(zip(COMPONENTS, row.components, strict=True)) == {
        "hiring_intensity": 4, "labour_shortage": 3, "job_instability": 2, "working_conditions": 1,
        "geographic_mismatch": 5, "training_fit": 4,
    }  # fmt: skip


def test_basins_get_their_zeros_back_and_na_is_unknown(tmp_path: Path) -> None:
    table = _by_basin(tmp_path / "t.csv")
    row = table.rows["N4101", "0101"]
    assert row.components[COMPONENTS.index("training_fit")] is None
    assert ("N4101", "101") not in table.rows
    [unknown] = [n for n in load_market(tmp_path / "t.csv").notices if n.code == "unknown_cells"]
    assert (unknown.count, dict(unknown.values)["column"]) == (1, "training_fit")


def test_a_class_beyond_five_and_a_repeated_row_are_said(tmp_path: Path) -> None:
    text = TENSION_ROME + "2020;N4101;Conduite;5313;REDON;2;1;5;4;3;2;1;5;4\n2020;N4102;x;5313;R;2;1;6;0;3;2;1;5;4\n"
    table = _by_basin(tmp_path / "t.csv", text)
    assert table.rows["N4102", "5313"].tension is None
    notices = load_market(tmp_path / "t.csv").notices
    codes = [n.code for n in notices]
    assert codes.count("invalid_value") == 2
    assert [n.line for n in notices if n.code == "duplicate_code"] == [5]


def test_a_row_without_a_year_adds_none_to_those_of_the_table(tmp_path: Path) -> None:
    text = TENSION_ROME + ";N4102;x;5313;R;2;1;5;4;3;2;1;5;4\n2019;N4103;x;5313;R;2;1;5;4;3;2;1;5;4\n"
    table = _by_basin(tmp_path / "t.csv", text)
    assert ("N4102", "5313") in table.rows
    assert table.file.year == "2019, 2020"


def test_families_are_known_by_country_region_and_department(tmp_path: Path) -> None:
    table = _by_family(tmp_path / "t.csv")
    assert {t for c, t in table.rows if c == "J3Z43"} == {"FR", "region:01", "department:35", "department:44"}
    assert [table.rows["J3Z43", t].tension for t in ("FR", "region:01", "department:35")] == [3, 4, None]
    assert table.rows["J3Z43", "department:35"].components == (None,) * 6
    assert table.rows["J3Z43", "FR"].components == (5, 3, 2, 5, 4, 5)
    assert table.file.year == "2019"


def test_tensions_may_be_left_unread(tmp_path: Path) -> None:
    folder = market_folder(tmp_path)
    whole, less = load_market(folder), load_market(folder, tensions=False)
    assert whole.tension_by_basin is not None
    assert whole.tension_by_family is not None
    assert (less.tension_by_basin, less.tension_by_family) == (None, None)
    assert [t for t in whole.tables if not t.kind.startswith("tension")] == list(less.tables)
    assert set(less.notices) < set(whole.notices)
    assert (less.years, less.crosswalk, less.wages) == (whole.years, whole.crosswalk, whole.wages)


def test_the_published_tables(real_data: Path, real_scan: Scan) -> None:
    market = load_market(real_data, years=[], scanned=real_scan)
    basin, family = market.tension_by_basin, market.tension_by_family
    assert basin is not None
    assert family is not None
    assert tuple(map(len, (basin.rows, *map(set, zip(*basin.rows, strict=True))))) == (27_135, 397, 403)
    assert basin.file.year == "2021"
    assert [n.file for n in market.notices if n.code == "older_dataset"] == ["market/tension-rome-bassin-2020.csv"]
    assert all(len(t) == 4 for _, t in basin.rows)
    assert all(row.tension is not None for row in basin.rows.values())
    assert len(family.rows) == 31_034
    assert sum(row.tension is None for row in family.rows.values()) == 13_891
    assert {t.partition(":")[0] for t in {t for _, t in family.rows}} == {"FR", "region", "department"}
    assert len([t for t in {t for _, t in family.rows} if t.startswith("department")]) == 100
    assert len([t for t in {t for _, t in family.rows} if t.startswith("region")]) == 17
