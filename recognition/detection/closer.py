"""A place that was found, looked at once more and enlarged: plates beside and over one another come apart there."""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np

from recognition.detection.overlap import overlap
from recognition.detection.preprocess import PADDING
from schemas.types import Box, Image, PlateDetection

AROUND = 2.0
"""Side of the square that is looked at, as a multiple of the box's longer side."""

SHARE = 0.5
"""Side of the detector's input for it, as a share of the usual one: a plate is then as large there as a near one is in
a whole frame, which the detector knows best."""

SAME_BOX = 0.8
"""Boxes that overlap by more than this (intersection over union) are one. The usual limit would drop the front plate
where the box around it and the one behind it is the surer one: they share most of their area."""

LEAST = 0.4
"""Least confidence of a plate that takes the place of the box around it (0-1)."""

_INSIDE = 0.8
_MOST = 6


def around(image: Image, box: Box) -> tuple[Image, float, float]:
    """Cut the square around a box out of a picture.

    Args:
        image: uint8 (H, W, 3).
        box: In pixels of the picture.

    Returns:
        The square, gray where the picture ends, and the pixels of its left upper corner in the picture.
    """
    height, width = image.shape[:2]
    side = max(math.ceil(AROUND * max(box.width, box.height)), 1)
    left = round((box.x1 + box.x2 - side) / 2)
    top = round((box.y1 + box.y2 - side) / 2)
    x1, y1 = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    x2, y2 = max(min(left + side, width), x1 + 1), max(min(top + side, height), y1 + 1)
    above, below, before, after = (max(n, 0) for n in (y1 - top, top + side - y2, x1 - left, left + side - x2))
    gray = [PADDING] * 3
    part = cv2.copyMakeBorder(image[y1:y2, x1:x2], above, below, before, after, cv2.BORDER_CONSTANT, value=gray)
    return np.asarray(part, np.uint8), float(min(left, x1)), float(min(top, y1))


def moved(box: Box, x: float, y: float) -> Box:
    """Return a box of a part of a picture as a box of the picture, whose pixel x, y is the part's first."""
    return Box(box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y)


def parts(box: Box, found: Iterable[PlateDetection]) -> list[PlateDetection]:
    """Choose the plates that may be meant by a box that reaches beyond each of them.

    Args:
        box: The box.
        found: What a closer look at it found.

    Returns:
        Those that lie within it and are clearly less than it, most confident first; none where it is one plate's.
    """
    kept = [
        detection
        for detection in found
        if detection.confidence > LEAST
        and _shared(box, detection.box) >= _INSIDE * detection.box.area
        and overlap(box, detection.box) < SAME_BOX
    ]
    return sorted(kept, key=lambda detection: -detection.confidence)[:_MOST]


def _shared(one: Box, other: Box) -> float:
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    return max(width, 0.0) * max(height, 0.0)
