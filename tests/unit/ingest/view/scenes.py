"""Streets as a camera sees them: each seed another one."""

from __future__ import annotations

import numpy as np

from ingest.opencv import cv2
from schemas.types import Image


def street(seed: int) -> Image:
    """A colored scene of walls, windows and signs."""
    random = np.random.default_rng(seed)
    picture = np.empty((180, 320, 3), np.uint8)
    picture[:] = np.linspace(190, 90, 180)[:, None, None] * np.array([0.9, 1.0, 0.8])
    for _ in range(60):
        x, y, width, height = (int(value) for value in random.integers((0, 0, 5, 5), (320, 180, 50, 50)))
        color = tuple(int(value) for value in random.integers(0, 255, 3))
        cv2.rectangle(picture, (x, y), (x + width, y + height), color, -1)
    return picture


def noisy(picture: Image, random: np.random.Generator, light: float = 1.0) -> Image:
    """The same with the noise of a sensor, in another light."""
    return np.clip(picture * light + random.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)


def infrared(picture: Image) -> Image:
    """What a camera sees in its own light: no color, and other surfaces are bright."""
    gray = 255 - np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def with_truck(picture: Image, x: int) -> Image:
    """A truck passes."""
    return np.asarray(cv2.rectangle(picture.copy(), (x, 60), (x + 110, 165), (230, 230, 230), -1), np.uint8)
