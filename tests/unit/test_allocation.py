"""Allocation on territories small enough to solve by hand, and on the three real ones."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from passerelles import build_graph, load_referential, rank_paths
from passerelles.access.conditions import AccessConditions
from passerelles.access.demands import access_between
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang
from passerelles.market.market import Market
from passerelles.market.places import Basin, Places
from passerelles.model import Credential, CredentialRequirement
from passerelles.paths.legal import NO, YES, Verdicts
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory import match as matching
from passerelles.territory.allocation import Allocation
from passerelles.territory.flows import Change
from passerelles.territory.hours import EffortCosts, Titles, credentials_of_title
from passerelles.territory.lots import Locator, Lot, Lots
from passerelles.territory.match import match_territory
from passerelles.territory.pairs import Territory
from passerelles.territory.rank import rank_territory
from passerelles.vectors import Floats, Rows
from small import referential
from territory_cases import ANY_MOVE, Written, every, graph, openings, people, places

BASINS = places(Nord=(48.0, 2.0), Sud=(48.45, 2.0), Loin=(43.0, 2.0), Ile=None)  # Nord-Sud: 50 km


def match(fragile: Any, hiring: Any, hours: dict[tuple[str, str], float], **options: Any) -> Allocation:
    strict = options.pop("strict", False)
    chosen = Settings(strict=strict, territory=TerritorySettings(**(ANY_MOVE | options.pop("settings", {}))))
    costs = options.pop("costs", Written(hours))
    return match_territory(graph(), fragile, hiring, costs=costs, settings=chosen, **options)


def flows(found: Allocation) -> list[tuple[str, str, str, int]]:
    return [(f.fragile.employer, f.hiring.employer, f.hiring.job, f.people) for f in found.flows]


def test_most_people_come_before_least_hours() -> None:
    # J00 could go to J01 (10 h) or J02 (90 h), J03 to J01 only: placing all costs the 90 hours.
    fragile = people(("A", "J00", 5, "x"), ("B", "J03", 5, "x"))
    hiring = openings(("P", "J01", 5, "x"), ("Q", "J02", 5, "x"))
    hours = {("J00", "J01"): 10.0, ("J00", "J02"): 90.0, ("J03", "J01"): 20.0}
    found = match(fragile, hiring, hours)
    assert flows(found) == [("A", "Q", "J02", 5), ("B", "P", "J01", 5)]
    assert found.hours == 5 * 90 + 5 * 20
    assert found.totals()["hours"] == {"low": 275.0, "expected": 550.0, "high": 1100.0}
    assert found.gap == 0
    assert all(s.exact for s in found.stages)


def test_kind_and_access_are_told_of_every_flow_however_few_moves_are_explained() -> None:
    fragile = people(("A", "J00", 5, "x"), ("B", "J03", 5, "x"))
    hiring = openings(("P", "J01", 5, "x"), ("Q", "J02", 5, "x"))
    hours = {("J00", "J01"): 10.0, ("J00", "J02"): 90.0, ("J03", "J01"): 20.0}
    few, many = (match(fragile, hiring, hours, settings={"explained_moves": most}) for most in (0, 300))
    assert [(f.kind, f.access) for f in few.flows] == [(f.kind, f.access) for f in many.flows]
    assert all(item["access_conditions"] for item in few.to_dict()["results"])


def test_kind_and_access_are_those_from_the_job_left_to_the_job_reached(embedded_graph: OccupationGraph) -> None:
    ends = (("N4101", "N4102"), ("N4105", "N4101"), ("H2902", "H2504"), ("N1103", "N1101"))
    fragile = Lots.of("fragile", [Lot(f"A{n}", start, "x", people=1) for n, (start, _) in enumerate(ends)])
    hiring = Lots.of("hiring", [Lot(f"P{n}", end, "x", people=1) for n, (_, end) in enumerate(ends)])
    found = match_territory(embedded_graph, fragile, hiring, settings=Settings(territory=TerritorySettings(**ANY_MOVE)))
    between = partial(access_between, embedded_graph.referential)
    moved = [*found.flows, *found.to_confirm]
    assert moved
    turned = 0
    told = {f.hiring.job: [*f.place_and_access("fr")] for f in moved}
    assert (told["H2504"], told["N4102"][1][:13]) == (["H2504"], "accès : carte")
    assert told["N1101"][1:] == ["accès : autorisation de conduite (employeur)", "souvent demandé : CACES R489"]
    for f in moved:
        assert (f.kind, f.access) == between(f.fragile.job, f.hiring.job)
        turned += (f.kind, f.access) != between(f.hiring.job, f.fragile.job)
    assert turned


def test_the_same_job_takes_no_hours_and_comes_first() -> None:
    fragile = people(("A", "J00", 4, "Nord"))
    hiring = openings(("P", "J01", 9, "Nord"), ("Q", "J00", 3, "Sud"))
    found = match(fragile, hiring, {("J00", "J01"): 0.0}, places=BASINS)
    # Other work at 0 hours in the same basin is nearer, the same job comes first all the same.
    assert flows(found) == [("A", "Q", "J00", 3), ("A", "P", "J01", 1)]
    first = found.to_dict()["results"][0]
    assert first["same_job"]
    assert first["hours_per_person"] == {"low": 0.0, "expected": 0.0, "high": 0.0}
    assert first["move"] is None
    assert found.to_dict()["results"][1]["move"]["target"]["code"] == "J01"


def test_the_budget_is_kept_and_what_more_would_bring_comes_from_solving_again() -> None:
    fragile, hiring = people(("A", "J00", 10, "x")), openings(("P", "J01", 10, "x"))
    found = match(fragile, hiring, {("J00", "J01"): 30.0}, budget_hours=100)
    assert (found.placed, found.hours) == (3, 90.0)
    assert found.uncovered[0].reason == "budget"
    assert found.unfilled[0].reason == "budget"
    changes = {c.kind: c for c in found.changes}
    assert changes["budget"].more == 7  # 40 hours a head: 500 hours in all
    assert changes["budget"].placed == 10
    assert changes["no_budget"].hours == 300.0
    assert "40 heures de formation de plus par tête : 7 personnes" in changes["budget"].sentence("fr")
    kind = next(column for column in Change.spec.columns if column.key == "kind")
    assert [kind.cell_text(name, "fr") for name in changes] == ["budget d'heures", "budget d'heures levé"]
    exact = match(fragile, hiring, {("J00", "J01"): 30.0}, budget_hours=90)
    assert exact.placed == 3
    assert match(fragile, hiring, {("J00", "J01"): 30.0}, budget_hours=89).placed == 2


def test_a_post_that_takes_some_of_the_people_says_how_many_it_had() -> None:
    found = match(people(("A", "J00", 2, "x")), openings(("P", "J01", 5, "x")), {("J00", "J01"): 10.0})
    assert [(u.openings, u.empty) for u in found.unfilled] == [(5, 3)]


def test_a_higher_ceiling_of_cost_is_tried_in_what_would_change() -> None:
    fragile, hiring = people(("A", "J00", 4, "x")), openings(("P", "J01", 4, "x"))
    found = match(fragile, hiring, {("J00", "J01"): 100.0}, max_cost=70)
    assert [(c.kind, c.bound, c.step, c.more) for c in found.changes] == [("max_cost", 110.0, 40.0, 4)]
    assert [c.more for c in match(fragile, hiring, {("J00", "J01"): 111.0}, max_cost=70).changes] == [0]


def test_a_rule_that_is_left_out_is_not_moved_by_an_unknown_number() -> None:
    (step,) = Change.spec.pick("step")
    texts = [step.screen(Change("budget", 50.0, by, 3, 0, 0.0), "fr") for by in (40.0, 0.05, None)]
    assert texts == ["40", "0,05", "–"]


def test_a_frame_is_asked_with_the_expected_hours() -> None:
    asked: list[Any] = []

    class Heard(Written):
        def within(
            self, frame: str, origins: Rows, targets: Rows, expected: Floats, titles: Titles | None = None
        ) -> Verdicts:
            asked.append(expected.tolist())
            return super().within(frame, origins, targets, expected, titles)

    costs = Heard({("J00", "J01"): 100.0}, frames={("J00", "J01"): YES})
    match(people(("A", "J00", 1, "x")), openings(("P", "J01", 1, "x")), {}, frame="f", costs=costs)
    assert asked == [[[100.0]]]
    written = Written(every(10.0), frames={("J00", "J01"): YES, ("J00", "J02"): NO})
    posts = openings(("P", "J01", 2, "x"), ("Q", "J02", 5, "x"))
    found = match(people(("A", "J00", 3, "x")), posts, {}, costs=written, frame="f", budget_hours=10.0)
    # The frame holds where another bound is moved, and the budget where the frame is left out.
    assert {c.kind: c.placed for c in found.changes} == {"budget": 2, "no_budget": 2, "no_frame": 1}


def test_pairs_that_are_too_many_are_those_of_lots_and_pools() -> None:
    shared = [Lot("BMO", job, "nord", "F1", 4, "Nord") for job in ("J01", "J02", "J04")]
    own = [Lot(employer, "J01", "nord", people=1, basin_label="Nord") for employer in ("P", "Q")]
    fragile, hiring = people(("A", "J00", 6, "Nord")), Lots.of("hiring", [*shared, *own])
    assert match(fragile, hiring, every(10.0), settings={"max_pairs": 3}).placed == 6
    with pytest.raises(PasserellesError, match="3 pairs of lots and openings to compare, for at most 2"):
        match(fragile, hiring, every(10.0), settings={"max_pairs": 2})


def test_every_reason_has_its_name() -> None:
    hiring = openings(("P", "J01", 5, "Nord"))

    def reason(hours: dict[tuple[str, str], float], basin: str = "Nord", **options: Any) -> str:
        return match(people(("A", "J00", 2, basin)), hiring, hours, places=BASINS, **options).uncovered[0].reason

    known = {("J00", "J01"): 100.0}
    assert reason({}, strict=True) == "hours_unknown"
    assert reason(known, max_cost=99) == "max_cost"
    assert reason(known, settings={"acceptable_probability": 1.0}) == "unlikely"
    assert reason(known, "Sud", radius_km=30) == "radius"
    assert reason(known, "Ile", radius_km=30) == "distance_unknown"
    assert reason(known, settings={"max_hours": 50}) == "max_hours"
    assert reason(known, min_probability=0.999) == "probability"
    assert reason(known, costs=Written(known, frozenset({("J00", "J01")}))) == "not_possible"
    assert reason(known, frame="f", costs=Written(known, frames={("J00", "J01"): NO})) == "frame"
    many = match(people(("A", "J00", 9, "Nord")), hiring, known, places=BASINS)
    assert (many.uncovered[0].people, many.uncovered[0].reason) == (4, "capacity")


def test_a_radius_is_the_reason_only_where_nothing_else_bars() -> None:
    fragile, hiring = people(("A", "J00", 2, "Nord")), openings(("P", "J01", 5, "Sud"))
    asked: dict[str, Any] = {"places": BASINS, "settings": {"acceptable_probability": 1.0}, "stretch": True}
    near = match(fragile, hiring, {("J00", "J01"): 10.0}, radius_km=30, **asked)
    assert (near.uncovered[0].reason, near.unfilled[0].reason) == ("unlikely", "unlikely")
    text = near.unfilled[0].sentence("fr")
    assert "Les plus proches" not in text, "nobody is near a job that experts never list"
    assert "Les plus proches : " in replace(
        near.unfilled[0], candidates=(replace(near.unfilled[0].candidates[0], likely=True),)
    ).sentence("fr")
    assert not near.stretched  # what is shown apart is within the radius too
    for basin, placed in (("Nord", 2), ("Sud", 0)):  # a radius of nothing is the same basin
        there = openings(("P", "J01", 5, basin))
        assert match(fragile, there, every(10.0), places=BASINS, radius_km=0).placed == placed
    assert match(fragile, hiring, {("J00", "J01"): 10.0}, radius_km=60, **asked).stretched
    both = openings(("P", "J01", 5, "Sud"), ("Q", "J02", 9, "Nord"))
    costs = Written({("J00", "J01"): 10.0}, frozenset({("J00", "J02")}))
    assert match(fragile, both, {}, costs=costs, places=BASINS, radius_km=30).uncovered[0].reason == "radius"
    lost = [hiring[0] | {"basin": "Ile"}, both[1]]  # a distance to be found out may open them; nothing opens the others
    assert match(fragile, lost, {}, costs=costs, places=BASINS, radius_km=30).uncovered[0].reason == "distance_unknown"


def test_the_proof_counts_no_kilometre_of_a_distance_that_nobody_knows() -> None:
    fragile, hiring = people(("A", "J00", 2, "Nord")), openings(("P", "J00", 1, "Sud"), ("Q", "J00", 1, "Ile"))

    def told(hiring: Any) -> tuple[float | None, Any]:
        found = match(fragile, hiring, {}, places=BASINS)
        proofs = {each["name"]: each for each in found.certificate()["objectives"]}
        distance = proofs.pop("distance")
        assert proofs
        assert all(each["value"] is not None for each in proofs.values())
        assert any("kilom" in line for line in found.release().proofs()) == (distance["value"] is not None)
        return found.totals()["km"], (distance["value"], distance["bound"], distance["gap"])

    assert told(hiring[:1]) == (50.0, (50.0, 50.0, 0))
    assert told(hiring) == (None, (None, None, 0))


def test_openings_left_by_people_placed_there_or_to_be_confirmed_want_others() -> None:
    fragile, hiring = people(("A", "J00", 2, "x"), ("B", "J03", 3, "x")), openings(("P", "J01", 5, "x"))
    costs = Written({("J00", "J01"): 10.0}, frozenset({("J03", "J01")}))
    found = match(fragile, hiring, {}, costs=costs)
    assert (found.placed, found.unfilled[0].reason) == (2, "everyone_placed")
    assert "ailleurs" not in found.unfilled[0].sentence()
    held = match(fragile[:1], hiring, {})
    assert (held.placed, held.reserved) == (0, 2)
    assert "déjà placées, ou à confirmer" in held.unfilled[0].sentence()


def test_openings_out_of_reach_say_what_their_job_takes_and_not_who_is_nearest(embedded_graph: OccupationGraph) -> None:
    fragile = people(("A", "M1602", 2, "x"))
    found = match_territory(embedded_graph, fragile, openings(("P", "J1501", 5, "x"), ("Q", "N4103", 5, "x")))
    said = {u.lot.job: (u.reason, u.sentence("fr")) for u in found.unfilled}
    assert "qui les montre à part. Ce que le métier exige : DE aide-soignant (1" in said["J1501"][1]
    assert "Souvent demandé : AFGSU 2." in said["J1501"][1]
    assert "permis D (84 h) + FIMO voyageurs (140 h" in said["N4103"][1]
    assert [reason for reason, _ in said.values()] == ["unlikely"] * 2
    (left,) = match_territory(embedded_graph, people(("A", "N4101", 2, "x")), openings(("P", "N4101", 5, "x"))).unfilled
    assert left.reason == "everyone_placed"
    assert "permis C" in left.sentence("fr")
    fragile = people(("A", "N1105", 1, "x"), ("B", "A1415", 1, "x"))  # who nearly reaches what others leave is named
    found = match_territory(embedded_graph, fragile, openings(("P", "N1105", 5, "x")))
    (left,), (stays,) = found.unfilled, found.uncovered
    assert (left.reason, "Les plus proches : B, Marin" in left.sentence("fr")) == ("everyone_placed", True)
    assert all(
        said.endswith("le plus proche de leur métier : P, Manutentionnaire.")
        for said in (stays.why(), stays.sentence())
    )
    (stays,) = match_territory(embedded_graph, fragile, openings(("P", "N1105", 1, "x"))).uncovered  # none is empty
    assert stays.nearest is None


def test_unknown_hours_count_only_under_an_assumption() -> None:
    fragile, hiring = people(("A", "J00", 2, "x")), openings(("P", "J01", 5, "x"))
    held = match(fragile, hiring, {})
    assert (held.placed, held.reserved) == (0, 2)
    assert [f.unknown for f in held.to_confirm] == [("hours",)]
    found = match(fragile, hiring, {}, settings={"assumed_hours": 200})
    assert (found.placed, found.hours) == (2, 400.0)
    assert found.flows[0].to_dict("fr")["hours_assumed"]
    assert found.flows[0].hours.low is None
    assert found.flows[0].hours_range("en") == "assumed by the settings"
    assert "hours_assumed" in found.notes
    known = match(fragile, hiring, {("J00", "J01"): 50.0}, settings={"assumed_hours": 200})
    assert [f.to_dict("fr")["hours_assumed"] for f in known.flows] == [False]


def test_a_side_without_anybody_leaves_the_other_as_it_is() -> None:
    some = Lots.of("fragile", [Lot("A", "J00", "x", people=2)])
    nobody, nothing = Lots.of("fragile", []), Lots.of("hiring", [])
    posts = Lots.of("hiring", [Lot("P", "J01", "x", people=5)])
    assert [(u.people, u.reason) for u in match(some, nothing, {}).uncovered] == [(2, "nothing_near")]
    assert "0 people out of 0 (–)" in match(people(("A", "J00", 0, "x")), posts, {}).summary("en")
    assert [(u.empty, u.reason) for u in match(nobody, posts, {}).unfilled] == [(5, "everyone_placed")]


def test_an_unknown_frame_is_kept_and_dropped_when_strict() -> None:
    fragile, hiring = people(("A", "J00", 2, "x")), openings(("P", "J01", 5, "x"))
    costs = Written({("J00", "J01"): 10.0})
    kept = match(fragile, hiring, {}, costs=costs, frame="f")
    assert kept.placed == 2
    assert "frame_unknown" in kept.notes
    assert match(fragile, hiring, {}, costs=costs, frame="f", strict=True).placed == 0


def test_without_geography_the_radius_is_not_applied_and_the_output_says_so() -> None:
    fragile, hiring = people(("A", "J00", 2, "Rédon")), openings(("P", "J01", 1, "REDON"), ("Q", "J01", 1, "ailleurs"))
    found = match(fragile, hiring, {("J00", "J01"): 10.0}, radius_km=5)
    assert {f.hiring.employer: f.km for f in found.flows} == {"P": 0.0, "Q": None}
    assert "radius_not_applied" in found.notes
    assert found.certificate()["radius_applied"] is False
    assert found.totals()["km"] is None


def test_a_wider_radius_is_tried_in_what_would_change() -> None:
    fragile, hiring = people(("A", "J00", 4, "Nord")), openings(("P", "J01", 3, "Sud"))
    found = match(fragile, hiring, {("J00", "J01"): 10.0}, places=BASINS, radius_km=30)
    assert found.placed == 0
    assert [(c.kind, c.more) for c in found.changes] == [("radius", 3)]
    assert found.unfilled[0].reason == "radius"
    assert found.unfilled[0].candidates[0].km == pytest.approx(50.0, abs=0.1)


def test_openings_of_a_survey_were_gathered_within_the_radius_so_that_a_wider_one_tells_nothing() -> None:
    fragile = people(("A", "J00", 4, "Nord"))
    posts = [Lot("BMO", "J01", BASINS.basin(name).code, people=2, basin_label=name) for name in ("Nord", "Sud")]
    asked: dict[str, Any] = {"places": BASINS, "radius_km": 30}
    kinds = [
        {c.kind for c in match(fragile, Lots.of("hiring", some), {("J00", "J01"): 10.0}, **asked).changes}
        for some in (posts, [replace(post, pool="F1") for post in posts])
    ]
    assert kinds == [{"radius"}, set()]


def test_a_family_is_one_capacity_of_all_its_jobs() -> None:
    pool = [Lot("BMO", job, "nord", "F1", 3, "Nord") for job in ("J01", "J02")]
    hiring = Lots("hiring", tuple(sorted(pool)), {"F1": "Famille"})
    fragile = people(("A", "J00", 2, "Nord"), ("B", "J03", 2, "Nord"))
    hours = {("J00", "J01"): 10.0, ("J00", "J02"): 5.0, ("J03", "J01"): 10.0}
    found = match(fragile, hiring, hours)
    assert found.placed == 3
    assert {f.hiring.job for f in found.flows if f.fragile.employer == "A"} == {"J02"}  # the family's best job for A
    assert found.hiring.people == 3


def test_openings_of_one_job_in_two_families_are_told_apart() -> None:
    pool = tuple(Lot("BMO", "J01", "nord", family, 2, "Nord") for family in ("F1", "F2"))
    hiring = Lots("hiring", pool, {"F1": "Peu qualifiés", "F2": "Qualifiés"})
    found = match(people(("A", "J00", 4, "Nord")), hiring, {("J00", "J01"): 10.0})
    assert sorted(flow.place.rpartition(", ")[2] for flow in found.flows) == ["FAP F1", "FAP F2"]


def test_openings_of_two_lots_of_one_name_are_all_filled() -> None:
    hiring = Lots("hiring", tuple(Lot("P", "J01", "nord", people=n, basin_label="Nord") for n in (2, 3)))
    found = match(people(("A", "J00", 6, "Nord")), hiring, {("J00", "J01"): 10.0})
    assert (found.placed, found.hiring.people) == (5, 5)
    assert [u.empty for u in found.unfilled] == []


def test_the_floor_protects_the_small_employer_or_says_that_it_cannot() -> None:
    fragile = people(("A", "J00", 4, "x"), ("B", "J03", 4, "x"))
    hiring = openings(("P", "J01", 4, "x"))
    hours = {("J00", "J01"): 10.0, ("J03", "J01"): 90.0}
    assert match(fragile, hiring, hours).shares("employer") == {"A": (4, 4), "B": (0, 4)}
    fair = match(fragile, hiring, hours, settings={"floor": 0.5})
    assert fair.shares("employer") == {"A": (2, 4), "B": (2, 4)}
    clash = match(fragile, hiring, hours, settings={"floor": 0.75})
    assert (clash.status, clash.placed, clash.unmet) == ("infeasible", 0, ())
    alone = match(fragile, hiring, {("J00", "J01"): 10.0}, settings={"floor": 0.5, "floor_by": "job"})
    assert (alone.status, alone.unmet) == ("infeasible", ("J03",))


def test_what_a_floor_costs_is_said() -> None:
    start = people(("A", "J00", 4, "x"), ("B", "J03", 4, "x"))
    hours = {("J00", "J01"): 10.0, ("J03", "J02"): 40.0}
    end = openings(("P", "J01", 4, "x"), ("Q", "J02", 4, "x"))
    found = match(start, end, hours, budget_hours=100, settings={"floor": 0.5})
    assert found.placed == 4  # two of each: 2 x 40 hours leave two places of 10
    change = next(c for c in found.changes if c.kind == "no_floor")
    assert (change.placed, change.more) == (5, 1)
    assert "part minimale" in change.sentence()


@pytest.mark.parametrize(
    ("more", "said"), [(-3, "3 personnes de moins"), (0, "aucune personne"), (1, "1 personne de plus")]
)
def test_a_wider_bound_that_places_fewer_people_says_fewer(more: int, said: str) -> None:
    assert said in Change("radius", 60.0, 30.0, 5 + more, more, 0.0).sentence()


def test_a_floor_that_binds_is_not_passed_for_fewer_kilometres() -> None:
    fragile = people(("A", "J00", 4, "Sud"), ("B", "J03", 4, "Nord"))
    hiring = openings(("P", "J01", 4, "Nord"))
    found = match(fragile, hiring, {("J00", "J01"): 10.0, ("J03", "J01"): 90.0}, places=BASINS, settings={"floor": 0.5})
    assert found.shares("employer") == {"A": (2, 4), "B": (2, 4)}
    assert found.hours == 200.0  # four of B would be nearer, at 360 hours


def test_weights_may_leave_people_where_they_are() -> None:
    fragile, hiring = people(("A", "J00", 3, "x")), openings(("P", "J01", 2, "x"), ("Q", "J02", 9, "x"))
    hours = {("J00", "J01"): 50.0, ("J00", "J02"): 500.0}
    found = match(fragile, hiring, hours, settings={"objective": "weighted", "weight_person": 200})
    assert flows(found) == [("A", "P", "J01", 2)]
    assert found.uncovered[0].reason == "weights"
    budget = match(fragile, hiring, hours, budget_hours=60, settings={"objective": "weighted"})
    assert (budget.placed, budget.gap) == (1, 0)


@pytest.mark.parametrize(
    "options", [{"radius_km": -1}, {"budget_hours": float("nan")}, {"min_probability": 1.5}], ids=str
)
def test_bounds_that_are_none_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(PasserellesError) as error:
        match(people(("A", "J00", 1, "x")), openings(("P", "J01", 1, "x")), {}, **options)
    assert error.value.key == "territory_bound"


def test_openings_must_come_from_somewhere() -> None:
    with pytest.raises(PasserellesError) as error:
        match_territory(graph(), people(("A", "J00", 1, "x")))
    assert error.value.key == "territory_no_hiring"


def test_titles_that_one_fiche_holds_are_said_to_count_as_one_job(embedded_graph: OccupationGraph) -> None:
    start = people(("A", "Moniteur / Monitrice d'auto-école", 3, "Redon"))
    plain = build_graph(load_referential(), access=None)
    found = match_territory(plain, start, openings(("B", "Moniteur / Monitrice poids lourds", 3, "Redon")))
    assert (found.placed, found.hours) == (3, 0.0)
    assert "titles_of_one_fiche" in found.notes
    same = match_territory(plain, start, openings(("B", "moniteur / monitrice d'auto-école", 3, "Redon")))
    assert "titles_of_one_fiche" not in same.notes
    finer = match_territory(embedded_graph, start, openings(("B", "Moniteur / Monitrice poids lourds", 3, "Redon")))
    assert not finer.placed  # the certificate's length is not known: no move without an assumption
    assert [(f.people, f.unknown) for f in finer.to_confirm] == [(3, ("hours",))]
    assert [r["side"] for r in finer.to_dict()["resolved"]] == ["fragile", "hiring"]


def test_people_placed_far_away_for_want_of_a_radius_are_said() -> None:
    where = places(Nord=(48.0, 2.0), Sud=(44.0, 2.0))
    start, end = people(("A", "J00", 1, "Nord")), openings(("P", "J00", 1, "Sud"))
    assert "no_radius" in match(start, end, {}, places=where).notes
    assert "no_radius" not in match(start, end, {}, places=where, radius_km=900).notes


def test_a_shared_tie_is_drawn_alike_whatever_the_rows_and_runs() -> None:
    fragile = people(*((f"E{i}", "J00", 3, "x") for i in range(6)))
    hiring = openings(*((f"H{i}", "J01", 2, "x") for i in range(6)))
    one = match(fragile, hiring, every(10.0))
    two = match(fragile[::-1], hiring[::-1], every(10.0))
    assert flows(one) == flows(two)
    assert one.placed == 12


def test_everything_serialises() -> None:
    found = match(people(("A", "J00", 9, "x")), openings(("P", "J01", 5, "x")), every(10.0), budget_hours=30)
    for shape in (found.to_dict("fr"), found.to_dict("en")):
        text = json.dumps(shape, allow_nan=False)
        assert json.loads(text)["totals"]["placed"] == 3
    assert {"results", "uncovered", "unfilled", "totals", "bounds"} <= set(found.to_dict())


def test_openings_of_a_survey_are_told_by_their_family_and_how_much_of_it_is_counted() -> None:
    lot = Lot("BMO 2025", "J01", "nord", pool="A1", people=3, basin_label="Nord", label="Un métier", known_by="family")
    hiring = Lots.of("hiring", [lot, replace(lot, job="J02")], pool_labels={"A1": "Famille A"})
    hours = {("J00", "J01"): 10.0, ("J00", "J02"): 20.0}
    for masked, note in (("low", "survey_openings"), ("high", "survey_openings_high")):
        found = match(people(("A", "J00", 2, "Nord")), hiring, hours, settings={"masked_openings": masked})
        assert [n for n in found.notes if n.startswith("survey")] == [note]
    (flow,), (left,) = found.to_dict()["results"], found.unfilled
    assert (flow["family"], flow["known_by"]) == ("A1", "family")
    assert (left.code, left.place(), left.empty) == ("A1", "A1 Famille A, Nord", 1)
    assert left.to_dict()["hiring_title"] is None  # a family is nobody's title


def test_what_is_out_of_reach_is_told_by_its_distance_or_left_out_where_pairs_are_many() -> None:
    start, end = people(("A", "J00", 2, "Nord")), openings(("P", "J01", 3, "Loin"))
    found = match(start, end, {("J00", "J01"): 10.0}, places=BASINS, radius_km=60)
    assert "556 km" in found.uncovered[0].why()
    assert [u.reason for u in found.unfilled] == ["radius"]
    many = match(start, end, {("J00", "J01"): 10.0}, places=BASINS, radius_km=60, settings={"max_pairs": 5})
    assert [u.reason for u in many.unfilled] == ["nobody_near"]


SAMPLES = Path(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"


@pytest.mark.parametrize(
    ("name", "radius"), [("redon", 30.0), ("aurillac-figeac-rodez", 60.0), ("lacq-pau-tarbes", 60.0)]
)
def test_the_three_territories_on_real_data(
    real_market: Market, real_places: Places, rome4_graph: Any, name: str, radius: float
) -> None:
    market, where = real_market, real_places
    fragile = SAMPLES / f"{name}-fragile.csv"
    own = match_territory(rome4_graph, fragile, SAMPLES / f"{name}-hiring.csv", places=where, radius_km=radius)
    survey = match_territory(rome4_graph, fragile, market=market, places=where, radius_km=radius, changes=False)
    for found in (own, survey):
        assert found.gap == 0
        assert all(s.exact for s in found.stages)
        assert all(f.km is not None and f.km <= radius for f in found.flows)
        taken: dict[tuple[str, str, str], int] = {}
        for f in found.flows:
            key = (f.hiring.employer, f.hiring.pool or f.hiring.job, f.hiring.basin)
            taken[key] = taken.get(key, 0) + f.people
        for lot in found.hiring.lots:
            assert taken.get((lot.employer, lot.pool or lot.job, lot.basin), 0) <= lot.people
    assert survey.hours <= own.hours
    assert "survey_openings" in survey.notes
    probable = match_territory(
        rome4_graph, fragile, SAMPLES / f"{name}-hiring.csv", places=where, radius_km=radius, min_probability=0.1
    )
    assert probable.placed <= own.placed
    assert all(f.same_job or (f.probability or 0) >= 0.1 for f in probable.flows)


def test_an_effort_model_is_there_by_default(plain_embedded: OccupationGraph) -> None:
    found = match_territory(plain_embedded, SAMPLES / "redon-fragile.csv", SAMPLES / "redon-hiring.csv")
    assert found.placed > 90
    assert found.hours > 0
    assert replace(found, flows=()).placed == 0


@pytest.mark.real_data
def test_what_takes_years_is_not_offered_to_confirm_because_its_hours_are_unknown(
    rome4_graph: OccupationGraph,
) -> None:
    # From accountant to chartered accountant: 72 months at least, of hours that nobody publishes.
    given = [{"Métier": "M1203", "Effectif": 2, "Ville": "Redon"}], [{"Métier": "M1211", "Postes": 2, "Ville": "Redon"}]
    found = match_territory(rome4_graph, *given)
    assert (found.to_confirm, [u.reason for u in found.uncovered]) == ((), ["unlikely"])


@pytest.mark.real_data
def test_months_of_assumed_hours_are_at_least_theirs(rome4_graph: OccupationGraph) -> None:
    given = [{"Métier": "J1501", "Effectif": 1, "Ville": "Redon"}], [{"Métier": "J1304", "Postes": 1, "Ville": "Redon"}]
    (unknown,) = match_territory(rome4_graph, *given).to_confirm
    assert (unknown.hours.expected, unknown.training_months) == (None, None)
    assumed = match_territory(rome4_graph, *given, settings=Settings(territory=TerritorySettings(assumed_hours=700)))
    assert [flow.training_months for flow in (*assumed.flows, *assumed.to_confirm)] == [5.0]


@pytest.mark.real_data
def test_nobody_is_sent_to_school_for_years_though_experts_list_the_move(rome4_graph: OccupationGraph) -> None:
    given = [{"Métier": "J1501", "Effectif": 3, "Ville": "Redon"}], [{"Métier": "J1506", "Postes": 2, "Ville": "Redon"}]
    found = match_territory(rome4_graph, *given, stretch=True)  # a nursing assistant, and the 4,620 hours of nurses
    assert (found.placed, found.uncovered[0].reason) == (0, "unlikely")
    assert [flow.hours.expected for flow in found.stretched] == [4620.0]
    longer = Settings(territory=TerritorySettings(max_hours=5000))
    assert match_territory(rome4_graph, *given, settings=longer).placed == 2


def test_only_acceptable_moves_are_proposed_and_the_others_stand_apart_on_demand(
    plain_embedded: OccupationGraph,
) -> None:
    given = SAMPLES / "redon-fragile.csv", SAMPLES / "redon-hiring.csv"
    found = match_territory(plain_embedded, *given)
    assert not found.stretched
    for flow in (*found.flows, *found.to_confirm):
        likely = flow.level in ("proche", "accessible") and (flow.probability or 0) >= 0.05
        assert flow.same_job or flow.listed or likely
    assert all(flow.same_job or (flow.probability or 0) >= 0.05 for flow in found.flows)
    wide = match_territory(plain_embedded, *given, stretch=True)
    assert wide.stretched
    assert ("beyond" in found.notes, "beyond" in wide.notes) == (True, False)  # what the option would show is said
    assert (wide.flows, wide.to_confirm) == (found.flows, found.to_confirm)
    assert wide.totals() | {"stretched": 0} == found.totals()
    assert sum(f.people for f in wide.stretched) <= wide.totals()["uncovered"]
    assert wide.summary() == found.summary()
    for openings_of_theirs in (1, 3):  # of three people: it is said while somebody is left who might go beyond
        offered = [("P", "K2110", openings_of_theirs, "Redon"), ("Q", "N1101", 2, "Redon")]
        some = match_territory(plain_embedded, people(("A", "K2110", 3, "Redon")), openings(*offered))
        assert ("beyond" in some.notes) is (openings_of_theirs < 3)


def test_what_is_to_be_confirmed_never_takes_the_place_of_what_is_known() -> None:
    fragile = people(("A", "J00", 4, "x"), ("B", "J03", 4, "x"))
    hiring = openings(("P", "J01", 5, "x"))
    found = match(fragile, hiring, {("J03", "J01"): 500.0})
    assert flows(found) == [("B", "P", "J01", 4)]
    assert [(f.fragile.employer, f.people, f.unknown) for f in found.to_confirm] == [("A", 1, ("hours",))]
    totals = found.totals()
    assert (totals["placed"], totals["to_confirm"], totals["uncovered"]) == (4, 1, 3)
    assert (totals["filled"], totals["reserved"], totals["unfilled"]) == (4, 1, 0)
    assert "3 personnes restent sans solution" in found.summary()


def test_a_title_that_is_not_sure_is_to_be_confirmed() -> None:
    lot = Lot("A", "J00", "x", people=3, given="assembleur", confidence=0.6)
    found = match(Lots.of("fragile", [lot]), openings(("P", "J00", 5, "x")), {})
    assert (found.placed, [(f.people, f.unknown, f.same_job) for f in found.to_confirm]) == (0, [(3, ("title",), True)])


def test_a_title_of_signs_alone_is_no_title() -> None:
    signs = [Lot("A", "J00", "x", people=3, given=given, confidence=0.6) for given in ("???", "–")]
    found = match(Lots.of("fragile", signs[:1]), Lots.of("hiring", signs[1:]), {})
    assert (found.placed, [f.unknown for f in found.to_confirm]) == (0, [("title",)])  # no same words on both sides
    sure = [replace(lot, confidence=1.0) for lot in signs[:1]]
    written = [replace(sure[0], given="assembleur"), replace(sure[0], given="monteur")]
    for hiring, told in ((sure, False), (written[1:], True)):
        found = match(Lots.of("fragile", written[:1]), Lots.of("hiring", hiring), {})
        assert ("titles_of_one_fiche" in found.notes) == told


def test_the_curve_says_what_the_last_tenth_costs_and_a_ceiling_leaves_it_out() -> None:
    fragile = people(("A", "J00", 9, "x"), ("B", "J03", 1, "x"))
    hiring = openings(("P", "J01", 10, "x"))
    hours = {("J00", "J01"): 10.0, ("J03", "J01"): 700.0}
    found = match(fragile, hiring, hours)
    assert [(p.people, p.cost, p.cost_each) for p in found.curve[-2:]] == [(9, 90.0, 10.0), (10, 790.0, 700.0)]
    assert "contre 10 pour le dixième précédent" in (found.release().last_tenth("fr") or "")
    assert match(fragile, hiring, hours, max_cost=100).placed == 9
    level = match(fragile, hiring, dict.fromkeys(hours, 10.0)).release().last_tenth("fr") or ""
    assert "10 h par personne, comme le dixième précédent" in level
    assert match(fragile, hiring, dict.fromkeys(hours, 0.0)).release().last_tenth("fr") is None
    alone = match(people(("A", "J00", 2, "x")), openings(("P", "J01", 2, "x")), hours).release()
    assert [point.cost_each for point in alone.curve if point.cost_each is not None] == [10.0]
    assert alone.last_tenth("fr") is None  # nothing to compare with


def test_of_two_moves_the_likelier_is_chosen_even_where_it_takes_some_more_hours(
    plain_embedded: OccupationGraph,
) -> None:
    names = {o.code: o.label for o in plain_embedded.occupations}
    start = people(("Soudage", "H2913", 3, "x"), ("Peinture", "H3404", 3, "x"))
    found = match_territory(plain_embedded, start, openings(("P", "H2914", 3, "x")))
    assert [f.fragile.job for f in found.flows] == ["H2913"], names


def test_hours_are_those_of_a_path_of_one_step(embedded_graph: OccupationGraph) -> None:
    drawn = Random(8)  # noqa: S311 - no secret
    unknown = embedded_graph.position["K2128"]  # a certificate of unknown length
    rows = np.asarray(sorted({*drawn.sample(range(len(embedded_graph.codes)), 12), unknown}), dtype=np.intp)
    found = EffortCosts(embedded_graph, embedded_graph.settings).hours(rows, rows)
    compared = 0
    for i, start in enumerate(rows):
        for j, end in enumerate(rows):
            codes = (embedded_graph.codes[start], embedded_graph.codes[end])
            path = next(iter(rank_paths(embedded_graph, codes[0], targets=[codes[1]], max_steps=1, limit=1)), None)
            if path is None:
                continue  # a fiche and its own part
            known = [None if np.isnan(x[i, j]) else round(float(x[i, j]), 1) for x in found[:3]]
            spans = [path.hours.low, path.hours.expected, path.hours.high]
            assert known == ([None] * 3 if path.hours.lower_bound else spans), codes
            months = None if found.months is None or known[1] is None else round(float(found.months[i, j]), 1)
            assert months == (None if path.hours.lower_bound else path.months.expected), codes
            compared += 1
    assert compared > 100
    assert np.isnan(found.expected).any()


def test_months_of_a_move_after_a_lever_are_those_of_the_hours_that_both_take(embedded_graph: OccupationGraph) -> None:
    rows = np.arange(len(embedded_graph.codes))
    found = EffortCosts(embedded_graph, embedded_graph.settings, ("FIMO-M",)).hours(rows, rows)
    assert found.lever is not None
    assert found.months is not None
    taken = found.lever > 0
    assert taken.any()
    months = found.expected[taken] / embedded_graph.settings.paths.month_hours
    assert found.months[taken] == pytest.approx(months)  # no studies there, and no practice


def test_what_gives_access_to_a_regulated_job_is_not_known_so_neither_are_the_hours() -> None:
    jobs = referential({"ZA1": ["X"], "ZB1": ["X", "Y"], "ZB2": ["X", "Y"]})
    regulated = [replace(o, regulated="yes") if o.code == "ZB1" else o for o in jobs.occupations]
    graph = build_graph(replace(jobs, occupations=tuple(regulated)))
    start = people(("A", "ZA1", 2, "Redon"))
    chosen = Settings(territory=TerritorySettings(**ANY_MOVE))
    held = match_territory(graph, start, openings(("X", "ZB1", 2, "Redon")), settings=chosen)
    assert (held.placed, [f.unknown for f in held.to_confirm]) == (0, [("hours", "access")])
    assert match_territory(graph, start, openings(("X", "ZB2", 2, "Redon")), settings=chosen).placed == 2
    bare = build_graph(
        replace(jobs, occupations=tuple(regulated)), access=None
    )  # whoever sets access aside is told hours
    assert match_territory(bare, start, openings(("X", "ZB1", 2, "Redon")), settings=chosen).placed == 2


def test_a_title_that_demands_more_than_its_fiche_is_to_be_confirmed_with_what_it_demands(
    plain_embedded: OccupationGraph,
) -> None:
    start = people(("A", "Moniteur / Monitrice d'auto-école", 3, "Redon"))
    heavy = openings(("B", "Moniteur / Monitrice poids lourds", 3, "Redon"))
    found = match_territory(plain_embedded, start, heavy)
    (flow,) = found.to_confirm
    assert (found.placed, flow.people, flow.same_job, flow.unknown) == (0, 3, True, ("access",))
    assert {("CCS-GL",), ("PERM-C",)} <= {extra.codes for extra in flow.title_demands}
    assert "groupe lourd" in (flow.to_find_out("fr") or "")
    hours = [c.screen(flow, "fr") for c in flow.spec.columns if c.key == "hours_each"]
    assert hours == [None] * len(hours) != [], "unknown on every screen, never said to be those of the same job"
    told = flow.to_dict("fr")
    assert told["fragile_title"] == "Moniteur / Monitrice d'auto-école"
    assert "CCS-GL" in {c["code"] for c in told["access_conditions"]["credentials"]}
    light = openings(("B", "Moniteur / Monitrice d'auto-école", 3, "Redon"))
    assert match_territory(plain_embedded, start, light).placed == 3
    (flow,) = match_territory(
        plain_embedded, start, openings(("B", "Inspecteur / Inspectrice du permis de conduire", 3, "Redon"))
    ).to_confirm
    assert (flow.to_find_out("fr") or "").index("concours") < (flow.to_find_out("fr") or "").index("INSERR")
    movers = people(("A", "Aide-déménageur / Aide-déménageuse", 3, "Redon"))
    employed = openings(("B", "Déménageur / Déménageuse", 3, "Redon"))  # a licence is for who has a firm of their own
    assert match_territory(plain_embedded, movers, employed).placed == 3


def test_another_title_of_one_job_takes_the_hours_and_months_of_its_path(plain_embedded: OccupationGraph) -> None:
    ends = "Moniteur / Monitrice d'auto-école", "Moniteur / Monitrice moto"
    start, posts = people(("A", ends[0], 3, "Redon")), openings(("B", ends[1], 3, "Redon"))
    (flow,) = match_territory(plain_embedded, start, posts).to_confirm
    (path,) = rank_paths(plain_embedded, ends[0], targets=[ends[1]], max_steps=1)
    assert flow.hours.expected == flow.cost == path.hours.expected == 237
    assert flow.training_months == path.months.expected
    assert {c.screen(flow, "fr") for c in flow.spec.columns if c.key == "hours_each"} == {"237"}, "not 'the same job'"
    told = [demand.codes for demand in flow.title_demands]
    assert told.index(("PERM-A2",)) < told.index(("EXP-A2-24",)) < told.index(("PERM-A",)), "what comes before it too"
    bounded = match_territory(
        plain_embedded, start, posts, settings=Settings(territory=TerritorySettings(max_hours=100))
    )
    assert (bounded.to_confirm, [left.reason for left in bounded.uncovered]) == ((), ["max_hours"])
    held = [row | {"certifications détenues": "CCS deux-roues"} for row in start]
    (flow,) = match_territory(plain_embedded, held, posts).to_confirm
    assert (flow.hours.expected, flow.training_months) == (None, None), "less than the whole, nobody says how much"
    ((ranked,), *_) = rank_territory(plain_embedded, "Redon", fragile=start, hiring=posts)
    assert ranked.hours.expected == 237


@pytest.mark.parametrize("names", ["AB", "BA"])
def test_an_opening_to_be_confirmed_goes_to_who_lacks_least_of_what_it_asks_for(
    plain_embedded: OccupationGraph, names: str
) -> None:
    start = people(*((name, "Moniteur / Monitrice d'auto-école", 1, "Redon") for name in names))
    start[0] |= {"certifications détenues": "CCS deux-roues"}
    posts = openings(*(("X", f"Moniteur / Monitrice {what}", 1, "Redon") for what in ("moto", "poids lourds")))
    found = match_territory(plain_embedded, start, posts)
    assert {f.fragile.employer: f.hiring.given.split()[-1] for f in found.to_confirm} == {
        names[0]: "moto", names[1]: "lourds"
    }  # fmt: skip


def test_a_title_that_takes_one_of_several_things_does_not_ask_for_each() -> None:
    graph, title = build_graph(load_referential()), "Contrôleur / Contrôleuse technique automobile"
    posts = openings(("B", title, 1, "Redon"))
    (flow,) = match_territory(
        graph, people(("A", "Mécanicien / Mécanicienne automobile", 1, "Redon")), posts
    ).to_confirm
    assert [demand.codes for demand in flow.title_demands] == [("CT-QUAL", "TP-CTA")]
    assert match_territory(graph, people(("A", title, 1, "Redon")), posts).placed == 1, (
        "who works in it has one of them"
    )


def test_a_competition_before_one_of_two_ways_is_not_told_nor_one_that_was_passed() -> None:
    course = Credential("A", "École", "certificat", prerequisites=("C",))
    known = {"A": course, "B": Credential("B", "Diplôme", "diplôme"), "C": Credential("C", "Concours", "concours")}
    known |= {code: Credential(code, "Détachement", "agrément") for code in "EF"}
    known["D"] = Credential("D", "Formation", "certificat", choices=((("C",), ("E", "F")),))

    def extra(*choices: tuple[str, ...], held: str = "") -> list[tuple[str, ...]]:
        graph: Any = SimpleNamespace(referential=replace(load_referential(), credentials=tuple(known.values())))
        start, end = Lot("", "from", ""), Lot("", "to", "")
        demanded = {start: frozenset[Any](), end: frozenset(choices)}
        sides: Any = (Lots.of("fragile", [start]), Lots.of("hiring", [end]), Locator(None, None), None, Settings())
        territory = Territory(graph, *sides)
        vars(territory).update(title_credentials=demanded.__getitem__, held=lambda _: frozenset(held))
        access = AccessConditions("open", None, 0, 4, (), varies=False, origin="catalogue")
        return [demand.codes for demand in matching._extra_credentials(territory, start, end, access)]

    assert extra(("A",)) == [("C",), ("A",)]
    assert extra(("A", "B")) == [("A", "B")]
    assert extra(("A",), held="C") == [("A",)]
    assert extra(("A",), held="A") == []
    assert extra(("D",)) == [("C", "E"), ("D",)], "or what stands for it"


@pytest.mark.parametrize(
    ("job", "conditions", "told"),
    [
        ("N1101", "CACES R489 1-3-5", None),  # who is a forklift driver has what is usually asked for
        ("N1101", "permis CE", "permis CE (70 h)"), ("N1101", "permis CE ou D", "permis CE (70 h) ou permis D (84 h)"),
        ("N1101", "permis D ou permis CE", "permis CE (70 h) ou permis D (84 h)"),
        ("N4103", "permis CE ou permis D", None),
    ],
)  # fmt: skip
def test_who_holds_what_a_post_asks_for_goes_and_who_does_not_is_told_what_it_takes(
    embedded_graph: OccupationGraph, job: str, conditions: str, told: str | None
) -> None:
    posts = [{"employer": "B", "job": job, "openings": 3, "basin": "Redon", "conditions": conditions}]
    found = match_territory(embedded_graph, people(("A", job, 3, "Redon")), posts)
    assert found.placed == (3 if told is None else 0)
    assert [flow.access_said("fr") for flow in found.to_confirm] == ([] if told is None else [told])


def test_a_credential_in_the_words_of_an_opening_is_to_be_confirmed_unless_the_people_bring_it(
    plain_embedded: OccupationGraph,
) -> None:

    def asked_back(job: str, start: str, end: str) -> list[str | None]:
        lot = Lot("A", job, "x", people=3, confidence=1.0)
        sides = Lots.of("fragile", [replace(lot, given=start)]), Lots.of("hiring", [replace(lot, given=end)])
        found = match_territory(plain_embedded, *sides)
        assert found.placed == 3 * (not found.to_confirm), (start, end)
        return [flow.to_find_out("fr") for flow in found.to_confirm]

    (told,) = asked_back("N4105", "Chauffeur-livreur", "Chauffeur-livreur permis C exigé")
    assert told == "ce qu'exige l'accès au poste : permis C (105 h)"
    assert asked_back("N4105", "Chauffeur-livreur permis CE", "Chauffeur-livreur (permis C)") == []
    assert asked_back("N4101", "Conducteur routier", "Conducteur routier permis C H/F") == [], "their job demands it"
    assert asked_back("N4105", "Chauffeur-livreur", "Chauffeur-livreur permis B exigé") == [], "many hold it"
    assert asked_back("N1101", "Cariste", "Cariste CACES 3") == [], "a word that nothing makes a demand"
    (told,) = asked_back("N1101", "Cariste", "Cariste, CACES 3 obligatoire")
    assert told == "ce qu'exige l'accès au poste : caces 3"


@pytest.mark.parametrize(
    ("origin", "target", "placed"),
    [
        ("F1704", "F1206", 0),  # a labourer has not practised the trade that the gang does
        ("F1703", "F1206", 2),  # a mason has
        ("N4201", "N1302", 2),  # both posts ask for the same years
        ("D1502", "N1302", 2),  # experts list the move
        ("D1435", "N1302", 0),
    ],
)
def test_years_in_a_trade_that_employers_usually_ask_for_are_to_be_confirmed(
    embedded_graph: OccupationGraph, origin: str, target: str, placed: int
) -> None:
    found = match_territory(embedded_graph, people(("A", origin, 2, "x")), openings(("B", target, 2, "x")))
    (flow,) = (*found.flows, *found.to_confirm)
    assert (found.placed, flow.unknown) == (placed, () if placed else ("experience",))
    assert ("Expérience" in (flow.to_find_out() or "")) is not bool(placed)


@pytest.mark.parametrize("title", ["monteur", "Monteur (H/F)", "MONTEUR F/H"])
def test_the_same_words_on_both_sides_are_the_same_job_however_they_are_read(title: str) -> None:
    fragile = Lots.of("fragile", [Lot("A", "J00", "x", people=3, given="Monteur", confidence=0.5)])
    hiring = Lots.of("hiring", [Lot("P", "J00", "x", people=3, given=title, confidence=0.5)])
    assert match(fragile, hiring, {}).placed == 3


@pytest.mark.parametrize(
    ("near", "far", "opening"),
    [
        ("Fraiseur 5 axes", "Tourneur CN", "Tourneur sur commande numérique"),
        ("Opérateur de pliage", "Massicotier", "Opérateur massicot"),
    ],
)
def test_of_the_people_of_one_job_those_of_the_trade_that_an_opening_names_come_first(
    near: str, far: str, opening: str
) -> None:
    where = places(Nord=(48.0, 2.0), Sud=(48.1, 2.0))
    sites = ("Nord", near), ("Sud", far)
    fragile = Lots.of("fragile", [Lot(place, "J00", place, people=2, given=title) for place, title in sites])
    hiring = Lots.of("hiring", [Lot("P", "J00", "Nord", people=2, given=opening)])
    (flow,) = match(fragile, hiring, {}, places=where).flows
    assert (flow.fragile.given, flow.people, flow.hours.expected) == (far, 2, 0.0)


def test_who_stays_and_what_stays_empty_keep_the_words_of_their_employers() -> None:
    fragile = Lots.of("fragile", [Lot("A", "J00", "x", people=3, given="Monteuse", confidence=1.0)])
    hiring = Lots.of("hiring", [Lot("P", "J03", "x", people=2, given="Chef de quai", confidence=1.0)])
    told = match(fragile, hiring, {}, settings={"acceptable_probability": 1.0}).to_dict()
    assert told["uncovered"][0]["fragile_title"] == "Monteuse"
    assert told["unfilled"][0]["hiring_title"] == "Chef de quai"


def test_work_on_ones_own_account_is_an_option_and_never_a_placement() -> None:
    fragile = people(("A", "J00", 4, "x"))
    hiring = [{"Entreprise": "P", "Métier": "J00", "Postes à pourvoir": 4, "Commune": "x", "Statut": "indépendant"}]
    found = match(fragile, hiring, {})
    assert (found.placed, found.reserved, found.uncovered[0].reason) == (0, 0, "self_employed")
    assert [(f.hiring.employer, f.people) for f in found.options] == [("P", 4)]
    assert found.totals()["unfilled"] == 4


def test_titles_written_alike_are_read_once_and_no_other_ones_with_them() -> None:
    plain = referential({"J00": ["a"], "J01": ["b"]})
    values = {name: getattr(plain, name) for name in plain.__dataclass_fields__}
    rows = (
        CredentialRequirement("J00", "CARTE", scope="self-employed", titles="T1"),
        CredentialRequirement("J01", "TITRE", scope="titles", titles="T1"),
    )
    values |= {"credentials": (Credential("CARTE", "Carte", "carte"), Credential("TITRE", "Titre", "titre"))}
    some = build_graph(Referential(**{**values, "credential_requirements": rows}))
    lot = Lot("A", "J00", "x", title_code="T1", given="Monteur")
    others: list[dict[str, Any]] = [
        {},
        {"job": "J01"},
        {"title_code": "T2"},
        {"given": "Monteur CACES exigé"},
        {"permits": "permis Z"},
    ]
    lots = [replace(lot, **changed, self_employed=own) for changed in others for own in (False, True)]
    sides = Lots.of("fragile", lots[:1]), Lots.of("hiring", lots)
    both = Territory(some, *sides, Locator(None, None), Written({}), Settings())
    read = [both.title_credentials(each) for each in lots]
    assert read == [credentials_of_title(some, each) for each in lots]
    assert read[:2] == [set(), {("CARTE",)}]
    assert len({*read}) > 3


def test_what_is_written_beside_a_title_is_demanded_but_for_what_two_days_or_the_employer_give(
    embedded_graph: OccupationGraph,
) -> None:
    cases = {"permis C": {"PERM-C"}, "permis B": set(), "SST": set(), "BAFA": {"BAFA"}, "SSIAP 1": {"SSIAP1"}}
    for written, codes in cases.items():
        lot = Lot("P", "N1101", "x", given=f"Cariste {written}")
        assert {code for choice in credentials_of_title(embedded_graph, lot) for code in choice} == codes


def test_minutes_bound_where_a_table_of_travel_gives_them(embedded_graph: OccupationGraph) -> None:
    basins = tuple(Basin(code, code, latitude=47.0, longitude=place) for code, place in (("A", 2.0), ("B", 2.1)))
    there = Places(basins, travel={("A", "B"): (50.0, None)})
    fragile = [{"employer": "F", "job": "N4101", "headcount": 3, "basin": "A"}]
    hiring = [{"employer": "H", "job": "N4101", "openings": 3, "basin": "B"}]
    for most, placed in ((60.0, 3), (40.0, 0)):
        found = match_territory(embedded_graph, fragile, hiring, places=there, max_minutes=most, changes=False)
        assert found.placed == placed
    assert [reason for u in found.uncovered for reason in u.barred] == ["minutes"]
    assert found.certificate()["max_minutes"] == 40.0


def test_nobody_steps_down_while_their_own_job_is_to_be_confirmed(plain_embedded: OccupationGraph) -> None:
    people = [{"employer": "A", "job": "Moniteur / Monitrice d'auto-école", "headcount": 3, "basin": "Redon"}]
    lorry = {"employer": "C", "job": "N4101", "openings": 5, "basin": "Redon"}
    heavy = {"employer": "B", "job": "Moniteur / Monitrice poids lourds", "openings": 2, "basin": "Redon"}
    found = match_territory(plain_embedded, people, [heavy, lorry])
    assert not found.flows
    assert [(f.hiring.title, f.people, f.unknown) for f in found.to_confirm] == [(heavy["job"], 2, ("access",))]
    assert found.to_confirm[0].hours.expected is None  # the title demands more: how much is not known
    assert [u.reason for u in found.unfilled] == ["step_down"]
    assert [f.hiring.job for f in match_territory(plain_embedded, people, [heavy, lorry], stretch=True).stretched] == [
        "N4101"
    ]
    trainer = heavy | {"job": "Formateur / Formatrice de conducteurs routiers"}  # three years of driving
    assert [f.unknown for f in match_territory(plain_embedded, people, [trainer]).to_confirm] == [("access",)]
    # Without an opening of their own job, or with one beyond the radius, the step down is theirs to take.
    assert [(f.hiring.job, f.people) for f in match_territory(plain_embedded, people, [lorry]).flows] == [("N4101", 3)]
    there = places(Redon=(47.65, -2.08), Loin=(43.0, 2.0))
    for basin, steps in (("Redon", []), ("Loin", [("N4101", 3)])):
        offers = [heavy | {"basin": basin}, lorry]
        near = match_territory(plain_embedded, people, offers, places=there, radius_km=30, changes=False)
        assert [(f.hiring.job, f.people) for f in near.flows] == steps
    offers = [heavy, lorry | {"basin": "Loin"}]
    far = match_territory(plain_embedded, people, offers, places=there, radius_km=30, stretch=True, changes=False)
    assert not far.stretched


@pytest.mark.parametrize(
    ("origin", "target", "proposed"),
    [
        ("J1506", "J1305", False),  # a nurse learns no ambulance driving for 900 hours
        ("J1506", "J1501", True),  # listed by the experts
        ("J1506", "K1306", False),
        ("A1406", "N3102", True),
        ("D1403", "G1603", True),  # a short way down
    ],
)
def test_nobody_trains_for_long_for_a_lower_job(
    embedded_graph: OccupationGraph, origin: str, target: str, *, proposed: bool
) -> None:
    fragile, hiring = people(("A", origin, 2, "x")), openings(("B", target, 2, "x"))
    found = match_territory(embedded_graph, fragile, hiring, changes=False)
    assert bool([*found.flows, *found.to_confirm]) is proposed
    assert proposed or [u.reason for u in found.uncovered] == ["unlikely"]
    bounded = Settings(territory=TerritorySettings(max_hours=2000.0))
    assert match_territory(embedded_graph, fragile, hiring, settings=bounded, changes=False).flows


def test_titles_of_one_job_whose_numbers_differ_are_to_be_confirmed(embedded_graph: OccupationGraph) -> None:
    def lots(count: str, *titles: str) -> list[dict[str, Any]]:
        return [
            {"employer": str(n), "job": title, "choix": "N1101", count: 2, "basin": "Redon"}
            for n, title in enumerate(titles)
        ]

    for there, placed in (("Cariste CACES 3", 0), ("Cariste CACES 1", 2), ("Cariste", 2), ("Cariste CACES 3 et 1", 0)):
        found = match_territory(embedded_graph, lots("headcount", "Cariste CACES 1"), lots("openings", there))
        assert found.placed == placed
        assert [f.unknown for f in found.to_confirm] == [("access",)] * (not placed)
    (doubtful,) = found.to_confirm
    assert "Cariste CACES 1 → Cariste CACES 3 et 1" in (doubtful.to_find_out("fr") or "")


@pytest.mark.parametrize(("posts", "given"), [(2, 0), (3, 1), (5, 2)])
def test_posts_that_a_mere_confirmation_keeps_from_people_of_the_job_go_to_nobody_else(posts: int, given: int) -> None:
    own, strangers = (Lot(name, job, "x", people=2) for name, job in (("A", "J00"), ("S", "J01")))
    doubtful = Lot("P", "J00", "x", people=posts, confidence=0.6)
    hours = {("J00", "J02"): 10.0, ("J01", "J00"): 10.0, ("J01", "J02"): 90.0}
    found = match([own, strangers], [doubtful, Lot("Q", "J02", "x", people=2)], hours)
    assert [(f.fragile.employer, f.hiring.employer, f.people) for f in found.flows] == [("A", "Q", 2)]
    assert [(f.fragile.employer, f.hiring.employer, f.people) for f in found.to_confirm] == [("S", "P", given)][:given]
    assert [(note.key, note.values["n"]) for note in found.planned] == [("own_job", 2)]
    left = [(u.people, u.reason) for u in found.uncovered]  # posts stay empty, and no budget is what keeps them so
    assert left == ([(2 - given, "own_job")] if given < 2 else [])
    assert [u.reason for u in found.unfilled] == ["own_job" if given < 2 else "everyone_placed"]
    assert all(u.access for u in found.unfilled), "what the job takes is said all the same"


def test_the_likelier_of_two_moves_is_made_where_chance_weighs_most_and_no_bound_is_put_on_an_unknown_one(
    embedded_graph: OccupationGraph,
) -> None:
    codes = [m.target.code or "" for m in rank_moves(embedded_graph, "N1103", limit=12) if m.known is None][:2]
    chosen = Settings(territory=TerritorySettings(**(ANY_MOVE | {"unlikely_hours": 10_000.0})))
    fragile, hiring = people(("A", "N1103", 1, "x")), openings(*(("P", code, 1, "x") for code in codes))
    (flow,) = match_territory(embedded_graph, fragile, hiring, settings=chosen, changes=False).flows
    assert flow.hiring.job == codes[0]
    uncalibrated = build_graph(embedded_graph.referential, settings=Settings(scorer="unfitted"))
    for least, offered in ((None, True), (0.1, False)):
        found = match_territory(uncalibrated, fragile, hiring, stretch=True, min_probability=least, changes=False)
        assert bool(found.stretched) is offered


def test_what_a_budget_leaves_out_is_not_offered_as_a_stretch() -> None:
    fragile, hiring = people(("A", "J00", 2, "x")), openings(("P", "J01", 2, "x"))
    found = match(fragile, hiring, {("J00", "J01"): 10.0}, budget_hours=0.0, stretch=True, changes=False)
    assert [*found.flows, *found.stretched] == []
    assert [u.reason for u in found.uncovered] == ["budget"]


def test_who_changes_jobs_so_that_more_people_are_placed_is_said() -> None:
    own, strangers = (Lot(name, job, "x", people=2) for name, job in (("A", "J00"), ("S", "J01")))
    posts = [Lot("P", "J00", "x", people=2), Lot("Q", "J02", "x", people=2)]
    found = match([own, strangers], posts, {("J00", "J02"): 100.0, ("J01", "J00"): 10.0})
    assert [(f.fragile.employer, f.hiring.employer) for f in found.flows] == [("A", "Q"), ("S", "P")]
    assert [(note.key, note.values["n"]) for note in found.planned] == [("own_job_others", 2)]
    assert "c'est ce qui place le plus de personnes" in found.planned[0].sentence("fr")
    apart = [replace(own, people=1), replace(own, employer="B", people=1)]
    again = match([*apart, strangers], posts, {("J00", "J02"): 100.0, ("J01", "J00"): 10.0})
    assert again.planned[0].sentence("fr").count("J00 Métier") == 1, "a job is named once, however many lots it has"
    assert not match([own], posts, {("J00", "J02"): 100.0}).planned


def test_nobody_learns_another_job_so_that_others_learn_theirs_at_less_cost() -> None:
    own, strangers = (Lot(name, job, "x", people=2) for name, job in (("A", "J00"), ("S", "J01")))
    posts = [Lot("P", "J00", "x", people=2), Lot("Q", "J02", "x", people=2)]
    found = match([own, strangers], posts, {("J00", "J02"): 10.0, ("J01", "J00"): 10.0, ("J01", "J02"): 100.0})
    assert [(f.fragile.employer, f.hiring.employer) for f in found.flows] == [("A", "P"), ("S", "Q")]
    assert not found.planned


def test_who_stays_while_others_learn_their_job_for_want_of_a_confirmation_is_said() -> None:
    strangers, post = Lot("S", "J01", "x", people=2), Lot("P", "J00", "x", people=2)
    for sure, notes in ((0.8, [("own_job_left", 2)]), (1.0, [])):
        own = Lot("A", "J00", "x", people=3, confidence=sure)
        found = match([own, strangers], [post], {("J01", "J00"): 10.0})
        assert [f.fragile.employer for f in found.flows] == ["S" if notes else "A"]
        assert [(note.key, note.values["n"]) for note in found.planned] == notes
        assert all("2 personnes restent sans solution" in note.sentence("fr") for note in found.planned)
    lots = [Lot(name, "J00", "x", people=3, confidence=0.8) for name in ("A", "B")]
    (note,) = match([*lots, strangers], [post], {("J01", "J00"): 10.0}).planned
    assert note.values["n"] == 2, "lots of one job share its openings"


def test_own_jobs_are_told_of_once_for_what_keeps_people_from_them_and_only_where_they_are_open() -> None:
    own, stranger = Lot("A", "J00", "Redon", people=2, given="Cariste CACES 1"), Lot("S", "J01", "Redon", people=2)
    asking = Lot("P", "J00", "Redon", people=2, given="Cariste CACES 3")
    unsure, other = Lot("T", "J00", "Redon", people=2, confidence=0.6), Lot("Q", "J02", "Redon", people=2)
    nowhere, far = replace(unsure, basin="?"), Lot("P", "J00", "Loin", people=2)
    several = replace(own, given="", people=3, confidence=0.8)
    cases: list[tuple[list[Lot], list[Lot], list[tuple[str, int]]]] = [
        ([own], [unsure, other], [("own_job", 2)]),
        ([own], [unsure, asking, other], [("own_job", 2)]),  # told once
        ([own], [nowhere, other], [("own_job_asks", 2)]),
        ([own, stranger], [asking, other], [("own_job_asks", 2)]),  # strangers have all of the posts
        ([own, stranger], [asking, replace(other, confidence=0.6)], []),  # to be confirmed: nobody changes yet
        ([several], [replace(unsure, confidence=1.0)], []),  # own people fill what is there
        ([own], [far, other], []),
    ]
    there = places(Redon=(47.65, -2.08), Loin=(43.0, 2.0))
    for fragile, hiring, notes in cases:
        hours = {("J00", "J02"): 10.0, ("J01", "J00"): 10.0}
        found = match(fragile, hiring, hours, places=there, radius_km=30.0, changes=False)
        assert [(note.key, note.values["n"]) for note in found.planned] == notes


def test_who_stays_for_want_of_a_known_place_is_told_so() -> None:
    lots = [Lot(name, job, place, people=2) for name, job, place in (("A", "J00", "?"), ("S", "J01", "Redon"))]
    places = Places((Basin("5313", "Redon"),), ())
    post = Lot("P", "J00", "Redon", people=2)
    (note,) = match(lots, [post], {("J01", "J00"): 10.0}, places=places, radius_km=30.0).planned
    assert note.key == "own_job_left"
    assert "leur lieu" in note.sentence("fr")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_who_would_change_jobs_for_what_a_post_of_their_own_asks_for_is_said(
    embedded_graph: OccupationGraph, lang: Lang
) -> None:
    fragile = [Lot("A", "N1101", "x", people=2, given="Cariste")]
    own = Lot("B", "N1101", "x", people=2, given="Cariste bilingue", permits="permis CE")
    found = match_territory(embedded_graph, fragile, [own, Lot("C", "N1103", "x", people=2)], changes=False)
    assert [(f.hiring.employer, f.same_job) for f in found.flows] == [("C", False)]
    (note,) = found.planned
    assert note.key == "own_job_asks"
    check = {
        "fr": "vérifiez d'abord leur distance et ce qu'ils demandent.",
        "en": "how far these are and what they ask for.",
    }
    assert "(Cariste → Cariste bilingue)" in note.sentence(lang)
    assert note.sentence(lang).endswith(check[lang])


def test_who_would_change_jobs_for_a_title_that_is_not_read_surely_is_said(embedded_graph: OccupationGraph) -> None:
    fragile = [Lot("A", "N1101", "redon", people=2, basin_label="Redon", given="Cariste")]
    other = Lot("C", "N1103", "redon", people=2, basin_label="Redon")
    for sure, notes in ((0.6, ["own_job"]), (1.0, [])):
        own = Lot("B", "N1101", "redon", people=3, basin_label="Redon", given="Conducteur de chariots", confidence=sure)
        found = match_territory(embedded_graph, fragile, [own, other], changes=False)
        assert [note.key for note in found.planned] == notes
        assert [f.same_job for f in found.flows] == [not notes]
        if notes:
            assert "2 personnes iraient" in found.planned[0].sentence("fr")
            assert "Cariste → Conducteur de chariots" in found.planned[0].sentence("fr")
