"""Shares claim no more than their trials say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.common.shares import Share


# Source: R's prop.test(..., correct = FALSE).
@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(9, 10, 0.5958, 0.9821), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (235, 243, 0.9364, 0.9833)],
)
def test_wilson_intervals(right: int, total: int, low: float, high: float) -> None:
    assert Share(right, total).interval == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(right: int, wrong: int) -> None:
    share = Share(right, right + wrong)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    if share.total:
        assert low - 1e-9 <= share.value <= high + 1e-9


def test_a_share_without_trials_claims_nothing() -> None:
    assert str(Share(0, 0)) == "-"
    assert Share(0, 0).interval == (0.0, 1.0)
