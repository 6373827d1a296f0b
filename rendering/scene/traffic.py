"""Render the demo's traffic clip: a fixed camera over a two-lane road, by day and then by night."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from rendering.scene.scenario import FAR, NEAR, DrivenVehicle, TrafficScenario, demo_scenario, distance
from rendering.scene.scenery import RoadView, draw_day, draw_night
from rendering.scene.sprite import VehicleSprite
from schemas.errors import ConfigurationError, StorageFull
from schemas.types import Image

_NOISE_FIELDS: Final = 7
_DAY_NOISE: Final = 2.2  # standard deviation of the sensor's noise, in gray levels
_NIGHT_NOISE: Final = 4.5
_FRAMES_AHEAD: Final = 6  # frames drawn while the encoder is busy with earlier ones


def render_traffic(
    path: Path,
    *,
    seed: int = 7,
    size: tuple[int, int] = (1280, 720),
    fps: int = 15,
    frames: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TrafficScenario:
    """Draw the clip and write it as MPEG-4 video.

    The file appears under its name only when it is complete. The same arguments draw the same pictures.

    Args:
        path: where the video goes; ends in ".mp4".
        seed: of everything that is left to chance.
        size: width, height in pixels.
        fps: frames per second.
        frames: stop after so many frames; None for the whole clip.
        progress: called with (frames done, frames in all).

    Returns:
        What drives through the clip.

    Raises:
        ConfigurationError: if this OpenCV cannot write the video or the folder is not writable.
        StorageFull: if the written file is not complete, as on a full disk.
    """
    scenario = demo_scenario(seed=seed, size=size, fps=fps, frames=frames)
    partial = path.with_name(f".{path.stem}.partial.mp4")
    try:
        with _video_writer(partial, scenario) as write, closing(render_frames(scenario)) as pictures:
            for done, picture in enumerate(pictures, start=1):
                write(picture)
                if progress is not None:
                    progress(done, scenario.frame_count)
        _check(partial, scenario)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return scenario


def render_frames(scenario: TrafficScenario) -> Generator[Image, None, None]:
    """Draw the clip's frames one by one, each uint8 (height, width, 3) BGR."""
    view = RoadView(*scenario.size)
    rng = np.random.default_rng(scenario.seed)
    day = draw_day(view, rng)
    night = draw_night(view, day, rng)
    noise = [_noise(view, rng) for _ in range(_NOISE_FIELDS)]
    sprites: dict[int, VehicleSprite] = {}
    for frame in range(scenario.frame_count):
        dark = frame >= scenario.night_from
        picture = (night if dark else day).copy()
        for meters, vehicle in _visible(scenario, frame):
            if vehicle.number not in sprites:
                sprites[vehicle.number] = VehicleSprite(vehicle, view, seed=scenario.seed)
            sprites[vehicle.number].draw(picture, meters, frame / scenario.fps)
        strength = (_NIGHT_NOISE if dark else _DAY_NOISE) / 32
        grain = noise[int(rng.integers(_NOISE_FIELDS))]
        cv2.addWeighted(picture, 1.0, grain, strength, -128 * strength, dst=picture)
        yield picture
        sprites = {number: sprite for number, sprite in sprites.items() if frame < sprite.vehicle.leave_frame}


def _visible(scenario: TrafficScenario, frame: int) -> list[tuple[float, DrivenVehicle]]:
    """Return the vehicles in sight, the farthest first, each with its distance in meters."""
    seen = []
    for vehicle in scenario.vehicles:
        meters = distance(vehicle, frame / scenario.fps)
        if vehicle.enter_frame <= frame < vehicle.leave_frame and NEAR <= meters <= FAR:
            seen.append((meters, vehicle))
    return sorted(seen, key=lambda pair: -pair[0])


def _noise(view: RoadView, rng: np.random.Generator) -> Image:
    """Return a field of sensor noise around 128 with a standard deviation of 32, mostly without color."""
    gray = rng.standard_normal((view.height, view.width), dtype=np.float32) * 29
    color = rng.standard_normal((view.height // 2, view.width // 2, 3), dtype=np.float32) * 16
    field = cv2.resize(color, (view.width, view.height)) + gray[..., None] + 128
    noise: Image = np.clip(field, 0, 255).astype(np.uint8)
    return noise


@contextmanager
def _video_writer(path: Path, scenario: TrafficScenario) -> Iterator[Callable[[Image], None]]:
    """Encode on a thread of its own, so that drawing and encoding use two cores."""
    # MPEG-4 part 2: OpenCV's wheels carry no H.264 encoder.
    codec = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), codec, float(scenario.fps), scenario.size)
    if not writer.isOpened():
        raise ConfigurationError(f"cannot write video to {path.parent}; check that the folder exists and is writable")
    pending: deque[Future[None]] = deque()
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder") as encoder:

            def encode(picture: Image) -> None:
                writer.write(picture)

            def write(picture: Image) -> None:
                pending.append(encoder.submit(encode, picture))
                if len(pending) > _FRAMES_AHEAD:
                    pending.popleft().result()

            yield write
            while pending:
                pending.popleft().result()
    finally:
        writer.release()


def _check(path: Path, scenario: TrafficScenario) -> None:
    """Make sure that the file holds all frames: OpenCV's writer does not report a full disk."""
    capture = cv2.VideoCapture(str(path))
    try:
        count = round(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    finally:
        capture.release()
    if count != scenario.frame_count:
        raise StorageFull(
            f"the traffic clip has {count} frames instead of {scenario.frame_count}; free some disk space and try again"
        )
