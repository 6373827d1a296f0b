"""What lies between a camera in a car and the street: the dark, rain on the windshield, light that comes and goes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from schemas.types import Image

_DARK: Final = 0.16
"""Light of the surroundings by night, of that by day."""

_HAZE: Final = 0.3
"""Share of the light that rain scatters."""

_STREAKS: Final = 160
_DROPS: Final = 26
_FLASHES: Final = 3.0
"""Times a second that the car's own lights flash, red and blue in turn."""

_SHADOWS: Final = 0.45
"""How much darker it is under a tree."""


def darken(picture: Image) -> None:
    """Take most of the light from the surroundings, but for what the car's lamps light before it; in place."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0 : height // 8, 0 : width // 8].astype(np.float32)
    across, down = columns / (width / 8) - 0.5, rows / (height / 8) - 0.72
    beam = 0.5 * np.exp(-((across / 0.32) ** 2) - (down / 0.22) ** 2)
    light = cv2.resize((_DARK + beam).astype(np.float32), (width, height))
    picture[:] = cv2.multiply(picture, cv2.merge([light] * 3), dtype=cv2.CV_8U)


class Rain:
    """Rain: haze, streaks before the camera, and drops on the glass that stay for a while.

    Args:
        size: width, height of the picture in pixels.
        rng: source of chance.
    """

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        self._size = size
        self._rng = rng
        self._drops = [self._drop() for _ in range(_DROPS)]

    def fall(self, picture: Image) -> None:
        """Rain on one frame, in place."""
        width, height = self._size
        cv2.addWeighted(picture, 1 - _HAZE, np.full_like(picture, 150), _HAZE, 0, dst=picture)
        over = picture.copy()
        starts = self._rng.uniform((0, 0), (width, height), (_STREAKS, 2))
        lean = self._rng.normal(0.12, 0.03, _STREAKS)
        long = self._rng.uniform(0.015, 0.05, _STREAKS) * width
        for (x, y), side, reach in zip(starts.tolist(), lean.tolist(), long.tolist(), strict=True):
            cv2.line(over, (int(x), int(y)), (int(x + side * reach), int(y + reach)), (205, 205, 200), 1, cv2.LINE_AA)
        cv2.addWeighted(picture, 0.6, over, 0.4, 0, dst=picture)
        for place, (x, y, radius) in enumerate(self._drops):
            self._blur(picture, int(x), int(y), int(radius))
            if self._rng.random() < 0.02:
                self._drops[place] = self._drop()

    def _drop(self) -> Sequence[float]:
        width, height = self._size
        low, high = 0.006 * width, 0.016 * width
        drop: list[float] = self._rng.uniform((0, 0, low), (width, height, high)).tolist()
        return drop

    def _blur(self, picture: Image, x: int, y: int, radius: int) -> None:
        part = picture[max(y - radius, 0) : y + radius, max(x - radius, 0) : x + radius]
        if min(part.shape[:2]) < 4:
            return
        mask = np.zeros(part.shape[:2], np.uint8)
        cv2.circle(mask, (min(x, radius), min(y, radius)), radius, (255,), -1)
        soft = cv2.GaussianBlur(part[::-1], (0, 0), radius / 3)
        part[mask > 0] = soft[mask > 0]


def flash(picture: Image, second: float) -> None:
    """Let the car's own lights flash on one frame, and the shadows of trees pass over it; in place."""
    width = picture.shape[1]
    beat = math.sin(2 * math.pi * _FLASHES * second)
    tint = (1.0 + 0.25 * max(-beat, 0.0), 1.0, 1.0 + 0.25 * max(beat, 0.0))
    shade = 1.0 - _SHADOWS * max(math.sin(1.9 * second + math.sin(0.7 * second)), 0.0) ** 0.5
    across = np.linspace(0, 2 * math.pi, width, dtype=np.float32)[None, :, None]
    light = shade * (1.0 + 0.12 * np.sin(3 * across + 5 * second)) * np.array(tint, np.float32)
    picture[:] = cv2.multiply(picture, np.repeat(light.astype(np.float32), picture.shape[0], axis=0), dtype=cv2.CV_8U)
