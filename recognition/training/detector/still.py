"""The detector as still pictures see it, to measure what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from recognition.detection.detector import OnnxDetector
from schemas.types import Image, PlateDetection


class StillDetector:
    """Looks at every picture as `OnnxDetector.detect_still` does: to measure what becomes of still pictures.

    Args:
        detector: Finds the plates.
    """

    def __init__(self, detector: OnnxDetector) -> None:
        self._detector = detector

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        """Find the plates in each image; see `PlateDetector.detect`."""
        return [self._detector.detect_still(image) for image in images]
