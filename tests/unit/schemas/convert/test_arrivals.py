"""An arrival that came over the wire is the one that was sent, but for its pictures."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.arrivals import Arrival, Pictures
from schemas.clocks import SourceClock
from schemas.convert import arrival_from_event, arrival_to_event
from schemas.events import PublishedRead, SourceClockEvent
from schemas.types import Box, VendorReport
from tests.unit.alerts.samples import sample_read
from tests.unit.pipeline.published.receipts import NOBODY
from tests.unit.schemas.convert.any_reads import maybe, moments, reads

MAX_VENDOR_TEXT = 262_144
MAX_VENDOR_HIT = 16_384

_spans = st.timedeltas(timedelta(0), timedelta(days=36_500))
_clocks = st.builds(SourceClock, maybe(_spans), maybe(_spans), st.booleans(), maybe(_spans), maybe(moments))
_pictures = st.builds(
    Pictures,
    st.just(b"jpeg"),
    st.none(),
    maybe(st.builds(Box, *(st.floats(0, 5000) for _ in range(4)))),
)
_arrivals = st.builds(Arrival, reads, _pictures, st.just(NOBODY), _clocks, moments, st.booleans())


def _over_the_wire(arrival: Arrival) -> Arrival:
    payload = arrival_to_event(arrival).model_dump_json()
    # As strictly as whoever takes it from the topic.
    return arrival_from_event(PublishedRead.model_validate_json(payload, strict=True), NOBODY)


@given(_arrivals)
@settings(max_examples=150)
def test_all_but_the_pictures_survives_the_way(arrival: Arrival) -> None:
    found = _over_the_wire(arrival)
    assert found == dataclasses.replace(arrival, pictures=Pictures(plate_box=arrival.pictures.plate_box))


def test_a_long_vendor_hit_and_its_message_travel_and_a_huge_one_does_not() -> None:
    report = VendorReport("rekor", "1", hit="x" * (MAX_VENDOR_HIT + 1), payload="y" * MAX_VENDOR_TEXT)
    arrival = Arrival(dataclasses.replace(sample_read(), report=report), Pictures(), NOBODY)
    assert _over_the_wire(arrival).read.report == report
    huge = dataclasses.replace(report, hit="x" * (MAX_VENDOR_TEXT + 1), payload="y" * (MAX_VENDOR_TEXT + 1))
    arrival = arrival.with_read(dataclasses.replace(arrival.read, report=huge))
    assert _over_the_wire(arrival).read.report == dataclasses.replace(huge, hit=None, payload=None)


def test_the_properties_cover_every_field() -> None:
    """What a later field says must not be forgotten on the wire."""
    spans = {"ahead", "behind", "off"}
    clock = {
        f"{field.name}_seconds" if field.name in spans else field.name for field in dataclasses.fields(SourceClock)
    }
    assert clock == set(SourceClockEvent.model_fields)
    assert {field.name for field in dataclasses.fields(Arrival)} - {"pictures", "receipt"} | {
        *("schema_version", "message_id", "plate_box", "vendor_payload", "vendor_hit"),
    } == set(PublishedRead.model_fields)
