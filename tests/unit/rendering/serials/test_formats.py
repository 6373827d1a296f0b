"""Serial formats: every state has some, what is drawn of one matches it, and a serial speaks for its states."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.plates.designs import JURISDICTIONS
from rendering.serials.formats import (
    PLATE_CLASSES,
    SerialFormat,
    drawable_formats,
    formats,
    random_serial_of,
)
from tests.unit.rendering.serials.samples import matches

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


def test_where_a_states_formats_of_a_class_are_unknown_common_ones_are_drawn_but_are_no_evidence() -> None:
    unknown = next(code for code in JURISDICTIONS if not formats(code, "trailer"))
    drawable = drawable_formats(unknown, "trailer")
    assert drawable
    assert not set(drawable) & set(formats())
