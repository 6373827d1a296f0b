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

import pytest
from pydantic import ValidationError

from ingest.positions.fixes import Fix
from pipeline.cameras.positions import PositionStage, follow_positions
from pipeline.cameras.whereabouts import Whereabouts
from pipeline.health.board import HealthBoard
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


def test_no_fix_for_too_long_is_an_alarm_until_there_is_one(gpsd: Gpsd) -> None:
    with followed(gpsd, alarm_minutes=0.5 / 60) as (_, _, board):
        seen: dict[AlarmKind, str] = {}

        def lost() -> bool:
            gpsd.report(mode=1)
            seen.update(standing(board))
            return AlarmKind.POSITION in seen

        until(lost)
        assert "no GPS fix since the start" in seen[AlarmKind.POSITION]

        def found() -> bool:
            gpsd.report()
            return board.cleared(AlarmKind.POSITION, "cruiser") is False and AlarmKind.POSITION not in standing(board)

        until(found)


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (timedelta(hours=1), "1:00:00 ahead of GPS time"),
        (timedelta(hours=-2), "2:00:00 behind GPS time"),
        (timedelta(weeks=1024, minutes=5), "0:05:00 ahead of GPS time"),
        (timedelta(weeks=1024, seconds=5), None),
        (timedelta(seconds=-20), None),
    ],
)
def test_a_clock_that_is_not_that_of_the_satellites_is_an_alarm(gpsd: Gpsd, off: timedelta, words: str | None) -> None:
    with followed(gpsd) as (whereabouts, _, board):
        assert whereabouts.track is not None
        sent = 0

        def counted() -> bool:
            nonlocal sent
            for _ in range(12):
                sent += 1
                gpsd.report(time=(datetime.now(UTC) - off).isoformat(), lat=36 + sent / 1000)
                time.sleep(0.01)
            last = whereabouts.track.last if whereabouts.track else None
            return last is not None and last.latitude > 36.03

        until(counted)
        alarm = standing(board).get(AlarmKind.CAMERA_CLOCK)
    assert (alarm is None) == (words is None)
    assert words is None or (alarm is not None and words in alarm)


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
