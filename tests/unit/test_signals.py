"""Signals of a job in a basin: every figure with its source, the rule in three answers, a user's list above it."""

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from market_files import BMO_ROWS, TENSION_ROME, bmo_row, market_folder, places_folder, write, write_bmo
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.market.figures import Figure, Interval, unknown
from passerelles.market.market import Market, Openings, load_market
from passerelles.market.own_lists import load_job_list
from passerelles.market.places import Basin, Places, load_places
from passerelles.market.signals import (
    MARKET_KEYS,
    JobMarket,
    JobMarkets,
    find_basin,
    job_tension,
    signal,
    signals,
    status_by_rule,
    unknown_columns,
)
from passerelles.model import JobTitle
from passerelles.referentials.referential import Referential
from small import occupation, referential


@pytest.fixture
def jobs() -> Referential:
    made = referential(
        {code: ["a"] for code in ("N4101", "N4102", "K2110", "A1416", "M1000")},
        occupations=[occupation("N4103", parent="N4101"), occupation("K2110-GL", base="K2110", parent=None)],
    )
    titles = (
        JobTitle("1", "Conducteur / Conductrice de bus", "N4103"),
        JobTitle("2", "Chauffeur", "N4101"),
        JobTitle("3", "Chauffeur", "N4102"),
    )
    return replace(made, titles=titles)


@pytest.fixture
def market(tmp_path: Path) -> Market:
    return load_market(market_folder(tmp_path / "market"))


def test_figures_carry_source_year_territory_and_standing(market: Market, jobs: Referential) -> None:
    found = signal(market, jobs, "N4103", "5313")
    assert (found.projects.low, found.projects.high, found.projects.standing) == (51, 54, "secret")
    assert (found.projects.about, found.projects.via, found.projects.year) == ("J3Z43", "parent", "2023")
    assert (found.difficult_share.low, found.difficult_share.high) == (15 / 54, 18 / 51)
    assert (found.tension.value, found.tension.territory, found.tension.about) == (5, "5313", "N4101")
    assert (found.tension.year, found.tension.via) == ("2020", "parent")
    assert dict(found.components)["job_instability"].value == 2
    assert (found.wage.value, found.wage.territory, found.wage.year) == (1903, "FR", "2017-2019")
    for figure in (found.projects, found.estimated, found.tension, found.wage):
        assert figure.source
    assert found.status == "hiring"


def test_a_familys_projects_are_spread_for_display_only(market: Market, jobs: Referential) -> None:
    found = {s.occupation: s for s in signals(market, jobs, find_basin(market, "5313"))}
    # Four occupations share J3Z43, and W1Z80 has K2110 alone; the specialised one is not counted.
    assert found["N4101"].estimated.low == pytest.approx(51 / 4)
    assert found["K2110"].estimated.low == pytest.approx(51 / 4 + 16)
    assert found["N4101"].estimated.standing == "estimated"
    assert found["N4101"].estimated.why == "spread"
    parts = [s.estimated for s in found.values() if s.estimated.standing == "estimated"]
    assert sum(f.low or 0 for f in parts) == pytest.approx(51 + 16)
    assert sum(f.high or 0 for f in parts) == pytest.approx(54 + 16)
    assert found["K2110-GL"].estimated.standing == "unknown"
    assert found["K2110-GL"].projects == found["K2110"].projects.__class__(
        Interval(67, 70), "secret", source=found["K2110"].projects.source, year="2023", territory="5313",
        about="J3Z43 + W1Z80", via="base", territory_label="BASSIN 5313",
    )  # fmt: skip
    weighted = signal(market, jobs, "N4101", "5313", weights={"N4101": 3, "N4102": 1})
    assert weighted.estimated.low == pytest.approx(51 * 0.75)
    assert weighted.projects == found["N4101"].projects


def test_a_family_without_a_row_adds_nothing_and_says_so(market: Market, jobs: Referential) -> None:
    found = signal(market, jobs, "K2110", "0101")
    assert (found.projects.interval, found.projects.about, found.projects.why) == (
        Interval(1, 4), "J3Z43", "partly_published"
    )  # fmt: skip
    named = found.reasons("fr")[0]  # the number is of this family alone
    assert ("Famille route" in named, "Famille formation" in named) == (True, False)
    absent = signal(market, jobs, "A1416", "5313")
    assert (absent.projects.interval, absent.projects.why, absent.projects.standing) == (None, "no_row", "unknown")
    assert absent.estimated.interval is None


