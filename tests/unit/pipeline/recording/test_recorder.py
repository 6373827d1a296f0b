"""What a second reading changes of a read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.recording.recorder import with_second_reading
from schemas.types import SecondReading
from tests.unit.pipeline.recording.test_second_opinion import plate_read


@pytest.mark.parametrize(
    ("own", "second", "kept"),
    [(None, "US-VA", "US-VA"), ("US-OH", "US-PA", "US-PA"), ("US-OH", None, "US-OH"), (None, None, None)],
)
def test_a_state_from_words_takes_the_place_of_one_from_looks(
    own: str | None, second: str | None, kept: str | None
) -> None:
    read = replace(plate_read(), jurisdiction=own, jurisdiction_confidence=0.7 if own else None)
    reading = SecondReading("ABC1234", 0.9, True, jurisdiction=second, jurisdiction_confidence=0.99 if second else None)
    seen = with_second_reading(read, reading)
    assert (seen.jurisdiction, seen.second_reading) == (kept, reading)
    assert seen.jurisdiction_confidence == (0.99 if second else read.jurisdiction_confidence)
    assert with_second_reading(read, None) == read
