"""Vehicles of the street: boxes with a front, a rear and two sides, of which the camera sees what faces it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from rendering.plates.standard import render_plate
from rendering.scene.brush import shade
from rendering.scene.vehicles import PLATE_METERS, SHAPES, draw_vehicle
from rendering.street.panel import Panel, Texture
from rendering.street.view import Floats
from schemas.types import Image

LENGTH: Final = 4.6
"""Of every vehicle, in meters."""

_SIDE_SCALE: Final = 90.0  # pixels per meter of a side
# By night bodies are dim; plates throw the camera's own light back and wash out.
_NIGHT_BODY: Final = 0.3
_NIGHT_PLATE: Final = 0.66
_NIGHT_PLATE_FLOOR: Final = 34.0
_ROOM: Final = 0.9  # meters of room that a drawn face has besides the body


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a vehicle is: x, z of its middle in meters, and where it heads, radians to the right of ahead."""

    x: float
    z: float
    heading: float


@dataclass(frozen=True, slots=True)
class Look:
    """What a vehicle looks like: its plate's text and state, a key of `SHAPES`, and its paint, RRGGBB; how wide its
    plates are and how much higher than usual they hang, in meters."""

    serial: str
    jurisdiction: str
    body: str
    paint: str
    plate_meters: float = PLATE_METERS
    lift: float = 0.0


