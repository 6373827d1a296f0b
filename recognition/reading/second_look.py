"""A second look at a plate that was not read surely: turned, with more contrast, and with two rows made one."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from recognition.pictures.crops import crop
from schemas.types import Box, Image

TWO_ROWS_BELOW = 1.6
"""Boxes that are less than so many times as wide as high may hold two rows of characters."""

_MARGIN = 0.12
_WIDE_MARGIN = 0.2
# Cuts off the frame and half of the state's name, which spoil plates whose serial stands in two lines below it.
_TIGHT_MARGIN = -0.1
_DEGREES = (-6.0, 6.0)
_DARKEST, _BRIGHTEST = 1.0, 99.0  # percentiles that become black and white
_LEAST_RANGE = 8.0
_ROW_MARGIN = 0.06
ROW_MARGINS = (0.0, 0.06)
"""Two rows are put side by side once per margin (share of a row's height)."""

_GAP_WITHIN = (0.3, 0.7)  # of the height: where the gap between two rows may lie


def further_views(picture: Image, box: Box) -> list[Image]:
    """Cut a plate out of its picture in the ways in which the first look did not.

    Args:
        picture: uint8 (H, W, 3), BGR.
        box: The plate, in pixels of the picture.

    Returns:
        Crops: with a wide margin, with a tight one, turned both ways, and with stretched contrast.
    """
    turns = [turned(picture, box, _MARGIN, degrees) for degrees in _DEGREES]
    margins = [crop(picture, box, margin) for margin in (_WIDE_MARGIN, _TIGHT_MARGIN)]
    return [*margins, *turns, stretched(crop(picture, box, _MARGIN))]


def turned(picture: Image, box: Box, margin: float, degrees: float) -> Image:
    """Cut a box out of a picture that is turned about the box's middle.

    Args:
        picture: uint8 (H, W, 3).
        box: The plate, in pixels of the picture.
        margin: What is added on every side, as a share of the box's height.
        degrees: How far, clockwise.

    Returns:
        A crop of the box's size with its margins; the picture's edge pixels are repeated beyond it.
    """
    spare = 2 * margin * box.height
    width, height = max(round(box.width + spare), 1), max(round(box.height + spare), 1)
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    # From the crop's pixels to the picture's.
    matrix = np.array(
        [
            [cosine, -sine, x - cosine * width / 2 + sine * height / 2],
            [sine, cosine, y - sine * width / 2 - cosine * height / 2],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8, copy=False
    )


def stretched(picture: Image) -> Image:
    """Stretch a crop's contrast so that its darkest and brightest pixels become black and white."""
    dark, bright = np.percentile(picture, [_DARKEST, _BRIGHTEST])
    gain = 255.0 / max(float(bright - dark), _LEAST_RANGE)
    light = (picture.astype(np.float32) - np.float32(dark)) * np.float32(gain)
    return np.asarray(np.clip(light, 0, 255), np.uint8)


def may_have_two_rows(box: Box) -> bool:
    """Tell whether a box is so square that its plate may have two rows of characters, as motorcycles' have."""
    return 0 < box.width < TWO_ROWS_BELOW * box.height


def in_one_row(picture: Image, box: Box, margin: float) -> Image:
    """Put the two rows of a plate side by side, as the plates are that readers were trained with.

    Args:
        picture: uint8 (H, W, 3), BGR.
        box: The plate, in pixels of the picture.
        margin: What is added around each row, as a share of its height.

    Returns:
        The upper row and, right of it, the lower one.
    """
    upper, lower = (crop(picture, row, margin) for row in rows(picture, box))
    height = max(upper.shape[0], lower.shape[0])
    parts = [cv2.resize(row, (row.shape[1], height), interpolation=cv2.INTER_LINEAR) for row in (upper, lower)]
    return np.asarray(np.hstack(parts), np.uint8)


def rows(picture: Image, box: Box) -> tuple[Box, Box]:
    """Cut a box at the quietest line near its middle.

    Args:
        picture: uint8 (H, W, 3).
        box: The plate, in pixels of the picture.

    Returns:
        The upper and the lower row, each with a little of what is around it.
    """
    gray = cv2.cvtColor(crop(picture, box, 0.0), cv2.COLOR_BGR2GRAY).astype(np.float32)
    busy: npt.NDArray[np.float64] = np.abs(np.diff(gray, axis=1)).sum(axis=1).astype(np.float64)
    smooth = np.convolve(busy, np.ones(3) / 3, mode="same")
    first, last = (round(share * len(smooth)) for share in _GAP_WITHIN)
    gap = first + int(smooth[first : max(last, first + 1)].argmin()) if len(smooth) > 3 else len(smooth) // 2
    middle, spare = box.y1 + (gap + 0.5) * box.height / max(len(smooth), 1), _ROW_MARGIN * box.height
    return Box(box.x1, box.y1, box.x2, middle + spare), Box(box.x1, middle - spare, box.x2, box.y2)
