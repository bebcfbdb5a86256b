"""The mask seen by an attacker: over every whole table that agrees with all that is printed."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from passerelles.errors import PasserellesError
from passerelles.territory.allocation import Allocation
from passerelles.territory.discretion import publish, published_dict
from passerelles.territory.match import match_territory
from territory_cases import JOBS, Written, every, graph, openings, people

Key = tuple[str, str, str]


@dataclass
class Attack:
    """
    What an attacker knows: both input tables, which moves the rules allow, and the printed object.

    Unknowns are the people of each pair of lots (x), then those left of each fragile lot, then openings left empty.
    """

    starts: list[tuple[Key, int]]
    ends: list[tuple[Key, int]]
    allowed: set[tuple[int, int]]
    printed: dict[str, Any]

    def __post_init__(self) -> None:
        n, m = len(self.starts), len(self.ends)
        self.size = n * m + n + m
        self.rows: list[np.ndarray[Any, Any]] = []
        self.values: list[float] = []
        self.masked: list[np.ndarray[Any, Any]] = []
        for i, (_, heads) in enumerate(self.starts):
            self.equal(self.flow([i], range(m)) + self.unit(n * m + i), heads)
        for j, (_, places) in enumerate(self.ends):
            self.equal(self.flow(range(n), [j]) + self.unit(n * m + n + j), places)
        self.read()

    def unit(self, place: int) -> np.ndarray[Any, Any]:
        row = np.zeros(self.size)
        row[place] = 1
        return row

    def flow(self, rows: Any, columns: Any) -> np.ndarray[Any, Any]:
        row = np.zeros(self.size)
        for i, j in product(rows, columns):
            row[i * len(self.ends) + j] = 1
        return row

    def equal(self, row: np.ndarray[Any, Any], value: float) -> None:
        self.rows.append(row)
        self.values.append(value)

    def take(self, row: np.ndarray[Any, Any], value: float | None) -> None:
        if value is None:
            self.masked.append(row)
        else:
            self.equal(row, value)

    def find(self, lots: list[tuple[Key, int]], names: list[dict[str, str]]) -> list[int]:
        wanted = {(n["employer"], n["job"], n["basin"].lower()) for n in names}
        return [i for i, (key, _) in enumerate(lots) if key in wanted]

    def read(self) -> None:
        """Every cell printed is an equation; a cell that is not listed is zero."""
        n, m = len(self.starts), len(self.ends)
        listed: set[tuple[int, int]] = set()
        for item in self.printed["results"]:
            start = item.get("fragile_lots") or [_lot(item, "fragile_employer", "origin", "from_basin")]
            end = item.get("hiring_lots") or [_lot(item, "hiring_employer", "target", "to_basin")]
            rows, columns = self.find(self.starts, start), self.find(self.ends, end)
            assert rows
            assert columns
            listed |= set(product(rows, columns))
            self.take(self.flow(rows, columns), item["people"])
        for i, j in product(range(n), range(m)):
            if (i, j) not in listed or (i, j) not in self.allowed:
                self.equal(self.flow([i], [j]), 0)
        for name, lots, first in (("uncovered", self.starts, n * m), ("unfilled", self.ends, n * m + n)):
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
        totals = self.printed["totals"]
        if totals["placed"] is not None:
            self.equal(self.flow(range(n), range(m)), totals["placed"])
        for by, column in (("by_employer", 0), ("by_job", 1)):
            for name, share in (totals[by] or {}).items():
                rows = [i for i, (key, _) in enumerate(self.starts) if key[column] == name]
                self.equal(self.flow(rows, range(m)), share["placed"])

    def span(self, row: np.ndarray[Any, Any]) -> int:
        ends = []
        for sign in (1, -1):
            result = milp(
                sign * row,
                constraints=LinearConstraint(np.array(self.rows), self.values, self.values),
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
    return Attack(starts, ends, {(i, j) for i, j in found.allowed.tolist()}, printed)


def rows(names: str, most: int, count: int) -> st.SearchStrategy[list[tuple[str, str, int, str]]]:
    row = st.tuples(st.sampled_from(names), st.sampled_from(JOBS[:4]), st.integers(0, most), st.just("x"))
    return st.lists(row, min_size=1, max_size=count, unique_by=lambda r: r[:2])


@given(
    rows("ABC", 25, 5),
    rows("PQR", 25, 6),
    st.dictionaries(
        st.tuples(st.sampled_from(JOBS[:4]), st.sampled_from(JOBS[:4])), st.integers(1, 9).map(float), max_size=12
    ),
    st.none() | st.integers(0, 300),
    st.sampled_from((3, 5)),
)
@settings(max_examples=40, deadline=None)
def test_no_masked_cell_can_be_worked_out(
    fragile: list[tuple[str, str, int, str]],
    hiring: list[tuple[str, str, int, str]],
    hours: dict[tuple[str, str], float],
    budget: int | None,
    threshold: int,
) -> None:
    found = match_territory(graph(), people(*fragile), openings(*hiring), costs=Written(hours), budget_hours=budget)
    printed = published_dict(publish(found, threshold=threshold))
    if publish(found, threshold=threshold).empty:
        assert printed["results"] == printed["uncovered"] == printed["unfilled"] == []
        assert printed["totals"]["placed"] is None
        return
    spy = attack(found, printed)
    for row in spy.masked:
        assert spy.span(row) >= threshold
    for item in (*printed["results"], *printed["uncovered"]):
        assert item["people"] is None or item["people"] >= threshold


def small() -> Allocation:
    fragile = people(("A", "J00", 12, "x"), ("B", "J03", 14, "x"), ("C", "J04", 20, "x"))
    hiring = openings(("P", "J01", 11, "x"), ("Q", "J02", 30, "x"), ("R", "J05", 16, "x"))
    hours = every(50.0) | {("J00", "J01"): 1.0, ("J03", "J01"): 2.0, ("J03", "J02"): 3.0, ("J00", "J02"): 20.0}
    return match_territory(graph(), fragile, hiring, costs=Written(hours), budget_hours=400)


def test_sums_and_sentences_that_would_give_a_cell_away_are_left_out() -> None:
    found = small()
    assert any(0 < f.people < 5 for f in found.flows) or any(0 < u.people < 5 for u in found.uncovered)
    publication = publish(found)
    printed = published_dict(publication)
    assert publication.changed
    assert printed["masked"]
    assert printed["totals"]["hours"] == {"low": None, "expected": None, "high": None}
    assert printed["totals"]["by_employer"] is None
    assert all(stage["value"] is None for stage in printed["bounds"]["objectives"] if stage["name"] != "people")
    assert all("reason" not in item for item in (*printed["uncovered"], *printed["unfilled"]))
    for change in printed["changes"]:
        assert change["placed"] is None
        assert change["more"] is None or change["more"] == 0 or change["more"] >= 5


def test_the_attacker_wins_against_a_mask_of_the_small_cells_only() -> None:
    """The attack is not blind: masking the small cells and nothing else is undone by subtraction."""
    found = small()
    naive = found.to_dict()
    for name in ("results", "uncovered"):
        for item in naive[name]:
            item["people"] = None if item["people"] < 5 else item["people"]
    spy = attack(found, naive)
    assert spy.masked
    assert any(spy.span(row) < 5 for row in spy.masked)


def test_nothing_is_masked_where_no_cell_is_small() -> None:
    found = match_territory(
        graph(), people(("A", "J00", 12, "x")), openings(("P", "J01", 30, "x")), costs=Written(every(1.0))
    )
    publication = publish(found)
    assert not publication.changed
    assert published_dict(publication)["totals"] == found.totals()


def test_too_few_people_are_not_published_at_all() -> None:
    found = match_territory(
        graph(), people(("A", "J00", 3, "x")), openings(("P", "J01", 30, "x")), costs=Written(every(1.0))
    )
    printed = published_dict(publish(found))
    assert printed["results"] == []
    assert printed["totals"]["placed"] is None
    assert printed["notes"][0]["note"] == "nothing_to_show"


def test_a_threshold_under_two_masks_nothing_and_is_refused() -> None:
    with pytest.raises(PasserellesError):
        publish(small(), threshold=1)
