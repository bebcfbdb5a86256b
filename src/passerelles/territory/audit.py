"""What a reader could work out of a masked table: the range of each masked cell over all tables that agree with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.territory.network import Ints

# A cell: flow (row group, column group), uncovered people (row group, -1), empty openings (-1, column group), or all
# people placed (-1, -1).
Cell = tuple[int, int]
TOTAL: Cell = (-1, -1)


@dataclass(frozen=True, eq=False)
class Table:
    """
    Flows between lots and pools, put together in groups.

    Attributes
    ----------
    supply, capacity
        Shapes (n,) and (m,): headcounts and openings, which the reader knows.
    row, column, flow
        Shape (k,): lot, pool and people of each pair that the rules allow, which the reader knows too.
    row_group, column_group
        Shapes (n,) and (m,): group that each lot and each pool is published in.
    """

    supply: Ints
    capacity: Ints
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    flow: Ints
    row_group: NDArray[np.intp]
    column_group: NDArray[np.intp]

    def cells(self) -> dict[Cell, int]:
        """Value of every cell: flows that the rules allow, uncovered people and empty openings of each group."""
        found: dict[Cell, int] = {}
        pairs = zip(
            self.row_group[self.row].tolist(), self.column_group[self.column].tolist(), self.flow.tolist(), strict=True
        )
        for i, j, people in pairs:
            found[(i, j)] = found.get((i, j), 0) + people
        sent = np.bincount(self.row, weights=self.flow, minlength=len(self.supply)).astype(np.int64)
        taken = np.bincount(self.column, weights=self.flow, minlength=len(self.capacity)).astype(np.int64)
        for group, left in zip(self.row_group.tolist(), (self.supply - sent).tolist(), strict=True):
            found[(group, -1)] = found.get((group, -1), 0) + left
        for group, empty in zip(self.column_group.tolist(), (self.capacity - taken).tolist(), strict=True):
            found[(-1, group)] = found.get((-1, group), 0) + empty
        found[TOTAL] = int(self.flow.sum())
        return found

    def weights(self, cell: Cell) -> tuple[Ints, int]:
        """Coefficients of the flows, shape (k,), and the constant that give the value of a cell."""
        i, j = cell
        rows, columns = self.row_group[self.row], self.column_group[self.column]
        if cell == TOTAL:
            return np.ones(len(self.flow), dtype=np.int64), 0
        if j < 0:
            return -(rows == i).astype(np.int64), int(self.supply[self.row_group == i].sum())
        if i < 0:
            return -(columns == j).astype(np.int64), int(self.capacity[self.column_group == j].sum())
        return ((rows == i) & (columns == j)).astype(np.int64), 0


@dataclass(eq=False)
class Auditor:
    """
    Finds the ranges of masked cells; keeps every whole table found, which serves other cells too.

    `witnesses` are flows, shape (k,) each, that agree with what is printed.
    """

    table: Table
    printed: Sequence[Cell]
    witnesses: list[Ints] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put what is printed in a matrix; the true table is the first witness."""
        self.witnesses = [self.table.flow]
        values = self.table.cells()
        k = len(self.table.flow)
        sums = [
            sparse.csr_array((np.ones(k), (at, np.arange(k))), shape=(size, k))
            for at, size in (
                (self.table.row, len(self.table.supply)),
                (self.table.column, len(self.table.capacity)),
            )
        ]
        rows, fixed = [], []
        for cell in self.printed:
            weights, constant = self.table.weights(cell)
            if not weights.any():
                continue  # a constant: no flow the rules allow can change it
            rows.append(weights)
            fixed.append(values[cell] - constant)
        if rows:
            sums.append(sparse.csr_array(np.asarray(rows, dtype=np.float64)))
        self._matrix = sparse.vstack(sums, format="csr")
        free = len(self.table.supply) + len(self.table.capacity)
        self._lower = np.concatenate([np.zeros(free), fixed])
        self._upper = np.concatenate([self.table.supply, self.table.capacity, fixed]).astype(np.float64)

    def narrow(self, masked: Iterable[Cell], span: int) -> list[Cell]:
        """Masked cells whose possible values spread over less than `span`, in order."""
        found = []
        for cell in sorted(masked):
            weights, _ = self.table.weights(cell)
            if self._spread(weights) >= span:
                continue
            self._extreme(weights)
            if self._spread(weights) < span:
                self._extreme(-weights)
            if self._spread(weights) < span:
                found.append(cell)
        return found

    def _spread(self, weights: Ints) -> int:
        values = [int(weights @ flow) for flow in self.witnesses]
        return max(values) - min(values)

    def _extreme(self, weights: Ints) -> None:
        """Add the whole table that makes a sum least."""
        from scipy.optimize import LinearConstraint, milp  # noqa: PLC0415 - heavy, only where something is masked

        if not len(weights):
            return
        result = milp(
            weights.astype(np.float64),
            constraints=LinearConstraint(self._matrix, self._lower, self._upper),
            integrality=np.ones(len(weights), dtype=np.int64),
        )
        if result.x is not None:
            flow = np.rint(result.x).astype(np.int64)
            sums = self._matrix @ flow
            if (sums >= self._lower - 0.5).all() and (sums <= self._upper + 0.5).all():
                self.witnesses.append(flow)
