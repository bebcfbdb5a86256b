"""`Origins`: what the features read of where a move starts, one row an origin, whether an occupation or a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.graph.core import OccupationGraph, frozen

DRAWN: Final = 20  # competencies of a person that an occupation stands for


@dataclass(frozen=True, eq=False)
class Origins:
    """
    Origins of a block of moves.

    Attributes
    ----------
    held
        Shape (b, m): 1 where a competency is held.
    rows
        Shape (b,): row of the occupation exercised, -1 where there is none. What an occupation alone has (contexts,
        tags, texts, place in the tree, mobilities) is read through it, and is unknown at -1.
    """

    held: "sparse.csr_array"
    rows: NDArray[np.int32]

    def part(self, chosen: NDArray[np.int32]) -> "Origins":
        """Return some of the origins."""
        return Origins(sparse.csr_array(self.held[chosen]), self.rows[chosen])

    @property
    def occupied(self) -> NDArray[np.bool_]:
        """Shape (b,): whether the origin has an occupation."""
        known: NDArray[np.bool_] = self.rows >= 0
        return known

    def of_occupation(self, matrix: "sparse.csr_array") -> "sparse.csr_array":
        """Rows of a matrix over occupations, empty rows for origins without one; the matrix itself for all in order."""
        if len(self.rows) == 1:
            return row_of(matrix, int(self.rows[0]))
        if np.array_equal(self.rows, np.arange(matrix.shape[0])):
            return matrix
        taken = sparse.csr_array(matrix[np.maximum(self.rows, 0)])
        if self.occupied.all():
            return taken
        return sparse.csr_array(sparse.diags_array(self.occupied.astype(np.float64)) @ taken)


def row_of(matrix: "sparse.csr_array", row: int) -> "sparse.csr_array":
    """One row of a matrix, empty at -1, without the search that several would need."""
    start, stop = (matrix.indptr[row], matrix.indptr[row + 1]) if row >= 0 else (0, 0)
    cells = (matrix.data[start:stop], matrix.indices[start:stop], np.asarray([0, stop - start], matrix.indptr.dtype))
    return sparse.csr_array(cells, shape=(1, matrix.shape[1]))


def every_occupation(graph: OccupationGraph) -> Origins:
    """All occupations of a graph as origins, in its order."""
    held = graph.weights.copy()
    held.data = np.ones_like(held.data)
    return Origins(held=held, rows=frozen(np.arange(len(graph.codes), dtype=np.int32)))


def drawn_people(graph: OccupationGraph) -> Origins:
    """
    One person for each occupation, who exercises none and holds twenty of the competencies that it requires, drawn.

    These stand for people who say what they can do: none says all that a fiche lists, fifty things or more. The draw of
    an occupation depends on nothing but its code and its list.
    """
    held = every_occupation(graph).held
    columns: list[NDArray[np.int32]] = []
    for row, code in enumerate(graph.codes):
        listed = held.indices[held.indptr[row] : held.indptr[row + 1]]
        generator = np.random.default_rng(list(code.encode()))
        columns.append(np.sort(generator.choice(listed, min(DRAWN, len(listed)), replace=False)))
    indptr = np.cumsum([0, *map(len, columns)])
    cells = (np.ones(int(indptr[-1])), np.concatenate(columns), indptr)
    nobody = frozen(np.full(len(columns), -1, dtype=np.int32))
    return Origins(sparse.csr_array(cells, shape=held.shape), nobody)


def one_origin(graph: OccupationGraph, columns: Sequence[int] | NDArray[np.int32], row: int) -> Origins:
    """One origin that holds the competencies in `columns` and exercises the occupation in `row` (-1 = none)."""
    where = np.unique(np.asarray(columns, dtype=np.int32))
    shape = (1, len(graph.competency_codes))
    held = sparse.csr_array((np.ones(len(where)), where, np.asarray([0, len(where)])), shape=shape)
    return Origins(held=held, rows=frozen(np.asarray([row], dtype=np.int32)))
