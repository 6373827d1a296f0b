"""How many alerts an hour are far more than is expected."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.settling.storms import storm_limit
from schemas.settings import MatchingSettings

MATCHING = MatchingSettings(false_alerts_per_10k=5.0)


@pytest.mark.parametrize(
    ("alerts", "reads", "expected", "most"),
    [
        (None, None, 0.0, 100),
        (0.5, 240.0, 0.5, 100),
        (None, 100_000.0, 50.0, 193),
        (80.0, 240.0, 80.0, 294),
        (80.0, 400_000.0, 200.0, 685),
    ],
)
def test_the_own_history_and_the_false_alerts_of_its_reads_count(
    alerts: float | None, reads: float | None, expected: float, most: int
) -> None:
    assert storm_limit(100, MATCHING)(alerts, reads) == (expected, most)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 1000), st.floats(0, 1e6))
def test_more_that_is_expected_never_makes_a_storm_sooner(one: float, other: float, minimum: int, reads: float) -> None:
    limit = storm_limit(minimum, MATCHING)
    less, more = limit(min(one, other), reads), limit(max(one, other), reads)
    assert minimum <= less[1] <= more[1]
    assert more[1] >= 3 * max(one, other)
    assert math.isfinite(more[0])
