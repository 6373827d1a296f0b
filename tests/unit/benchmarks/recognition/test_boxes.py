"""Each label is found once."""

from __future__ import annotations

from benchmarks.recognition.boxes import match_boxes
from schemas.types import Box, PlateDetection


def test_detections_take_the_label_that_they_overlap_most_and_each_label_once() -> None:
    labels = [Box(0, 0, 10, 10), Box(100, 0, 110, 10)]
    detections = [
        PlateDetection(Box(0, 0, 10, 8), 0.6),
        PlateDetection(Box(0, 0, 10, 9), 0.9),
        PlateDetection(Box(100, 0, 104, 10), 0.95),
    ]
    matching = match_boxes(labels, detections)
    assert matching.found == (True, False)
    assert matching.extra == (Box(100, 0, 104, 10), Box(0, 0, 10, 8))
