"""Pictures of a plate, mounted over another one or alone, and where both are: what one box of a detector spans."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from recognition.training.examples.augment import Corners
from schemas.types import Image

Points = npt.NDArray[np.float64]

FRONT_WIDTH = 200
"""Pixels of a front plate that is twice as wide as high; others have its area."""

_SIZE = (960, 640)  # width and height of the picture
_LEAST_SHOWN = 0.07


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, uint8 BGR, the front plate in it, and the box of both; in pixels."""

    image: Image
    front: Corners
    both: Corners


def plates_in_place(front: Image, other: Image | None, rng: np.random.Generator) -> Scene:
    """Mount a plate, over another one where there is one.

    Args:
        front: uint8 (H, W, 3) BGR, the plate and nothing else.
        other: The one behind.
        rng: Source of chance.
    """
    turn, image = np.radians(rng.normal(0, 4)), _ground(rng)
    size = _size(front, rng)
    before = _placed(size, np.zeros(2), turn, rng)
    corners = [before]
    if other is not None:
        other_size = _size(other, rng)
        behind = _placed(other_size, _shift(size, other_size, rng), turn, rng)
        corners.append(behind)
        _lay(image, other, behind)
    if rng.random() < 0.6:
        _shade(image, before, rng)
    _lay(image, front, before)
    return Scene(image, _around(before), _around(np.concatenate(corners)))


def _placed(size: Points, middle: Points, turn: float, rng: np.random.Generator) -> Points:
    """Return a plate's corners in the picture, each a little askew and all turned."""
    askew = _rectangle(size, middle, np.radians(rng.normal(0, 1.5)))
    return _turned(askew, turn) + np.array(_SIZE) / 2


def _size(plate: Image, rng: np.random.Generator) -> Points:
    """Return a plate's width and height where all have their true sizes to one another, seen a little from a side."""
    height, width = plate.shape[:2]
    aspect = width / height
    # Plates of three and more times their height are the long ones, 11 cm high where US plates are 15 cm.
    high = FRONT_WIDTH / 2 * (0.73 if aspect > 2.8 else 1.0)
    return np.array([high * aspect, high]) * rng.uniform(0.97, 1.03, 2)


def _shift(front: Points, other: Points, rng: np.random.Generator) -> Points:
    """Return how far the other plate's middle is from the front one's: at a side, above or below, or both."""
    spare = (other - front) / 2
    shown = rng.uniform(_LEAST_SHOWN, 0.6, 2) * front
    # A plate that is larger than the one in front shows at both its sides.
    shift = np.where(shown > spare, rng.choice([-1, 1], 2) * (shown - spare), rng.normal(0, 0.05, 2) * front)
    aligned = np.where(spare < 0, rng.uniform(-1, 1, 2) * spare, rng.normal(0, 0.03, 2) * front)
    kind = rng.random()
    return np.where([kind < 0.75, kind >= 0.5], shift, aligned)


def _rectangle(size: Points, middle: Points, turn: float) -> Points:
    corners: Points = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    return np.asarray(_turned(corners, turn) + middle)


def _turned(points: Points, turn: float) -> Points:
    cosine, sine = math.cos(turn), math.sin(turn)
    return np.asarray(points @ np.array([[cosine, sine], [-sine, cosine]]))


def _around(points: Points) -> Corners:
    (x1, y1), (x2, y2) = points.min(0), points.max(0)
    return float(x1), float(y1), float(x2), float(y2)


def _lay(image: Image, plate: Image, points: Points) -> None:
    height, width = plate.shape[:2]
    scale = float(np.linalg.norm(points[1] - points[0])) / width
    if scale < 0.7:  # shrinking by a warp alone would alias
        plate = cv2.resize(plate, None, fx=scale * 1.4, fy=scale * 1.4, interpolation=cv2.INTER_AREA).astype(np.uint8)
        height, width = plate.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, points.astype(np.float32))
    cv2.warpPerspective(plate, matrix, _SIZE, dst=image, borderMode=cv2.BORDER_TRANSPARENT)


def _shade(image: Image, points: Points, rng: np.random.Generator) -> None:
    """Darken what is around the front plate: it casts a shadow, and its edge is thick."""
    mask = np.zeros(image.shape[:2], np.float32)
    moved = points + rng.uniform(-0.02, 0.02, 2) * FRONT_WIDTH + [0, rng.uniform(0, 0.02) * FRONT_WIDTH]
    cv2.fillConvexPoly(mask, np.round(moved).astype(np.int32), (1.0,))
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 6)))
    image[:] = (image * (1 - rng.uniform(0.1, 0.7) * soft[..., None])).astype(np.uint8)


def _ground(rng: np.random.Generator) -> Image:
    """Paint a vehicle's body around: a shade that changes from top to bottom, with a few edges in it."""
    upper = rng.uniform(5, 235) + rng.normal(0, 12, 3)
    lower = upper * rng.uniform(0.3, 1.1)
    ramp = np.linspace(0, 1, _SIZE[1])[:, None, None]
    ground = np.repeat(np.clip(upper * (1 - ramp) + lower * ramp, 0, 255), _SIZE[0], axis=1).astype(np.uint8)
    for _ in range(int(rng.integers(0, 6))):
        x, y = (int(rng.integers(0, side)) for side in _SIZE)
        size = rng.integers(10, 400, 2)
        color = tuple(float(value) for value in np.clip(upper * rng.uniform(0.2, 1.8), 0, 255))
        cv2.rectangle(ground, (x, y), (x + int(size[0]), y + int(size[1])), color, -1)
    return ground
