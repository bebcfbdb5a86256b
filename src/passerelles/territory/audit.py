"""What a reader could work out of a masked table: the values of each hidden cell over all tables that agree with it."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from scipy import sparse

from passerelles.territory.solve import Bools, Floats, Ints, Network, Rows, extreme

_SECONDS: Final = 2.0  # of one search where a budget makes it one in whole numbers; not finished = not proven
_SLACK: Final = 1e-6  # of what a solver gives
_WORK: Final = 300_000  # unknowns x programs of one audit: a few seconds; beyond, what is left is not proven
_TOGETHER: Final = 6  # programs that look at many cells at once
_EVERY: Final = slice(None)  # all pairs


@dataclass(frozen=True, eq=False)
class Table(Network):
    """
    A network whose pairs are those that the rules allow, the people on them, and what else a reader knows.

    Attributes
    ----------
    flow
        Shape (k,): people on each pair.
    hours, budget
        Shape (k,): tenths of an hour of one person of each pair, and the most of all together; None = no bound.
    confirmed
        Shape (k,): whether people on a pair are placed, and count for a floor; not those that are to be confirmed.
    """

    flow: Ints
    hours: Ints
    budget: int | None
    confirmed: Bools

    def sent(self, among: Bools | slice = _EVERY) -> Ints:
        """People of each lot on some pairs, shape (n,)."""
        return np.bincount(self.lot[among], self.flow[among], len(self.supply)).astype(np.int64)

    def taken(self, among: Bools | slice = _EVERY) -> Ints:
        """People of each pool on some pairs, shape (m,)."""
        return np.bincount(self.pool[among], self.flow[among], len(self.capacity)).astype(np.int64)

    @property
    def uncovered(self) -> Ints:
        """People placed nowhere, shape (n,)."""
        return self.supply - self.sent()

    @property
    def partly_counted(self) -> bool:
        """Whether there are floors, and they count some flows and not others."""
        return bool(len(self.need)) and not bool(self.confirmed.all())

    @property
    def empty(self) -> Ints:
        """Openings left empty, shape (m,)."""
        return self.capacity - self.taken()


@dataclass(frozen=True, eq=False)
class View:
    """
    What is printed of a table, and so what is hidden in it.

    Attributes
    ----------
    lots, pools
        Shapes (n,) and (m,): the lots and pools between which flows are hidden; all else is printed.
    printed
        Shape (k,): flows printed; those between hidden lots and pools that are not printed are the unknowns.
    left, spare
        Shapes (n,) and (m,): whether a lot's uncovered people, a pool's empty openings are printed.
    total
        Whether the people placed in all are printed.
    between
        Least and most people placed in all that are printed instead; None = not even these.
    """

    lots: Bools
    pools: Bools
    printed: Bools
    left: Bools
    spare: Bools
    total: bool
    between: tuple[int, int] | None = None

    @classmethod
    def bare(cls, lots: Bools, pools: Bools, printed: Bools) -> "View":
        """Return a view that prints some flows, and no sum in which others are."""
        return cls(lots, pools, printed, ~lots, ~pools, total=False)

    def hiding(self, table: Table, flows: Rows | Bools, pools: Rows | Sequence[int] = ()) -> "View":
        """Return a view that prints no sum, hides some flows more, and has some more pools among the hidden ones."""
        printed, hidden_lots, hidden_pools = self.printed.copy(), self.lots.copy(), self.pools.copy()
        printed[flows] = False
        hidden_lots[table.lot[flows]] = True
        hidden_pools[table.pool[flows]] = True
        hidden_pools[np.asarray(pools, dtype=np.intp)] = True
        return View.bare(hidden_lots, hidden_pools, printed)

    def unknown(self, table: Table) -> Bools:
        """Which flows a reader does not know, shape (k,)."""
        return self.lots[table.lot] & self.pools[table.pool] & ~self.printed


@dataclass(frozen=True)
class Cell:
    """
    A sum of unknown flows that must not be worked out.

    Attributes
    ----------
    at
        Positions among all pairs.
    need
        How far its possible values must spread.
    lot, pool
        Where it lies, -1 = in several.
    """

    at: Rows
    need: int
    lot: int = -1
    pool: int = -1


Ends = Ints | Floats | Sequence[float]


class Auditor:
    """
    Finds how far the values of cells spread; every whole table found serves all cells.

    Sums over lots, pools, groups of lots and all are nested on either side: the programs are linear with whole corners.
    A budget makes them programs in whole numbers, and so do floors that count some flows of a lot and not others, where
    a corner is not whole. `unproven` once a search ended without a whole table: cells may spread further than was seen.
    """

    def __init__(self, table: Table, view: View) -> None:
        """Put what a reader knows in rows; the true table is the first witness."""
        self.table, self.view, self.unproven = table, view, False
        unknown = view.unknown(table)
        known = ~unknown
        self.at = np.flatnonzero(unknown)
        self._unknown, self._place = unknown, np.cumsum(unknown) - 1
        self.witnesses = [table.flow[self.at]]
        people, openings = table.supply - table.sent(known), table.capacity - table.taken(known)
        counted = np.bincount(table.group, table.sent(known & table.confirmed), len(table.need))
        # People on unknown flows, as far as the total says.
        shown, hidden = (int(table.flow[mask].sum()) for mask in (known, unknown))
        least, most = (hidden, hidden) if view.total else (e - shown for e in view.between or (-math.inf, math.inf))
        limits: list[tuple[Ends, Ends]] = [  # the least and the most of each row
            _ends(people, table.uncovered, view.left),
            _ends(openings, table.empty, view.spare),
            (np.maximum(table.need - counted, 0), np.full(len(table.need), np.inf)),
            ([least], [most]),
        ]
        rows: list[Any] = [table.matrix[:, self.at]]
        if table.partly_counted:
            first, last = len(people) + len(openings), len(people) + len(openings) + len(table.need)
            rows = [rows[0][:first], rows[0][first:last] * table.confirmed[self.at], rows[0][last:]]
        self._ways = (True,) if table.budget is not None else (False, True) if table.partly_counted else (False,)
        if table.budget is not None:
            rows.append(sparse.csr_array(table.hours[self.at][None, :].astype(np.float64)))
            limits.append(([0], [table.budget - int(table.hours[known] @ table.flow[known])]))
        lower, upper = zip(*limits, strict=True)
        matrix = sparse.vstack(rows, format="csr")
        nonzero = np.diff(matrix.indptr) > 0  # of a country, most pools are in no unknown flow
        self._matrix = matrix[nonzero]
        self._lower = np.concatenate(lower).astype(np.float64)[nonzero]
        self._upper = np.concatenate(upper).astype(np.float64)[nonzero]

    def narrow(self, cells: Sequence[Cell], *, thorough: bool = False) -> list[Cell]:
        """Cells whose values are not shown to spread as far as they need; `thorough` sets no limit to the work."""
        weights = [self._weights(cell) for cell in cells]

        def short(among: Iterable[int]) -> list[int]:
            return [n for n in among if self._spread(weights[n]) < cells[n].need]

        every = range(len(cells))
        if len(self.at):
            for signs in islice(probes(every, short), None if thorough else max(_TOGETHER, _WORK // len(self.at))):
                sums = np.zeros(len(self.at), dtype=np.int64)
                for n, sign in signs.items():
                    sums[weights[n]] += sign
                if not any(self._search(sums, whole=whole) for whole in self._ways):
                    self.unproven = True
        return [cells[n] for n in short(every)]

    def spread(self, cell: Cell) -> int:
        """How far the values of a cell are known to spread."""
        return self._spread(self._weights(cell))

    def _weights(self, cell: Cell) -> Rows:
        """Positions of a cell's flows among the unknown ones."""
        return self._place[cell.at[self._unknown[cell.at]]]

    def _spread(self, places: Rows) -> int:
        values = [int(flow[places].sum()) for flow in self.witnesses]
        return max(values) - min(values)

    def _search(self, weights: Ints, *, whole: bool) -> bool:
        """Add the table that makes a sum least, of whole ones or of all; False where what is found is not whole."""
        longest = _SECONDS if whole else np.inf
        result = extreme(weights, self._matrix, self._lower, self._upper, whole=whole, seconds=longest)
        if result.x is None:
            return False
        flow = np.rint(result.x).astype(np.int64)
        sums = self._matrix @ flow
        feasible = (sums >= self._lower - _SLACK).all() and (sums <= self._upper + _SLACK).all()
        # A witness proves something only if it is whole and keeps to every row.
        if flow.min(initial=0) < 0 or not feasible or np.abs(result.x - flow).max(initial=0.0) > _SLACK:
            return False
        self.witnesses.append(flow)
        return True


def probes(cells: Iterable[int], short: Callable[[Iterable[int]], list[int]]) -> Iterator[Mapping[int, int]]:
    """
    Yield which of some cells a program should make least (1) and which most (-1), as long as any falls `short`.

    Many at once: all least, all most, then half of them each way, by the binary digits of their numbers; then each
    alone, both ways.
    """
    todo = short(cells)
    for turn in range(_TOGETHER):
        if todo:
            yield {n: -1 if (turn if turn < 2 else n >> (turn - 2)) & 1 else 1 for n in todo}  # noqa: PLR2004
            todo = short(todo)
    for n in todo:
        for sign in (1, -1):
            if short([n]):
                yield {n: sign}


def _ends(most: Ints, remaining: Ints, printed: Bools) -> tuple[Ints, Ints]:
    """Least and most people on each line's unknown flows: `most` less `remaining` where printed, else 0 to `most`."""
    return np.where(printed, most - remaining, 0), np.where(printed, most - remaining, most)
