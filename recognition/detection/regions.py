"""The plate detector on a part of a frame, at the scale of the whole: half of the pixels take half of the time."""

from __future__ import annotations

import math

from recognition.detection.closer import moved
from recognition.detection.detector import OnnxDetector, PlateDetector
from recognition.detection.inference import STRIDE
from recognition.detection.opening import open_detector
from recognition.detection.preprocess import fit
from schemas.settings import DetectorSettings
from schemas.types import Box, Image, PlateDetection

_SHARES = (0.5, 0.75, 1.0)
"""Widths and heights of a part that are used, of the whole input's: engines prepare themselves for each new size."""

_CUT = 3.0
"""A box that ends nearer than this to the edge of a part, in pixels of the frame, is a plate cut through."""


class RegionalDetector(OnnxDetector):
    """An ONNX detector that can look at a part of a frame."""

    def detect_in(self, image: Image, region: Box) -> list[PlateDetection]:
        """Find the plates in a part of a frame.

        Args:
            image: The frame, uint8 (H, W, 3), BGR.
            region: The least that has to be looked at, in pixels of the frame. Plates that reach over the edge of what
                is looked at are left out.

        Returns:
            The plates, most confident first; boxes in pixels of the frame.
        """
        height, width = image.shape[:2]
        whole = fit(width, height, self._network.input_size, stride=self._network.stride)
        gain = whole.scaled_width / width
        size = (_side(region.width * gain, whole.width), _side(region.height * gain, whole.height))
        if self._network.stride is None or size == (whole.width, whole.height):
            return self.detect([image])[0]
        left, right = _place(region.x1, region.x2, size[0] / gain, width)
        top, bottom = _place(region.y1, region.y2, size[1] / gain, height)
        part = image[top:bottom, left:right]
        box = fit(right - left, bottom - top, size, stride=self._network.stride)
        found = self._detect([part], box)[0]
        return [
            PlateDetection(moved(detection.box, left, top), detection.confidence)
            for detection in found
            if not _is_cut(detection.box, (left, top, right, bottom), (width, height))
        ]


def open_regional_detector(settings: DetectorSettings, threads: int) -> PlateDetector:
    """Load the detector that the settings name, with its faint detections; one that can look at parts if it can.

    Args:
        settings: Backend, weights and limits; see `open_detector`.
        threads: Threads of the inference engine; 0: one per core.

    Raises:
        ConfigurationError: The weights are missing or of another kind, or the backend is not installed.
    """
    return open_detector(settings, threads, RegionalDetector, faint=True)


def _side(wanted: float, whole: int) -> int:
    """Return the least of the sizes in use that holds what is wanted, in pixels of the input."""
    for share in _SHARES:
        size = math.ceil(share * whole / STRIDE) * STRIDE
        if size >= min(wanted, whole):
            return min(size, whole)
    return whole


def _place(start: float, end: float, length: float, limit: int) -> tuple[int, int]:
    """Return where a span of some length lies around a wanted one, within 0 and the limit; whole pixels."""
    whole = min(round(length), limit)
    first = min(max(round((start + end - whole) / 2), 0), limit - whole)
    return first, first + whole


def _is_cut(box: Box, window: tuple[int, int, int, int], frame_size: tuple[int, int]) -> bool:
    """Say whether a box touches an edge of the part that is not the frame's own."""
    left, top, right, bottom = window
    return (
        (left > 0 and box.x1 < _CUT)
        or (top > 0 and box.y1 < _CUT)
        or (right < frame_size[0] and box.x2 > right - left - _CUT)
        or (bottom < frame_size[1] and box.y2 > bottom - top - _CUT)
    )