def test_tension_falls_back_from_basin_to_department_region_and_country(market: Market, jobs: Referential) -> None:
    def tension(code: str, basin: str, departments: tuple[str, ...] = (), regions: tuple[str, ...] = ()) -> Figure:
        return job_tension(market, jobs, code, Basin(basin, "", departments=departments, regions=regions))[0]

    assert tension("N4102", "5313").territory == "FR"
    assert tension("N4102", "5313", (), ("01",)).territory == "region:01"
    assert tension("N4102", "5313", ("35",), ("01",)).territory == "region:01"  # 35 is printed without a class
    assert tension("N4102", "5313", (), ("01", "53")).territory == "FR"  # a basin of two regions has neither's
    assert tension("N4102", "5313", ("44",), ("01",)).territory == "department:44"
    assert tension("N4102", "5313", ("44", "56"), ("01",)).territory == "region:01"
    both = tension("K2110", "9999")
    assert (both.low, both.high, both.standing, both.why) == (1, 3, "estimated", "several_families")
    assert both.about == "J3Z43 + W1Z80"
    assert tension("M1000", "5313").why == "no_tension"


def test_wages_of_several_families_are_a_range(market: Market, jobs: Referential) -> None:
    found = signal(market, jobs, "K2110", "5313").wage
    assert (found.low, found.high, found.standing, found.about) == (1903, 2100, "estimated", "J3Z43 + W1Z")
    assert signal(market, jobs, "M1000", "5313").wage.why == "no_wage"


def test_jobs_that_nothing_covers_stay_unknown(market: Market, jobs: Referential) -> None:
    found = signal(market, jobs, "M1000", "5313")
    assert found.projects.why == "no_family"
    assert found.families == ()
    assert found.status == "unknown"
    assert signal(market, jobs, "N4101", "5313", year=2024).projects.why == "no_crosswalk"
    joined = market.crosswalks["FAP2009"]
    wider = replace(joined, pairs=(*joined.pairs, ("Z9Z99", "M1000")))  # a family that the survey does not print
    elsewhere = replace(market, crosswalks={**market.crosswalks, "FAP2009": wider})
    assert signal(elsewhere, jobs, "M1000", "5313").projects.why == "no_family"


def test_without_a_survey_the_rest_is_there(tmp_path: Path, jobs: Referential) -> None:
    market = load_market(write(tmp_path / "t.csv", TENSION_ROME))
    basin = find_basin(market, "Redon", places=load_places(places_folder(tmp_path / "geo")))
    found = signal(market, jobs, "N4101", basin)
    assert (found.projects.why, found.tension.value, found.status) == ("no_survey", 5, "unknown")


@pytest.mark.parametrize(
    ("projects", "share", "tension", "expected"),
    [
        ((5, 5), (0.5, 0.5), None, "hiring"),
        ((5, 5), (0.4, 0.4), 4, "hiring"),
        ((5, 5), (0.4, 0.4), 3, "neither"),
        ((5, 5), (0.4, 0.4), 1, "fragile"),
        ((5, 5), (0.4, 0.45), 1, "unknown"),
        ((5, 5), (0.45, 0.45), 1, "neither"),
        ((5, 5), (0.5, 0.5), 1, "hiring"),
        ((5, 5), (0.4, 0.4), None, "unknown"),
        ((5, 5), (0.4, 0.6), 3, "unknown"),
        ((4, 8), (1.0, 1.0), 5, "unknown"),
        ((1, 4), (0.25, 1.0), 2, "fragile"),
        ((1, 4), (0.25, 1.0), 3, "neither"),
        ((1, 4), (0.25, 1.0), None, "unknown"),
        ("no_row", None, 2, "fragile"),
        ("no_row", None, 5, "neither"),
        ("basin_not_surveyed", None, 2, "unknown"),
        ("basin_not_surveyed", None, 3, "unknown"),
    ],
)
def test_the_rule_in_three_answers(
    projects: tuple[int, int] | str, share: tuple[float, float] | None, tension: int | None, expected: str
) -> None:
    def figure(bounds: tuple[float, float] | None, why: str = "") -> Figure:
        return unknown(why) if bounds is None else Figure(Interval(*bounds), "observed", territory="5313")

    many = unknown(projects) if isinstance(projects, str) else figure(projects)
    openings = Openings(many, figure(share), unknown(""))
    klass = figure(None if tension is None else (tension, tension))
    assert status_by_rule(openings, klass, "5313") == expected
    # A tension of a wider place does not tell whether anybody does the job here: hiring may be judged, fragile not.
    elsewhere = "unknown" if expected == "fragile" else expected
    assert status_by_rule(openings, klass, "0101") == elsewhere


