"""Mobility areas: every job in one area, figures counted again by hand, and better than chance and than domains."""

import math
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median

import networkx as nx
import numpy as np
import pytest

from market_files import market_folder
from passerelles import charts
from passerelles.areas import MobilityAreas, mobility_areas
from passerelles.cli.main import run
from passerelles.errors import UnknownCodeError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.figures import COUNTRY
from passerelles.market.market import load_market
from passerelles.market.places import Basin
from passerelles.market.signals import signals
from passerelles.scoring.scorer import scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import Settings
from small import occupation, referential


@pytest.fixture(scope="module")
def areas(embedded_graph: OccupationGraph) -> MobilityAreas:
    return mobility_areas(embedded_graph)


def test_every_job_stands_in_one_area(areas: MobilityAreas, embedded_graph: OccupationGraph) -> None:
    codes = [m.code for a in areas.areas for m in a.members]
    assert sorted(codes) == list(embedded_graph.codes)
    assert all(len(a.members) >= len(b.members) for a, b in pairwise(areas.areas))
    assert len(areas.areas) > 2


def test_areas_are_the_same_at_every_run(areas: MobilityAreas, embedded_graph: OccupationGraph) -> None:
    assert mobility_areas(embedded_graph) == areas
    assert repr(areas) == str(areas)  # a console shows their table, not all that they hold


def test_the_share_of_listed_moves_inside_is_what_counting_by_hand_gives(
    areas: MobilityAreas, embedded_graph: OccupationGraph
) -> None:
    number = {m.code: a.number for a in areas.areas for m in a.members}
    listed = [(m.origin, m.target) for m in embedded_graph.referential.mobilities]
    inside = sum(number[a] == number[b] for a, b in listed) / len(listed)
    assert areas.experts == pytest.approx(inside, abs=1e-4)
    sizes = {a.number: len(a.members) for a in areas.areas}
    chance = sum((sizes[number[a]] - 1) / (len(number) - 1) for a, _ in listed) / len(listed)
    assert areas.chance == pytest.approx(chance, abs=1e-4)
    assert inside > 2 * chance


@pytest.fixture(scope="module")
def best(embedded_graph: OccupationGraph) -> list[tuple[str, str, float]]:
    """Ten best moves of each job with their chances, ties by code."""
    scorer = scorer_for(embedded_graph.referential, embedded_graph.settings.scorer)
    found = []
    whole_of = {o.code: o.base for o in embedded_graph.occupations}
    for row, origin in enumerate(embedded_graph.codes):
        totals = score_table(embedded_graph, scorer).scores.totals(row)
        none = {origin, whole_of[origin], *(code for code, whole in whole_of.items() if whole == origin)}
        ahead = sorted(
            (-total, code) for code, total in zip(embedded_graph.codes, totals, strict=True) if code not in none
        )
        chances = scorer.chances(np.asarray([-total for total, _ in ahead[:10]]))
        found += [(origin, code, float(chance)) for (_, code), chance in zip(ahead, chances, strict=False)]
    return found


def test_entries_and_exits_are_the_ends_of_the_most_moves_between_areas(
    areas: MobilityAreas, best: list[tuple[str, str, float]]
) -> None:
    number = {m.code: a.number for a in areas.areas for m in a.members}
    crossing = [(a, b) for a, b, _ in best if number[a] != number[b]]
    exits, entries = (Counter(ends) for ends in zip(*crossing, strict=True))
    for area in areas.areas:
        codes = {m.code for m in area.members}
        for told, counts in ((area.entries, entries), (area.exits, exits)):
            ordered = sorted((code for code in codes if counts[code]), key=lambda code: (-counts[code], code))
            assert list(told) == ordered[:3]
        assert all((m.inward, m.outward) == (entries[m.code], exits[m.code]) for m in area.members)
    assert any(area.entries != area.exits for area in areas.areas)


