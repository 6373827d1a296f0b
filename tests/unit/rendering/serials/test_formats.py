"""Serial formats: every state has some, what is drawn of one matches it, and a serial speaks for its states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.plates.designs import JURISDICTIONS
from rendering.serials.formats import (
    PLATE_CLASSES,
    SerialFormat,
    drawable_formats,
    formats,
    matches,
    random_serial_of,
    serial_likelihood,
    serial_likelihoods,
)
from rendering.serials.patterns import count, draw, parse_pattern, text_regex
from schemas.errors import ConfigurationError

every_format = st.sampled_from(formats())
seeds = st.integers(0, 2**32 - 1)


def test_every_state_and_the_district_have_passenger_formats() -> None:
    for jurisdiction in JURISDICTIONS:
        assert formats(jurisdiction, "passenger")
    assert len(JURISDICTIONS) == 51
    assert {one.plate_class for one in formats()} <= set(PLATE_CLASSES)


def test_a_format_names_its_source_or_is_marked_as_unconfirmed() -> None:
    for one in formats():
        assert (one.confidence == "sourced") == bool(one.source)
        assert one.since is None or one.until is None or one.since <= one.until
        assert one.weight > 0
    current = [one for code in JURISDICTIONS for one in formats(code, "passenger") if one.confidence == "sourced"]
    assert {one.jurisdiction for one in current} == set(JURISDICTIONS)


@settings(deadline=None, max_examples=400)
@given(every_format, seeds)
def test_a_drawn_serial_is_of_its_format(one: SerialFormat, seed: int) -> None:
    serial = random_serial_of(one, np.random.default_rng(seed))
    assert 2 <= len(serial) <= 8
    assert serial.isalnum()
    assert serial == serial.upper()
    assert one in matches(serial)
    assert one in matches(serial, folded=True)
    assert one in matches(serial.replace("0", "O").replace("1", "I"), folded=True)


@settings(deadline=None)
@given(every_format, seeds)
def test_a_serial_speaks_for_a_state_that_issues_it_more_than_a_vanity_text_does(one: SerialFormat, seed: int) -> None:
    serial = random_serial_of(one, np.random.default_rng(seed))
    likelihoods = serial_likelihoods(serial)
    assert likelihoods[one.jurisdiction] == serial_likelihood(one.jurisdiction, serial)
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
    assert serial_likelihood("US-DE", "1234") == serial_likelihood("US-DE", "9876")


def test_where_a_states_formats_of_a_class_are_unknown_common_ones_are_drawn_but_are_no_evidence() -> None:
    unknown = next(code for code in JURISDICTIONS if not formats(code, "trailer"))
    drawable = drawable_formats(unknown, "trailer")
    assert drawable
    assert not set(drawable) & set(formats())


def test_patterns_say_what_they_allow() -> None:
    parts = parse_pattern("<1-12>[KM]b'7'{mc}-0X", "AB")
    assert count(parts) == 12 * 2 * 9 * 12
    assert text_regex(parts).fullmatch("12KB7MC1A")
    assert not text_regex(parts).fullmatch("13KB7MC1A")
    assert not text_regex(parts).fullmatch("12KB7MC0A")
    assert text_regex(parts, folded=True).fullmatch("I2KB7MCIA")
    assert [part.stack for part in parts if part.choices in (("M",), ("C",))] == [1, 1]
    assert draw(parts, np.random.default_rng(1)) == draw(parts, np.random.default_rng(1))


@pytest.mark.parametrize("pattern", ["A?9", "{AB", "AB}", "{A{B}}", "<1->", "[ab]", "'"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="serial pattern"):
        parse_pattern(pattern, "ABC")
