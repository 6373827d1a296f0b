"""How good a plate detector is: found plates and extra boxes, per source, at one confidence threshold."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from recognition.detection.detector import PlateDetector
from recognition.detection.overlap import overlap
from recognition.training.detector.review import SAME_PLATE, Review, ReviewedBox
from recognition.training.examples.labeled_pictures import LabeledPicture
from schemas.errors import UnreadableMedia
from schemas.types import Box, PlateDetection

IOU = 0.5
"""A detection has found a plate when their intersection over union is at least this (PASCAL VOC's criterion)."""


@dataclass(frozen=True, slots=True)
class DetectionScore:
    """What a detector did on one source: labeled plates, those found, and boxes where no plate is labeled.

    `reviewed` counts the same against labels that somebody corrected; None where there is no review.
    """

    source: str
    plates: int = 0
    found: int = 0
    extra: int = 0
    milliseconds: float = 0.0
    """Mean time per picture, one at a time."""
    reviewed: DetectionScore | None = None

    @property
    def recall(self) -> float:
        """Share of the plates that were found; 1 when there are none."""
        return self.found / self.plates if self.plates else 1.0

    @property
    def precision(self) -> float:
        """Share of the boxes that are plates; 1 when there are none."""
        boxes = self.found + self.extra
        return self.found / boxes if boxes else 1.0

    @property
    def f2(self) -> float:
        """Mean of recall and precision that holds recall twice as important (F-measure with beta 2).

        What is no plate is dropped later, by the reader and the tracker; a plate that is not found is lost.
        """
        total = 4 * self.precision + self.recall
        return 5 * self.recall * self.precision / total if total else 0.0


def count(plates: Sequence[Box], detections: Iterable[PlateDetection], min_width: float = 0.0) -> tuple[int, int, int]:
    """Compare one picture's detections with its labels.

    Detections take, most confident first, the free label that they overlap most. Plates narrower than `min_width`
    are not asked for: they count neither when missed nor when found, and narrower boxes are not extra.

    Args:
        plates: The labeled plates, in pixels.
        detections: What the detector found, in pixels.
        min_width: Least width of a plate that counts, pixels.

    Returns:
        Plates that count, how many of them were found, and boxes that are no labeled plate.
    """
    free = dict(enumerate(plates))
    found = extra = 0
    for detection in sorted(detections, key=lambda item: -item.confidence):
        best = max(free, key=lambda number: overlap(free[number], detection.box), default=None)
        if best is not None and overlap(free[best], detection.box) >= IOU:
            found += free.pop(best).width >= min_width
        else:
            extra += detection.box.width >= min_width
    return sum(plate.width >= min_width for plate in plates), found, extra


def count_reviewed(
    plates: Sequence[Box],
    detections: Iterable[PlateDetection],
    review: Sequence[ReviewedBox],
    min_width: float = 0.0,
) -> tuple[int, int, int]:
    """Compare one picture's detections with its labels as somebody corrected them.

    A label that shows no plate is not asked for. A plate without a label is neither asked for nor, when it is found,
    extra. A plate whose label is loose is asked for, and either box finds it.

    Args:
        plates: The labeled plates, in pixels.
        detections: What the detector found, in pixels.
        review: What a second look at this picture found.
        min_width: Least width of a plate that counts, pixels.

    Returns:
        As `count`.
    """
    no_plates = [reviewed.box for reviewed in review if not reviewed.is_plate]
    kept = [plate for plate in plates if all(overlap(plate, box) < IOU for box in no_plates)]
    unlabeled = [reviewed.box for reviewed in review if reviewed.is_plate]
    tight = {
        number: max(unlabeled, key=lambda box: overlap(box, plate))
        for number, plate in enumerate(kept)
        if any(overlap(box, plate) > SAME_PLATE for box in unlabeled)
    }
    boxes = list(detections)
    for number, box in tight.items():
        # The label's own box stays where it finds more: only a loose label that nothing matches gives way.
        same_side = (kept[number].width >= min_width) == (box.width >= min_width)
        if same_side and all(overlap(kept[number], detection.box) < IOU for detection in boxes):
            kept[number] = box
    asked, found, _ = count(kept, boxes, min_width)
    # Boxes on plates without a label are set aside before the others are called extra.
    known = [*kept, *unlabeled]
    extra = sum(
        detection.box.width >= min_width and all(overlap(box, detection.box) < IOU for box in known)
        for detection in boxes
    )
    doubled = count(kept, [b for b in boxes if any(overlap(box, b.box) >= IOU for box in kept)], min_width)[2]
    return asked, found, extra + doubled


def evaluate(
    detector: PlateDetector,
    pictures: Sequence[LabeledPicture],
    min_width: float = 0.0,
    review: Review | None = None,
) -> list[DetectionScore]:
    """Run a detector over labeled pictures.

    Args:
        detector: The detector with its confidence threshold.
        pictures: Pictures of any number of sources.
        min_width: Least width of a plate that counts, pixels.
        review: Boxes that somebody looked at, by source and picture, to count with corrected labels too.

    Returns:
        One score per source, in the order of their first pictures.

    Raises:
        UnreadableMedia: A picture cannot be decoded.
    """
    totals: dict[str, list[float]] = {}
    for picture in pictures:
        image = _read(picture)
        started = time.perf_counter()
        (detections,) = detector.detect([image])
        elapsed = time.perf_counter() - started
        plates = picture.boxes_in_pixels(image.shape[1], image.shape[0])
        boxes = (review or {}).get((picture.source, picture.path.name), ())
        counts = count(plates, detections, min_width) + count_reviewed(plates, detections, boxes, min_width)
        sums = totals.setdefault(picture.source, [0.0] * 8)
        for position, value in enumerate((*counts, elapsed, 1)):
            sums[position] += value
    return [_score(source, sums, reviewed=review is not None) for source, sums in totals.items()]


def _score(source: str, sums: Sequence[float], *, reviewed: bool) -> DetectionScore:
    *counts, seconds, pictures = sums
    plates, found, extra, *corrected = (int(number) for number in counts)
    milliseconds = 1000 * seconds / pictures
    second = DetectionScore(source, corrected[0], corrected[1], corrected[2], milliseconds) if reviewed else None
    return DetectionScore(source, plates, found, extra, milliseconds, second)


def mean_f2(scores: Sequence[DetectionScore]) -> float:
    """Return the mean of the sources' F2, so that a large source does not drown a small one; 0 without any."""
    return sum(score.f2 for score in scores) / len(scores) if scores else 0.0


def table(scores: Iterable[DetectionScore]) -> str:
    """Return the scores as a text table, one line per source and one more for its reviewed labels."""
    head = f"{'source':<34}{'plates':>8}{'found':>8}{'recall':>8}{'extra':>8}{'precision':>11}{'ms/picture':>12}"
    rows = [head]
    for score in scores:
        rows.append(_row(score.source, score))
        if score.reviewed is not None:
            rows.append(_row(f"{score.source}, reviewed", score.reviewed))
    return "\n".join(rows)


def _row(name: str, s: DetectionScore) -> str:
    return f"{name:<34}{s.plates:>8}{s.found:>8}{s.recall:>8.3f}{s.extra:>8}{s.precision:>11.3f}{s.milliseconds:>12.0f}"


def _read(picture: LabeledPicture) -> npt.NDArray[np.uint8]:
    content = np.fromfile(picture.path, dtype=np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if image is None:
        raise UnreadableMedia("cannot be decoded as a picture", source=str(picture.path))
    return np.asarray(image, dtype=np.uint8)
