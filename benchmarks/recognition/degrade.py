"""Crops photographed again under one hard condition: what a camera may make of a plate that was clear.

Made for measuring only, and apart from what the readers are trained with.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Box, Image

Plate = tuple[Image, Box]
Floats = npt.NDArray[np.float32]

_WIDTH = 130
"""Width of the plate, in pixels, where the condition is another one than its size."""

_SMALL = (34, 59)


def degrade(condition: str, plate: Plate, rng: np.random.Generator) -> Plate:
    """Photograph a plate once more, worse.

    Args:
        condition: One of `CONDITIONS`.
        plate: The picture, uint8 (H, W, 3), with the plate's box in it.
        rng: Source of chance.

    Returns:
        The new picture and the plate's upright box in it.

    Raises:
        KeyError: The condition is not known.
    """
    return CONDITIONS[condition](plate, rng)


def resized(plate: Plate, width: float) -> Plate:
    """Scale a picture so that its plate is `width` pixels wide."""
    image, box = plate
    scale = width / box.width
    size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, size, interpolation=kind).astype(np.uint8, copy=False)
    return scaled, Box(box.x1 * scale, box.y1 * scale, box.x2 * scale, box.y2 * scale)


def _small(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, float(rng.uniform(*_SMALL)))
    return _noisy(cv2.GaussianBlur(image, (0, 0), 0.4).astype(np.float32), 3, rng), box


def _tilted(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, _WIDTH)
    height, width = image.shape[:2]
    angle = float(rng.choice([-1, 1]) * rng.uniform(8, 18))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    # Seen from the side a plate also slants and gets narrower.
    slant = np.array([[rng.uniform(0.75, 1.0), rng.uniform(-0.12, 0.12)], [0, 1]])
    turn[:, :2] = slant @ turn[:, :2]
    turn[:, 2] = np.array([width / 2, height / 2]) - turn[:, :2] @ np.array([width / 2, height / 2])
    turned = cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    corners = np.array([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]]) @ turn[:, :2].T
    corners = corners + turn[:, 2]
    (x1, y1), (x2, y2) = np.clip(corners.min(axis=0), 0, None), corners.max(axis=0)
    upright = Box(float(x1), float(y1), float(min(x2, width)), float(min(y2, height)))
    return _noisy(turned.astype(np.float32), 3, rng), upright


def _night(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, _WIDTH)
    dark = cv2.GaussianBlur(image, (0, 0), 0.8).astype(np.float32) * (rng.uniform(22, 40) / max(image.mean(), 1))
    return _noisy(dark * np.array([0.85, 0.95, 1.1], np.float32), 7, rng), box


def _infrared(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, _WIDTH)
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    # The lamp beside the camera makes the sheeting glow into its neighborhood, and colored ink fades.
    lit = np.clip(gray * rng.uniform(1.2, 1.6) + 20, 0, 255)
    glow = cv2.GaussianBlur(lit, (0, 0), 3.0) * 0.35 + lit * 0.65
    return _noisy(np.repeat(glow[..., None], 3, axis=2), 6, rng), box


def _glare(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, _WIDTH)
    spot = _spot(image, box, rng, (0.12, 0.28))
    return _noisy(image.astype(np.float32) * (1 - 0.3 * spot) + 235 * spot, 3, rng), box


def _dirty(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, _WIDTH)
    height, width = image.shape[:2]
    coarse = rng.standard_normal((max(height // 9, 2), max(width // 9, 2))).astype(np.float32)
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grime = np.clip((field - rng.uniform(0.1, 0.5)) * 1.5, 0, 1)[..., None] * rng.uniform(0.5, 0.8)
    mud = np.array([52, 70, 86], np.float32)
    return _noisy(image.astype(np.float32) * (1 - grime) + mud * grime, 3, rng), box


def _moving(plate: Plate, rng: np.random.Generator) -> Plate:
    image, box = resized(plate, _WIDTH)
    length = int(rng.integers(5, 9))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    angle = float(rng.uniform(-40, 40))
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), angle, 1)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return _noisy(
        np.asarray(cv2.filter2D(image.astype(np.float32), -1, kernel / kernel.sum()), np.float32), 3, rng
    ), box


CONDITIONS: dict[str, Callable[[Plate, np.random.Generator], Plate]] = {
    "small (34-59 px)": _small,
    "tilted (8-18 degrees)": _tilted,
    "night": _night,
    "infrared": _infrared,
    "glare": _glare,
    "dirty": _dirty,
    "motion blur": _moving,
}


def _spot(image: Image, box: Box, rng: np.random.Generator, sizes: tuple[float, float]) -> Floats:
    """Return a bright spot (H, W, 1), 0-1, with its middle on the plate."""
    rows, columns = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(np.float32)
    x, y = rng.uniform(box.x1, box.x2), rng.uniform(box.y1, box.y2)
    reach = rng.uniform(*sizes) * box.width
    spot: Floats = np.exp(-(((columns - x) / reach) ** 2) - ((rows - y) / (reach * 0.7)) ** 2)[..., None]
    return spot * np.float32(rng.uniform(0.7, 0.95))


def _noisy(image: Floats, sigma: float, rng: np.random.Generator) -> Image:
    """Add noise, and compress as cameras do."""
    noisy = np.clip(image + rng.normal(0, sigma, image.shape), 0, 255).astype(np.uint8)
    code = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 93))])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
