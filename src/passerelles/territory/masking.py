"""
Which cells of an allocation to hide, so that no small one can be worked out: few at first, more until an audit passes.

Hidden flows lie between some lots and some pools, and nothing says which of these are nil. Where neither sums of rows
and columns nor the total are printed, a hidden flow may be anything from none to the smaller of what is left of its
lot and of its pool: that needs no proof. Sums are printed on top of it as long as the audit proves them harmless.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.progress import go_on
from passerelles.territory.audit import Auditor, Bools, Cell, Table, View
from passerelles.territory.solve import Ints

_MANY: Final = 5_000  # unknown flows beyond which no sum of a row or column is tried
_ROUNDS: Final = 200
_LARGE_ROUNDS: Final = 12  # once a table is large, or has been looked at for long
_FEW_ROUNDS: Final = 5
_WORK: Final = 40_000  # unknown flows x rounds with programs
_LOWER: Final = (0, 1, 2, 4, 8)  # steps of two thresholds by which the least total told is lowered
_WORTH: Final = 0.5  # the total is printed at the price of at most this share of what else would be


@dataclass(frozen=True, eq=False)
class Small:
    """
    What must be hidden: flows and uncovered people under the threshold, shapes (k,) and (n,).

    `most` gives, by (lot, pool), how far a cell's values spread for one who reads nothing but the rules, where a budget
    or floors leave less than the threshold: no mask can ask for more. (lot, -1) is a lot's people.
    """

    flows: Bools
    left: Bools
    most: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self.flows.any() or self.left.any())


def small_cells(table: Table, bound: int) -> Small:
    """Return what is under the threshold, and not nil."""
    left = table.uncovered
    return Small((table.flow > 0) & (table.flow < bound), (left > 0) & (left < bound))


def choose_view(table: Table, bound: int) -> View | None:
    """
    Choose what to print.

    Parameters
    ----------
    table
        The allocation and the rules.
    bound
        Threshold, 2 or more.

    Returns
    -------
    view
        Over all whole tables that agree with it, every hidden sum that stands in a line of its own takes values that
        spread over at least `bound`, and so does every hidden flow or uncovered number under `bound`, or over all
        that its lot's headcount and its pool's openings allow where these are smaller. None where nothing can be
        printed under that promise.
    """
    small = _bounded(table, small_cells(table, bound), bound)
    first = _closed(table, small, _first(table, small), bound)
    if first.total:
        with_total = _proven(table, small, first, bound, total=True)
        if with_total is not None and _flows(table, with_total) >= _WORTH * _flows(table, first):
            return with_total
    view = _proven(table, small, first, bound, total=False)
    if view is None and small.most:
        view = _proven(table, small, _blind(table), bound, total=False)
    return view if view is None or view.total else _bracketed(table, small, view, bound)


def _blind(table: Table) -> View:
    """Hide everything."""
    n, m, k = len(table.supply), len(table.capacity), len(table.flow)
    lots, pools, none = np.ones(n, dtype=np.bool_), np.ones(m, dtype=np.bool_), np.zeros(k, dtype=np.bool_)
    return View(lots, pools, none, ~lots, ~pools, total=False)


def _bounded(table: Table, small: Small, bound: int) -> Small:
    """Find how far each cell spreads at most where a budget or floors say more than headcounts and openings do."""
    view = _blind(table)
    if (table.budget is None and not len(table.least)) or int(view.unknown(table).sum()) > _MANY:
        return small
    auditor = Auditor(table, view)
    own = [cell for cell in _cells(table, small, view, bound) if cell.lot >= 0]  # a line of several keeps its threshold
    short = auditor.narrow(own, thorough=True)
    return replace(small, most={(cell.lot, cell.pool): auditor.spread(cell) for cell in short})


def _bracketed(table: Table, small: Small, view: View, bound: int) -> View:
    """Tell between which round numbers the people placed are, the narrowest that the audit proves harmless."""
    if int(view.unknown(table).sum()) > _MANY:
        return view
    placed, most = int(table.flow.sum()), int(min(table.supply.sum(), table.capacity.sum()))
    step = 2 * bound
    for lower in _LOWER:
        low = placed // step * step
        tried = replace(view, between=(max(0, low - lower * step), min(low + step, most)))
        if not Auditor(table, tried).narrow(_cells(table, small, tried, bound)):
            return tried
    return view


def _flows(table: Table, view: View) -> int:
    return int(table.flow[view.printed].sum())


def _proven(table: Table, small: Small, first: View, bound: int, *, total: bool) -> View | None:
    """Print less and less until the audit passes; keep the total, or do without it before more flows are hidden."""
    view = first
    late = 0
    for turn in range(_ROUNDS):
        go_on()
        cells = _cells(table, small, view, bound)
        if _sure(table, view, cells) or _shifts(table, view, cells):
            return view
        unknown = int(view.unknown(table).sum())
        large = unknown > _MANY or turn > max(_FEW_ROUNDS, _WORK // max(unknown, 1))
        late += large
        if large and not len(table.least):
            # A program would take minutes: do without the total, which needs none.
            if total:
                return None
            failing = cells
        else:
            failing = Auditor(table, view).narrow(cells)
            if not failing:
                return view
        hidden = None if late > _LARGE_ROUNDS else _less(table, small, view, failing, bound, total=total)
        if hidden is None or (total and not hidden.total):
            return None
        view = hidden
    return None


def hidden_total(table: Table, view: View) -> int:
    """People on hidden flows."""
    return int(table.flow[view.unknown(table)].sum())


def _first(table: Table, small: Small) -> View:
    lots, pools = small.left.copy(), np.zeros(len(table.capacity), dtype=np.bool_)
    lots[table.row[small.flows]] = True
    pools[table.column[small.flows]] = True
    return View(lots, pools, (table.flow > 0) & ~small.flows, ~lots, ~pools, total=False)


def _closed(table: Table, small: Small, view: View, bound: int) -> View:
    """Hide more flows until each small one has room in its lot and its pool; then print what sums look harmless."""
    lots, pools, printed = view.lots.copy(), view.pools.copy(), view.printed.copy()
    while True:
        go_on()
        people = table.supply - table.sent(printed)
        places = table.capacity - table.taken(printed)
        tight_lots = lots & (people < np.minimum(bound, table.supply))
        tight_pools = pools & (places < np.minimum(bound, table.capacity))
        unknown = lots[table.row] & pools[table.column] & ~printed
        reach = np.bincount(table.row[unknown], places[table.column[unknown]], len(lots))
        short = small.left & (reach < np.minimum(bound, table.supply))
        hide = _smallest(table, printed, table.row, tight_lots | short)
        hide = np.union1d(hide, _smallest(table, printed, table.column, tight_pools))
        printed[hide] = False
        lots[table.row[hide]] = True
        pools[table.column[hide]] = True
        opened = np.zeros(0, dtype=np.intp) if len(hide) else _openings(table, pools, short)
        pools[opened] = True
        if not len(hide) and not len(opened):
            break
    return _sums(table, small, View(lots, pools, printed, ~lots, ~pools, total=False), bound)


def _smallest(table: Table, printed: Bools, at: NDArray[np.intp], lines: Bools) -> NDArray[np.intp]:
    """Smallest printed flow of each of some lots or pools, ties by position."""
    among = np.flatnonzero(printed & lines[at])
    order = among[np.lexsort((among, table.flow[among], at[among]))]
    _, first = np.unique(at[order], return_index=True)
    return order[first]


def _openings(table: Table, pools: Bools, short: Bools) -> NDArray[np.intp]:
    """Largest pool open to each lot that has too few hidden ones to have sent its people to."""
    among = np.flatnonzero(short[table.row] & ~pools[table.column])
    order = among[np.lexsort((among, -table.capacity[table.column[among]], table.row[among]))]
    _, first = np.unique(table.row[order], return_index=True)
    return np.unique(table.column[order[first]])


def _sums(table: Table, small: Small, view: View, bound: int) -> View:
    """Print every sum that is not itself small, nor gives a small one by subtraction."""
    unknown = view.unknown(table)
    if int(unknown.sum()) <= _MANY:
        left = ~view.lots | (~small.left & ~_between(table.sent(unknown), bound))
        spare = ~view.pools | ~_between(table.taken(unknown), bound)
        view = replace(view, left=left, spare=spare)
    return replace(view, total=_total_is_harmless(table, view, bound))


def _between(values: Ints, bound: int) -> Bools:
    return np.asarray((values > 0) & (values < bound))


def _total_is_harmless(table: Table, view: View, bound: int) -> bool:
    """Whether neither the people placed, nor those left, nor what other lots sum to, is small."""
    unknown = view.unknown(table)
    others = ~view.left
    sums = [
        int(table.flow.sum()),
        int(table.uncovered.sum()),
        int(table.flow[unknown].sum()),
        int(table.sent(unknown)[others].sum()),
        int(table.uncovered[others].sum()),
    ]
    return not _between(np.asarray(sums), bound).any()


def _cells(table: Table, small: Small, view: View, bound: int) -> list[Cell]:
    """Sums to audit: each small flow, the uncovered people of each lot that has few, and the lines that are masked."""
    unknown = view.unknown(table)
    found = []
    for n in np.flatnonzero(small.flows).tolist():
        lot, pool = int(table.row[n]), int(table.column[n])
        need = min(bound, int(table.supply[lot]), int(table.capacity[pool]), small.most.get((lot, pool), bound))
        found.append(Cell(np.asarray([n]), need, lot, pool))
    at = np.flatnonzero(unknown)
    starts = np.searchsorted(table.row[at], np.arange(len(table.supply) + 1))
    reach = np.bincount(table.row, table.capacity[table.column], len(table.supply))
    for lot in np.flatnonzero(small.left).tolist():
        # A lot that the rules allow nowhere is known to stay, whatever is printed.
        need = min(bound, int(table.supply[lot]), int(reach[lot]), small.most.get((lot, -1), bound))
        found.append(Cell(at[starts[lot] : starts[lot + 1]], need, lot))
    if not view.total:
        found.append(Cell(at, bound))
        if not view.left.all():
            found.append(Cell(at[~view.left[table.row[at]]], bound))
        if not view.spare.all():
            found.append(Cell(at[~view.spare[table.column[at]]], bound))
    return found


def _sure(table: Table, view: View, cells: list[Cell]) -> bool:
    """
    Whether nothing but hidden flows is left, and each cell spreads enough by that alone.

    Each hidden flow may then be anything from none to the smaller of its lot's and its pool's rest, as far as the hours
    of the printed ones leave a budget for it, and a sum of flows at least as much as the widest of them, or as what its
    lot's rest can send to its pools.
    """
    bare = not view.total and not (view.left & view.lots).any() and not (view.spare & view.pools).any()
    if not bare or view.between is not None or len(table.least):
        return False
    people = table.supply - table.sent(view.printed)
    places = table.capacity - table.taken(view.printed)
    room = np.minimum(people[table.row], places[table.column])
    spent = int(table.hours[view.printed] @ table.flow[view.printed])
    if table.budget is not None:
        room = np.minimum(room, (table.budget - spent) // np.maximum(table.hours, 1))

    def spread(cell: Cell) -> int:
        if not len(cell.at):
            return 0
        if cell.lot >= 0 and cell.pool < 0 and table.budget is None:
            return min(int(people[cell.lot]), int(places[table.column[cell.at]].sum()))
        return int(room[cell.at].max())

    return all(spread(cell) >= cell.need for cell in cells)


def _shifts(table: Table, view: View, cells: list[Cell]) -> bool:
    """
    Whether people who change openings within their own lot spread each cell enough, when no openings' sum is printed.

    Neither the people placed of any lot, nor the total, nor a floor changes; hours do, so that a budget rules it out.
    A flow v of a lot falls by what the emptiest other openings can take of it, and rises by what the lot's other
    hidden flows can give and its own openings can take.
    """
    if table.budget is not None or (view.spare & view.pools).any() or any(cell.pool < 0 for cell in cells):
        return False
    at = np.flatnonzero(view.unknown(table))
    starts = np.searchsorted(table.row[at], np.arange(len(table.supply) + 1))
    empty = table.empty
    for cell in cells:
        own = int(cell.at[0])
        row = at[starts[cell.lot] : starts[cell.lot + 1]]
        others = row[row != own]
        value = int(table.flow[own])
        falls = min(value, int(empty[table.column[others]].max(initial=0)))
        rises = min(int(table.flow[others].sum()), int(empty[cell.pool]))
        if falls + rises < cell.need:
            return False
    return bool(cells)


def _less(
    table: Table,
    small: Small,
    view: View,
    failing: list[Cell],
    bound: int,
    *,
    total: bool,
) -> View | None:
    """Print less: sums of failing columns, then of rows, then the total (unless kept), then flows; None: nothing."""
    spare, left = view.spare.copy(), view.left.copy()
    lots = {cell.lot for cell in failing} - {-1}
    pools = {cell.pool for cell in failing} - {-1}
    wide = not lots or len(lots) * 2 > int(view.lots.sum())
    spare[sorted(pools)] = False
    if wide or lots - {cell.lot for cell in failing if cell.pool >= 0}:
        spare &= ~view.pools
    if (spare != view.spare).any():
        return _kept(table, replace(view, spare=spare), bound)
    left[sorted(lots)] = False
    if wide:
        left &= ~view.lots
    if (left != view.left).any():
        return _kept(table, replace(view, left=left), bound)
    if (left & view.lots).any() or (spare & view.pools).any():
        return _kept(table, replace(view, left=left & ~view.lots, spare=spare & ~view.pools), bound)
    if view.total and not total:
        return replace(view, total=False)
    hide = _smallest(table, view.printed, table.row, _lines(lots, len(table.supply)))
    hide = np.union1d(hide, _smallest(table, view.printed, table.column, _lines(pools, len(table.capacity))))
    if not len(hide):
        among = np.flatnonzero(view.printed)
        hide = among[np.lexsort((among, table.flow[among]))][:1]
    if not len(hide):
        return None
    printed, rows, columns = view.printed.copy(), view.lots.copy(), view.pools.copy()
    printed[hide] = False
    rows[table.row[hide]] = True
    columns[table.column[hide]] = True
    closed = _closed(table, small, View(rows, columns, printed, ~rows, ~columns, total=False), bound)
    return closed if total else replace(closed, left=~closed.lots, spare=~closed.pools, total=False)


def _kept(table: Table, view: View, bound: int) -> View:
    """Take the total back where what is now put together under it is small."""
    return view if not view.total or _total_is_harmless(table, view, bound) else replace(view, total=False)


def _lines(numbers: set[int], size: int) -> Bools:
    found = np.zeros(size, dtype=np.bool_)
    found[sorted(numbers)] = True
    return found
