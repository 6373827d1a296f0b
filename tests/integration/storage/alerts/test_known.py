"""What is known before a hit is settled: the nearest sightings and the newest message, of however many there are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from schemas.messages import Message
from schemas.types import Location, PlateRead, Tier
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, sample_id, sample_read, sample_record

HOUR = timedelta(hours=1)


def seen(number: int, minutes: float, camera: str = "north", **fields: object) -> PlateRead:
    read = sample_read(number, captured_at=START + timedelta(minutes=minutes))
    return replace(read, **({"camera_id": camera} | fields))  # type: ignore[arg-type]


def test_of_many_sightings_the_nearest_on_either_side_are_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.alerts.known.NEAREST", 2)
    minutes = (-30, -20, -10, 10, 20, 30)
    for number, minute in enumerate((20, -10, -30, 10, 30, -20)):  # stored in another order than they were taken
        Records(database).write([ReadRecord(seen(number, minute))])
    own = seen(10, 0, "gate")
    with Ledger(database).begin([own]) as unit:
        unit.add_reads([own])
        found = unit.sightings([own], HOUR, [own.read_id])[own.read_id]
    expected = [START + timedelta(minutes=minute) for minute in minutes[1:5]]
    assert sorted(sighting.captured_at for sighting in found) == expected


def test_a_sighting_has_a_place_another_camera_and_a_near_time(database: Database) -> None:
    others = [
        seen(0, 5),
        seen(1, 6, location=None),
        seen(2, 7, "gate"),
        seen(3, 60),
        seen(4, 60.1),
        seen(5, -60),
        seen(6, -60.1),
        seen(7, 8, plate="VNV4528"),
        seen(8, -6, location=None),
        seen(9, -7, "gate"),
    ]
    Records(database).write([ReadRecord(read) for read in others])
    own = seen(10, 0, "gate")
    with Ledger(database).begin([own]) as unit:
        unit.add_reads([own])
        found = unit.sightings([own], HOUR, [own.read_id])[own.read_id]
    assert {(sighting.camera_id, sighting.captured_at) for sighting in found} == {
        ("north", read.captured_at) for read in (others[0], others[3], others[5])
    }
    assert {sighting.location for sighting in found} == {Location(38.9072, -77.0369)}


def update(text: str, first: UUID) -> Message:
    content = {"type": "update", "updates": str(first), "number": text}
    return Message(uuid4(), "VNV4527", json.dumps(content).encode(), ())


def test_the_newest_update_stands_for_its_alert_once_it_has_a_number(database: Database) -> None:
    record = sample_record(0)
    Records(database).write([record])
    first, hit = record.messages[0].alert_id, record.hits[0].hit_id
    ledger = Ledger(database)
    for text in ("update 1", "update 2"):
        with ledger.begin() as unit:
            unit.add_update(update(text, first), hit, Tier.EXACT, START, first)
        number_alerts(database)
    with ledger.begin() as unit:
        unit.add_update(update("update 3", first), hit, Tier.EXACT, START, first)
    (shown,) = AlertLog(database).latest(10)
    assert shown.payload["number"] == "update 2"
    assert shown.alert_number < shown.last_number
    with ledger.begin() as unit:  # what the next update builds on has all of them, numbered or not
        newest = unit.newest_messages([first, sample_id("alert", 9)])
    assert {alert_id: payload["number"] for alert_id, payload in newest.items()} == {first: "update 3"}
    number_alerts(database)
    assert [stored.payload["number"] for stored in AlertLog(database).latest(10)] == ["update 3"]
    assert [stored.payload["number"] for stored in AlertLog(database).after(0)] == [
        0,
        "update 1",
        "update 2",
        "update 3",
    ]
    with database.connection() as connection:  # only the first alert is one to look for, and to take back
        rows = connection.execute("select alert_type, status from alerts order by insert_number").fetchall()
    assert rows == [("alert", "open"), *[("update", "closed")] * 3]
