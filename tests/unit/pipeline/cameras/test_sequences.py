"""What a camera's stage hands on of videos and of live pictures, whole; and how it says that a live camera is."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ingest.receipts import ItemReceipt
from ingest.streams.telling import ReaderState
from pipeline.cameras import files, live
from pipeline.cameras.configured import CameraMaker, Cameras
from pipeline.cameras.files import CameraStage
from pipeline.cameras.live import LiveCameraStage, NothingToConfirm
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.ingesting.pushed import NothingPushed, PushedFrames
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import Stopped
from pipeline.stages.runner import Runner
from recognition.results import RecognitionStats
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.clocks import SourceClock
from schemas.errors import ConfigurationError, InvalidInput, TransientError, UnreadableMedia
from schemas.events import AlarmKind
from schemas.health import CameraHealth
from schemas.settings import ImageFolderCamera, PushCamera, RtspCamera, Settings, VideoFileCamera
from schemas.types import DatedBy, Location, PlateRead, SourceItem
from tests.unit.alerts.samples import sample_read

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HERE = Location(36.8, -76.3, fix_age=0.5)
BOOK: Any = SimpleNamespace(is_finished=lambda item: False)


def seen(number: int, **changes: Any) -> Any:
    """A pass; what stands for its pictures are its number."""
    return SimpleNamespace(read=dataclasses.replace(sample_read(number), **changes), pictures=Pictures(b"%d" % number))


@pytest.fixture(autouse=True)
def _pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (files, live):
        monkeypatch.setattr(module, "pass_pictures", lambda one, images: one.pictures)


@dataclass
class Session:
    """Follows plates as a test says: what it hands on of each frame, and at the end."""

    frames: dict[int, Any] = field(default_factory=dict)
    at_end: Sequence[Any] = ()
    processed: list[int] = field(default_factory=list)
    ended: int = 0
    stats: RecognitionStats = field(default_factory=lambda: RecognitionStats(frames=3, detections=2, reads=1))

    def process(self, frame: Any) -> Sequence[Any]:
        self.processed.append(frame.frame_number)
        found = self.frames.get(frame.frame_number, ())
        if isinstance(found, Exception):
            raise found
        return cast(Sequence[Any], found)

    def finish(self) -> Sequence[Any]:
        self.ended += 1
        return self.at_end


@dataclass
class Recognition:
    """Makes sessions, in their order, and notes what for."""

    sessions: list[Session]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def session(self, **about: Any) -> Session:
        self.asked.append(about)
        return self.sessions[len(self.asked) - 1]

    def read_still(self, frame: Any, *, agency_id: str) -> list[Any]:
        return [seen(frame.frame_number)]


@dataclass
class Video:
    """A source of one video: its frames by number; what stands for one is raised."""

    frames_of: Sequence[Any]
    is_there: bool = True
    listed: int = 1
    newest_at: datetime | None = None
    problem: str | None = None
    item: SourceItem = field(default_factory=lambda: SourceItem("gate", "a.mp4", "1-1", NOON, is_still=False))

    def items(self) -> Iterator[SourceItem]:
        yield self.item

    def frames(self, item: SourceItem) -> Iterator[Any]:
        for one in self.frames_of:
            if isinstance(one, Exception):
                raise one
            if callable(one):
                one()
                continue
            yield SimpleNamespace(frame_number=one)

    def is_as_listed(self, item: SourceItem) -> bool:
        return self.is_there

    def should_look_again(self) -> bool:
        return False


def play(
    monkeypatch: pytest.MonkeyPatch,
    source: Video,
    session: Session,
    stop: threading.Event | None = None,
    *,
    camera: Any = None,
    early: bool = True,
) -> tuple[list[Any], Recognition, Counters]:
    monkeypatch.setattr(files, "open_source", lambda _: source)
    camera = camera or VideoFileCamera(id="gate", path=Path("/srv/a.mp4"), mount="vehicle")
    settings = Settings.model_validate(
        {"agency_id": "fairfax", "recognition": {"tracking": {"early_reads": early}}}
    ).model_copy(update={"cameras": (camera,)})
    recognition, stop, counters = Recognition([session]), stop or threading.Event(), Counters()
    queue = ArrivalQueue(stop)
    stage = CameraStage(
        camera, settings, cast(Any, recognition), BOOK, queue, counters, until_done=True, place=lambda _: HERE
    )
    with contextlib.suppress(Stopped):
        stage.run(stop)
    return queue.take(50, 0.0), recognition, counters


def of_video(source: Video, one: Any, *, follows: bool = False, clock: SourceClock | None = None) -> dict[str, Any]:
    """What is handed on of a pass, but for when."""
    return {
        "read": dataclasses.replace(one.read, location=HERE),
        "pictures": one.pictures,
        "receipt": ItemReceipt(source.item, BOOK),
        "clock": clock or SourceClock(item_began=NOON),
        "better_pictures_follow": follows,
    }


def told(arrival: Arrival) -> dict[str, Any]:
    return {name: getattr(arrival, name) for name in Arrival.__slots__ if name != "arrived_at"}


def test_what_is_seen_in_a_video_is_handed_on_whole_and_then_the_video(monkeypatch: pytest.MonkeyPatch) -> None:
    source, early = Video([0, 1, 2]), seen(1, is_final=False, revision=1)
    first, last = seen(2), seen(3)
    session = Session({1: [early, first]}, [last])
    handed, recognition, counters = play(monkeypatch, source, session)
    assert recognition.asked == [
        {"camera_id": "gate", "agency_id": "fairfax", "source_item": "a.mp4", "reports_early": True, "moves": True}
    ]
    assert (session.processed, session.ended, counters.totals().frames) == ([0, 1, 2], 1, 3)
    assert [told(one) for one in handed[:-1]] == [
        of_video(source, early, follows=True),
        of_video(source, first),
        of_video(source, last),
    ]
    assert handed[-1] == HandedOver(ItemReceipt(source.item, BOOK))


def test_a_camera_on_a_pole_does_not_move_and_reports_early_where_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = VideoFileCamera(id="pole", path=Path("/srv/a.mp4"))
    _, recognition, _ = play(monkeypatch, Video([0]), Session(), camera=camera, early=False)
    (asked,) = recognition.asked
    assert (asked["camera_id"], asked["reports_early"], asked["moves"]) == ("pole", False, False)


def test_a_video_that_breaks_off_is_rejected_with_what_was_seen_until_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source, last = Video([0, UnreadableMedia("it is cut off", source="a.mp4")]), seen(3)
    session = Session({}, [last])
    handed, _, _ = play(monkeypatch, source, session)
    assert [told(one) for one in handed[:-1]] == [of_video(source, last)]
    assert (session.ended, handed[-1]) == (1, HandedOver(ItemReceipt(source.item, BOOK), "a.mp4: it is cut off"))
    assert "camera gate: a.mp4: it is cut off" in caplog.messages
    # One that went away meanwhile is read again when it is back.
    source.is_there = False
    handed, _, _ = play(monkeypatch, source, Session({}, [last]))
    assert [told(one) for one in handed] == [of_video(source, last)]


def test_a_video_in_the_middle_of_which_the_run_is_stopped_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    session = Session({}, [seen(3)])
    handed, _, _ = play(monkeypatch, Video([0, stop.set, 1]), session, stop)
    assert (handed, session.processed, session.ended) == ([], [0], 0)


@pytest.mark.parametrize(
    ("camera", "is_still", "clock"),
    [
        ({}, False, SourceClock(item_began=NOON)),
        ({}, True, SourceClock()),
        (
            {"clock_ahead_minutes": 7, "clock_behind_days": 30},
            False,
            SourceClock(ahead=timedelta(minutes=7), behind=timedelta(days=30), item_began=NOON),
        ),
        ({"started_at": NOON}, False, SourceClock(is_told=True, item_began=NOON)),
    ],
)
def test_what_is_known_of_a_files_clock_goes_with_its_reads(
    camera: dict[str, Any], is_still: bool, clock: SourceClock
) -> None:
    stage = CameraStage(
        VideoFileCamera.model_validate({"id": "gate", "path": "/srv/a.mp4", **camera}),
        *cast(Any, (Settings(), None, BOOK, None, None)),
        until_done=True,
    )
    assert stage._clock(SourceItem("gate", "a", "1", NOON, is_still=is_still)) == clock


def test_a_folder_of_pictures_was_told_by_nobody_when_it_began() -> None:
    camera = ImageFolderCamera(id="gate", path=Path("/srv/gate"))
    stage = CameraStage(camera, *cast(Any, (Settings(), None, BOOK, None, None)), until_done=True)
    assert stage._clock(SourceItem("gate", "a", "1", NOON, is_still=False)) == SourceClock(item_began=NOON)


@dataclass
class Camera:
    """A live camera's stage, whose reader, clock and recognition a test moves."""

    monkeypatch: pytest.MonkeyPatch
    settings: dict[str, Any] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=lambda: [Session(), Session()])
    state: ReaderState = field(default_factory=ReaderState)
    now: float = 1000.0
    board: HealthBoard = field(default_factory=lambda: HealthBoard("here"))
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(live, "LiveReader", lambda *_, **__: self)
        self.monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: self.now))
        for name in ("Showing", "ViewWatch"):
            self.monkeypatch.setattr(live, name, lambda *_: SimpleNamespace(see=self.seen.append))
        self.seen: list[Any] = []
        self.places: list[datetime] = []
        self.queue = ArrivalQueue(threading.Event())
        self.recognition = Recognition(self.sessions)
        kind = PushCamera if self.settings.pop("pushes", False) else RtspCamera
        given = {"id": "pole", "url": "rtsp://10.0.0.5/"} if kind is RtspCamera else {"id": "pole"}
        if kind is PushCamera:
            given["token_sha256"] = "0" * 64
        self.camera = kind.model_validate(given | self.settings)
        self.board.know_camera(CameraHealth(camera_id="pole", known_since=NOON))
        self.stage = LiveCameraStage(
            self.camera,
            cast(Any, None),
            Settings.model_validate({"agency_id": "fairfax"}),
            cast(Any, self.recognition),
            self.queue,
            self.counters,
            board=self.board,
            place=self.place,
        )

    def place(self, moment: datetime) -> Location:
        self.places.append(moment)
        return HERE

    def take(self, number: int, item: str = "pole/1", *, is_converted: bool = True) -> None:
        frame = SimpleNamespace(source_item=item, frame_number=number, is_converted=is_converted)
        self.stage._take(cast(Any, frame))

    def handed(self) -> list[Arrival]:
        return cast(list[Arrival], self.queue.take(50, 0.0))

    def alarms(self) -> list[str | None]:
        found: list[str | None] = []
        while (change := self.board.next_change()) is not None:
            assert (change.kind, change.subject) == (AlarmKind.CAMERA_FAILED, "pole")
            self.board.stored(change)
            found.append(change.message)
        return found


