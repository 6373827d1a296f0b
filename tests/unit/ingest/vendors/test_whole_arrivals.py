"""What a vendor reports is a read with all of it, and what nobody said is said by nobody."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from ingest.vendors.adapter import Parsed, PictureUrl, ReportedRead
from ingest.vendors.arrivals import LONGEST_PASS, Arrivals
from ingest.vendors.parts.boxes import sized_box
from ingest.vendors.parts.multipart import is_multipart
from ingest.vendors.parts.times import Times
from ingest.vendors.parts.values import as_text
from ingest.vendors.passes import Passes
from schemas.arrivals import Pictures, SourceClock
from schemas.types import Box, DatedBy, Location, Movement, PlateRead, ReaderVersion, VehicleDescription, VendorReport
from tests.unit.ingest.vendors import full_messages as full
from tests.unit.ingest.vendors.messages import NOW, parsed, source_of

SECOND = timedelta(seconds=1)


def arrived(read: ReportedRead, **settings: Any) -> Any:
    source = source_of("rekor", **settings)
    (one,) = Arrivals("pd", 0.7, Passes()).of(Parsed((read,), payload="{}"), source, NOW)
    return one


def test_all_that_is_reported_is_in_the_read() -> None:
    source = source_of("platewatch", clock_ahead_minutes=5, clock_behind_days=2, clock_off_seconds=30)
    message = parsed("platewatch", full.PLATEWATCH)
    (arrival,) = Arrivals("pd", 0.7, Passes()).of(message, source, NOW + SECOND)
    read = arrival.read
    assert read == PlateRead(
        read_id=read.read_id,
        camera_id="gate-north",
        agency_id="pd",
        captured_at=NOW,
        first_seen=NOW - 2 * SECOND,
        last_seen=NOW + 3 * SECOND,
        plate="KZP4821",
        confidence=0.9,
        characters=read.characters,
        jurisdiction="US-VA",
        jurisdiction_confidence=0.6,
        location=Location(37.2, -76.4, 90.0),
        frame_count=12,
        box=Box(1.0, 2.0, 50.0, 20.0),
        vehicle=VehicleDescription(2019, "Ford", "F150", "pickup", "blue", "truck"),
        reader=ReaderVersion("own", "7"),
        confidence_is_known=True,
        dated_by=DatedBy.SOURCE,
        source_time=NOW,
        arrived_at=NOW + SECOND,
        movement=Movement("3", "leaving", 11.5),
        report=VendorReport("platewatch", "r-1", None, False, message.payload),
        revision=4,
        is_final=False,
    )
    assert "".join(each.character for each in read.characters) == "KZP4821"
    assert [[other for other, _ in each.alternatives] for each in read.characters][:3] == [["X"], ["2", "7"], []]
    assert arrival.pictures == Pictures(full.PLATE_JPEG, full.SCENE_JPEG)
    assert arrival.clock == SourceClock(ahead=timedelta(minutes=5), behind=timedelta(days=2), off=timedelta(seconds=30))
    assert (arrival.arrived_at, arrival.urls, arrival.notes) == (NOW + SECOND, (), ())


def test_what_nobody_said_is_dated_by_its_arrival_and_as_sure_as_is_assumed() -> None:
    for settings, confidence in (({}, 0.7), ({"unknown_confidence": 0.4}, 0.4)):
        arrival = arrived(ReportedRead("KZP4821", "", None, jurisdiction_confidence=0.5), **settings)
        read = arrival.read
        assert (read.camera_id, read.confidence, read.confidence_is_known) == ("gate", confidence, False)
        assert (read.captured_at, read.first_seen, read.last_seen) == (NOW, NOW, NOW)
        assert (read.dated_by, read.source_time, read.arrived_at) == (DatedBy.ARRIVAL, None, NOW)
        assert (read.jurisdiction, read.jurisdiction_confidence, read.location) == (None, None, None)
        assert (read.reader, read.frame_count, read.is_final) == (ReaderVersion("rekor"), 1, True)
        assert read.report == VendorReport("rekor", None, None, False, "{}")
        assert arrival.clock == SourceClock(off=timedelta(seconds=60))


def test_a_hit_its_pictures_and_where_they_are_are_passed_on() -> None:
    urls = (PictureUrl("plate", "https://a/b.jpg"),)
    box = Box(1, 2, 3, 4)
    reported = ReportedRead(
        "KZP4821",
        "c",
        NOW,
        0.5,
        hit='{"a":1}',
        is_retransmission=True,
        picture_urls=urls,
        plate_picture=full.PLATE_JPEG,
        context_picture=b"none",
        plate_box=box,
    )
    arrival = arrived(reported)
    assert arrival.read.report == VendorReport("rekor", None, '{"a":1}', True, "{}")
    assert arrival.urls == urls
    assert arrival.pictures == Pictures(full.PLATE_JPEG, None, box)
    assert arrival.notes == ("the context picture is none (4 bytes of no known format); it is left out",)
    # Without its picture a box says nothing.
    assert arrived(dataclasses.replace(reported, plate_picture=None)).pictures == Pictures(None, None, None)


HERE, THERE, READER = {"latitude": 1, "longitude": 2, "heading": 3}, {"latitude": 4, "longitude": 5}, {"heading": 6}


@pytest.mark.parametrize(
    ("said", "source", "reader", "expected"),
    [
        (None, {}, {}, None),
        (None, HERE, {}, (1, 2, 3)),
        (None, HERE, THERE, (4, 5, None)),
        (None, HERE, READER, (1, 2, 3)),
        (None, {"latitude": 1, "heading": 3}, {}, None),
        (None, {"longitude": 1, "heading": 3}, {}, None),
        (Location(7, 8), HERE, {}, (7, 8, None)),
        (Location(7, 8), HERE, THERE, (4, 5, None)),
        (Location(7, 8), HERE, READER, (7, 8, 6)),
        (Location(7, 8, 0.0), HERE, READER, (7, 8, 0)),
        (Location(7, 8), HERE, {"latitude": 4}, (7, 8, None)),
        (Location(7, 8), HERE, {"longitude": 5}, (7, 8, None)),
    ],
)
def test_where_a_reader_stands_a_person_knows_best(
    said: Location | None, source: dict[str, Any], reader: dict[str, Any], expected: tuple[float, ...] | None
) -> None:
    read = arrived(ReportedRead("KZP4821", "c", NOW, 0.5, location=said), readers={"c": reader}, **source).read
    found = read.location
    assert (found and (found.latitude, found.longitude, found.heading)) == expected


@pytest.mark.parametrize(("length", "is_kept"), [(LONGEST_PASS, True), (LONGEST_PASS + SECOND, False)])
def test_a_pass_that_lasts_too_long_is_a_moment(length: timedelta, *, is_kept: bool) -> None:
    read = arrived(ReportedRead("KZP4821", "c", NOW, 0.5, pass_id="p", first_seen=NOW - length)).read
    assert (read.first_seen, read.last_seen) == ((NOW - length if is_kept else NOW), NOW)


@pytest.mark.parametrize(
    ("dated", "moved"),
    [
        ({"source_time": NOW + SECOND, "claimed_at": NOW + 2 * SECOND}, 1),
        ({"claimed_at": NOW + 2 * SECOND}, 2),
        ({}, 0),
    ],
)
def test_a_pass_that_was_stored_goes_on_by_its_sources_own_times(dated: dict[str, Any], moved: int) -> None:
    stored = arrived(ReportedRead("KZP4821", "", NOW, 0.5)).read
    known = {"source_time": None, "first_seen": NOW - SECOND, "last_seen": NOW + SECOND, "frame_count": 7, **dated}
    stored = dataclasses.replace(stored, **known)
    passes = Passes()
    passes.remember("gate", [stored])
    assert len(passes) == 1
    at = NOW + moved * SECOND
    found = passes.place("gate", "gate", ReportedRead("KZP4821", "", at, 0.5), at)
    assert found.read_id == stored.read_id
    assert (found.first_seen, found.last_seen) == (at - SECOND, at + SECOND)
    assert found.frame_count >= 7


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (" Multipart/form-data; boundary=b", b"", True),
        ("application/json", b"--cut\r\nContent-Type: a/b\r\n\r\nx", True),
        ("", b"\r\n--c12\nCONTENT-DISPOSITION: form-data\n\nx", True),
        ("", b"--c\r\nContent-Type: a/b\r\n\r\nx", False),
        ("", b"--cut\r\nKind: a/b\r\n\r\nx", False),
        ("", b"cut--\r\nContent-Type: a/b\r\n\r\nx", False),
        ("", b"--cut\r\n" + b"x" * 2000 + b"content-", False),
    ],
)
def test_what_has_parts(kind: str, body: bytes, *, expected: bool) -> None:
    assert is_multipart(kind, body) is expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (10**30, str(10**30)),
        (7.0, "7"),
        (7.5, "7.5"),
        (1e15, "1000000000000000.0"),
        (True, None),
        (None, None),
        ([], None),
        ({"#text": " a\x00b "}, "ab"),
        ({"#text": 5}, "5"),
        ({}, None),
        ("", ""),
    ],
)
def test_what_is_a_text(value: object, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("20260504120001Z", 1),
        ("20261204120000Z", 214 * 86_400),
        ("20260104120000Z", -120 * 86_400),
        ("20261304120000Z", None),
        # As many digits as a packed time, but no month: they count microseconds.
        ("1999130000000000", 221_234_000),
        ("1999000000000000", 221_104_000),
        ("1999129900000000", None),
        ("20260004120000Z", None),
        ("20260504120000.5Z", 0.5),
        ("2026-05-04T12:00:00.1234567Z", 0.123456),
        ("2026-05-04T13:30:00+01:30", 0),
        ("2026-05-04T10:30:00-0130", 0),
        ("05/04/26 08:00:00", 0),
        ("05/04/2026 12:00:00 AM", -8 * 3600),
        ("05/04/2026 12:00:00 PM", 4 * 3600),
    ],
)
def test_times_of_each_kind(value: str, seconds: float | None) -> None:
    found = Times(source_of("rekor"), NOW).of(value)
    assert found == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(("given", "shown"), [((0.1,) * 7, [0.1] * 7), ((0.1,) * 6, None), ((0.1,) * 8, None)])
def test_characters_have_their_own_confidences_where_there_is_one_for_each(
    given: tuple[float, ...], shown: list[float] | None
) -> None:
    with_them = arrived(ReportedRead("KZP4821", "", NOW, 0.9, character_confidences=given)).read.characters
    without = arrived(ReportedRead("KZP4821", "", NOW, 0.9)).read.characters
    assert with_them == without if shown is None else [each.confidence for each in with_them] == shown


@pytest.mark.parametrize("missing", ["x", "y", "width", "height", None])
def test_a_box_has_all_its_sides(missing: str | None) -> None:
    sides = {"x": 10, "y": 20, "width": 50, "height": 25}
    found = sized_box({"box": {name: value for name, value in sides.items() if name != missing}}, "box")
    assert found == (Box(10.0, 20.0, 60.0, 45.0) if missing is None else None)
