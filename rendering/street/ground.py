"""What stands still around the road: its surface with markings, houses on both sides, the sky."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from rendering.street.panel import Panel, Texture, blurred
from rendering.street.view import StreetView
from schemas.types import Image

_GROUND_SCALE: Final = 24.0  # pixels per meter of the road's picture
_FRONT_SCALE: Final = 26.0  # pixels per meter of a house's front
_HOUSE: Final = 9.0  # meters
_HOUSE_HEIGHT: Final = 8.0
_SKY_WIDTH: Final = 4096  # pixels of the sky once around


class Surroundings:
    """The street without vehicles: along z from 0, and from its end to the right where it turns.

    Args:
        length: of the street, in meters.
        curbs: x of the houses' fronts on the left and on the right.
        lines: x of the road's markings.
        rng: source of chance.
    """

    def __init__(
        self, length: float, curbs: tuple[float, float], lines: tuple[float, ...], rng: np.random.Generator
    ) -> None:
        self._left, self._near = curbs[0] - 14.0, -12.0
        self._ground = _ground(length, curbs, lines, (self._left, self._near), rng)
        self._sky = _sky(rng)
        fronts = [_front(rng) for _ in range(6)]
        self.houses = [
            Panel(fronts[int(rng.integers(len(fronts)))], start, along, _HOUSE, _HOUSE_HEIGHT)
            for start, along in _places(length, curbs)
        ]

    def draw(self, view: StreetView, pan: float) -> Image:
        """Draw sky and ground.

        Args:
            view: the camera.
            pan: pixels by which it turns while the shutter is open.
        """
        width, height = view.size
        horizon = min(max(round(view.horizon), 1), height - 1)
        picture = np.empty((height, width, 3), np.uint8)
        picture[:horizon] = self._behind(view, horizon)
        matrix = view.matrix()
        scale = 1 / _GROUND_SCALE
        # Pixels of the road's picture to points of the ground, and on to pixels of the view.
        corner = np.array([self._left, 0.0, self._near]) - view.place
        ground = matrix @ np.stack([[scale, 0.0, 0.0], [0.0, 0.0, scale], corner], axis=1)
        shift = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -horizon], [0.0, 0.0, 1.0]])
        picture[horizon:] = cv2.warpPerspective(
            self._ground, shift @ ground, (width, height - horizon), borderMode=cv2.BORDER_REFLECT_101
        )
        # Texture far away is finer than the picture's pixels.
        far = picture[horizon : horizon + height // 12]
        far[:] = cv2.blur(far, (5, 3))
        return blurred(picture, (pan, 0.0))

    def _behind(self, view: StreetView, horizon: int) -> Image:
        """Cut out of the sky, with hills and trees at its lower edge, what the camera sees."""
        width = view.size[0]
        angles = np.arctan((np.arange(width) - width / 2) / view.focal) + view.pose.yaw
        columns = np.mod(angles / (2 * math.pi) * _SKY_WIDTH, _SKY_WIDTH - 1).astype(np.float32)
        rows = (self._sky.shape[0] - 1 - (horizon - 1 - np.arange(horizon)) * 640 / view.size[0]).astype(np.float32)
        x, y = np.meshgrid(columns, rows)
        return cv2.remap(self._sky, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def _places(length: float, curbs: tuple[float, float]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return where houses begin and which way they go: along both sides, and across the end."""
    places = []
    for start in np.arange(-2 * _HOUSE, length - 8, _HOUSE).tolist():
        if int(start / _HOUSE) % 4 != 3:  # here and there is a gap
            places.append(((curbs[0], start), (0.0, 1.0)))
        places.append(((curbs[1], start + _HOUSE), (0.0, -1.0)))
    end = length + 12.0
    for start in np.arange(curbs[0], curbs[0] + 130, _HOUSE).tolist():
        places.append(((start, end), (1.0, 0.0)))
    return places


