"""Several looks at one still picture, mirrored, larger and smaller: what only one takes for a plate counts less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recognition.detection.overlap import overlap
from schemas.types import Box, PlateDetection

SAME_PLATE = 0.5
"""Boxes of two looks that overlap by at least this (intersection over union) are one plate."""


@dataclass(frozen=True, slots=True)
class StillView:
    """One look: how much larger than the detector's input size, and whether left and right are exchanged."""

    scale: float = 1.0
    mirrored: bool = False


STILL_VIEWS = (StillView(), StillView(mirrored=True), StillView(scale=1.2), StillView(scale=0.8))
"""The looks at a still picture, the plain one first. The larger one alone finds no more plates than the plain one, and
more that is none; together they tell better."""


def mirrored(detections: Sequence[PlateDetection], width: int) -> list[PlateDetection]:
    """Return what was found in a mirrored picture as boxes of the picture itself.

    Args:
        detections: Boxes in pixels of the mirrored picture.
        width: Width of the picture, pixels.
    """
    return [
        PlateDetection(Box(width - d.box.x2, d.box.y1, width - d.box.x1, d.box.y2), d.confidence) for d in detections
    ]


def merge(looks: Sequence[Sequence[PlateDetection]], confidence: float) -> list[PlateDetection]:
    """Merge what several looks at one picture found.

    Args:
        looks: Each look's plates; boxes in pixels of the picture.
        confidence: Least mean confidence of a plate, exclusive (0-1).

    Returns:
        The plates, most confident first. A plate's confidence is the mean over all looks (0 where it was not found),
        its box the mean of its boxes, weighted by their confidence.

    Source: R. Solovyev et al., Weighted boxes fusion, 2021, arXiv:1910.13302.
    """
    plates: list[dict[int, PlateDetection]] = []
    rated = [(number, detection) for number, look in enumerate(looks) for detection in look]
    for number, detection in sorted(rated, key=lambda item: -item[1].confidence):
        same = [plate for plate in plates if overlap(_best(plate).box, detection.box) >= SAME_PLATE]
        free = next((plate for plate in same if number not in plate), None)
        if free is not None:
            free[number] = detection
        elif not same:
            plates.append({number: detection})
        # Else this look has found that plate before, with a better box.
    merged = [_mean(list(plate.values()), len(looks)) for plate in plates]
    return sorted((plate for plate in merged if plate.confidence > confidence), key=lambda plate: -plate.confidence)


def merge_with_faint(
    looks: Sequence[Sequence[PlateDetection]], confidence: float, faint: float
) -> list[PlateDetection]:
    """Merge looks at one picture so that plates below a limit are given, too, and leave those above it as they are.

    Args:
        looks: Each look's plates, down to `faint` / number of looks; boxes in pixels of the picture.
        confidence: Mean confidence above which a plate needs nothing else, exclusive (0-1).
        faint: Least mean confidence of the others, exclusive (0-1).

    Returns:
        The plates, most confident first. Those above `confidence` are what `merge` makes of the looks without what
        could not have mattered there; the others touch none of them, and none is above `confidence`.
    """
    strict = [[found for found in look if found.confidence > confidence / len(looks)] for look in looks]
    plates = merge(strict, confidence)
    if faint >= confidence:
        return plates
    others = [
        PlateDetection(found.box, min(found.confidence, confidence))
        for found in merge(looks, faint)
        if all(overlap(found.box, plate.box) < SAME_PLATE for plate in plates)
    ]
    return plates + others


def _best(plate: dict[int, PlateDetection]) -> PlateDetection:
    return next(iter(plate.values()))


def _mean(found: Sequence[PlateDetection], looks: int) -> PlateDetection:
    total = sum(detection.confidence for detection in found)
    corners = [
        sum(getattr(detection.box, name) * detection.confidence for detection in found) / total
        for name in ("x1", "y1", "x2", "y2")
    ]
    return PlateDetection(Box(*corners), total / looks)
