"""Reads with anything in any field, for properties of what is done with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

from schemas.types import (
    Box,
    CharacterRead,
    DatedBy,
    Location,
    Movement,
    PlateRead,
    ReaderVersion,
    SecondReading,
    VehicleDescription,
    VendorReport,
)

Value = TypeVar("Value")

_zones = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))])
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=_zones)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
shares = st.floats(0, 1)
_numbers = st.floats(-1e6, 1e6)
_letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=1)


def maybe(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Value | None]:
    """Values, or None."""
    return st.none() | values


places = st.builds(
    Location,
    st.floats(-90, 90),
    st.floats(-180, 180),
    maybe(st.floats(0, 360)),
    maybe(st.floats(0, 3600)),
    maybe(st.floats(0, 150)),
)
characters = st.builds(CharacterRead, _letters, shares, st.lists(st.tuples(_letters, shares), max_size=3).map(tuple))
second_readings = st.builds(SecondReading, texts, shares, st.booleans(), maybe(texts), maybe(shares), texts)
movements = st.builds(Movement, maybe(texts), maybe(texts), maybe(st.floats(0, 150)))
reports = st.builds(VendorReport, texts, maybe(texts), maybe(texts), st.booleans(), maybe(texts))
vehicles = st.builds(
    VehicleDescription, maybe(st.integers(1900, 2100)), *(maybe(texts) for _ in VehicleDescription._fields[1:])
)
reads = st.builds(
    PlateRead,
    read_id=st.uuids(),
    camera_id=texts,
    agency_id=texts,
    captured_at=moments,
    first_seen=moments,
    last_seen=moments,
    plate=texts,
    confidence=shares,
    characters=st.lists(characters, max_size=8).map(tuple),
    jurisdiction=maybe(texts),
    jurisdiction_confidence=maybe(shares),
    location=maybe(places),
    frame_count=st.integers(1, 10_000),
    track_number=st.integers(0, 2**31 - 1),
    box=maybe(st.builds(Box, _numbers, _numbers, _numbers, _numbers)),
    plate_image_key=maybe(texts),
    context_image_key=maybe(texts),
    vehicle=maybe(vehicles),
    reader=st.builds(ReaderVersion, texts, texts),
    second_reading=maybe(second_readings),
    claimed_at=maybe(moments),
    confidence_is_known=st.booleans(),
    dated_by=st.sampled_from(DatedBy),
    source_time=maybe(moments),
    arrived_at=maybe(moments),
    movement=maybe(movements),
    report=maybe(reports),
    revision=st.integers(0, 2**53),
    is_final=st.booleans(),
)
