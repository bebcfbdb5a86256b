"""Cosines of people in whole numbers: exact sums whatever the order, and as near to the true cosine as they claim."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from passerelles.graph.core import OccupationGraph
from passerelles.scoring.measures import Origins, measure_index, measure_people
from passerelles.vectors import COARSE, FINE, by_column, in_whole_numbers, unit_rows, whole_cosines

ROWS = st.lists(st.lists(st.floats(0.0, 40.0, allow_subnormal=False), min_size=6, max_size=6), min_size=1, max_size=5)


@settings(deadline=None)
@given(ROWS, ROWS)
def test_cosines_are_those_of_sums_of_whole_numbers(left: list[list[float]], right: list[list[float]]) -> None:
    mine = in_whole_numbers(sparse.csr_array(np.asarray(left)), COARSE)
    theirs = in_whole_numbers(unit_rows(sparse.csr_array(np.asarray(right))), FINE)
    found = whole_cosines(mine, by_column(theirs))
    for i, one in enumerate(mine.toarray().tolist()):
        square = sum(int(x) ** 2 for x in one)
        for j, other in enumerate(theirs.toarray().tolist()):
            total = sum(Fraction(int(x) * int(y)) for x, y in zip(reversed(one), reversed(other), strict=True))
            expected = np.float32(int(total) * (1.0 / (np.sqrt(float(square)) * FINE))) if square else 0.0
            assert found[i, j] == expected


def test_the_cosines_of_people_are_near_the_true_ones(plain_embedded: OccupationGraph) -> None:
    index = measure_index(plain_embedded)
    rng = np.random.default_rng(3)
    held = sparse.csr_array((rng.random((60, len(plain_embedded.competency_codes))) < 0.05).astype(np.float64))
    people = measure_people(index, Origins(held, np.full(60, -1, dtype=np.int32)))
    for name, spread in index.spreads.items():
        counts = sparse.csr_array(held @ spread).toarray()
        damped = np.where(counts > 0, 1.0 + np.log(np.maximum(counts, 1.0)), 0.0)
        weights = ((counts > 0) if name in {"requirements", "soft"} else damped) * index.rarities[name]
        length = np.sqrt((weights**2).sum(axis=1, keepdims=True))
        true = (
            np.divide(weights, length, out=np.zeros_like(weights), where=length > 0) @ index.vectors[name].toarray().T
        )
        assert np.abs(index.closeness(name, people) - true).max() < 1e-3
        assert index.closeness(name, people).max() > 0.1
