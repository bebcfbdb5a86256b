"""Words and pieces of words, against the plain way of counting them."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles.text import fold_accents, normalise_label, words
from passerelles.vectors import WordRules, count_texts, piece_counts, word_rules

LETTERS = st.text(st.sampled_from("abzé09 -œͰ\u0301'"), max_size=14)
NO_RULES: WordRules = word_rules("none")


def _pieces_of(word: str, lengths: range) -> list[str]:
    padded = f" {word} "
    found = []
    for length in lengths:
        found += [padded[i : i + length] for i in range(max(1, len(padded) - length + 1))]
        if len(padded) <= length:
            break
    return found


@given(st.one_of(LETTERS, st.text()))
def test_words_are_runs_of_plain_letters_and_digits(text: str) -> None:
    assert words(text) == tuple(re.findall("[0-9a-z]+", fold_accents(text)))
    assert normalise_label(text) == " ".join(words(text))


@given(st.lists(LETTERS, min_size=1, max_size=6))
@pytest.mark.parametrize("lengths", [range(3, 6), range(4, 6), range(2, 3)])
def test_pieces_are_counted_as_one_would_by_hand(lengths: range, texts: list[str]) -> None:
    found = count_texts(texts, NO_RULES)
    counted = piece_counts(found.words, found.vocabulary, lengths).toarray()
    bags = [Counter(p for w in words(t) if len(w) > 1 for p in _pieces_of(w, lengths)) for t in texts]
    order = sorted(set().union(*bags))
    assert counted.shape == (len(texts), len(order))
    assert counted.tolist() == [[bag[piece] for piece in order] for bag in bags]
