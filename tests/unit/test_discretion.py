"""The mask seen by an attacker: over every whole table that agrees with all that is printed."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory import discretion
from passerelles.territory.allocation import Allocation
from passerelles.territory.audit import Auditor, HiddenSum
from passerelles.territory.discretion import publish, published
from passerelles.territory.flows import Change, CurvePoint, Flow, ResolvedTitle, Uncovered, Unfilled
from passerelles.territory.lots import LotsError, Note
from passerelles.territory.match import match_territory
from passerelles.views.spec import Withheld
from territory_cases import ANY_MOVE, JOBS, Written, every, graph, openings, people
from territory_cases import places as basins

ANY = Settings(territory=TerritorySettings(**ANY_MOVE))
Key = tuple[str, str, str]


@dataclass
class Attack:
    """
    What an attacker knows: both input tables, with who volunteers, which moves the rules allow and their hours, and the
    printed object.

    Unknowns are the people of each pair of lots (x), then those left of each fragile lot, then openings left empty.
    """

    starts: list[tuple[Key, int]]
    ends: list[tuple[Key, int]]
    allowed: dict[tuple[int, int], int]  # tenths of an hour
    printed: dict[str, Any]
    sure: set[tuple[int, int]]
    budget: float | None = None
    floor: float = 0.0
    volunteers: tuple[int, ...] = ()  # of each fragile lot

    def __post_init__(self) -> None:
        n, m = len(self.starts), len(self.ends)
        self.size = n * m + n + m
        self.rows: list[np.ndarray[Any, Any]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.masked: list[np.ndarray[Any, Any]] = []
        for i, (_, heads) in enumerate(self.starts):
            self.equal(self.flow([i], range(m)) + self.unit(n * m + i), heads)
        for i, most in enumerate(self.volunteers):
            self.between(self.flow([i], range(m)), 0, most)
        for j, (_, places) in enumerate(self.ends):
            self.equal(self.flow(range(n), [j]) + self.unit(n * m + n + j), places)
        for i, j in set(product(range(n), range(m))) - set(self.allowed):
            self.equal(self.flow([i], [j]), 0)
        if self.budget is not None:  # hours of what is to be confirmed are in no budget: they stand as 0
            hours = np.zeros(self.size)
            for (i, j), tenths in self.allowed.items():
                hours[i * m + j] = tenths / 10
            self.between(hours, 0, self.budget)
        for name in {key[0] for key, _ in self.starts} if self.floor else ():
            lots = [i for i, (key, _) in enumerate(self.starts) if key[0] == name]
            heads = sum(self.starts[i][1] for i in lots)
            row = sum((self.flow([i], [j]) for i, j in self.sure if i in lots), np.zeros(self.size))
            self.between(row, np.ceil(self.floor * heads - 1e-9), heads)
        self.read()

    def unit(self, place: int) -> np.ndarray[Any, Any]:
        row = np.zeros(self.size)
        row[place] = 1
        return row

    def flow(self, rows: Any, columns: Any, but: Any = ()) -> np.ndarray[Any, Any]:
        row = np.zeros(self.size)
        for i, j in product(rows, columns):
            row[i * len(self.ends) + j] = (i, j) not in but
        return row

    def left(self, i: int) -> np.ndarray[Any, Any]:
        return self.unit(len(self.starts) * len(self.ends) + i)

    def between(self, row: np.ndarray[Any, Any], low: float, high: float) -> None:
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def equal(self, row: np.ndarray[Any, Any], value: float) -> None:
        self.between(row, value, value)

    def take(self, row: np.ndarray[Any, Any], value: float | None) -> None:
        if value is None:
            self.masked.append(row)
        else:
            self.equal(row, value)

    def find(self, lots: list[tuple[Key, int]], names: list[dict[str, str]]) -> list[int]:
        wanted = {(n["employer"], n["job"], n["basin"].lower()) for n in names}
        return [i for i, (key, _) in enumerate(lots) if key in wanted]

    def read(self) -> None:
        """Every line printed is an equation; one for several lots counts what no other does; the rest is nil."""
        if self.printed.get("masked") and not any(
            self.printed[name] for name in ("results", "to_confirm", "uncovered")
        ):
            return
        n, m = len(self.starts), len(self.ends)
        alone: set[tuple[int, int]] = set()
        for item in (*self.printed["results"], *self.printed["to_confirm"]):
            if "fragile_lots" not in item:
                (start,) = self.find(self.starts, [_lot(item, "fragile_employer", "origin", "from_basin")])
                (end,) = self.find(self.ends, [_lot(item, "hiring_employer", "target", "to_basin")])
                alone.add((start, end))
                self.take(self.flow([start], [end]), item["people"])
        listed = set(alone)
        for item in self.printed["results"]:
            if "fragile_lots" in item:
                rows, columns = self.find(self.starts, item["fragile_lots"]), self.find(self.ends, item["hiring_lots"])
                assert rows
                assert columns
                listed |= set(product(rows, columns))
                self.take(self.flow(rows, columns, alone), item["people"])
        for i, j in set(product(range(n), range(m))) - listed:
            self.equal(self.flow([i], [j]), 0)
        self.read_rest("uncovered", self.starts, n * m)
        self.read_rest("unfilled", self.ends, n * m + n)
        totals = self.printed["totals"]
        offered = totals["placed"] + totals["to_confirm"] if "offered" not in totals else totals["offered"]
        if offered is not None:
            self.equal(self.flow(range(n), range(m)), offered)
        elif totals.get("offered_between") is not None:
            self.between(self.flow(range(n), range(m)), *totals["offered_between"])
        if totals["placed"] is not None:
            self.equal(sum((self.flow([i], [j]) for i, j in self.sure), np.zeros(self.size)), totals["placed"])
        for by, column in (("by_employer", 0), ("by_job", 1)):
            for name, share in (totals[by] or {}).items():
                lots = [i for i, (key, _) in enumerate(self.starts) if key[column] == name]
                self.equal(self.flow(lots, range(m)), share["placed"])

    def read_rest(self, name: str, lots: list[tuple[Key, int]], first: int) -> None:
        shown: set[int] = set()
        for item in self.printed[name]:
            members = item.get("lots") or [_lot(item, "employer", "job", "basin")]
            places = self.find(lots, members)
            shown |= set(places)
            row = np.zeros(self.size)
            row[[first + p for p in places]] = 1
            self.take(row, item["people"])
        for place in set(range(len(lots))) - shown:
            self.equal(self.unit(first + place), 0)

    def span(self, row: np.ndarray[Any, Any]) -> int:
        ends = []
        for sign in (1, -1):
            result = milp(
                sign * row,
                constraints=LinearConstraint(np.array(self.rows), self.low, self.high),
                integrality=np.ones(self.size, dtype=np.int64),
                bounds=Bounds(0, np.inf),
            )
            assert result.x is not None
            ends.append(round(float(row @ result.x)))
        return ends[1] - ends[0]


def _lot(item: dict[str, Any], employer: str, job: str, basin: str) -> dict[str, str]:
    return {"employer": item[employer], "job": item[job]["code"], "basin": item[basin]}


def attack(found: Allocation, printed: dict[str, Any]) -> Attack:
    starts = [((x.employer, x.job, x.basin), x.people) for x in found.fragile.lots]
    ends = [((x.employer, x.job, x.basin), x.people) for x in found.hiring.lots]
    hours = zip(found.allowed.tolist(), found.allowed_hours.tolist(), strict=True)
    allowed = {(i, j): tenths for (i, j), tenths in hours}
    sure = {
        (i, j) for (i, j), placed in zip(found.allowed.tolist(), found.allowed_sure.tolist(), strict=True) if placed
    }
    volunteers = tuple(lot.movable for lot in found.fragile.lots)
    return Attack(starts, ends, allowed, printed, sure, found.budget_hours, found.settings.floor, volunteers)


NOTHING: dict[str, Any] = {
    "masked": True, "results": [], "to_confirm": [], "uncovered": [], "unfilled": [], "totals": {"placed": None},
}  # fmt: skip


def small_cells(found: Allocation, spy: Attack, threshold: int) -> list[np.ndarray[Any, Any]]:
    """Every flow and every uncovered number under the threshold, whether it has a line of its own or not."""
    start: dict[tuple[str, ...], int] = {key: i for i, (key, _) in enumerate(spy.starts)}
    end: dict[tuple[str, ...], int] = {key: j for j, (key, _) in enumerate(spy.ends)}
    flows = [f for f in (*found.flows, *found.to_confirm) if f.people < threshold]
    cells = [spy.flow([start[f.fragile.key[:3]]], [end[f.hiring.key[:3]]]) for f in flows]
    return cells + [spy.left(start[u.lot.key[:3]]) for u in found.uncovered if u.people < threshold]


def undone(found: Allocation, printed: dict[str, Any], threshold: int) -> list[tuple[int, int]]:
    """
    What the attacker narrows: (span, what it should be) of each masked line, and of each small number.

    A small number may be anything within the threshold, or all that the inputs allow where they allow less.
    """
    spy, blind = attack(found, printed), attack(found, NOTHING)
    spans = [(spy.span(row), threshold) for row in spy.masked]
    spans += [(spy.span(row), min(threshold, blind.span(row))) for row in small_cells(found, spy, threshold)]
    return [(span, due) for span, due in spans if span < due]


def rows(names: str, most: int, count: int) -> st.SearchStrategy[list[tuple[str, str, int, str]]]:
    row = st.tuples(st.sampled_from(names), st.sampled_from(JOBS[:4]), st.integers(0, most), st.just("x"))
    return st.lists(row, min_size=1, max_size=count, unique_by=lambda r: r[:2])


def test_each_column_that_counts_something_is_one_that_masking_knows() -> None:
    """A new one may tell what the mask hides: have `publish` judge it, then name it here."""
    known: dict[Any, set[str]] = {
        Flow: {"people", "fragile_size", "hiring_size", "hours_each", "km"},  # sizes are those of firms, as they say
        Uncovered: {"people", "headcount", "uncovered"},
        Unfilled: {"openings", "empty"},
        Change: {"more", "placed"},
        CurvePoint: {"people"},
        ResolvedTitle: {"people", "line"},
    }
    for lines, keys in known.items():
        columns = lines.spec.columns
        shapes = {column.key: f"{column.schema} {column.promised}" for column in columns if column.kind != "number"}
        whole = {column.key for column in columns if column.kind == "integer"}
        counting = whole | {key for key, shape in shapes.items() if "count" in shape}
        assert counting - {"cost_each"} == keys, lines.__name__


@given(
    rows("ABC", 25, 5),
    rows("PQR", 25, 6),
    st.dictionaries(
        st.tuples(st.sampled_from(JOBS[:4]), st.sampled_from(JOBS[:4])), st.integers(1, 9).map(float), max_size=12
    ),
    st.none() | st.integers(0, 300),
    st.sampled_from((0.0, 0.0, 0.2)),
    st.sampled_from((3, 5)),
    st.lists(st.none() | st.integers(0, 20), min_size=5, max_size=5),
)
@settings(max_examples=36, deadline=None)
def test_no_masked_cell_can_be_worked_out(
    fragile: list[tuple[str, str, int, str]],
    hiring: list[tuple[str, str, int, str]],
    hours: dict[tuple[str, str], float],
    budget: int | None,
    floor: float,
    threshold: int,
    volunteers: list[int | None],
) -> None:
    chosen = Settings(territory=TerritorySettings(floor=floor, **ANY_MOVE))
    rows = [row | {"volunteers": n} for row, n in zip(people(*fragile), volunteers, strict=False)]
    try:
        found = match_territory(
            graph(), rows, openings(*hiring), costs=Written(hours), budget_hours=budget, settings=chosen
        )
    except LotsError:  # more volunteers than people, say
        return
    if found.status == "infeasible":
        return
    publication = publish(found, threshold=threshold)
    printed = published(publication).to_dict()
    if publication.empty:
        assert printed["results"] == printed["uncovered"] == printed["unfilled"] == []
        assert printed["totals"]["placed"] is None
        return
    assert undone(found, printed, threshold) == []
    for item in (*printed["results"], *printed["to_confirm"], *printed["uncovered"]):
        assert item["people"] is None or item["people"] >= threshold
    for name in ("offered", "placed", "uncovered"):
        assert printed["totals"].get(name) is None or printed["totals"][name] not in range(1, threshold)
    sizes = {lot.key: lot.people for lot in found.fragile.lots}
    hidden, large = {sizes[key] for key in publication.hidden}, {n for n in sizes.values() if n >= threshold}
    assert all(n not in range(1, threshold) for key, n in sizes.items() if key not in publication.hidden)
    assert not hidden or not large or hidden & large  # all less those printed are not the people of small lots alone


def test_who_knows_the_volunteers_undoes_no_mask() -> None:
    """Of six people two would leave: at most two go, and at least four stay, whatever is printed."""
    fragile = people(("A", "J00", 30, "x"), ("B", "J01", 6, "x"))
    fragile[1]["volunteers"] = 2
    found = match_territory(
        graph(),
        fragile,
        openings(("P", "J00", 60, "x"), ("Q", "J01", 60, "x")),
        costs=Written(every(1.0)),
        settings=ANY,
    )
    assert [flow.people for flow in found.flows] == [30, 2]
    printed = published(publish(found)).to_dict()
    assert undone(found, printed, 5) == []
    totals = printed["totals"]
    assert (totals["headcount"], totals["offered_between"][1]) == (36, 36)  # not 32, who would leave


def test_few_people_who_take_the_openings_of_one_pool_are_not_told_by_those_left_empty() -> None:
    """Of R's 26 openings 23 stay empty: S, where five go, stands with it, or three people of A or B would be told."""
    fragile, hiring = (
        people(("A", "J02", 3, "x"), ("B", "J04", 5, "x")),
        openings(("Q", "J03", 23, "x"), ("R", "J00", 26, "x"), ("S", "J04", 22, "x"), ("T", "J04", 9, "x")),
    )
    moves = {(a, b): 1.0 for a in ("J02", "J04") for b in ("J00", "J03")} | {("J02", "J04"): 5.0}
    found = match_territory(graph(), fragile, hiring, costs=Written(moves), settings=ANY)
    printed = published(publish(found)).to_dict()
    assert printed["totals"]["offered"] == 8
    filled = [line["openings"] - line["people"] for line in printed["unfilled"]]
    assert sorted(filled) == [0, 0, 8]


