"""The room of a car: pictures go before any read does, on a full disk too, and it is said."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.settling.recording import SettledReads
from pipeline.health.board import HealthBoard
from pipeline.patrol.making_room import RoomMakingUnits, spool_subject
from pipeline.patrol.room import RoomStage
from pipeline.stages.retry import until_available
from schemas.errors import StorageFull
from schemas.events import AlarmKind
from schemas.settings import ImageSettings, PatrolSettings
from tests.unit.storage.car.car import CarDisk, founds, plain

MEGABYTE = 1 << 20


@pytest.fixture
def car(tmp_path: Path) -> Iterator[CarDisk]:
    disk = CarDisk(tmp_path)
    yield disk
    disk.close()


@pytest.fixture
def board() -> HealthBoard:
    return HealthBoard("unit-12")


def stands(board: HealthBoard) -> bool:
    return board.stands(AlarmKind.DISK_SPACE, spool_subject(board))


def room(car: CarDisk, board: HealthBoard, megabytes: float, keep_free: float = 0.0) -> RoomStage:
    settings = car.settings.model_copy(update={"images": ImageSettings(keep_free_gigabytes=keep_free)})
    stage = RoomStage(settings, PatrolSettings(car="unit-12", spool_megabytes=megabytes), car.uploads)
    stage.board = board
    return stage


def test_the_oldest_pictures_go_when_the_room_is_used_up_and_the_alarm_ends_with_the_trouble(
    car: CarDisk, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    reads = [car.keep(plain(number), context=b"c" * MEGABYTE) for number in range(24)]
    car.record(*founds(reads))
    stage = room(car, board, 16)
    stage.step(threading.Event())
    assert car.uploads.used_bytes() <= 16 * MEGABYTE
    assert stage.lost_pictures == 48 - len(car.on_disk()) > 16
    assert {key for read in reads[-14:] for key in (read.plate_image_key, read.context_image_key)} <= {*car.on_disk()}
    assert car.uploads.count() == 24
    assert stands(board)
    assert "pictures that the server does not have were deleted to make room" in caplog.text
    assert "AAA1" not in caplog.text
    for picture in car.uploads.pictures(100):
        car.uploads.picture_done(picture.key)
    stage.step(threading.Event())
    assert not stands(board)


def test_old_pictures_go_where_the_disk_is_nearly_full_although_the_room_is_not_used_up(
    car: CarDisk, board: HealthBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    car.record(*founds([car.keep(plain(number), context=b"c" * MEGABYTE) for number in range(8)]))
    usage = shutil.disk_usage(car.settings.data_dir)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=int(1.4 * (1 << 30))))
    room(car, board, 1000, keep_free=1.0).step(threading.Event())
    assert car.on_disk() == []
    assert car.uploads.count() == 8
    assert stands(board)


def test_a_full_disk_costs_old_pictures_and_reads_wait_until_there_is_room(
    car: CarDisk, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    car.record(*founds([car.keep(plain(number)) for number in range(3)]))
    file = car.ledger._file
    (pages,) = file.execute("pragma page_count").fetchone()
    file.execute(f"pragma max_page_count = {pages}")  # what SQLite says of a full disk
    units = RoomMakingUnits(car.ledger, car.uploads, board)
    reads = SettledReads(units, car.settings)
    many = founds([plain(100 + number) for number in range(200)])
    with pytest.raises(StorageFull, match="no space left"):
        reads.record(many)
    assert stands(board)
    assert car.on_disk() == []
    assert car.uploads.count() == 3, "nothing of the batch is half stored"
    assert "the disk is full: the oldest 6 pictures that the server does not have are deleted" in caplog.text

    recorder = threading.Thread(
        target=lambda: until_available(lambda: reads.record(many), threading.Event(), doing="recording reads")
    )
    recorder.start()
    with car.ledger._lock:
        file.execute(f"pragma max_page_count = {pages + 10_000}")
    recorder.join(60)
    assert not recorder.is_alive()
    assert car.uploads.count() == 203
    assert not stands(board)
    stored = {row[0] for row in file.execute("select read_id from reads")}
    assert {one.read.read_id.bytes for one in many} < stored
