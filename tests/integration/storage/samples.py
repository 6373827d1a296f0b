"""Records for the storage tests, made by number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from hotlists.importing.difference import Comparison
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
    RejectedRow,
    SecondReading,
    SourceItem,
    Tier,
    VehicleDescription,
)
from storage.database import Database
from storage.hotlists.imports import ImportCounts, ImportOutcome, begin_import
from tests.integration.alerts.records import OutboxMessage, ReadRecord

NAMESPACE = UUID("6f1f5f1a-6b2e-4b7e-9a53-2f5a1f6f0a11")
START = datetime(2026, 11, 20, 23, 59, 30, tzinfo=UTC)


def sample_id(kind: str, number: int) -> UUID:
    return uuid5(NAMESPACE, f"{kind} {number}")


def sample_read(number: int, plate: str = "VNV4527", *, captured_at: datetime | None = None) -> PlateRead:
    """A read with every field filled; reads one minute apart, so that number 0 and 1 lie in different days."""
    moment = captured_at or START + timedelta(minutes=number)
    return PlateRead(
        read_id=sample_id("read", number),
        camera_id=f"gate-{number % 3}",
        agency_id="local",
        captured_at=moment,
        first_seen=moment - timedelta(seconds=1.25),
        last_seen=moment + timedelta(seconds=0.5),
        plate=plate,
        confidence=0.1 + 0.2,
        characters=tuple(CharacterRead(character, 0.75, (("8", 0.125), ("", 1e-9))) for character in plate),
        jurisdiction="US-VA",
        jurisdiction_confidence=0.9,
        location=Location(38.9072, -77.0369, 271.5, fix_age=1.25, speed=14.5),
        frame_count=12,
        track_number=number,
        box=Box(10.5, 20.25, 110.0, 60.0),
        plate_image_key=f"2026/11/20/gate/{number}-plate.jpg",
        context_image_key=f"2026/11/20/gate/{number}-context.jpg",
        vehicle=VehicleDescription(year=2009, make="YAMA", color="BLK"),
        reader=ReaderVersion("platewatch", "lprv3"),
        second_reading=SecondReading("VNV4S27", 0.875, False, "US-VA", 0.97, "rapidocr 3.10.0"),
    )


def sample_hit(number: int) -> Hit:
    return Hit(
        hit_id=sample_id("hit", number),
        read_id=sample_id("read", number),
        entry_id=sample_id("entry", number),
        hotlist_id="ncic",
        tier=Tier.PROBABLE,
        score=11.5,
        explanation="8 was read where B is listed",
        characters=(CharacterEvidence("8", "B", 0.25, "look-alike"),),
        jurisdiction_agrees=True,
        edit_distance=1,
        list_as_of=START,
        list_age_seconds=3600.0,
        second_reader_agrees=False,
    )


def sample_record(number: int, plate: str = "VNV4527") -> ReadRecord:
    """A read with one hit and one message."""
    message = OutboxMessage(
        alert_id=sample_id("alert", number),
        hit_id=sample_id("hit", number),
        topic="platewatch.alerts.local.v1",
        key=plate,
        payload=json.dumps({"number": number, "plate": plate}).encode(),
        headers=(("schema", "alert.v1"), ("alert_id", str(sample_id("alert", number)))),
    )
    return ReadRecord(sample_read(number, plate), (sample_hit(number),), (message,))


def sample_item(name: str, fingerprint: str = "1") -> SourceItem:
    return SourceItem("gate-0", name, fingerprint, START, is_still=True)


def sample_entry(number: int, plate: str = "VNV4527", hotlist_id: str = "ncic", **changes: object) -> HotlistEntry:
    """An entry with every field filled."""
    values: dict[str, object] = {
        "entry_id": sample_id(hotlist_id, number),
        "hotlist_id": hotlist_id,
        "plate": plate,
        "category": Category.STOLEN_VEHICLE,
        "jurisdiction": "US-VA",
        "source_entry_id": f"V{number:09d}",
        "source_code": "V",
        "vehicle": VehicleDescription(2009, "YAMA", "MC2", "CY", "BLK"),
        "originating_agency": "VA0010000",
        "case_number": f"26-{number}",
        "priority": "high",
        "instructions": "armed",
        "valid_from": START,
        "valid_until": START + timedelta(days=365),
        "extra": (("DOT", "20261102"), ("MIS", "LEFT DOOR DENTED")),
        "source_line": number + 1,
        "raw": f"line {number}",
    }
    return HotlistEntry(**(values | changes))  # type: ignore[arg-type]


def activate(
    database: Database,
    entries: Iterable[HotlistEntry],
    *,
    hotlist_id: str = "ncic",
    layout: str = "ncic",
    as_of: datetime | None = START,
    rejects: tuple[RejectedRow, ...] = (),
) -> ImportOutcome:
    """Make entries the active version of a list, as an import of a file with a row for each does."""
    rows = 0
    with begin_import(database, hotlist_id, layout=layout, file_name="extract.csv") as version:
        comparison = Comparison(version.known_rows())
        with version.writing() as write:
            for rows, entry in enumerate(entries, start=1):
                content = repr(entry._replace(source_line=None, raw=None))
                digest = hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=16).digest()
                place = comparison.find(np.frombuffer(digest, dtype=">u8").astype(np.uint64).reshape(1, 2))
                line = entry.source_line or rows
                if place[0] >= 0:
                    comparison.add_unchanged(place, np.array([line], dtype=np.uint32))
                else:
                    write(entry, digest.hex())
                    comparison.add_new(entry.entry_id.bytes, [line])
        found = comparison.result()
        dropped = version.drop(found.superseded_lines, found.kept_lines)
        version.reject(rejects)
        counts = ImportCounts(rows, found.total, found.added, found.removed, found.changed)
        return version.finish(found.retired, counts, rejected=len(rejects) + dropped, file_sha256="00ff", as_of=as_of)