def _ground(
    length: float,
    curbs: tuple[float, float],
    lines: tuple[float, ...],
    corner: tuple[float, float],
    rng: np.random.Generator,
) -> Image:
    """Draw the road from above: uint8 (along, across, 3), its first pixel at `corner`."""
    across = round((curbs[1] - corner[0] + 60.0) * _GROUND_SCALE)
    along = round((length + 40.0 - corner[1]) * _GROUND_SCALE)
    patch = rng.normal(104, 9, (512, 512)).astype(np.float32)
    patch += cv2.resize(rng.normal(0, 12, (48, 48)).astype(np.float32), (512, 512), interpolation=cv2.INTER_CUBIC)
    gray = np.tile(np.clip(patch, 0, 255).astype(np.uint8), (along // 512 + 1, across // 512 + 1))[:along, :across]
    picture = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)

    def box(x1: float, z1: float, x2: float, z2: float, tone: tuple[int, int, int]) -> None:
        first = (round((x1 - corner[0]) * _GROUND_SCALE), round((z1 - corner[1]) * _GROUND_SCALE))
        last = (round((x2 - corner[0]) * _GROUND_SCALE), round((z2 - corner[1]) * _GROUND_SCALE))
        cv2.rectangle(picture, first, last, tone, -1)

    for side, sign in ((curbs[0], 1), (curbs[1], -1)):
        for start in np.arange(corner[1], length, 1.5).tolist():
            tone = int(rng.normal(150, 8))
            box(side, start, side + sign * 2.0, start + 1.44, (tone, tone, tone))
    for line in lines:
        for start in np.arange(corner[1], length, 9.0).tolist():
            box(line - 0.07, start, line + 0.07, start + 3.5, (206, 212, 212))
    for start in np.arange(curbs[1], curbs[1] + 60, 9.0).tolist():
        box(start, length + 3.4, start + 3.5, length + 3.6, (206, 212, 212))
    for _ in range(int(length)):
        x, z, size = rng.uniform(curbs[0], curbs[1]), rng.uniform(0, length), rng.uniform(0.15, 0.6)
        tone = int(rng.uniform(55, 90))
        box(x, z, x + size, z + 2 * size, (tone, tone, tone))
    drawn: Image = np.asarray(picture, np.uint8)
    return drawn


def _front(rng: np.random.Generator) -> Texture:
    """Draw a house's front with windows, a door and bricks."""
    height, width = round(_HOUSE_HEIGHT * _FRONT_SCALE), round(_HOUSE * _FRONT_SCALE)
    base = np.array([rng.uniform(70, 150), rng.uniform(85, 160), rng.uniform(100, 180)])
    wall = np.clip(base + rng.normal(0, 7, (height, width, 1)), 0, 255).astype(np.uint8)
    wall = np.ascontiguousarray(wall)
    for row in range(0, height, 5):
        wall[row] = (wall[row] * 0.86).astype(np.uint8)
    floors, columns = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    for floor in range(floors):
        for column in range(columns):
            x, y = round((column + 0.25) * width / columns), round((floor + 0.2) * height / floors)
            w, h = round(width / columns * 0.5), round(height / floors * 0.55)
            tone = int(rng.uniform(30, 120))
            cv2.rectangle(wall, (x - 3, y - 3), (x + w + 3, y + h + 3), (210, 214, 216), -1)
            cv2.rectangle(wall, (x, y), (x + w, y + h), (tone + 18, tone + 8, tone), -1)
            cv2.line(wall, (x + w // 2, y), (x + w // 2, y + h), (205, 208, 210), 2)
    opaque = cv2.cvtColor(wall, cv2.COLOR_BGR2BGRA)
    return Texture(np.asarray(opaque, np.uint8), _FRONT_SCALE)


def _sky(rng: np.random.Generator) -> Image:
    """Draw the sky once around with hills and trees below: uint8 (h, `_SKY_WIDTH`, 3)."""
    rows = np.linspace(0, 1, 300, dtype=np.float32)[:, None, None]
    sky = np.array([226, 196, 160], np.float32) * (1 - rows) + np.array([238, 230, 220], np.float32) * rows
    sky = np.repeat(sky, _SKY_WIDTH, axis=1)
    clouds = cv2.resize(rng.standard_normal((10, 120)).astype(np.float32), (_SKY_WIDTH, 300))
    sky += np.clip(clouds, 0, 2)[..., None] * 8
    hills = cv2.resize(rng.standard_normal((1, 260)).astype(np.float32), (_SKY_WIDTH, 1))[0] * 9 + 34
    leaves = cv2.resize(rng.standard_normal((60, 800)).astype(np.float32), (_SKY_WIDTH, 300))
    is_tree = np.arange(300)[:, None] > 300 - hills[None]
    sky[is_tree] = np.array([62, 88, 66], np.float32) * (1 + 0.25 * leaves[is_tree])[:, None]
    drawn: Image = np.clip(sky, 0, 255).astype(np.uint8)
    return drawn
