"""A read says on the wire all that it says here, to today's subscribers and to those of before."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from jsonschema import Draft202012Validator

from schemas.convert import read_from_event, read_to_event
from schemas.events import Alert, PlateReadEvent
from schemas.generate import FOLDER
from schemas.types import (
    CharacterRead,
    DatedBy,
    Location,
    Movement,
    PlateRead,
    SecondReading,
    VehicleDescription,
    VendorReport,
)
from tests.unit.alerts.samples import sample_alert, sample_read
from tests.unit.schemas.convert.any_reads import reads

MAX_VENDOR_HIT = 16_384

BEFORE = Path(__file__).parents[3] / "data" / "released" / "before-0016"
"""The schemas as neighbors have them whose Platewatch is older than other vendors' readers."""

NEW = {
    *("confidence_is_known", "dated_by", "source_time", "arrived_at", "movement", "report", "revision", "is_final"),
}


def _schema(path: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads(path.read_text("utf-8")))


OLD_READ, READ = _schema(BEFORE / "plate-read.v1.json"), _schema(FOLDER / "plate-read.v1.json")
OLD_ALERT = _schema(BEFORE / "alert.v1.json")


def _without_payload(read: PlateRead) -> PlateRead:
    if read.report is None:
        return read
    return dataclasses.replace(read, report=dataclasses.replace(read.report, payload=None))


@given(reads)
@settings(max_examples=150)
def test_every_field_survives_the_way_there_and_back(read: PlateRead) -> None:
    wire = read_to_event(read).model_dump_json()
    assert read_from_event(PlateReadEvent.model_validate_json(wire)) == _without_payload(read)


def test_what_a_reader_leaves_out_is_the_same_here_as_on_the_wire() -> None:
    """The published defaults are a promise: a read of few words means here what a subscriber takes it for."""
    few = sample_read()
    said = {
        **{name: getattr(few, name) for name in ("read_id", "camera_id", "agency_id", "captured_at", "first_seen")},
        **{name: getattr(few, name) for name in ("last_seen", "plate", "confidence")},
    }
    assert read_to_event(PlateRead(**said)) == PlateReadEvent(**said)
    assert read_from_event(PlateReadEvent(**said)) == PlateRead(**said)
    parts: dict[str, tuple[Any, dict[str, Any]]] = {
        "location": (Location(36.8, -76.3), {"latitude": 36.8, "longitude": -76.3}),
        "movement": (Movement(), {}),
        "vehicle": (VehicleDescription(), {}),
        "report": (VendorReport("axis"), {"vendor": "axis"}),
        "second_reading": (SecondReading("AB1", 0.5, False), {"text": "AB1", "score": 0.5, "agrees": False}),
        "characters": ((CharacterRead("A", 0.5),), ({"character": "A", "confidence": 0.5},)),
    }
    for name, (here, wire) in parts.items():
        event = PlateReadEvent.model_validate(said | {name: wire})
        assert read_to_event(PlateRead(**said, **{name: here})) == event, name
        assert read_from_event(event) == PlateRead(**said, **{name: here}), name
    read = PlateRead(**said)
    assert (read.reader.name, read.frame_count, read.revision, read.is_final) == ("platewatch", 1, 0, True)
    assert (read.confidence_is_known, read.dated_by, read.stated_confidence) == (True, DatedBy.SOURCE, read.confidence)


