"""Scenarios side by side: another radius, another budget, a training lever."""

from dataclasses import replace

import numpy as np
import pytest

from passerelles import build_graph, load_referential
from passerelles.effort import effort_table
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.measures import required_columns
from passerelles.settings import EffortSettings, Settings, TerritorySettings
from passerelles.territory.hours import prior_training
from passerelles.territory.match import Scenario, compare_scenarios
from territory_cases import ANY_MOVE, Written, graph, openings, people, places

# Whole courses, so that what a lever spares is more than it takes.
ANY = Settings(territory=TerritorySettings(**ANY_MOVE), effort=EffortSettings(open_share=1.0))
BASINS = places(Nord=(48.0, 2.0), Sud=(48.45, 2.0))  # 50 km apart


def test_a_radius_of_30_and_of_60_km_side_by_side() -> None:
    fragile = people(("A", "J00", 5, "Nord"))
    hiring = openings(("P", "J01", 2, "Nord"), ("Q", "J01", 9, "Sud"))
    found = compare_scenarios(
        graph(),
        fragile,
        hiring,
        {"30 km": {"radius_km": 30}, "60 km": {"radius_km": 60}, "60 km, 20 h": {"radius_km": 60, "budget_hours": 20}},
        settings=ANY,
        places=BASINS,
        costs=Written({("J00", "J01"): 10.0}),
    )
    assert [(s.name, s.allocation.placed) for s in found] == [("30 km", 2), ("60 km", 5), ("60 km, 20 h", 2)]
    line = found[1].to_dict("en")
    assert line["uncovered"] == 0
    short = {"minutes": {"radius_km": 60, "max_minutes": 30}}
    (near,) = compare_scenarios(
        graph(), fragile, hiring, short, settings=ANY, costs=Written({("J00", "J01"): 10.0}),
        places=replace(BASINS, travel={("0000", "0001"): (45.0, None)}),
    )  # fmt: skip
    assert near.allocation.placed == 2
    assert line["hours"]["expected"] == 50.0
    assert [c.screen(found[1], "fr") for c in Scenario.spec.pick("hours_expected", "lever_hours", "km")] == [
        "50",
        "0",
        "150",
    ]
    assert line["options"] == {"radius_km": 60}


@pytest.fixture(scope="module")
def embedded(plain_embedded: OccupationGraph) -> OccupationGraph:
    return plain_embedded


def missing(graph: OccupationGraph, origin: str, target: str) -> list[str]:
    had = set(required_columns(graph, graph.position[origin]).tolist())
    wanted = required_columns(graph, graph.position[target]).tolist()
    return [graph.competency_codes[c] for c in wanted if c not in had]


def test_the_hours_of_a_lever_are_counted_in_the_move_the_totals_and_the_budget(embedded: OccupationGraph) -> None:
    fragile, hiring = people(("A", "H2909", 10, "Redon")), openings(("P", "M1607", 10, "Redon"))
    lever = tuple(missing(embedded, "H2909", "M1607")[:4])
    own = prior_training(embedded, embedded.settings.effort, lever).hours_of(embedded.position["H2909"])
    assert own >= 28.0  # four items of seven hours, and the bearings of their macro-competencies
    first = embedded.competency_codes[0]
    assert prior_training(embedded, embedded.settings.effort, (first,)).columns == (0,)
    without, lifted = compare_scenarios(embedded, fragile, hiring, {"sans": {}, "avec": {"lever": lever}}, settings=ANY)
    assert without.to_dict()["lever"] == {"people": 0, "hours": 0.0}
    assert lifted.to_dict()["lever"] == {"people": 10, "hours": 10 * own}
    assert lifted.allocation.flows[0].lever_hours == own
    each = lifted.allocation.flows[0].hours.expected
    assert each is not None
    assert own < each < (without.allocation.flows[0].hours.expected or 0)
    (tight,) = compare_scenarios(
        embedded, fragile, hiring, {"b": {"lever": lever, "budget_hours": 10 * each - 0.1}}, settings=ANY
    )
    assert tight.allocation.placed == 9


def test_who_acquires_all_that_is_missing_has_the_hours_of_the_lever_to_do_and_no_others(
    embedded: OccupationGraph,
) -> None:
    lever = tuple(missing(embedded, "H2909", "M1607"))
    fragile, hiring = people(("A", "H2909", 10, "Redon")), openings(("P", "M1607", 10, "Redon"))
    (found,) = compare_scenarios(embedded, fragile, hiring, {"tout": {"lever": lever}}, settings=ANY)
    own = prior_training(embedded, embedded.settings.effort, lever).hours_of(embedded.position["H2909"])
    assert found.allocation.flows[0].hours.expected == pytest.approx(own)
    assert found.allocation.hours == pytest.approx(10 * own)
    table, target = effort_table(embedded, embedded.settings), embedded.position["M1607"]
    ends = (own * table.low_share[target], own * table.high_share[target])
    low, _, high, *_ = found.allocation.flows[0].hours
    assert (low, high) == pytest.approx(ends, abs=0.1)


def test_a_lever_that_takes_more_than_it_saves_is_not_taken(embedded: OccupationGraph) -> None:
    fragile, hiring = people(("A", "H2909", 10, "Redon")), openings(("P", "M1607", 10, "Redon"))
    asked = set(missing(embedded, "H2909", "M1607"))
    useless = tuple(c for job in ("N4101", "F1703") for c in missing(embedded, "H2909", job) if c not in asked)
    without, lifted = compare_scenarios(
        embedded, fragile, hiring, {"sans": {}, "avec": {"lever": useless}}, settings=ANY
    )
    assert lifted.to_dict()["lever"] == {"people": 0, "hours": 0.0}
    assert lifted.allocation.hours == without.allocation.hours


def test_a_credential_of_unknown_length_is_no_lever(embedded: OccupationGraph) -> None:
    driving = build_graph(load_referential().with_overlay("enseignement-conduite"))
    lever = prior_training(driving, driving.settings.effort, ("AUT-ENS-GL",))
    assert np.isnan(lever.hours_of(driving.position["H2909"]))
    assert prior_training(driving, driving.settings.effort, ("AUT-ENS-GL",)).hours_of(driving.position["K2110-GL"]) == 0


def test_an_unknown_option_and_an_unknown_competency_are_refused(plain_embedded: OccupationGraph) -> None:
    fragile, hiring = people(("A", "H2909", 1, "x")), openings(("P", "M1607", 1, "x"))
    with pytest.raises(PasserellesError, match=r"x.*rayon.*radius_km, max_minutes"):
        compare_scenarios(plain_embedded, fragile, hiring, {"x": {"rayon": 3}})
    with pytest.raises(UnknownCodeError):
        compare_scenarios(plain_embedded, fragile, hiring, {"x": {"lever": ("zorglub",)}}, settings=ANY)
