"""
Publication of an allocation without cells under a threshold, and without what would give them away.

Cells under the threshold are masked, then others until no masked cell can be worked out to within the threshold by
anyone who knows the headcounts, the openings, which moves the rules allow, and everything printed. Where masking is
not enough (a lot of three people is known to send at most three), lots or openings are published together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say
from passerelles.territory.allocation import Allocation, Change
from passerelles.territory.audit import TOTAL, Auditor, Cell, Table
from passerelles.territory.lots import Lot, pool_key
from passerelles.territory.network import Ints
from passerelles.territory.pairs import pool_keys

_ROUNDS: Final = 6  # of more masking, before lots or openings are published together
_MANY_PAIRS: Final = 400  # beyond, empty openings no longer serve to hide others: the audit would take minutes
_MOST_PAIRS: Final = 30_000  # beyond, one publishes territory by territory


@dataclass(frozen=True, eq=False)
class Publication:
    """
    What may be published of an allocation.

    Attributes
    ----------
    masked
        Cells withheld, the total among them where it is.
    empty
        Whether there are too few people to publish anything at all.
    """

    allocation: Allocation
    threshold: int
    table: Table
    masked: frozenset[Cell]
    empty: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything is withheld or published together."""
        groups = len(set(self.table.row_group.tolist())) + len(set(self.table.column_group.tolist()))
        return self.empty or bool(self.masked) or groups < len(self.table.supply) + len(self.table.capacity)

    def value(self, cell: Cell) -> int | None:
        """Value of a cell, None where it is withheld."""
        return None if self.empty or cell in self.masked else self.table.cells().get(cell, 0)


def publish(allocation: Allocation, *, threshold: int | None = None) -> Publication:
    """
    Mask an allocation for publication.

    Parameters
    ----------
    allocation
        What `match_territory` gives.
    threshold
        Cells of 1 to `threshold` - 1 people are masked; that of the settings where None.

    Returns
    -------
    publication
        Over all whole tables that agree with everything printed, each masked cell's values spread over at least
        `threshold`. Whoever holds the very input tables and this program can still run it: masking protects a
        publication, not the tables.

    Raises
    ------
    PasserellesError
        If the threshold is under 2, or there are too many pairs to audit.
    """
    bound = allocation.settings.mask_threshold if threshold is None else threshold
    if bound < 2:  # noqa: PLR2004 - under 2, no cell is small
        raise PasserellesError("territory_bound", name="threshold", value=repr(threshold))
    table = _table(allocation)
    if len(table.flow) > _MOST_PAIRS:
        raise PasserellesError("territory_too_many", n=len(table.flow), most=_MOST_PAIRS)
    if not _small(table, bound):
        return Publication(allocation, bound, table, frozenset())
    while True:
        table = _large_enough(table, bound)
        masked, failing = _mask(table, bound)
        if not failing:
            return Publication(allocation, bound, table, frozenset(masked))
        merged = _merge(table, failing[0])
        if merged is None:
            return Publication(allocation, bound, table, frozenset(), empty=True)
        table = merged


def _small(table: Table, bound: int) -> list[Cell]:
    """Cells of people under the threshold, sorted."""
    return sorted(cell for cell, value in table.cells().items() if cell[0] >= 0 and 0 < value < bound)


def _large_enough(table: Table, bound: int) -> Table:
    """
    Publish the openings that small cells lie in together, and lots too few to hide a small cell in as well.

    A cell never exceeds the people of its row nor the openings of its column; both must be twice the threshold for
    its range to span it and leave room for another masked cell. One group of openings for all small cells keeps
    the table readable, and most cells then rise above the threshold.
    """
    small = sorted({j for _, j in _small(table, bound) if j >= 0})
    if small:
        groups = np.where(np.isin(table.column_group, small), small[0], table.column_group)
        table = replace(table, column_group=groups)
    while True:
        people, openings = _sizes(table.row_group, table.supply), _sizes(table.column_group, table.capacity)
        cells = _small(table, bound)
        rows = sorted({i for i, _ in cells if people[i] < 2 * bound}, key=lambda g: (people[g], g))
        columns = sorted({j for _, j in cells if j >= 0 and openings[j] < 2 * bound}, key=lambda g: (openings[g], g))
        if rows and len(people) > 1:
            table = replace(table, row_group=_joined(table.row_group, rows[0], people))
        elif columns and len(openings) > 1:
            table = replace(table, column_group=_joined(table.column_group, columns[0], openings))
        else:
            return table


def _sizes(groups: NDArray[np.intp], values: Ints) -> dict[int, int]:
    return {g: int(values[groups == g].sum()) for g in sorted(set(groups.tolist()))}


def _joined(groups: NDArray[np.intp], group: int, sizes: Mapping[int, int]) -> NDArray[np.intp]:
    """Put a group together with the smallest other one; the pair takes the lower number."""
    other = min((g for g in sizes if g != group), key=lambda g: (sizes[g], g))
    return np.where(groups == max(group, other), min(group, other), groups)


