"""Real reads for the matching benchmark: labeled plates, near and far away, read as the product reads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks.common.simulated_reads import MOMENT
from benchmarks.common.vehicles import Vehicle
from benchmarks.recognition.crops import narrowed
from benchmarks.recognition.data import read_crops
from ingest.pictures import read_picture
from recognition.pictures.crops import crop
from recognition.recognizer import PictureRead, Recognizer
from recognition.training.examples.labeled_pictures import read_split
from schemas.errors import UnreadableMedia
from schemas.plates import canonical_plate, normalize_plate
from schemas.settings import RecognitionSettings
from schemas.types import Image, PlateRead

WIDTHS: Final = (0, 100, 80, 60, 50, 40, 32)
"""Widths in pixels at which labeled plates are read; 0: as they are."""

LEAST_WIDTH: Final = 24
"""Narrower plates are not read."""

_BATCH: Final = 16


@dataclass(frozen=True, slots=True)
class RealReads:
    """Reads of labeled plates with their vehicles, and reads of plates that nobody labeled.

    `widths` are the labeled plates' in pixels, as they were read, and negative where nothing was made smaller.
    """

    reads: list[PlateRead]
    vehicles: list[Vehicle]
    widths: list[int]
    unlabeled: list[PlateRead]


def real_reads(data: Path) -> RealReads:
    """Read plate-ocr's val crops at several widths, and the boxes of plate-detection's val pictures.

    Args:
        data: Folder with plate-ocr/labels.csv and plate-detection/SOURCE/val.

    Raises:
        ConfigurationError: They are not there.
    """
    recognizer = Recognizer(RecognitionSettings())
    crops = read_crops(data / "plate-ocr" / "labels.csv")
    pictures: list[Image] = []
    vehicles: list[Vehicle] = []
    widths: list[int] = []
    for labeled in crops:
        whole = labeled.image()
        for width in WIDTHS:
            if width < whole.shape[1]:
                pictures.append(narrowed(whole, width))
                vehicles.append(Vehicle(canonical_plate(labeled.text), labeled.jurisdiction))
                widths.append(width or -whole.shape[1])
    found = _read(recognizer, pictures)
    kept = [
        (read, vehicle, width) for read, vehicle, width in zip(found, vehicles, widths, strict=True) if read is not None
    ]
    unlabeled = [read for read in _read(recognizer, list(_boxes(data / "plate-detection"))) if read is not None]
    reads, found_vehicles, found_widths = (list(column) for column in zip(*kept, strict=True))
    return RealReads(reads, found_vehicles, found_widths, unlabeled)


def _boxes(folder: Path) -> Iterator[Image]:
    for source in sorted(path for path in folder.iterdir() if (path / "val").is_dir()):
        for labeled in read_split(source, "val"):
            try:
                picture = read_picture(labeled.path)
            except UnreadableMedia:
                continue
            for box in labeled.boxes_in_pixels(picture.shape[1], picture.shape[0]):
                if box.width >= LEAST_WIDTH and box.height >= 8:
                    yield crop(picture, box, 0.0)


def _read(recognizer: Recognizer, pictures: Sequence[Image]) -> list[PlateRead | None]:
    found: list[PlateRead | None] = []
    for start in range(0, len(pictures), _BATCH):
        for read in recognizer.read_crops(pictures[start : start + _BATCH]):
            found.append(_plate_read(len(found), read))
    return found


def _plate_read(number: int, read: PictureRead) -> PlateRead | None:
    """Return a read as the matcher gets it; None where there is no text of two characters."""
    if len(normalize_plate(read.plate)) < 2 or math.isnan(read.confidence):
        return None
    return PlateRead(
        UUID(int=number),
        "benchmark",
        "benchmark",
        MOMENT,
        MOMENT,
        MOMENT,
        read.plate,
        read.confidence,
        read.characters,
        read.state.jurisdiction if read.state else None,
        read.state.confidence if read.state else None,
    )
