"""Ranking between the two ends of a territory: every part shown, both sides the same pair."""

import pytest

from passerelles import build_graph, load_referential
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.market.market import Market
from passerelles.market.measures import job_tension
from passerelles.market.places import Places
from passerelles.territory.lots import Lot, Lots
from passerelles.territory.ranks import rank_territory
from territory_cases import Written, graph, openings, people, places

BASINS = places(Nord=(48.0, 2.0), Sud=(48.45, 2.0), Loin=(43.0, 2.0))
FRAGILE = people(("A", "J00", 5, "Nord"), ("B", "J03", 5, "Nord"))
HIRING = openings(("P", "J01", 2, "Nord"), ("Q", "J02", 9, "Sud"), ("R", "J00", 9, "Loin"))
COSTS = Written({("J00", "J01"): 500.0, ("J00", "J02"): 0.0, ("J03", "J02"): 100.0})


def test_the_score_is_the_sum_of_its_parts_and_what_is_too_far_is_left_out() -> None:
    found = rank_territory(graph(), "nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS)
    assert {(r.fragile.employer, r.hiring.employer) for r in found} == {("A", "P"), ("A", "Q"), ("B", "P"), ("B", "Q")}
    for r in found:
        assert r.score == pytest.approx(sum(p.value for p in r.parts if p.value is not None), abs=1e-9)
        assert [p.name for p in r.parts] == ["move", "hours", "market", "distance"]
    by_pair = {(r.fragile.employer, r.hiring.employer): r for r in found}
    assert {p.name: p.figure for p in by_pair[("A", "P")].parts}["hours"] == 500.0
    assert {p.name: p.value for p in by_pair[("A", "P")].parts}["hours"] == -0.5
    assert by_pair[("B", "P")].hours == (None, None, None)
    assert "inconnue" in by_pair[("B", "P")].parts[1].sentence("fr")
    assert by_pair[("A", "Q")].km == pytest.approx(50.0, abs=0.1)


def test_what_is_unknown_is_neither_good_nor_bad_and_never_leads() -> None:
    hiring = openings(("P", "J01", 2, "Nord"), ("Q", "J02", 2, "Nord"), ("R", "J04", 2, "Nord"), ("S", "J00", 2, "Sud"))
    costs = Written({("J00", "J01"): 900.0, ("J00", "J04"): 100.0})
    found = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE[:1], hiring=hiring, radius_km=60, costs=costs
    )
    # The same job, then hours that are known, fewest first, however many; then Q, of which they are not.
    assert [r.hiring.employer for r in found] == ["S", "R", "P", "Q"]
    last = found[-1]
    assert last.unknown == ("hours", "market")
    assert {p.name: p.value for p in last.parts}["hours"] is None
    assert last.to_dict()["unknown"] == ["hours", "market"]
    assert last.score > found[2].score  # a partial sum: shown, not compared
    assert "ni pour ni contre" in last.parts[1].sentence("fr")


def test_jobs_of_one_family_and_basin_are_one_line() -> None:
    pool = tuple(Lot("BMO 2023", job, "0001", "F1", 6, "Nord") for job in ("J01", "J02", "J04"))
    hiring = Lots("hiring", pool, {("0001", "F1"): 6}, {"F1": "Famille"})
    costs = Written({("J00", "J01"): 900.0, ("J00", "J02"): 50.0, ("J00", "J04"): 100.0})
    found = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE[:1], hiring=hiring, radius_km=60, costs=costs
    )
    assert [(r.hiring.job, r.others, r.rank) for r in found] == [("J02", ("J04", "J01"), 1)]


def test_both_sides_give_a_pair_the_same_score() -> None:
    one = rank_territory(graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS)
    two = rank_territory(
        graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS, by="hiring"
    )
    three = rank_territory(
        graph(), "Sud", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=60, costs=COSTS, by="hiring"
    )

    def scores(found: list[object]) -> dict[tuple[str, str], float]:
        return {(r.fragile.key[0], r.hiring.key[0]): r.score for r in found}  # type: ignore[attr-defined]

    assert scores(list(one)) == scores([*two, *three])
    # Each list is of one opening of the basin asked, and has the lots of all basins within the radius.
    assert [(r.hiring.employer, r.rank) for r in (*two, *three)] == [("P", 1), ("P", 2), ("Q", 1), ("Q", 2)]


def test_the_same_job_elsewhere_needs_no_hours() -> None:
    found = rank_territory(graph(), "Nord", places=BASINS, fragile=FRAGILE, hiring=HIRING, radius_km=900, costs=COSTS)
    same = next(r for r in found if r.same_job)
    assert (same.hours, same.probability, same.hiring.employer) == ((0.0, 0.0, 0.0), None, "R")
    assert same.to_dict("en")["parts"][0]["sentence"] == "The same job."


def test_a_side_without_table_or_market_is_refused() -> None:
    with pytest.raises(PasserellesError) as error:
        rank_territory(graph(), "Nord", places=BASINS, fragile=FRAGILE)
    assert error.value.key == "territory_no_hiring"
    with pytest.raises(UnknownCodeError):
        rank_territory(graph(), "Atlantide", places=BASINS, fragile=FRAGILE, hiring=HIRING)


@pytest.fixture(scope="module")
def embedded() -> OccupationGraph:
    return build_graph(load_referential())


@pytest.mark.real_data
def test_redon_without_any_table(real_market: Market, real_places: Places, embedded: OccupationGraph) -> None:
    market, where = real_market, real_places
    found = rank_territory(embedded, "redon", market=market, places=where, radius_km=30, by="hiring", limit=3,
                           fragile=people(("A", "H2909", 5, "Redon"), ("B", "H3302", 5, "REDON")))  # fmt: skip
    assert found
    assert {r.hiring.basin_label for r in found} == {"REDON"}
    assert all(r.rank <= 3 for r in found)
    both = rank_territory(embedded, "redon", market=market, places=where, radius_km=30, limit=5)
    assert both
    for lot in {r.fragile for r in both}:
        tension, _ = job_tension(market, embedded.referential, lot.job, lot.basin)
        assert tension.territory == lot.basin  # somebody does the job there: no fishing captain inland
    lines = {(r.fragile.job, r.hiring.basin, r.hiring.pool) for r in both}
    assert len(lines) == len(both)
