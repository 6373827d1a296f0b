"""What the demo plays: its own rendered clip, or the user's video, picture or folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.common import errors
from schemas.errors import InvalidInput
from schemas.settings import CameraSettings, ImageFolderCamera, Settings, VideoFileCamera


@dataclass(frozen=True, slots=True)
class DemoInput:
    """What is played: the cameras, how many frames they have (None: unknown), and what to call it.

    `clip` is the video that can be played as a live camera, too, None where it is none; it began at `began`.
    """

    cameras: tuple[CameraSettings, ...]
    frames: int | None
    seconds: float | None
    name: str
    clip: Path | None = None
    began: datetime | None = None


def rendered_input(settings: Settings) -> DemoInput:
    """Return the demo's own clip, rendered at the first time."""
    from rich.progress import Progress

    from rendering.scene.scenario import demo_scenario
    from rendering.scene.traffic import render_traffic

    clip = settings.data_dir / "demo" / "traffic.mp4"
    scenario = demo_scenario()
    if not clip.exists():
        clip.parent.mkdir(parents=True, exist_ok=True)
        with Progress(console=errors, transient=True) as progress:
            task = progress.add_task("rendering the traffic clip", total=scenario.frame_count)
            render_traffic(clip, progress=lambda done, total: progress.update(task, completed=done, total=total))
        vehicles = len(scenario.vehicles)
        errors.print(f"rendered {clip.name}: {scenario.frame_count} frames, {vehicles} vehicles, day and night")
    seconds = scenario.frame_count / scenario.fps
    # Every run of the demo is a new drive past the camera: the clip ended just now.
    began = datetime.now(UTC) - timedelta(seconds=seconds)
    os.utime(clip, (began.timestamp(), began.timestamp()))
    camera = VideoFileCamera(id="high-street", path=clip, latitude=36.8354, longitude=-76.2983, heading=90.0)
    return DemoInput((camera,), scenario.frame_count, seconds, "the rendered clip", clip, began)


def user_input(path: Path, settings: Settings) -> DemoInput:
    """Return the user's own input as a camera; a single picture becomes a folder of one."""
    from ingest.video_file import VIDEO_SUFFIXES

    path = path.expanduser().absolute()
    if not path.exists():
        raise InvalidInput(f"{path}: no such file or folder; give a video, a picture or a folder of them as input")
    now = datetime.now(UTC)
    # Its own name each time: a camera never reads the same file twice, and here the user wants to see it again.
    camera_id = f"input-{now:%H%M%S}"
    if path.is_file() and path.suffix.lower() in VIDEO_SUFFIXES:
        camera = VideoFileCamera(id=camera_id, path=path, started_at=now)
        return DemoInput((camera,), None, None, str(path), path, now)
    folder = path
    if path.is_file():
        folder = settings.data_dir / "demo" / camera_id
        folder.mkdir(parents=True)
        (folder / path.name).symlink_to(path)
    return DemoInput((ImageFolderCamera(id=camera_id, path=folder),), None, None, str(path))
