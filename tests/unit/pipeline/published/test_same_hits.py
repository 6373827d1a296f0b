"""A read that came over the wire has the hits that it would have had where it was made: ids, scores, words."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.index import HotlistIndex
from matcher.match import Matcher
from pipeline.published.message import read_message
from schemas.arrivals import Arrival, Pictures
from schemas.convert import arrival_from_event
from schemas.events import PublishedRead
from schemas.types import CharacterRead, PlateRead, SecondReading, VehicleDescription
from tests.unit.matcher.samples import SETTINGS, entry, read
from tests.unit.pipeline.published.receipts import NOBODY

LISTED = ("ABC1234", "8OV4527", "VVX77Z", "K7?S512", "Q0LIJ1")
MATCHER = Matcher(
    HotlistIndex.build(
        (entry(plate, state, vehicle=VehicleDescription(2009, "FORD", None, None, "BLU")) for plate in LISTED
         for state in ("US-VA", None)),
        {},
    ),
    SETTINGS,
)  # fmt: skip
_shares = st.floats(0.0, 1.0)


@st.composite
def _near_reads(draw: st.DrawFn) -> PlateRead:
    text = list(draw(st.sampled_from(LISTED)).replace("?", "4"))
    for _ in range(draw(st.integers(0, 2))):
        text[draw(st.integers(0, len(text) - 1))] = draw(st.sampled_from("0B8ODIL1SWVZ2"))
    plate = "".join(text)
    sure = draw(st.floats(0.5, 1.0))
    rest = (1 - sure) / 2
    characters = tuple(
        CharacterRead(each, sure, ((draw(st.sampled_from("ABO08")), rest), ("", rest / 3))) for each in plate
    )
    found = read(
        plate,
        draw(st.sampled_from(["US-VA", "US-NC", None])),
        confidence=draw(st.floats(0.3, 1.0)),
        jurisdiction_confidence=draw(st.none() | _shares),
        characters=draw(st.sampled_from([(), characters])),
        vehicle=draw(st.none() | st.just(VehicleDescription(None, "Ford", "F-150", None, "blue", "pickup truck"))),
        confidence_is_known=draw(st.booleans()),
    )
    second = draw(st.none() | st.builds(SecondReading, st.sampled_from(LISTED), _shares, st.booleans()))
    return dataclasses.replace(found, second_reading=second)


@given(_near_reads())
@settings(max_examples=150, deadline=None)
def test_hits_are_the_same(one: PlateRead) -> None:
    message = read_message(Arrival(one, Pictures(), NOBODY), 900_000)
    came = arrival_from_event(PublishedRead.model_validate_json(message.payload, strict=True), NOBODY).read
    assert MATCHER.match(came) == MATCHER.match(one)


def test_the_property_has_hits_to_compare() -> None:
    assert {hit.tier.value for plate in ("ABC1234", "K7CS512", "80V4527") for hit in MATCHER.match(read(plate))} == {
        "exact",
        "partial",
    }
