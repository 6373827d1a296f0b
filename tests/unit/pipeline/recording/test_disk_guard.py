"""Pictures stop before the disk is full, reads go on, and somebody is told before it happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.recording import disk_guard
from pipeline.recording.disk_guard import DiskGuard
from pipeline.recording.pictures import PictureKeeper
from schemas.arrivals import Arrival, Pictures
from schemas.events import AlarmKind
from schemas.settings import ImageSettings, Settings
from tests.integration.storage.samples import sample_read

GIGABYTE = 1 << 30


def configured(folder: Path, least: float) -> Settings:
    return Settings(data_dir=folder, images=ImageSettings(keep_free_gigabytes=least))


def standing(board: HealthBoard) -> str | None:
    message = None
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.kind is AlarmKind.DISK_SPACE:
            message = change.message
    return message


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Say how much is left of the disk, in gigabytes; every question is asked anew."""
    monkeypatch.setattr(disk_guard, "ASK_SECONDS", 0.0)

    def say(gigabytes: float) -> None:
        monkeypatch.setattr(disk_guard, "_free_bytes", lambda _: int(gigabytes * GIGABYTE))

    return say


def test_a_read_is_recorded_without_its_pictures(tmp_path: Path) -> None:
    # More than any disk has: a real disk that is too full.
    board, counters = HealthBoard("gate"), Counters()
    keeper = PictureKeeper(configured(tmp_path, 100_000), counters, board)
    read = keeper.keep(Arrival(sample_read(1), Pictures(b"plate", b"context"), receipt=None))  # type: ignore[arg-type]
    assert read.plate == sample_read(1).plate
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert counters.totals().lost_pictures == 1
    message = standing(board)
    assert message is not None
    assert message.startswith("pictures are not kept: ")
    assert str(tmp_path) in message


def test_a_read_without_pictures_is_none_that_lost_them(tmp_path: Path) -> None:
    counters = Counters()
    keeper = PictureKeeper(configured(tmp_path, 100_000), counters)
    keeper.keep(Arrival(sample_read(1), Pictures(), receipt=None))  # type: ignore[arg-type]
    assert counters.totals().lost_pictures == 0


def test_somebody_is_told_before_pictures_stop(tmp_path: Path, left: Callable[[float], None]) -> None:
    board = HealthBoard("gate")
    guard = DiskGuard(configured(tmp_path, 5), board)
    left(11)
    assert guard.allows_pictures()
    assert standing(board) is None
    left(9)
    assert guard.allows_pictures()
    assert "9.0 GiB are left" in (standing(board) or "")


def test_pictures_go_on_once_there_is_room_for_more_than_one(tmp_path: Path, left: Callable[[float], None]) -> None:
    board = HealthBoard("gate")
    guard = DiskGuard(configured(tmp_path, 5), board)
    allowed = []
    for free in (5, 4.9, 5.1, 9.9, 10, 5.1):
        left(free)
        allowed.append(guard.allows_pictures())
    assert allowed == [True, False, False, False, True, True]
    left(10)
    assert guard.allows_pictures()
    assert standing(board) is None


def test_none_is_left_where_nobody_asks_for_it(tmp_path: Path, left: Callable[[float], None]) -> None:
    left(0)
    assert DiskGuard(configured(tmp_path, 0), HealthBoard("gate")).allows_pictures()


def test_the_pictures_disk_is_the_one_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> object:
        asked.append(path)
        if not path.exists():
            raise FileNotFoundError
        return shutil._ntuple_diskusage(1, 1, 0)  # type: ignore[attr-defined]

    monkeypatch.setattr(shutil, "disk_usage", usage)
    folder = tmp_path / "pictures" / "not made yet"
    settings = Settings(data_dir=tmp_path / "data", images=ImageSettings(url=str(folder)))
    assert not DiskGuard(settings, HealthBoard("gate")).allows_pictures()
    assert asked == [folder, tmp_path / "pictures", tmp_path]
