"""What a camera's lens and sensor do to a picture, and to where things are in it."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from rendering.street.view import Floats
from schemas.types import Image


class Lens:
    """A lens that bends what is at the picture's edges; its corners stay where they are.

    Args:
        size: width, height of the picture in pixels.
        barrel: how much; 0 nothing.

    Source: division model; Fitzgibbon, "Simultaneous linear estimation of multiple view geometry and lens distortion",
    2001.
    """

    def __init__(self, size: tuple[int, int], barrel: float) -> None:
        self._size = size
        self._half = float(np.hypot(*size)) / 2
        self._barrel = barrel

    def bend(self, picture: Image, skew: float = 0.0) -> Image:
        """Return a picture as the lens shows it and a sensor reads it that turns meanwhile.

        Args:
            picture: uint8 (H, W, 3).
            skew: pixels to the right by which the last row is read later than the first.
        """
        if not self._barrel and abs(skew) < 1:
            return picture
        columns, rows = self._map
        if abs(skew) >= 1:
            columns = columns - np.linspace(0.0, skew, self._size[1], dtype=np.float32)[:, None]
        bent = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return bent.astype(np.uint8, copy=False)

    def place(self, points: Floats, skew: float = 0.0) -> Floats:
        """Return where points of a picture (n, 2) are once it is bent."""
        middle = np.array(self._size) / 2
        away = points - middle
        if self._barrel:
            far = np.maximum(np.linalg.norm(away, axis=1, keepdims=True) / self._half, 1e-9)
            straight = far / (1 - self._barrel)
            bent = (np.sqrt(1 + 4 * self._barrel * straight**2) - 1) / (2 * self._barrel * straight)
            away = away * bent / far
        placed = middle + away
        placed[:, 0] += skew * placed[:, 1] / self._size[1]
        return np.asarray(placed, np.float64)

    @cached_property
    def _map(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Where each pixel of the bent picture comes from."""
        width, height = self._size
        x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
        square = (x**2 + y**2) / self._half**2
        factor = (1 - self._barrel) / (1 - self._barrel * square)
        return (
            (x * factor + width / 2 - 0.5).astype(np.float32),
            (y * factor + height / 2 - 0.5).astype(np.float32),
        )
