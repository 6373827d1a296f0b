"""How far confidences are from the share that is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration_error import calibration_bins, expected_calibration_error

probabilities = st.floats(0, 1)


def test_confidence_that_is_the_share_that_is_right_has_no_error() -> None:
    assert expected_calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0
    assert expected_calibration_error([1.0, 0.0], [False, True]) == 1
    # Half the reads are off by .4, the others by .1.
    assert expected_calibration_error([0.6, 0.6, 0.1, 0.1], [True, True, False, False]) == pytest.approx(0.25)


def test_bins_hold_every_read_once() -> None:
    found = calibration_bins([0.05, 0.06, 0.55, 1.0], [False, True, True, True], 10)
    assert [(part.count, part.right) for part in found] == [(2, 0.5), (1, 1.0), (1, 1.0)]
    assert found[0].confidence == pytest.approx(0.055)


@pytest.mark.parametrize(
    ("confidence", "right"),
    [
        ([], []),
        ([0.5], [True, False]),
        ([1.5], [True]),
        ([-0.1], [True]),
        ([float("nan")], [True]),
        ([[0.5]], [[True]]),
    ],
)
def test_what_are_no_confidences_is_refused(confidence: list[float], right: list[bool]) -> None:
    with pytest.raises(ValueError, match="expected"):
        expected_calibration_error(confidence, right)


@given(st.lists(st.tuples(probabilities, st.booleans()), min_size=1, max_size=40), st.integers(1, 30))
def test_the_error_is_between_none_and_all(reads: list[tuple[float, bool]], bins: int) -> None:
    assert 0 <= expected_calibration_error([c for c, _ in reads], [r for _, r in reads], bins) <= 1
