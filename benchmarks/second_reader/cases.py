"""Labeled crops as both readers see them, with the shares that are shown of them."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2

from benchmarks.common.shares import Share
from benchmarks.common.texts import norm
from recognition.pictures.borders import PICTURE_MARGIN
from recognition.pictures.jpeg import encode_jpeg
from recognition.reading.fusion import WeightedReading, fuse
from recognition.reading.ocr import PlateOcr
from recognition.reading.second_reader import SecondReader
from schemas.ids import read_id
from schemas.plates import canonical_plate
from schemas.settings import ImageSettings, OcrSettings
from schemas.types import Box, Image, PlateRead

WIDTHS = (0, 70, 50)
"""Widths in pixels at which the crops are read; 0: as they are."""

LEAST_SURE = 0.3
"""Reads below this confidence are not matched, so no alert comes of them."""


@dataclass(frozen=True, slots=True)
class TwiceRead:
    """One crop at one width: canonical texts, what the first reader is sure of, and the second reader's time in ms."""

    country: str
    width: int
    truth: str
    read: str
    confidence: float
    second: str | None
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the read is the label, as far as labels tell characters apart (see `norm`)."""
        return norm(self.read) == norm(self.truth)

    @property
    def mended(self) -> bool:
        """Whether the read is wrong and the second reader's text is not."""
        return not self.right and norm(self.second or "") == norm(self.truth)


def cases(labels: Path, split: str, *, as_pixels: bool = False) -> Iterable[TwiceRead]:
    """Read every crop of a split at every width that it is larger than; the second reader gets JPEGs, or pixels."""
    ocr, second = PlateOcr(OcrSettings(), 1), SecondReader()
    second.load()
    with labels.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    for row in rows:
        whole = cv2.imread(str(labels.parent / row["image"]))
        if whole is None:
            raise SystemExit(f"{row['image']}: cannot be read")
        for width in WIDTHS:
            if width and whole.shape[1] <= width:
                continue
            yield _case(ocr, second, row, whole, width, as_pixels=as_pixels)


def _case(
    ocr: PlateOcr,
    second: SecondReader,
    row: dict[str, str],
    whole: cv2.typing.MatLike,
    width: int,
    *,
    as_pixels: bool,
) -> TwiceRead:
    picture, box = _plate(whole, width)
    fused = fuse([WeightedReading(ocr.read_plates([(picture, box)], second_look=True)[0], 1.0)])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    number = read_id("benchmark", row["image"], moment, width)
    read = PlateRead(number, "benchmark", "benchmark", moment, moment, moment, fused.plate, fused.confidence)
    # As a pass's picture comes to it, or as it was before it became a JPEG.
    jpeg = None if as_pixels else encode_jpeg(picture, ImageSettings().plate_jpeg_quality)
    started = time.perf_counter()
    reading = second.read_pixels(picture, box, read) if jpeg is None else second.read(jpeg, box, read)
    return TwiceRead(
        "BR" if row["jurisdiction"] == "BR" else row["jurisdiction"].partition("-")[0],
        width,
        canonical_plate(row["text"]),
        canonical_plate(fused.plate),
        fused.confidence,
        None if reading is None else canonical_plate(reading.text),
        (time.perf_counter() - started) * 1000,
    )


def _plate(whole: cv2.typing.MatLike, width: int) -> tuple[Image, Box]:
    """Return a crop at a width with the margin that a pass's picture has, and the plate's box in it."""
    picture = whole
    if width:
        height = max(round(whole.shape[0] * width / whole.shape[1]), 1)
        picture = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    margin = math.ceil(PICTURE_MARGIN * picture.shape[0])
    larger = cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    return larger.astype("uint8"), Box(margin, margin, margin + picture.shape[1], margin + picture.shape[0])


def show(name: str, found: Sequence[TwiceRead]) -> None:
    """Print one row of the table."""
    right, wrong = [c for c in found if c.right], [c for c in found if not c.right]
    agree = [case for case in found if case.second == case.read]
    differ = [case for case in found if case.second != case.read]
    figures = (
        Share(sum(case.right for case in agree), len(agree)),
        Share(sum(case.right for case in differ), len(differ)),
        Share(sum(case.second != case.read for case in wrong), len(wrong)),
        Share(sum(case.second != case.read for case in right), len(right)),
        Share(sum(case.mended for case in wrong), len(wrong)),
    )
    print(f"| {name} | {len(found)} | " + " | ".join(str(figure) for figure in figures) + " |")
