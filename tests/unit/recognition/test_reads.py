"""A read is made of what is known of its pass: every field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recognition.reading.fusion import FusedRead
from recognition.reads import Origin, Seen, plate_read
from recognition.results import PictureRead
from recognition.states.reader import StateRead
from schemas.ids import read_id
from schemas.types import Box, CharacterRead, PlateRead, ReaderVersion

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CHARACTERS = (CharacterRead("A", 0.9, (("4", 0.1),)), CharacterRead("B", 0.8))
FUSED = FusedRead("AB", 0.7, CHARACTERS)
READER = ReaderVersion("platewatch", "a+b")
ORIGIN = Origin("gate", "pd", "a.mp4", READER)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_each_field_of_a_read_is_what_is_known_of_its_pass() -> None:
    seen = Seen(7, later(1), later(3), later(2), Box(1, 2, 3, 4), 0.6, 5, (4, later(0)))
    expected = PlateRead(
        read_id=read_id("gate", "a.mp4", later(0), 4),
        camera_id="gate",
        agency_id="pd",
        captured_at=later(2),
        first_seen=later(1),
        last_seen=later(3),
        plate="AB",
        confidence=0.7,
        characters=CHARACTERS,
        jurisdiction="US-NV",
        jurisdiction_confidence=0.4,
        frame_count=5,
        track_number=7,
        box=Box(1, 2, 3, 4),
        reader=READER,
    )
    assert plate_read(ORIGIN, seen, FUSED, StateRead("US-NV", 0.4)) == expected


def test_a_read_without_an_identity_or_a_state_of_its_own() -> None:
    read = plate_read(ORIGIN, Seen(7, later(1), later(3), later(2), Box(1, 2, 3, 4), 0.6), FUSED)
    assert read.read_id == read_id("gate", "a.mp4", later(1), 7)
    assert (read.jurisdiction, read.jurisdiction_confidence, read.frame_count) == (None, None, 1)
    assert (read.revision, read.is_final) == (0, True)


def test_what_is_read_in_a_picture_has_its_text_with_it() -> None:
    assert PictureRead(Box(1, 2, 3, 4), 0.5, "AB", 0.7, CHARACTERS).fused == FUSED
