"""How far lists bear content out: a calibration found again, a weight that falls with little evidence or none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles.scoring.mobility import ENOUGH, Balance, balance_of

SIZE = 300
Floats = np.ndarray


def _lists(shift: float, slope: float, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    logit = rng.normal(-3.0, 1.5, (SIZE, SIZE)).astype(np.float32)
    listed = rng.random((SIZE, SIZE)) < 1.0 / (1.0 + np.exp(-(shift + slope * logit)))
    np.fill_diagonal(listed, 0)
    return logit, listed.astype(np.float32)


@pytest.mark.parametrize(("shift", "slope"), [(0.0, 1.0), (1.5, 1.0), (-1.0, 0.6), (0.5, 1.7)])
def test_shift_and_slope_are_found_again(shift: float, slope: float) -> None:
    logit, listed = _lists(shift, slope, 1)
    found = balance_of(logit, listed, np.arange(SIZE))
    assert found.shift == pytest.approx(shift, abs=0.15)
    assert found.slope == pytest.approx(slope, abs=0.06)
    moves = listed.sum()
    assert found.weight == pytest.approx(min(slope, 1 / slope) * moves / (moves + ENOUGH), abs=0.06)


def test_content_that_is_far_off_is_brought_back() -> None:
    rng = np.random.default_rng(5)
    logit = rng.normal(-11.0, 0.8, (SIZE, SIZE)).astype(np.float32)
    listed = rng.random((SIZE, SIZE)) < 1.0 / (1.0 + np.exp(-(4.0 + 0.3 * logit)))
    found = balance_of(logit, listed.astype(np.float32), np.arange(SIZE))
    assert found.shift == pytest.approx(4.0, abs=0.5)
    assert found.slope == pytest.approx(0.3, abs=0.05)


def test_lists_that_have_nothing_to_do_with_content_weigh_nothing() -> None:
    logit, _ = _lists(0.0, 1.0, 2)
    listed = (np.random.default_rng(3).random((SIZE, SIZE)) < 0.01).astype(np.float32)
    assert balance_of(logit, listed, np.arange(SIZE)).weight < 0.1
    assert balance_of(-logit, _lists(0.0, 1.0, 2)[1], np.arange(SIZE)).weight == 0.0  # nor do contrary ones


def test_few_lists_weigh_less_and_none_nothing() -> None:
    logit, listed = _lists(0.0, 1.0, 4)
    weights = [balance_of(logit, listed, np.arange(n)).weight for n in (0, 1, 5, 25, 250)]
    assert weights[0] == 0.0
    assert weights == sorted(weights)
    assert weights[-1] > 0.9


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.floats(0.001, 0.9))
def test_whatever_is_listed_the_balance_is_in_range_and_reads_its_rows_alone(
    seed: int, count: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    logit = (rng.normal(0, 20, (20, 20))).astype(np.float32)
    listed = (rng.random((20, 20)) < share).astype(np.float32)
    rows = np.sort(rng.choice(20, count, replace=False))
    found = balance_of(logit, listed, rows)
    assert isinstance(found, Balance)
    assert np.isfinite(found.shift)
    assert found.slope >= 0
    assert 0 <= found.weight <= 1
    others = np.setdiff1d(np.arange(20), rows)
    changed = listed.copy()
    changed[others] = 1 - changed[others]
    assert balance_of(logit, changed, rows) == found
