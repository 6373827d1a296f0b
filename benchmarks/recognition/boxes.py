"""Labeled plates matched with detections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recognition.detection.overlap import overlap
from schemas.types import Box, PlateDetection

IOU = 0.5
"""A detection has found a plate when their intersection over union is at least this (PASCAL VOC's criterion)."""


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of one picture's labels and detections.

    `found` has one entry per labeled plate, `extra` the boxes that are none of them.
    """

    found: tuple[bool, ...]
    extra: tuple[Box, ...]


def match_boxes(plates: Sequence[Box], detections: Sequence[PlateDetection]) -> Matching:
    """Assign detections to labels: most confident first, each takes the free label that it overlaps most."""
    free = dict(enumerate(plates))
    extra = []
    for detection in sorted(detections, key=lambda item: -item.confidence):
        best = max(free, key=lambda number: overlap(free[number], detection.box), default=None)
        if best is not None and overlap(free[best], detection.box) >= IOU:
            free.pop(best)
        else:
            extra.append(detection.box)
    return Matching(tuple(number not in free for number in range(len(plates))), tuple(extra))