def test_a_users_list_comes_before_the_rule(tmp_path: Path, market: Market, jobs: Referential) -> None:
    path = write(tmp_path / "liste.csv", "Métier;Bassin;Statut\nN4101;;fragilisé\nN4101;Redon;porteur\nA1416;;\n")
    listed = load_job_list(path, jobs, places=load_places(places_folder(tmp_path / "geo")))
    there = signal(market, jobs, "N4103", "5313", listed=listed)
    assert there.status == "hiring"
    assert there.listed is not None
    assert (there.listed.line, there.listed.occupation) == (3, "N4101")
    elsewhere = signal(market, jobs, "N4103", "0101", listed=listed)
    assert elsewhere.status == "fragile"
    assert "liste.csv, ligne 2" in elsewhere.reasons("fr")[0]
    assert signal(market, jobs, "A1416", "5313", listed=listed).status == "hiring"
    ruled = signal(market, jobs, "N4102", "5313", listed=listed)
    assert ruled.listed is None
    assert [each.to_dict()["status_from"] for each in (there, ruled)] == ["list", "rule"]


def test_a_row_for_a_region_holds_there_only(tmp_path: Path, market: Market, jobs: Referential) -> None:
    path = write(tmp_path / "l.csv", "code_rome,région\nM1000,Région neuve\n", "cp1252")
    listed = load_job_list(path, jobs)
    assert repr(listed) == "<JobList l.csv: 1 rows, 0 notices>"
    assert signal(market, jobs, "M1000", "5313", listed=listed).status == "hiring"
    assert listed.find(jobs, "M1000", region=("84", "Auvergne")) is None
    by_code = load_job_list(write(tmp_path / "m.csv", "code;region\nM1000;1\nN4101;0\n"), jobs)
    assert by_code.find(jobs, "M1000", region=("01",)) is not None
    assert by_code.find(jobs, "N4101", region=("01",)) is None  # a place called 0 is not everywhere


def test_a_column_of_a_list_that_is_not_read_is_said(tmp_path: Path, jobs: Referential) -> None:
    listed = load_job_list(write(tmp_path / "l.csv", "Fiche;Intitulé;Zone\nN4101;Poids lourd;Ouest\n"), jobs)
    assert [entry.occupation for entry in listed.entries] == ["N4101"]
    assert [(n.code, dict(n.values)["column"]) for n in listed.notices] == [("unknown_column", "zone")]


def test_titles_are_resolved_and_every_bad_row_is_said(tmp_path: Path, jobs: Referential) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[str | None]] = [
        ["Liste des métiers porteurs", None],
        ["Intitulé du poste", "statut"],
        ["CONDUCTEUR conductrice de bus", None],
        ["Chauffeur", None],
        ["Conducteur de buss", None],
        ["n4101", "porteur"],
        ["N4101", "porteur"],
        [None, "porteur"],
        ["N4102", "peut-être"],
    ]
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "l.xlsx")
    listed = load_job_list(tmp_path / "l.xlsx", jobs)
    assert [(e.occupation, e.line) for e in listed.entries] == [("N4103", 3), ("N4101", 6)]
    said = {n.code: n for n in listed.notices}
    assert (said["job_resolved"].line, said["job_ambiguous"].line, said["job_unresolved"].line) == (3, 4, 5)
    assert (said["duplicate_code"].line, said["empty_code"].line, said["status_unknown"].line) == (7, 8, 9)
    assert "Conducteur / Conductrice de bus" in said["job_unresolved"].action("fr")


