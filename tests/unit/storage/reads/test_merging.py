"""Of a read's revisions the newest one counts, and the others fill what it leaves open; they overwrite nothing."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import timedelta
from typing import Any

import pytest

from schemas.types import (
    Box,
    CharacterRead,
    Location,
    Movement,
    PlateRead,
    SecondReading,
    VehicleDescription,
    VendorReport,
)
from storage.reads.merging import merged
from tests.unit.alerts.samples import START, sample_read

BARE = dataclasses.replace(
    sample_read(),
    jurisdiction=None,
    jurisdiction_confidence=None,
    plate_image_key=None,
    context_image_key=None,
    characters=(),
    second_reading=None,
    box=None,
    location=None,
    vehicle=None,
    movement=None,
    source_time=None,
    arrived_at=None,
    report=None,
)
FIELDS: dict[str, tuple[Any, Any]] = {
    "plate_image_key": ("one.jpg", "other.jpg"),
    "box": (Box(1, 1, 9, 9), Box(2, 2, 9, 9)),
    "location": (Location(1.0, 2.0, None), Location(3.0, 4.0, None)),
    "source_time": (START, START + timedelta(hours=1)),
    "arrived_at": (START, START + timedelta(hours=1)),
    "report": (VendorReport("rekor"), VendorReport("axis")),
    "second_reading": (
        SecondReading("VNV4527", 0.5, True, None, None, "one"),
        SecondReading("VNV4S27", 0.9, False, None, None, "two"),
    ),
    "characters": ((CharacterRead("V", 0.5, ()),), (CharacterRead("W", 0.9, ()),)),
    "vehicle": (VehicleDescription(2009, "YAMA"), VehicleDescription(2010, "FORD")),
    "movement": (Movement("1", "approaching", 10.0), Movement("2", "leaving", 20.0)),
}


def revision(number: int, *, is_final: bool = False, **changes: Any) -> PlateRead:
    return dataclasses.replace(BARE, revision=number, is_final=is_final, **changes)


@pytest.mark.parametrize("name", FIELDS)
def test_the_newest_counts_and_the_others_fill(name: str) -> None:
    newer, older = FIELDS[name]
    both = [revision(1, **{name: older}), revision(2, **{name: newer})]
    assert merged(both) == both[1]
    assert merged([revision(1), both[1]]) == both[1]
    for order in itertools.permutations([revision(1, **{name: older}), revision(2), revision(0, **{name: newer})]):
        found = merged(order)
        assert (getattr(found, name), found.revision) == (older, 2)


def test_a_final_revision_is_newer_than_any_other() -> None:
    found = merged([revision(9, plate_image_key="nine"), revision(0, is_final=True, plate_image_key="last")])
    assert (found.plate_image_key, found.is_final, found.revision) == ("last", True, 0)


def test_words_of_a_vehicle_and_its_movement_are_filled_one_by_one() -> None:
    found = merged(
        [
            revision(1, vehicle=VehicleDescription(2010, "FORD", color="RED"), movement=Movement("2", "leaving", 20.0)),
            revision(2, vehicle=VehicleDescription(make="YAMA"), movement=Movement(None, "approaching", None)),
        ]
    )
    assert found.vehicle == VehicleDescription(2010, "YAMA", color="RED")
    assert found.movement == Movement("2", "approaching", 20.0)


def test_a_state_comes_with_how_sure_it_is_and_a_picture_with_its_box() -> None:
    older = revision(
        1, jurisdiction="US-VA", jurisdiction_confidence=0.9, context_image_key="frame", box=Box(1, 1, 9, 9)
    )
    found = merged([older, revision(2, box=Box(2, 2, 8, 8), jurisdiction_confidence=0.1)])
    assert (found.jurisdiction, found.jurisdiction_confidence) == ("US-VA", 0.9)
    assert (found.context_image_key, found.box) == ("frame", Box(1, 1, 9, 9))
    own = revision(2, jurisdiction="US-MD", jurisdiction_confidence=0.2, context_image_key="own", box=Box(2, 2, 8, 8))
    assert merged([older, own]) == own


def test_what_is_about_another_text_fills_nothing() -> None:
    older = revision(1, plate="VNV4S27", second_reading=FIELDS["second_reading"][0], characters=FIELDS["characters"][0])
    found = merged([older, revision(2)])
    assert (found.plate, found.second_reading, found.characters) == ("VNV4527", None, ())
    assert merged([dataclasses.replace(older, plate="VNV4527"), revision(2)]).characters == older.characters
