"""Scenarios side by side: another radius, another budget, a training lever."""

import pytest

from passerelles import build_graph, load_referential
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.scoring.coverage import required_columns
from passerelles.territory.scenarios import compare_scenarios
from territory_cases import Written, graph, openings, people, places

BASINS = places(Nord=(48.0, 2.0), Sud=(48.45, 2.0))  # 50 km apart


def test_a_radius_of_30_and_of_60_km_side_by_side() -> None:
    fragile = people(("A", "J00", 5, "Nord"))
    hiring = openings(("P", "J01", 2, "Nord"), ("Q", "J01", 9, "Sud"))
    found = compare_scenarios(
        graph(),
        fragile,
        hiring,
        {"30 km": {"radius_km": 30}, "60 km": {"radius_km": 60}, "60 km, 20 h": {"radius_km": 60, "budget_hours": 20}},
        places=BASINS,
        costs=Written({("J00", "J01"): 10.0}),
    )
    assert [(s.name, s.allocation.placed) for s in found] == [("30 km", 2), ("60 km", 5), ("60 km, 20 h", 2)]
    line = found[1].to_dict("en")
    assert line["uncovered"] == 0
    assert line["hours"]["expected"] == 50.0
    assert line["options"] == {"radius_km": 60}


def test_a_lever_lowers_hours_and_never_raises_them() -> None:
    embedded = build_graph(load_referential())
    fragile = people(("A", "H2909", 10, "Redon"))
    hiring = openings(("P", "K1302", 10, "Redon"))
    wanted = required_columns(embedded, embedded.position["K1302"]).tolist()
    lever = tuple(embedded.competency_codes[c] for c in wanted[:2])
    without, lifted = compare_scenarios(embedded, fragile, hiring, {"sans": {}, "avec": {"lever": lever}})
    assert without.allocation.placed == lifted.allocation.placed == 10
    assert 0 < lifted.allocation.hours < without.allocation.hours


def test_an_unknown_option_and_an_unknown_competency_are_refused() -> None:
    embedded = build_graph(load_referential())
    fragile, hiring = people(("A", "H2909", 1, "x")), openings(("P", "K1302", 1, "x"))
    with pytest.raises(PasserellesError):
        compare_scenarios(embedded, fragile, hiring, {"x": {"rayon": 3}})
    with pytest.raises(UnknownCodeError):
        compare_scenarios(embedded, fragile, hiring, {"x": {"lever": ("zorglub",)}})
