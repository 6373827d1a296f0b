"""A car knows why it reads nothing: its stage tells the page, the audit and the health file, and counts the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ingest.opencv import cv2
from ingest.positions.fixes import Fix
from operations.status.looking import car_states
from pipeline.patrol import state_stage
from pipeline.patrol.around import around
from pipeline.patrol.car import Car, open_car
from pipeline.patrol.state_stage import StateStage
from pipeline.patrol.states import CameraFacts, CarFacts
from schemas.events import AlarmKind, Noted
from schemas.health import CameraHealth, CarStateHealth
from schemas.settings import PrivateArea, RtspCamera, Settings
from schemas.settings.gps import GpsdReceiver
from schemas.settings.patrol import PatrolSettings
from schemas.types import Image, Location, StateKind
from tests.unit.ingest.view.scenes import street
from tests.unit.matcher.samples import read

FREE = 1 << 40
CLINIC = PrivateArea(name="clinic", latitude=36.84, longitude=-76.29, meters=200)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def car(tmp_path: Path) -> Iterator[Car]:
    """A car with one live camera, its own lists and a receiver."""
    settings = Settings(
        data_dir=tmp_path,
        cameras=(RtspCamera(id="front", url="rtsp://10.0.0.4/101", mount="vehicle"),),
        gps=GpsdReceiver(),
        patrol=PatrolSettings(car="car-12", private_areas=(CLINIC,), own_plates=("PD 1",)),
    )
    with open_car(settings) as one:
        yield one


def jpeg(picture: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", picture)[1])


def test_it_tells_what_begins_and_what_is_over_and_counts_it(car: Car) -> None:
    clock, stop, notes, free = Clock(), threading.Event(), list[tuple[Noted, str]](), [FREE]
    stage = StateStage(car, lambda what, words: notes.append((what, words)), clock, lambda: free[0])
    car.board.know_camera(CameraHealth(camera_id="front", known_since=clock.now))
    assert car.whereabouts.track is not None

    def seen(*, latitude: float = 36.9) -> dict[StateKind, bool]:
        """Half a minute later, in which pictures and fixes came."""
        clock.now += timedelta(seconds=30)
        car.board.camera("front", last_frame_at=clock.now)
        assert car.whereabouts.track is not None
        car.whereabouts.track.add(Fix(clock.now, latitude, -76.29, 10.0, 0.0))
        stage.step(stop)
        return {one.kind: one.stops for one in stage.states()}

    # Nobody has signed on: that the lists are locked is said, and that own plates are left out always stands.
    assert seen() == {StateKind.NO_LIST: True, StateKind.OWN_PLATES: False}
    assert [what for what, _ in notes] == [Noted.NOT_READING]
    assert "nobody has signed on" in notes[0][1]
    # In the private area nothing is kept; beyond it, it is.
    assert seen(latitude=36.84)[StateKind.PRIVATE_AREA] is True
    assert StateKind.PRIVATE_AREA not in seen()
    assert [what for what, words in notes if "private area" in words] == [Noted.NOT_READING, Noted.READING]
    # One dark picture is a tunnel, two are a lens that is covered.
    black = jpeg(np.zeros((90, 160, 3), np.uint8))
    car.board.showed("front", clock.now, black)
    assert StateKind.DARK_LENS not in seen()
    car.board.showed("front", clock.now, black)
    assert seen()[StateKind.DARK_LENS] is True
    assert car.board.standing()[AlarmKind.CAMERA_VIEW] == 1
    car.board.showed("front", clock.now, jpeg(street(1)))
    assert StateKind.DARK_LENS not in seen()
    assert car.board.standing()[AlarmKind.CAMERA_VIEW] == 0
    # Neither pictures nor fixes come any more.
    clock.now += timedelta(minutes=6)
    stage.step(stop)
    assert {one.kind for one in stage.states()} >= {StateKind.NO_CAMERA, StateKind.NO_FIX}
    free[0] = 0
    assert seen()[StateKind.STORAGE_FULL] is True
    counted = {one.kind: one for one in car.board.car_states}
    assert counted["private_area"].since is None
    assert counted["private_area"].seconds >= 0
    assert counted["storage_full"].since == clock.now
    assert counted["storage_full"].stops
    assert counted["no_list"].since is not None


def test_each_thing_is_said_when_it_begins_and_ends_and_its_seconds_add_up(
    car: Car, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.patrol.state_stage")
    clock, seconds, notes, free = Clock(), [1000.0], list[tuple[Noted, str]](), [FREE]
    monkeypatch.setattr(state_stage, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    stage = StateStage(car, lambda what, words: notes.append((what, words)), clock, lambda: free[0])
    begun = clock.now
    full = "the disk is full (0 MB are left): reads cannot be kept"
    low = "the disk is nearly full (100 MB are left): pictures are not kept"
    locked = "nobody has signed on since the start, so the lists are locked: reads are kept, and matched with nothing"
    for left in (FREE, 0, 0, FREE, 100 << 20, 1 << 62):
        free[0] = left
        assert stage.step(threading.Event()) == 1.0
        seconds[0] += 10.25
        clock.now += timedelta(seconds=10)
        car.board.know_camera(CameraHealth(camera_id="front", known_since=begun, last_frame_at=clock.now))
    assert notes == [
        (Noted.NOT_READING, locked),
        (Noted.NOT_READING, full),
        (Noted.READING, "over: disk full"),
        (Noted.NOT_READING, f"reads on: {low}"),
        (Noted.READING, "over: disk full"),
    ]
    assert caplog.messages == [
        f"the car reads nothing: {locked}",
        f"the car reads nothing: {full}",
        f"over: {full}",
        f"the car reads on: {low}",
        f"over: {low}",
    ]
    own = "the agency's own vehicles are left out (1 plate; 0 passes since the start)"
    assert car.board.car_states == (
        CarStateHealth(kind="no_list", subject="", seconds=51.2, since=begun, words=locked, stops=True),
        CarStateHealth(kind="own_plates", subject="", seconds=51.2, since=begun, words=own, stops=False),
        CarStateHealth(kind="storage_full", subject="disk", seconds=30.8, since=None, words="", stops=False),
    )


def test_what_is_known_of_a_car_is_judged_by_its_own_settings(car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, given = Clock(), list[CarFacts]()
    monkeypatch.setattr(state_stage, "states_of", lambda facts: given.append(facts) or ())
    stage = StateStage(car, now=clock, free=lambda: 77)
    clock.now += timedelta(seconds=30)
    at = clock.now - timedelta(seconds=2)
    car.board.know_camera(CameraHealth(camera_id="front", known_since=at, last_frame_at=at, problem="no route"))
    car.board.know_camera(CameraHealth(camera_id="other", known_since=at))
    assert car.whereabouts.track is not None
    car.whereabouts.track.add(Fix(at, 36.84, -76.29, 10.0, 0.0))
    own = read("PD1")
    for one in (own, own, read("ABC1234", location=Location(36.84, -76.29))):
        car.leaving_out.leaves_out(one)
    monkeypatch.setattr(type(car.uploads), "used_bytes", lambda _: int(car.patrol.spool_megabytes * (1 << 20)))
    stage.step(threading.Event())
    assert given == [
        CarFacts(
            now=clock.now,
            since=clock.now - timedelta(seconds=30),
            cameras=[CameraFacts("front", is_live=True, problem="no route", last_frame_at=at)],
            has_gps=True,
            fix_at=at,
            no_fix_after=timedelta(minutes=car.patrol.no_fix_minutes),
            area="clinic",
            are_open=False,
            lists=0,
            red={},
            free=77,
            least_free=int(car.settings.images.keep_free_gigabytes * (1 << 30)),
            is_spool_full=True,
            own_plates=1,
            left_out=2,
        )
    ]


@pytest.mark.parametrize(
    ("seconds", "speed", "told"),
    [(0.0, 15.0, 15.0), (0.0, None, None), (60.0, 15.0, None), (-60.0, 15.0, None), (60.0, 0.0, None)],
    ids=["now", "unknown", "old", "ahead", "stood"],
)
def test_an_old_fix_says_nothing_about_how_fast_the_car_is(
    car: Car, seconds: float, speed: float | None, told: float | None
) -> None:
    assert around(car).speed() is None
    assert car.whereabouts.track is not None
    car.whereabouts.track.add(Fix(datetime.now(UTC) - timedelta(seconds=seconds), 36.9, -76.29, speed, 0.0))
    assert around(car).speed() == told


def test_the_health_file_has_them(car: Car, tmp_path: Path) -> None:
    from pipeline.health.written import HealthFile
    from services.run_state import health_file, read_run_health

    clock = Clock()
    StateStage(car, now=clock, free=lambda: FREE).step(threading.Event())
    HealthFile(car.board, tmp_path, service="patrol").write()
    health = read_run_health(tmp_path, health_file("patrol"))
    assert health is not None
    # What has not begun yet is not missing yet.
    assert [one.kind for one in health.car_states] == ["no_list", "own_plates"]
    assert [one.stops for one in health.car_states] == [True, False]
    # `platewatch status` says all of them, and what nothing is read for as a fault.
    shown = car_states(health)
    assert [(one.kind, one.since is None) for one in shown] == [("no_list", False), ("own_plates", False)]
    assert "nobody has signed on" in shown[0].words