def test_a_floor_that_counts_some_moves_only_gives_no_cell_away() -> None:
    """One of A is placed by the floor; with all people offered something, the other must be the one to confirm."""
    fragile, hiring = (
        people(("A", "J00", 2, "x"), ("B", "J01", 1, "x")),
        openings(("P", "J00", 1, "x"), ("P", "J01", 3, "x")),
    )
    chosen = Settings(territory=TerritorySettings(floor=0.2, **ANY_MOVE))
    found = match_territory(graph(), fragile, hiring, costs=Written({}), settings=chosen)
    assert found.to_confirm
    printed = published(publish(found, threshold=3)).to_dict()
    assert printed["totals"].get("offered") is None
    assert undone(found, printed, 3) == []


def test_people_to_be_confirmed_do_not_count_for_a_floor() -> None:
    """Of B's eight at least three are placed by the floor: not eight may be those to be confirmed."""
    chosen = Settings(territory=TerritorySettings(floor=0.3, **ANY_MOVE))
    hiring = openings(("P", "J02", 5, "x"), ("P", "J03", 6, "x"), ("P", "J05", 34, "x"))
    found = match_territory(graph(), people(("B", "J02", 8, "x")), hiring, costs=Written({}), settings=chosen)
    assert sorted(flow.people for flow in (*found.flows, *found.to_confirm)) == [3, 5]
    publication = publish(found)
    assert publication.empty or undone(found, published(publication).to_dict(), 5) == []


