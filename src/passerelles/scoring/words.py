"""Texts into counts: stems, pairs of stems, pieces of words; the rules of a language are data."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.text import fold_accents, words_of_all

_SHORTEST_STEMMED = 5
_ALPHABET = b" 0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_ALPHABET) + 1  # 0 is no letter
_DIGITS = np.asarray([_ALPHABET.find(byte) + 1 for byte in range(256)], dtype=np.int64)


@dataclass(frozen=True)
class WordRules:
    """What a language says of its words: those without weight, endings, and the levels that access texts name."""

    stop: frozenset[str]
    ending: re.Pattern[str]
    levels: tuple[tuple[re.Pattern[str], float], ...]


@cache
def word_rules(language: str) -> WordRules:
    """Return the rules of a language from ``language/<language>/words.toml``; without such a file, no rules."""
    file = files("passerelles.language") / language / "words.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    endings = sorted(data.get("endings", ()), key=lambda e: (-len(e), e))
    return WordRules(
        stop=frozenset(data.get("stop", ())),
        ending=re.compile(f"(?:{'|'.join(endings)})$" if endings else r"(?!)"),
        levels=tuple((re.compile(row["pattern"]), float(row["value"])) for row in data.get("levels", ())),
    )


def level_named(text: str, rules: WordRules) -> float:
    """
    Mean of the levels of training that a text names; NaN where it names none.

    Examples
    --------
    >>> level_named("Cet emploi est accessible avec un CAP ou un Bac.", word_rules("fr"))
    3.5
    """
    folded = fold_accents(text)
    found = [value for pattern, value in rules.levels if pattern.search(folded)]
    return sum(found) / len(found) if found else float("nan")


def stem(word: str, rules: WordRules) -> str:
    """
    Cut the longest known ending of a word of five letters or more, so that gender and number do not count.

    Examples
    --------
    >>> stem("monitrice", word_rules("fr")), stem("moniteur", word_rules("fr"))
    ('monit', 'monit')
    """
    return rules.ending.sub("", word) if len(word) >= _SHORTEST_STEMMED else word


@dataclass(frozen=True, eq=False)
class TextCounts:
    """
    Counts of words, stems and pairs of neighbouring stems in some texts, one row a text.

    `words` has shape (n_texts, n_words), columns named by `vocabulary`; `grams` has shape (n_texts, n_stems +
    n_pairs), the first `n_stems` columns being single stems.
    """

    vocabulary: tuple[str, ...]
    words: "sparse.csr_array"
    grams: "sparse.csr_array"
    n_stems: int

    def part(self, start: int, stop: int) -> "TextCounts":
        """Return the same for the texts from `start` to `stop`."""
        rows = slice(start, stop)
        return TextCounts(
            self.vocabulary, sparse.csr_array(self.words[rows]), sparse.csr_array(self.grams[rows]), self.n_stems
        )


def count_texts(texts: Sequence[str], rules: WordRules) -> TextCounts:
    """Count the words of texts; columns are in the order of the words, so that the same texts give equal matrices."""
    bags = words_of_all(texts)
    seen = set(chain.from_iterable(bags))
    vocabulary = sorted(word for word in seen if word not in rules.stop and len(word) > 1)
    number = dict.fromkeys(seen, -1) | {word: i for i, word in enumerate(vocabulary)}
    flat = np.fromiter(map(number.__getitem__, chain.from_iterable(bags)), dtype=np.int64)
    row = np.repeat(np.arange(len(bags)), np.fromiter(map(len, bags), dtype=np.int64, count=len(bags)))
    flat, row = flat[flat >= 0], row[flat >= 0]
    stems = [stem(word, rules) for word in vocabulary]
    stem_number = {s: i for i, s in enumerate(sorted(set(stems)))}
    stem_of = np.asarray([stem_number[s] for s in stems], dtype=np.int64)
    stemmed = stem_of[flat] if len(flat) else flat
    size = len(stem_number)
    neighbours = np.flatnonzero(row[1:] == row[:-1])
    pairs, pair_number = np.unique(stemmed[neighbours] * size + stemmed[neighbours + 1], return_inverse=True)
    return TextCounts(
        vocabulary=tuple(vocabulary),
        words=_counts(row, flat, (len(bags), len(vocabulary))),
        grams=_counts(
            np.concatenate([row, row[neighbours]]),
            np.concatenate([stemmed, size + pair_number.ravel()]),
            (len(bags), size + len(pairs)),
        ),
        n_stems=size,
    )


def _counts(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> "sparse.csr_array":
    matrix = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def piece_counts(texts: TextCounts, lengths: range) -> "sparse.csr_array":
    """
    Count the pieces of the words of texts: runs of letters of the given lengths, a word's two ends marked by a space.

    Returns
    -------
    pieces
        Shape (n_texts, n_pieces).
    """
    used = np.unique(texts.words.indices)
    pieces = _pieces([texts.vocabulary[i] for i in used.tolist()], lengths)
    return sparse.csr_array(sparse.csr_array(texts.words[:, used]) @ pieces)


def _pieces(vocabulary: Sequence[str], lengths: range) -> "sparse.csr_array":
    """
    Count the pieces of each word; one shorter than every length is a piece by itself.

    A piece is a number in base 38, its letters from the left: the order of the numbers is that of the pieces.
    """
    letters = "".join(f" {word} " for word in vocabulary).encode("ascii")
    digits = np.concatenate([_DIGITS[np.frombuffer(letters, dtype=np.uint8)], np.zeros(lengths[-1], dtype=np.int64)])
    sizes = np.fromiter(map(len, vocabulary), dtype=np.int64, count=len(vocabulary)) + 2
    word = np.repeat(np.arange(len(sizes)), sizes)
    left = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(letters))  # letters from here to the end of the word
    whole = np.flatnonzero((left == sizes[word]) & (left < lengths[0]))
    rows, numbers = [word[whole]], [_number(digits, whole, left[whole], lengths[-1])]
    for length in lengths:
        starts = np.flatnonzero(left >= length)
        rows.append(word[starts])
        numbers.append(_number(digits, starts, np.full(len(starts), length), lengths[-1]))
    pieces, column = np.unique(np.concatenate(numbers), return_inverse=True)
    return _counts(np.concatenate(rows), column.ravel(), (len(vocabulary), len(pieces)))


def _number(
    digits: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64], width: int
) -> NDArray[np.int64]:
    number = np.zeros(len(starts), dtype=np.int64)
    for place in range(width):
        number = number * _BASE + np.where(place < lengths, digits[starts + place], 0)
    return number
