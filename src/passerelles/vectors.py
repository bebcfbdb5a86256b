"""Sparse matrices, stems, word vectors and cosines: the algebra that all comparisons of texts and lists share."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from passerelles.sharing import LaterModule, blocks
from passerelles.text import fold_accents
from passerelles.text import words as words_of

if TYPE_CHECKING:
    from scipy import sparse as sparse  # noqa: PLC0414 - the type checker sees the module itself
else:
    sparse = LaterModule("scipy.sparse")


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]
Array = TypeVar("Array", bound=NDArray[Any])
Term = TypeVar("Term", bound=Hashable)


def frozen(array: Array) -> Array:
    """Mark an array read-only and return it."""
    array.flags.writeable = False
    return array


def frozen_csr(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Sort the indices of a matrix, in 32 bits, mark its arrays read-only and return it."""
    matrix.sort_indices()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    for array in (matrix.data, matrix.indices, matrix.indptr):
        frozen(array)
    return matrix


def with_data(matrix: "sparse.csr_array", data: NDArray[Any]) -> "sparse.csr_array":
    """Return a matrix with other values in its cells, which it shares."""
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def presence(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Return a matrix with 1 in each of the cells that another one has."""
    return with_data(matrix, np.ones_like(matrix.data))


def places_of(starts: NDArray[np.integer], counts: NDArray[np.integer]) -> Rows:
    """
    Places of several runs, run after run.

    Examples
    --------
    >>> places_of(np.array([7, 2]), np.array([2, 3])).tolist()
    [7, 8, 2, 3, 4]
    """
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def top(values: NDArray[np.floating], width: int) -> Rows:
    """
    Positions of the `width` greatest values, greatest first, ties by position.

    Examples
    --------
    >>> top(np.array([1.0, 3.0, 3.0, 2.0]), 2).tolist()
    [1, 2]
    """
    if width >= len(values):
        places = np.arange(len(values))
    else:
        least = -np.partition(-values, width - 1)[width - 1] if width else np.inf
        places = np.flatnonzero(values >= least)  # values equal to the last one are ties, by position
    return places[np.lexsort((places, -values[places]))][:width]


def factorised(names: Sequence[Any]) -> NDArray[np.int32]:
    """
    Return the number of each name among the distinct ones, in their order; -1 for None.

    Examples
    --------
    >>> factorised(["b", None, "a", "b"]).tolist()
    [1, -1, 0, 1]
    """
    number = _columns(sorted({name for name in names if name is not None}))
    return frozen(np.asarray([-1 if name is None else number[name] for name in names], dtype=np.int32))


def membership(
    numbers: NDArray[np.integer], size: int | None = None, kind: type[np.floating] = np.float64
) -> "sparse.csr_array":
    """Shape (len(numbers), `size`): 1 in the column of each number; -1 has none."""
    rows = np.flatnonzero(numbers >= 0).astype(np.int32)  # wider ones would stay wide in all that follows
    cells = (np.ones(len(rows), kind), (rows, numbers[rows].astype(np.int32)))
    width = max(1, int(numbers.max(initial=-1)) + 1) if size is None else size
    return sparse.csr_array(cells, shape=(len(numbers), width))


def places_by_number(numbers: NDArray[np.integer]) -> list[Rows]:
    """
    Places of each number, from the lowest on; -1 is left out.

    Examples
    --------
    >>> [places.tolist() for places in places_by_number(np.array([2, -1, 0, 2]))]
    [[2], [0, 3]]
    """
    order = np.argsort(numbers, kind="stable")[np.count_nonzero(numbers < 0) :]
    return [places for places in np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(places)]


class Cells(NamedTuple):
    """
    The stored cells of a matrix of n rows, row by row.

    `data` and `columns` have shape (nnz,); the cells of row i are those from ``starts[i]`` to ``starts[i + 1]``.
    """

    data: NDArray[Any]
    columns: NDArray[np.int32]
    starts: NDArray[np.int32]

    @classmethod
    def of(cls, matrix: "sparse.csr_array") -> "Cells":
        """Cells of a matrix."""
        return cls(matrix.data, matrix.indices, matrix.indptr)

    def of_row(self, row: int) -> slice:
        """Place of the cells of a row."""
        return slice(self.starts[row], self.starts[row + 1])

    def of_rows(self, rows: NDArray[np.integer]) -> tuple[Rows, Rows]:
        """Places of the cells of several rows, row after row, and how many each row has."""
        starts = self.starts[rows].astype(np.intp)
        counts = self.starts[rows + 1] - starts
        return places_of(starts, counts), counts


# TF-IDF: how often a term comes, damped; how rare it is; rows of length 1.


def damped(counts: NDArray[Any]) -> NDArray[Any]:
    """Counts of what may come several times, ``1 + ln(count)``."""
    return np.asarray(1.0 + np.log(counts), dtype=counts.dtype)


def rarity(matrix: "sparse.csr_array", counted: Bools, *, smoothing: float = 1.0, singles: bool = True) -> Floats:
    """
    Return the inverse document frequency of each column, smoothed: ``ln((1 + n) / (1 + df)) + 1``.

    Parameters
    ----------
    matrix
        Shape (n, k), entries > 0 where present.
    counted
        Shape (n,): the rows that count. Specialised occupations do not, so that an overlay changes no other score.
    smoothing
        What is added to n and df; with 0, what no counted row has is as rare as what one has.
    singles
        Whether what one counted row alone has weighs something, which brings nothing together.
    """
    used = matrix.indices if counted.all() else matrix.indices[np.repeat(counted, np.diff(matrix.indptr))]
    frequency = np.bincount(used, minlength=matrix.shape[1])
    weights = np.log(max(1.0, smoothing + counted.sum()) / np.maximum(1.0, smoothing + frequency)) + 1.0
    return np.asarray(weights if singles else np.where(frequency > 1, weights, 0.0), dtype=np.float64)


def weighted(matrix: "sparse.csr_array", weights: NDArray[Any]) -> "sparse.csr_array":
    """Columns multiplied by weights of shape (k,)."""
    # A column without weight adds nothing to a product, but would be multiplied.
    return _without_zeros(matrix, matrix.data * weights[matrix.indices])


def term_weights(counts: "sparse.csr_array", weights: NDArray[Any]) -> "sparse.csr_array":
    """Damped counts, their columns multiplied by weights of shape (k,)."""
    return _without_zeros(counts, damped(counts.data) * weights[counts.indices])


def unit_rows(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Rows scaled to length 1, their indices sorted; empty rows stay empty."""
    scaled = matrix.copy()
    scaled.data = _unit(scaled.data, scaled.indptr)
    scaled.sort_indices()
    return scaled


def tfidf_rows(counts: "sparse.csr_array", counted: Bools, *, singles: bool = True) -> "sparse.csr_array":
    """Damped counts, weighted by the rarity of their columns among the counted rows, in rows of length 1."""
    return unit_rows(term_weights(counts, rarity(counts, counted, singles=singles)))


def unit(rows: NDArray[Any]) -> NDArray[Any]:
    """Rows of a dense matrix scaled to length 1; rows of 0 stay so."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1.0, lengths), dtype=rows.dtype)


def _scales(data: NDArray[Any], starts: NDArray[np.integer]) -> Floats:
    """What each row is multiplied by to have length 1; 0 for one of nothing."""
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lengths = np.sqrt(np.bincount(rows, data * data, len(starts) - 1))
    return np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def _unit(data: NDArray[Any], starts: NDArray[np.integer]) -> NDArray[Any]:
    """Cells of rows, scaled so that each row has length 1."""
    return np.asarray(np.repeat(_scales(data, starts), np.diff(starts)) * data, dtype=data.dtype)


def _without_zeros(matrix: "sparse.csr_array", values: NDArray[Any]) -> "sparse.csr_array":
    """Other values in the places of those of a matrix, which are left out where they are 0."""
    result = sparse.csr_array((values, matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)
    result.eliminate_zeros()
    return result


# Cosines: products of unit rows.

# Weights of people are whole numbers of 1 / COARSE, unit vectors of occupations of 1 / FINE: the rounding moves a
# cosine by some 0.0001, and 32 bits hold the products of a list of ordinary length.
COARSE: Final = 256
FINE: Final = 16384


def by_column(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Return the transpose of a matrix, in rows, for `product`."""
    return frozen_csr(sparse.csr_array(matrix.T))


def by_blocks(
    shape: tuple[int, int], compute: Callable[[slice], NDArray[np.floating]], most: int = 64
) -> NDArray[np.float32]:
    """Fill a table a few rows at a time: what they need on the way stays in the processor's cache, and in few bytes."""
    table = np.empty(shape, dtype=np.float32)
    for rows in blocks(shape[0], most):
        table[rows] = compute(rows)
    return table


def product(left: "sparse.csr_array", turned: "sparse.csr_array") -> NDArray[np.float32]:
    """
    Dense ``left @ right.T`` of shape (b, n), for rows whose indices are sorted; `turned` is ``by_column(right)``.

    Each cell is summed in 64 bits, in the order of the columns.
    """
    shape = (left.shape[0], turned.shape[1])
    return by_blocks(shape, lambda rows: _block_times(left[rows], turned), _ROWS_AT_ONCE)


def in_whole_numbers(matrix: "sparse.csr_array", parts: int) -> "sparse.csr_array":
    """Entries in whole numbers of 1 / parts; those that round to nothing are left out."""
    return _without_zeros(matrix, np.rint(matrix.data * parts))


def whole_cosines(left: "sparse.csr_array", turned: "sparse.csr_array") -> NDArray[np.float32]:
    """
    Cosines of rows in whole numbers with the columns of unit vectors in whole numbers of 1 / `FINE`, shape (b, n).

    Sums of whole numbers are exact in any order, so that adding them up otherwise gives the same bits.
    """
    cosines = sparse.csr_array(left @ turned)
    scaled = cosines.data * np.repeat(_scales(left.data, left.indptr) / FINE, np.diff(cosines.indptr))
    cosines.data = scaled.astype(np.float32)  # before it is dense: half the memory to fill
    return np.asarray(cosines.toarray(), dtype=np.float32)


# Terms of texts: stems, pairs of stems, pieces of words.

_SHORTEST_STEMMED: Final = 5


class SuffixRule(NamedTuple):
    """Replace ``suffix`` by ``replacement`` when at least ``shortest`` letters stand before it."""

    suffix: str
    replacement: str
    shortest: int


def stem(word: str, *passes: Sequence[SuffixRule]) -> str:
    """
    Word without its endings: of each pass of rules, the first that applies counts.

    Examples
    --------
    >>> stem("monitrice", word_rules("fr").endings), stem("moniteur", word_rules("fr").endings)
    ('monit', 'monit')
    """
    for rules in passes:
        for suffix, replacement, shortest in rules:
            if word.endswith(suffix) and len(word) - len(suffix) >= shortest:
                word = word.removesuffix(suffix) + replacement
                break
    return word


@dataclass(frozen=True)
class WordRules:
    """
    What a language says of its words: those without weight, endings, and the levels that access texts name.

    The longest known ending of a word of five letters or more is cut, so that gender and number do not count.
    """

    stop: frozenset[str]
    endings: tuple[SuffixRule, ...]
    levels: tuple[tuple[re.Pattern[str], float], ...]
    helper: re.Pattern[str] | None = None


@cache
def word_rules(language: str) -> WordRules:
    """Return the rules of a language from ``language/<language>/words.toml``; without such a file, no rules."""
    file = files("passerelles.language") / language / "words.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    endings = sorted(data.get("endings", ()), key=lambda e: (-len(e), e))
    rules = tuple(SuffixRule(ending, "", max(0, _SHORTEST_STEMMED - len(ending))) for ending in endings)
    levels = tuple((re.compile(row["pattern"]), float(row["value"])) for row in data.get("levels", ()))
    helper = re.compile(data["helper"]) if "helper" in data else None
    return WordRules(frozenset(data.get("stop", ())), rules, levels, helper)


def level_named(text: str, rules: WordRules) -> float:
    """
    Mean of the levels of training that a text names; NaN where it names none.

    Examples
    --------
    >>> level_named("Cet emploi est accessible avec un CAP ou un Bac.", word_rules("fr"))
    3.5
    """
    folded = fold_accents(text)
    levels = [value for pattern, value in rules.levels if pattern.search(folded)]
    return sum(levels) / len(levels) if levels else float("nan")


class TextCounts(NamedTuple):
    """
    Counts of words, stems and pairs of neighbouring stems in some texts, one row a text.

    `words` has shape (n_texts, n_words), columns named by `vocabulary`; `grams` has shape (n_texts, n_stems +
    n_pairs), the first `n_stems` columns being single stems.
    """

    vocabulary: tuple[str, ...]
    words: "sparse.csr_array"
    grams: "sparse.csr_array"
    n_stems: int


def count_texts(texts: Sequence[str], rules: WordRules) -> TextCounts:
    """Count the words of texts; columns are in the order of the words, so that the same texts give equal matrices."""
    bags = [*map(words_of, texts)]
    distinct = set(chain.from_iterable(bags))
    vocabulary = sorted(word for word in distinct if word not in rules.stop and len(word) > 1)
    row, flat = _numbers(bags, dict.fromkeys(distinct, -1) | {word: i for i, word in enumerate(vocabulary)})
    flat, row = flat[flat >= 0], row[flat >= 0]
    stems = [stem(word, rules.endings) for word in vocabulary]
    stemmed = factorised(stems).astype(np.int64)[flat]
    size = len(set(stems))
    neighbours = np.flatnonzero(row[1:] == row[:-1])
    pairs, pair_number = np.unique(stemmed[neighbours] * size + stemmed[neighbours + 1], return_inverse=True)
    rows, terms = np.append(row, row[neighbours]), np.append(stemmed, size + pair_number.ravel())
    words = _count_matrix(row, flat, (len(bags), len(vocabulary)))
    return TextCounts(tuple(vocabulary), words, _count_matrix(rows, terms, (len(bags), size + len(pairs))), size)


def _numbers(bags: Sequence[Sequence[str]], number: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Row and number of each word of each bag."""
    flat = np.fromiter(map(number.__getitem__, chain.from_iterable(bags)), dtype=np.int64)
    return np.repeat(np.arange(len(bags)), np.fromiter(map(len, bags), dtype=np.int64, count=len(bags))), flat


def _count_matrix(rows: Ints, columns: Ints, shape: tuple[int, int]) -> "sparse.csr_array":
    places = (rows.astype(np.int32), columns.astype(np.int32))  # wider ones would stay wide in all that follows
    return sparse.csr_array((np.ones(len(rows)), places), shape=shape)


def piece_counts(counts: "sparse.csr_array", vocabulary: Sequence[str], lengths: range) -> "sparse.csr_array":
    """
    Turn counts of words into those of their pieces: runs of letters of given lengths, a word's ends marked by a space.

    Returns
    -------
    pieces
        Shape (n_texts, n_pieces).
    """
    used = np.unique(counts.indices)
    words = [vocabulary[i] for i in used.tolist()]
    # A word shorter than every length is a piece by itself.
    pieces = [Counter(grams(word, lengths[0], lengths[-1]) or [f" {word} "]) for word in words]
    column = _columns(sorted(set(chain.from_iterable(pieces))))
    of_words = count_terms(pieces, column).astype(np.float64)
    return sparse.csr_array(sparse.csr_array(counts[:, used]) @ of_words)


_CHUNK = 200_000
_ROWS_AT_ONCE: Final = 16  # multiplied at once: the sums of more are not kept near the processor
_SET_UP_CELLS: Final = 32_768  # cells of a table filled in the time in which a product of matrices is set up
_SINGLE_CELLS: Final = 4  # cells filled in the time of a product that is added alone


# Documents given as bags of terms.

FloatArray: TypeAlias = NDArray[np.float32]
Bag: TypeAlias = Mapping[str, float]


def count_terms(bags: Sequence[Bag], column: Mapping[str, int]) -> "sparse.csr_array":
    """
    Counts of the terms of documents, a row each, in the columns given; other terms are left out.

    The columns of a row ascend, so that sums over its terms do not depend on the order of the words.
    """
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for bag in bags:
        known = [term for term in bag if term in column]
        columns += [column[term] for term in known]
        values += [bag[term] for term in known]
        starts.append(len(columns))
    cells = np.asarray(values, np.float32), np.asarray(columns, np.int32), np.asarray(starts, np.int32)
    counts = sparse.csr_array(cells, shape=(len(bags), len(column)))
    counts.sort_indices()
    return counts


def _columns(terms: Iterable[Term]) -> dict[Term, int]:
    """Columns of terms, each in the place where it first comes."""
    return {term: place for place, term in enumerate(dict.fromkeys(terms))}


def word_counts(texts: Sequence[str]) -> "sparse.csr_array":
    """Shape (n_texts, n_words): counts of words, columns in the order of the words."""
    bags = [*map(words_of, texts)]
    vocabulary = _columns(sorted(set(chain.from_iterable(bags))))
    return _count_matrix(*_numbers(bags, vocabulary), (len(bags), len(vocabulary)))


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
    listed = presence(word_counts(labels))
    rare = rarity(listed, np.ones(len(labels), np.bool_) if counted is None else np.asarray(counted), smoothing=0.0)
    order = np.argsort(-rare, kind="stable")
    return unit_rows(weighted(sparse.csr_array(listed[:, order]), rare[order]))


def close_pairs(vectors: "sparse.csr_array", threshold: float) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """
    Return every pair i < j of rows whose cosine is at least `threshold`, and the cosines.

    Columns must be in order of falling rarity. Two unit vectors with a cosine of t or more share a word within
    the shortest prefix of each whose remainder is shorter than t (Bayardo, Ma and Srikant, 2007, 'Scaling up all
    pairs similarity search'), so only pairs that share such a word are compared: the result is exact.
    """
    prefix = _prefixes(vectors, threshold)
    candidates = sparse.triu(prefix @ prefix.T, k=1, format="coo")
    left, right = candidates.row.astype(np.int32), candidates.col.astype(np.int32)
    cosines = np.empty(len(left), dtype=np.float64)
    for block in blocks(len(left), _CHUNK):
        cosines[block] = np.asarray(vectors[left[block]].multiply(vectors[right[block]]).sum(axis=1)).ravel()
    close = cosines >= threshold - 1e-12
    return left[close], right[close], np.minimum(cosines[close], 1.0)


def _prefixes(vectors: "sparse.csr_array", threshold: float) -> "sparse.csr_array":
    """Boolean matrix of the words that each row must share with a close one."""
    squares = vectors.data**2
    before = np.cumsum(squares) - squares
    row = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
    remainder = np.sqrt(np.maximum(0.0, 1.0 - (before - before[vectors.indptr[row]])))  # length from this word on
    in_prefix = remainder >= threshold - 1e-9
    ones = np.ones(in_prefix.sum(), dtype=np.float32)
    return sparse.csr_array((ones, (row[in_prefix], vectors.indices[in_prefix])), shape=vectors.shape)


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
    columns: "sparse.csr_array"


def grams(word: str, shortest: int, longest: int) -> list[str]:
    """
    Runs of letters of a word with its two borders, from left to right by length.

    Examples
    --------
    >>> grams("or", 2, 3)
    [' o', 'or', 'r ', ' or', 'or ']
    """
    padded = f" {word} "
    sizes = range(shortest, longest + 1)
    return [padded[start : start + size] for size in sizes for start in range(len(padded) - size + 1)]


def letter_bag(words: Iterable[str], shortest: int, longest: int) -> Counter[str]:
    """Letter runs of several words, each with its number."""
    return Counter(chain.from_iterable(grams(word, shortest, longest) for word in words))


def fit_field(bags: Sequence[Bag]) -> "tuple[Field, sparse.csr_array]":
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
    vocabulary = _columns(chain.from_iterable(bags))
    return _fitted(count_terms(bags, vocabulary), vocabulary)


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
    word = _columns(chain.from_iterable(documents))
    runs = [Counter(grams(text, shortest, longest)) for text in word]
    vocabulary = _columns(chain.from_iterable(runs))
    return _fitted(sparse.csr_array(count_terms(documents, word) @ count_terms(runs, vocabulary)), vocabulary)[0]


def unit_vectors(field: Field, bags: Sequence[Bag]) -> "sparse.csr_array":
    """Unit vectors of new documents, a row each; unknown terms are left out."""
    return _tfidf(count_terms(bags, field.vocabulary), field.idf)


def field_cosines(field: Field, bags: Sequence[Bag]) -> FloatArray:
    """
    Cosine between new documents and those of the field.

    Returns
    -------
    cosine
        Shape (n_bags, n_documents), in [0, 1].
    """
    return rows_times(unit_vectors(field, bags), field.columns)


def rows_times(rows: "sparse.csr_array", columns: "sparse.csr_array") -> FloatArray:
    """
    Sparse rows times a matrix, dense.

    A few products are added one after the other.
    """
    n_rows, n_columns = rows.shape[0], columns.shape[1]
    starts = columns.indptr[rows.indices]
    sizes = columns.indptr[rows.indices + 1] - starts
    row = np.repeat(np.arange(n_rows), np.diff(rows.indptr))
    if sizes.sum() * _SINGLE_CELLS < n_rows * n_columns + _SET_UP_CELLS * len(blocks(n_rows, _ROWS_AT_ONCE)):
        cells = places_of(starts, sizes)
        sums = np.zeros(n_rows * n_columns, dtype=np.float32)
        at = columns.indices[cells] + np.repeat(row * n_columns, sizes)
        np.add.at(sums, at, columns.data[cells] * np.repeat(rows.data, sizes))
        return sums.reshape(n_rows, n_columns)
    return product(rows, columns)


def _block_times(rows: "sparse.csr_array", columns: "sparse.csr_array") -> FloatArray:
    """
    A few sparse rows times a matrix, dense; each cell is summed in the order of the terms.

    The terms that some rows have are taken out of the matrix: products with zero add nothing.
    """
    used, place = np.unique(rows.indices, return_inverse=True)
    dense = np.zeros((len(used), rows.shape[0]), dtype=rows.dtype)
    dense[place, np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))] = rows.data
    return np.asarray((columns[used].T @ dense).T)


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
    return np.asarray(unit_vectors(field, bags) @ axes, dtype=np.float32)


def _fitted(counts: "sparse.csr_array", vocabulary: dict[str, int]) -> "tuple[Field, sparse.csr_array]":
    idf = rarity(counts, np.ones(counts.shape[0], np.bool_)).astype(np.float32)
    rows = _tfidf(counts, idf)
    return Field(vocabulary=vocabulary, idf=idf, columns=sparse.csr_array(rows.T.tocsr())), rows


def _tfidf(counts: "sparse.csr_array", idf: FloatArray) -> "sparse.csr_array":
    counts.data = _unit(damped(counts.data) * idf[counts.indices], counts.indptr)
    return counts
