"""What a car does not keep, and when it ends what it keeps."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.health.board import HealthBoard
from pipeline.patrol.arriving import CarArrivals
from pipeline.patrol.keeping import KeepingStage
from pipeline.patrol.leaving_out import OWN_PLATE, PRIVATE_AREA, LeavingOut
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.events import AlarmKind
from schemas.settings import PatrolSettings, PrivateArea, RetentionSettings
from schemas.types import Location, PlateRead
from storage.car.expected import NoReceipt
from tests.unit.storage.car.car import CarDisk, founds, plain

CLINIC = PrivateArea(name="clinic", latitude=36.8354, longitude=-76.2983, meters=150)
SETTINGS = PatrolSettings(car="unit-12", private_areas=(CLINIC,), own_plates=("PD 117", "pd-118"))


@pytest.fixture
def car(tmp_path: Path) -> Iterator[CarDisk]:
    disk = CarDisk(tmp_path)
    yield disk
    disk.close()


def at(read: PlateRead, latitude: float | None) -> PlateRead:
    place = None if latitude is None else Location(latitude, -76.2983)
    return dataclasses.replace(read, location=place)


def test_reads_in_private_areas_and_own_plates_go_no_further_and_are_counted(car: CarDisk) -> None:
    leaving_out = LeavingOut(SETTINGS)
    arrivals = CarArrivals(threading.Event(), car.ledger, leaving_out)
    outside = at(plain(0), 36.8354 + 0.0015)
    reads = [
        at(plain(1), 36.8354 + 0.0012),
        dataclasses.replace(at(plain(1), 36.8354), is_final=False, revision=1),
        outside,
        at(plain(2), None),
        dataclasses.replace(outside, plate="PD117", read_id=plain(3).read_id),
        dataclasses.replace(outside, plate="PD-118", read_id=plain(4).read_id),
    ]
    done = HandedOver(NoReceipt())
    for read in reads:
        arrivals.put(Arrival(read, Pictures(), NoReceipt()))
    arrivals.put(done)
    kept = arrivals.take(10, 0.0)
    assert [work.read if isinstance(work, Arrival) else work for work in kept] == [outside, reads[3], done]
    # A pass counts once, when it is finished.
    assert leaving_out.counts() == {PRIVATE_AREA: 1, OWN_PLATE: 2}
    assert leaving_out.area_of(Location(36.8354, -76.2983)) == "clinic"
    assert leaving_out.area_of(None) is None


def days_old(days: float, number: int) -> PlateRead:
    moment = datetime.now(UTC) - timedelta(days=days)
    return dataclasses.replace(plain(number), captured_at=moment, first_seen=moment, last_seen=moment)


def test_what_never_came_home_ends_by_the_law_and_is_said(car: CarDisk, caplog: pytest.LogCaptureFixture) -> None:
    settings = car.settings.model_copy(update={"retention": RetentionSettings(reads_days=2)})
    board = HealthBoard("unit-12")
    car.record(*founds([car.keep(days_old(2.5, 0)), days_old(3, 1), days_old(1, 2), days_old(0, 3)]))
    stage = KeepingStage(settings, car.upkeep, board)

    # Its clock is wrong, as the satellites say: what seems old may be young.
    board.raised(AlarmKind.CAMERA_CLOCK, "clock of unit-12", "two years ahead")
    stage.step(threading.Event())
    assert car.uploads.count() == 4

    board.cleared(AlarmKind.CAMERA_CLOCK, "clock of unit-12")
    with caplog.at_level(logging.INFO):
        stage.step(threading.Event())
    assert car.uploads.count() == 2
    assert car.on_disk() == []
    assert stage.unsent_ended == 2
    assert "2 reads and 2 pictures were in the car for 2 days" in caplog.text
    stage.step(threading.Event())
    assert stage.unsent_ended == 2


def test_what_is_home_is_deleted_once_no_repeat_can_be_told_by_it(
    car: CarDisk, caplog: pytest.LogCaptureFixture
) -> None:
    car.record(*founds([days_old(0.5, 0), days_old(0, 1), days_old(0.5, 2)]))
    first, second, _ = car.uploads.waiting(0, 10)
    car.uploads.settle([first.number, second.number])
    with caplog.at_level(logging.INFO):
        KeepingStage(car.settings, car.upkeep, HealthBoard("unit-12")).step(threading.Event())
    assert "1 reads that the server has were deleted from the car" in caplog.text
    assert car.uploads.count() == 1