def test_stability_is_the_share_of_pairs_that_stay_together_when_a_fifth_of_the_moves_is_left_out(
    areas: MobilityAreas, best: list[tuple[str, str, float]]
) -> None:
    drawn = np.random.default_rng(20)
    together: Counter[int] = Counter()
    for _ in range(10):
        network: nx.Graph[int] = nx.Graph()
        codes = sorted(m.code for a in areas.areas for m in a.members)
        place = {code: at for at, code in enumerate(codes)}
        network.add_nodes_from(range(len(codes)))
        weights: dict[tuple[int, int], float] = {}
        for (a, b, chance), kept in zip(best, drawn.random(len(best)) < 0.8, strict=True):
            if kept:
                ends = (place[b], place[a]) if (place[b], place[a]) in weights else (place[a], place[b])
                weights[ends] = weights.get(ends, 0.0) + chance
        network.add_weighted_edges_from((a, b, weight) for (a, b), weight in weights.items())
        groups = nx.community.louvain_communities(network, weight="weight", seed=20)
        of = {codes[at]: n for n, group in enumerate(groups) for at in group}
        for area in areas.areas:
            together[area.number] += sum(of[a.code] == of[b.code] for a, b in combinations(area.members, 2))
    for area in areas.areas:
        pairs = math.comb(len(area.members), 2)
        assert area.stability == pytest.approx(together[area.number] / pairs / 10 if pairs else 1.0, abs=6e-4)
    assert 0 < min(area.stability for area in areas.areas) < 1


def test_a_branch_sees_its_own_jobs_only(embedded_graph: OccupationGraph) -> None:
    codes = [c for c in embedded_graph.codes if c.startswith("N")]
    branch = mobility_areas(embedded_graph, codes)
    assert sorted(m.code for a in branch.areas for m in a.members) == codes
    named = {c for p in branch.passages for a, b, _ in p.best for c in (a, b)}
    assert named <= set(codes)


def test_passages_lead_from_one_area_to_another(areas: MobilityAreas) -> None:
    number = {m.code: a.number for a in areas.areas for m in a.members}
    for passage in areas.passages:
        assert passage.origin != passage.target
        assert all((number[a], number[b]) == (passage.origin, passage.target) for a, b, _ in passage.best)
        assert passage.moves >= len(passage.best)


