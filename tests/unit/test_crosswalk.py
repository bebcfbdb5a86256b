"""ROME to families: many to many, through the parent or the base, never through codes that look alike."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from market_files import BMO_2024, CROSSWALK, bmo_row, market_folder, write, write_bmo
from passerelles.errors import PasserellesError
from passerelles.market.market import Market, family_codes, load_market
from passerelles.market.read import FileRows, RecognisedFile, Scan, SourceKind, kinds
from passerelles.market.tables import FapRome, Link, families_of, links_of, shares
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


def test_the_table_is_many_to_many_and_says_what_it_drops(crosswalk: FapRome, tmp_path: Path) -> None:
    assert crosswalk.families_of_rome["K2110"] == ("J3Z43", "W1Z80")
    assert [rome for family, rome in crosswalk.pairs if family == "J3Z43"] == ["K2110", "N4101", "N4102"]
    codes = {n.code: n for n in load_market(tmp_path / "c.csv").notices}
    assert codes["rows_without_rome"].count == 1
    assert codes["duplicate_link"].line == 8
    assert codes["encoding_detected"].values == (("encoding", "cp1252"),)


def test_a_code_that_is_no_rome_code_is_not_joined(tmp_path: Path) -> None:
    market = load_market(write(tmp_path / "c.csv", "Fap;Rome\nJ3Z43;4101\nJ3Z43;N4101\n"))
    assert market.crosswalk is not None
    assert market.crosswalk.pairs == (("J3Z43", "N4101"),)
    assert [n.line for n in market.notices if n.code == "invalid_value"] == [2]


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


def test_families_of_2021_are_never_joined(tmp_path: Path, jobs: Referential) -> None:
    market = load_market(market_folder(tmp_path))
    assert family_codes(market, jobs, year=2023)["A0Z40"] == ("A1416",)
    assert dict(family_codes(market, jobs, year=2024)) == {"A0X40": ()}


def test_a_code_that_looks_alike_in_the_newer_families_joins_nothing(tmp_path: Path, jobs: Referential) -> None:
    folder = market_folder(tmp_path)
    rows = [bmo_row(family, 5313, "35", "9", annee=2024) for family in ("A0X40", "A0X41", "J3Z43")]
    write_bmo(folder / "deux.xlsx", rows, BMO_2024)
    market = load_market(folder)
    assert market.survey(2024).nomenclature == "FAP2021"
    assert set(family_codes(market, jobs, year=2024).values()) == {()}
    assert market.openings("J3Z43", "5313", year=2024).projects.value == 9


def test_shares_are_equal_or_weighted_and_sum_to_one() -> None:
    assert dict(shares(("a", "b", "c", "d"))) == {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}
    assert dict(shares(("a", "b"), {"b": 2, "z": 9})) == {"a": 0, "b": 1}
    assert dict(shares(())) == {}
    odd: list[Any] = [{"a": -1.0, "b": 3.0}, {"a": 0.0}, {"a": float("nan")}, {"a": float("inf")}, {"a": "3"}]
    for weights in odd:
        with pytest.raises(PasserellesError):
            shares(("a", "b"), weights)


def test_v460_reaches_the_families_of_2023(real_market: Market, rome: Referential) -> None:
    market = real_market
    assert market.crosswalk is not None
    covered = {family: codes for family, codes in family_codes(market, rome).items() if codes}
    joined = {code for codes in covered.values() for code in codes}
    assert (len(joined), len(rome.occupations)) == (1_496, 1_584)
    assert "K2110" in joined
    sizes = [len(codes) for codes in covered.values()]
    assert (round(sum(sizes) / len(sizes), 1), max(sizes)) == (10.5, 86)
    by_number = [len(f) for f in market.crosswalk.families_of_rome.values()]
    assert [by_number.count(n) for n in (1, 2, 3)] == [330, 184, 17]


def test_tension_codes_are_in_v460_and_reach_it_through_the_parent(real_market: Market, rome: Referential) -> None:
    market = real_market
    assert market.tension_by_basin is not None
    codes = {code for code, _ in market.tension_by_basin.rows}
    assert codes <= set(rome.occupation_by_code)
    assert sum(any(link.code in codes for link in links_of(rome, o.code)) for o in rome.occupations) == 1_294  # of 2021


QUALIFICATIONS = """ROME;Intitule_ROME;Qualif;FAP341;Intitule_FAP341
A1416;Polyculture;0;A0X40;Agriculteurs
A1416;Polyculture;7;A1X80;Techniciens
A1416;Polyculture;9;A0X41a;Eleveurs de bovins
K2110;Formation en conduite;0;V4X80;Formateurs
K2110;Formation en conduite;9;A0X40;Agriculteurs
"""


def test_the_qualification_decides_and_no_family_is_left_without_a_job(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(QUALIFICATIONS, encoding="cp1252")
    crosswalk = load_market(tmp_path).crosswalks["FAP2021"]
    assert crosswalk.by_qualification["A1416", "9"] == "A0X41"  # the detail belongs to the family of the survey
    assert crosswalk.by_qualification["K2110", "9"] == "A0X40"
    # Without a qualification: the family given then, and families that no job has otherwise.
    assert crosswalk.families_of_rome == {"A1416": ("A0X40", "A0X41", "A1X80"), "K2110": ("V4X80",)}


def test_the_newest_survey_is_joined_to_rome_through_the_newest_families(
    real_data: Path, real_scan: Scan, rome: Referential
) -> None:
    market = load_market(real_data, tensions=False, scanned=real_scan)
    assert (market.years, market.survey().year, market.survey().nomenclature) == (
        *(("2023", "2024", "2025"), "2025", "FAP2021"),
    )
    assert len({code for codes in family_codes(market, rome).values() for code in codes}) == 1_501
    assert all(family_codes(market, rome).values())  # 217 of 217 families
    assert len(family_codes(market, rome)) == 217


def test_every_file_that_is_declared_is_recognised(real_scan: Scan) -> None:
    known = {f.name: (f.kind.name, f.year) for f in real_scan.recognised}
    assert known["market/bmo-2025.xlsx"] == ("bmo", "2025")
    assert known["market/tension-rome-bassin-2021.csv"] == ("tension-rome-basin", "2021")
    assert known["crosswalks/idcc-opco-2019.csv"] == ("idcc-opco", "2019")
    assert {kind for kind, _ in known.values()} == set(kinds()) - {"travel"}


def test_a_source_is_one_declaration(tmp_path: Path) -> None:
    text = 'name = "x"\ngroup = "market"\nsource = "S"\n[signature]\nbasin = "bassin"\nn = "nombre"\n[types]\n'
    kind = SourceKind(**tomllib.loads(text + 'basin = "code:4"\nn = "number"\n'))
    path = tmp_path / "x.csv"
    path.write_text("Bassin;Nombre\n101;1 503,5\n5313;\n5314;x\n", encoding="utf-8")
    columns = kind.columns(["bassin", "nombre"])
    assert columns is not None
    reading = FileRows(RecognisedFile(path, "x.csv", kind, columns, {}, workbook=False))
    rows = list(reading.rows("basin", "n"))
    assert rows == [(2, ("0101", 1503.5)), (3, ("5313", None)), (4, ("5314", None))]
    assert sorted((n.code, n.line, n.count) for n in reading.log.notices()) == [
        *(("invalid_value", 4, 1), ("unknown_cells", None, 2), ("zero_filled", None, 1))
    ]
