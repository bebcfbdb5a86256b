"""Wages by family: three levels, the period that ends last, nothing invented."""

from pathlib import Path

import pytest

from market_files import WAGES, write
from passerelles.market.market import load_market
from passerelles.market.tables import Wages


def _wages(path: Path, text: str = WAGES) -> Wages:
    wages = load_market(write(path, text)).wages
    assert wages is not None
    return wages


def test_the_latest_period_wins_in_any_order(tmp_path: Path) -> None:
    wages = _wages(tmp_path / "w.csv")
    assert wages.latest["J3Z43"][1:] == ("2017-2019", 1903)
    head, *rows = WAGES.strip().splitlines()
    again = _wages(tmp_path / "v.csv", "\n".join([head, *reversed(rows)]) + "\n")
    assert again.latest == wages.latest


def test_a_family_without_a_wage_takes_the_broader_one(tmp_path: Path) -> None:
    wages = _wages(tmp_path / "w.csv")
    found = wages.nearest("W1Z80")
    assert found is not None
    assert (found.family, found.euros) == ("W1Z", 2100)
    assert wages.nearest("X0Z99") is None
    assert wages.nearest("Z") is None  # listed without a value: unknown, not zero


def test_unreadable_and_empty_cells_are_told_apart(tmp_path: Path) -> None:
    wages = _wages(
        tmp_path / "w.csv", WAGES + '"A0Z","2017-2019",-5\n"B0Z","2017-2019",beaucoup\n"J3Z43","2017-2019",9\n'
    )
    codes = [n.code for n in wages.notices]
    assert (codes.count("invalid_value"), codes.count("duplicate_code")) == (2, 1)
    assert [n.count for n in wages.notices if n.code == "unknown_cells"] == [4]
    assert wages.latest["A0Z"].euros is None
    assert wages.latest["J3Z43"].euros == 1903


@pytest.mark.real_data
def test_the_published_table(real_data: Path) -> None:
    wages = load_market(real_data / "market" / "salaire-median-fap.csv").wages
    assert wages is not None
    assert (len(wages.rows), len(wages.latest)) == (654, 327)
    assert sum(w.period == "2017-2019" for w in wages.latest.values()) == 303
    assert wages.latest["Ensemble"].euros == 1800
    assert wages.latest["W1Z80"].euros == 1780


def test_a_ratio_is_of_one_period_and_says_which_level_it_is_of(tmp_path: Path) -> None:
    rows = [
        "J3Z43,2003-2005,1200", "J3Z43,2017-2019,1900", "J,2003-2005,1300", "J,2016-2018,1710",
        "Ensemble,2003-2005,1450", "Ensemble,2016-2018,1800", "W1Z,2017-2019,2100",
    ]  # fmt: skip
    wages = _wages(tmp_path / "w.csv", '"Fap3","Annee","Salaire_median"\n' + "\n".join(rows) + "\n")
    found = wages.ratio("J3Z43")
    assert found == ("J", "2016-2018", 0.95)  # never 1,900 of 2017-2019 over 1,800 of 2016-2018
    assert wages.ratio("W1Z80") is None
