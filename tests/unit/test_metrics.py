"""Metrics against figures worked out by hand, and bootstrap intervals against what they must do."""

import math

import numpy as np
import pytest
from scipy import sparse

from passerelles.evaluation.protocol import METRICS, bootstrap, find_hits, measure, ndcg, recall, reciprocal_rank


def one(*ranks: int, depth: int = 50) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Hits of one origin at the ranks given."""
    hits = np.zeros((1, depth), dtype=np.bool_)
    hits[0, [r - 1 for r in ranks]] = True
    return hits


def test_figures_of_one_origin_by_hand() -> None:
    hits, counts = one(2, 5, 30), np.array([4])
    values = dict(zip(METRICS, measure(hits, counts)[:, 0], strict=True))
    ideal = 1 + 1 / math.log2(3) + 1 / 2 + 1 / math.log2(5)
    assert values["recall@10"] == pytest.approx(2 / 4)
    assert values["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(6)) / ideal)
    assert values["mrr"] == pytest.approx(1 / 2)
    assert values["hit@1"] == 0


def test_ten_is_the_most_that_recall_asks_for() -> None:
    full = one(*range(1, 11))
    assert recall(full, np.array([14])).tolist() == [1.0]
    assert ndcg(full, np.array([14])).tolist() == pytest.approx([1.0])
    assert recall(one(1), np.array([14])).tolist() == [0.1]


def test_a_hit_beyond_the_limit_counts_for_nothing() -> None:
    assert recall(one(11), np.array([1])).tolist() == [0.0]
    assert ndcg(one(11), np.array([1])).tolist() == [0.0]
    assert reciprocal_rank(one(50)).tolist() == [1 / 50]
    assert reciprocal_rank(one(51, depth=60)).tolist() == [0.0]


def test_hit_at_one_is_all_or_nothing() -> None:
    assert measure(one(1), np.array([9]))[3].tolist() == [1.0]
    assert measure(one(2, 3), np.array([9]))[3].tolist() == [0.0]


def test_rankings_shorter_than_ten_are_measured() -> None:
    hits = np.array([[False, True]])
    assert recall(hits, np.array([1])).tolist() == [1.0]
    assert ndcg(hits, np.array([1])).tolist() == pytest.approx([1 / math.log2(3)])
    assert measure(np.zeros((1, 0), dtype=np.bool_), np.array([1])).tolist() == [[0.0]] * 4


def test_hits_are_found_and_padding_never_is_one() -> None:
    # Row 0 knows target 3, the last column: the key of row 1 at -1 would be the very same number.
    known = sparse.csr_array((np.ones(2), ([0, 1], [3, 0])), shape=(4, 4))
    ranked = np.array([[1, 3, -1], [2, -1, 0]], dtype=np.int32)
    hits = find_hits(ranked, known, np.array([0, 1], dtype=np.int32))
    assert hits.tolist() == [[False, True, False], [False, False, True]]


def test_bootstrap_is_seeded_and_covers_the_mean() -> None:
    values = np.random.default_rng(3).random((4, 200))
    bounds = bootstrap(values)
    assert (bounds == bootstrap(values)).all()
    assert not (bounds == bootstrap(values, seed=1)).all()
    means = values.mean(axis=1)
    assert ((bounds[:, 0] < means) & (means < bounds[:, 1])).all()


def test_bootstrap_agrees_with_the_normal_interval() -> None:
    values = np.random.default_rng(4).normal(size=(1, 2000))
    half = 1.96 * values.std() / math.sqrt(2000)
    low, high = bootstrap(values)[0]
    assert low == pytest.approx(values.mean() - half, abs=half / 4)
    assert high == pytest.approx(values.mean() + half, abs=half / 4)