def test_a_row_of_several_cells_without_a_header_is_no_title(tmp_path: Path) -> None:
    """It is left out with its line, unless what parts the cells stands in a title; the others are used."""
    titles = {"A1000": "Vendeur, vendeuse de fleurs", "B1000": "Maçon"}
    jobs = referential({}, occupations=[occupation(code, label=label) for code, label in titles.items()])
    text = write(tmp_path / "l.csv", "Vendeur, vendeuse de fleurs\nB1000,fragile\n\nMaçon\nA1000,\n")
    listed = load_job_list(text, jobs)
    assert [(e.occupation, e.line) for e in listed.entries] == [("A1000", 1), ("B1000", 4)]
    said = {n.line: (n.code, n.file) for n in listed.notices if n.kind.drops}
    assert said == {2: ("row_length", "l.csv"), 5: ("duplicate_code", "l.csv")}
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["B1", "000"], ["A1000", None]):
        sheet.append(row)
    book.save(tmp_path / "l.xlsx")
    listed = load_job_list(tmp_path / "l.xlsx", jobs)
    assert [(e.occupation, e.line) for e in listed.entries] == [("A1000", 2)]
    assert [(n.code, n.line) for n in listed.notices] == [("row_length", 1)]


def test_a_list_whose_every_title_holds_what_parts_cells_is_read(tmp_path: Path) -> None:
    titles = {"A1000": "Vendeur, vendeuse de fleurs", "B1000": "Maçon, maçonne"}
    jobs = referential({}, occupations=[occupation(code, label=label) for code, label in titles.items()])
    jobs = replace(jobs, titles=tuple(JobTitle(code, "Aide, assistant", code) for code in titles))
    listed = load_job_list(write(tmp_path / "l.csv", "\n".join(titles.values())), jobs)
    assert [(e.occupation, e.line) for e in listed.entries] == [("A1000", 1), ("B1000", 2)]
    listed = load_job_list(write(tmp_path / "l.csv", "Aide, assistant\nMaçon, maçonne\nautre, chose\n"), jobs)
    assert [(e.occupation, e.line) for e in listed.entries] == [("B1000", 2)]
    said = {n.line: n.code for n in listed.notices if n.kind.drops}
    assert said == {1: "job_ambiguous", 3: "row_length"}


def test_an_unknown_basin_in_a_list_is_said(tmp_path: Path, jobs: Referential) -> None:
    path = write(tmp_path / "l.csv", "code,bassin\nN4101,Atlantide\nN4102,pau\n")
    listed = load_job_list(path, jobs, places=load_places(places_folder(tmp_path / "geo")))
    assert [(e.occupation, e.basin) for e in listed.entries] == [("N4102", "7538")]
    assert [n.line for n in listed.notices if n.code == "place_unknown"] == [2]


def test_a_list_that_is_none_is_refused(tmp_path: Path, jobs: Referential) -> None:
    for path in (write(tmp_path / "l.csv", "a,b\n1,2\n"), tmp_path / "absent.csv", tmp_path):
        with pytest.raises(PasserellesError):
            load_job_list(path, jobs)
    with pytest.raises(PasserellesError) as caught:
        load_job_list(write(tmp_path / "l.csv", ";\n\n"), jobs)
    assert caught.value.key == "resolve_empty_list"


def test_basins_are_found_in_the_survey_or_in_the_geography(tmp_path: Path, market: Market) -> None:
    assert find_basin(market, "101").code == "0101"
    assert find_basin(market, "bassin 5313").departments == ("35", "44")
    assert [market.survey().region_labels[r] for r in find_basin(market, "7549").regions] == ["Région Neuve"]
    places = load_places(places_folder(tmp_path / "geo"))
    assert find_basin(market, "Lacq", places=places).code == "7538"
    assert find_basin(market, "redon", places=places).departments == ("35", "44")
    with pytest.raises(UnknownCodeError):
        find_basin(market, "Lacq")
    with pytest.raises(UnknownCodeError):
        find_basin(market, "Atlantide", places=places)


