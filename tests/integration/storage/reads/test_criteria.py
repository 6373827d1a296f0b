"""Each criterion of a search, whichever way reads are looked for, against the same asked of each read in Python."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from policy.agreements.area import Circle, Polygon
from schemas.types import Location, Movement, PlateRead, VehicleDescription, VendorReport
from storage.database import Database
from storage.reads import search
from storage.reads.search import ReadSearch, find_for_others
from storage.reads.seen import SeenVehicle
from storage.reads.sought import ReadKey, SoughtReads
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, sample_read

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
NOON = START.replace(hour=12, minute=0, second=0)
FORD = VehicleDescription(2014, "Ford", "F-150", "pickup", "dark-red", "truck")
SAME: dict[str, Any] = {
    "captured_at": NOON,
    "camera_id": "gate-1",
    "jurisdiction": "US-VA",
    "confidence": 0.5,
    "location": Location(36.85, -76.29),
    "vehicle": FORD,
    "movement": Movement("2", "north", 30.0),
    "report": VendorReport("rekor"),
}
OTHERS: list[dict[str, Any]] = [
    {},
    {},
    *({"captured_at": NOON + shift} for shift in (-TICK, TICK, -HOUR, HOUR - TICK, HOUR, -26 * HOUR, 30 * HOUR)),
    *({"camera_id": name} for name in ("gate-0", "gate-2")),
    *({"jurisdiction": state} for state in ("us-va", "US-NC", None)),
    *({"confidence": confidence} for confidence in (0.499, 0.501)),
    # Within the box of what is drawn and not within it; right beside it in one direction each; nowhere.
    *(
        {"location": Location(*place)}
        for place in ((36.899, -76.201), (36.901, -76.29), (36.85, -76.401), (36.8, -76.4), (36.89, -76.25))
    ),
    {"location": None},
    {"vehicle": None},
    *({"vehicle": FORD._replace(make=make)} for make in ("FO", "Fordson", "Honda", None)),
    *({"vehicle": FORD._replace(model=model)} for model in ("f150 xlt", "F-250", None)),
    *({"vehicle": FORD._replace(color=color)} for color in ("RED", "blue", "predatory", None)),
    {"vehicle": FORD._replace(vehicle_class="car")},
    {"vehicle": FORD._replace(style="van")},
    {"movement": None},
    *({"movement": Movement("2", "north", speed)} for speed in (29.9, 30.1)),
    *({"movement": Movement(lane, "north", 30.0)} for lane in ("3", "LEFT", None)),
    *({"movement": Movement("2", direction, 30.0)} for direction in ("North", "south", None)),
    *({"report": report} for report in (VendorReport("Rekor"), VendorReport("axis"), None)),
]
READS = [
    dataclasses.replace(sample_read(number, f"VNV{number + 4500}"), **(SAME | other))
    for number, other in enumerate(OTHERS)
]
NEWEST_FIRST = sorted(READS, key=lambda read: (-read.captured_at.timestamp(), read.read_id))
SQUARE = Polygon(polygon=((36.8, -76.4), (36.9, -76.4), (36.9, -76.3), (36.8, -76.2)))
CIRCLE = Circle(latitude=36.85, longitude=-76.3, radius_km=5.4)
MIDDLE = NEWEST_FIRST[len(READS) // 2]
FIRST = next(read for read in NEWEST_FIRST if read.captured_at == NOON)


def _angle_km(place: Location, circle: Circle) -> float:
    north, other = math.radians(place.latitude), math.radians(circle.latitude)
    around = math.radians(place.longitude - circle.longitude)
    cosine = math.sin(north) * math.sin(other) + math.cos(north) * math.cos(other) * math.cos(around)
    return 6371.0 * math.acos(min(1.0, cosine))


def _of(asked: str, words: Sequence[str | None]) -> Callable[[PlateRead], bool]:
    return lambda read: getattr(read.vehicle, asked, None) in words


Asked = tuple[SoughtReads, Callable[[PlateRead], bool]]
CRITERIA: dict[str, Asked] = {
    "nothing": (SoughtReads(), lambda read: True),
    "since": (SoughtReads(since=NOON), lambda read: read.captured_at >= NOON),
    "until": (SoughtReads(until=NOON), lambda read: read.captured_at < NOON),
    "spans": (
        SoughtReads(spans=[(NOON - 48 * HOUR, NOON - 24 * HOUR), (NOON, NOON + HOUR)]),
        lambda read: read.captured_at == NOON - 26 * HOUR or NOON <= read.captured_at < NOON + HOUR,
    ),
    "cameras": (SoughtReads(cameras=["gate-0", "gate-2"]), lambda read: read.camera_id in ("gate-0", "gate-2")),
    "state": (SoughtReads(state="US-VA"), lambda read: read.jurisdiction in ("US-VA", "us-va")),
    "confidence": (SoughtReads(least_confidence=0.5), lambda read: read.confidence >= 0.5),
    "text": (SoughtReads(text="^VNV45.[0-4]$"), lambda read: int(read.plate[-1]) < 5),
    "polygon": (
        SoughtReads(area=SQUARE),
        lambda read: read.location in (Location(36.85, -76.29), Location(36.8, -76.4)),
    ),
    "circle": (
        SoughtReads(area=CIRCLE),
        lambda read: read.location is not None and _angle_km(read.location, CIRCLE) <= 5.4,
    ),
    "after": (
        SoughtReads(after=ReadKey(MIDDLE.captured_at, MIDDLE.read_id)),
        lambda read: NEWEST_FIRST.index(read) > NEWEST_FIRST.index(MIDDLE),
    ),
    "after the first of many at once": (
        SoughtReads(after=ReadKey(FIRST.captured_at, FIRST.read_id)),
        lambda read: NEWEST_FIRST.index(read) > NEWEST_FIRST.index(FIRST),
    ),
    "vendor": (
        SoughtReads(vehicle=SeenVehicle(vendor="rekor")),
        lambda read: read.report is not None and read.report.vendor in ("rekor", "Rekor"),
    ),
    "our own reader": (SoughtReads(vehicle=SeenVehicle(vendor="platewatch")), lambda read: read.report is None),
    "speed over": (
        SoughtReads(vehicle=SeenVehicle(speed_over=30.0)),
        lambda read: read.movement is not None and (read.movement.speed or 0) > 30.0,
    ),
    "speed under": (
        SoughtReads(vehicle=SeenVehicle(speed_under=30.0)),
        lambda read: read.movement is not None and (read.movement.speed or 99) < 30.0,
    ),
    "lanes": (
        SoughtReads(vehicle=SeenVehicle(lanes=("left", "3"))),
        lambda read: read.movement is not None and read.movement.lane in ("LEFT", "3"),
    ),
    "directions": (
        SoughtReads(vehicle=SeenVehicle(directions=("north",))),
        lambda read: read.movement is not None and read.movement.direction in ("north", "North"),
    ),
    "make": (SoughtReads(vehicle=SeenVehicle(make="Ford")), _of("make", ("Ford", "FO", "Fordson"))),
    "model": (SoughtReads(vehicle=SeenVehicle(model="F-150")), _of("model", ("F-150", "f150 xlt"))),
    "color": (SoughtReads(vehicle=SeenVehicle(colors=("red", "maroon"))), _of("color", ("dark-red", "RED"))),
    "class": (
        SoughtReads(vehicle=SeenVehicle(vehicle_class=("truck", "pickup"))),
        lambda read: (
            read.vehicle is not None and (read.vehicle.vehicle_class, read.vehicle.style) == ("truck", "pickup")
        ),
    ),
}
WIDE = (NOON - 100 * HOUR, NOON + 100 * HOUR)
Way = Callable[[Database, SoughtReads, int], Sequence[PlateRead]]


def _by(pattern: str) -> Way:
    return lambda database, sought, limit: ReadSearch(database).page(pattern, sought, limit=limit).reads


def _of_plates(database: Database, sought: SoughtReads, limit: int) -> Sequence[PlateRead]:
    return ReadSearch(database).of_plates([read.plate for read in READS], sought, limit=limit).reads


def _between(database: Database, sought: SoughtReads, limit: int) -> Sequence[PlateRead]:
    since, until = sought.since or WIDE[0], sought.until or WIDE[1]
    return ReadSearch(database).page(None, dataclasses.replace(sought, since=since, until=until), limit=limit).reads


WAYS: dict[str, tuple[dict[str, int], Way]] = {
    "few plates": ({}, _by("VNV*")),
    "many plates, slice by slice": ({"FEW_PLATES": 0}, _by("VNV*")),
    "too many plates": ({"MOST_PLATES": 0}, _by("VNV*")),
    "plates that are given": ({}, _of_plates),
    "what a person saw": ({}, _by("QQQ7777")),
    "without a plate": ({"MOST_MAKES": 0}, _between),
    "without a plate, of few makes": ({}, _between),
}
WHOLE = ("few plates", "without a plate")
ITS_OWN = ("nothing", "since", "until", "spans", "cameras", "after", "make")
"""What every way is asked; the rest is the same text in all of them."""


@pytest.fixture
def stored(database: Database) -> Database:
    """All reads; on each of them a person saw the same plate."""
    Records(database).write([ReadRecord(read) for read in READS])
    with database.as_owner() as connection:
        for plate in ("QQQ8888", "QQQ7777"):
            connection.execute(
                "insert into read_corrections (read_id, captured_at, plate, canonical, reason, corrected_by)"
                " select read_id, captured_at, %(plate)s, %(plate)s, 'the picture shows it', 'lee' from reads",
                {"plate": plate},
            )
    return database


def test_each_criterion_counts_whichever_way_is_taken(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for way, (limits, find) in WAYS.items():
        with monkeypatch.context() as patch:
            for name, value in limits.items():
                patch.setattr(search, name, value)
            for name, (sought, fits) in CRITERIA.items():
                if way not in WHOLE and name not in ITS_OWN:
                    continue
                expected = [read for read in NEWEST_FIRST if fits(read)]
                assert 0 < len(expected) < len(READS) or name == "nothing"
                if list(find(stored, sought, 1000)) != expected:
                    wrong.append((way, name))
                if name in ITS_OWN and list(find(stored, sought, 2)) != expected[:2]:
                    wrong.append((way, f"{name}, the two newest"))
            if list(find(stored, SoughtReads(), 3)) != NEWEST_FIRST[:3]:
                wrong.append((way, "limit"))
    assert wrong == []
    # The newest correction counts.
    assert ReadSearch(stored).find("QQQ8888") == []


def test_others_find_what_they_may_see_as_it_was_read(stored: Database) -> None:
    def found(pattern: str, since: datetime, until: datetime | None, cameras: list[str] | None) -> list[PlateRead]:
        with stored.transaction() as connection:
            return find_for_others(
                connection, pattern, since=since, until=until, cameras=cameras, limit=1000, seconds=30.0
            )

    assert found("VNV*", NOON, None, None) == [read for read in NEWEST_FIRST if read.captured_at >= NOON]
    assert found("VNV*", WIDE[0], NOON, ["gate-1"]) == [
        read for read in NEWEST_FIRST if read.captured_at < NOON and read.camera_id == "gate-1"
    ]
    assert found("VNV*", WIDE[0], None, ["gate-0", "gate-7"]) == [read for read in READS if read.camera_id == "gate-0"]
    assert found("QQQ7777", WIDE[0], None, None) == []
