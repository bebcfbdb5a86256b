"""Sparse TF-IDF fields: words, families of words, and letters inside words, with one interface."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray: TypeAlias = NDArray[np.float32]
IntArray: TypeAlias = NDArray[np.int64]
Bag: TypeAlias = Mapping[str, int]

FEW: Final = 4
"""Rows up to which posting lists are read one by one: cheaper than a sparse product."""


@dataclass(frozen=True, slots=True)
class Field:
    """
    Documents as unit TF-IDF vectors, ``(1 + ln count) * idf`` with ``idf = ln((1 + n) / (1 + df)) + 1``.

    Attributes
    ----------
    vocabulary
        Term to column.
    idf
        Shape (n_terms,), smoothed inverse document frequency, at least 1.
    columns
        Shape (n_terms, n_documents): the transposed unit vectors.
    """

    vocabulary: Mapping[str, int]
    idf: FloatArray
    columns: sparse.csr_array


def grams(word: str, shortest: int, longest: int) -> list[str]:
    """
    Runs of letters of a word with its two borders, from left to right by length.

    Examples
    --------
    >>> grams("or", 2, 3)
    [' o', 'or', 'r ', ' or', 'or ']
    """
    padded = f" {word} "
    return [
        padded[start : start + size] for size in range(shortest, longest + 1) for start in range(len(padded) - size + 1)
    ]


def letter_bag(words: Iterable[str], shortest: int, longest: int) -> Counter[str]:
    """Letter runs of several words, each with its number."""
    bag: Counter[str] = Counter()
    for word in words:
        bag.update(grams(word, shortest, longest))
    return bag


def fit_field(bags: Sequence[Bag]) -> tuple[Field, sparse.csr_array]:
    """
    Learn the vocabulary and the weights of documents.

    Parameters
    ----------
    bags
        One bag of terms by document.

    Returns
    -------
    field
        Frozen field.
    rows
        Shape (n_documents, n_terms): the unit vectors, rows being documents.
    """
    vocabulary: dict[str, int] = {}
    return _fitted(_learned(bags, vocabulary), vocabulary)


def fit_letters(documents: Sequence[Bag], *, shortest: int, longest: int) -> Field:
    """
    Letter field of documents given as bags of words; each distinct word is cut once.

    Parameters
    ----------
    documents
        One bag of words by document.
    shortest, longest
        Lengths of the runs, in letters.
    """
    words: dict[str, int] = {}
    by_word = _learned(documents, words)
    vocabulary: dict[str, int] = {}
    runs = _learned([Counter(grams(word, shortest, longest)) for word in words], vocabulary)
    return _fitted(sparse.csr_array(by_word @ runs), vocabulary)[0]


def vectors(field: Field, bags: Sequence[Bag]) -> sparse.csr_array:
    """
    Unit vectors of new documents; unknown terms are left out.

    Returns
    -------
    rows
        Shape (n_bags, n_terms).
    """
    starts = np.zeros(len(bags) + 1, dtype=np.int32)
    columns: list[int] = []
    values: list[int] = []
    for row, bag in enumerate(bags, start=1):
        for term, number in bag.items():
            column = field.vocabulary.get(term)
            if column is not None:
                columns.append(column)
                values.append(number)
        starts[row] = len(columns)
    return _weigh(_csr(values, columns, starts, len(field.vocabulary)), field.idf)


def product(rows: Sequence[tuple[IntArray, FloatArray]], columns: sparse.csr_array) -> FloatArray:
    """
    Few sparse rows times a matrix, by reading its rows one by one: cheaper than a sparse product.

    Parameters
    ----------
    rows
        Positions and weights of each sparse row.
    columns
        Shape (n_terms, n_documents).

    Returns
    -------
    product
        Shape (n_rows, n_documents).
    """
    result = np.zeros((len(rows), columns.shape[1]), dtype=np.float32)
    for place, (terms, weights) in enumerate(rows):
        if not len(terms):
            continue
        starts, stops = columns.indptr[terms], columns.indptr[terms + 1]
        slices = [slice(start, stop) for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
        documents = np.concatenate([columns.indices[part] for part in slices])
        values = np.concatenate([columns.data[part] for part in slices]) * np.repeat(weights, stops - starts)
        result[place] = np.bincount(documents, weights=values, minlength=columns.shape[1])
    return result


def similarity(field: Field, bags: Sequence[Bag]) -> FloatArray:
    """
    Cosine between new documents and those of the field.

    Returns
    -------
    cosine
        Shape (n_bags, n_documents), in [0, 1].
    """
    if len(bags) > FEW:
        return np.asarray((vectors(field, bags) @ field.columns).toarray(), dtype=np.float32)
    return product([_unit_terms(field, bag) for bag in bags], field.columns)


def project(field: Field, bags: Sequence[Bag], axes: FloatArray) -> FloatArray:
    """
    New documents on the axes of a latent space.

    Parameters
    ----------
    field
        Fitted field.
    bags
        One bag of terms by document.
    axes
        Shape (n_terms, n_dimensions).

    Returns
    -------
    coordinates
        Shape (n_bags, n_dimensions).
    """
    if len(bags) > FEW:
        return np.asarray(vectors(field, bags) @ axes, dtype=np.float32)
    rows = [_unit_terms(field, bag) for bag in bags]
    return np.stack([weights @ axes[places] for places, weights in rows])


def _learned(bags: Sequence[Bag], vocabulary: dict[str, int]) -> sparse.csr_array:
    """Counts of documents; every new term gets the next column."""
    starts = np.zeros(len(bags) + 1, dtype=np.int32)
    columns: list[int] = []
    values: list[int] = []
    column = vocabulary.setdefault
    for row, bag in enumerate(bags, start=1):
        columns.extend([column(term, len(vocabulary)) for term in bag])
        values.extend(bag.values())
        starts[row] = len(columns)
    return _csr(values, columns, starts, len(vocabulary))


def _csr(values: list[int], columns: list[int], starts: NDArray[np.int32], width: int) -> sparse.csr_array:
    data = np.asarray(values, dtype=np.float32)
    return sparse.csr_array((data, np.asarray(columns, dtype=np.int32), starts), shape=(len(starts) - 1, width))


def _fitted(counts: sparse.csr_array, vocabulary: dict[str, int]) -> tuple[Field, sparse.csr_array]:
    seen = np.bincount(counts.indices, minlength=len(vocabulary))
    idf = (np.log((1.0 + counts.shape[0]) / (1.0 + seen)) + 1.0).astype(np.float32)
    rows = _weigh(counts, idf)
    return Field(vocabulary=vocabulary, idf=idf, columns=sparse.csr_array(rows.T.tocsr())), rows


def _weigh(counts: sparse.csr_array, idf: FloatArray) -> sparse.csr_array:
    values = ((1.0 + np.log(counts.data)) * idf[counts.indices]).astype(np.float32)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=values * values, minlength=counts.shape[0]))
    lengths[lengths == 0.0] = 1.0
    values = (values / lengths[rows]).astype(np.float32)
    return sparse.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)


def _unit_terms(field: Field, bag: Bag) -> tuple[IntArray, FloatArray]:
    """Columns and unit weights of one document."""
    known = [(field.vocabulary[term], number) for term, number in bag.items() if term in field.vocabulary]
    places = np.asarray([place for place, _ in known], dtype=np.int64)
    counts = np.asarray([number for _, number in known], dtype=np.float32)
    weights = (1.0 + np.log(counts)) * field.idf[places]
    length = float(np.sqrt(np.dot(weights, weights)))
    return places, np.asarray(weights / (length or 1.0), dtype=np.float32)
