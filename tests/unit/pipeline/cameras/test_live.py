"""The stage of a live camera: what is in view at a cut is handed on, and the camera's state is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ingest.streams.connecting import connector
from pipeline.cameras.live import LiveCameraStage
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.recording.queue import ArrivalQueue
from recognition.results import VehiclePass
from schemas.arrivals import Arrival, HandedOver
from schemas.events import AlarmKind
from schemas.health import CameraHealth
from schemas.settings import RecognitionSettings, RtspCamera, Settings, TrackingSettings
from schemas.types import DatedBy, Frame, Location, PlateRead
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from tests.unit.ingest.streams.cameras import until, write_clip
from tests.unit.pipeline.published.receipts import NOBODY


class Sessions:
    """Stands for recognition: each sequence is one pass, from its first frame to its last."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.moves: set[bool] = set()

    def session(self, *, source_item: str, reports_early: bool, moves: bool, **_: Any) -> OnePass:
        self.begun.append(source_item)
        self.moves.add(moves)
        return OnePass(source_item, reports_early=reports_early)


class OnePass:
    def __init__(self, name: str, *, reports_early: bool) -> None:
        self.name = name
        self.frames: list[Frame] = []
        self._read_id = uuid4()
        self._reports_early = reports_early

    def process(self, frame: Frame) -> list[VehiclePass]:
        assert frame.source_item == self.name
        self.frames.append(frame)
        return [self._seen(is_final=False, revision=1)] if self._reports_early and len(self.frames) == 4 else []

    def finish(self) -> list[VehiclePass]:
        return [self._seen()]

    def _seen(self, **revision: Any) -> VehiclePass:
        first, last = self.frames[0].captured_at, self.frames[-1].captured_at
        read = PlateRead(self._read_id, "pole", "local", last, first, last, "ABC123", 0.9, **revision)
        image = self.frames[-1].image
        return VehiclePass(read, image[:20, :60], image, 0.9)


class Play:
    """A stage that runs beside the test."""

    def __init__(
        self, server: RtspServer, *, until_done: bool = False, early_reads: bool = False, **more: object
    ) -> None:
        self.camera = RtspCamera.model_validate(
            {"id": "pole", "url": server.url("cam", "u:secret-word"), "stall_seconds": 1.0, **more}
        )
        self.stop = threading.Event()
        self.queue = ArrivalQueue(self.stop)
        self.board = HealthBoard("here")
        self.board.know_camera(CameraHealth(camera_id="pole", known_since=datetime.now(UTC)))
        self.sessions = Sessions()
        recognizer: Any = self.sessions
        self.counters = Counters()
        self.stage = LiveCameraStage(
            self.camera,
            connector(self.camera),
            Settings(
                cameras=(self.camera,),
                recognition=RecognitionSettings(tracking=TrackingSettings(early_reads=early_reads)),
            ),
            recognizer,
            self.queue,
            self.counters,
            until_done=until_done,
            board=self.board,
            place=lambda moment: Location(36.8, moment.timestamp() / 1e8),
        )
        self.thread = threading.Thread(target=self.stage.run, args=(self.stop,))
        self.thread.start()

    @property
    def health(self) -> CameraHealth:
        return self.board.cameras()[0]

    def alarms(self) -> list[tuple[AlarmKind, str | None]]:
        found = []
        while (change := self.board.next_change()) is not None:
            found.append((change.kind, change.message))
            self.board.stored(change)
        return found

    def arrivals(self) -> list[Arrival]:
        return [work for work in self.queue.take(100, 0.1) if isinstance(work, Arrival)]

    def end(self) -> float:
        began = time.monotonic()
        self.stop.set()
        self.thread.join(15.0)
        assert not self.thread.is_alive()
        return time.monotonic() - began


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return Clip.load(write_clip(tmp_path_factory.mktemp("clip") / "a.mp4"))


@pytest.fixture
def server(clip: Clip) -> Iterator[RtspServer]:
    with RtspServer({"cam": clip}) as one:
        yield one


def test_what_is_in_view_at_a_cut_and_at_the_end_is_handed_on(server: RtspServer) -> None:
    play = Play(server)
    until(lambda: play.counters.totals().frames > 5)
    server.cut()
    until(lambda: len(play.sessions.begun) == 2)
    assert play.end() < 3.0
    first, second = play.arrivals()
    assert first.read.last_seen < second.read.first_seen
    assert len(set(play.sessions.begun)) == 2
    for arrival in (first, second):
        assert arrival.pictures.context is not None
        arrival.receipt.acknowledge(None)


@pytest.mark.parametrize(("mount", "moves"), [("vehicle", True), ("permanent", False), (None, False)])
def test_only_a_camera_on_a_vehicle_is_read_as_one_that_moves(
    server: RtspServer, mount: str | None, *, moves: bool
) -> None:
    play = Play(server, mount=mount)
    until(lambda: play.sessions.begun)
    play.end()
    assert play.sessions.moves == {moves}


