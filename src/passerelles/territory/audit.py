"""What a reader could work out of a masked table: the values of each hidden cell over all tables that agree with it."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.territory.solve import Network, extreme
from passerelles.vectors import Bools, Floats, Ints, Rows

_SECONDS: Final = 2.0  # of one search where a budget makes it one in whole numbers; not finished = not proven
_SLACK: Final = 1e-6  # of what a solver gives
_WORK: Final = 300_000  # unknowns x programs of one audit: a few seconds; beyond, what is left is not proven
_TOGETHER: Final = 6  # programs that look at many cells at once
_EVERY: Final = slice(None)  # all pairs


@dataclass(frozen=True, eq=False)
class FlowTable(Network):
    """
    A network whose pairs are those that the rules allow, the people on them, and what else a reader knows.

    Its lines are the lots, then the pools, as the first rows of `matrix` are.

    Attributes
    ----------
    flow
        Shape (k,): people on each pair.
    hours, budget
        Shape (k,): tenths of an hour of one person of each pair, and the most of all together; None = no bound.
    confirmed
        Shape (k,): whether people on a pair are placed, and count for a floor; not those that are to be confirmed.
    headcount
        Shape (n,): people of each lot; `supply` are those who may go: the volunteers, where they are known.
    """

    flow: Ints
    hours: Ints
    budget: int | None
    confirmed: Bools
    headcount: Ints

    @cached_property
    def ends(self) -> Rows:
        """Shape (2, k): the lines of each pair, that of its lot and that of its pool."""
        return np.stack([self.lot, len(self.supply) + self.pool])

    @cached_property
    def sizes(self) -> Ints:
        """Shape (n + m,): people of each lot who may go, openings of each pool."""
        return np.concatenate([self.supply, self.capacity])

    @cached_property
    def is_lot(self) -> Bools:
        """Whether a line is a lot, not a pool, shape (n + m,)."""
        return np.arange(len(self.sizes)) < len(self.supply)

    def sums(self, among: Bools | slice = _EVERY) -> Ints:
        """People of each line on some pairs, shape (n + m,)."""
        ends = self.ends[:, among]
        return np.bincount(ends.ravel(), np.tile(self.flow[among], 2), len(self.sizes)).astype(np.int64)

    @property
    def rest(self) -> Ints:
        """People of each lot who are placed nowhere, openings of each pool left empty, shape (n + m,)."""
        return np.concatenate([self.headcount, self.capacity]) - self.sums()

    def lots(self, lines: NDArray[Any]) -> NDArray[Any]:
        """What is said of the lines that are lots."""
        return lines[: len(self.supply)]

    def pools(self, lines: NDArray[Any]) -> NDArray[Any]:
        """What is said of the lines that are pools."""
        return lines[len(self.supply) :]


@dataclass(frozen=True, eq=False)
class View:
    """
    What is printed of a table, and so what is hidden in it.

    Attributes
    ----------
    lines
        Shape (n + m,): the lots and pools between which flows are hidden; all else is printed.
    printed
        Shape (k,): flows printed; those between hidden lots and pools that are not printed are the unknowns.
    rest_printed
        Shape (n + m,): whether the rest of a line is printed: a lot's uncovered people, a pool's empty openings.
    total
        Whether the people placed in all are printed.
    between
        Least and most people placed in all that are printed instead; None = not even these.
    """

    lines: Bools
    printed: Bools
    rest_printed: Bools
    total: bool
    between: tuple[int, int] | None = None

    @classmethod
    def without_sums(cls, lines: Bools, printed: Bools) -> "View":
        """Return a view that prints some flows, and no sum in which others are."""
        return cls(lines, printed, ~lines, total=False)

    def hiding(self, table: FlowTable, flows: Rows | Bools, lines: Rows | Sequence[int] = ()) -> "View":
        """Return a view that prints no sum, hides some flows more, and has some more lines among the hidden ones."""
        printed, hidden = self.printed.copy(), self.lines.copy()
        printed[flows] = False
        hidden[table.ends[:, flows]] = True
        hidden[np.asarray(lines, dtype=np.intp)] = True
        return View.without_sums(hidden, printed)

    def unknown(self, table: FlowTable) -> Bools:
        """Which flows a reader does not know, shape (k,)."""
        return np.asarray(self.lines[table.ends].all(axis=0) & ~self.printed)


@dataclass(frozen=True)
class HiddenSum:
    """
    A sum of unknown flows that must not be worked out.

    Attributes
    ----------
    at
        Positions among all pairs.
    need
        How far its possible values must spread.
    lines
        Where it lies: the lines of one flow, or the lot whose people they are; none = in several.
    """

    at: Rows
    need: int
    lines: tuple[int, ...] = ()


Ends = Ints | Floats | Sequence[float]


class Auditor:
    """
    Finds how far the values of cells spread; every whole table found serves all cells.

    Sums over lots, pools, groups of lots and all are nested on either side: the programs are linear with whole corners.
    A budget makes them programs in whole numbers, and so do floors that count some flows of a lot and not others, where
    a corner is not whole. `unproven` once a search ended without a whole table: cells may spread further than was seen.
    """

    def __init__(self, table: FlowTable, view: View) -> None:
        """Put what a reader knows in rows; the true table is the first witness."""
        self.unproven = False
        unknown = view.unknown(table)
        known = ~unknown
        self.at = np.flatnonzero(unknown)
        self._truth, self._size = table.flow[self.at], table.size
        most, counted = table.sizes - table.sums(known), table.lots(table.sums(known & table.confirmed))
        least = np.where(view.rest_printed, table.sums(unknown), 0)  # on unknown flows of each line
        floors = table.need - np.bincount(table.group, counted, len(table.need))
        # People on unknown flows, as far as the total says.
        shown, hidden = (int(table.flow[mask].sum()) for mask in (known, unknown))
        fewest, all_of = (hidden, hidden) if view.total else (e - shown for e in view.between or (-math.inf, math.inf))
        limits: list[tuple[Ends, Ends]] = [  # the least and the most of each row
            (least, np.where(view.rest_printed, least, most)),
            (np.maximum(floors, 0), np.full(len(floors), np.inf)),
            ([fewest], [all_of]),
        ]
        rows: list[Any] = [table.matrix[:, self.at]]
        if len(floors):  # they count what is sure, and not what is to be confirmed
            first, last = len(most), len(most) + len(floors)
            rows = [rows[0][:first], rows[0][first:last] * table.confirmed[self.at], rows[0][last:]]
        self._ways = (True,) if table.budget is not None else (False, True) if len(floors) else (False,)
        if table.budget is not None:
            rows.append(sparse.csr_array(table.hours[self.at][None, :].astype(np.float64)))
            limits.append(([0], [table.budget - int(table.hours[known] @ table.flow[known])]))
        lower, upper = zip(*limits, strict=True)
        matrix = sparse.vstack(rows, format="csr")
        nonzero = np.diff(matrix.indptr) > 0  # of a country, most pools are in no unknown flow
        self._matrix = matrix[nonzero]
        self._lower = np.concatenate(lower).astype(np.float64)[nonzero]
        self._upper = np.concatenate(upper).astype(np.float64)[nonzero]

    def narrow(self, cells: Sequence[HiddenSum]) -> list[HiddenSum]:
        """Cells whose values are not shown to spread as far as they need."""
        return [cell for cell, spread in zip(cells, self.spreads(cells), strict=True) if spread < cell.need]

    def spreads(self, cells: Sequence[HiddenSum], *, thorough: bool = False) -> list[int]:
        """How far each cell is found to spread, looked for as far as it needs; `thorough` sets no limit to the work."""
        among = [cell.at for cell in cells]
        starts, flat = np.cumsum([0, *map(len, among)]), np.concatenate([self.at[:0], *among])
        counted = sparse.csr_array((np.ones(len(flat), dtype=np.int64), flat, starts), shape=(len(cells), self._size))
        need = np.asarray([cell.need for cell in cells], dtype=np.int64)
        programs = 0 if not len(self.at) else None if thorough else max(_TOGETHER, _WORK // len(self.at))
        sums = counted[:, self.at]
        low, high = attainable_range(sums, self._truth, self._search, lambda low, high: high - low < need, programs)
        spreads: list[int] = (high - low).tolist()
        return spreads

    def _search(self, weights: Ints) -> Ints | None:
        """Return the whole table that makes a sum least; None where none is found."""
        for whole in self._ways:
            seconds = _SECONDS if whole else np.inf
            result = extreme(weights, self._matrix, self._lower, self._upper, whole=whole, seconds=seconds)
            if result.x is None:
                continue
            flow: Ints = np.rint(result.x).astype(np.int64)
            sums = self._matrix @ flow
            feasible = (sums >= self._lower - _SLACK).all() and (sums <= self._upper + _SLACK).all()
            # A witness proves something only if it is whole and keeps to every row.
            if flow.min(initial=0) >= 0 and feasible and np.abs(result.x - flow).max(initial=0.0) <= _SLACK:
                return flow
        self.unproven = True
        return None


def attainable_range(
    sums: sparse.csr_array,
    truth: Ints,
    search: Callable[[Ints], Ints | None],
    short: Callable[[Ints, Ints], Bools],
    programs: int | None = None,
    *,
    ways: Sequence[int] = (1, -1),
) -> tuple[Ints, Ints]:
    """
    Find the least and the most that sums of unknown numbers come to over what a reader may take these for.

    Parameters
    ----------
    sums
        Shape (sums, numbers): which numbers each of them counts.
    truth
        The numbers themselves.
    search
        Gives other numbers that agree with all that is printed, and make a weighted sum least; None where it cannot.
    short
        Tells, of the least and the most of each sum found so far, for which one they must lie further apart.
    programs
        How often to search at most; None = as often as it takes.
    ways
        What is looked for of each sum alone: its least (1), its most (-1).

    Notes
    -----
    Many at once: all least, all most, then half of them each way, by the binary digits of their numbers; then each
    alone.
    """
    low = high = sums @ truth

    def failing() -> Rows:
        return np.flatnonzero(short(low, high))

    def probes() -> Iterator[tuple[Rows, Any]]:
        """Yield which sums a program looks at, and which of them it makes least (1) and which most (-1)."""
        for turn in range(_TOGETHER):
            todo = failing()
            yield todo, 1 - 2 * ((todo >> (turn - 2) if turn > 1 else np.full_like(todo, turn)) & 1)
        for n in failing():
            for sign in ways:
                yield np.intersect1d(failing(), [n]), sign

    for todo, signs in islice(((todo, signs) for todo, signs in probes() if len(todo)), programs):
        weights = np.zeros_like(low)
        weights[todo] = signs
        table = search(sums.T @ weights)
        if table is not None:
            low, high = np.minimum(low, sums @ table), np.maximum(high, sums @ table)
    return low, high
