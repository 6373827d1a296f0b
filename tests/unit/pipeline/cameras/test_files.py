"""A camera's stage: whatever one item or one camera does, the others go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from pipeline.cameras import files
from pipeline.cameras.files import CameraStage
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import Stopped
from schemas.arrivals import HandedOver
from schemas.errors import InvalidInput, StorageFull, UnreadableMedia
from schemas.events import AlarmKind
from schemas.health import CameraHealth
from schemas.settings import ImageFolderCamera, Settings, VideoFileCamera
from schemas.types import Frame, SourceItem

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class Source:
    """Offers items by name; what stands for one is raised instead of its frame."""

    def __init__(self, items: dict[str, Exception | None], missing: Exception | None = None) -> None:
        self.items_by_name = items
        self.missing = missing
        self.waits = 0
        self.listed = len(items)
        self.newest_at: datetime | None = None
        self.problem: str | None = None
        self.gone: set[str] = set()

    def is_as_listed(self, item: SourceItem) -> bool:
        return item.name not in self.gone

    def should_look_again(self) -> bool:
        return False

    def items(self) -> Iterator[SourceItem]:
        if self.missing is not None:
            raise self.missing
        for name in self.items_by_name:
            yield SourceItem("gate", name, "1", NOON, is_still=True)

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        error = self.items_by_name[item.name]
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


def known_board() -> HealthBoard:
    board = HealthBoard("machine")
    board.know_camera(CameraHealth(camera_id="gate-0", known_since=NOON))
    return board


def changes(board: HealthBoard) -> list[tuple[AlarmKind, str | None]]:
    """What the alarms became, in order; what was never raised is not said to be over."""
    found, standing = [], set()
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.message is not None or change.kind in standing:
            found.append((change.kind, change.message))
        standing.add(change.kind)
    return found


def play(
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    *,
    count: int = 1,
    until_done: bool = False,
    board: HealthBoard | None = None,
    kind: type[ImageFolderCamera] | type[VideoFileCamera] = ImageFolderCamera,
    recognizer: Callable[[threading.Event], object] = lambda _stop: Nothing(),
) -> tuple[CameraStage, list[HandedOver]]:
    monkeypatch.setattr(files, "open_source", lambda _camera: source)
    stop = threading.Event()
    queue = ArrivalQueue(stop)
    all_cameras = [kind(id=f"gate-{number}", path=Path("/nowhere")) for number in range(count)]
    settings = Settings(cameras=tuple(all_cameras))
    stage = CameraStage(
        all_cameras[0],
        settings,
        cast(Any, recognizer(stop)),
        cast(Any, Nothing()),
        queue,
        Counters(),
        until_done=until_done,
        board=board,
    )
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


class StoppedWithin:
    """A recognizer in the middle of whose first picture the run is told to end."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop

    def read_still(self, *_: object, between: Callable[[], None], **__: object) -> list[object]:
        between()
        self.stop.set()
        between()
        return []


def test_a_run_that_is_told_to_end_does_not_read_a_picture_to_its_end_and_does_not_lose_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Stopped):
        play(Source({"a.jpg": None, "b.jpg": None}), monkeypatch, recognizer=StoppedWithin)


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


def test_a_folder_that_is_missing_at_the_start_is_watched_for_also_where_it_is_the_only_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source({"a.jpg": None}, UnreadableMedia("no such folder"))
    monkeypatch.setattr(source, "wait", lambda stop: _come_back(source, stop))
    board = known_board()
    _, handed = play(source, monkeypatch, board=board)
    assert len(handed) == 1
    assert changes(board) == [(AlarmKind.CAMERA_FAILED, "no such folder"), (AlarmKind.CAMERA_FAILED, None)]


def test_the_only_video_that_is_missing_at_the_start_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableMedia, match="no such video"):
        play(Source({}, UnreadableMedia("no such video")), monkeypatch, kind=VideoFileCamera)


def test_part_of_a_source_that_cannot_be_looked_at_is_said_once_and_the_rest_is_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source({"a.jpg": None})
    source.problem = "/srv/gate/sub: this folder cannot be listed"
    board = known_board()
    _, handed = play(source, monkeypatch, board=board)
    assert len(handed) == 1
    assert changes(board) == [(AlarmKind.CAMERA_FAILED, source.problem)]
    assert sum("cannot be listed" in record.getMessage() for record in caplog.records) == 1
    assert board.cameras()[0].problem == source.problem


def test_what_goes_away_while_it_is_read_is_not_rejected_and_read_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source({"a.jpg": UnreadableMedia("no such file")})
    source.gone = {"a.jpg"}
    monkeypatch.setattr(source, "wait", lambda stop: _bring_back(source, stop))
    _, handed = play(source, monkeypatch)
    assert [work.rejection for work in handed] == [None]


def _bring_back(source: Source, stop: threading.Event) -> bool:
    source.items_by_name["a.jpg"] = None
    source.gone = set()
    return Source.wait(source, stop)


def test_what_a_camera_has_waiting_and_when_something_came_last_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source({"a.jpg": None, "b.jpg": None, "c.jpg": None})
    source.newest_at = NOON
    board = known_board()
    seen: list[int] = []
    monkeypatch.setattr(source, "frames", lambda item: _counting(source, item, board, seen))
    play(source, monkeypatch, board=board)
    assert seen == [3, 2, 1]
    (camera,) = board.cameras()
    assert (camera.waiting, camera.last_picture_at) == (0, NOON)
    assert camera.looked_at is not None


def _counting(source: Source, item: SourceItem, board: HealthBoard, seen: list[int]) -> Iterator[Frame]:
    seen.append(board.cameras()[0].waiting)
    return Source.frames(source, item)


def test_a_run_until_all_is_done_ends_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, handed = play(Source({}, UnreadableMedia("no such folder")), monkeypatch, count=2, until_done=True)
    assert handed == []
    assert str(stage.missing) == "no such folder of camera 'gate-0'"


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


def test_files_that_stay_are_no_trouble_of_an_earlier_run_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    board = known_board()
    board.raised(AlarmKind.FILES_KEPT, "gate-0", "recorded files cannot be deleted")
    play(Source({}), monkeypatch, board=board)
    assert not board.stands(AlarmKind.FILES_KEPT, "gate-0")
