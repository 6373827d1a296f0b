"""A plate cut out of its frame, and how good the cutting is to read."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from recognition.pictures.checks import require_picture
from schemas.errors import InvalidInput
from schemas.types import Box, Image

_SHARPNESS_HEIGHT = 32
"""Crops are scaled to this height before sharpness is measured, so that near and far plates compare."""

_HALF_SHARPNESS = 300.0
"""Variance of the Laplacian at which a crop counts half."""

_FULL_WIDTH = 100.0
"""Plates wider than this, in pixels, read no better for it."""


def as_color(picture: Any) -> Image:
    """Return a picture as the reader takes it.

    Args:
        picture: uint8 (H, W, 3) BGR, (H, W, 4) with transparency, (H, W, 1) or (H, W) gray; any memory layout.

    Returns:
        uint8 (H, W, 3), BGR; the same picture where it is that already.

    Raises:
        InvalidInput: It is no array, of another type of numbers, of another shape, or without a pixel.
    """
    if isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.size:
        if picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 1):
            return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
        if picture.ndim == 3 and picture.shape[2] == 4:
            return cv2.cvtColor(picture, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)
    return require_picture(picture)


def window(image: Image, box: Box, margin: float) -> tuple[int, int, int, int]:
    """Return the whole pixels x1, y1, x2, y2 that a box with a margin covers in a frame.

    Args:
        image: The frame, uint8 (H, W, 3).
        box: The plate, in pixels of the frame.
        margin: What is added on every side, as a share of the box's height; the frame's edge cuts it off.

    Returns:
        A window of at least one pixel within the frame.

    Raises:
        InvalidInput: The box's corners are no finite numbers.
    """
    if not all(map(math.isfinite, (box.x1, box.y1, box.x2, box.y2))):
        raise InvalidInput(f"a box with the corners {box.x1}, {box.y1}, {box.x2}, {box.y2}, expected finite pixels")
    height, width = image.shape[:2]
    spare = margin * box.height
    x1 = min(max(math.floor(box.x1 - spare), 0), width - 1)
    y1 = min(max(math.floor(box.y1 - spare), 0), height - 1)
    x2 = min(max(math.ceil(box.x2 + spare), x1 + 1), width)
    y2 = min(max(math.ceil(box.y2 + spare), y1 + 1), height)
    return x1, y1, x2, y2


def crop(image: Image, box: Box, margin: float) -> Image:
    """Cut a box out of a frame with some of what is around it; a view into the frame. See `window`."""
    x1, y1, x2, y2 = window(image, box, margin)
    return image[y1:y2, x1:x2]


def sharpness(picture: Image) -> float:
    """Return the variance of a crop's Laplacian at a standard height; larger is sharper.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    width = max(round(gray.shape[1] * _SHARPNESS_HEIGHT / gray.shape[0]), 1)
    scaled = cv2.resize(gray, (width, _SHARPNESS_HEIGHT), interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(scaled, cv2.CV_64F).var())


def quality(picture: Image, box: Box, confidence: float) -> float:
    """Return how much a reading of this crop should count (0-1): size, sharpness and the detector's confidence.

    Args:
        picture: The crop, uint8 (H, W, 3).
        box: The plate, in pixels of the frame.
        confidence: The detector's (0-1).
    """
    sharp = sharpness(picture)
    size = min(box.width / _FULL_WIDTH, 1.0)
    return float(np.clip(size * confidence * sharp / (sharp + _HALF_SHARPNESS), 1e-6, 1.0))
