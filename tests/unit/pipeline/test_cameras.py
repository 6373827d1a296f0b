"""A camera's stage: whatever one item or one camera does, the others go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from pipeline import cameras
from pipeline.cameras import CameraStage
from pipeline.counters import Counters
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import HandedOver
from schemas.errors import InvalidInput, StorageFull, UnreadableMedia
from schemas.settings import ImageFolderCamera, Settings
from schemas.types import Frame, SourceItem

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class Source:
    """Offers items by name; what stands for one is raised instead of its frame."""

    def __init__(self, items: dict[str, Exception | None], missing: Exception | None = None) -> None:
        self._items = items
        self.missing = missing
        self.waits = 0

    def items(self) -> Iterator[SourceItem]:
        if self.missing is not None:
            raise self.missing
        for name in self._items:
            yield SourceItem("gate", name, "1", NOON, is_still=True)

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        error = self._items[item.name]
        if error is not None:
            raise error
        yield Frame("gate", item.name, 0, NOON, np.zeros((32, 32, 3), np.uint8))

    def wait(self, stop: threading.Event) -> bool:
        self.waits += 1
        if self.waits == 3:
            stop.set()
        return not stop.is_set()


class Nothing:
    """A recognizer that sees nothing, and a ledger in which nothing is finished."""

    def read_still(self, *_: object, **__: object) -> list[object]:
        return []

    def is_finished(self, _item: SourceItem) -> bool:
        return False


def play(
    source: Source, monkeypatch: pytest.MonkeyPatch, *, count: int = 1, until_done: bool = False
) -> tuple[CameraStage, list[HandedOver]]:
    monkeypatch.setattr(cameras, "open_source", lambda _camera: source)
    monkeypatch.setattr(cameras, "ItemLedger", lambda _database: Nothing())
    stop = threading.Event()
    queue = ArrivalQueue(stop)
    all_cameras = [ImageFolderCamera(id=f"gate-{number}", path=Path("/nowhere")) for number in range(count)]
    settings = Settings(cameras=tuple(all_cameras))
    nothing = cast(Any, Nothing())
    stage = CameraStage(all_cameras[0], settings, nothing, nothing, queue, Counters(), until_done=until_done)
    stage.run(stop)
    return stage, cast(list[HandedOver], queue.take(50, 0.1))


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("date value out of range"),
        UnicodeEncodeError("utf-8", "a", 0, 1, "x"),
        MemoryError(),
        OSError(5, "x"),
    ],
)
def test_an_item_that_fails_in_an_unexpected_way_stops_no_other_and_is_not_lost(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source({"a.jpg": None, "b.jpg": error, "c.jpg": None, "d.jpg": InvalidInput("is no picture")})
    with caplog.at_level(logging.ERROR):
        _, handed = play(source, monkeypatch)
    # What is not acknowledged is read again by the next run.
    assert [(work.receipt.item.name, work.rejection) for work in handed] == [  # type: ignore[attr-defined]
        ("a.jpg", None),
        ("c.jpg", None),
        ("d.jpg", "is no picture"),
    ]
    (record,) = caplog.records
    assert record.getMessage().startswith("camera gate-0: b.jpg: could not be read for an unexpected reason")
    assert record.exc_info is None


@pytest.mark.parametrize("missing", [UnreadableMedia("no such folder"), PermissionError(13, "Permission denied")])
def test_a_camera_that_is_missing_at_the_start_is_watched_for_where_there_are_others(
    missing: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source({"a.jpg": None}, missing)
    monkeypatch.setattr(source, "wait", lambda stop: _come_back(source, stop))
    with caplog.at_level(logging.WARNING):
        _, handed = play(source, monkeypatch, count=2)
    assert len(handed) == 1
    (record,) = caplog.records
    assert record.getMessage().startswith("camera gate-0: ")


def _come_back(source: Source, stop: threading.Event) -> bool:
    source.missing = None if source.waits else source.missing
    return Source.wait(source, stop)


def test_the_only_camera_that_is_missing_at_the_start_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableMedia, match="no such folder"):
        play(Source({}, UnreadableMedia("no such folder")), monkeypatch)


def test_a_run_until_all_is_done_ends_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, handed = play(Source({}, UnreadableMedia("no such folder")), monkeypatch, count=2, until_done=True)
    assert handed == []
    assert str(stage.missing) == "no such folder"


def test_an_outage_is_no_item_s_fault(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    source = Source({"a.jpg": StorageFull("no space left for pictures")})
    with pytest.raises(StorageFull):
        play(source, monkeypatch)
    assert "please report this" not in caplog.text


def test_every_outage_of_a_folder_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source({"a.jpg": None})
    away = UnreadableMedia("no such folder")
    turns = iter([away, away, None, None, away, away])

    def wait(stop: threading.Event) -> bool:
        try:
            source.missing = next(turns)
        except StopIteration:
            stop.set()
        return not stop.is_set()

    monkeypatch.setattr(source, "wait", wait)
    with caplog.at_level(logging.WARNING):
        _, handed = play(source, monkeypatch)
    assert len(handed) == 1
    assert ["no such folder" in record.getMessage() for record in caplog.records] == [True, True]


def test_what_is_finished_is_asked_about_once_and_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Nothing, "is_finished", lambda _, item: asked.append(item.name) or True)
    source = Source({"a.jpg": RuntimeError("it was read"), "b.jpg": None})
    _, handed = play(source, monkeypatch)
    assert source.waits == 3
    assert handed == []
    assert asked == ["a.jpg", "b.jpg"]


def test_what_was_just_read_is_not_read_again_while_the_ledger_does_not_know_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source({"a.jpg": None, "b.jpg": InvalidInput("is no picture")})
    _, handed = play(source, monkeypatch)
    assert source.waits == 3
    assert len(handed) == 2