def test_what_could_not_be_searched_to_the_end_is_taken_for_hidden_from_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without time to see how far cells spread, none is said to spread less than the threshold."""
    found = small()
    monkeypatch.setattr("passerelles.territory.audit._SECONDS", 0.0)
    publication = publish(found)
    assert publication.empty or undone(found, published(publication).to_dict(), 5) == []


def small() -> Allocation:
    fragile = people(("A", "J00", 12, "x"), ("B", "J03", 14, "x"), ("C", "J04", 20, "x"))
    hiring = openings(("P", "J01", 11, "x"), ("Q", "J02", 30, "x"), ("R", "J05", 16, "x"))
    hours = every(50.0) | {("J00", "J01"): 1.0, ("J03", "J01"): 2.0, ("J03", "J02"): 3.0, ("J00", "J02"): 20.0}
    return match_territory(graph(), fragile, hiring, costs=Written(hours), budget_hours=400, settings=ANY)


def test_sums_and_sentences_that_would_give_a_cell_away_are_left_out() -> None:
    found = small()
    assert any(0 < f.people < 5 for f in found.flows) or any(0 < u.people < 5 for u in found.uncovered)
    publication = publish(found)
    printed = published(publication).to_dict()
    assert publication.changed
    assert printed["masked"]
    assert printed["totals"]["hours"] == {"low": None, "expected": None, "high": None}
    assert printed["totals"]["by_employer"] is None
    assert all(stage["value"] is None for stage in printed["bounds"]["objectives"] if stage["name"] != "people")
    assert all("reason" not in item for item in (*printed["uncovered"], *printed["unfilled"]))
    for change in printed["changes"]:
        assert change["placed"] is None
        assert change["more"] is None or change["more"] == 0 or change["more"] >= 5


@pytest.mark.parametrize(("more", "told"), [(4, None), (5, 5), (-4, None), (-5, -5), (0, 0)])
def test_few_people_gained_by_a_change_are_not_told(more: int, told: int | None) -> None:
    fragile = people(("A", "J00", 4, "x"), ("B", "J01", 30, "x"), ("C", "J02", 40, "x"), ("D", "J03", 3, "x"))
    hiring = openings(("P", "J00", 60, "x"), ("Q", "J01", 50, "x"), ("R", "J02", 50, "x"))
    found = match_territory(graph(), fragile, hiring, costs=Written(every(1.0)), settings=ANY)
    found = replace(found, changes=(Change("budget", 500.0, 100.0, 77, more, 1.0),))
    (change,) = published(publish(found)).to_dict()["changes"]
    assert change["more"] == told
    whole = match_territory(graph(), fragile[1:3], hiring, costs=Written(every(1.0)), settings=ANY)
    publication = publish(replace(whole, changes=found.changes))
    assert not publication.changed
    assert [change["more"] for change in published(publication).to_dict()["changes"]] == [told]


def test_a_total_that_gives_a_lot_away_is_given_up_before_flows_of_lots_far_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    towns = {f"T{i:02d}": (40 + i / 10, 2.0) for i in range(40)}
    sizes = dict.fromkeys(towns, 30) | {"T00": 3, "T01": 4}  # all are placed where they are: the total says how many
    found = match_territory(
        graph(), people(*((f"A{town}", "J00", size, town) for town, size in sizes.items())),
        openings(*((f"P{town}", "J00", size, town) for town, size in sizes.items())),
        places=basins(**towns), radius_km=5, settings=ANY, changes=False,
    )  # fmt: skip
    audits: list[int] = []

    class Counted(Auditor):
        def narrow(self, cells: Any) -> list[HiddenSum]:
            audits.append(len(cells))
            return super().narrow(cells)

    monkeypatch.setattr(discretion, "Auditor", Counted)
    printed = published(publish(found)).to_dict()
    assert sum(item["people"] == 30 for item in printed["results"]) == 37  # one is hidden with the small ones
    assert printed["totals"]["offered"] is None
    assert len(audits) < 10


def test_a_total_is_given_up_where_keeping_it_would_hide_more_than_half_of_the_people_printed() -> None:
    fragile = people(("A0", "J03", 20, "x"), ("A1", "J02", 8, "x"), ("A2", "J02", 12, "x"))
    hiring = openings(("P0", "J02", 20, "x"), ("P1", "J06", 4, "x"), ("P2", "J02", 20, "x"), ("P3", "J00", 3, "x"))
    costs = Written({("J02", "J00"): 1.0, ("J02", "J06"): 1.0})
    found = match_territory(graph(), fragile, hiring, costs=costs, settings=ANY)
    printed = published(publish(found)).to_dict()
    assert [flow.people for flow in (*found.flows, *found.to_confirm)] == [8, 12, 12, 4, 4]
    # With the total, those of A2, and of A0 who go to P0, are hidden as well.
    lines = (*printed["results"], *printed["to_confirm"])
    assert [line["people"] for line in lines if "fragile_lots" not in line] == [8, 12, 12]
    assert (printed["totals"]["offered"], printed["totals"]["offered_between"]) == (None, [30, 40])


def test_the_attacker_wins_against_a_mask_of_the_small_cells_only() -> None:
    """The attack is not blind: masking the small cells and nothing else is undone by subtraction."""
    found = small()
    naive = found.to_dict()
    for name in ("results", "uncovered"):
        for item in naive[name]:
            item["people"] = None if item["people"] < 5 else item["people"]
    assert undone(found, naive, 5)


def test_a_total_that_would_undo_the_mask_is_left_out() -> None:
    fragile, hiring = (
        people(("A", "J00", 12, "x"), ("B", "J03", 20, "x")),
        openings(("P", "J01", 3, "x"), ("Q", "J02", 20, "x")),
    )
    found = match_territory(
        graph(), fragile, hiring, costs=Written({("J00", "J01"): 1.0, ("J03", "J02"): 1.0}), settings=ANY
    )
    printed = published(publish(found)).to_dict()
    assert printed["totals"]["placed"] is None
    told = published(publish(replace(found, changes=(Change("radius", 20.0, 5.0, 10, 7, 1.0),)))).to_dict()
    assert told["changes"] == []  # what it gains tells how many there are
    assert undone(found, printed, 5) == []
    assert undone(
        found,
        printed
        | {"totals": {"placed": found.placed, "to_confirm": found.reserved, "by_employer": None, "by_job": None}},
        5,
    )


def test_the_budget_that_a_reader_may_know_undoes_no_mask() -> None:
    """A to P takes 40 hours a head: whoever knows the budget of 120 knows that at most three go there."""
    fragile = people(("A", "J00", 12, "x"), ("B", "J03", 20, "x"))
    hiring = openings(("P", "J01", 12, "x"), ("Q", "J02", 20, "x"))
    hours = {("J00", "J01"): 40.0, ("J03", "J02"): 0.0}
    found = match_territory(graph(), fragile, hiring, costs=Written(hours), budget_hours=120, settings=ANY)
    assert [f.people for f in found.flows] == [3, 20]
    publication = publish(found)
    printed = published(publication).to_dict()
    assert publication.empty or undone(found, printed, 5) == []
    assert printed["bounds"]["budget_hours"] is None
    # With shorter courses the budget leaves room, and the mask need not hide everything.
    few = openings(("P", "J01", 3, "x"), ("Q", "J02", 20, "x"), ("R", "J04", 9, "x"))
    short = Written(hours | {("J00", "J04"): 1.0, ("J03", "J01"): 1.0})
    found = match_territory(graph(), fragile, few, costs=short, budget_hours=500, settings=ANY)
    assert not publish(found).empty
    assert undone(found, published(publish(found)).to_dict(), 5) == []


def test_what_printed_flows_leave_of_a_budget_bounds_who_could_have_left() -> None:
    """
    Were C's flow printed, 190 hours would be left for A and B: one of the four of A could go at most.

    Three could by the budget alone, and no mask can ask for more.
    """
    fragile = people(("A", "J00", 4, "x"), ("B", "J03", 10, "x"), ("C", "J04", 20, "x"))
    hiring = openings(("P", "J01", 20, "x"), ("Q", "J02", 10, "x"), ("R", "J05", 20, "x"))
    hours = {("J00", "J01"): 100.0, ("J03", "J02"): 10.0, ("J04", "J05"): 10.0}
    costs = Written(hours, impossible=frozenset(every(0.0)) - set(hours))
    found = match_territory(graph(), fragile, hiring, costs=costs, budget_hours=390, settings=ANY)
    assert [(flow.fragile.employer, flow.people) for flow in found.flows] == [("B", 10), ("C", 20)]
    assert not publish(found).empty
    assert undone(found, published(publish(found)).to_dict(), 5) == []


def test_the_floor_that_a_reader_may_know_undoes_no_mask() -> None:
    """With a floor of 80 % of B's ten people, and only three openings beyond Q's six, B's flows are nearly known."""
    fragile = people(("A", "J00", 30, "x"), ("B", "J03", 10, "x"))
    hiring = openings(("P", "J01", 30, "x"), ("Q", "J02", 6, "x"), ("R", "J04", 3, "x"))
    hours = {("J00", "J01"): 1.0, ("J03", "J02"): 1.0, ("J03", "J04"): 1.0}
    chosen = Settings(territory=TerritorySettings(floor=0.8, **ANY_MOVE))
    found = match_territory(graph(), fragile, hiring, costs=Written(hours), settings=chosen)
    assert {f.people for f in found.flows if f.fragile.employer == "B"} == {6, 3}
    publication = publish(found)
    assert publication.empty or undone(found, published(publication).to_dict(), 5) == []


