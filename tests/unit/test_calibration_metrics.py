"""Calibration metrics worked out by hand, and what they refuse."""

import numpy as np
import pytest
from title_splits import error_if_calibrated

from passerelles.evaluation.protocol import expected_calibration_error, reliability


def test_table_of_equal_counts_by_hand() -> None:
    table = reliability([0.5, 0.1, 0.9, 0.2, 0.7], [1, 0, 1, 1, 0], bins=2)
    assert [(b.low, b.high, b.cases) for b in table] == [(0.1, 0.5, 3), (0.7, 0.9, 2)]
    assert [b.predicted for b in table] == pytest.approx([0.8 / 3, 0.8])
    assert [b.observed for b in table] == pytest.approx([2 / 3, 0.5])


def test_error_is_weighted_by_count() -> None:
    assert expected_calibration_error([0.5, 0.1, 0.9, 0.2, 0.7], [1, 0, 1, 1, 0], bins=2) == pytest.approx(
        (3 * (2 / 3 - 0.8 / 3) + 2 * 0.3) / 5
    )


def test_what_is_calibrated_has_no_error_and_what_is_not_has() -> None:
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    outcome = (rng.random(20_000) < chance).astype(float)
    assert expected_calibration_error(chance, outcome) < 0.02
    assert expected_calibration_error(chance**2, outcome) == pytest.approx(1 / 2 - 1 / 3, abs=0.02)


def test_error_of_a_calibrated_set_shrinks_with_its_size_and_tells_chance_from_fault() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(80), rng.random(8000)
    mean, most = error_if_calibrated(few)
    assert 0.05 < mean < most < 0.2
    assert error_if_calibrated(many)[1] < most / 5
    assert error_if_calibrated(few) == (mean, most)
    good = [expected_calibration_error(few, rng.random(80) < few) <= most for _ in range(200)]
    assert np.mean(good) == pytest.approx(0.95, abs=0.05)
    assert expected_calibration_error(many, rng.random(8000) < many**2) > error_if_calibrated(many)[1]


def test_fewer_cases_than_bins_leave_no_empty_bin() -> None:
    assert [b.cases for b in reliability([0.2, 0.4], [0, 1])] == [1, 1]


@pytest.mark.parametrize(
    ("probabilities", "outcomes"),
    [([], []), ([0.1], [0, 1]), ([1.2], [1]), ([float("nan")], [1]), ([0.5], [0.5]), ([[0.5]], [[1]])],
)
def test_values_out_of_range_are_refused(probabilities: list[float], outcomes: list[float]) -> None:
    with pytest.raises(ValueError, match=r"must be|are needed"):
        expected_calibration_error(probabilities, outcomes)


def test_no_bin_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="bins"):
        reliability([0.5], [1], bins=0)
