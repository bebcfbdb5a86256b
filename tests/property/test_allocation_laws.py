"""Laws of allocation on random small territories, against brute force and networkx."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from math import ceil, log2
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles import rank_moves
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.allocation import Allocation
from passerelles.territory.match import match_territory
from passerelles.territory.solve import Network, Task, best_flow
from territory_cases import ANY_MOVE, JOBS, Written, graph, openings, people

BASINS = ("Nord", "Sud")


@dataclass(frozen=True)
class Case:
    """A territory of a few lots; hours are whole, so that sums are exact."""

    fragile: tuple[tuple[str, str, int, str], ...]
    hiring: tuple[tuple[str, str, int, str], ...]
    hours: dict[tuple[str, str], float]
    budget: float | None
    floor: float
    settings: dict[str, Any] = field(default_factory=dict)

    def match(self, **options: Any) -> Allocation:
        chosen = Settings(territory=TerritorySettings(floor=self.floor, **(ANY_MOVE | self.settings)))
        rows = {"fragile": people(*self.fragile), "hiring": openings(*self.hiring)} | options
        return match_territory(
            graph(),
            rows["fragile"],
            rows["hiring"],
            costs=Written(self.hours),
            budget_hours=self.budget,
            settings=chosen,
            changes=False,
        )

    def cost(self, i: int, j: int) -> int | None:
        start, end = self.fragile[i][1], self.hiring[j][1]
        if start == end:
            return 0
        found = self.hours.get((start, end))
        return None if found is None else int(found)


def lots(most: int, count: int, names: str) -> st.SearchStrategy[tuple[tuple[str, str, int, str], ...]]:
    row = st.tuples(st.sampled_from(names), st.sampled_from(JOBS[:3]), st.integers(0, most), st.sampled_from(BASINS))
    return st.lists(row, min_size=1, max_size=count, unique_by=lambda r: (r[0], r[1], r[3])).map(tuple)


# Few jobs and few lengths, so that what comes first, second and third among equals shows in a few dozens of cases.
HOURS = st.dictionaries(
    st.tuples(st.sampled_from(JOBS[:3]), st.sampled_from(JOBS[:3])), st.sampled_from((0.0, 2.0, 2.0, 7.0)), min_size=3
)


@st.composite
def cases(draw: st.DrawFn, *, most: int = 3, count: int = 3, bounded: bool = True) -> Case:
    return Case(
        draw(lots(most, count, "AB")),
        draw(lots(most, count, "XY")),
        draw(HOURS),
        draw(st.none() | st.integers(0, 20).map(float)) if bounded else None,
        draw(st.sampled_from((0.0, 0.0, 0.3, 0.5))) if bounded else 0.0,
    )


def every_table(case: Case) -> Iterator[dict[tuple[int, int], int]]:
    """Every whole table of flows within supplies, openings, budget and floors."""
    pairs = [(i, j) for i in range(len(case.fragile)) for j in range(len(case.hiring)) if case.cost(i, j) is not None]
    most = [min(case.fragile[i][2], case.hiring[j][2]) for i, j in pairs]
    needs = {name: ceil(case.floor * sum(r[2] for r in case.fragile if r[0] == name) - 1e-9) for name in "AB"}
    for values in product(*(range(m + 1) for m in most)):
        table = dict(zip(pairs, values, strict=True))
        if any(sum(v for (a, _), v in table.items() if a == i) > r[2] for i, r in enumerate(case.fragile)):
            continue
        if any(sum(v for (_, b), v in table.items() if b == j) > r[2] for j, r in enumerate(case.hiring)):
            continue
        if case.budget is not None and sum(v * (case.cost(*p) or 0) for p, v in table.items()) > case.budget:
            continue
        if any(sum(v for (a, _), v in table.items() if case.fragile[a][0] == n) < need for n, need in needs.items()):
            continue
        yield table


def worth(case: Case, table: dict[tuple[int, int], int]) -> tuple[int, int, int, int]:
    """Objectives in order, all to be minimised; a distance between two names is unknown, farther than none."""
    return (
        -sum(table.values()),
        -sum(v for (i, j), v in table.items() if case.fragile[i][1] == case.hiring[j][1]),
        sum(v * (case.cost(*p) or 0) for p, v in table.items()),
        sum(v for (i, j), v in table.items() if case.fragile[i][3] != case.hiring[j][3]),
    )


def table_of(case: Case, found: Allocation) -> dict[tuple[int, int], int]:
    start: dict[tuple[str, ...], int] = {(r[0], r[1], r[3].lower()): i for i, r in enumerate(case.fragile)}
    end: dict[tuple[str, ...], int] = {(r[0], r[1], r[3].lower()): j for j, r in enumerate(case.hiring)}
    return {(start[f.fragile.key[:3]], end[f.hiring.key[:3]]): f.people for f in found.flows}


@given(cases(most=2, count=3))
@settings(max_examples=50, deadline=None)
def test_no_table_is_better_than_the_one_found(case: Case) -> None:
    found = case.match()
    tables = list(every_table(case)) if len(case.fragile) * len(case.hiring) <= 9 else []
    best = min((worth(case, t) for t in tables), default=None)
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert worth(case, table_of(case, found)) == best
    assert found.gap == 0


@given(cases(most=2, count=3), st.sampled_from((50.0, 300.0)))
@settings(max_examples=25, deadline=None)
def test_implausibility_counts_beside_hours_and_no_table_costs_less(case: Case, unlikely: float) -> None:
    """The cost of a move is worked out anew from what `rank_moves` says of its chance."""
    case = replace(case, floor=0.0, settings={"unlikely_hours": unlikely})
    chance = {
        (origin, move.target.code): move.probability or 0.0
        for origin in JOBS[:4]
        for move in rank_moves(graph(), origin, limit=20)
    }

    def cost(table: dict[tuple[int, int], int]) -> tuple[int, int, float]:
        total, kept = 0.0, 0
        for (i, j), number in table.items():
            start, end = case.fragile[i][1], case.hiring[j][1]
            each = 0.0 if start == end else (case.cost(i, j) or 0) - unlikely * log2(chance[start, end])
            total, kept = total + number * round(each, 1), kept + number * (start == end)
        return -sum(table.values()), -kept, round(total, 1)

    found = case.match()
    assert cost(table_of(case, found)) == min(cost(t) for t in every_table(case))
    assert found.gap == 0


@given(cases(most=30, count=5, bounded=False))
@settings(max_examples=25, deadline=None)
def test_agrees_with_the_network_simplex_of_networkx(case: Case) -> None:
    found = case.match()
    net: nx.DiGraph[Any] = nx.DiGraph()
    for i, row in enumerate(case.fragile):
        net.add_edge("in", ("f", i), capacity=row[2], weight=0)
    for j, row in enumerate(case.hiring):
        net.add_edge(("h", j), "out", capacity=row[2], weight=0)
    for i, j in product(range(len(case.fragile)), range(len(case.hiring))):
        hours = case.cost(i, j)
        if hours is not None:
            same = case.fragile[i][1] == case.hiring[j][1]
            far = case.fragile[i][3] != case.hiring[j][3]
            net.add_edge(("f", i), ("h", j), weight=hours * 10**4 - same * 10**10 + far)
    net.add_edge("out", "in", weight=-(10**14))
    net.add_edge("in", "out", capacity=0, weight=0)
    flow = nx.min_cost_flow(net)
    table = {(i, j): flow[("f", i)].get(("h", j), 0) for i in range(len(case.fragile)) for j in range(len(case.hiring))}
    assert worth(case, table_of(case, found)) == worth(case, {p: v for p, v in table.items() if v})


@given(cases(most=9, count=5), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_rows_plays_no_part(case: Case, random: Any) -> None:
    first, second = people(*case.fragile), openings(*case.hiring)
    random.shuffle(first)
    random.shuffle(second)
    again = case.match(fragile=first, hiring=second)
    assert _without_rows(again.to_dict()) == _without_rows(case.match().to_dict())


def _without_rows(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_rows(v) for k, v in value.items() if k != "row"}
    return [_without_rows(v) for v in value] if isinstance(value, list) else value


@given(cases(most=40, count=6))
@settings(max_examples=25, deadline=None)
def test_sums_hold(case: Case) -> None:
    found = case.match()
    for lot in found.fragile.lots:
        sent = sum(f.people for f in found.flows if f.fragile.key == lot.key)
        held = sum(f.people for f in found.to_confirm if f.fragile.key == lot.key)
        left = sum(u.people for u in found.uncovered if u.lot.key == lot.key)
        assert sent + held + left == lot.people
    for lot in found.hiring.lots:
        taken = sum(f.people for f in found.flows if f.hiring.key == lot.key)
        held = sum(f.people for f in found.to_confirm if f.hiring.key == lot.key)
        empty = sum(u.empty for u in found.unfilled if u.lot.key == lot.key)
        assert taken + held + empty == lot.people
    totals = found.totals()
    assert totals["headcount"] == totals["placed"] + totals["to_confirm"] + totals["uncovered"]
    assert totals["openings"] == totals["filled"] + totals["reserved"] + totals["unfilled"]
    if case.budget is not None:
        assert found.hours <= case.budget
    if found.status == "optimal" and case.floor:
        assert all(placed >= case.floor * heads - 1e-9 for placed, heads in found.shares("employer").values())


@given(cases(most=9, count=5), st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_same_job_elsewhere_is_placed_first(case: Case, bounded: bool) -> None:  # noqa: FBT001
    """
    Nobody stays without a solution, or trains for another job, while an opening of their own job is free or is given
    to somebody who trains for it: an exchange would place as many or more people, for no more hours.
    """
    found = Case(case.fragile, case.hiring, case.hours, case.budget if bounded else None, 0.0).match()
    left = {u.lot.key[:3]: u.people for u in found.uncovered}
    free: dict[tuple[str, ...], int] = {u.lot.key[:3]: u.empty for u in found.unfilled}
    for lot in found.fragile.lots:
        own = [f for f in found.flows if f.fragile == lot]
        trains = any(not f.same_job for f in own)
        for opening in found.hiring.lots:
            if opening.job != lot.job:
                continue
            given_away = any(f.hiring == opening and not f.same_job for f in found.flows)
            assert not (free.get(opening.key[:3]) and (trains or left.get(lot.key[:3])))
            assert not (given_away and left.get(lot.key[:3]))
    shown = [f.same_job for f in found.flows]
    assert shown == sorted(shown, reverse=True)


@given(cases(most=9, count=4), st.floats(1, 30))
@settings(max_examples=20, deadline=None)
def test_more_budget_never_places_fewer(case: Case, more: float) -> None:
    if case.budget is None:
        return
    wider = Case(case.fragile, case.hiring, case.hours, case.budget + more, case.floor)
    first, second = case.match(), wider.match()
    assert second.placed >= first.placed


def drawn_network(rng: np.random.Generator) -> Network:
    """Lots and pools of at most two people or openings, each pair of them open, without floors."""
    n, m = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    lot, pool = (a.ravel().astype(np.intp) for a in np.meshgrid(np.arange(n), np.arange(m), indexing="ij"))
    none = np.zeros(0, dtype=np.int64)
    return Network(rng.integers(0, 3, n), rng.integers(0, 3, m), lot, pool, np.zeros(n, dtype=np.intp), none)


def every_flow(network: Network) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Every flow within supplies and openings, one a row."""
    flows = np.array([*product(range(3), repeat=network.size)])
    sent = flows @ (network.lot[:, None] == np.arange(len(network.supply)))
    taken = flows @ (network.pool[:, None] == np.arange(len(network.capacity)))
    kept: np.ndarray[Any, np.dtype[np.int64]] = flows[
        (sent <= network.supply).all(axis=1) & (taken <= network.capacity).all(axis=1)
    ]
    return kept


