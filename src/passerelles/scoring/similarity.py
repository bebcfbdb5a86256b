"""Cosine between rows of sparse matrices, rarity weights and word vectors: the algebra that features share."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.graph.core import frozen_csr
from passerelles.text import words_of_all

_ROWS: Final = 200  # rows of a block of a symmetric product
# Weights of people are whole numbers of 1 / COARSE, unit vectors of occupations of 1 / FINE: the rounding moves a
# cosine by some 0.0001, and 32 bits hold the products of whoever has a list of ordinary length.
COARSE: Final = 256
FINE: Final = 16384
_SHORT: Final = 20_000  # cells of a product of one row that is faster done without a sparse result


def rarity(matrix: "sparse.csr_array", plain: NDArray[np.bool_]) -> NDArray[np.float64]:
    """
    Return the smoothed inverse document frequency of each column: ``ln((1 + n) / (1 + df)) + 1``.

    Parameters
    ----------
    matrix
        Shape (n, k), entries > 0 where present.
    plain
        Shape (n,): the rows that count. Specialised occupations do not, so that an overlay changes no other score.
    """
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    frequency = np.bincount(matrix.indices[plain[rows]], minlength=matrix.shape[1])
    return np.asarray(np.log((1.0 + plain.sum()) / (1.0 + frequency)) + 1.0, dtype=np.float64)


def unit_rows(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Rows scaled to length 1, their indices sorted; empty rows stay empty."""
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    scaled = matrix.copy().astype(np.float64)
    scaled.data = scaled.data * np.repeat(scale, np.diff(scaled.indptr))
    scaled.sort_indices()
    return sparse.csr_array(scaled)


def weighted(matrix: "sparse.csr_array", weights: NDArray[np.float64]) -> "sparse.csr_array":
    """Columns multiplied by weights of shape (k,)."""
    # A column without weight brings nothing together, but would be multiplied.
    return _without_zeros(matrix, matrix.data * weights[matrix.indices])


def _without_zeros(matrix: "sparse.csr_array", values: NDArray[np.float64]) -> "sparse.csr_array":
    """Other values in the places of those of a matrix, which are left out where they are 0."""
    kept = values != 0
    ends = np.concatenate([[0], np.cumsum(kept)])
    cells = (values[kept], matrix.indices[kept], ends[matrix.indptr].astype(matrix.indptr.dtype))
    return sparse.csr_array(cells, shape=matrix.shape)


def by_column(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Return the transpose of a matrix, in rows, for `product`."""
    return frozen_csr(sparse.csr_array(matrix.T))


def product(
    left: "sparse.csr_array", right: "sparse.csr_array", turned: "sparse.csr_array | None" = None
) -> NDArray[np.float32]:
    """
    Dense ``left @ right.T`` of shape (b, n), for rows whose indices are sorted.

    Each cell is summed in the order of the columns, so blocks of any size give equal bits, and a matrix by itself
    gives a symmetric result, of which half is computed. `turned` is `by_column` of the right one, where it is at hand.
    """
    if left is not right:
        short = None if turned is None else short_product(left, turned)
        if short is not None:
            return short.astype(np.float32)[None, :]
        return _dense(left @ (right.T if turned is None else turned))
    size = left.shape[0]
    found = np.empty((size, size), dtype=np.float32)
    for start in range(0, size, _ROWS):
        stop = min(start + _ROWS, size)
        block = _dense(left[:stop] @ left[start:stop].T)
        found[:stop, start:stop] = block
        found[start:stop, :stop] = block.T
    return found


def in_whole_numbers(matrix: "sparse.csr_array", parts: int) -> "sparse.csr_array":
    """Entries in whole numbers of 1 / parts; those that round to nothing are left out."""
    return _without_zeros(matrix, np.rint(matrix.data * parts))


def whole_cosines(left: "sparse.csr_array", turned: "sparse.csr_array") -> NDArray[np.float32]:
    """
    Cosines of rows in whole numbers with the columns of unit vectors in whole numbers of 1 / `FINE`, shape (b, n).

    Sums of whole numbers are exact in any order, so whoever adds them up otherwise finds the same bits.
    """
    rows = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
    length = np.sqrt(np.bincount(rows, left.data * left.data, left.shape[0])) * FINE
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    short = short_product(left, turned)
    if short is not None:
        return np.asarray(short * scale, dtype=np.float32)[None, :]
    found = sparse.csr_array(left @ turned)
    found.data = found.data * np.repeat(scale, np.diff(found.indptr))
    return _dense(found)


def counts_of(left: "sparse.csr_array", right: "sparse.csr_array") -> "sparse.csr_array":
    """Return ``left @ right`` for counts, whose sums are exact in any order."""
    found = _terms(left, right)
    if found is None:
        return sparse.csr_array(left @ right)
    columns, gains = found
    order = np.argsort(columns, kind="stable")
    columns, gains = columns[order], gains[order]
    first = np.flatnonzero(np.diff(columns, prepend=-1))
    sums = np.add.reduceat(gains, first) if len(first) else gains
    kept = sums != 0
    cells = (sums[kept], columns[first][kept], np.asarray([0, np.count_nonzero(kept)]))
    return sparse.csr_array(cells, shape=(1, right.shape[1]))


def short_product(left: "sparse.csr_array", turned: "sparse.csr_array") -> NDArray[np.float64] | None:
    """
    One row times a matrix, shape (n,), summed in the order of the columns of `left`; None where there is much to add.

    A sparse product of one short row is mostly the making of its result, which is then spared.
    """
    found = _terms(left, turned)
    return None if found is None else np.asarray(np.bincount(*found, turned.shape[1]), dtype=np.float64)


def _terms(left: "sparse.csr_array", right: "sparse.csr_array") -> tuple[NDArray[np.int32], NDArray[np.float64]] | None:
    """Columns and terms of the sums that one row times a matrix is made of; None for several rows, or many terms."""
    starts = right.indptr[left.indices]
    counts = right.indptr[left.indices + 1] - starts
    total = int(counts.sum())
    if left.shape[0] > 1 or total > _SHORT:
        return None
    cells = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(total)
    return right.indices[cells], np.repeat(left.data, counts) * right.data[cells]


def _dense(matrix: "sparse.csr_array") -> NDArray[np.float32]:
    matrix.data = matrix.data.astype(np.float32)  # before it is dense: half the memory to fill
    return np.asarray(matrix.toarray(), dtype=np.float32)


def bag_of_words(texts: Sequence[str]) -> "sparse.csr_array":
    """
    Counts of words, damped: ``1 + ln(count)``.

    Returns
    -------
    counts
        Shape (n_texts, n_words), columns in the order of the words.
    """
    bags = words_of_all(texts)
    column = {word: i for i, word in enumerate(sorted(set(chain.from_iterable(bags))))}
    indices = np.fromiter(map(column.__getitem__, chain.from_iterable(bags)), dtype=np.int32)
    indptr = np.cumsum([0, *map(len, bags)]).astype(np.int32)
    counts = sparse.csr_array((np.ones(len(indices)), indices, indptr), shape=(len(texts), len(column)))
    counts.sum_duplicates()
    counts.data = 1.0 + np.log(counts.data)
    return counts
