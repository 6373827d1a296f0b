"""How a camera is, in a word, from what is known of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from operations.cameras import overview
from operations.cameras.overview import _Known
from schemas.events import AlarmKind
from schemas.health import CameraHealth
from schemas.settings import CameraSettings, ImageFolderCamera, RtspCamera, Settings

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
FOLDER = ImageFolderCamera(id="gate", path=Path("/srv/gate"))
LIVE = RtspCamera(id="gate", url=SecretStr("rtsp://lee:x@cam.example.gov/1"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEVER = None


def known(
    health: CameraHealth | None, kept: CameraHealth | None = None, *, alarm: str | None = None, is_watched: bool = True
) -> _Known:
    def of(one: CameraHealth | None) -> dict[str, CameraHealth]:
        return {} if one is None else {"gate": one}

    counts = {NOW.replace(minute=0) - number * HOUR: 10**number for number in range(4)}
    alarms = {} if alarm is None else {"gate": alarm}
    return _Known(of(health), of(kept), {"gate": counts}, alarms, {}, is_watched, NOW)


def health(
    picture: timedelta | None = NEVER, read: timedelta | None = NEVER, problem: str | None = None
) -> CameraHealth:
    return CameraHealth(
        camera_id="gate",
        known_since=NOW - 30 * DAY,
        problem=problem,
        last_picture_at=None if picture is None else NOW - picture,
        last_read_at=None if read is None else NOW - read,
    )


@pytest.mark.parametrize(
    ("place", "now", "state"),
    [
        (LIVE, known(health(MINUTE)), "works"),
        (LIVE, known(health(3 * MINUTE)), "waits"),  # two minutes without a picture
        (LIVE, known(health(NEVER, MINUTE)), "waits"),  # an old read says nothing of a live picture
        (LIVE, known(health()), "waits"),
        (LIVE, known(None), "waits"),
        (LIVE, known(None, health(MINUTE)), "works"),
        (LIVE, known(None, health(MINUTE), is_watched=False), "unknown"),
        (LIVE, known(health(MINUTE), is_watched=False), "works"),
        (LIVE, known(health(MINUTE, problem="no route")), "fails"),
        (LIVE, known(health(MINUTE), alarm="it looks elsewhere"), "fails"),
        (FOLDER, known(health(23 * HOUR)), "works"),
        (FOLDER, known(health(25 * HOUR)), "waits"),
        (FOLDER, known(health(25 * HOUR, 23 * HOUR)), "works"),
        (FOLDER, known(health(25 * HOUR), health(23 * HOUR)), "works"),
        (FOLDER, known(health()), "waits"),
        (FOLDER, known(None), "waits"),
        (FOLDER, known(health(MINUTE, problem="the folder is away")), "fails"),
        (None, known(health(NEVER, HOUR)), "works"),
    ],
)
def test_how_a_camera_is(place: CameraSettings | None, now: _Known, state: str) -> None:
    assert now.overview("gate", "camera", place).state == state


def test_reads_of_the_hour_are_those_of_the_one_that_runs_and_the_one_before() -> None:
    seen = known(health()).overview("gate", "camera", FOLDER)
    assert (seen.reads_hour, seen.reads_day) == (11, 1111)


def test_what_is_known_is_the_newest_of_all_and_an_address_has_no_login() -> None:
    seen = known(health(HOUR, 2 * HOUR), health(2 * HOUR, HOUR)).overview("gate", "camera", LIVE)
    assert (seen.last_picture_at, seen.last_read_at) == (NOW - HOUR, NOW - HOUR)
    assert seen.address is not None
    assert "lee" not in seen.address
    assert "cam.example.gov" in seen.address


def test_of_several_problems_the_camera_s_own_is_named() -> None:
    seen = known(health(problem="no route"), alarm="silent for a day").overview("gate", "camera", LIVE)
    assert seen.problem == "no route"
    assert known(health(), alarm="silent for a day").overview("gate", "camera", LIVE).problem == "silent for a day"


def test_a_camera_fails_by_the_alarms_that_are_about_cameras_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = [SimpleNamespace(kind=kind, subject=kind.value, message=f"{kind} is it") for kind in AlarmKind]
    standing += [SimpleNamespace(kind=AlarmKind.CAMERA_VIEW, subject="camera_failed", message="older")]
    empty: Any = SimpleNamespace(standing=lambda: standing, load=lambda: [], between=lambda *_: {})
    for name in ("Alarms", "CameraStates", "CameraHours"):
        monkeypatch.setattr(overview, name, lambda *_: empty)
    monkeypatch.setattr(overview, "pictures_taken_at", lambda _: {})
    found = overview._known(empty, Settings(data_dir=tmp_path), "portsmouth-pd").alarms
    about = ("camera_clock", "camera_failed", "camera_silent", "camera_view", "reads_missing", "files_kept")
    assert found == {kind: f"{kind} is it" for kind in about}
