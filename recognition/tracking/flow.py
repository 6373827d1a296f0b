"""How a picture moves from one frame to the next: everywhere, and at the plates that are followed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Box, Gray, Image

Floats = npt.NDArray[np.float32]

_WIDTH = 480
"""Pixels to which a picture is made smaller: a plate that can be read is twenty and more."""

_WINDOW = (17, 17)
_LEVELS = 4
"""Halvings of the small picture: what moves by a fifth of its width from frame to frame is found."""

_COLUMNS, _ROWS = 14, 8
"""Points, evenly over the picture, of which the motion is looked for."""

_FAR_BACK = 1.0
"""Pixels of the small picture by which a point that is followed there and back may miss its place."""

_AGREE = 0.5
"""Share of a plate's points that have to be found, and to move alike."""

_ALIKE = 0.35
"""How far a point may be off the middle motion, in widths of its plate."""

# Points of a plate, in widths and heights from its middle: its own surroundings move as it does.
_AROUND = [(x, y) for y in (-0.9, -0.3, 0.3, 0.9) for x in (-0.6, -0.2, 0.2, 0.6)]


@dataclass(frozen=True, slots=True)
class Motion:
    """How a picture moved since the frame before, in widths of the picture.

    Attributes:
        lengths: of the motion at points all over it, those that were found (n,).
        plates: of each followed plate that was found, to the right and down.
    """

    lengths: Floats
    plates: Mapping[int, tuple[float, float]]


class PictureFlow:
    """Finds the motion from frame to frame. One sequence, one thread at a time."""

    def __init__(self) -> None:
        self._before: Gray | None = None
        self._grid = np.zeros((0, 2), np.float32)

    def next(self, image: Image | Gray, width: int, plates: Mapping[int, tuple[Box, tuple[float, float]]]) -> Motion:
        """Take the next frame in.

        Args:
            image: What shows the motion: uint8 (H, W, 3), BGR, or (H, W), its brightness.
            width: Of the frame in pixels, in which boxes are.
            plates: The followed plates' boxes in the frame before, each with its motion up to then, in widths of the
                picture; the guess from which the search begins.

        Returns:
            The motion; nothing of the first frame, and of one whose size is new.
        """
        small = _shrink(image)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            self._grid = _grid(small.shape)
            return Motion(np.zeros(0, np.float32), {})
        wide = small.shape[1]
        points = np.concatenate([self._grid, *(_points_of(box) * (wide / width) for box, _ in plates.values())])
        guesses = np.zeros_like(points)
        for place, (_, guess) in enumerate(plates.values()):
            guesses[self._part(place)] = np.array(guess) * wide
        moved, found = _follow(before, small, points.astype(np.float32), (points + guesses).astype(np.float32))
        motions = {}
        for place, (number, (box, _)) in enumerate(plates.items()):
            part = self._part(place)
            motion = agreed(moved[part], found[part], box.width * wide / width)
            if motion is not None:
                motions[number] = motion[0] / wide, motion[1] / wide
        everywhere = moved[: len(self._grid)][found[: len(self._grid)]]
        return Motion((np.linalg.norm(everywhere, axis=1) / wide).astype(np.float32), motions)

    def _part(self, place: int) -> slice:
        """Return which points are those of a plate."""
        start = len(self._grid) + place * len(_AROUND)
        return slice(start, start + len(_AROUND))


def agreed(moved: Floats, found: npt.NDArray[np.bool_], width: float) -> tuple[float, float] | None:
    """Return the motion that a plate's points agree on.

    Args:
        moved: Of each point, to the right and down (n, 2).
        found: Which points were found at all (n,).
        width: Of the plate, in the same unit.

    Returns:
        The middle motion; None where too few points were found, or too few of them move alike.
    """
    if found.sum() < _AGREE * len(found) or not len(found):
        return None
    middle = np.median(moved[found], axis=0)
    alike = np.linalg.norm(moved[found] - middle, axis=1) <= _ALIKE * width
    if alike.sum() < _AGREE * len(found):
        return None
    return float(middle[0]), float(middle[1])


def _follow(before: Gray, now: Gray, points: Floats, guesses: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return how points moved (n, 2), and which of them were found where they came from on the way back (n,)."""
    there, is_there = _search(before, now, points, guesses)
    back, is_back = _search(now, before, there, points)
    near = np.linalg.norm(back - points, axis=1) <= _FAR_BACK
    found = is_there & is_back & near
    return np.asarray(there - points, np.float32), found


def _search(before: Gray, now: Gray, points: Floats, guesses: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    places, is_found, _ = cv2.calcOpticalFlowPyrLK(
        before, now, points, guesses.copy(), winSize=_WINDOW, maxLevel=_LEVELS, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    return np.asarray(places, np.float32), np.asarray(is_found).ravel() == 1


def _shrink(image: Image | Gray) -> Gray:
    gray = image if image.ndim == 2 else image[..., 1]
    height, width = gray.shape
    scale = min(_WIDTH / width, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(np.ascontiguousarray(gray), size, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)


def _grid(shape: tuple[int, ...]) -> Floats:
    x, y = np.meshgrid((np.arange(_COLUMNS) + 0.5) / _COLUMNS * shape[1], (np.arange(_ROWS) + 0.5) / _ROWS * shape[0])
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def _points_of(box: Box) -> Floats:
    middle = np.array([(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2])
    return (middle + np.array(_AROUND) * (box.width, max(box.y2 - box.y1, 1.0))).astype(np.float32)
