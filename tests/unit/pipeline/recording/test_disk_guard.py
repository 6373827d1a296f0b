"""Pictures stop before the disk is full, reads go on, and somebody is told before it happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

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


def test_each_change_of_the_disk_is_said_in_full_and_once(
    tmp_path: Path, left: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.recording.disk_guard")
    board = HealthBoard("gate")
    guard = DiskGuard(configured(tmp_path, 5), board)
    low = f"9.0 GiB are left on the disk of {tmp_path}, and with less than 5 GiB pictures are not kept any more"
    full = f"pictures are not kept: 4.5 GiB are left on the disk of {tmp_path}; reads and alerts go on without them"
    again = f"there is space for pictures again: 11.0 GiB are left on the disk of {tmp_path}"
    for free, said in ((9, f"{low}; free some space"), (4.5, f"{full}; free some space"), (11, again)):
        left(free)
        for _ in range(2):
            guard.allows_pictures()
        assert caplog.messages == [said]
        assert standing(board) == (None if free == 11 else said)
        caplog.clear()
    # The alarm is about low space already when it runs out: that is said all the same.
    for free in (9.5, 4.5):
        left(free)
        guard.allows_pictures()
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_a_disk_that_nobody_can_ask_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_guard, "ASK_SECONDS", 0.0)
    guard = DiskGuard(configured(tmp_path, 5), HealthBoard("gate"))
    allowed = []
    for free in (GIGABYTE, None, 100 * GIGABYTE, None):
        monkeypatch.setattr(disk_guard, "_free_bytes", lambda _, free=free: free)
        allowed.append(guard.allows_pictures())
    assert allowed == [False, False, True, True]


def test_the_disk_is_asked_every_few_seconds_and_not_for_each_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = [100.0], []
    monkeypatch.setattr(disk_guard, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(disk_guard, "_free_bytes", lambda _: asked.append(now[0]) or 0)
    guard = DiskGuard(configured(tmp_path, 5), HealthBoard("gate"))
    for now[0] in (100.0, 104.9, 105.0, 105.1, 110.0):
        assert not guard.allows_pictures()
    assert asked == [100.0, 105.0, 110.0]
