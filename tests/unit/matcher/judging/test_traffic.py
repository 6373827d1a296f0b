"""The shares of the states that pass."""

from __future__ import annotations

import pytest

from matcher.judging.traffic import Traffic


def test_the_shares_of_all_states_are_a_whole_however_many_are_named() -> None:
    states = ("US-AK", "US-CA", "US-VA")
    for shares in ({}, {"US-VA": 0.7}, {"US-VA": 0.7, "US-CA": 0.2, "US-AK": 0.1}, {"CA-ON": 1.0}):
        assert sum(Traffic(shares).spread(states)) == pytest.approx(1.0)
    assert Traffic({"US-VA": 0.7}).spread(states) == pytest.approx((0.15, 0.15, 0.7))
