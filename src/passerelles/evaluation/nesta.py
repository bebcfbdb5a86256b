"""
Overlap of items after greedy one-to-one matching, as Nesta's Mapping Career Causeways (2020) describes it.

Items of the two occupations are compared two by two; the most similar pair is matched and both leave, and so on. The
matched similarities are summed, then divided by the number of items: those of the target alone (directed: the share
of the target that the origin brings), or the mean of both (symmetric). Nesta compares items by sentence embeddings,
which this package does not have: here two items are as similar as the rarity-weighted words of their labels (cosine),
1 for the same item, and 0 below `FLOOR`, where words in common say nothing any more.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.graph.core import OccupationGraph, frozen
from passerelles.graph.near import close_pairs, word_vectors

FLOOR: Final = 0.4


def symmetric_scores(graph: OccupationGraph, rows: NDArray[np.int32]) -> NDArray[np.float64]:
    """Matched similarity over the mean number of items of the two occupations, in [0, 1]; 0 where neither has any."""
    sums, counts = _matched(graph)
    size = (counts[rows][:, None] + counts[None, :]) / 2.0
    return np.divide(sums[rows], size, out=np.zeros((len(rows), len(counts))), where=size > 0)


def directed_scores(graph: OccupationGraph, rows: NDArray[np.int32]) -> NDArray[np.float64]:
    """Matched similarity over the number of items of the target, in [0, 1]; 0 where it has none."""
    sums, counts = _matched(graph)
    size = np.broadcast_to(counts[None, :], (len(rows), len(counts)))
    return np.divide(sums[rows], size, out=np.zeros((len(rows), len(counts))), where=size > 0)


def _matched(graph: OccupationGraph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of the matched similarities of every pair, shape (n, n), and number of items of each, shape (n,)."""
    return graph.derived("nesta_matched", lambda: _match_all(graph))


def _match_all(graph: OccupationGraph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    items = graph.weights.copy()
    items.data = np.ones_like(items.data)
    by_item = sparse.csr_array(items.T.tocsr())
    similar = _similar_items(graph)
    sums = np.asarray((items @ by_item).todense(), dtype=np.float64)  # the same item in both is matched first
    for row in range(items.shape[0]):
        sums[row, row + 1 :] += _near_sums(row, items, by_item, similar)[row + 1 :]
        sums[row + 1 :, row] = sums[row, row + 1 :]  # the matching does not depend on the direction
    return frozen(sums), frozen(np.diff(items.indptr).astype(np.float64))


def _similar_items(graph: OccupationGraph) -> sparse.csr_array:
    """Shape (m, m): cosine of the labels of two different items, from `FLOOR` up; unknown labels are like none."""
    named = np.asarray([i for i, c in enumerate(graph.competencies) if c.label is not None], dtype=np.int32)
    size = len(graph.competencies)
    if not len(named):
        return sparse.csr_array((size, size))
    left, right, cosine = close_pairs(word_vectors([graph.competencies[i].name for i in named]), FLOOR)
    left, right = named[left], named[right]
    cells = (np.concatenate([left, right]), np.concatenate([right, left]))
    return sparse.csr_array((np.concatenate([cosine, cosine]), cells), shape=(size, size))


def _near_sums(
    row: int, items: sparse.csr_array, by_item: sparse.csr_array, similar: sparse.csr_array
) -> NDArray[np.float64]:
    """Sum of the similarities matched between different items, of one occupation with each later one; shape (n,)."""
    size, width = items.shape
    mine = items.indices[items.indptr[row] : items.indptr[row + 1]]
    place, theirs, cosine = _stored(similar, mine)
    new = ~np.isin(theirs, mine)  # an item that both have is matched to itself, on either side
    place, theirs, cosine = place[new], theirs[new], cosine[new]
    asking, occupation, _ = _stored(by_item, theirs)
    place, theirs, cosine = place[asking], theirs[asking], cosine[asking]
    shared = sparse.csr_array(by_item[mine]).toarray() > 0
    kept = (occupation > row) & ~shared[place, occupation]
    occupation, own, theirs, cosine = occupation[kept], mine[place[kept]], theirs[kept], cosine[kept]
    order = np.lexsort((np.maximum(own, theirs), np.minimum(own, theirs), -cosine))
    occupation, own, theirs, cosine = occupation[order], own[order], theirs[order], cosine[order]
    start = occupation.astype(np.int64) * width
    matched = greedy_matching(start + own, start + theirs)
    found = np.bincount(occupation[matched], weights=cosine[matched], minlength=size)
    return np.asarray(found, dtype=np.float64)


def greedy_matching(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.intp]:
    """
    Match one to one, best pair first.

    The first pair of its left item and of its right item is matched, all such pairs at once, and what they hold
    leaves; so on until nothing is left. That gives what taking the pairs one by one gives.

    Parameters
    ----------
    left, right
        Shape (e,): items of each possible pair, best pair first.

    Returns
    -------
    matched
        Positions of the pairs matched, in rising order.

    Examples
    --------
    >>> greedy_matching(np.array([1, 1, 2, 2]), np.array([7, 8, 7, 8])).tolist()
    [0, 3]
    """
    pairs = np.arange(len(left))
    matched = np.zeros(len(left), dtype=np.bool_)
    _, left = np.unique(left, return_inverse=True)
    _, right = np.unique(right, return_inverse=True)
    while len(pairs):
        lefts, rights = left[pairs], right[pairs]
        best = _is_first(lefts) & _is_first(rights)
        matched[pairs[best]] = True
        pairs = pairs[~(np.isin(lefts, lefts[best]) | np.isin(rights, rights[best]))]
    return np.flatnonzero(matched)


def _is_first(items: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each entry is the first of its value."""
    first = np.zeros(len(items), dtype=np.bool_)
    first[np.unique(items, return_index=True)[1]] = True
    return first


def _stored(
    matrix: sparse.csr_array, rows: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.float64]]:
    """Entries of some rows: position in `rows`, column, value."""
    counts = np.diff(matrix.indptr)[rows]
    place = np.repeat(np.arange(len(rows)), counts)
    entry = np.arange(len(place)) + np.repeat(matrix.indptr[rows] - (np.cumsum(counts) - counts), counts)
    return place, matrix.indices[entry], matrix.data[entry]
