"""How a run of the detector's training trains, and how its epochs are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recognition.detection.ultralytics_backend import UltralyticsDetector
from recognition.training.detector.metrics import DetectionScore, evaluate
from recognition.training.examples.labeled_pictures import LabeledPicture


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a run trains. The defaults are those of the shipped weights.

    `freeze` is the number of first layers that stay as they are, `mosaic` the share of pictures that are put together
    from four, `scale` the share by which a picture is enlarged or reduced at most. `paste` is a reader's label file
    whose plates are pasted, with drawn ones, onto the cars of `paste_share` of the pictures, `corrections` a review
    by which the training labels were corrected. The learning rate falls to a twentieth by a cosine. `bfloat16`
    computes the forward pass in bfloat16.
    """

    epochs: int = 8
    image_size: int = 640
    batch: int = 8
    learning_rate: float = 1e-3
    freeze: int = 6
    mosaic: float = 0.5
    scale: float = 0.5
    paste: str | None = None
    paste_share: float = 0.35
    corrections: str | None = None
    seed: int = 7
    threads: int = 1
    device: str = "cpu"
    bfloat16: bool = False


@dataclass(frozen=True, slots=True)
class Judge:
    """How an epoch is measured: on which pictures, from which plate width in pixels, at which confidence."""

    pictures: Sequence[LabeledPicture]
    min_width: float = 40.0
    confidence: float = 0.35
    iou: float = 0.5

    def score(self, weights: Path, image_size: int) -> list[DetectionScore]:
        """Measure a checkpoint; one score per source."""
        detector = UltralyticsDetector(weights, confidence=self.confidence, iou=self.iou, image_size=image_size)
        return evaluate(detector, self.pictures, self.min_width)
