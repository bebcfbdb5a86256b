"""Probability, position of a coverage, and the three levels."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Profile
from passerelles.ranking.rank import rank_moves
from passerelles.scoring.measures import coverage_positions
from passerelles.scoring.scorer import (
    CLOSE_POSITION,
    CLOSE_PROBABILITY,
    LEVELS,
    OPEN_POSITION,
    OPEN_PROBABILITY,
    Bend,
    Calibration,
    Level,
    level_at,
    levels_of,
    load_scorer,
    reaches,
)
from passerelles.settings import PathSettings, Settings
from passerelles.territory.hours import EffortCosts, JobHours, Titles
from passerelles.territory.lots import Locator, Lot, Lots
from passerelles.territory.match import match_territory
from passerelles.territory.pairs import Territory, moves_between
from passerelles.vectors import Rows

FITTED = load_scorer("fitted")
chances = st.floats(0, 1)
positions = st.one_of(st.none(), st.integers(1, 1000))


def level_of(chance: float, position: int | None, size: int) -> Level | None:
    """Level of one move; an unknown position raises nothing."""
    return level_at(int(levels_of(chance, math.inf if position is None else position / size)))


@given(chances, chances, positions)
def test_more_probable_is_never_further(one: float, other: float, position: int | None) -> None:
    low, high = sorted((one, other))
    nearer, further = level_of(high, position, 1000), level_of(low, position, 1000)
    assert nearer is not None
    assert further is not None
    assert reaches(nearer, further)


@given(chances, st.integers(1, 1000), st.integers(1, 1000))
def test_better_covered_is_never_further_and_at_most_one_level_nearer(chance: float, one: int, other: int) -> None:
    low, high = sorted((one, other))
    best, worst = level_of(chance, low, 1000), level_of(chance, high, 1000)
    unknown = level_of(chance, None, 1000)
    assert best is not None
    assert worst is not None
    assert unknown is not None
    assert reaches(best, worst)
    assert reaches(worst, unknown)  # what is not known raises nothing
    assert LEVELS.index(unknown) - LEVELS.index(best) <= 1


@pytest.mark.parametrize(
    ("chance", "share", "level"),
    [
        (CLOSE_PROBABILITY, 1.0, "proche"),
        (CLOSE_PROBABILITY - 1e-9, 1.0, "accessible"),
        (OPEN_PROBABILITY, CLOSE_POSITION, "proche"),
        (OPEN_PROBABILITY, CLOSE_POSITION + 0.001, "accessible"),
        (OPEN_PROBABILITY - 1e-9, OPEN_POSITION, "accessible"),
        (OPEN_PROBABILITY - 1e-9, OPEN_POSITION + 0.001, "exigeante"),
        (0.0, 0.001, "accessible"),
    ],
)
def test_thresholds(chance: float, share: float, level: str) -> None:
    assert level_of(chance, round(share * 1000), 1000) == level


def test_without_calibration_there_is_neither_probability_nor_level(embedded_graph: OccupationGraph) -> None:
    bare = FITTED.model_copy(update={"calibration": None})
    assert np.isnan(bare.chances([1.0])).all()
    assert level_of(math.nan, 1, 10) is None
    move = rank_moves(embedded_graph, "K2110", limit=1, settings=Settings(scorer="unfitted"))[0]
    assert (move.probability, move.level) == (None, None)
    assert not reaches(None, "exigeante")


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_probability_follows_the_score(one: float, other: float) -> None:
    bends = (Bend(at=0.5, slope=0.3), Bend(at=-4.0, slope=1.0))
    scorer = FITTED.model_copy(update={"calibration": Calibration(slope=0.5, intercept=-1.0, bends=bends)})
    low, high = sorted((one, other))
    first, second = scorer.chances([low, high]).tolist()
    assert 0 <= first <= second <= 1
    odds = 0.5 * low - 1.0 - 0.3 * max(0.5 - low, 0.0) - max(-4.0 - low, 0.0)
    assert math.isclose(math.log(first / (1 - first)), odds, abs_tol=1e-6)


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0, float("nan")]), min_size=2, max_size=9), st.data())
def test_position_counts_the_other_targets_that_are_better_covered(values: list[float], data: st.DataObject) -> None:
    own = data.draw(st.integers(-1, len(values) - 1))
    target = data.draw(st.sampled_from([i for i in range(len(values)) if i != own]))
    (found,) = coverage_positions(np.asarray(values), own, [target]).tolist()
    if math.isnan(values[target]):
        assert found == 0
    else:
        assert found == 1 + sum(v > values[target] for i, v in enumerate(values) if i != own)


@pytest.mark.parametrize("origin", ["K2110", "K2110-B"])
def test_a_fiche_and_its_parts_do_not_compete_before_each_other(origin: str, embedded_graph: OccupationGraph) -> None:
    covered = {m.coverage: m.coverage_position for m in rank_moves(embedded_graph, origin, limit=None)}
    shares = [m.coverage or 0.0 for m in rank_moves(embedded_graph, origin, limit=None)]
    assert covered == {share: 1 + sum(other > share for other in shares) for share in covered if share is not None}


def test_moves_carry_the_level_of_their_probability_and_position(embedded_graph: OccupationGraph) -> None:
    size = len(embedded_graph.codes)
    seen = set()
    for move in rank_moves(embedded_graph, "N4101", limit=None):
        assert move.probability == FITTED.chances(move.score)
        assert move.probability is not None
        level = level_of(move.probability, move.coverage_position, size)
        well_covered = move.coverage_position is not None and move.coverage_position <= 0.1 * size
        assert move.level == level or (level, move.level) == ("proche", "accessible")
        if move.level == "proche":
            assert well_covered
            assert move.access.status != "selective"
        seen.add(move.level)
    assert seen == set(LEVELS)


def test_a_selective_job_that_takes_no_credential_is_never_proche(embedded_graph: OccupationGraph) -> None:
    (move,) = rank_moves(embedded_graph, "N4105", targets=["N1102"])
    assert (move.level, move.access.status, move.access.required) == ("proche", "open", ())
    before = embedded_graph.referential
    access = [
        row._replace(status="selective") if row.occupation == "N1102" else row for row in before.occupation_access
    ]
    (move,) = rank_moves(build_graph(replace(before, occupation_access=tuple(access))), "N4105", targets=["N1102"])
    assert (move.level, move.access.status, move.access.required) == ("accessible", "selective", ())


def test_what_nobody_covers_is_raised_by_no_position(embedded_graph: OccupationGraph) -> None:
    """Somebody who states one rare competency covers few jobs: the place of all others, behind these, says nothing."""
    counts = np.diff(embedded_graph.column_cells.starts)
    rare = [embedded_graph.competency_codes[c] for c in np.flatnonzero(counts == 1)[:20].tolist()]
    raised = 0
    for code in rare:
        for move in rank_moves(embedded_graph, Profile(competencies=(code,)), limit=None):
            assert move.probability is not None
            if move.coverage == 0:
                # Nor is what nobody covers ever among the best covered, as what is near has to be.
                assert move.level == ("accessible" if move.probability >= 0.1 else "exigeante")
                raised += (move.coverage_position or 0) <= 0.02 * len(
                    embedded_graph.codes
                ) and move.level == "exigeante"
    assert raised > 20  # their place alone would have raised them


def test_a_territory_gives_every_move_the_level_that_a_ranking_gives_it(rome4_graph: OccupationGraph) -> None:
    origins = ("K2110", "D1505", "J1501", "G1602", "J1506", "J1102", "G1106")
    targets = ("J1108", "K2111", "K1302", "J1506", "J1501", "K2128", "D1507", "J1507", "N4101", "G1603", "J1301")
    fragile = Lots("fragile", tuple(Lot("E", job, "B", people=1) for job in origins))
    hiring = Lots("hiring", tuple(Lot("E", job, "B", people=1) for job in targets))
    graph = rome4_graph
    costs = EffortCosts(graph, graph.settings)
    moves = moves_between(Territory(graph, fragile, hiring, Locator(), costs, Settings()))
    told = {
        (origin, str(move.target.code)): move.level
        for origin in origins
        for move in rank_moves(graph, origin, targets=targets, limit=None)
    }
    found = {(o, t): level_at(int(moves.level[moves.row[o, ""], moves.column[t, ""]])) for o, t in told}
    assert found == told
    assert told["G1106", "K2111"] == "accessible"  # likely, and it covers too little to be close
    assert {"proche", "accessible"} <= {*told.values()}


def test_a_territory_heeds_the_scorer_and_the_months_that_it_is_asked_with(embedded_graph: OccupationGraph) -> None:
    people = [{"employer": "A", "job": "N1103", "headcount": 4, "basin": "Redon"}]
    posts = [{"employer": "B", "job": "N4105", "openings": 4, "basin": "Redon"}]
    chosen = Settings(scorer="content", paths=PathSettings(month_hours=70))
    built = build_graph(embedded_graph.referential, settings=chosen)
    asked, own = (match_territory(graph, people, posts, settings=chosen) for graph in (embedded_graph, built))
    assert [flow.to_dict() for flow in asked.flows] == [flow.to_dict() for flow in own.flows]
    (usual,) = match_territory(embedded_graph, people, posts).flows
    (flow,) = asked.flows
    assert (flow.training_months, usual.training_months) == (0.5, 0.2)
    assert flow.probability is not None
    assert usual.probability is not None
    between = (flow.probability + usual.probability) / 2  # one is above it
    for settings, chance in ((chosen, flow.probability), (None, usual.probability)):
        bounded = match_territory(embedded_graph, people, posts, settings=settings, min_probability=between)
        assert bounded.placed == 4 * (chance > between)

    class InHoursAlone(EffortCosts):
        def hours(self, origins: Rows, targets: Rows, titles: Titles | None = None) -> JobHours:
            return super().hours(origins, targets, titles)._replace(months=None)

    costs = InHoursAlone(embedded_graph, chosen)
    (flow,) = match_territory(embedded_graph, people, posts, costs=costs, settings=chosen).flows
    assert flow.hours.expected is not None
    assert flow.training_months == round(flow.hours.expected / 70, 1)
