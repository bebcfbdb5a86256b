"""Ranks as closeness: -log2(1 + rank), among the nearest few hundred; further away all count alike."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import frozen

Dense = NDArray[np.float32]
# Beyond this rank two targets are equally far: sorting the whole row would change no ranking that people read.
FURTHEST: Final = 512
_NARROW: Final = 4


def nearest_values(values: Dense, competitors: NDArray[np.bool_], own: NDArray[np.int32]) -> Dense:
    """
    Return the greatest values of each row, in rising order.

    Parameters
    ----------
    values
        Shape (b, n).
    competitors
        Shape (n,): the columns that count. Specialised occupations do not, so that an overlay changes no other rank.
    own
        Shape (b,): column that never counts in each row (the occupation itself), -1 for none.

    Returns
    -------
    nearest
        Shape (b, c), c = min(FURTHEST, number of competitors).
    """
    columns = np.flatnonzero(competitors)
    count = max(1, min(FURTHEST, len(columns)))
    if not len(columns):
        return frozen(np.full((len(values), 1), -np.inf, dtype=np.float32))
    place = np.full(len(competitors) + 1, -1)
    place[columns] = np.arange(len(columns))
    nearest = np.empty((len(values), count), dtype=np.float32)
    for row, (line, mine) in enumerate(zip(values, own, strict=True)):
        taken = line[columns]
        if mine >= 0 and place[mine] >= 0:
            taken[place[mine]] = -np.inf
        nearest[row] = np.sort(np.partition(taken, len(taken) - count)[len(taken) - count :])
    return frozen(nearest)


def rank_closeness(values: Dense, nearest: Dense) -> Dense:
    """
    Return -log2(1 + rank) of each value in its row; 1 is the best rank, equal values share the best of theirs.

    Parameters
    ----------
    values
        Shape (b, k).
    nearest
        Shape (b, c), from `nearest_values`: the competitors of each row, in rising order.

    Returns
    -------
    closeness
        Shape (b, k), from -1 (nothing is closer) down to ``-log2(2 + c)``; 0 rank steps beyond.

    Examples
    --------
    >>> rank_closeness(np.array([[9.0, 5.0, 1.0]], np.float32), np.array([[1.0, 5.0, 9.0]], np.float32))
    array([[-1.       , -1.5849625, -2.       ]], dtype=float32)
    """
    count = nearest.shape[1]
    scale = -np.log2(np.arange(count + 1, dtype=np.float64) + 2.0).astype(np.float32)
    if values.shape[1] <= _NARROW:
        # Few columns, as for one person seen from every target: all rows are searched at once, halving each time.
        closer = [count - _not_greater(nearest, column) for column in values.T]
        return np.ascontiguousarray(scale[np.asarray(closer, dtype=np.intp).reshape(values.shape[::-1])].T)
    found = np.full(values.shape, scale[count], dtype=np.float32)
    for row, (line, sorted_line) in enumerate(zip(values, nearest, strict=True)):
        near = np.flatnonzero(line >= sorted_line[0])  # the others are beyond the last step, and need no search
        near = near[np.argsort(line[near])]  # looked up in order, which is faster
        found[row, near] = scale[count - np.searchsorted(sorted_line, line[near], side="right")]
    return found


def _not_greater(nearest: Dense, values: NDArray[np.float32]) -> NDArray[np.intp]:
    """How many of each row, in rising order, are not greater than the value of that row."""
    found = np.zeros(len(values), dtype=np.intp)
    rows = np.flatnonzero(values >= nearest[:, 0])  # the others are beyond the last step
    wanted, place, step = values[rows], np.zeros(len(rows), dtype=np.intp), 1 << (nearest.shape[1].bit_length() - 1)
    while step:
        reached = np.minimum(place + step, nearest.shape[1])
        place = np.where((place + step == reached) & (nearest[rows, reached - 1] <= wanted), reached, place)
        step >>= 1
    found[rows] = place
    return found