@pytest.mark.parametrize(
    ("offset", "is_by_camera", "times"),
    [
        (None, False, (DatedBy.ARRIVAL, None, 0)),
        (None, True, (DatedBy.ARRIVAL, None, 0)),
        (120.0, False, (DatedBy.ARRIVAL, 120, 0)),
        (-120.0, False, (DatedBy.ARRIVAL, -120, 0)),
        (120.0, True, (DatedBy.SOURCE, 0, -120)),
    ],
)
def test_a_live_read_carries_both_clocks_and_the_place_of_its_arrival(
    monkeypatch: pytest.MonkeyPatch, offset: float | None, is_by_camera: bool, times: tuple[Any, Any, int]
) -> None:
    early, last = seen(1, is_final=False, revision=1), seen(2)
    camera = Camera(
        monkeypatch, {"clock_ahead_minutes": 7, "clock_behind_days": 30}, [Session({0: [early]}, [last]), Session()]
    )
    camera.state = ReaderState(clock_offset=offset, is_by_camera=is_by_camera)
    camera.take(0)
    camera.take(1, "pole/2")
    dated_by, source, arrived = times

    def expected(one: Any, *, follows: bool) -> dict[str, Any]:
        at = one.read.captured_at
        read: PlateRead = dataclasses.replace(
            one.read,
            dated_by=dated_by,
            source_time=None if source is None else at + timedelta(seconds=source),
            arrived_at=at + timedelta(seconds=arrived),
            location=HERE,
        )
        return {
            "read": read,
            "pictures": one.pictures,
            "receipt": NothingToConfirm("pole"),
            "clock": SourceClock(timedelta(minutes=7), timedelta(days=30), off=timedelta(seconds=60)),
            "better_pictures_follow": follows,
        }

    handed = camera.handed()
    assert [told(one) for one in handed] == [expected(early, follows=True), expected(last, follows=False)]
    assert camera.places == [one.read.arrived_at for one in handed]
    assert [asked["source_item"] for asked in camera.recognition.asked] == ["pole/1", "pole/2"]
    assert camera.recognition.asked[0] == {
        "camera_id": "pole",
        "agency_id": "fairfax",
        "source_item": "pole/1",
        "reports_early": True,
        "moves": False,
    }
    assert [session.ended for session in camera.sessions] == [1, 0]


