"""A plate in one frame: what of it is kept, so that the frame itself need not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recognition.pictures.borders import PICTURE_MARGIN
from recognition.pictures.crops import crop, quality, window
from schemas.types import Box, Frame, Image, OcrResult, PlateDetection


@dataclass(slots=True, eq=False)
class Observation:
    """A plate in one frame.

    `confidence` is the detector's; `picture` is the plate with `PICTURE_MARGIN`, `inner` the plate's box within it,
    `reading` what stands on it once it was read.
    """

    frame_number: int
    captured_at: datetime
    box: Box
    confidence: float
    quality: float
    picture: Image
    inner: Box
    reading: OcrResult | None = None


def observe(frame: Frame, detection: PlateDetection) -> Observation:
    """Cut a plate out of its frame, so that the frame itself need not be kept.

    Args:
        frame: The frame.
        detection: Where the plate is in it.
    """
    box = detection.box
    left, top, right, bottom = window(frame.image, box, PICTURE_MARGIN)
    picture = frame.image[top:bottom, left:right].copy()
    inner = Box(box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top)
    worth = quality(crop(picture, inner, 0.0), box, detection.confidence)
    return Observation(frame.frame_number, frame.captured_at, box, detection.confidence, worth, picture, inner)
