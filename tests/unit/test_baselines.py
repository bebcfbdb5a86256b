"""Yardsticks against scikit-learn and slow Python, and against the figures measured on the real ROME."""

import hashlib
import math
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics.pairwise import cosine_similarity

from passerelles.evaluation.evaluate import (
    FLOOR,
    cosine_scores,
    directed_scores,
    evaluate,
    jaccard_scores,
    random_scores,
    symmetric_scores,
)
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.vectors import word_vectors
from small import referential

WORDS = ("souder", "tubes", "acier", "poser", "vitres", "nuit", "peindre", "murs", "quai", "former")


@pytest.fixture(scope="module")
def drawn() -> OccupationGraph:
    """Thirty occupations with competencies drawn at random, labels of three words; one lists nothing."""
    rng = np.random.default_rng(11)
    labels = {f"c{i:02d}": " ".join(rng.choice(WORDS, size=3, replace=False)) for i in range(60)}
    needs = {f"M{i:02d}": sorted(rng.choice(sorted(labels), size=6 + i % 5, replace=False)) for i in range(29)}
    return build_graph(referential(needs | {"M99": []}, labels=labels))


def rows_of(graph: OccupationGraph) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.arange(len(graph.codes), dtype=np.int32)


def items_of(graph: OccupationGraph) -> list[list[int]]:
    w = graph.weights
    return [w.indices[w.indptr[i] : w.indptr[i + 1]].tolist() for i in range(w.shape[0])]


def test_cosine_is_that_of_scikit_learn(drawn: OccupationGraph) -> None:
    counts = (drawn.weights.toarray() > 0).astype(float)
    expected = cosine_similarity(TfidfTransformer().fit_transform(counts))
    assert cosine_scores(drawn, rows_of(drawn)) == pytest.approx(expected)


def test_jaccard_agrees_with_sets(drawn: OccupationGraph) -> None:
    items = items_of(drawn)
    size = len(items)
    frequency = {c: sum(c in own for own in items) for own in items for c in own}
    rare = {c: math.log((1 + size) / (1 + n)) + 1 for c, n in frequency.items()}
    found = jaccard_scores(drawn, rows_of(drawn))
    for i, j in product(range(size), repeat=2):
        either = sum(rare[c] for c in {*items[i], *items[j]})
        both = sum(rare[c] for c in set(items[i]) & set(items[j]))
        assert found[i, j] == pytest.approx(both / either if either else 0.0)


def test_chance_hashes_the_two_codes() -> None:
    graph = build_graph(referential({"A": ["a"], "B": ["a"]}))
    digest = hashlib.blake2b(b"A\tB", digest_size=8).digest()
    assert random_scores(graph, np.array([0], dtype=np.int32))[0, 1] == int.from_bytes(digest, "big") / 2**64


def test_chance_is_the_same_in_every_process(plain_embedded: OccupationGraph) -> None:
    code = (
        "import numpy as np\n"
        "from passerelles import build_graph, load_referential\n"
        "from passerelles.evaluation.evaluate import random_scores\n"
        "print(random_scores(build_graph(load_referential()), np.array([3], dtype=np.int32)).tobytes().hex())\n"
    )
    env, command = {"PYTHONHASHSEED": "1", "PATH": ""}, [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, check=True, env=env, text=True).stdout
    assert told.strip() == random_scores(plain_embedded, np.array([3], dtype=np.int32)).tobytes().hex()


def slow_matching(
    mine: list[int], theirs: list[int], cosine: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> float:
    """Sum of the similarities of the greedy one-to-one matching, pair by pair."""
    pairs = []
    for i, j in product(mine, theirs):
        similarity = 1.0 if i == j else min(1.0, float(cosine[i, j]))
        if similarity >= FLOOR:
            pairs.append((i != j, -similarity, min(i, j), max(i, j), i, j))  # the same item first, then the most alike
    total, left, right = 0.0, set[int](), set[int]()
    for _, similarity, _, _, i, j in sorted(pairs):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            total -= similarity
    return total


def test_matching_of_items_agrees_with_the_description(drawn: OccupationGraph) -> None:
    vectors = word_vectors([c.name for c in drawn.competencies])
    cosine = np.asarray((vectors @ vectors.T).todense()).round(12)
    items = items_of(drawn)
    directed, symmetric = directed_scores(drawn, rows_of(drawn)), symmetric_scores(drawn, rows_of(drawn))
    assert (np.triu(cosine, k=1) >= FLOOR).sum() > 100  # near items there are
    for i, j in product(range(len(items)), repeat=2):
        total = slow_matching(items[i], items[j], cosine)
        mean = (len(items[i]) + len(items[j])) / 2
        assert directed[i, j] == pytest.approx(total / len(items[j]) if items[j] else 0.0)
        assert symmetric[i, j] == pytest.approx(total / mean if mean else 0.0)


def test_directed_overlap_knows_its_direction() -> None:
    graph = build_graph(referential({"A": ["a", "b", "c", "d"], "B": ["a"]}))
    found = directed_scores(graph, rows_of(graph))
    assert found.tolist() == [[1.0, 1.0], [0.25, 1.0]]


def test_figures_on_the_real_rome(rome4_graph: OccupationGraph) -> None:
    evaluation = evaluate(rome4_graph, methods=["cosine", "jaccard", "nesta", "nesta-directed"])
    found = {r.method: [round(r.metrics[n], 3) for n in ("ndcg@10", "recall@10")] for r in evaluation.results}
    assert found["cosine"] == [0.340, 0.296]
    assert found["jaccard"][0] == 0.341
    # Nesta's own code, with embeddings, gave 0.330 at its best; words instead give as much at least.
    assert 0.33 <= found["nesta"][0] < 0.36
    assert found["nesta-directed"][0] < found["nesta"][0]
    cosine = evaluation.result("cosine").metrics
    assert (round(cosine["mrr"], 2), round(cosine["hit@1"], 2)) == (0.66, 0.51)
