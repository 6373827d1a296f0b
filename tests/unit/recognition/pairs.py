"""Two plates in one place, drawn on the rear of a vehicle."""

from __future__ import annotations

import cv2
import numpy as np

from rendering.plates.standard import render_plate
from rendering.scene.scenery import RoadView, draw_day
from schemas.types import Image

STATES = ("US-VA", "US-CA", "US-TX")


def drawn(serial: str, width: int, number: int) -> Image:
    plate = render_plate(serial, STATES[number % len(STATES)], np.random.default_rng(number)).image
    return cv2.resize(plate, (width, width // 2), interpolation=cv2.INTER_AREA).astype(np.uint8)


def on_vehicle(*plates: tuple[Image, int, int], x: int = 0) -> Image:
    """Draw a vehicle, moved by `x` pixels, with pictures of plates at places on it; later ones are in front."""
    picture = draw_day(RoadView(1280, 720), np.random.default_rng(2))
    cv2.rectangle(picture, (430 + x, 220), (900 + x, 620), (70, 60, 60), -1)
    for plate, left, top in plates:
        picture[top : top + plate.shape[0], left + x : left + x + plate.shape[1]] = plate
    return cv2.GaussianBlur(picture, (0, 0), 0.6).astype(np.uint8)


def pair(front: str, rear: str, right: float, down: float, width: int = 150, x: int = 0) -> Image:
    """Draw two plates, the rear one moved by shares of a plate's width and height."""
    behind = drawn(rear, width, 50), 600 + round(right * width), 400 + round(down * width / 2)
    return on_vehicle(behind, (drawn(front, width, 0), 600, 400), x=x)
