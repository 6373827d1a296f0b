"""Whether a camera that pushes is taken by the run on this machine, and what to type into it. Nothing is stored."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from operations.status.local import run_status
from schemas.errors import ConfigurationError, TransientError
from schemas.health import CameraHealth
from schemas.settings import PushCamera, Settings, StreamCamera
from services.run_state import read_run_health

LOOK_SECONDS = 0.5
_EVERYWHERE = frozenset({"0.0.0.0", "[::]"})  # noqa: S104 - compared with, not listened at


@dataclass(frozen=True, slots=True)
class PushedReport:
    """What the run took of a camera while it was watched.

    `url` is what the camera posts to, `frames` and `dropped` are what came in `seconds` and what of it was replaced by
    newer ones. `state` is how the run says that the camera is.
    """

    url: str
    frames: int
    dropped: int
    damaged: int
    seconds: float
    state: CameraHealth


class NothingPushed(TransientError):
    """No picture of a camera comes; says why, and what to do."""


def live_camera(settings: Settings, name: str) -> StreamCamera:
    """Return a configured live camera.

    Args:
        settings: The configuration.
        name: Its id.

    Raises:
        ConfigurationError: There is none of that id, or it sends files.
    """
    camera = next((one for one in settings.cameras if one.id == name), None)
    if camera is None:
        known = ", ".join(one.id for one in settings.cameras if isinstance(one, StreamCamera)) or "none"
        raise ConfigurationError(
            f"no camera '{name}' is configured (live ones: {known}); give an id, or a URL that begins with rtsp:// or "
            "http://"
        )
    if not isinstance(camera, StreamCamera):
        raise ConfigurationError(
            f"camera '{name}' sends files and is not live; see how it is (platewatch health), or read them (platewatch "
            "read PATH)"
        )
    return camera


def push_url(settings: Settings, camera: PushCamera) -> str:
    """Return what a camera posts to, as it is reached from outside.

    Raises:
        ConfigurationError: No server is configured.
    """
    listen = settings.ingest.listen
    if listen is None:
        raise ConfigurationError(
            f"camera '{camera.id}' posts its pictures, and ingest.listen is not set; name the address and port "
            "to listen at"
        )
    host, _, port = listen.rpartition(":")
    host = socket.gethostname() if host in _EVERYWHERE else host
    scheme = "http" if settings.ingest.certificate_file is None else "https"
    return f"{scheme}://{host}:{port}/ingest/cameras/{camera.id}/frames"


def watch_pushed(settings: Settings, camera: PushCamera, *, seconds: float) -> PushedReport:
    """Watch for some seconds what the run on this machine takes of a camera.

    Args:
        settings: The configuration.
        camera: The camera.
        seconds: How long.

    Raises:
        NothingPushed: No run is there, or no picture comes.
        ConfigurationError: No server is configured.
    """
    url = push_url(settings, camera)
    first = last = _state(settings, camera, url)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(LOOK_SECONDS)
        last = _state(settings, camera, url)
    frames = (last.frames or 0) - (first.frames or 0)
    if not frames:
        problem = last.problem or f"posted no picture for {seconds:g} s"
        raise NothingPushed(f"camera '{camera.id}': {problem}; have it post JPEG pictures to {url}")
    return PushedReport(
        url=url,
        frames=frames,
        dropped=(last.dropped_frames or 0) - (first.dropped_frames or 0),
        damaged=(last.damaged_frames or 0) - (first.damaged_frames or 0),
        seconds=time.monotonic() - began,
        state=last,
    )


def _state(settings: Settings, camera: PushCamera, url: str) -> CameraHealth:
    health = read_run_health(settings.data_dir)
    run = run_status(settings, health, datetime.now(UTC))
    if health is None or not run.running or not run.responds:
        raise NothingPushed(
            f"camera '{camera.id}' posts its pictures to {url}, and no run takes them there; start one (platewatch run)"
        )
    found = next((one for one in health.cameras if one.camera_id == camera.id), None)
    if found is None:
        raise NothingPushed(
            f"the run does not know camera '{camera.id}' yet; have it take its configuration anew (SIGHUP)"
        )
    return found
