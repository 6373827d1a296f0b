"""What is kept of one plate while it is in view: its best sightings, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recognition.crops import crop, quality, window
from recognition.fusion import FusedRead, WeightedReading, fuse
from recognition.ocr import PlateOcr
from schemas.types import Box, Frame, Image, OcrResult, PlateDetection

MAX_SIGHTINGS = 12
"""Best sightings of a track that are kept and read."""

PICTURE_MARGIN = 0.3
"""What is kept around a plate, as a share of its height; the reader's margins lie within it."""


@dataclass(slots=True, eq=False)
class Sighting:
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


class Track:
    """One plate, from its first sighting to its last.

    Args:
        number: Its number within the source item.
        frame: The frame of its first sighting.
        detection: Where it is there.
    """

    def __init__(self, number: int, frame: Frame, detection: PlateDetection) -> None:
        self.number = number
        self.first_seen = self.last_seen = frame.captured_at
        self.first_box = self.last_box = detection.box
        self.frame_count = 0
        self.sightings: list[Sighting] = []
        self.context_picture = frame.image
        self.reported = False
        """Its read was handed on while it was still in view."""
        self._fused: FusedRead | None = None
        self.add(frame, detection)

    @property
    def best(self) -> Sighting:
        """The sighting of the best quality; `context_picture` is its frame."""
        return self.sightings[0]

    def add(self, frame: Frame, detection: PlateDetection) -> None:
        """Take a further sighting in; of too many, the worst is dropped."""
        sighting = sight(frame, detection)
        self.frame_count += 1
        self.last_seen = max(self.last_seen, frame.captured_at)
        self.last_box = detection.box
        if self.sightings and sighting.quality > self.best.quality:
            self.context_picture = frame.image
        self._keep([*self.sightings, sighting])

    def stay(self, frame: Frame, detection: PlateDetection) -> None:
        """Note that the plate is still in view, without keeping more of it."""
        self.last_seen = max(self.last_seen, frame.captured_at)
        self.last_box = detection.box

    def absorb(self, other: Track) -> None:
        """Take over what another track saw of the same vehicle."""
        if _rank(other.best) < _rank(self.best):
            self.context_picture = other.context_picture
        if other.first_seen < self.first_seen:
            self.first_seen, self.first_box = other.first_seen, other.first_box
        if other.last_seen > self.last_seen:
            self.last_seen, self.last_box = other.last_seen, other.last_box
        self.number = min(self.number, other.number)
        self.frame_count += other.frame_count
        self.reported |= other.reported
        self._keep([*self.sightings, *other.sightings])

    def read(self, ocr: PlateOcr) -> FusedRead:
        """Return what the kept sightings say together; each is read once."""
        if self._fused is None:
            unread = [sighting for sighting in self.sightings if sighting.reading is None]
            results = ocr.read_plates([(sighting.picture, sighting.inner) for sighting in unread])
            for sighting, result in zip(unread, results, strict=True):
                sighting.reading = result
            self._fused = fuse([WeightedReading(s.reading, s.quality) for s in self.sightings if s.reading is not None])
        return self._fused

    def _keep(self, sightings: list[Sighting]) -> None:
        self.sightings = sorted(sightings, key=_rank)[:MAX_SIGHTINGS]
        self._fused = None


def _rank(sighting: Sighting) -> tuple[float, int]:
    return -sighting.quality, sighting.frame_number


def sight(frame: Frame, detection: PlateDetection) -> Sighting:
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
    return Sighting(frame.frame_number, frame.captured_at, box, detection.confidence, worth, picture, inner)
