"""The stage that follows a GPS receiver, and where cameras are by it."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from ingest.positions.fixes import Fix
from ingest.positions.track import PositionTrack
from pipeline.cameras import positions
from pipeline.cameras.positions import PositionStage, follow_positions
from pipeline.cameras.whereabouts import Whereabouts
from pipeline.health.board import HealthBoard
from schemas.errors import InvalidInput, TransientError
from schemas.events import AlarmKind
from schemas.settings import GpsdReceiver, RecordedTrack, Settings, VideoFileCamera
from schemas.types import Location

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Gpsd:
    """Serves one client after the other; tests say what it reports."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._client: socket.socket | None = None
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._client, _ = self._listener.accept()
                self.accepted += 1

    def report(self, **changes: object) -> None:
        now = datetime.now(UTC).isoformat()
        assert self._client is not None
        said = {"class": "TPV", "mode": 3, "time": now, "lat": 36.8, "lon": -76.3, "speed": 9, "track": 90, **changes}
        self._client.sendall(json.dumps(said).encode() + b"\n")

    def send(self, line: bytes) -> None:
        assert self._client is not None
        self._client.sendall(line)

    def cut(self) -> None:
        assert self._client is not None
        self._client.close()

    def close(self) -> None:
        self._listener.close()
        if self._client is not None:
            self._client.close()


@pytest.fixture
def gpsd() -> Iterator[Gpsd]:
    served = Gpsd()
    yield served
    served.close()


@contextlib.contextmanager
def followed(gpsd: Gpsd, **settings: float) -> Iterator[tuple[Whereabouts, PositionStage, HealthBoard]]:
    """Follow it until left."""
    board, stop = HealthBoard("cruiser"), threading.Event()
    configured = Settings(gps=GpsdReceiver(port=gpsd.port, **settings))  # type: ignore[arg-type]
    whereabouts, (stage,) = follow_positions(configured, board)
    thread = threading.Thread(target=stage.run, args=(stop,))
    thread.start()
    try:
        until(lambda: gpsd.accepted)
        yield whereabouts, stage, board
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def standing(board: HealthBoard) -> dict[AlarmKind, str]:
    """What stands of the alarms so far, as the database would have it."""
    alarms: dict[AlarmKind, str] = {}
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.message is None:
            alarms.pop(change.kind, None)
        else:
            alarms[change.kind] = change.message
    return alarms


def car(heading: float | None = None) -> VideoFileCamera:
    return VideoFileCamera(id="front", path=Path("a.mp4"), mount="vehicle", heading=heading)


def test_cameras_on_the_vehicle_are_where_it_is_and_look_as_they_are_mounted(gpsd: Gpsd) -> None:
    fixed = VideoFileCamera(id="gate", path=Path("b.mp4"), latitude=1, longitude=2, heading=3)
    with followed(gpsd) as (whereabouts, _, _):
        front, left, gate = (whereabouts.of(one) for one in (car(), car(270), fixed))
        assert front(datetime.now(UTC)) is None
        gpsd.report()
        until(lambda: front(datetime.now(UTC)))
        places = [place(datetime.now(UTC)) for place in (front, left, gate)]
    assert [None if place is None else place.heading for place in places] == [90, 0, 3]
    assert places[2] == Location(1, 2, 3)
    assert places[0] is not None
    assert places[0].fix_age is not None
    assert (places[0].latitude, places[0].longitude, places[0].speed) == (36.8, -76.3, 9)


