"""Reads, hits, entries and alerts for the tests of alerts, made by number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.build import build_alert
from schemas import ids
from schemas.events import Alert, GivenByEvent
from schemas.types import (
    Box,
    Category,
    CharacterEvidence,
    CharacterRead,
    Hit,
    HotlistEntry,
    Location,
    PlateRead,
    ReaderVersion,
    SecondReading,
    Tier,
    VehicleDescription,
)

START = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
AGENCY = "springfield"


def sample_read(number: int = 0, plate: str = "VNV4527") -> PlateRead:
    moment = START + timedelta(seconds=number)
    return PlateRead(
        read_id=ids.read_id("gate", "clip.mp4", moment, number),
        camera_id="gate",
        agency_id=AGENCY,
        captured_at=moment,
        first_seen=moment - timedelta(seconds=1),
        last_seen=moment + timedelta(seconds=1),
        plate=plate,
        confidence=0.93,
        characters=tuple(CharacterRead(character, 0.99, (("8", 0.005), ("", 0.001))) for character in plate),
        jurisdiction="US-VA",
        jurisdiction_confidence=0.9,
        location=Location(38.9, -77.0, 271.5),
        frame_count=12,
        track_number=number,
        box=Box(10.5, 20.0, 110.0, 60.0),
        plate_image_key=f"{number}-plate.jpg",
        vehicle=VehicleDescription(year=2009, make="YAMA", color="BLK"),
        reader=ReaderVersion("platewatch", "lprv3"),
        second_reading=SecondReading(plate, 0.97, True, "US-VA", 0.9, "rapidocr 3.10.0"),
    )


def sample_entry(plate: str = "VNV4527") -> HotlistEntry:
    return HotlistEntry(
        entry_id=ids.entry_id("ncic", plate),
        hotlist_id="ncic",
        plate=plate,
        category=Category.STOLEN_VEHICLE,
        jurisdiction="US-VA",
        source_entry_id="V000000001",
        source_code="V",
        vehicle=VehicleDescription(2009, "YAMA", "MC2", "CY", "BLK"),
        originating_agency="VA0010000",
        case_number="26-1",
        instructions="armed",
    )


def sample_hit(read: PlateRead, entry: HotlistEntry, tier: Tier = Tier.EXACT) -> Hit:
    return Hit(
        hit_id=ids.hit_id(read.read_id, entry.entry_id),
        read_id=read.read_id,
        entry_id=entry.entry_id,
        hotlist_id=entry.hotlist_id,
        tier=tier,
        score=21.5,
        explanation="plate and state are equal",
        characters=tuple(CharacterEvidence(c, c, 0.99, "equal") for c in read.plate),
        jurisdiction_agrees=True,
        list_as_of=START - timedelta(hours=3),
        list_age_seconds=10_800.0,
        second_reader_agrees=True,
    )


def sample_alert(number: int = 0, plate: str = "VNV4527", picture: bytes | None = None) -> Alert:
    read, entry = sample_read(number, plate), sample_entry(plate)
    return build_alert(
        read, sample_hit(read, entry), entry, agency_id=AGENCY, created_at=read.last_seen, plate_picture=picture
    )


def given_alert(number: int = 0) -> Alert:
    """An alert on an entry that another agency gave."""
    alert = sample_alert(number)
    owner = GivenByEvent(
        agency_id="portsmouth-pd",
        name="Portsmouth Police",
        agreement_id="suffolk",
        hotlist_id="stolen",
        entry_id=ids.entry_id("stolen", "there"),
    )
    return alert.model_copy(update={"entry": alert.entry.model_copy(update={"given_by": owner})})
