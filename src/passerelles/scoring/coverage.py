"""Directed coverage: the share of what a target requires that an origin holds, near matches credited at a discount."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.vectors import frozen, sparse


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


def holding_of(graph: OccupationGraph, columns: Sequence[int] | NDArray[np.int32]) -> Holding:
    """
    Return the holding made of the competencies in `columns`.

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
    cells, counts = graph.near_cells.of_rows(mine)
    through, where, value = np.repeat(mine, counts), graph.near_cells.columns[cells], graph.near_cells.data[cells]
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
    by_column = graph.column_cells
    columns = np.flatnonzero(holding.via >= 0)
    cells, counts = by_column.of_rows(columns)
    # In the order of the columns, as the product of the sparse matrix would add; all others add 0.
    gains = by_column.data[cells] * np.repeat(holding.credit[columns], counts)
    gained = np.bincount(by_column.columns[cells], gains, len(total))
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, np.minimum(gained / np.where(total > 0, total, 1.0), 1.0), np.nan)


def coverage_block(graph: OccupationGraph, held: "sparse.csr_array") -> NDArray[np.float32]:
    """
    Coverage of every target by each of several holdings; row by row what `coverage_row` gives.

    With H what is held, W the weights, d the macro credit, Z whether something held rolls up to a macro-competency
    and V the weight that a target puts under it, what is gained is ``H W' + d (Z V' - Hm Wm') + E W'``: held, plus
    the discount for all that shares a macro-competency less what is held there already, plus what close labels
    credit beyond that. One sparse product of stacked blocks, instead of a dense credit matrix.

    Parameters
    ----------
    held
        Shape (b, m), 1 where held.

    Returns
    -------
    coverage
        Shape (b, n), in [0, 1]; NaN in the columns of occupations that list nothing.
    """
    total = graph.total_weight
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    shares = sparse.csr_array(sparse.diags_array(scale) @ graph.weights)
    discount = graph.settings.near.macro_credit
    member = _membership(graph)
    grouped = sparse.csr_array(held @ member)
    grouped.data = np.full_like(grouped.data, discount)
    owned = held.copy()
    owned.data = np.where(graph.macro[owned.indices] >= 0, 1.0 - discount, 1.0)
    left = sparse.hstack([owned, grouped, _label_excess(graph, held, grouped)], format="csr")
    right = sparse.hstack([shares, shares @ member, shares], format="csr")
    gained = np.asarray((left @ right.T).todense(), dtype=np.float32)
    np.clip(gained, 0.0, 1.0, out=gained)
    gained[:, total <= 0] = np.nan
    return gained


def _membership(graph: OccupationGraph) -> "sparse.csr_array":
    """Shape (m, k): which macro-competency each competency rolls up to."""
    known = np.flatnonzero(graph.macro >= 0)
    width = len(graph.macro)
    return sparse.csr_array((np.ones(len(known)), (known, graph.macro[known])), shape=(width, width))


def _label_excess(graph: OccupationGraph, held: "sparse.csr_array", grouped: "sparse.csr_array") -> "sparse.csr_array":
    """What the best close label credits each competency that is not held, beyond its macro-competency's credit."""
    near = graph.near_labels
    rows, columns = held.nonzero()
    counts = np.diff(near.indptr)[columns]
    row = np.repeat(rows, counts)
    first = np.cumsum(counts) - counts
    entry = np.repeat(near.indptr[columns] - first, counts) + np.arange(len(row))
    column, credit = near.indices[entry], near.data[entry]
    width = held.shape[1]
    key = row.astype(np.int64) * width + column
    order = np.lexsort((credit, key))
    key, row, column, credit = key[order], row[order], column[order], credit[order]
    best = np.ones(len(key), dtype=np.bool_)
    best[:-1] = key[1:] != key[:-1]
    key, row, column, credit = key[best], row[best], column[best], credit[best]
    macro = graph.macro[column]
    by_macro = np.isin(row.astype(np.int64) * width + macro, _keys(grouped)) & (macro >= 0)
    excess = credit - np.where(by_macro, graph.settings.near.macro_credit, 0.0)
    kept = (excess > 0) & ~np.isin(key, _keys(held))
    return sparse.csr_array((excess[kept], (row[kept], column[kept])), shape=held.shape)


def _keys(matrix: "sparse.csr_array") -> NDArray[np.int64]:
    rows, columns = matrix.nonzero()
    keys: NDArray[np.int64] = rows.astype(np.int64) * matrix.shape[1] + columns
    return keys
