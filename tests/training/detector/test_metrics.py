"""Recall and precision of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recognition.training.detector.metrics import count, evaluate
from recognition.training.examples.labeled_pictures import read_sources
from schemas.errors import UnreadableMedia
from schemas.types import Box, PlateDetection
from tests.training.detector.samples import SIZE, draw_source


def test_count_pairs_boxes_with_plates() -> None:
    plates = [Box(0, 0, 100, 50), Box(200, 0, 300, 50), Box(0, 200, 20, 210)]
    detections = [
        PlateDetection(Box(2, 0, 100, 50), 0.9),  # finds the first plate
        PlateDetection(Box(0, 0, 98, 50), 0.8),  # the same plate again: extra
        PlateDetection(Box(260, 0, 360, 50), 0.9),  # overlaps the second plate by less than half: extra
        PlateDetection(Box(0, 200, 20, 210), 0.9),  # finds the small plate
        PlateDetection(Box(400, 400, 410, 405), 0.9),  # extra, and small
    ]
    assert count(plates, detections) == (3, 2, 3)
    assert count(plates, detections, min_width=40) == (2, 1, 2)
    assert count([], []) == (0, 0, 0)


class OracleDetector:
    """Finds exactly the given boxes in every picture."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes

    def detect(self, images: Sequence[np.ndarray]) -> list[list[PlateDetection]]:
        return [[PlateDetection(box, 0.9) for box in self._boxes] for _ in images]


def test_evaluate_reports_each_source(tmp_path: Path) -> None:
    folders = [draw_source(tmp_path / name, 2) for name in ("one", "two")]
    pictures = read_sources(folders, "val")
    truth = pictures[0].boxes_in_pixels(SIZE, SIZE)
    for picture in pictures:
        assert len(picture.boxes) == 1

    scores = evaluate(OracleDetector(truth), pictures[:1] + pictures[2:3])

    # Both sources are drawn with the same random numbers, so that one picture's plate is the other's.
    assert [(score.source, score.plates, score.found, score.extra) for score in scores] == [
        ("one", 1, 1, 0),
        ("two", 1, 1, 0),
    ]
    assert [(score.recall, score.precision, score.f2) for score in scores] == [(1.0, 1.0, 1.0)] * 2
    nothing = evaluate(OracleDetector([]), pictures)
    assert [(score.recall, score.precision, score.f2) for score in nothing] == [(0.0, 1.0, 0.0)] * 2


def test_an_undecodable_picture_is_named(tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 2)
    (source / "val" / "000.jpg").write_bytes(b"")
    with pytest.raises(UnreadableMedia, match=r"000\.jpg"):
        evaluate(OracleDetector([]), read_sources([source], "val"))