def test_how_a_live_camera_is_is_noted_whole_every_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(monkeypatch, {}, [Session({1: InvalidInput("damaged")})])
    camera.state = ReaderState(
        last_at=NOON, frames=9, replaced=4, skipped=8, damaged=5, connections=3, fps=20.0, busy=0.2, clock_offset=1.5
    )
    for number, is_converted in enumerate((True, True, False, True)):
        camera.take(number, is_converted=is_converted)
    camera.stage._look_after()
    begun = datetime.now(UTC) - timedelta(minutes=1)
    (known,) = camera.board.cameras()
    assert known.looked_at is not None
    assert begun < known.looked_at <= datetime.now(UTC)
    assert known == CameraHealth(
        camera_id="pole",
        known_since=NOON,
        last_picture_at=NOON,
        looked_at=known.looked_at,
        last_frame_at=NOON,
        fps=20.0,
        frames=9,
        converted_frames=2,
        dropped_frames=4,
        damaged_frames=6,
        reconnects=2,
        clock_offset_seconds=1.5,
        decode_share=0.2,
    )
    assert camera.counters.totals().frames == 4
    assert len(camera.seen) == 8  # each is looked at for the view and for the page
    camera.state = ReaderState(frames=10)
    noted = []
    for camera.now in (1001.9, 1002.0):
        camera.stage._look_after()
        noted.append(camera.board.cameras()[0].frames)
    assert noted == [9, 10]
    assert camera.board.cameras()[0].reconnects == 0  # it never was connected


