"""Directed coverage: the share of what a target requires that an origin holds, near matches credited at a discount."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.vectors import Cells, frozen, sparse


class Holding(NamedTuple):
    """
    What an origin holds, by competency column.

    `held` has shape (m,), boolean; `credit` has shape (m,), in [0, 1]: 1 where held, else the credit of the best
    near match among what is held, 0 where there is none; `via` has shape (m,): the column of that near match (of
    the competency itself where held), -1 where there is none.
    """

    held: NDArray[np.bool_]
    credit: NDArray[np.float64]
    via: NDArray[np.int32]


def holding_of(
    graph: OccupationGraph, columns: Sequence[int] | NDArray[np.int32], *, close_labels: bool = True
) -> Holding:
    """
    Return the holding made of the competencies in `columns`; without `close_labels`, only macro-competencies credit.

    Credit of a competency that is not held: the greatest of ``macro_credit`` where something held rolls up to the
    same macro-competency, and of the label credit of each close label held. Among equals the first by code serves.
    """
    size = len(graph.macro)
    mine = np.sort(np.asarray(columns, dtype=np.int32))  # `np.unique` alone would import masked arrays: 15 ms
    mine = mine[np.diff(mine, prepend=-1) > 0]
    credit = np.zeros(size, dtype=np.float64)
    via = np.full(size, -1, dtype=np.int32)
    macros, first = np.unique(graph.macro[mine], return_index=True)
    some = macros >= 0
    cells, counts = graph.macro_cells.of_rows(macros[some])
    members = graph.macro_cells.columns[cells]
    credit[members] = graph.settings.near.macro_credit
    via[members] = np.repeat(mine[first[some]], counts)
    labelled = mine if close_labels else mine[:0]
    cells, counts = graph.near_cells.of_rows(labelled)
    through, where, value = np.repeat(labelled, counts), graph.near_cells.columns[cells], graph.near_cells.data[cells]
    better = np.flatnonzero(value > credit[where])
    better = better[np.lexsort((-through[better], value[better]))]  # where several credit one, the last written stays
    credit[where[better]], via[where[better]] = value[better], through[better]
    credit[mine], via[mine] = 1.0, mine
    held = np.zeros(size, dtype=np.bool_)
    held[mine] = True
    return Holding(frozen(held), frozen(credit), frozen(via))


def holding_of_row(graph: OccupationGraph, row: int) -> Holding:
    """Holding of an occupation: all that it requires."""
    return holding_of(graph, required_columns(graph, row))


def required_columns(graph: OccupationGraph, row: int) -> NDArray[np.int32]:
    """Columns of the competencies that an occupation requires."""
    cells = graph.weight_cells
    return cells.columns[cells.of_row(row)]


def coverage_row(graph: OccupationGraph, holding: Holding) -> NDArray[np.float64]:
    """
    Coverage of every occupation by one holding.

    Returns
    -------
    coverage
        Shape (n,), in [0, 1]: sum of weight x credit over the requirements, by the sum of the weights. NaN where
        the occupation lists nothing: its coverage is unknown, not 1.
    """
    total = graph.total_weight
    with np.errstate(invalid="ignore"):
        share = np.minimum(weight_gained(graph, holding) / np.where(total > 0, total, 1.0), 1.0)
    return np.where(total > 0, share, np.nan)


def weight_gained(graph: OccupationGraph, holding: Holding) -> NDArray[np.float64]:
    """Sum of weight x credit over the requirements of every occupation, shape (n,)."""
    by_column = graph.column_cells
    columns = np.flatnonzero(holding.via >= 0)
    cells, counts = by_column.of_rows(columns)
    # In the order of the columns, as the product of the sparse matrix would add; all others add 0.
    gains = by_column.data[cells] * np.repeat(holding.credit[columns], counts)
    return np.asarray(np.bincount(by_column.columns[cells], gains, len(graph.codes)), dtype=np.float64)


def coverage_block(graph: OccupationGraph, held: "sparse.csr_array") -> NDArray[np.float32]:
    """Coverage of every occupation by each of several holdings, given as rows of 1 where held; shape (b, n)."""
    cells = Cells.of(held)
    found = np.empty((held.shape[0], len(graph.codes)), dtype=np.float32)
    for row in range(len(found)):
        found[row] = coverage_row(graph, holding_of(graph, cells.columns[cells.of_row(row)]))
    return found


def coverage_position(coverage: NDArray[np.float64], own: int, target: int) -> int | None:
    """
    Position of a target's coverage among all targets of an origin.

    Parameters
    ----------
    coverage
        Shape (n,): coverage of every occupation, in [0, 1]; NaN where it is not known.
    own
        Row of the origin's own occupation, which does not compete; -1 for none.
    target
        Row of the target.

    Returns
    -------
    position
        From 1 (no other target is better covered); equal coverages share the best position. None where the
        target's coverage is not known.

    Examples
    --------
    >>> coverage_position(np.array([1.0, 0.2, 0.5, 0.2]), 0, 3)
    2
    """
    if np.isnan(coverage[target]):
        return None
    better = coverage > coverage[target]
    if own >= 0:
        better[own] = False
    return int(better.sum()) + 1
