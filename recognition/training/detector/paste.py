"""Other countries' plates on the cars of a training picture: a labeled plate is covered with the picture of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from recognition.detection.overlap import overlaps
from recognition.training.examples.labeled_crops import read_image, read_labels, training_crops
from rendering.plates.designs import JURISDICTIONS
from rendering.plates.standard import random_serial, render_plate
from schemas.errors import ConfigurationError
from schemas.types import Image

Floats = npt.NDArray[np.float32]

DRAWN_SHARE = 0.4  # of the pasted plates; the others are photographed ones
DRAWN_PLATES = 256  # distinct drawn plates per run
MIN_WIDTH, MIN_HEIGHT = 14.0, 6.0  # pixels; below, a plate is a smear whatever it shows
MAX_GROWTH = 3.0  # a wide plate is not covered with one that is this much higher
COVER = (1.03, 1.15)  # size of the new plate where it just covers the old one
TILT = 3.0  # degrees, most
LEAN = 0.03  # how far a corner moves, as a share of the plate's sides
GAIN = (0.45, 1.5)  # of the new plate's brightness


class PlateStock:
    """Plates to paste: photographed crops, and drawn US plates.

    Args:
        crops: Pictures of plates, tight.
        seed: Root of the drawn plates' chance.
        drawn: How many different plates to draw.

    Raises:
        ConfigurationError: There is nothing to paste.
    """

    def __init__(self, crops: Sequence[Path], *, seed: int, drawn: int = DRAWN_PLATES) -> None:
        if not crops and not drawn:
            raise ConfigurationError("no plates to paste; give a label file with rows of the split 'train'")
        self._crops = tuple(crops)
        self._seed, self._drawn_count = seed, drawn
        self._drawn: dict[int, Image] = {}

    def pick(self, rng: np.random.Generator) -> Image:
        """Return one plate, uint8 (H, W, 3) BGR, tight.

        Raises:
            InvalidInput: A crop cannot be read.
        """
        if not self._crops or (self._drawn_count and rng.random() < DRAWN_SHARE):
            return self._draw(int(rng.integers(self._drawn_count)))
        return read_image(self._crops[int(rng.integers(len(self._crops)))])

    def _draw(self, number: int) -> Image:
        if number not in self._drawn:
            rng = np.random.default_rng((self._seed, number))
            jurisdiction = JURISDICTIONS[int(rng.integers(len(JURISDICTIONS)))]
            self._drawn[number] = render_plate(random_serial(jurisdiction, rng), jurisdiction, rng).image
        return self._drawn[number]


def stock_from_labels(labels: Path, seed: int) -> PlateStock:
    """Return the plates of a reader's label file that may be learned from, and drawn ones.

    Args:
        labels: CSV as `recognition.training.reader.train` reads it; rows of val, and rows that share their texts, are
            left out.
        seed: Root of the drawn plates' chance.

    Raises:
        InvalidInput: The file cannot be read or lacks a column.
    """
    return PlateStock([crop.path for crop in training_crops(read_labels(labels))], seed=seed)


def paste_plates(image: Image, boxes: Floats, stock: PlateStock, rng: np.random.Generator) -> tuple[Image, Floats]:
    """Cover the labeled plates of a picture with other ones.

    The new plate keeps its own proportions, covers the old one, is as bright as it was, and stands about as straight.
    Plates that are too small, and those whose cover would reach into another plate, stay as they are.

    Args:
        image: uint8 (H, W, 3) BGR; left as it is.
        boxes: float32 (n, 4), the plates: x1, y1, x2, y2 in pixels.
        stock: What to paste.
        rng: Source of chance.

    Returns:
        A picture of the same size, and the boxes in the same order, of which the pasted plates' fit the new plates.

    Raises:
        InvalidInput: A crop cannot be read.
    """
    result, new_boxes = image.copy(), boxes.astype(np.float32, copy=True)
    for number, box in enumerate(boxes):
        plate = stock.pick(rng)
        corners = _place(box, plate, rng)
        if corners is None:
            continue
        bounds = _bounds(corners, image)
        others = np.delete(new_boxes, number, axis=0)
        if overlaps(bounds, others).any():
            continue
        _blend(result, _lit(plate, image, box, rng), corners, rng)
        new_boxes[number] = bounds
    return result, new_boxes


def _place(box: Floats, plate: Image, rng: np.random.Generator) -> Floats | None:
    """Return the new plate's corners (4, 2), clockwise from the top left; None where it does not fit."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return None
    scale = max(width / plate.shape[1], height / plate.shape[0]) * rng.uniform(*COVER)
    half = np.array([plate.shape[1], plate.shape[0]]) * scale / 2
    if 2 * half[1] > MAX_GROWTH * height or 2 * half[0] > MAX_GROWTH * width:
        return None
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
    leaned = (square + rng.uniform(-2 * LEAN, 2 * LEAN, (4, 2))) * half
    angle = np.radians(rng.uniform(-TILT, TILT))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    center = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    corners: Floats = (leaned @ turn + center).astype(np.float32)
    return corners


def _bounds(corners: Floats, image: Image) -> Floats:
    """Return the corners' bounding box, cut at the picture's edges."""
    limits = np.array([image.shape[1], image.shape[0]], np.float32)
    low, high = np.clip(corners.min(axis=0), 0, limits), np.clip(corners.max(axis=0), 0, limits)
    return np.concatenate([low, high]).astype(np.float32)


def _lit(plate: Image, image: Image, box: Floats, rng: np.random.Generator) -> Image:
    """Return the plate as bright as the one that it covers, as far as a plate's own colors allow."""
    x1, y1, x2, y2 = np.round(box).astype(int)
    old = image[max(y1, 0) : max(y2, y1 + 1), max(x1, 0) : max(x2, x1 + 1)]
    was = float(np.percentile(old, 75)) if old.size else 128.0
    gain = np.clip(was / max(float(np.percentile(plate, 75)), 1.0), *GAIN) * rng.uniform(0.85, 1.15)
    lit: Image = np.clip(plate * gain, 0, 255).astype(np.uint8)
    return lit


def _blend(image: Image, plate: Image, corners: Floats, rng: np.random.Generator) -> None:
    """Warp the plate into the picture, as sharp as its size allows, its edge one pixel soft."""
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, [image.shape[1], image.shape[0]])
    size = tuple(int(part) for part in high - low)
    if min(size) < 1:
        return
    width = max(round(float(np.linalg.norm(corners[1] - corners[0]))), 2)
    height = max(round(float(np.linalg.norm(corners[3] - corners[0]))), 2)
    # Scaled first: the warp itself would leave out most of a large plate's pixels.
    scaled = cv2.resize(plate, (width, height), interpolation=cv2.INTER_AREA)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(source, (corners - low).astype(np.float32))
    warped = cv2.warpPerspective(scaled, warp, size, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), warp, size)
    blur = float(rng.uniform(0.3, 0.9))
    warped = cv2.GaussianBlur(warped, (0, 0), blur)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None]
    part = image[low[1] : high[1], low[0] : high[0]]
    part[:] = np.round(warped * mask + part * (1 - mask)).astype(np.uint8)
