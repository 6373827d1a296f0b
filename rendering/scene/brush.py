"""A brush for vehicles: anti-aliased shapes in meters, shaded from top to bottom, on a picture with transparency."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from rendering.plates.embellish import Canvas

Points = Sequence[tuple[float, float]]
Paint = tuple[float, float, float]
_SHIFT = 4


class Brush:
    """Paints on premultiplied BGRA; coordinates are meters, x to the right of the middle, y up from the ground.

    Attributes:
        layer: float32 (H, W, 4), premultiplied blue, green, red (0-255) and alpha (0-1).
        scale: pixels per meter.
    """

    def __init__(self, width: float, height: float, below: float, scale: float) -> None:
        self.scale = scale
        self.ground_row = height * scale
        self.middle_column = width * scale / 2
        shape = (round((height + below) * scale), round(width * scale), 4)
        self.layer: npt.NDArray[np.float32] = np.zeros(shape, dtype=np.float32)

    def to_pixels(self, points: Points) -> npt.NDArray[np.float64]:
        """Turn meters into pixel coordinates, float64 (N, 2)."""
        array = np.array(points, dtype=np.float64)
        return np.column_stack(
            [self.middle_column + array[:, 0] * self.scale, self.ground_row - array[:, 1] * self.scale]
        )

    def fill(
        self, points: Points, top: Paint, bottom: Paint | None = None, *, opacity: float = 1.0, smooth: int = 0,
        blur: float = 0.0,
    ) -> None:  # fmt: skip
        """Fill a polygon with a vertical gradient.

        Args:
            points: its corners, in meters.
            top: BGR at its highest point.
            bottom: BGR at its lowest point; None for one color.
            opacity: 0-1.
            smooth: how many times its corners are cut, for rounded outlines.
            blur: standard deviation in meters by which its edge is softened.
        """
        outline = self.to_pixels(points)
        for _ in range(smooth):
            outline = _cut_corners(outline)
        pad = round(blur * self.scale * 3) + 2
        height, width = self.layer.shape[:2]
        left, upper = np.clip(outline.min(axis=0).astype(int) - pad, 0, (width - 1, height - 1))
        right, lower = np.clip(outline.max(axis=0).astype(int) + pad + 1, (left + 1, upper + 1), (width, height))
        mask = np.zeros((lower - upper, right - left), dtype=np.uint8)
        fixed = np.round((outline - (left, upper)) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], (255,), cv2.LINE_AA, _SHIFT)
        soft = cv2.GaussianBlur(mask, (0, 0), blur * self.scale) if blur else mask
        alpha = (soft.astype(np.float32) * np.float32(opacity / 255))[..., None]
        rows = np.linspace(0, 1, lower - upper, dtype=np.float32)[:, None, None]
        over = np.array([*top, 1.0], dtype=np.float32) * (1 - rows)
        over = over + np.array([*(bottom or top), 1.0], dtype=np.float32) * rows
        part = self.layer[upper:lower, left:right]
        change = over - part
        change *= alpha
        part += change

    def mirrored(self, points: Points, top: Paint, bottom: Paint | None = None, *, opacity: float = 1.0,
                 smooth: int = 0, blur: float = 0.0) -> None:  # fmt: skip
        """Fill a polygon and its mirror image on the other side of the vehicle."""
        for side in (1, -1):
            self.fill([(side * x, y) for x, y in points], top, bottom, opacity=opacity, smooth=smooth, blur=blur)

    def symmetric(self, half: Points, top: Paint, bottom: Paint | None = None, *, opacity: float = 1.0,
                  smooth: int = 0, blur: float = 0.0) -> None:  # fmt: skip
        """Fill the outline whose right half is given, from the top middle down to the bottom middle."""
        outline = [*half, *[(-x, y) for x, y in reversed(half)]]
        self.fill(outline, top, bottom, opacity=opacity, smooth=smooth, blur=blur)

    def stamp(self, image: npt.NDArray[np.uint8], center: tuple[float, float], width: float, angle: float) -> None:
        """Lay a rectangular picture on the vehicle.

        Args:
            image: uint8 (h, w, 3) BGR.
            center: where its middle goes, in meters.
            width: its width in meters.
            angle: its tilt in degrees.
        """
        rows, columns = image.shape[:2]
        factor = width * self.scale / columns
        x, y = self.to_pixels([center])[0]
        reach = width * self.scale * 0.55
        left, upper = max(int(x - reach), 0), max(int(y - reach), 0)
        part = self.layer[upper : int(y + reach), left : int(x + reach)]
        size = (part.shape[1], part.shape[0])
        matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, factor)
        matrix[:, 2] += (x - left - columns / 2, y - upper - rows / 2)
        opaque = cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)
        small = cv2.GaussianBlur(opaque, (0, 0), max(0.35 / factor, 0.1))
        over = cv2.warpAffine(small, matrix, size, flags=cv2.INTER_LINEAR).astype(np.float32)
        over[..., 3] /= 255
        part *= 1 - over[..., 3:]
        part += over


def shade(code: str, factor: float) -> Paint:
    """Turn RRGGBB into BGR, darker (factor < 1) or lighter."""
    blue, green, red = Canvas.color(code)
    if factor <= 1:
        return blue * factor, green * factor, red * factor
    lift = 1 - 1 / factor
    return blue + (255 - blue) * lift, green + (255 - green) * lift, red + (255 - red) * lift


def box(left: float, bottom: float, right: float, top: float) -> list[tuple[float, float]]:
    """Return a rectangle's corners."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _cut_corners(outline: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Chaikin's corner cutting: each corner becomes two points at a quarter of its edges."""
    following = np.roll(outline, -1, axis=0)
    return np.stack([outline * 0.75 + following * 0.25, outline * 0.25 + following * 0.75], axis=1).reshape(-1, 2)