def test_garbage_is_told_once_and_reading_goes_on(gpsd: Gpsd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with followed(gpsd) as (whereabouts, stage, _):
        for _ in range(20):
            gpsd.send(b"\xff\xfenonsense\n")
        until(lambda: stage.refused == 20)
        gpsd.report(lat=0, lon=0)
        gpsd.report()
        until(lambda: whereabouts.of(car())(datetime.now(UTC)))
    assert stage.refused == 21
    assert [record.getMessage() for record in caplog.records] == [
        "the GPS receiver sent a line that is no JSON; is this gpsd?; left out (1 so far)"
    ]


def test_a_receiver_that_goes_is_followed_again_when_it_is_back(gpsd: Gpsd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with followed(gpsd) as (whereabouts, _, _):
        gpsd.report()
        until(lambda: whereabouts.of(car())(datetime.now(UTC)))
        gpsd.cut()
        until(lambda: gpsd.accepted == 2)
        gpsd.report(lat=37.0)
        until(lambda: getattr(whereabouts.of(car())(datetime.now(UTC) + timedelta(seconds=30)), "latitude", 0) == 37.0)
    said = [record.getMessage() for record in caplog.records]
    assert any("ended the connection" in line and "trying again until it works" in line for line in said)
    assert any("is there again" in line for line in said)


def test_a_recorded_track_needs_no_stage_and_a_bad_one_is_an_alarm(tmp_path: Path) -> None:
    board, path = HealthBoard("cruiser"), tmp_path / "drive.gpx"
    path.write_text(
        '<gpx version="1.1" creator="t"><trk><trkseg><trkpt lat="36.8" lon="-76.3"><time>2026-05-04T12:00:00Z</time>'
        '</trkpt><trkpt lat="36.9" lon="-76.3"><time>2026-05-04T12:00:04Z</time></trkpt></trkseg></trk></gpx>'
    )
    whereabouts, stages = follow_positions(Settings(gps=RecordedTrack(path=path)), board)
    assert stages == []
    place = whereabouts.of(car())(NOON + timedelta(seconds=1))
    assert place is not None
    assert place.latitude == pytest.approx(36.825)
    path.write_text("<gpx/>")
    whereabouts, stages = follow_positions(Settings(gps=RecordedTrack(path=path)), board)
    assert (stages, whereabouts.of(car())(NOON)) == ([], None)
    assert "has no track; reads have no position" in standing(board)[AlarmKind.POSITION]


def test_a_camera_on_the_vehicle_has_no_place_of_its_own() -> None:
    placed = car().model_copy(update={"latitude": 1.0, "longitude": 2.0})
    with pytest.raises(ValidationError, match="position is that of \\[gps\\]; remove latitude"):
        Settings(gps=GpsdReceiver(), cameras=(placed,))
    assert Whereabouts(None).of(placed)(NOON) == Location(1.0, 2.0)


def test_without_a_receiver_fixes_of_the_track_stand_for_themselves() -> None:
    whereabouts = Whereabouts(GpsdReceiver(lost_seconds=5))
    assert whereabouts.track is not None
    whereabouts.track.add(Fix(NOON, 36.8, -76.3))
    place = whereabouts.of(car())
    assert place(NOON + timedelta(seconds=4)) == Location(36.8, -76.3, None, 4.0)
    assert place(NOON + timedelta(seconds=6)) is None


class Receiving:
    """A receiver that gives at each step what a test says, and a clock that goes as it lets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, alarm_minutes: float = 2.0) -> None:
        self.now, self.gives, self.opened, self.closed = 1000.0, list[Any](), 0, 0
        monkeypatch.setattr(positions, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(positions, "Receiver", self._open)
        self.track, self.board = PositionTrack(timedelta(seconds=5)), HealthBoard("here")
        settings = GpsdReceiver(alarm_minutes=alarm_minutes)
        self.stage = PositionStage(settings, self.track, self.board, lambda: NOON)

    def _open(self, _: object) -> Receiving:
        self.opened += 1
        return self

    def fixes(self, now: Callable[[], datetime]) -> list[Any]:
        assert now() == NOON
        if any(isinstance(one, TransientError) for one in self.gives):
            raise self.gives[0]
        return self.gives

    def close(self) -> None:
        self.closed += 1

    def step(self, *gives: Any, later: float = 0.0) -> list[tuple[AlarmKind, str, str | None]]:
        self.now += later
        self.gives = list(gives)
        assert self.stage.step(threading.Event()) == 0.0
        return self.changes()

    def changes(self) -> list[tuple[AlarmKind, str, str | None]]:
        found = []
        while (change := self.board.next_change()) is not None:
            self.board.stored(change)
            found.append((change.kind, change.subject, change.message))
        return found


def fix(seconds_off: float | None = None, at: datetime = NOON) -> Fix:
    told = None if seconds_off is None else at - timedelta(seconds=seconds_off)
    return Fix(at, 36.8, -76.3, 9.0, 90.0, told)


def test_a_fix_that_is_missing_for_too_long_is_an_alarm_until_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    own = Receiving(monkeypatch)
    lost = "no GPS fix since {}: reads of cameras on the vehicle have no position; look at the antenna"
    started, since = lost.format("the start"), lost.format("2026-05-04T12:00:00+00:00")
    assert own.step(later=119.9) == []
    assert own.step(later=0.1) == [(AlarmKind.POSITION, "here", started)]
    assert own.step(later=1.0) == []
    assert own.step(fix()) == [(AlarmKind.POSITION, "here", None)]
    assert own.track.last == fix()
    assert own.step(later=119.9) == []
    assert own.step(later=0.1) == [(AlarmKind.POSITION, "here", since)]
    assert caplog.messages == [
        f"stage positions: {started}",
        "stage positions: there is a fix again",
        f"stage positions: {since}",
    ]
    nobody = Receiving(monkeypatch, alarm_minutes=0)
    assert nobody.step(later=1e6) == []


def test_a_receiver_that_is_away_is_opened_anew_and_one_that_works_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Receiving(monkeypatch)
    own.step(fix())
    own.step(fix())
    assert (own.opened, own.closed) == (1, 0)
    with pytest.raises(TransientError):
        own.step(TransientError("unplugged"))
    own.step(fix())
    assert (own.opened, own.closed) == (2, 1)
    own.stage.end()
    own.stage.end()
    assert own.closed == 2
    # That the line works is no fix yet.
    own.board.raised(AlarmKind.POSITION, "here", "no fix")
    own.board.stage_fails("positions", "away")
    own.stage._note_work()
    assert (own.board.stages(), own.board.stands(AlarmKind.POSITION, "here")) == ((), True)


def test_what_is_damaged_is_counted_each_and_said_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own, said = Receiving(monkeypatch), list[int]()
    bad = InvalidInput("a line that is no sentence")
    for later, lines in ((0.0, (bad, fix(), bad)), (59.9, (bad,)), (0.1, (bad,))):
        own.step(*lines, later=later)
        said.append(len(caplog.messages))
    assert (said, own.stage.refused) == ([1, 1, 2], 4)
    assert caplog.messages == [
        f"the GPS receiver sent a line that is no sentence; left out ({count} so far)" for count in (1, 4)
    ]


ROLLOVER = 1024 * 7 * 86_400


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (60.0, None),
        (-60.0, None),
        (60.1, "0:01:00 ahead of"),
        (-60.1, "0:01:00 behind"),
        (66.0, "0:01:10 ahead of"),
        (-7200.0, "2:00:00 behind"),
        # Old receivers count weeks anew after 1024 of them.
        (float(ROLLOVER), None),
        (ROLLOVER + 90.0, "0:01:30 ahead of"),
        (2 * ROLLOVER - 90.0, "0:01:30 behind"),
    ],
)
def test_this_machines_clock_is_held_against_the_satellites(
    monkeypatch: pytest.MonkeyPatch, offset: float, said: str | None
) -> None:
    own = Receiving(monkeypatch)
    own.step(fix())
    # Of ten fixes the middle one counts: four are right, or wrong.
    assert own.step(*[fix(0.0 if said else 1e6)] * 4, *[fix(offset)] * 5, fix()) == []
    kind, subject = AlarmKind.CAMERA_CLOCK, "clock of here"
    message = f"this machine's clock is {said} GPS time, and dates the reads; set it, by chrony or gpsd"
    assert own.step(fix(offset)) == [(kind, subject, message if said else None)]
    if said:
        assert own.step(fix(offset + 3.0) if offset > 0 else fix(offset - 3.0)) == []
        assert own.step(*[fix(0.0)] * 10)[-1] == (kind, subject, None)