@pytest.mark.parametrize("budget", [None, 150.0, 700.0])
def test_a_large_mask_without_programs_holds_as_well(monkeypatch: pytest.MonkeyPatch, budget: float | None) -> None:
    """What is proven without a program, as for a large country, stands up to the same attack."""
    monkeypatch.setattr(discretion, "_MANY", 0)
    fragile = people(*((f"A{i}", JOBS[i % 4], 7 + 3 * i, "x") for i in range(6)))
    for places in (4, 9, 13, 16):
        hiring = openings(*((f"P{i}", JOBS[4 + i % 4], places + i, "x") for i in range(7)))
        hours = every(10.0) | {(JOBS[i % 4], JOBS[4 + i % 3]): 1.0 for i in range(6)}
        found = match_territory(
            graph(), fragile, hiring, costs=Written(hours), budget_hours=budget, changes=False, settings=ANY
        )
        publication = publish(found)
        printed = published(publication).to_dict()
        assert publication.changed
        assert publication.empty or undone(found, printed, 5) == []


@pytest.mark.parametrize("budget", [None, 8_000.0])
def test_the_mask_of_a_country_is_never_refused(budget: float | None) -> None:
    """A hundred and twenty lots, all open to as many openings: 14,400 pairs."""
    jobs = [JOBS[i % 8] for i in range(120)]
    fragile = people(*((f"A{i:03d}", job, 3 + i % 30, "x") for i, job in enumerate(jobs)))
    hiring = openings(*((f"P{i:03d}", job, 2 + i % 20, "x") for i, job in enumerate(jobs)))
    found = match_territory(
        graph(), fragile, hiring, costs=Written(every(10.0)), budget_hours=budget, changes=False, settings=ANY
    )
    assert len(found.allowed) == 14_400
    publication = publish(found)
    assert not publication.empty
    shown = [f["people"] for f in published(publication).to_dict()["results"]]
    assert sum(p or 0 for p in shown) > 0
    assert all(p is None or p >= 5 for p in shown)