def test_the_largest_areas_alone_are_shown_with_the_passages_between_them(
    plain_embedded: OccupationGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    areas = mobility_areas(plain_embedded)
    assert areas.largest(None) == areas
    largest = areas.largest(2)
    assert largest.areas == areas.areas[:2]
    assert {(p.origin, p.target) for p in largest.passages} == {(1, 2), (2, 1)}
    with pytest.raises(SystemExit) as ended:
        run(["areas", "--limit", "2"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{len(areas.areas)} aires de mobilité")
    assert areas.areas[1].members[0].label.split()[0] in shown
    assert not any(line.lstrip().startswith("3 ") for line in shown.splitlines())


def test_without_chances_nobody_is_called_a_dead_end(embedded_graph: OccupationGraph) -> None:
    found = mobility_areas(embedded_graph, settings=Settings(scorer="unfitted"))
    assert {m.dead_end for a in found.areas for m in a.members} == {None}
    assert all(a.dead_ends == () for a in found.areas)
    assert {chance for p in found.passages for *_, chance in p.best} == {None}


def test_a_job_that_lists_nothing_names_no_area_and_is_no_way_to_another() -> None:
    lists = {f"{area}{n}": [f"{area}{i}c" for i in range(n, n + 4)] for area in "AB" for n in range(1, 15)}
    found = mobility_areas(build_graph(referential(lists | {"A00": []})))
    (area,) = (a for a in found.areas if "A00" in {m.code for m in a.members})
    assert "A00" not in {*area.pivots, *area.entries, *area.exits}
    assert area.members[-1].code == "A00", "last, whatever its ties with all others weigh"
    assert area.members[-1].inward > max(m.inward for m in area.members[:-1])


def test_an_unknown_job_is_refused(embedded_graph: OccupationGraph) -> None:
    with pytest.raises(UnknownCodeError):
        mobility_areas(embedded_graph, ["N4101", "Z9999"])


def test_the_market_of_an_area_is_that_of_its_jobs(
    areas: MobilityAreas, embedded_graph: OccupationGraph, tmp_path: Path
) -> None:
    market = load_market(market_folder(tmp_path))
    found = areas.with_market(embedded_graph.referential, market)
    assert areas.areas[0].market is None
    assert areas.with_market(embedded_graph.referential, None) is areas
    drawn = charts.area_map(found).description
    assert ", projets " in drawn
    assert ", Projets " not in drawn
    country = Basin(COUNTRY, "")
    whole = dict.fromkeys(("low", "high"), 0.0)
    for area in found.areas:
        assert area.market is not None
        assert area.market.jobs is not None
        seen = list(signals(market, embedded_graph.referential, country, codes=[m.code for m in area.members]))
        for place, (figures, told) in enumerate((
            ([s.estimated for s in seen], area.market.projects), ([s.tension for s in seen], area.market.tension),
        )):  # fmt: skip
            known = [f for f in figures if f.interval is not None]
            assert area.market.jobs[place] == len(known)
            assert (told.interval is None) == (not known)
            add = sum if place == 0 else median
            if known:
                ends = [add([getattr(f, end) for f in known]) for end in ("low", "high")]
                assert [told.low, told.high] == pytest.approx(ends)
        for end in whole:
            whole[end] += getattr(area.market.projects, end) or 0.0
    # A family's projects are counted once, over all areas: those of a family that reaches a job of ours.
    families = {f.family: f.openings.projects for s in signals(market, embedded_graph.referential, country)
                for f in s.families}  # fmt: skip
    for end, value in whole.items():
        assert value == pytest.approx(sum(getattr(f, end) or 0 for f in families.values()))
    assert whole["high"] > whole["low"] > 0
    text = found.to_text()
    assert "Tension" in text
    assert "2023" in text
    (row, *_) = found.rows("areas")
    assert {"projects", "projects_jobs", "tension", "wage_ratio", "market_source"} <= set(row)


def test_a_fiche_and_a_part_of_it_have_no_move_between_them(embedded_graph: OccupationGraph) -> None:
    members = [m for a in mobility_areas(embedded_graph, ["K2110", "K2110-B"]).areas for m in a.members]
    assert [(m.code, m.strength, m.dead_end) for m in members] == [("K2110", 0.0, True), ("K2110-B", 0.0, True)]


def test_a_domain_that_is_not_known_is_no_domain() -> None:
    lists = {"A1": ["a", "b"], "A2": ["a", "b"], "B1": ["c", "d"], "B2": ["c", "d"]}
    moves, nowhere = [("A1", "A2"), ("B1", "B2"), ("B1", "A1")], [occupation(c, domain=None) for c in ("B1", "B2")]
    some = mobility_areas(build_graph(referential(lists, occupations=nowhere, mobilities=moves)))
    assert some.domains == (1.0, 1)
    unfiled = referential(lists, occupations=[occupation(c, domain=None) for c in lists], mobilities=moves)
    none = mobility_areas(build_graph(unfiled))
    assert none.domains == (None, 0)
    assert "domaine" not in none.to_text()


def test_discs_of_the_wheel_do_not_touch_and_its_ways_are_the_passages(areas: MobilityAreas) -> None:
    spots, ways = areas.wheel()
    assert sorted(s.area.number for s in spots) == [a.number for a in areas.areas]
    for a, b in combinations(spots, 2):
        assert math.dist((a.x, a.y), (b.x, b.y)) >= a.radius + b.radius
    moves = Counter[tuple[int, int]]()
    for p in areas.passages:
        moves[min(p.origin, p.target), max(p.origin, p.target)] += p.moves
    widest = max(moves.values())
    assert {(a.area.number, b.area.number): thick for a, b, thick in ways} == {
        ends: n / widest for ends, n in moves.items() if n >= widest / 10
    }


@pytest.mark.slow
def test_experts_move_inside_areas_of_the_real_rome_far_more_than_by_chance(rome4_graph: OccupationGraph) -> None:
    found = mobility_areas(rome4_graph)
    assert found.experts is not None
    assert found.experts > 5 * found.chance
    assert found.experts > (found.domains[0] or 0)