def test_a_camera_that_gives_no_picture_for_too_long_is_an_alarm_until_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pipeline.cameras.live")
    camera = Camera(monkeypatch, {"stall_seconds": 10})
    away, fine = ReaderState(problem="no route"), ReaderState(connections=1)
    said = "no route; it is tried again and again"

    def after(seconds: float, state: ReaderState) -> list[str | None]:
        camera.now += seconds
        camera.state = state
        camera.stage._look_after()
        return camera.alarms()

    assert after(0, away) == [said]  # it never gave one
    assert after(1, away) == []
    assert after(0, fine) == []  # a connection is no picture yet
    camera.take(0)
    assert after(0, fine) == [None]
    assert after(9.9, away) == []
    assert camera.sessions[0].ended == 1  # what was in view then is handed on at once
    assert after(0.1, away) == [said]
    assert after(100, fine) == [None]
    assert caplog.messages == [f"camera pole: {said}", "camera pole: pictures come again"] * 2


def test_what_a_camera_pushed_ends_once_it_waited_long_enough_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(monkeypatch, {"pushes": True})
    assert camera.stage._burst is not None
    monkeypatch.setattr(type(camera.stage._burst), "patience", property(lambda _: 5.0))
    handed = []
    camera.take(7)
    for camera.now in (1004.9, 1005.0, 1006.0):
        camera.stage._look_after()
        handed.append([one.read.read_id for one in camera.handed()])
    # What is too short to follow a plate in is read picture by picture.
    assert handed == [[], [sample_read(7).read_id], []]


