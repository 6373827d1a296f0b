"""Pictures to calibrate with: labeled crops as cameras show them, one plate again and again, and no plate at all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from recognition.pictures.borders import with_border
from recognition.pictures.crops import crop
from recognition.training.examples.labeled_crops import read_image
from schemas.errors import InvalidInput
from schemas.types import Box, Image

COLUMNS = ("image", "text", "jurisdiction", "split")
_SURROUNDINGS = 0.6  # of the plate's height: repeated edge pixels, so that a box may be wrong and a plate tilted
_WIDE = 140  # pixels: what dark and blurred plates are reduced to at most

_US_SPELLING, _SPELLING = str.maketrans("OQI", "001"), str.maketrans("O", "0")
_SIGNS = ("STOP", "SPEED LIMIT 45", "TAXI", "FOR SALE", "NO PARKING", "DODGE RAM", "MAIN ST", "5550199", "OPEN 24H")
_PAINTS = (((255, 255, 255), (20, 20, 20)), ((40, 110, 30), (250, 250, 250)), ((0, 200, 240), (20, 20, 20)))

Plate = tuple[Image, Box]


@dataclass(frozen=True, slots=True)
class Crop:
    """A labeled plate: its picture, text and jurisdiction (`US-VA`, `BR`)."""

    image: Image
    text: str
    jurisdiction: str

    def spelled(self, text: str) -> str:
        """Write a text so that it equals its label where it is right.

        US labels mix O, Q and 0, and I and 1; elsewhere O and 0 are told apart by the serial's format alone.
        """
        return text.translate(_US_SPELLING if self.jurisdiction.startswith("US") else _SPELLING)


def read_crops(path: Path, split: str = "val") -> list[Crop]:
    """Read the crops of one split of a label file.

    Args:
        path: CSV with the columns image (relative to the file), text, jurisdiction and split.
        split: Which rows.

    Returns:
        The crops in order.

    Raises:
        InvalidInput: The file or a picture cannot be read, a column is missing, or the split is empty.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise InvalidInput(f"no column {', '.join(missing)}; expected {', '.join(COLUMNS)}", source=str(path))
            chosen = [row for row in rows if row["split"] == split]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot be read ({error}); expected a label file", source=str(path)) from error
    if not chosen:
        raise InvalidInput(f"no row with split {split}", source=str(path))
    return [Crop(read_image(path.parent / row["image"]), row["text"], row["jurisdiction"]) for row in chosen]


def exact(image: Image, _: np.random.Generator) -> Plate:
    """The plate in its true box."""
    return with_border(image, _SURROUNDINGS)


def jittered(image: Image, rng: np.random.Generator) -> Plate:
    """A box that is wrong by up to 6 % of its size on every side."""
    picture, box = with_border(image, _SURROUNDINGS)
    left, top, right, bottom = rng.uniform(-0.06, 0.06, 4) * [box.width, box.height, box.width, box.height]
    return picture, Box(box.x1 + left, box.y1 + top, box.x2 + right, box.y2 + bottom)


def narrow(image: Image, rng: np.random.Generator) -> Plate:
    """A plate 60 pixels wide, with a little noise."""
    return with_border(_noisy(_scaled(image, 60), 3.0, rng), _SURROUNDINGS)


def dark(image: Image, rng: np.random.Generator) -> Plate:
    """A fifth of the light, and the noise that a camera has then."""
    dim = _scaled(image, _WIDE).astype(np.float32) * np.float32(0.18)
    return with_border(_noisy(dim.astype(np.uint8), 4.0, rng), _SURROUNDINGS)


def blurred(image: Image, _: np.random.Generator) -> Plate:
    """Motion over five pixels and some defocus, 100 pixels wide."""
    small = _scaled(image, 100)
    line = np.zeros((7, 7), np.float32)
    line[3, 1:6] = 0.2
    return with_border(cv2.GaussianBlur(cv2.filter2D(small, -1, line), (0, 0), 0.9).astype(np.uint8), _SURROUNDINGS)


def tilted(image: Image, rng: np.random.Generator) -> Plate:
    """Turned by 5 to 10 degrees; the box is the upright one around it."""
    picture, box = with_border(image, _SURROUNDINGS)
    degrees = rng.uniform(5, 10) * rng.choice([-1.0, 1.0])
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(degrees), 1.0)
    turned = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    corners = np.array([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]])
    moved = corners @ matrix[:, :2].T + matrix[:, 2]
    return turned, Box(*moved.min(axis=0).tolist(), *moved.max(axis=0).tolist())


