"""Directed coverage: the share of what a target requires that an origin holds, near matches credited at a discount."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.sharing import blocks
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


def holding_of(graph: OccupationGraph, columns: Sequence[int] | NDArray[np.int32]) -> Holding:
    """
    Return the holding made of the competencies in `columns`.

    Credit of a competency that is not held: the greatest of those that what is held gives it (`graph.near`). Among
    equals the first by code serves.
    """
    mine = np.sort(np.asarray(columns, dtype=np.int32))  # `np.unique` alone would import masked arrays: 15 ms
    mine = mine[np.diff(mine, prepend=-1) > 0]
    credit, via = _credited(graph, np.zeros_like(mine), mine, 1)
    held = np.zeros(len(credit), dtype=np.bool_)
    held[mine] = True
    return Holding(frozen(held), frozen(credit), frozen(via))


def _credited(
    graph: OccupationGraph, owner: NDArray[np.int32], mine: NDArray[np.int32], size: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Credit and near match of every competency, for `size` holdings one after the other: `owner` holds `mine`."""
    width = len(graph.macro)
    credit = np.zeros(size * width, dtype=np.float64)
    via = np.full(size * width, -1, dtype=np.int32)
    start = owner.astype(np.intp) * width
    cells, counts = graph.near_cells.of_rows(mine)
    through, value = np.repeat(mine, counts), graph.near_cells.data[cells]
    where = np.repeat(start, counts) + graph.near_cells.columns[cells]
    order = np.lexsort((-through, value))  # where several credit one, the last stays: most credit, then first by code
    credit[where[order]], via[where[order]] = value[order], through[order]
    credit[start + mine], via[start + mine] = 1.0, mine
    return credit, via


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
    by_column = graph.column_cells
    columns = np.flatnonzero(holding.via >= 0)
    cells, counts = by_column.of_rows(columns)
    # In the order of the columns, as the product of the sparse matrix would add; all others add 0.
    gains = by_column.data[cells] * np.repeat(holding.credit[columns], counts)
    gained = np.bincount(by_column.columns[cells], gains, len(graph.codes))
    return _share(graph, np.asarray(gained, dtype=np.float64))


def coverage_block(graph: OccupationGraph, held: "sparse.csr_array") -> NDArray[np.float32]:
    """Coverage of every occupation by each of several holdings, given as rows of 1 where held; shape (b, n)."""
    cells, size = Cells.of(held), held.shape[0]
    found = np.empty((size, len(graph.codes)), dtype=np.float32)
    for some in blocks(size):  # a few together: 64 x 30,000 competencies are 15 MB
        rows = np.arange(some.start, some.stop, dtype=np.int32)
        places, counts = cells.of_rows(rows)
        credit, _ = _credited(graph, np.repeat(rows - some.start, counts), cells.columns[places], len(rows))
        found[some] = _share(graph, np.asarray(graph.weights @ credit.reshape(len(rows), len(graph.macro)).T).T)
    return found


def _share(graph: OccupationGraph, gained: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is gained of each occupation's requirements, in [0, 1]; NaN for one that lists nothing."""
    total = graph.total_weight
    return np.where(total > 0, np.minimum(gained / np.where(total > 0, total, 1.0), 1.0), np.nan)


def coverage_positions(
    coverage: NDArray[np.float64], own: int, targets: NDArray[np.integer] | Sequence[int]
) -> NDArray[np.int64]:
    """
    Positions of the coverages of some targets among all targets of an origin.

    Parameters
    ----------
    coverage
        Shape (n,): coverage of every occupation, in [0, 1]; NaN where it is not known.
    own
        Row of the origin's own occupation, which does not compete; -1 for none.
    targets
        Shape (t,): rows of the targets.

    Returns
    -------
    positions
        Shape (t,), from 1 (no other target is better covered); equal coverages share the best position. 0 where the
        target's coverage is not known.

    Examples
    --------
    >>> coverage_positions(np.array([1.0, 0.2, 0.5, 0.2, np.nan]), 0, [3, 2, 4]).tolist()
    [2, 1, 0]
    """
    others = np.delete(coverage, own) if own >= 0 else coverage
    others = np.sort(others[~np.isnan(others)])
    mine = coverage[np.asarray(targets, dtype=np.intp)]
    return np.where(np.isnan(mine), 0, len(others) - np.searchsorted(others, mine, side="right") + 1)


def raising_share(positions: NDArray[np.integer], coverage: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """
    Positions of some coverages as shares of the number of targets, infinite where they may raise no level.

    So it is where nothing of the target is covered: somebody who states one rare competency covers a few targets; all
    others share the place behind these, which is a good one, and says nothing for them.

    Examples
    --------
    >>> raising_share(np.array([3, 3, 0]), np.array([0.02, 0.0, np.nan]), 100).tolist()
    [0.03, inf, inf]
    """
    return np.where(coverage > 0, positions / max(size, 1), np.inf)
