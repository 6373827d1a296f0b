"""What a serial says of the state that issued its plate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.serials.formats import (
    SerialFormat,
    formats,
    random_serial_of,
)
from rendering.serials.likelihoods import serial_likelihoods

every_format = st.sampled_from(formats())
seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(every_format, seeds)
def test_a_serial_speaks_for_a_state_that_issues_it_more_than_a_vanity_text_does(one: SerialFormat, seed: int) -> None:
    serial = random_serial_of(one, np.random.default_rng(seed))
    likelihoods = serial_likelihoods(serial)
    assert all(0 < value < 1 for value in likelihoods.values())
    nowhere = min(likelihoods.values())
    assert likelihoods[one.jurisdiction] > nowhere


@settings(deadline=None)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=10))
def test_any_text_has_a_likelihood_in_every_state(serial: str) -> None:
    assert all(value > 0 for value in serial_likelihoods(serial).values())


@pytest.mark.parametrize(
    ("serial", "jurisdiction"),
    [
        ("7ABC123", "US-CA"),  # the digit before three letters
        ("1A2345B", "US-AL"),
        ("AV12345", "US-CT"),
        ("5AB1234", "US-MD"),
        ("AB1C2D", "US-MO"),
        ("TR123ABC", "US-IN"),
        ("K123456", "US-ID"),
    ],
)
def test_serials_of_a_shape_that_few_states_use_speak_for_them(serial: str, jurisdiction: str) -> None:
    likelihoods = serial_likelihoods(serial)
    best = sorted(likelihoods, key=lambda code: -likelihoods[code])[:5]
    assert jurisdiction in best


def test_the_likelihoods_of_a_states_serials_add_up_to_the_share_of_its_formats() -> None:
    # Delaware's plates of four digits: 9,000 serials, each as likely as the other.
    one = next(each for each in formats("US-DE") if each.pattern == "0999")
    assert one.count == 9_000
    assert serial_likelihoods("1234")["US-DE"] == serial_likelihoods("9876")["US-DE"]
