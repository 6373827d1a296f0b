"""Rendered drives, kept as videos, each with the plates that a person could read in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from rendering.street.filming import SeenPlate, film_to, readable
from rendering.street.scenes import SceneName, street_scene
from schemas.plates import canonical_plate

NAMES: tuple[SceneName, ...] = get_args(SceneName)

_SECONDS = {15: 16.0, 30: 6.0}
_SIZES = {15: (1280, 720), 30: (1920, 1080)}


@dataclass(frozen=True, slots=True)
class Clip:
    """A drive as a video, and the truth about it.

    Attributes:
        name: its kind.
        fps: frames per second.
        path: the video.
        plates: canonical texts of the plates that can be read in two frames and more.
        all_plates: those of every vehicle that comes into view.
        truth: the plates of each frame.
    """

    name: SceneName
    fps: int
    path: Path
    plates: frozenset[str]
    all_plates: frozenset[str]
    truth: list[tuple[SeenPlate, ...]]


def draw_clip(folder: Path, name: SceneName, seed: int, fps: int) -> Clip:
    """Draw one drive.

    Args:
        folder: where the video goes.
        name: what kind of drive.
        seed: of all chance.
        fps: 15 (at 1280x720) or 30 (at 1920x1080).
    """
    scene = street_scene(name, seed, size=_SIZES[fps], fps=fps, seconds=_SECONDS[fps])
    path = folder / f"{name}-{seed}-{fps}.mp4"
    truth = film_to(path, scene)
    texts = {number: canonical_plate(one.look.serial) for number, one in enumerate(scene.vehicles, start=1)}
    seen = {plate.number for plates in truth for plate in plates}
    near = frozenset(texts[number] for number in readable(truth))
    return Clip(name, fps, path, near, frozenset(texts[number] for number in seen), truth)
