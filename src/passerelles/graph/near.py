"""Which competency labels nearly agree: an exact search of all pairs above a cosine, by prefix filtering."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.text import words

_CHUNK = 200_000


def word_vectors(labels: Sequence[str], counted: Sequence[bool] | None = None) -> "sparse.csr_array":
    """
    Rarity-weighted word vectors of labels, rows of length 1 (0 for a label without words).

    Weight of a word: ``ln(n / df)`` + 1, once a label; columns in order of falling rarity, then of the word.

    Parameters
    ----------
    labels
        The labels, one a row.
    counted
        Which of them `n` and `df` count, all where None; a word of the others alone is as rare as can be.

    Returns
    -------
    vectors
        Shape (n_labels, n_words), float64.
    """
    bags = [sorted(set(words(label))) for label in labels]
    known = [True] * len(labels) if counted is None else counted
    frequency = Counter(word for bag, counts in zip(bags, known, strict=True) if counts for word in bag)
    for bag in bags:
        for word in bag:
            frequency.setdefault(word, 1)
    ordered = sorted(frequency, key=lambda w: (frequency[w], w))
    column = {word: i for i, word in enumerate(ordered)}
    rarity = np.log(max(1, sum(known)) / np.asarray([frequency[w] for w in ordered], dtype=np.float64)) + 1.0
    lengths = [len(bag) for bag in bags]
    indices = np.asarray([column[w] for bag in bags for w in bag], dtype=np.int32)
    data = rarity[indices] if len(indices) else np.zeros(0)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    vectors = sparse.csr_array((data, indices, indptr), shape=(len(labels), len(ordered)))
    vectors.sort_indices()
    norms = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    vectors.data /= np.repeat(np.where(norms > 0, norms, 1.0), lengths)
    return vectors


def close_pairs(
    vectors: "sparse.csr_array", threshold: float
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """
    Return every pair i < j of rows whose cosine is at least `threshold`, and the cosines.

    Columns must be in order of falling rarity. Two unit vectors with a cosine of t or more share a word within
    the shortest prefix of each whose remainder is shorter than t (Bayardo, Ma and Srikant, 2007, 'Scaling up all
    pairs similarity search'), so only pairs that share such a word are looked at: the result is exact.
    """
    prefix = _prefixes(vectors, threshold)
    candidates = sparse.triu(prefix @ prefix.T, k=1, format="coo")
    left, right = candidates.row.astype(np.int32), candidates.col.astype(np.int32)
    cosines = np.empty(len(left), dtype=np.float64)
    for start in range(0, len(left), _CHUNK):
        some = slice(start, start + _CHUNK)
        cosines[some] = np.asarray(vectors[left[some]].multiply(vectors[right[some]]).sum(axis=1)).ravel()
    kept = cosines >= threshold - 1e-12
    return left[kept], right[kept], np.minimum(cosines[kept], 1.0)


def _prefixes(vectors: "sparse.csr_array", threshold: float) -> "sparse.csr_array":
    """Boolean matrix of the words that each row must share with a close one."""
    squares = vectors.data**2
    before = np.cumsum(squares) - squares
    lengths = np.diff(vectors.indptr)
    row_start = np.repeat(before[vectors.indptr[:-1][lengths > 0]], lengths[lengths > 0])
    remainder = np.sqrt(np.maximum(0.0, 1.0 - (before - row_start)))  # length of the row from this word on
    kept = remainder >= threshold - 1e-9
    row = np.repeat(np.arange(vectors.shape[0]), lengths)[kept]
    ones = np.ones(len(row), dtype=np.float32)
    return sparse.csr_array((ones, (row, vectors.indices[kept])), shape=vectors.shape)
