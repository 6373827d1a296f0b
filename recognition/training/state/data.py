"""What the state network learns from: labeled, street and drawn plates, photographed anew each time."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from recognition.pictures.crops import window
from recognition.states.looks import ABROAD, CLASSES
from recognition.training.examples.abroad import draw_abroad
from recognition.training.examples.augment import Corners, augment
from recognition.training.examples.labeled_crops import LabeledCrop, folded, read_image
from recognition.training.examples.labeled_pictures import read_split
from rendering.plates.designs import JURISDICTIONS
from rendering.plates.standard import random_serial, render_plate
from schemas.errors import InvalidInput
from schemas.types import Box, Image

SHARES = (0.38, 0.18, 0.16, 0.21, 0.07)
"""Of a batch: US crops, US plates of street pictures, plates from abroad, drawn US plates, drawn ones from abroad."""

FOLDS = 5
_DRAWN = 1500  # distinct plates of each kind per run
_WIDE = 3.2  # no US plate is this much wider than high; in a street picture such a plate is from abroad
_LEAST_WIDTH = 40  # pixels
_FRAMED = 0.25  # of the photographs
_SPARE = 0.3  # of the height, kept around a plate of a street picture


@dataclass(frozen=True, slots=True)
class StateSample:
    """A picture, uint8 BGR, the plate in it in pixels, and the index of its class."""

    image: Image
    box: Corners
    label: int


def fold_of(crop: LabeledCrop) -> int:
    """Return the part of a cross-validation that a crop belongs to; crops of one text share it."""
    return zlib.crc32(folded(crop.text).encode()) % FOLDS


def crop_samples(crops: Sequence[LabeledCrop]) -> list[StateSample]:
    """Return tight labeled crops as samples; everything outside the United States is one class."""
    found = []
    for crop in crops:
        image = read_image(crop.path)
        height, width = image.shape[:2]
        name = crop.jurisdiction if crop.jurisdiction in CLASSES else ABROAD
        found.append(StateSample(image, (0.0, 0.0, float(width), float(height)), CLASSES.index(name)))
    return found


def labeled_street_samples(labels: Path) -> list[StateSample]:
    """Return the plates of street pictures that `recognition.training.state.labels` has labeled, from abroad or not.

    Raises:
        InvalidInput: The file cannot be read, or a line is not one that the command writes.
    """
    found = []
    try:
        with labels.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise InvalidInput(f"{labels}: {error.strerror}; expected a file of street labels") from error
    for number, row in enumerate(rows, start=2):
        try:
            box = Box(*(float(row[name]) for name in ("x1", "y1", "x2", "y2")))
            index = CLASSES.index(row["jurisdiction"])
            path = Path(row["image"])
        except (KeyError, ValueError) as error:
            raise InvalidInput(
                f"not a street label ({error}); expected image,x1,y1,x2,y2,jurisdiction",
                source=str(labels),
                line=number,
            ) from error
        found.append(_street_sample(read_image(path), box, index))
    return found


def street_samples(folder: Path, *, every: bool) -> list[StateSample]:
    """Return plates from abroad of a detection data set's train pictures.

    Args:
        folder: The source, with `train` and `val` in it.
        every: Whether it shows no US plate at all; else only plates too wide for one are taken.
    """
    found = []
    for picture in read_split(folder, "train"):
        image = read_image(picture.path)
        for box in picture.boxes_in_pixels(image.shape[1], image.shape[0]):
            if box.width < _LEAST_WIDTH or not (every or box.width > _WIDE * box.height):
                continue
            found.append(_street_sample(image, box, CLASSES.index(ABROAD)))
    return found


def _street_sample(image: Image, box: Box, label: int) -> StateSample:
    x1, y1, x2, y2 = window(image, box, _SPARE)
    return StateSample(image[y1:y2, x1:x2].copy(), (box.x1 - x1, box.y1 - y1, box.x2 - x1, box.y2 - y1), label)


class StateBatches:
    """Makes the batch of any step from the step's number alone, so that a resumed run sees what it would have seen.

    Args:
        crops: US crops.
        street: US plates of street pictures; may be empty.
        abroad: Plates of other countries; may be empty.
        fonts: TrueType files for drawn plates.
        size: Samples per batch.
        seed: Root of all chance.
    """

    def __init__(
        self,
        crops: Sequence[StateSample],
        street: Sequence[StateSample],
        abroad: Sequence[StateSample],
        fonts: Sequence[str],
        *,
        size: int,
        seed: int,
    ) -> None:
        self._kinds = (crops, street, abroad)
        self._fonts, self._size, self._seed = tuple(fonts), size, seed
        self._weights = tuple(_balanced(samples) for samples in self._kinds)
        self._drawn: dict[tuple[bool, int], StateSample] = {}

    def batch(self, step: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Return inputs uint8 (n, 64, 128, 3) RGB and classes (n,) of a step."""
        rng = np.random.default_rng([self._seed, step])
        samples = [self._pick(int(kind), rng) for kind in rng.choice(len(SHARES), self._size, p=SHARES)]
        images = np.stack([_photographed(sample, rng) for sample in samples])
        return images, np.array([sample.label for sample in samples], dtype=np.int64)

    def _pick(self, kind: int, rng: np.random.Generator) -> StateSample:
        if kind < len(self._kinds) and self._kinds[kind]:
            return self._kinds[kind][int(rng.choice(len(self._weights[kind]), p=self._weights[kind]))]
        return self._draw(int(rng.integers(_DRAWN)), us=kind in (0, 1, 3))

    def _draw(self, number: int, *, us: bool) -> StateSample:
        key = us, number
        if key not in self._drawn:
            rng = np.random.default_rng([self._seed, 1 + us, number])
            if us:
                name = JURISDICTIONS[number % len(JURISDICTIONS)]
                font = str(rng.choice(self._fonts)) if self._fonts and rng.random() < 0.5 else None
                image = render_plate(random_serial(name, rng), name, rng, font=font).image[::2, ::2].copy()
            else:
                name, (image, _) = ABROAD, draw_abroad(rng, self._fonts)
            height, width = image.shape[:2]
            self._drawn[key] = StateSample(image, (0.0, 0.0, float(width), float(height)), CLASSES.index(name))
        return self._drawn[key]


