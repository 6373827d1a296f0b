"""What the network for plates in front learns from: plates over others and alone, photographed anew each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from recognition.detection.front_edges import MARGIN
from recognition.pictures.crops import crop, window
from recognition.training.examples.abroad import draw_abroad
from recognition.training.examples.augment import WIDTHS, Corners, fit, photographed
from recognition.training.examples.labeled_crops import LabeledCrop, read_image
from recognition.training.examples.labeled_pictures import read_split
from recognition.training.examples.synthetic import draw_us
from recognition.training.front.scenes import Scene, plates_in_place
from schemas.types import Box, Image

SHARES = (0.25, 0.2, 0.55)
"""Of a batch: plates as they are in street pictures, plates alone on a drawn ground, plates over others."""

_DRAWN = 1200  # distinct drawn plates per run
_DRAWN_ABROAD = 0.35  # of these
_FRONTS = (0.4, 0.2)  # of plates that are mounted: labeled crops, cut from the street; the others are drawn
_LEAST_WIDTH = 60  # pixels of a plate of a street picture
_SPARE = 0.5  # of its height, kept around it
_INEXACT = 0.02  # standard deviation of a detector's edges, as a share of the box


def crop_pictures(crops: Sequence[LabeledCrop]) -> list[Image]:
    """Return tight labeled crops."""
    return [read_image(each.path) for each in crops]


def street_scenes(folder: Path) -> list[Scene]:
    """Return the plates of a detection data set's train pictures, each with what is around it."""
    found = []
    for picture in read_split(folder, "train"):
        image = read_image(picture.path)
        for box in picture.boxes_in_pixels(image.shape[1], image.shape[0]):
            if box.width < _LEAST_WIDTH:
                continue
            x1, y1, x2, y2 = window(image, box, _SPARE)
            corners = box.x1 - x1, box.y1 - y1, box.x2 - x1, box.y2 - y1
            found.append(Scene(image[y1:y2, x1:x2].copy(), corners, corners))
    return found


class FrontBatches:
    """Makes the batch of any step from the step's number alone, so that a resumed run sees what it would have seen.

    Args:
        crops: Plates and nothing else.
        street: Plates of street pictures.
        fonts: TrueType files for drawn plates.
        size: Samples per batch.
        seed: Root of all chance.
    """

    def __init__(
        self, crops: Sequence[Image], street: Sequence[Scene], fonts: Sequence[str], *, size: int, seed: int
    ) -> None:
        self._crops, self._street, self._fonts = crops, street, tuple(fonts)
        self._size, self._seed = size, seed
        self._drawn: dict[int, Image] = {}

    def batch(self, step: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """Return inputs uint8 (n, 64, 128, 3) RGB of a step, and the front plate's edges, float32 (n, 4), as shares."""
        rng = np.random.default_rng([self._seed, step])
        samples = [_taken(self._scene(int(kind), rng), rng) for kind in rng.choice(len(SHARES), self._size, p=SHARES)]
        return np.stack([image for image, _ in samples]), np.array([edges for _, edges in samples], np.float32)

    def _scene(self, kind: int, rng: np.random.Generator) -> Scene:
        if kind == 0 and self._street:
            return self._street[int(rng.integers(len(self._street)))]
        return plates_in_place(self._plate(rng), self._plate(rng) if kind == len(SHARES) - 1 else None, rng)

    def _plate(self, rng: np.random.Generator) -> Image:
        chance = rng.random()
        if chance < _FRONTS[0] and self._crops:
            return self._crops[int(rng.integers(len(self._crops)))]
        if chance < sum(_FRONTS) and self._street:
            scene = self._street[int(rng.integers(len(self._street)))]
            return crop(scene.image, Box(*scene.front), 0.0)
        return self._draw(int(rng.integers(_DRAWN)))

    def _draw(self, number: int) -> Image:
        if number not in self._drawn:
            rng = np.random.default_rng([self._seed, 1, number])
            drawn = draw_abroad if rng.random() < _DRAWN_ABROAD else draw_us
            self._drawn[number] = drawn(rng, self._fonts)[0]
        return self._drawn[number]


def _taken(scene: Scene, rng: np.random.Generator) -> tuple[Image, Corners]:
    """Photograph what a detector would box: both plates, mostly, or the front one with a part of the other."""
    front, both = np.array(scene.front), np.array(scene.both)
    reach = 1.0 if rng.random() < 0.7 else rng.uniform(0, 1)
    box = front + reach * (both - front)
    size = np.array([box[2] - box[0], box[3] - box[1]] * 2)
    box = box + np.clip(rng.normal(0, _INEXACT, 4), -3 * _INEXACT, 3 * _INEXACT) * size
    x1, y1, x2, y2 = window(scene.image, Box(*(float(side) for side in box)), MARGIN)
    shot = _at_a_distance(scene.image[y1:y2, x1:x2], float(front[2] - front[0]), rng)
    origin, extent = np.array([x1, y1] * 2), np.array([x2 - x1, y2 - y1] * 2)
    left, top, right, bottom = (float(side) for side in np.clip((front - origin) / extent, 0, 1))
    return fit(photographed(shot, rng)), (left, top, right, bottom)


def _at_a_distance(picture: Image, plate_width: float, rng: np.random.Generator) -> Image:
    """Scale a crop as its plate is so many pixels wide in a camera's picture; never enlarged."""
    scale = min(float(np.exp(rng.uniform(*np.log(WIDTHS)))) / plate_width, 1.0)
    wide, high = (max(round(side * scale), 8) for side in picture.shape[1::-1])
    # Seen from a side a plate is narrower.
    size = (max(round(wide * rng.uniform(0.75, 1.05)), 8), high)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
