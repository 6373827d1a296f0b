"""A vehicle of the clip as a picture with transparency, kept at several sizes and laid over the road frame by frame."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from rendering.plates.standard import render_plate
from rendering.scene.scenario import DrivenVehicle
from rendering.scene.scenery import CREST, LANE_OFFSET, RoadView
from rendering.scene.vehicles import VehicleView, draw_vehicle
from schemas.types import Image

_SPRITE_SCALE: Final = 400.0  # pixels per meter of the largest picture, for a frame 720 pixels high
_SMALLEST: Final = 26.0
_HALO_SCALE: Final = 50.0  # light is soft, so its picture is small
_HALO_HALF: Final = 2.2  # meters of light on each side of the vehicle's middle
_HALO_HEIGHT: Final = 2.6

# An infrared camera at night: bodies are dim, plates throw the camera's own light back but wash out.
_NIGHT_BODY: Final = 0.3
_NIGHT_PLATE: Final = 0.66
_NIGHT_PLATE_FLOOR: Final = 34.0

_Layer = npt.NDArray[np.float32]


class VehicleSprite:
    """A drawn vehicle at several sizes.

    Attributes:
        vehicle: what it shows.
    """

    def __init__(self, vehicle: DrivenVehicle, view: RoadView, *, seed: int) -> None:
        """Draw the vehicle.

        Args:
            vehicle: what to draw.
            view: the camera.
            seed: with the vehicle's number, of stickers, bolts and the plate's tilt.
        """
        self.vehicle = vehicle
        self._view = view
        rng = np.random.default_rng([seed, vehicle.number])
        plate = render_plate(vehicle.serial, vehicle.jurisdiction, rng, worn=vehicle.worn)
        rear = vehicle.direction == "receding"
        tilt = float(rng.uniform(-1.6, 1.6))
        self._phase = float(rng.uniform(0, 6.28))
        self._drift = float(rng.uniform(-0.1, 0.1))
        drawn = draw_vehicle(
            vehicle.body,
            vehicle.paint,
            plate.image,
            rear=rear,
            tilt=tilt,
            scale=_SPRITE_SCALE * view.unit,
            lit=vehicle.night,
        )
        self._levels = _shrunk(_composed(drawn, night=vehicle.night), drawn, _SMALLEST * view.unit)
        self._halo = _halo(drawn, red=rear) if vehicle.night else None

    def draw(self, picture: Image, meters: float, second: float) -> None:
        """Lay the vehicle over a frame.

        Args:
            picture: uint8 (H, W, 3) BGR, changed in place.
            meters: from the camera to the vehicle.
            second: of the clip, for its sway.
        """
        side = -LANE_OFFSET if self.vehicle.lane == "left" else LANE_OFFSET
        sway = 0.03 * math.sin(0.9 * second + self._phase) + self._drift
        x = self._view.column(meters, side + sway)
        y = self._view.ground_row(meters) + self._view.scale_at(meters) * 0.006 * math.sin(8 * second + self._phase)
        scale = self._view.scale_at(meters)
        roll = 0.3 * math.sin(5.1 * second + self._phase)
        last_row = self._view.crest_row if meters > CREST else picture.shape[0]
        layer, level, ground_row = next(
            (entry for entry in reversed(self._levels) if entry[1] >= scale * 0.95), self._levels[0]
        )
        _lay(picture[:last_row], layer, (layer.shape[1] / 2, ground_row), (x, y), scale / level, roll)
        if self._halo is not None:
            _lay_halo(picture[:last_row], self._halo, x, y, scale)


def _composed(drawn: VehicleView, *, night: bool) -> Image:
    """Lay the plate over the body; return uint8 (H, W, 4), premultiplied BGR and alpha."""
    body, plate = drawn.layer, drawn.plate
    if night:
        body, plate = _dimmed(body, _NIGHT_BODY, 0.0), _dimmed(plate, _NIGHT_PLATE, _NIGHT_PLATE_FLOOR)
    whole = body * (1 - plate[..., 3:]) + plate
    whole[..., 3] *= 255
    composed: Image = np.clip(whole, 0, 255).astype(np.uint8)
    return composed


def _dimmed(layer: _Layer, factor: float, floor: float) -> _Layer:
    gray = cv2.cvtColor(np.ascontiguousarray(layer[..., :3]), cv2.COLOR_BGR2GRAY)[..., None]
    color = (layer[..., :3] * 0.3 + gray * 0.7) * factor + layer[..., 3:] * floor
    return np.concatenate([color, layer[..., 3:]], axis=2).astype(np.float32, copy=False)


def _shrunk(whole: Image, drawn: VehicleView, smallest: float) -> list[tuple[Image, float, float]]:
    """Return (picture, pixels per meter, ground row) from the largest down in steps of the square root of two."""
    levels: list[tuple[Image, float, float]] = []
    factor = 1.0
    while drawn.scale * factor > smallest:
        size = (max(round(whole.shape[1] * factor), 1), max(round(whole.shape[0] * factor), 1))
        small = whole if factor == 1.0 else cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
        exact = size[0] / whole.shape[1]
        levels.append((small.astype(np.uint8, copy=False), drawn.scale * exact, drawn.ground_row * exact))
        factor /= math.sqrt(2)
    return levels


def _halo(drawn: VehicleView, *, red: bool) -> Image:
    """Draw the light around lamps and on the road before them: uint8 (h, w, 3), to be added to the frame."""
    width, height = round(2 * _HALO_HALF * _HALO_SCALE), round((_HALO_HEIGHT + 0.8) * _HALO_SCALE)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    across, up = columns / _HALO_SCALE - _HALO_HALF, _HALO_HEIGHT - rows / _HALO_SCALE
    light = np.zeros((height, width, 3), dtype=np.float32)
    tone = np.array([50, 60, 255] if red else [232, 246, 255], dtype=np.float32)
    for x, y in drawn.lamps:
        reach = (across - x) ** 2 + ((up - y) * 1.15) ** 2
        near, far = (0.75, 0.14) if red else (1.3, 0.22)
        glow = near * np.exp(-reach / 0.007) + far * np.exp(-reach / 0.06)
        pool = (0.06 if red else 0.26) * np.exp(-((across - x) ** 2) / 0.5 - ((up + 0.25) / 0.22) ** 2)
        light += (glow + pool)[..., None] * tone
    edge = np.clip(np.minimum.reduce([rows, height - 1 - rows, columns, width - 1 - columns]) / 12, 0, 1)
    halo: Image = np.clip(light * edge[..., None], 0, 255).astype(np.uint8)
    return halo


def _lay_halo(picture: Image, halo: Image, x: float, y: float, scale: float) -> None:
    factor = scale / _HALO_SCALE
    matrix = np.array([[factor, 0, x - _HALO_HALF * scale], [0, factor, y - _HALO_HEIGHT * scale]])
    part, matrix = _window(picture, matrix, halo.shape)
    if part.size:
        size = (part.shape[1], part.shape[0])
        cv2.add(part, cv2.warpAffine(halo, matrix, size, flags=cv2.INTER_LINEAR), dst=part)


def _lay(
    picture: Image, layer: Image, anchor: tuple[float, float], place: tuple[float, float], factor: float, roll: float
) -> None:
    """Blend a layer over the picture so that its anchor comes to a place; subpixel, so that motion is smooth."""
    matrix = np.asarray(cv2.getRotationMatrix2D(anchor, roll, factor), dtype=np.float64)
    matrix[:, 2] += np.subtract(place, anchor)
    part, matrix = _window(picture, matrix, layer.shape)
    if not part.size:
        return
    over = cv2.warpAffine(layer, matrix, (part.shape[1], part.shape[0]), flags=cv2.INTER_LINEAR)
    uncovered = cv2.bitwise_not(cv2.extractChannel(over, 3))
    below = cv2.multiply(part, cv2.cvtColor(uncovered, cv2.COLOR_GRAY2BGR), scale=1 / 255)
    cv2.add(below, cv2.cvtColor(over, cv2.COLOR_BGRA2BGR), dst=part)


def _window(
    picture: Image, matrix: npt.NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[Image, npt.NDArray[np.float64]]:
    """Cut out the part of the picture that a layer of such a shape can touch; return it and the matrix moved to it."""
    corners = np.array([[0, 0, 1], [shape[1], 0, 1], [0, shape[0], 1], [shape[1], shape[0], 1]]) @ matrix.T
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, (picture.shape[1], picture.shape[0]))
    moved = matrix - np.array([[0, 0, left], [0, 0, top]])
    return picture[top : max(bottom, top), left : max(right, left)], moved