class StreetCar:
    """A drawn vehicle.

    Args:
        number: of the vehicle in its clip, from 1.
        look: what it looks like.
        scale: pixels per meter of its front and rear.
        seed: with the number, of stickers, bolts and the plate's tilt.
        night: it is seen by little light and the camera's own infrared, which plates throw back.
    """

    def __init__(self, number: int, look: Look, scale: float, *, seed: int, night: bool = False) -> None:
        self.number = number
        self.look = look
        rng = np.random.default_rng([seed, number])
        plate = render_plate(look.serial, look.jurisdiction, rng).image
        tilt = float(rng.uniform(-1.6, 1.6))
        self._shape, self._night = SHAPES[look.body], night
        self._ends = {rear: self._end(plate, tilt, scale, rear=rear) for rear in (True, False)}
        self._sides = {left: Texture(_side(look.body, look.paint, left, night), _SIDE_SCALE) for left in (True, False)}

    def _end(self, plate: Image, tilt: float, scale: float, *, rear: bool) -> tuple[Texture, float]:
        look = self.look
        drawn = draw_vehicle(
            look.body, look.paint, plate, rear=rear, tilt=tilt, scale=scale, lit=self._night,
            plate_meters=look.plate_meters, lift=look.lift,
        )  # fmt: skip
        body, face = drawn.layer, drawn.plate
        if self._night:
            body, face = _dark(body, _NIGHT_BODY, 0.0), _dark(face, _NIGHT_PLATE, _NIGHT_PLATE_FLOOR)
        whole = body * (1 - face[..., 3:]) + face
        whole[..., 3] *= 255
        return Texture(np.clip(whole, 0, 255).astype(np.uint8), scale), drawn.ground_row / scale

    def faces(self, spot: Spot) -> list[tuple[Panel, bool | None]]:
        """Return its sides and ends where it is, each with whether it is the rear; None for a side."""
        ahead = np.array([math.sin(spot.heading), math.cos(spot.heading)])
        right = np.array([ahead[1], -ahead[0]])
        middle, half = np.array([spot.x, spot.z]), self._shape.width / 2 - 0.04
        faces: list[tuple[Panel, bool | None]] = []
        for left, outward, along in ((True, -right, -ahead), (False, right, ahead)):
            start = middle + outward * half - along * LENGTH / 2
            faces.append((Panel(self._sides[left], _pair(start), _pair(along), LENGTH, self._shape.height), None))
        for rear, outward, along in ((True, -ahead, right), (False, ahead, -right)):
            texture, top = self._ends[rear]
            length = texture.levels[0][0].shape[1] / texture.levels[0][1]
            start = middle + outward * LENGTH / 2 - along * length / 2
            faces.append((Panel(texture, _pair(start), _pair(along), length, top), rear))
        return faces

    def plate_corners(self, panel: Panel, *, rear: bool) -> Floats:
        """Return the corners of the plate on its front or rear, in the street (4, 3)."""
        center = panel.length / 2
        height = (self._shape.rear_plate if rear else self._shape.front_plate) + self.look.lift
        wide, tall = self.look.plate_meters / 2, self.look.plate_meters / 4
        return panel.points(
            np.array([(center + x * wide, height - y * tall) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
        )

    def outline(self, panel: Panel, *, is_side: bool) -> Floats:
        """Return the corners of what a face hides behind it, in the street (4, 3)."""
        room = 0.0 if is_side else _ROOM / 2
        left, right, top = room, panel.length - room, self._shape.height - 0.3
        return panel.points(np.array([(left, top), (right, top), (right, 0.2), (left, 0.2)]))


def _dark(layer: npt.NDArray[np.float32], factor: float, floor: float) -> npt.NDArray[np.float32]:
    """Return a layer by night: nearly gray, with a share of its light and as much that it throws back."""
    gray = cv2.cvtColor(np.ascontiguousarray(layer[..., :3]), cv2.COLOR_BGR2GRAY)[..., None]
    color = (layer[..., :3] * 0.3 + gray * 0.7) * factor + layer[..., 3:] * floor
    return np.concatenate([color, layer[..., 3:]], axis=2).astype(np.float32, copy=False)


@cache
def _side(body: str, paint: str, left: bool, night: bool) -> Image:
    """Draw a side: uint8 (h, w, 4), premultiplied; its nose to the right, or to the left on the left side."""
    shape = SHAPES[body]
    canvas = np.zeros((round(shape.height * _SIDE_SCALE), round(LENGTH * _SIDE_SCALE), 4), np.uint8)
    front = LENGTH - 0.05
    roof = {"sedan": (1.0, 3.0), "pickup": (1.9, 3.4), "hatchback": (0.4, 3.0)}.get(body, (0.15, 3.3))
    _fill(canvas, [(0.05, 0.22), (0.03, shape.belt), (front - 1.1, shape.belt), (front, shape.hood), (front, 0.22)],
          shade(paint, 0.85))  # fmt: skip
    top = shape.height - 0.03
    cabin = [(max(roof[0] - 0.5, 0.05), shape.belt), (roof[0], top), (roof[1] - 0.5, top), (roof[1] + 0.4, shape.belt)]
    _fill(canvas, cabin, shade(paint, 0.75))
    inner = [(x + (0.15 if x < (roof[0] + roof[1]) / 2 else -0.2), min(y, shape.height - 0.12)) for x, y in cabin]
    _fill(canvas, inner, shade("2A3238", 0.9))
    for x in (0.9, LENGTH - 0.95):
        middle = (round(x * _SIDE_SCALE), round((shape.height - 0.33) * _SIDE_SCALE))
        cv2.circle(canvas, middle, round(0.33 * _SIDE_SCALE), (22, 22, 22, 255), -1, cv2.LINE_AA)
        cv2.circle(canvas, middle, round(0.2 * _SIDE_SCALE), (150, 150, 152, 255), -1, cv2.LINE_AA)
    for x in (1.6, 2.7):
        _fill(canvas, [(x, 0.3), (x, shape.belt), (x + 0.02, shape.belt), (x + 0.02, 0.3)], shade(paint, 0.4))
    if night:
        canvas[..., :3] = cv2.convertScaleAbs(canvas[..., :3], alpha=_NIGHT_BODY * 0.6)
    return canvas[:, ::-1].copy() if left else canvas


def _fill(canvas: Image, points: list[tuple[float, float]], color: tuple[float, float, float]) -> None:
    height = canvas.shape[0]
    corners = np.array([(x * _SIDE_SCALE * 16, (height - y * _SIDE_SCALE) * 16) for x, y in points])
    cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], (*color, 255), cv2.LINE_8, 4)


def _pair(vector: Floats) -> tuple[float, float]:
    return float(vector[0]), float(vector[1])
