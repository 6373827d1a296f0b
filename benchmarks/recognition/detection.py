"""How well plates are found: recall and precision per source and width, Platewatch beside a stock detector."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common.shares import Share
from benchmarks.recognition.boxes import IOU, match_boxes
from benchmarks.recognition.data import LabeledSource, thinned
from benchmarks.recognition.readers import Reader
from benchmarks.recognition.tables import Table
from ingest.pictures import read_picture
from recognition.detection.overlap import overlap
from recognition.training.examples.labeled_pictures import LabeledPicture
from schemas.errors import ConfigurationError
from schemas.types import Box, PlateDetection

MIN_WIDTH = 40.0
"""Narrower plates, in pixels, cannot be read: recall and precision are given without them, and with them."""

WIDTHS = (0, 24, 40, 60, 100, 200, 100_000)
"""Edges of the bins of width, pixels."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One picture as a detector saw it; boxes in pixels."""

    labeled: tuple[Box, ...]
    reviewed: tuple[Box, ...]
    detections: tuple[PlateDetection, ...]
    seconds: float


def look(reader: Reader, source: LabeledSource, most: int | None) -> list[Looked]:
    """Run a reader's detector over a source's pictures, one at a time.

    Raises:
        ConfigurationError: The reader has no detector.
    """
    looked = []
    for picture in thinned(source.pictures, most):
        image = read_picture(picture.path)
        boxes = tuple(picture.boxes_in_pixels(image.shape[1], image.shape[0]))
        started = time.perf_counter()
        detections = tuple(reader.detect(image))
        seconds = time.perf_counter() - started
        looked.append(Looked(boxes, source.reviewed.get(picture.path.name, ()), detections, seconds))
    return looked


def recall(looked: Sequence[Looked], low: float, high: float = float("inf")) -> Share:
    """Return the share of the labeled plates of a width (`low` <= width < `high`, pixels) that were found."""
    found = [
        hit
        for one in looked
        for plate, hit in zip(one.labeled, match_boxes(one.labeled, one.detections).found, strict=True)
        if low <= plate.width < high
    ]
    return Share(sum(found), len(found))


def precision(looked: Sequence[Looked], low: float, *, corrected: bool) -> Share:
    """Return the share of the boxes at least `low` pixels wide that are plates.

    Args:
        looked: The pictures.
        low: Least width, pixels.
        corrected: A box on a plate that the labels leave out, but a person saw, is no error.
    """
    right = total = 0
    for one in looked:
        extra = match_boxes(one.labeled, one.detections).extra
        wrong = sum(box.width >= low and not (corrected and _on_plate(box, one.reviewed)) for box in extra)
        boxes = sum(detection.box.width >= low for detection in one.detections)
        right, total = right + boxes - wrong, total + boxes
    return Share(right, total)


def detection_tables(readers: Sequence[Reader], sources: Sequence[LabeledSource], most: int | None) -> Iterator[Table]:
    """Measure every reader's detector on every source."""
    if not sources:
        return
    main = Table(
        "Detector",
        ("set", "detector", "recall >= 40 px", "recall, all", "precision >= 40 px", "corrected", "precision, all",
         "corrected, all", "ms/picture"),
        f"Val splits, IoU {IOU}, one confidence limit for all sets. Corrected: boxes on plates that the labels leave "
        "out (looked at one by one, benchmarks/recognition/reviewed_plates.csv) are no errors. Median time, one "
        "picture at a time.",
    )  # fmt: skip
    names = tuple(f"{low}-{high - 1}" if high < 100_000 else f">= {low}" for low, high in _bins())
    widths = Table("Recall by width of the plate in pixels", ("set", "detector", *names))
    for source in sources:
        for reader in readers:
            try:
                looked = look(reader, source, most)
            except ConfigurationError as error:
                main.add(source.name, f"{reader.detector_name}: absent ({error})", *[None] * (len(main.columns) - 2))
                continue
            main.add(
                source.name,
                reader.detector_name,
                recall(looked, MIN_WIDTH),
                recall(looked, 0),
                *(precision(looked, low, corrected=yes) for low in (MIN_WIDTH, 0) for yes in (False, True)),
                1000 * statistics.median(one.seconds for one in looked),
            )
            widths.add(source.name, reader.detector_name, *(recall(looked, low, high) for low, high in _bins()))
    yield main
    yield widths


def _bins() -> list[tuple[int, int]]:
    return list(itertools.pairwise(WIDTHS))


def _on_plate(box: Box, plates: Sequence[Box]) -> bool:
    return any(overlap(box, plate) >= IOU for plate in plates)


def plates_of(picture: LabeledPicture, source: LabeledSource, width: int, height: int) -> list[Box]:
    """Return every plate that is known in a picture of `width` x `height` pixels: labeled or reviewed."""
    return [*picture.boxes_in_pixels(width, height), *source.reviewed.get(Path(picture.path).name, ())]