def test_no_field_of_a_full_read_is_left_behind() -> None:
    """As the property above, of one read in which no field is what it is by itself."""
    moment = sample_read().captured_at
    full = dataclasses.replace(
        sample_read(),
        location=Location(38.9, -77.0, 271.5, 2.5, 13.0),
        context_image_key="1-context.jpg",
        vehicle=VehicleDescription(2009, "YAMA", "MC2", "CY", "BLK", "motorcycle"),
        claimed_at=moment - timedelta(days=1),
        confidence_is_known=False,
        dated_by=DatedBy.ARRIVAL,
        track_number=7,
        source_time=moment - timedelta(seconds=5),
        arrived_at=moment + timedelta(seconds=7),
        movement=Movement("2", "leaving", 17.0),
        report=VendorReport("axis", "pass-1", "{}", is_retransmission=True),
        revision=3,
        is_final=False,
    )
    bare = PlateRead(
        full.read_id, full.camera_id, full.agency_id, full.captured_at, full.first_seen, full.last_seen, "A", 0.1
    )
    same = {
        field.name for field in dataclasses.fields(PlateRead) if getattr(full, field.name) == getattr(bare, field.name)
    }
    assert same == {"read_id", "camera_id", "agency_id", "captured_at", "first_seen", "last_seen"}
    assert read_from_event(PlateReadEvent.model_validate_json(read_to_event(full).model_dump_json())) == full


@given(reads)
@settings(max_examples=60)
def test_subscribers_of_before_take_what_is_sent_today(read: PlateRead) -> None:
    message = json.loads(read_to_event(read).model_dump_json())
    READ.validate(message)
    OLD_READ.validate(message)


@given(reads)
@settings(max_examples=60)
def test_messages_of_before_are_read(read: PlateRead) -> None:
    old = {key: value for key, value in json.loads(read_to_event(read).model_dump_json()).items() if key not in NEW}
    plain = dataclasses.replace(
        read,
        confidence_is_known=True,
        dated_by=DatedBy.SOURCE,
        source_time=None,
        arrived_at=None,
        movement=None,
        report=None,
        revision=0,
        is_final=True,
    )
    assert read_from_event(PlateReadEvent.model_validate_json(json.dumps(old))) == plain


def test_the_properties_cover_every_field() -> None:
    """What a later field says must not be forgotten on the wire."""
    assert {field.name for field in dataclasses.fields(PlateRead)} - {"reader"} | {"source"} == set(
        PlateReadEvent.model_fields
    )
    assert set(OLD_READ.schema["properties"]) | NEW == set(PlateReadEvent.model_fields)


def _told(read: PlateRead) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(read_to_event(read).model_dump_json())
    return told


def test_an_unknown_confidence_is_said_and_is_no_guess_of_1_or_0() -> None:
    told = _told(dataclasses.replace(sample_read(), confidence=0.7, confidence_is_known=False))
    assert (told["confidence"], told["confidence_is_known"]) == (0.7, False)


def test_a_vendors_hit_travels_as_evidence_and_its_message_does_not() -> None:
    report = VendorReport("rekor", "abc", '{"list":"stolen"}', is_retransmission=True, payload='{"results":[]}')
    told = _told(dataclasses.replace(sample_read(), report=report))["report"]
    assert told == {
        "vendor": "rekor",
        "pass_id": "abc",
        "vendor_hit": '{"list":"stolen"}',
        "vendor_hit_left_out": False,
        "is_retransmission": True,
    }
    long = dataclasses.replace(report, hit="x" * (MAX_VENDOR_HIT + 1))
    told = _told(dataclasses.replace(sample_read(), report=long))["report"]
    assert (told["vendor_hit"], told["vendor_hit_left_out"]) == (None, True)


def test_an_alert_carries_all_of_it_and_old_neighbors_take_it() -> None:
    movement = Movement("2", "approaching", 21.5)
    read = dataclasses.replace(sample_read(), movement=movement, revision=3, is_final=False, confidence_is_known=False)
    alert = sample_alert().model_copy(update={"read": read_to_event(read)})
    message = json.loads(alert.model_dump_json())
    OLD_ALERT.validate(message)
    assert message["read"]["movement"] == {"lane": "2", "direction": "approaching", "speed": 21.5}
    for key in NEW:
        del message["read"][key]
    old = Alert.model_validate_json(json.dumps(message)).read
    assert (old.movement, old.confidence_is_known, old.is_final) == (None, True, True)