@given(st.integers(0, 10_000), st.integers(1, 30), st.none() | st.integers(0, 200))
@settings(max_examples=25, deadline=None)
def test_the_weighted_sum_is_the_least(seed: int, worth_of_one: int, budget: int | None) -> None:
    rng = np.random.default_rng(seed)
    network = drawn_network(rng)
    k = network.size
    hours, km, drawn = rng.integers(0, 100, k), rng.integers(0, 100, k), rng.integers(0, 1000, k)
    task = Task(network, hours, hours, km, np.zeros(k, dtype=np.bool_), lambda some: drawn[some], budget)
    chosen = TerritorySettings(objective="weighted", weight_person=worth_of_one, weight_hour=1, weight_km=0.5)
    flow, stages = best_flow(task, chosen)
    cost = np.rint(1000 * (hours / 10 + km / 20 - worth_of_one)).astype(int)
    best = min(int(cost @ x) for x in every_flow(network) if budget is None or hours @ x <= budget)
    assert int(cost @ flow) == best
    assert stages[0].gap == 0


@given(st.integers(0, 10_000), st.integers(0, 8), st.sampled_from((60.0, 60.0, 1e-9)))
@settings(max_examples=100, deadline=None)
def test_a_budget_holds_through_every_objective(seed: int, budget: int, seconds: float) -> None:
    """
    Flows of one cost take different hours where chances differ: no later objective may then break the budget.

    A search that runs out of time gives a flow within the budget all the same, and a bound that nothing passes.
    """
    rng = np.random.default_rng(seed)
    network = drawn_network(rng)
    k = network.size
    hours, same, km = rng.integers(0, 4, k), rng.integers(0, 2, k), rng.integers(0, 10, k)
    cost, drawn = hours + rng.integers(0, 4, k), rng.integers(0, 1000, k)
    task = Task(network, hours, cost, km, same.astype(np.bool_), lambda some: drawn[some], budget)
    flow, stages = best_flow(task, TerritorySettings(time_limit_s=seconds))

    def worth(x: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[int, ...]:
        return (-int(x.sum()), -int(same @ x), int(cost @ x), int(km @ x))

    best = min(worth(x) for x in every_flow(network) if int(hours @ x) <= budget)
    assert int(hours @ flow) <= budget
    assert worth(flow)[0] == best[0]
    assert [abs(stage.value) for stage in stages] == [abs(w) for w in worth(flow)][: len(stages)]
    if len(stages) == len(best) and not any(stage.gap for stage in stages):
        assert worth(flow) == best
        return
    assert seconds < 1
    last, reached = stages[-1], abs(best[len(stages) - 1])
    # People and those who keep their job are as many as can be, hours and kilometres as few.
    assert last.bound >= reached if last.name in ("people", "same_job") else last.bound <= reached