def test_a_masked_line_names_the_lots_that_it_stands_for() -> None:
    """Those of one lot may be told by a line of their own, the others are together; a table says so as JSON does."""
    fragile = people(("A", "J04", 32, "x"), ("B", "J00", 5, "x"), ("C", "J01", 4, "x"), ("D", "J00", 10, "x"))
    hiring = openings(("P", "J00", 15, "x"), ("Q", "J04", 18, "x"), ("R", "J04", 6, "x"))
    costs = Written({("J00", "J04"): 10.0, ("J04", "J00"): 0.0}, impossible=frozenset({("J00", "J01")}))
    found = match_territory(graph(), fragile, hiring, costs=costs, settings=ANY)
    release = published(publish(found))
    lines = [line for line in release.to_dict()["results"] if "fragile_lots" in line]
    for line, cells in zip(lines, (f.cells for f in release.flows if isinstance(f, Withheld)), strict=True):
        names = [lot["employer"] for lot in line["fragile_lots"]]
        assert line["fragile_employer"] == (names[0] if len(names) == 1 else "autres lots")
        assert (line["origin"] is None) == (len(names) > 1)
        assert cells["fragile_lots"] == "; ".join(", ".join(lot.values()) for lot in line["fragile_lots"])
        assert len(cells["hiring_lots"].split("; ")) == len(line["hiring_lots"])
    assert {len(line["fragile_lots"]) for line in lines} == {1, 2}


