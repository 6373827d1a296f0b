"""Recall and precision, with plates that the labels leave out."""

from __future__ import annotations

from benchmarks.common.shares import Share
from benchmarks.recognition.detection import Looked, precision, recall
from schemas.types import Box, PlateDetection


def test_recall_by_width_and_precision_with_reviewed_plates() -> None:
    looked = [
        Looked(
            labeled=(Box(0, 0, 50, 20), Box(100, 0, 130, 15)),
            reviewed=(Box(200, 0, 260, 30),),
            detections=(
                PlateDetection(Box(1, 0, 50, 20), 0.9),
                PlateDetection(Box(200, 0, 258, 30), 0.8),
                PlateDetection(Box(400, 0, 470, 30), 0.7),
                PlateDetection(Box(500, 0, 520, 10), 0.3),
            ),
            seconds=0.0,
        )
    ]
    assert recall(looked, 40) == Share(1, 1)
    assert recall(looked, 0) == Share(1, 2)
    assert recall(looked, 20, 40) == Share(0, 1)
    assert precision(looked, 40, corrected=False) == Share(1, 3)
    assert precision(looked, 40, corrected=True) == Share(2, 3)
    assert precision(looked, 0, corrected=True) == Share(2, 4)
