"""Ranking between the two ends of a territory: every part shown, both sides the same pair."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from market_files import market_folder, write
from passerelles.access.conditions import access_conditions, move_kind
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.market.figures import Figure, Interval, unknown
from passerelles.market.market import Market, Openings, load_market
from passerelles.market.own_lists import load_job_list
from passerelles.market.places import Basin, Commune, Places
from passerelles.market.signals import job_tension, wages_between
from passerelles.model import Hours
from passerelles.settings import TerritorySettings
from passerelles.territory.lots import Lot, Lots, Side
from passerelles.territory.rank import Ranked, rank_parts, rank_territory
from passerelles.views.spec import On
from territory_cases import Written, graph, openings, people, places

BASINS = places(Nord=(48.0, 2.0), Sud=(48.45, 2.0), Loin=(43.0, 2.0))
FRAGILE = people(("A", "J00", 5, "Nord"), ("B", "J03", 5, "Nord"))
HIRING = openings(("P", "J01", 2, "Nord"), ("Q", "J02", 9, "Sud"), ("R", "J00", 9, "Loin"))
COSTS = Written({("J00", "J01"): 500.0, ("J00", "J02"): 0.0, ("J03", "J02"): 100.0})


def test_the_score_is_the_sum_of_its_parts_and_what_is_too_far_is_left_out() -> None:
    found = rank_territory(
        graph(), "nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS
    ).items
    assert {(r.fragile.employer, r.hiring.employer) for r in found} == {("A", "P"), ("A", "Q"), ("B", "P"), ("B", "Q")}
    for r in found:
        assert r.score == pytest.approx(sum(p.value for p in r.parts), abs=1e-9)
        assert [p.name for p in r.parts] == ["move", "hours", "market", "distance"]
    by_pair = {(r.fragile.employer, r.hiring.employer): r for r in found}
    assert {p.name: p.figure for p in by_pair[("A", "P")].parts}["hours"] == 500.0
    assert {p.name: p.value for p in by_pair[("A", "P")].parts}["hours"] == pytest.approx(-500 / 300)
    chance = by_pair[("A", "P")].probability
    assert chance is not None
    assert by_pair[("A", "P")].parts[0].value == pytest.approx(math.log2(chance))
    assert by_pair[("B", "P")].hours == Hours(None, None, None)
    assert "inconnue" in by_pair[("B", "P")].parts[1].sentence("fr")
    assert by_pair[("A", "Q")].km == pytest.approx(50.0, abs=0.1)
    # Openings of a table are an employer's own, and no survey says anything.
    assert {(r.projects, r.surveyed) for r in found} == {(None, None)}


def test_a_territory_in_place_of_a_basin_has_the_lots_of_all_its_basins() -> None:
    communes = [Commune("35001", "A", "0001", 48.0, 2.0), Commune("35002", "B", "0002", 48.4, 2.0),
                Commune("35003", "C", "0002", 48.5, 2.0)]  # fmt: skip
    there = Places(
        (Basin("0001", "Nord", ("35001",), 48.0, 2.0), Basin("0002", "Sud", ("35002", "35003"), 48.45, 2.0)),
        tuple(communes),
    )
    fragile = people(("A", "J00", 5, "A"), ("B", "J03", 5, "B"), ("C", "J03", 5, "C"), ("D", "J03", 5, "Sud"))
    asked: dict[str, Any] = {"places": there, "hiring": openings(("P", "J01", 2, "Nord")), "area": there.area("A, B")}
    fragile = [{**row, "commune": row.pop("basin")} for row in fragile]
    found, notes, _ = rank_territory(graph(), "", fragile=fragile, costs=COSTS, radius_km=60, **asked)
    assert {r.fragile.employer for r in found} == {"A", "B"}
    assert {"outside", "set_aside"} <= {note.key for note in notes}  # what is elsewhere, and what may be


def test_people_who_get_no_line_are_said() -> None:
    fragile = people(("A", "J00", 5, "Nord"), ("B", "J03", 1, "Nord"), ("C", "J00", 7, "Sud"))
    costs = Written({("J00", "J01"): 10.0}, frozenset({("J03", "J01")}))
    found, notes, aside = rank_territory(
        graph(), "Nord", places=BASINS, fragile=[*fragile, {"employer": "D", "job": "J00"}], costs=costs,
        hiring=openings(("P", "J01", 2, "Nord")),
    )  # fmt: skip
    assert {r.fragile.employer for r in found} == {"A"}
    said = {note.key: note.sentence("fr") for note in notes}
    assert "7 personnes ou postes hors du territoire demandé (Nord)" in said["elsewhere"]
    assert "1 personne ou poste n'a aucune ligne" in said["nothing_in_reach"]
    assert [row.row for row in aside] == [4]


@pytest.mark.parametrize("by", ["fragile", "hiring"])
def test_rows_set_aside_of_either_table_are_told_whichever_side_is_ranked(by: Any) -> None:
    tables = {
        "fragile": [*people(("A", "J00", 5, "Nord")), {"employer": "D", "job": "J00"}],
        "hiring": [{"employer": "E", "job": "J01"}, *openings(("P", "J01", 2, "Nord"))],
    }
    found = rank_territory(graph(), "Nord", places=BASINS, costs=COSTS, by=by, **tables)  # type: ignore[arg-type]
    assert len(found.items) == 1
    assert [(row.file, row.row) for row in found.set_aside] == [("fragile", 2), ("hiring", 1)]


def test_what_is_unknown_counts_as_the_middle_and_says_so() -> None:
    hiring = openings(("P", "J01", 2, "Nord"), ("Q", "J02", 2, "Nord"), ("R", "J04", 2, "Nord"), ("S", "J00", 2, "Sud"))
    costs = Written({("J00", "J01"): 9_000.0, ("J00", "J04"): 10.0})
    found = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE[:1], hiring=hiring, radius_km=60, costs=costs
    ).items
    by_employer = {r.hiring.employer: r for r in found}
    short, unsure, long = by_employer["R"], by_employer["Q"], by_employer["P"]
    # Among the moves of like chance: a short training, one whose length is not known, a very long one.
    assert short.rank < unsure.rank < long.rank
    hours = unsure.parts[1]
    assert (hours.figure, unsure.hours, unsure.unknown) == (None, Hours(None, None, None), ("hours", "market"))
    assert long.parts[1].value < hours.value < short.parts[1].value
    shown = unsure.to_dict()
    assert [p["assumed"] for p in shown["parts"]] == [False, True, True, False]
    assert "inconnues" in shown["parts"][1]["sentence"]
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)


@pytest.mark.parametrize("radius", ["60", True, math.inf, math.nan, -1])
def test_a_radius_that_is_no_finite_number_is_refused(radius: Any) -> None:
    asked: dict[str, Any] = {"places": BASINS, "fragile": FRAGILE, "hiring": HIRING, "costs": COSTS}
    with pytest.raises(PasserellesError, match="radius_km is not a valid bound"):
        rank_territory(graph(), "Nord", radius_km=radius, **asked)


def test_a_short_move_that_nobody_lists_does_not_pass_a_likely_one() -> None:
    figure = unknown("no_tension")
    settings = TerritorySettings()
    likely = rank_parts(settings, chance=0.18, hours=300.0, tension=figure, km=0.0)
    odd = rank_parts(settings, chance=0.002, hours=60.0, tension=figure, km=0.0)
    assert sum(p.value for p in likely) > sum(p.value for p in odd) + 4
    nothing = rank_parts(settings, chance=0.0, hours=0.0, tension=figure, km=0.0)
    assert all(math.isfinite(p.value) for p in nothing)
    tight = Figure(Interval(4, 5), "estimated", source="Dares", year="2019")
    market = rank_parts(settings, chance=0.5, hours=0.0, tension=tight, km=0.0)[2]
    assert (market.value, market.figure) == (0.75, 4)
    assert "de 4 à 5" in market.sentence()


def test_jobs_of_one_family_and_basin_are_one_line() -> None:
    pool = tuple(Lot("BMO 2023", job, "0001", "F1", 6, "Nord") for job in ("J01", "J02", "J04"))
    hiring = Lots("hiring", pool, {"F1": "Famille"})
    costs = Written({("J00", "J01"): 9_000.0, ("J00", "J02"): 50.0, ("J00", "J04"): 5_000.0})
    found = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE[:1], hiring=hiring, radius_km=60, costs=costs
    ).items
    assert [(r.hiring.job, r.others, r.rank) for r in found] == [("J02", ("J04", "J01"), 1)]


def test_both_sides_give_a_pair_the_same_score() -> None:
    one = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS
    ).items
    two = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS, by="hiring"
    ).items
    three = rank_territory(
        graph(), "Sud", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS, by="hiring"
    ).items

    def scores(found: list[object]) -> dict[tuple[str, str], float]:
        return {(r.fragile.key[0], r.hiring.key[0]): r.score for r in found}  # type: ignore[attr-defined]

    assert scores(list(one)) == scores([*two, *three])
    # Each list is of one opening of the basin asked, and has the lots of all basins within the radius.
    assert [(r.hiring.employer, r.rank) for r in (*two, *three)] == [("P", 1), ("P", 2), ("Q", 1), ("Q", 2)]


def test_a_share_with_a_secret_cell_has_both_ends_in_a_table() -> None:
    item = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS
    ).items[0]
    secret = Figure(Interval(0.2, 0.8), "secret", source="BMO", year="2023")
    known = Figure(Interval(0.5, 0.5), "observed", source="BMO", year="2023")
    told = replace(item, surveyed=Openings(known, secret, known))

    def cells(ranked: Ranked) -> dict[str, object]:
        return {c.key: c.cell(ranked, "fr") for c in Ranked.spec.columns if "_share" in c.key}

    assert cells(told) == {
        "difficult_share": 0.2, "difficult_share_high": 0.8, "seasonal_share": 0.5, "seasonal_share_high": 0.5,
    }  # fmt: skip
    assert set(cells(item).values()) == {None}


def test_the_source_of_a_figure_is_told_in_the_language_of_who_reads_it() -> None:
    item = rank_territory(graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, costs=COSTS).items[0]
    told = replace(item, tension=Figure(Interval(4, 4), "observed", source="Dares", year="2019", territory="region:53"))
    column = next(c for c in Ranked.spec.columns if c.key == "tension_source")
    assert column.cell(told, "fr") == "Dares, 2019, région 53, observé"
    assert column.cell(told, "en") == "Dares, 2019, region 53, observed"


def test_the_same_job_elsewhere_needs_no_hours() -> None:
    found = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=900, costs=COSTS
    ).items
    same = next(r for r in found if r.same_job)
    assert (same.hours, same.probability, same.hiring.employer) == (Hours(0.0, 0.0, 0.0), None, "R")
    assert same.to_dict("en")["parts"][0]["sentence"] == "The same job."


def test_a_side_without_table_or_market_is_refused() -> None:
    with pytest.raises(PasserellesError) as error:
        rank_territory(graph(), "Nord", places=BASINS, fragile=FRAGILE)
    assert error.value.key == "territory_no_hiring"
    with pytest.raises(UnknownCodeError):
        rank_territory(graph(), "Atlantide", places=BASINS, fragile=FRAGILE, hiring=HIRING)


@pytest.fixture(scope="module")
def embedded(plain_embedded: OccupationGraph) -> OccupationGraph:
    return plain_embedded


def test_redon_without_any_table(real_market: Market, real_places: Places, embedded: OccupationGraph) -> None:
    market, where = real_market, real_places
    found = rank_territory(embedded, "redon", market=market, places=where, radius_km=30, by="hiring", limit=3,
                           fragile=people(("A", "H2909", 5, "Redon"), ("B", "H3302", 5, "REDON"))).items  # fmt: skip
    assert found
    assert {r.hiring.basin_label for r in found} == {"REDON"}
    assert all(r.rank <= 3 for r in found)
    both = rank_territory(embedded, "redon", market=market, places=where, radius_km=30, limit=5).items
    assert both
    for lot in {r.fragile for r in both}:
        tension, _ = job_tension(market, embedded.referential, lot.job, Basin(lot.basin, ""))
        assert tension.territory == lot.basin  # somebody does the job there: no fishing captain inland
    lines = {(r.fragile.job, r.hiring.basin, r.hiring.pool) for r in both}
    assert len(lines) == len(both)
    for r in both:
        assert r.projects is not None
        assert (r.projects.year, r.projects.territory) == ("2023", r.hiring.basin)
        assert r.tension.standing in {"observed", "estimated"}
        assert r.wages == wages_between(market, embedded.referential, r.fragile.job, r.hiring.job) is not None


def test_a_ranking_says_what_the_rule_found_and_what_is_elsewhere(
    real_market: Market, real_places: Places, embedded: OccupationGraph
) -> None:
    found, said, _ = rank_territory(embedded, "Lacq", market=real_market, places=real_places, limit=3)
    assert {r.fragile.basin_label for r in found} == {"BEARN"}
    assert {"M1602", "D1401"} <= {r.fragile.job for r in found}  # more candidates than offers, hired with ease
    notes = {n.key: n.sentence() for n in said}
    assert list(notes) == ["rule_fragile", "rule_hiring"]
    assert "BEARN" in notes["rule_fragile"]
    table = people(("A", "H2909", 5, "Redon"))
    asked: dict[str, Any] = {"market": real_market, "places": real_places, "fragile": table}
    found, said, _ = rank_territory(embedded, "Pau", **asked)
    assert found == []
    notes = {n.key: n.sentence() for n in said}
    assert "REDON" in notes["no_lot_here"]
    assert "radius_not_applied" in {n.key for n in rank_territory(embedded, "Redon", fragile=table, hiring=table).notes}


def test_on_the_side_of_employers_nobody_is_made_to_step_down_unless_it_is_asked_for(
    plain_embedded: OccupationGraph,
) -> None:
    down = [
        (origin.code, target.code)
        for origin in plain_embedded.occupations
        for target in plain_embedded.occupations
        if origin.code != target.code and _kind(plain_embedded, origin.code, target.code) == "step-down"
    ]
    assert down
    origin, target = down[0]
    fragile = [{"employer": "A", "job": origin, "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "B", "job": target, "openings": 3, "basin": "Redon"}]
    nobody, said, _ = rank_territory(plain_embedded, "Redon", fragile=fragile, hiring=hiring, by="hiring")
    assert nobody == []
    assert "kinds_left_out" in [n.key for n in said]
    ranking = plain_embedded.settings.ranking.model_copy(update={"sources_exclude": ()})
    every = plain_embedded.settings.model_copy(update={"ranking": ranking})
    (found,) = rank_territory(
        plain_embedded, "Redon", fragile=fragile, hiring=hiring, by="hiring", settings=every
    ).items
    assert found.kind == "step-down"
    assert rank_territory(
        plain_embedded, "Redon", fragile=fragile, hiring=hiring
    ).items  # people may choose it themselves


def _kind(graph: OccupationGraph, origin: str, target: str) -> str:
    access = [access_conditions(graph.referential, code) for code in (origin, target)]
    return move_kind(graph.referential, origin, target, *access)


def test_openings_of_which_no_figure_is_published_are_unknown_not_nought(
    embedded_graph: OccupationGraph, tmp_path: Path
) -> None:
    market = load_market(market_folder(tmp_path))
    referential = embedded_graph.referential
    jobs = load_job_list(write(tmp_path / "jobs.csv", "code_rome,statut\nN1103,porteur\n"), referential)
    people = [{"employer": "A", "job": "N4101", "headcount": 7, "basin": "5313"}]
    found = rank_territory(embedded_graph, "5313", market=market, fragile=people, listed=jobs).items
    openings = {each.hiring.job: each.to_dict("fr")["openings"] for each in found}
    assert openings["N1103"] is None  # a list alone calls it hiring
    assert openings["N4101"] == 51
    (shown,) = (c for c in Ranked.spec.columns if c.key == "openings" and On.TERMINAL in c.on)
    assert {each.hiring.job: shown.screen(each, "fr") for each in found}["N1103"] is None


def test_a_basin_in_which_the_rule_finds_no_job_of_the_side_asked_for_says_so(
    embedded_graph: OccupationGraph, tmp_path: Path
) -> None:
    market = load_market(market_folder(tmp_path))
    sides: tuple[Side, ...] = ("fragile", "hiring")
    people, openings = (rank_territory(embedded_graph, "5313", market=market, by=by) for by in sides)
    assert people.items == openings.items == []
    assert "no_fragile_job" in [note.key for note in people.notes]
    assert not {"no_fragile_job", "no_hiring_job"} & {note.key for note in openings.notes}  # it has jobs that hire
