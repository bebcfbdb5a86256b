"""ROME to families: many to many, through the parent or the base, never through codes that look alike."""

from pathlib import Path

import pytest

from market_files import BMO_2024, CROSSWALK, bmo_row, market_folder, write, write_bmo
from passerelles.errors import PasserellesError
from passerelles.market.crosswalk import FapRome, Link, families_of, links_of, shares
from passerelles.market.market import Market, family_codes, load_market, reach, survey_families
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from small import occupation, referential


@pytest.fixture
def jobs() -> Referential:
    """N4103 lies under N4101; K2110-GL is a part of K2110; M1000 is in no family."""
    return referential(
        {code: ["a"] for code in ("N4101", "N4102", "K2110", "A1416", "M1000")},
        occupations=[
            occupation("N4103", parent="N4101"),
            occupation("K2110-GL", base="K2110", parent=None),
            occupation("K2199", parent="K2110"),
            occupation("K2199-X", base="K2199", parent=None),
        ],
    )


@pytest.fixture
def crosswalk(tmp_path: Path) -> FapRome:
    found = load_market(write(tmp_path / "c.csv", CROSSWALK, "cp1252")).crosswalk
    assert found is not None
    return found


def test_the_table_is_many_to_many_and_says_what_it_drops(crosswalk: FapRome) -> None:
    assert crosswalk.families_of_rome["K2110"] == ("J3Z43", "W1Z80")
    assert crosswalk.rome_of_family["J3Z43"] == ("K2110", "N4101", "N4102")
    assert crosswalk.without_rome == ("A0Z00",)
    codes = {n.code: n for n in crosswalk.notices}
    assert codes["rows_without_rome"].count == 1
    assert codes["duplicate_link"].line == 8
    assert codes["encoding_detected"].values == (("encoding", "cp1252"),)


def test_a_code_that_is_no_rome_code_is_not_joined(tmp_path: Path) -> None:
    found = load_market(write(tmp_path / "c.csv", "Fap;Rome\nJ3Z43;4101\nJ3Z43;N4101\n")).crosswalk
    assert found is not None
    assert found.pairs == (("J3Z43", "N4101"),)
    assert [n.line for n in found.notices if n.code == "invalid_value"] == [2]


def test_an_occupation_is_joined_by_itself_its_parent_or_its_base(crosswalk: FapRome, jobs: Referential) -> None:
    def join(code: str) -> tuple[tuple[str, ...], Link | None]:
        return families_of(crosswalk, jobs, code)

    assert join("N4101") == (("J3Z43",), Link("N4101", "direct"))
    assert join("N4103") == (("J3Z43",), Link("N4101", "parent"))
    assert join("K2110-GL") == (("J3Z43", "W1Z80"), Link("K2110", "base"))
    assert join("K2199-X") == (("J3Z43", "W1Z80"), Link("K2110", "base-parent"))
    assert join("M1000") == ((), None)
    assert links_of(jobs, "absent") == (Link("absent", "direct"),)


def test_family_codes_leave_specialised_occupations_to_their_base(tmp_path: Path, jobs: Referential) -> None:
    market = load_market(market_folder(tmp_path))
    assert dict(family_codes(market, jobs)) == {
        "A0Z40": ("A1416",),
        "J3Z43": ("K2110", "K2199", "N4101", "N4102", "N4103"),
        "W1Z80": ("K2110", "K2199"),
    }
    assert reach(market, jobs) == (("A1416", "K2110", "K2199", "N4101", "N4102", "N4103"), ("M1000",))


def test_families_of_2021_are_never_joined(tmp_path: Path, jobs: Referential) -> None:
    market = load_market(market_folder(tmp_path))
    assert survey_families(market, jobs, "A1416", year=2023) == ("A0Z40",)
    assert survey_families(market, jobs, "A1416", year=2024) == ()
    assert dict(family_codes(market, jobs, year=2024)) == {"A0X40": ()}
    assert reach(market, jobs, year=2024).reached == ()
    assert market.family_label("A0X41") == "Éleveurs"


def test_a_code_that_looks_alike_in_the_newer_families_joins_nothing(tmp_path: Path, jobs: Referential) -> None:
    folder = market_folder(tmp_path)
    rows = [bmo_row(family, 5313, "35", "9", annee=2024) for family in ("A0X40", "A0X41", "J3Z43")]
    write_bmo(folder / "deux.xlsx", rows, BMO_2024)
    market = load_market(folder)
    assert market.survey(2024).nomenclature == "FAP2021"
    assert survey_families(market, jobs, "N4101", year=2024) == ()
    assert market.openings("J3Z43", "5313", year=2024).projects.value == 9


def test_shares_are_equal_or_weighted_and_sum_to_one() -> None:
    assert dict(shares(("a", "b", "c", "d"))) == {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}
    assert dict(shares(("a", "b"), {"b": 2, "z": 9})) == {"a": 0, "b": 1}
    assert dict(shares(())) == {}
    for weights in ({"a": -1.0, "b": 3.0}, {"a": 0.0}, {"a": float("nan")}, {"a": float("inf")}):
        with pytest.raises(PasserellesError):
            shares(("a", "b"), weights)


@pytest.mark.real_data
def test_v460_reaches_the_families_of_2023(real_market: Market, rome4: Path) -> None:
    market, rome = real_market, load_referential(rome4)
    assert market.crosswalk is not None
    found = reach(market, rome)
    assert (len(found.reached), len(found.unreached)) == (1_496, 88)
    assert len({*found.reached, *found.unreached}) == 1_584
    assert "K2110" in found.reached
    covered = {family: codes for family, codes in family_codes(market, rome).items() if codes}
    sizes = [len(codes) for codes in covered.values()]
    assert (round(sum(sizes) / len(sizes), 1), max(sizes)) == (10.5, 86)
    by_number = [len(f) for f in market.crosswalk.families_of_rome.values()]
    assert [by_number.count(n) for n in (1, 2, 3)] == [330, 184, 17]


@pytest.mark.real_data
def test_tension_codes_are_in_v460_and_reach_it_through_the_parent(real_market: Market, rome4: Path) -> None:
    market, rome = real_market, load_referential(rome4)
    assert market.tension_by_basin is not None
    codes = market.tension_by_basin.codes
    assert codes <= set(rome.occupation_by_code)
    assert sum(any(link.code in codes for link in links_of(rome, o.code)) for o in rome.occupations) == 1_293