def test_a_note_that_tells_of_a_flow_is_left_out() -> None:
    """That somebody goes somewhere unlikely would tell that a hidden flow is not nil."""
    found = replace(small(), notes=("no_radius", "titles_of_one_fiche", "beyond", "no_probability"))
    notes = {n["note"] for n in published(publish(found)).to_dict()["notes"]}
    assert notes & {"no_radius", "titles_of_one_fiche", "beyond", "no_probability"} == {"no_probability"}


def test_notes_on_the_tables_tell_no_few_people_where_no_cell_is_small() -> None:
    """A cell as it is written, a total that is one off, people who could stay in their job: numbers beside the sums."""
    fragile = [*people(("A", "J00", 12, "x"), ("Total", "", 13, "")), {"employer": "B", "job": "J01", "basin": "x"}]
    fragile[-1]["headcount"] = "15 dont 2 départs en retraite"
    found = match_territory(graph(), fragile, openings(("P", "J00", 60, "x"), ("Q", "J01", 60, "x")), settings=ANY)
    found = replace(found, planned=(Note("own_job_left", {"n": 2, "names": "A"}), Note("steps_down", {"n": 9})))
    keys = {"own_job_left", "steps_down", "total_differs", "leavers_remarked", "no_geography", "total_line"}
    assert {note.key for note in found.release().notes} == keys
    publication = publish(found)
    assert not publication.changed
    assert {note.key for note in published(publication).notes} == {"steps_down", "no_geography"}