def test_signals_are_plain_values_and_sentences(market: Market, jobs: Referential) -> None:
    found = signal(market, jobs, "K2110", "5313")
    shown = json.loads(json.dumps(found.to_dict()))
    assert shown["projects"]["low"] == 67
    assert shown["families"][0]["family"] == {"code": "J3Z43", "label": "Famille route"}
    assert found.reasons("fr") != found.reasons("en")
    assert any("jusqu'à 4 métiers" in line for line in found.reasons("fr"))
    assert all("%" in line for line in found.sentences("en") if "share:" in line or "difficult:" in line)
    name = find_basin(market, "5313").name
    assert all(f"bassin {name})" in line for line in found.reasons("fr")[:2])
    assert shown["projects"]["territory_label"] == shown["tension"]["territory_label"] == name != "5313"
    for each in signals(market, jobs, find_basin(market, "0101")):
        assert all(each.reasons("fr"))
        assert all(each.reasons("en"))
    with pytest.raises(UnknownCodeError):
        signal(market, jobs, "Z9999", "5313")


def test_the_order_of_rows_changes_nothing(tmp_path: Path, jobs: Referential) -> None:
    one = load_market(market_folder(tmp_path / "a"))
    write_bmo(market_folder(tmp_path / "b") / "x" / "un.xlsx", [*reversed(BMO_ROWS), bmo_row("A0Z40", 7550, "47", "9")])
    two = load_market(tmp_path / "b")
    for basin in ("5313", "0101"):
        first = [s.to_dict() for s in signals(one, jobs, find_basin(one, basin))]
        assert first == [s.to_dict() for s in signals(two, jobs, find_basin(two, basin))]


@pytest.mark.slow
def test_lorry_drivers_in_redon(real_market: Market, real_places: Places, rome: Referential) -> None:
    market, places = real_market, real_places
    found = signal(market, rome, "N4101", "Redon", places=places)
    assert (found.projects.value, found.projects.about, found.difficult_share.value) == (50, "J3Z43", 0.28)
    assert (found.tension.value, found.tension.territory, found.wage.value) == (5, "5313", 1903)
    assert found.status == "hiring"
    redon = list(signals(market, rome, find_basin(market, "Redon", places=places)))
    assert len(redon) == 1_584
    # What the codes share out is what the families have, but for those that no code reaches.
    survey = market.survey()
    reached = [f for f in survey.families_in["5313"] if f != "R1Z66"]
    counts = [survey.projects("5313", family).met for family in reached]
    whole = sum(c.low for c in counts if c is not None)
    assert sum(s.estimated.low or 0 for s in redon) == pytest.approx(whole)
    assert {s.status for s in redon} == {"hiring", "fragile", "neither", "unknown"}


def test_a_group_of_jobs_in_one_basin_is_told_of_that_basin_by_its_name() -> None:
    known = Figure(Interval(3, 3), "observed", "BMO", "2025", "5313", territory_label="REDON")
    for other, place in ((known, ", bassin REDON"), (replace(known, territory="53", territory_label="Bretagne"), "")):
        by_code = {"A": known, "B": other}
        group = JobMarkets({c: JobMarket(each, each, each) for c, each in by_code.items()}, by_code).of_group("AB")
        assert {figure.origin("fr") for figure in (group.projects, group.tension)} == {f"BMO, 2025{place}"}


def test_a_group_of_jobs_names_every_source_once_in_one_order() -> None:
    places = {"A": ("Tensions", "2024"), "B": ("DARES", "2023"), "C": ("Tensions", "2023")}
    known = {code: Figure(Interval(3, 3), "observed", *place, "FR") for code, place in places.items()}
    markets = JobMarkets({code: JobMarket(figure, figure, figure) for code, figure in known.items()}, known)
    for codes in ("ABC", "CBA"):
        group = markets.of_group(codes)
        assert {f.origin("en") for f in (group.projects, group.tension)} == {"DARES, Tensions, 2023, 2024, France"}
    assert markets.of_group("A").tension.source == "Tensions"


def test_columns_of_the_market_are_left_out_where_no_figure_is_known() -> None:
    figure = unknown("not_published")
    nothing = JobMarket(figure, figure, figure)
    something = nothing._replace(wage_ratio=Figure(Interval(0.9, 0.9), "observed", "s", "2018"))
    for markets, left_out in (([], True), ([None, nothing], True), ([nothing, something], False)):
        assert unknown_columns(iter(markets)) == (MARKET_KEYS if left_out else frozenset())