def _table(allocation: Allocation) -> Table:
    lots = allocation.fragile.lots
    keys, capacity = pool_keys(allocation.hiring)
    row: dict[tuple[str, ...], int] = {lot.key: i for i, lot in enumerate(lots)}
    column = {key: j for j, key in enumerate(keys)}
    people = {(row[f.fragile.key], column[pool_key(f.hiring)]): f.people for f in allocation.flows}
    used = {j for _, j in people}
    allowed = sorted({(i, j) for i, j in allocation.allowed.tolist()} | set(people))
    if len(allowed) > _MANY_PAIRS:
        # Openings that nobody takes are published as such, so that their cells are known to be zero.
        allowed = [(i, j) for i, j in allowed if j in used]
    return Table(
        supply=np.asarray([lot.people for lot in lots], dtype=np.int64),
        capacity=capacity,
        row=np.asarray([i for i, _ in allowed], dtype=np.intp),
        column=np.asarray([j for _, j in allowed], dtype=np.intp),
        flow=np.asarray([people.get(pair, 0) for pair in allowed], dtype=np.int64),
        row_group=np.arange(len(lots), dtype=np.intp),
        column_group=np.arange(len(keys), dtype=np.intp),
    )


def _mask(table: Table, bound: int) -> tuple[set[Cell], list[Cell]]:
    """
    Mask small cells of people, then others until nothing can be worked out; what still can once all is masked.

    A row or column gives up its smallest cells first: what is printed stays the most telling.
    """
    values = table.cells()
    masked = set(_small(table, bound))
    if 0 < values[TOTAL] < bound:
        masked.add(TOTAL)
    failing: list[Cell] = []
    for _ in range(_ROUNDS):
        printed = [cell for cell in sorted(values) if cell not in masked]
        failing = Auditor(table, printed).narrow(masked, bound)
        if not failing:
            return masked, []
        more: set[Cell] = set()
        for i, j in failing:
            for line in (
                [c for c in printed if i >= 0 and c[0] == i],
                [c for c in printed if j >= 0 and c[1] == j],
            ):
                if line and not more & set(line):
                    more.add(min(line, key=lambda c: (values[c] == 0, values[c], c)))
        if not more and TOTAL in printed:
            more = {TOTAL}
        if not more:
            break
        masked |= more
    return masked, failing


def _merge(table: Table, cell: Cell) -> Table | None:
    """
    Put a group of the failing cell together with the smallest other one: lots if they are what is small, else openings.

    None where one group of each is all there is.
    """
    people, openings = _sizes(table.row_group, table.supply), _sizes(table.column_group, table.capacity)
    i = cell[0] if cell[0] >= 0 else min(people, key=lambda g: (people[g], g))
    j = cell[1] if cell[1] >= 0 else min(openings, key=lambda g: (openings[g], g))
    wants_row = cell[1] < 0 or (cell[0] >= 0 and people[i] <= openings[j])
    by_row = len(people) > 1 and (wants_row or len(openings) == 1)
    if by_row:
        return replace(table, row_group=_joined(table.row_group, i, people))
    if len(openings) > 1:
        return replace(table, column_group=_joined(table.column_group, j, openings))
    return None


def published_dict(publication: Publication, lang: Lang = "fr") -> dict[str, Any]:
    """
    Return the shape of ``territory@1`` with what may be published; what is withheld is null and marked ``masked``.

    Sums that mix masked cells (hours, kilometres, shares) and sentences that tell of free or full openings are left
    out whole: any of them would be one more equation.
    """
    allocation = publication.allocation
    if not publication.changed:
        return allocation.to_dict(lang) | {"masked": True, "threshold": publication.threshold}
    keys, _ = pool_keys(allocation.hiring)
    lots_of = _members(publication.table.row_group.tolist())
    pools_of = _members(publication.table.column_group.tolist())
    total = publication.value(TOTAL)
    note = "nothing_to_show" if publication.empty else "masked"
    sentence = say(f"territory.note.{note}", lang=lang, threshold=str(publication.threshold))
    notes = [{"note": note, "sentence": sentence}]
    notes += [{"note": n, "sentence": say(f"territory.note.{n}", lang=lang)} for n in allocation.notes]
    everyone, places = allocation.fragile.people, allocation.hiring.people
    return {
        "results": [] if publication.empty else _flows(publication, lots_of, pools_of, keys, lang),
        "uncovered": [] if publication.empty else _uncovered(publication, lots_of, lang),
        "unfilled": [] if publication.empty else _unfilled(publication, pools_of, keys, lang),
        "totals": {
            "headcount": everyone,
            "openings": places,
            "placed": total,
            "uncovered": None if total is None else everyone - total,
            "unfilled": None if total is None else places - total,
            "same_job": None,
            "hours": {"low": None, "expected": None, "high": None},
            "hours_per_person": None,
            "km": None,
            "by_employer": None,
            "by_job": None,
        },
        "bounds": allocation.certificate()
        | {"objectives": [_stage(s.name, s.value, total) for s in allocation.stages]},
        "changes": [] if total is None else [_change(c, publication.threshold, lang) for c in allocation.changes],
        "notes": notes,
        "unmet_floors": list(allocation.unmet),
        "resolved": [lot.to_dict() for lot in (*allocation.fragile.resolved(), *allocation.hiring.resolved())],
        "referential_version": {"name": allocation.referential[0], "version": allocation.referential[1]},
        "masked": True,
        "threshold": publication.threshold,
    }