def test_what_a_publication_is_made_of_is_not_in_its_name() -> None:
    publication = publish(small())
    assert "12" not in repr(publication).split(" at ")[0] + repr(published(publication)).split(" at ")[0]


def test_nothing_is_masked_where_no_cell_is_small() -> None:
    found = match_territory(
        graph(), people(("A", "J00", 12, "x")), openings(("P", "J01", 30, "x")), costs=Written(every(1.0)), settings=ANY
    )
    publication = publish(found)
    assert not publication.changed
    assert published(publication).to_dict()["totals"] == found.totals() | {"stretched": None}
    assert not publish(found, threshold=12).changed  # as many as the threshold are not few
    assert publish(found, threshold=13).empty


@pytest.mark.parametrize("few", [1, 4])
def test_too_few_people_are_not_published_at_all(few: int) -> None:
    found = match_territory(
        graph(),
        people(("A", "J00", few, "x")),
        openings(("P", "J01", 30, "x")),
        costs=Written(every(1.0)),
        settings=ANY,
    )
    printed = published(publish(found)).to_dict()
    assert printed["results"] == []
    assert (printed["totals"]["headcount"], printed["totals"]["placed"]) == (None, None)
    assert printed["notes"][0]["note"] == "nothing_to_show"


def test_floors_that_nobody_can_meet_leave_nothing_to_publish() -> None:
    settings = Settings(territory=TerritorySettings(**ANY_MOVE, floor=1.0))
    few, posts = people(("A", "J00", 40, "x")), openings(("P", "J01", 9, "x"))
    found = match_territory(graph(), few, posts, costs=Written(every(10.0)), settings=settings)
    release = published(publish(found))
    assert (found.status, release.flows, release.notes[0].key) == ("infeasible", [], "nothing_to_show")


