"""Upright rectangles of the street with a picture on them: faces of vehicles, fronts of houses."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.street.view import UP, Floats, StreetView
from schemas.types import Image

_NEAREST = 0.7
"""Meters before the camera from which a panel is cut off."""

_LEAST_BLUR = 1.2
"""Pixels of motion that blur anything."""


class Texture:
    """A picture with transparency, kept at several sizes.

    Args:
        image: uint8 (h, w, 4), premultiplied BGR and alpha.
        scale: pixels per meter.
    """

    def __init__(self, image: Image, scale: float) -> None:
        self.levels = [(image, scale)]
        while min(image.shape[:2]) > 24:
            image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
            self.levels.append((image, self.levels[0][1] * image.shape[1] / self.levels[0][0].shape[1]))

    def level(self, wanted: float) -> tuple[Image, float]:
        """Return the smallest size with nearly so many pixels per meter as wanted, and how many it has."""
        return next((level for level in reversed(self.levels) if level[1] >= wanted * 0.9), self.levels[0])


@dataclass(frozen=True, slots=True)
class Panel:
    """An upright rectangle.

    Attributes:
        texture: what is on it.
        left: x, z of its left edge as seen from its front.
        along: unit x, z from there to its right edge.
        length: in meters.
        top: height of its upper edge over the ground.
    """

    texture: Texture
    left: tuple[float, float]
    along: tuple[float, float]
    length: float
    top: float

    def points(self, meters: Floats) -> Floats:
        """Return where points of the panel, given as (along, height) in meters, are in the street (n, 3)."""
        start = np.array([self.left[0], 0.0, self.left[1]])
        along = np.array([self.along[0], 0.0, self.along[1]])
        placed: Floats = start + meters[:, :1] * along + meters[:, 1:] * UP
        return placed

    def faces(self, x: float, z: float) -> bool:
        """Tell whether its front is seen from a place."""
        # Its front is where its right edge is on the right hand.
        return (z - self.left[1]) * self.along[0] - (x - self.left[0]) * self.along[1] < 0


def lay(picture: Image, view: StreetView, panel: Panel, blur: tuple[float, float] = (0.0, 0.0)) -> None:
    """Blend a panel into a picture.

    Args:
        picture: uint8 (H, W, 3) BGR, changed in place.
        view: the camera.
        panel: the panel.
        blur: how it moves in the picture while the shutter is open, in pixels.
    """
    span = _before_camera(view, panel)
    if span is None:
        return
    bottom = panel.top - panel.texture.levels[0][0].shape[0] / panel.texture.levels[0][1]
    corners = np.array([[span[0], panel.top], [span[1], panel.top], [span[1], bottom], [span[0], bottom]])
    quad = view.project(panel.points(corners))
    pad = int(max(abs(blur[0]), abs(blur[1]))) + 2
    left, top = np.maximum(np.floor(quad[:, :2].min(axis=0)).astype(np.int64) - pad, 0)
    right, low = np.minimum(np.ceil(quad[:, :2].max(axis=0)).astype(np.int64) + pad, view.size)
    if right <= left or low <= top:
        return
    depths = quad[:, 2]
    image, scale = panel.texture.level(view.focal / float(np.sqrt(depths.min() * depths.max())))
    over = cv2.warpPerspective(
        image, _shift(left, top) @ _homography(view, panel, scale), (int(right - left), int(low - top))
    )
    if span != (0.0, panel.length):
        mask = np.zeros(over.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.round(quad[:, :2] - (left, top)).astype(np.int32), (255,))
        over[mask == 0] = 0
    blend(picture[top:low, left:right], blurred(over.astype(np.uint8, copy=False), blur))


def blend(part: Image, over: Image) -> None:
    """Lay premultiplied BGRA over a part of a picture, in place."""
    uncovered = cv2.bitwise_not(cv2.extractChannel(over, 3))
    below = cv2.multiply(part, cv2.cvtColor(uncovered, cv2.COLOR_GRAY2BGR), scale=1 / 255)
    cv2.add(below, cv2.cvtColor(over, cv2.COLOR_BGRA2BGR), dst=part)


def blurred(image: Image, blur: tuple[float, float]) -> Image:
    """Return a picture as an open shutter sees it that moves so many pixels meanwhile."""
    length = float(np.hypot(*blur))
    if length < _LEAST_BLUR:
        return image
    side = int(max(abs(blur[0]), abs(blur[1]))) // 2 * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    middle = side / 2 - 0.5
    ends = [
        (round((middle + sign * blur[0] / 2) * 256), round((middle + sign * blur[1] / 2) * 256)) for sign in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], (1.0,), 1, cv2.LINE_8, 8)
    return cv2.filter2D(image, -1, kernel / kernel.sum()).astype(np.uint8, copy=False)


def _before_camera(view: StreetView, panel: Panel) -> tuple[float, float] | None:
    """Return from where to where along a panel it is before the camera, in meters; None: nowhere."""
    ends = view.project(panel.points(np.array([[0.0, 1.0], [panel.length, 1.0]])))[:, 2]
    if ends.max() <= _NEAREST:
        return None
    if ends.min() > _NEAREST:
        return 0.0, panel.length
    cut = panel.length * (_NEAREST - float(ends[0])) / float(ends[1] - ends[0])
    return (cut, panel.length) if ends[0] < ends[1] else (0.0, cut)


def _homography(view: StreetView, panel: Panel, scale: float) -> Floats:
    """Return what turns pixels of a panel's picture into pixels of the view (3, 3)."""
    along = np.array([panel.along[0], 0.0, panel.along[1]])
    start = np.array([panel.left[0], panel.top, panel.left[1]]) - view.place
    matrix: Floats = view.matrix() @ np.stack([along / scale, -UP / scale, start], axis=1)
    return matrix


def _shift(left: int, top: int) -> Floats:
    return np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
