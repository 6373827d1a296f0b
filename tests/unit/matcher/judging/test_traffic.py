"""The shares of the states that pass."""

from __future__ import annotations

import pytest

from matcher.judging.traffic import Traffic


def test_the_shares_of_all_states_are_a_whole_however_many_are_named() -> None:
    states = ("US-AK", "US-CA", "US-VA")
    for shares in ({}, {"US-VA": 0.7}, {"US-VA": 0.7, "US-CA": 0.2, "US-AK": 0.1}, {"CA-ON": 1.0}):
        assert sum(Traffic(shares).spread(states)) == pytest.approx(1.0)
    assert Traffic({"US-VA": 0.7}).spread(states) == pytest.approx((0.15, 0.15, 0.7))


def test_a_state_that_nobody_named_is_rarer_than_a_named_one_and_never_impossible() -> None:
    virginia = Traffic({"us-va": 0.7, "US-NC": 0.1})
    assert virginia.share("us-nc") == 0.1
    # What is left is some ten neighbors': rarer than one that was worth naming, not the rarest there is.
    assert 0.003 < virginia.share("US-MD") == virginia.share(None) == pytest.approx(0.02)
    assert Traffic({"US-VA": 1.0}).share("US-MD") > 0
    assert Traffic({"US-VA": 0.9, "US-NC": 0.0001}).share("US-NC") == 0.003
    # As common as a neighbor may well be, although nobody named it.
    assert virginia.at_most("US-MD") == 0.2 > virginia.share("US-MD")
    assert virginia.at_most("US-va") == 0.7


def test_the_commonest_state_is_the_one_that_most_vehicles_have() -> None:
    assert Traffic({"US-NC": 0.1, "us-va": 0.7}).commonest == "US-VA"
    assert Traffic().commonest is None


def test_common_states_are_those_that_a_tenth_of_the_vehicles_have() -> None:
    assert Traffic({"us-va": 0.7, "US-NC": 0.1, "US-MD": 0.0999}).common == {"US-VA", "US-NC"}
    assert Traffic().common == frozenset()


def test_where_nothing_is_known_a_state_is_common_enough_to_say_little() -> None:
    nothing = Traffic({})
    assert [nothing.share(state) for state in ("US-VA", None, "")] == [0.2, 0.2, 0.2]
    assert nothing.at_most("US-VA") == 0.2
    known = Traffic({"US-VA": 0.7, "US-NC": 0.2})
    assert [known.share(state) for state in (None, "", "US-AK")] == [pytest.approx(0.01)] * 3
    assert Traffic({"US-VA": 0.98}).share("US-AK") == 0.003
