"""Photograph a drawn plate under one hard condition at a time, so that each can be trained and measured by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from rendering.photographs.camera import Corners, blur_motion, compress, project, see_infrared, see_night
from rendering.photographs.surface import add_dirt, add_glare, add_obstacle, add_water
from schemas.types import Image

__all__ = ["CONDITIONS", "Photograph", "photograph"]

CONDITIONS: Final = (
    "clean", "small", "tilted", "night", "infrared", "glare", "dirty", "blur", "wet", "occluded",
)  # fmt: skip

_SMALL_WIDTHS: Final = (60.0, 30.0)  # pixels at severity 0 and 1
_ON_PLATE: Final = {"glare": add_glare, "dirty": add_dirt, "wet": add_water, "occluded": add_obstacle}
_IN_CAMERA: Final = {"night": see_night, "infrared": see_infrared, "blur": blur_motion}


@dataclass(frozen=True, slots=True)
class Photograph:
    """A plate as a camera saw it.

    Attributes:
        image: uint8 (H, W, 3) BGR: the plate with a narrow margin, as a detector would cut it out.
        corners: the plate's corners in it, float32 (4, 2) pixels: upper left, upper right, lower right, lower left.
    """

    image: Image
    corners: Corners


def photograph(
    image: Image, rng: np.random.Generator, condition: str = "clean", severity: float = 0.5, width: int = 160
) -> Photograph:
    """Photograph a plate.

    Args:
        image: uint8 (H, W, 3) BGR, frontal and sharp, as `rendering.plates.generator` draws it.
        rng: source of chance; the same state of it takes the same picture.
        condition: one of `CONDITIONS`. Every picture has a slight slant, softness, noise and compression besides.
        severity: 0 to 1. At 0 the condition is there, at 1 a person only just reads most plates.
        width: of the plate in the picture, in pixels; "small" takes at most 60 (severity 0) to 30 (severity 1).

    Returns:
        The picture and where the plate is in it.

    Raises:
        ValueError: if the condition is not known, or severity or width is out of range.
    """
    if condition not in CONDITIONS or not 0 <= severity <= 1 or width < 8:
        raise ValueError(
            f"condition {condition!r}, severity {severity} and width {width}: expected one of {CONDITIONS}, 0 to 1, "
            "and at least 8 pixels"
        )
    plate = np.ascontiguousarray(image)
    if condition in _ON_PLATE:
        plate = _ON_PLATE[condition](plate, rng, severity)
    if condition == "small":
        width = min(width, round(float(np.interp(severity, (0, 1), _SMALL_WIDTHS))))
    roll, yaw, pitch = _angles(rng, severity if condition == "tilted" else None)
    seen, corners = project(plate, rng, width=width, roll=roll, yaw=yaw, pitch=pitch)
    if condition in _IN_CAMERA:
        seen = _IN_CAMERA[condition](seen, rng, severity)
    return Photograph(_recorded(seen, rng), corners)


def _angles(rng: np.random.Generator, severity: float | None) -> tuple[float, float, float]:
    """Return roll, yaw and pitch in degrees: slight ones, or those of a slanted view."""
    if severity is None:
        return rng.normal(0, 1.5), rng.normal(0, 6), rng.normal(0, 4)
    side, lean = rng.choice((-1, 1), 2)
    roll = lean * (5 + 17 * severity) * rng.uniform(0.7, 1)
    yaw = side * (18 + 34 * severity) * rng.uniform(0.6, 1)
    return roll, yaw, (6 + 18 * severity) * rng.uniform(0, 1)


def _recorded(image: Image, rng: np.random.Generator) -> Image:
    """Add what every camera adds: exposure, softness, noise, compression."""
    exposed = image.astype(np.float32) * rng.uniform(0.85, 1.1)
    soft = cv2.GaussianBlur(exposed, (0, 0), rng.uniform(0.3, 0.7))
    noise = rng.standard_normal(image.shape, dtype=np.float32) * rng.uniform(1, 4)
    return compress(np.clip(soft + noise, 0, 255).astype(np.uint8), int(rng.integers(70, 96)))
