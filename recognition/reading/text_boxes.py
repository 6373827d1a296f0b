"""Where lines of text stand: from the text detector's map of probabilities to rectangles, and the lines cut out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Box, Image

MAP_THRESHOLD = 0.3
"""Pixels of the map above this belong to a line (the value that the network was published with)."""

LINE_THRESHOLD = 0.5
"""Least mean probability within a line."""

_UNCLIP = 1.6
"""The network marks the core of a line; a line's rectangle is grown by this times its area over its perimeter."""

_MIN_SIDE = 3.0
"""Least height of a line's core in pixels of the map."""

_UPRIGHT = 1.5
"""Rectangles this much higher than wide hold text that runs up or down."""


@dataclass(frozen=True, slots=True)
class Slanted:
    """A rectangle at an angle. Middle and sides in pixels, `angle` in degrees, clockwise, -45 to 45."""

    x: float
    y: float
    width: float
    height: float
    angle: float

    def scaled(self, gain_x: float, gain_y: float) -> Slanted:
        """Return the rectangle in a picture that is `gain_x` times as wide and `gain_y` times as high.

        The gains may differ by the few pixels that rounding to the network's stride costs, not by more: the angle is
        left as it is.
        """
        return Slanted(self.x * gain_x, self.y * gain_y, self.width * gain_x, self.height * gain_y, self.angle)

    def around(self) -> Box:
        """Return the upright box that holds the rectangle."""
        cosine, sine = abs(math.cos(math.radians(self.angle))), abs(math.sin(math.radians(self.angle)))
        half_width = (self.width * cosine + self.height * sine) / 2
        half_height = (self.width * sine + self.height * cosine) / 2
        return Box(self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height)


def lines_in(probabilities: npt.NDArray[np.float32]) -> list[Slanted]:
    """Return the rectangles of the lines in a text detector's map, tallest first.

    Args:
        probabilities: float32 (H, W): that a pixel belongs to the core of a line.

    Returns:
        Rectangles in pixels of the map.

    Source: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020, section 3.5.
    """
    mask = (probabilities > MAP_THRESHOLD).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        rectangle = _upright(cv2.minAreaRect(contour))
        if min(rectangle.width, rectangle.height) < _MIN_SIDE or _mean_within(probabilities, contour) < LINE_THRESHOLD:
            continue
        spare = rectangle.width * rectangle.height * _UNCLIP / (rectangle.width + rectangle.height)
        found.append(
            Slanted(rectangle.x, rectangle.y, rectangle.width + spare, rectangle.height + spare, rectangle.angle)
        )
    return sorted(found, key=lambda line: (-line.height, line.y, line.x))


def cut_line(picture: Image, line: Slanted, height: int) -> Image:
    """Turn a line level and scale it.

    Args:
        picture: uint8 (H, W, 3).
        line: The line, in pixels of the picture; beyond the edge the picture's last pixels are repeated.
        height: The result's height in pixels.

    Returns:
        uint8 (height, width, 3); text that runs up or down is turned level.
    """
    upright = line.height >= line.width * _UPRIGHT
    gain = height / max(line.width if upright else line.height, 1.0)
    width = max(math.ceil((line.height if upright else line.width) * gain), 1)
    turn = math.radians(line.angle + (90.0 if upright else 0.0))
    cosine, sine = gain * math.cos(turn), gain * math.sin(turn)
    matrix = np.array(
        [
            [cosine, sine, width / 2 - cosine * line.x - sine * line.y],
            [-sine, cosine, height / 2 + sine * line.x - cosine * line.y],
        ]
    )
    cut = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cut.astype(np.uint8, copy=False)


def _upright(rectangle: cv2.typing.RotatedRect) -> Slanted:
    """Name OpenCV's rectangle so that its width lies along the x axis."""
    (x, y), (width, height), angle = rectangle
    turned = angle % 180.0
    if 45.0 < turned <= 135.0:
        return Slanted(x, y, height, width, turned - 90.0)
    return Slanted(x, y, width, height, turned if turned <= 45.0 else turned - 180.0)


def _mean_within(probabilities: npt.NDArray[np.float32], contour: cv2.typing.MatLike) -> float:
    x, y, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [contour - (x, y)], 0, (1,), cv2.FILLED)
    return cv2.mean(probabilities[y : y + height, x : x + width], mask)[0]
