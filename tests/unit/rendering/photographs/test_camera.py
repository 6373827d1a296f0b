"""What a camera makes of a picture."""

from __future__ import annotations

import cv2
import numpy as np

from rendering.photographs.camera import compress, project
from rendering.plates.generator import draw_plate

PLATE = draw_plate(np.random.default_rng(3), jurisdiction="US-CA", plate_class="passenger", style="standard").image


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_corners_tell_where_the_plate_went() -> None:
    white = np.full((100, 200, 3), 255, dtype=np.uint8)
    picture, corners = project(white, rng(), width=150, roll=10, yaw=30, pitch=5)
    inside = np.zeros(picture.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(inside, np.round(corners).astype(np.int32), (255,))
    shrunk = cv2.erode(inside, np.ones((5, 5), np.uint8))
    assert picture[shrunk > 0].min() > 240


def test_compression_keeps_the_picture_and_loses_detail() -> None:
    packed = compress(PLATE, 30)
    assert packed.shape == PLATE.shape
    assert 0 < np.abs(packed.astype(int) - PLATE).mean() < 20
