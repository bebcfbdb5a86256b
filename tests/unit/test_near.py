"""Word vectors against scikit-learn, close pairs against all pairs."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from passerelles.text import words
from passerelles.vectors import close_pairs, word_vectors

LABELS = (
    "Conduire un poids lourd",
    "Conduire un poids-lourd la nuit",
    "Conduire, conduire un véhicule léger",
    "",
    "Œuvrer à l'atelier",
    "/ - /",
    "Conduire un poids lourd",
)


def pairs(labels: tuple[str, ...], threshold: float) -> dict[tuple[int, int], float]:
    left, right, cosine = close_pairs(word_vectors(labels), threshold)
    return {(int(i), int(j)): float(c) for i, j, c in zip(left, right, cosine, strict=True)}


def test_vectors_are_those_of_scikit_learn() -> None:
    counts = CountVectorizer(analyzer=words, binary=True).fit(LABELS)
    expected = TfidfTransformer(smooth_idf=False, norm="l2").fit_transform(counts.transform(LABELS)).toarray()
    found = word_vectors(LABELS)
    # Columns stand in another order: what two labels have in common does not depend on it.
    np.testing.assert_allclose((found @ found.T).toarray(), expected @ expected.T, atol=1e-14)
    assert found.shape == expected.shape


def test_columns_fall_in_rarity() -> None:
    vectors = word_vectors(LABELS)
    frequency = np.bincount(vectors.indices, minlength=vectors.shape[1])
    assert (np.diff(frequency) >= 0).all()


def test_labels_that_are_not_counted_do_not_change_the_others() -> None:
    alone = word_vectors(LABELS[:3])
    together = word_vectors((*LABELS[:3], "Conduire un poids", "Inédit"), [True, True, True, False, False])
    np.testing.assert_allclose((together @ together.T).toarray()[:3, :3], (alone @ alone.T).toarray(), atol=1e-15)
    assert np.isfinite(together.data).all()
    assert np.isfinite(word_vectors(LABELS, [False] * len(LABELS)).data).all()


def test_same_words_are_a_pair_of_cosine_one() -> None:
    assert pairs(LABELS, 1.0) == {(0, 6): pytest.approx(1.0)}
    assert max(pairs(LABELS, 0.6).values()) <= 1.0


def test_a_repeated_word_counts_once_and_order_does_not() -> None:
    assert pairs(("souder souder des tubes", "des tubes à souder", "tubes des souder"), 0.999) == {(0, 2): 1.0}


def test_labels_without_words_are_near_nothing() -> None:
    assert pairs(("", "-", ""), 0.6) == {}
    assert word_vectors(("", "-")).shape == (2, 0)


def test_a_pair_at_the_threshold_is_kept() -> None:
    exact = sparse.csr_array(np.asarray([[0.6, 0.8], [0.0, 1.0]]))
    left, right, cosine = close_pairs(exact, 0.8)
    assert (left.tolist(), right.tolist(), cosine.tolist()) == ([0], [1], [0.8])
    assert not len(close_pairs(exact, 0.8001)[0])


def test_many_candidates_are_cut_into_pieces_without_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = tuple(f"souder des tubes {i % 7}" for i in range(30))
    whole = pairs(labels, 0.7)
    monkeypatch.setattr("passerelles.vectors._CHUNK", 4)
    assert pairs(labels, 0.7) == whole
    assert len(whole) >= 30
