"""What a detector and a reader find where a plate is and where none is, to fit the chance that a find is a plate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.detection.detector import PlateDetector
from recognition.detection.overlap import overlap
from recognition.reading.calibration import PlateConfidence, has_digit
from recognition.reading.ocr import PlateOcr
from recognition.reading.readings import calibrated
from recognition.training.calibration.pictures import with_signs, without_plates
from recognition.training.examples.labeled_crops import read_image
from schemas.errors import InvalidInput
from schemas.types import Box, Image, PlateDetection

_LABELED = 0.4  # overlap from which a detection is the labeled plate
_SURE = 0.8
_SIGNS_EVERY = 6
_SIGNS_WEIGHT = 0.2  # drawn signs are more, and more like plates, than those in the street


@dataclass(frozen=True, slots=True)
class Find:
    """A detection that was read: text, its probability, the detector's confidence, and what stands there in truth.

    `weight` is how much it counts in a fit; `picture` numbers the picture, and `plates` tells whether that has any.
    """

    text: str
    confidence: float
    detection: float
    is_plate: bool
    weight: float
    picture: int
    plates: bool


def find_all(
    folders: Sequence[Path], detector: PlateDetector, ocr: PlateOcr, plate: PlateConfidence, least_width: int, seed: int
) -> list[Find]:
    """Detect and read in labeled pictures, as they are and with their plates taken out.

    A find beside every label that reads surely, with a digit, is taken for a plate that nobody labeled and left out.

    Args:
        folders: Pictures (.jpg) with YOLO labels (.txt) beside them, every box a plate.
        detector: Finds plates.
        ocr: Reads them.
        plate: The calibration of its readings.
        least_width: Narrower plates are not read, pixels.
        seed: Root of chance.

    Returns:
        All finds.

    Raises:
        InvalidInput: A folder holds no labeled picture, or a file cannot be read.
    """
    rng = np.random.default_rng(seed)
    finds: list[Find] = []

    def look(picture: Image) -> Iterator[tuple[PlateDetection, str, float]]:
        wide = [d for d in detector.detect([picture])[0] if d.box.width >= least_width]
        readings = ocr.read_combined([(picture, d.box) for d in wide], second_look=True) if wide else []
        for detection, combined in zip(wide, readings, strict=True):
            result = calibrated(combined, plate)
            if len(result.text) > 1:
                yield detection, result.text, result.confidence

    for number, (path, boxes) in enumerate(_labeled(folders)):
        picture, unlabeled = read_image(path), list[Box]()
        boxes = [_in_pixels(box, picture) for box in boxes]
        for detection, text, confidence in look(picture):
            is_plate = max((overlap(detection.box, box) for box in boxes), default=0.0) >= _LABELED
            if not is_plate and confidence >= _SURE and has_digit(text):
                unlabeled.append(detection.box)
            else:
                finds.append(Find(text, confidence, detection.confidence, is_plate, 1.0, number, True))
        empty, weight = without_plates(picture, boxes, rng), 1.0
        if number % _SIGNS_EVERY == 0:
            empty, weight = with_signs(empty, rng), _SIGNS_WEIGHT
        for detection, text, confidence in look(empty):
            if max((overlap(detection.box, box) for box in unlabeled), default=0.0) < _LABELED:
                finds.append(Find(text, confidence, detection.confidence, False, weight, number, False))
    return finds


def _labeled(folders: Sequence[Path]) -> Iterator[tuple[Path, list[Box]]]:
    """Yield pictures with their boxes as shares of the picture's size."""
    for folder in folders:
        pictures = [path for path in sorted(folder.glob("*.jpg")) if path.with_suffix(".txt").is_file()]
        if not pictures:
            raise InvalidInput("no pictures (.jpg) with labels (.txt) beside them", source=str(folder))
        for path in pictures:
            boxes = []
            for line, text in enumerate(path.with_suffix(".txt").read_text(encoding="utf-8").splitlines(), 1):
                try:
                    _, x, y, width, height = map(float, text.split())
                except ValueError as error:
                    raise InvalidInput(
                        f"{text!r}, expected `0 x y width height`", source=str(path.with_suffix(".txt")), line=line
                    ) from error
                boxes.append(Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2))
            yield path, boxes


def _in_pixels(box: Box, picture: Image) -> Box:
    height, width = picture.shape[:2]
    return Box(box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height)
