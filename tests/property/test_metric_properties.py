"""Metrics against slow Python and scikit-learn on random rankings; matching at once against matching one by one."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import ndcg_score

from passerelles.evaluation.evaluate import greedy_matching
from passerelles.evaluation.protocol import (
    METRICS,
    expected_calibration_error,
    find_hits,
    measure,
    reliability,
)

SIZES = st.integers(min_value=2, max_value=70)


def slow_measure(ranking: list[int], known: set[int]) -> dict[str, float]:
    """Metrics of one origin as the definitions read, from its whole ranking."""
    gains = [1 / math.log2(rank + 1) for rank, t in enumerate(ranking[:10], start=1) if t in known]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(known)) + 1))
    first = next((rank for rank, t in enumerate(ranking[:50], start=1) if t in known), None)
    return {
        "recall@10": len(gains) / min(10, len(known)),
        "ndcg@10": sum(gains) / ideal,
        "mrr": 1 / first if first else 0.0,
        "hit@1": float(ranking[0] in known),
    }


@st.composite
def rankings(draw: st.DrawFn) -> tuple[int, list[list[int]], list[set[int]]]:
    """Number of occupations, and for each as an origin a ranking of the others and its known targets."""
    size = draw(SIZES)
    others = [[j for j in range(size) if j != i] for i in range(size)]
    chosen = draw(st.integers(min_value=1, max_value=min(4, size)))
    ranked = [draw(st.permutations(others[i])) for i in range(chosen)]
    known = [set(draw(st.lists(st.sampled_from(others[i]), min_size=1, max_size=20))) for i in range(chosen)]
    return size, ranked, known


@given(rankings())
def test_metrics_agree_with_their_definitions(case: tuple[int, list[list[int]], list[set[int]]]) -> None:
    size, ranked, known = case
    rows = [(i, t) for i, targets in enumerate(known) for t in targets]
    matrix = sparse.csr_array((np.ones(len(rows)), tuple(np.array(rows).T)), shape=(size, size))
    cut = np.full((len(ranked), 50), -1, dtype=np.int32)
    for line, ranking in zip(cut, ranked, strict=True):
        line[: len(ranking[:50])] = ranking[:50]
    counts = np.array([len(k) for k in known])
    values = measure(find_hits(cut, matrix, np.arange(len(ranked), dtype=np.int32)), counts)
    for i, (ranking, targets) in enumerate(zip(ranked, known, strict=True)):
        expected = slow_measure(ranking, targets)
        assert values[:, i] == pytest.approx([expected[name] for name in METRICS])


@given(rankings())
def test_ndcg_agrees_with_scikit_learn(case: tuple[int, list[list[int]], list[set[int]]]) -> None:
    _, ranked, known = case
    for ranking, targets in zip(ranked, known, strict=True):
        if len(ranking) < 2:
            continue  # scikit-learn refuses a single candidate
        gains = [[float(t in targets) for t in ranking]]
        scores = [[float(-i) for i in range(len(ranking))]]
        assert slow_measure(ranking, targets)["ndcg@10"] == pytest.approx(ndcg_score(gains, scores, k=10))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.integers(1, 12))
def test_calibration_agrees_with_its_definitions(cases: list[tuple[float, bool]], bins: int) -> None:
    predicted, observed = [p for p, _ in cases], [int(o) for _, o in cases]
    table = reliability(predicted, observed, bins=bins)
    assert sum(b.cases for b in table) == len(cases)
    assert max(b.cases for b in table) - min(b.cases for b in table) <= 1
    assert all(a.high <= b.low for a, b in pairwise(table))
    assert sum(b.observed * b.cases for b in table) == pytest.approx(sum(observed))
    ordered = sorted(range(len(cases)), key=lambda i: predicted[i])
    error, start = 0.0, 0
    for each in range(bins):
        width = len(cases) // bins + (each < len(cases) % bins)
        some = ordered[start : start + width]
        start += width
        error += abs(sum(predicted[i] - observed[i] for i in some)) / len(cases)
    assert expected_calibration_error(predicted, observed, bins=bins) == pytest.approx(error)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40, unique=True))
def test_matching_all_at_once_is_the_greedy_matching(pairs: list[tuple[int, int]]) -> None:
    lefts, rights, taken = set[int](), set[int](), list[int]()
    for i, (left, right) in enumerate(pairs):
        if left not in lefts and right not in rights:
            lefts.add(left)
            rights.add(right)
            taken.append(i)
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    assert greedy_matching(columns[0], columns[1]).tolist() == taken