def test_how_a_title_was_read_tells_no_small_headcount(embedded_graph: OccupationGraph) -> None:
    cleaners = ((name, "Agent de nettoyage", n, "Redon") for name, n in (("B", 30), ("C", 40)))
    fragile = people(("A", "Soudeur MIG-MAG", 4, "Redon"), *cleaners)
    hiring = openings(("P", "Soudeur semi-automatique", 2, "Redon"), ("Q", "K2205", 80, "Redon"))
    found = match_territory(embedded_graph, fragile, hiring)
    told = [(r["employer"], r.get("people")) for r in found.to_dict()["resolved"]]
    assert told == [("A", 4), ("B", 30), ("C", 40), ("P", 2)]
    release = published(publish(found))
    assert [(r["employer"], r.get("people")) for r in release.to_dict()["resolved"]] == [
        ("A", None),
        ("B", None),  # 74 people in all less 30 and 40 would be those of A
        ("C", 40),
        ("P", 2),
    ]
    assert [r.sentence() for r in release.resolved] == [r.sentence() for r in found.resolved()]


def test_a_threshold_under_two_masks_nothing_and_is_refused() -> None:
    with pytest.raises(PasserellesError, match="2 at least"):
        publish(small(), threshold=1)


def test_the_empty_opening_nearest_to_people_is_not_named_where_few_are_hidden(embedded_graph: OccupationGraph) -> None:
    fragile = people(("A", "N1105", 6, "x"), ("C", "N1105", 2, "x"), ("B", "A1415", 9, "x"))
    found = match_territory(embedded_graph, fragile, openings(("P", "N1105", 9, "x")))
    assert [stays.nearest is not None for stays in found.uncovered] == [True]
    said, *_ = (item.get("sentence", "") for item in published(publish(found)).to_dict()["uncovered"])
    assert ("B, Marin" in said, "le plus proche" in said) == (True, False)