@pytest.mark.parametrize(
    ("frames", "is_stopped", "is_missing"), [(0, False, True), (1, False, False), (0, True, False)]
)
def test_a_stream_of_which_nothing_came_is_missing_unless_the_run_was_stopped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, frames: int, is_stopped: bool, is_missing: bool
) -> None:
    caplog.set_level(logging.INFO, "pipeline.cameras.live")
    camera = Camera(monkeypatch)
    camera.state = ReaderState(problem="404", frames=frames, replaced=2, damaged=3, connections=4)
    camera.stage._damaged = 10
    stop = threading.Event()
    if is_stopped:
        stop.set()
    camera.stage._see_how_it_ended(stop)
    assert (str(camera.stage.missing) if camera.stage.missing else None) == (
        "camera 'pole': 404" if is_missing else None
    )
    assert caplog.messages == [
        f"camera pole: {frames} frames, 2 of them replaced by newer ones, 13 damaged, 4 connections"
    ]


@dataclass
class Networks:
    """Stands for the recognizer that all cameras share."""

    shared: list[int] = field(default_factory=list)
    refuses: Exception | None = None

    def share(self, cameras: int) -> None:
        self.shared.append(cameras)
        if self.refuses is not None:
            raise self.refuses


@pytest.mark.parametrize("until_done", [False, True])
def test_each_kind_of_camera_has_its_stage_and_live_ones_hand_over_where_nothing_comes_twice(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, until_done: bool
) -> None:
    networks, made = Networks(), list[tuple[Any, int]]()

    def recognizer(settings: Any, *, cameras: int) -> Networks:
        made.append((settings, cameras))
        return networks

    monkeypatch.setattr("pipeline.cameras.configured.Recognizer", recognizer)
    stop = threading.Event()
    queue, spool = ArrivalQueue(stop), ArrivalQueue(stop)
    folder = ImageFolderCamera(id="gate", path=Path("/srv/gate"))
    stream = RtspCamera.model_validate({"id": "pole", "url": "rtsp://10.0.0.5/"})
    push = PushCamera.model_validate({"id": "post", "token_sha256": "0" * 64})
    settings = Settings(cameras=(folder, stream, push))
    pushed = PushedFrames()
    make = CameraMaker(
        settings, BOOK, queue, Counters(), HealthBoard("here"), pushed, until_done=until_done, live=spool
    )
    assert made == [(settings.recognition, 3)]
    of_folder, of_stream, of_push = (cast(Any, make(camera, settings)) for camera in settings.cameras)
    assert (type(of_folder), of_folder._arrivals, of_folder._ledger) == (CameraStage, queue, BOOK)
    assert (type(of_stream), of_stream._arrivals) == (LiveCameraStage, spool)
    assert type(of_push) is (NothingPushed if until_done else LiveCameraStage)
    assert set(pushed.takers()) == (set() if until_done else {"post"})
    assert (of_folder._until_done, of_stream._until_done) == (until_done, until_done)
    all_in_one = CameraMaker(settings, BOOK, queue, Counters(), HealthBoard(""), pushed, until_done=True)
    assert cast(Any, all_in_one(stream, settings))._arrivals is queue
    # What cannot be shared among more goes on as it was.
    networks.refuses = ConfigurationError("too few cores")
    make.share(0)
    make.share(5)
    assert networks.shared == [1, 5]
    assert caplog.messages == [
        f"the networks are shared by {cameras} cameras as by fewer or more before: too few cores" for cameras in (0, 5)
    ]


def test_what_a_run_until_all_is_done_could_not_read_is_raised_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(monkeypatch)
    settings, stop = Settings(cameras=(camera.camera,)), threading.Event()

    class Maker:
        def share(self, cameras: int) -> None: ...

        def __call__(self, *_: object) -> Any:
            return camera.stage

    monkeypatch.setattr(camera.stage, "run", lambda stop: stop.wait())
    cameras = Cameras(settings, Runner(stop), camera.board, Maker(), PushedFrames())
    cameras.start()
    cameras.wind_down(is_stopped=False)
    assert cameras.are_alive
    cameras.check()
    camera.stage.missing = UnreadableMedia("camera 'pole': 404")
    with pytest.raises(UnreadableMedia, match="camera 'pole': 404"):
        cameras.check()
    cameras.wind_down(is_stopped=True)
    for thread in cameras.threads:
        thread.join(60)
    assert not cameras.are_alive


def test_a_picture_that_the_disk_cannot_take_is_no_fault_of_its_video(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TransientError):
        play(monkeypatch, Video([TransientError("busy")]), Session())