CONDITIONS: Mapping[str, Callable[[Image, np.random.Generator], Plate]] = {
    "true box": exact,
    "box off by 6 %": jittered,
    "60 px wide": narrow,
    "dark": dark,
    "blurred": blurred,
    "tilted": tilted,
}
"""How a plate is shown, by name; the first is the labels' own picture."""


def track(image: Image, frames: int, rng: np.random.Generator) -> list[Plate]:
    """Photograph one plate as it drives by: what ails it stays, the rest changes from frame to frame.

    Args:
        image: The plate.
        frames: How many pictures.
        rng: Source of chance.

    Returns:
        The pictures, the plate's box in each wrong by a few percent.
    """
    light, blur, dirt = rng.choice([1.0, 1.0, 0.5, 0.18]), rng.choice([0.0, 0.0, 0.8, 1.4]), rng.random() < 0.2
    width, growth = float(np.exp(rng.uniform(np.log(48), np.log(150)))), rng.uniform(1.0, 1.06)
    spot = rng.uniform(0.1, 0.9, 2)
    shots = []
    for number in range(frames):
        shot = _scaled(image, max(round(width * growth**number), 24))
        if dirt:
            height, wide = shot.shape[:2]
            cv2.circle(shot, (int(spot[0] * wide), int(spot[1] * height)), max(height // 9, 1), (70, 80, 90), -1)
        if blur:
            shot = cv2.GaussianBlur(shot, (0, 0), float(blur * rng.uniform(0.7, 1.3))).astype(np.uint8)
        shot = (shot.astype(np.float32) * np.float32(light * rng.uniform(0.9, 1.1))).clip(0, 255).astype(np.uint8)
        shots.append(jittered(_noisy(shot, 3.0, rng), rng))
    return shots


def without_plates(picture: Image, boxes: Sequence[Box], rng: np.random.Generator) -> Image:
    """Take the plates out of a picture: painted over, filled from around them, or blurred beyond reading.

    Args:
        picture: uint8 (H, W, 3).
        boxes: Every plate in it.
        rng: Source of chance.

    Returns:
        A changed copy.
    """
    clean, way = picture.copy(), int(rng.integers(3))
    for box in boxes:
        part = crop(clean, box, 0.15)
        if min(part.shape[:2]) < 2:
            continue
        if way == 0:
            part[:] = np.median(part.reshape(-1, 3), axis=0).astype(np.uint8)
        elif way == 1:
            edges = (part[:, :1].astype(np.float32) + part[:, -1:].astype(np.float32)) / 2
            part[:] = np.broadcast_to(edges, part.shape).astype(np.uint8)
        else:
            part[:] = cv2.GaussianBlur(part, (0, 0), max(0.35 * box.height, 2.0)).astype(np.uint8)
    return clean


def with_signs(picture: Image, rng: np.random.Generator) -> Image:
    """Put two signs with text into a copy of a picture."""
    signed = picture.copy()
    for _ in range(2):
        text, (ground, ink) = _SIGNS[rng.integers(len(_SIGNS))], _PAINTS[rng.integers(len(_PAINTS))]
        size = float(rng.uniform(0.5, 1.6))
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, 2)
        spare_x, spare_y = picture.shape[1] - width - 24, picture.shape[0] - height - 24
        if min(spare_x, spare_y) < 1:
            continue
        x, y = int(rng.integers(spare_x)) + 12, int(rng.integers(spare_y)) + height + 12
        cv2.rectangle(signed, (x - 10, y - height - 10), (x + width + 10, y + 10), ground, -1)
        cv2.putText(signed, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, size, ink, 2, cv2.LINE_AA)
    return signed


def _scaled(image: Image, width: int) -> Image:
    """Reduce a picture to a width; narrower ones stay as they are."""
    if image.shape[1] <= width:
        return image.copy()
    height = max(round(image.shape[0] * width / image.shape[1]), 6)
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _noisy(image: Image, sigma: float, rng: np.random.Generator) -> Image:
    noise = rng.normal(0.0, sigma, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)