def test_what_is_sure_is_handed_on_in_view_and_finished_under_its_id(server: RtspServer) -> None:
    play = Play(server, early_reads=True)
    until(lambda: play.counters.totals().frames >= 4)
    (early,) = play.arrivals()
    assert (early.read.is_final, early.better_pictures_follow) == (False, True)
    assert early.pictures.plate is not None
    assert early.read.arrived_at is not None
    play.end()
    (finished,) = play.arrivals()
    assert (finished.read.is_final, finished.better_pictures_follow) == (True, False)
    assert finished.read.read_id == early.read.read_id
    assert finished.read.last_seen > early.read.last_seen


def test_a_stall_is_an_alarm_that_ends_with_it(server: RtspServer) -> None:
    play = Play(server)
    until(lambda: play.counters.totals().frames > 3)
    until(lambda: (AlarmKind.CAMERA_FAILED, None) in play.alarms())
    server.faults.stalled = True
    until(lambda: any("sent nothing" in str(message) for _, message in play.alarms()))
    assert play.queue.take(1, 30.0), "what was in view was not handed on"
    until(lambda: play.health.problem is not None)
    assert "secret-word" not in str(play.health)
    server.faults.stalled = False
    until(lambda: (AlarmKind.CAMERA_FAILED, None) in play.alarms())
    until(lambda: play.health.problem is None and play.health.reconnects == 1)
    play.end()


def test_a_stop_ends_a_stage_in_a_stall(server: RtspServer) -> None:
    play = Play(server, stall_seconds=60.0)
    until(lambda: play.counters.totals().frames > 3)
    server.faults.stalled = True
    time.sleep(0.3)
    assert play.end() < 30.0
    assert len(play.arrivals()) == 1


@pytest.mark.parametrize("clock", ["arrival", "camera"])
def test_reads_carry_both_clocks(server: RtspServer, clock: str) -> None:
    server.faults.clock_seconds = -120.0
    play = Play(server, clock=clock)
    until(lambda: play.counters.totals().frames > 5)
    play.end()
    (arrival,) = play.arrivals()
    read = arrival.read
    assert read.arrived_at is not None
    assert read.source_time is not None
    assert read.arrived_at - read.source_time == pytest.approx(timedelta(minutes=2), abs=timedelta(seconds=1))
    assert abs(read.arrived_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert read.captured_at == (read.source_time if clock == "camera" else read.arrived_at)
    assert read.dated_by is (DatedBy.SOURCE if clock == "camera" else DatedBy.ARRIVAL)
    # Where it was when the picture came, by this machine's clock, which dates what a GPS receiver says.
    assert read.location == Location(36.8, read.arrived_at.timestamp() / 1e8)
    assert arrival.clock.off == timedelta(seconds=60)
    assert play.health.clock_offset_seconds == pytest.approx(-120.0, abs=1.0)


def test_how_it_is_stands_on_the_board(server: RtspServer) -> None:
    play = Play(server)
    until(lambda: bool(play.health.fps))
    play.end()
    health = play.health
    assert health.fps == pytest.approx(20.0, abs=8.0)
    assert health.frames is not None
    assert health.frames > 20
    assert health.last_frame_at is not None
    assert health.last_frame_at == health.last_picture_at
    assert health.decode_share is not None
    assert 0.0 < health.decode_share < 1.0
    # One is converted to see whether the view is the usual one.
    assert (health.reconnects, health.converted_frames, health.problem) == (0, 1, None)


def test_a_run_until_all_is_done_ends_with_the_stream(clip: Clip) -> None:
    with RtspServer({"cam": clip}, loop=False) as server:
        play = Play(server, until_done=True)
        play.thread.join(10.0)
        assert not play.thread.is_alive()
        assert len(play.arrivals()) == 1
        assert play.stage.missing is None


def test_a_run_until_all_is_done_names_a_camera_that_is_not_there(server: RtspServer) -> None:
    server.faults.refuse = 404
    play = Play(server, until_done=True)
    play.thread.join(10.0)
    assert not play.thread.is_alive()
    assert "pole" in str(play.stage.missing)
    assert "404" in str(play.stage.missing)


def test_while_nothing_takes_its_reads_a_live_camera_loses_frames_alone_and_they_are_counted(
    server: RtspServer,
) -> None:
    play = Play(server)
    until(lambda: play.counters.totals().frames > 3)
    for _ in range(64):
        play.queue.put(HandedOver(NOBODY))
    server.cut()
    # The pass that the cut ended has nowhere to go: the camera waits, and frames take one another's place.
    until(lambda: (play.health.dropped_frames or 0) > 0 or play.stage._reader.state.replaced > 0)
    seen = play.counters.totals().frames
    assert len(play.queue.take(64, 0.1)) == 64
    until(lambda: play.counters.totals().frames > seen)
    play.end()
    first, *_ = play.arrivals()
    assert first.read.plate == "ABC123"