def _balanced(samples: Sequence[StateSample]) -> npt.NDArray[np.float64]:
    """Return how often to take each sample: rare states more often than they come, but not as often as others."""
    counts = Counter(sample.label for sample in samples)
    weights = np.array([counts[sample.label] ** -0.5 for sample in samples])
    return weights / weights.sum() if len(weights) else weights


def _photographed(sample: StateSample, rng: np.random.Generator) -> Image:
    """Photograph a plate once more: another light's color, and often a dealer's frame over its upper or lower edge."""
    image = sample.image
    if rng.random() < 0.5:
        tint = rng.uniform(0.75, 1.25, 3) * rng.uniform(0.8, 1.15)
        image = np.clip(image * tint, 0, 255).astype(np.uint8)
    if rng.random() < _FRAMED:
        image = _framed(image, sample.box, rng)
    return augment(image, sample.box, rng)


def _framed(image: Image, box: Corners, rng: np.random.Generator) -> Image:
    framed = image.copy()
    x1, y1, x2, y2 = (round(side) for side in box)
    shade = rng.uniform(0, 200) + rng.uniform(-15, 15, 3)
    for upper in (True, False):
        if rng.random() < 0.6:
            rows = max(round((y2 - y1) * rng.uniform(0.05, 0.24)), 1)
            top = y1 if upper else y2 - rows
            framed[max(top, 0) : max(top, 0) + rows, max(x1, 0) : x2] = np.clip(shade, 0, 255)
            letters = "".join(chr(code) for code in rng.integers(65, 91, int(rng.integers(4, 14))))
            ink = tuple(float(value) for value in 255 - shade)
            place = (x1 + round((x2 - x1) * rng.uniform(0.05, 0.4)), top + round(rows * 0.8))
            cv2.putText(framed, letters, place, cv2.FONT_HERSHEY_SIMPLEX, rows / 32, ink, 1, cv2.LINE_AA)
    return framed