def _members(groups: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        found.setdefault(group, []).append(place)
    return found


def _stage(name: str, value: int, total: int | None) -> dict[str, Any]:
    shown = value if name == "people" and total is not None else None
    return {"name": name, "value": shown, "bound": shown, "gap": 0 if shown is not None else None}


def _change(change: Change, threshold: int, lang: Lang) -> dict[str, Any]:
    hidden = 0 < change.more < threshold
    step = "" if change.step is None else str(round(change.step, 2))
    what = say(f"territory.change.{change.kind}", lang=lang, step=step)
    text = say("territory.change.masked", lang=lang, what=what) if hidden else change.sentence(lang)
    return {
        "kind": change.kind,
        "bound": change.bound,
        "step": change.step,
        "placed": None,
        "more": None if hidden else change.more,
        "hours": None,
        "sentence": text,
    }


def _flows(
    publication: Publication,
    lots_of: Mapping[int, list[int]],
    pools_of: Mapping[int, list[int]],
    keys: Sequence[tuple[str, ...]],
    lang: Lang,
) -> list[dict[str, Any]]:
    allocation = publication.allocation
    lots = allocation.fragile.lots
    exact = {(f.fragile.key, pool_key(f.hiring)): f for f in allocation.flows}
    hiring = _hiring_by_pool(allocation)
    found = []
    for i, j in sorted(publication.table.cells()):
        if i < 0 or j < 0:
            continue
        people = publication.value((i, j))
        if people == 0:
            continue
        one = len(lots_of[i]) == len(pools_of[j]) == 1
        flow = exact.get((lots[lots_of[i][0]].key, keys[pools_of[j][0]])) if one else None
        if people is not None and flow is not None:
            found.append(flow.to_dict(lang) | {"masked": False})
            continue
        start = [lots[n] for n in lots_of[i]]
        end = [hiring[keys[n]] for n in pools_of[j]]
        found.append(_together(start, end, people, lang))
    return found


def _hiring_by_pool(allocation: Allocation) -> dict[tuple[str, ...], Lot]:
    found: dict[tuple[str, ...], Lot] = {}
    for lot in allocation.hiring.lots:
        found.setdefault(pool_key(lot), lot)
    return found


def _together(start: Sequence[Lot], end: Sequence[Lot], people: int | None, lang: Lang) -> dict[str, Any]:
    one_start, one_end = len(start) == 1, len(end) == 1
    own = one_end and not end[0].pool
    return {
        "fragile_employer": start[0].employer if one_start else say("territory.table.others", lang=lang),
        "hiring_employer": end[0].employer if one_end else say("territory.table.other_openings", lang=lang),
        "origin": {"code": start[0].job, "label": start[0].label} if one_start else None,
        "target": {"code": end[0].job, "label": end[0].label} if own else None,
        "from_basin": start[0].basin_label if one_start else None,
        "to_basin": end[0].basin_label if one_end else None,
        "people": people,
        "hours_per_person": {"low": None, "expected": None, "high": None},
        "family": (end[0].pool or None) if one_end else None,
        "move": None,
        "masked": people is None,
        "fragile_lots": [_name(lot) for lot in start],
        "hiring_lots": [_name(lot) for lot in end],
    }


def _name(lot: Lot) -> dict[str, str]:
    return {"employer": lot.employer, "job": lot.pool or lot.job, "basin": lot.basin_label}


def _uncovered(publication: Publication, lots_of: Mapping[int, list[int]], lang: Lang) -> list[dict[str, Any]]:
    lots = publication.allocation.fragile.lots
    found = []
    for group, members in sorted(lots_of.items()):
        people = publication.value((group, -1))
        if people == 0:
            continue
        first = lots[members[0]] if len(members) == 1 else None
        found.append(
            {
                "employer": first.employer if first else say("territory.table.others", lang=lang),
                "job": {"code": first.job, "label": first.label} if first else None,
                "basin": first.basin_label if first else None,
                "headcount": sum(lots[n].people for n in members),
                "people": people,
                "masked": people is None,
                "lots": [_name(lots[n]) for n in members],
            }
        )
    return found


def _unfilled(
    publication: Publication, pools_of: Mapping[int, list[int]], keys: Sequence[tuple[str, ...]], lang: Lang
) -> list[dict[str, Any]]:
    hiring = _hiring_by_pool(publication.allocation)
    sizes = publication.table.capacity
    found = []
    for group, members in sorted(pools_of.items()):
        people = publication.value((-1, group))
        if people == 0:
            continue
        first = hiring[keys[members[0]]] if len(members) == 1 else None
        found.append(
            {
                "employer": first.employer if first else say("territory.table.other_openings", lang=lang),
                "job": {"code": first.pool or first.job, "label": first.label} if first else None,
                "basin": first.basin_label if first else None,
                "openings": int(sizes[members].sum()),
                "people": people,
                "masked": people is None,
                "lots": [_name(hiring[keys[n]]) for n in members],
            }
        )
    return found
