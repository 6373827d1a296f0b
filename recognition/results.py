"""What the recognizer hands on."""

from __future__ import annotations

from dataclasses import dataclass

from recognition.reading.fusion import FusedRead
from recognition.states.reader import StateRead
from schemas.types import Box, CharacterRead, Image, PlateRead


@dataclass(frozen=True, slots=True)
class PictureRead:
    """One plate in one picture. `box` is in pixels of the picture; confidences are 0-1. `state` is None when unsure."""

    box: Box
    detection_confidence: float
    plate: str
    confidence: float
    characters: tuple[CharacterRead, ...]
    state: StateRead | None = None

    @property
    def fused(self) -> FusedRead:
        """What stands on the plate, without where it is."""
        return FusedRead(self.plate, self.confidence, self.characters)


@dataclass(frozen=True, slots=True, eq=False)
class VehiclePass:
    """One vehicle's pass with its pictures: the plate in its best frame, and that frame; uint8 BGR.

    `detection_confidence` is the detector's in that frame (0-1).
    """

    read: PlateRead
    plate_picture: Image
    context_picture: Image
    detection_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class RecognitionStats:
    """What became of a sequence's frames, detections and tracks.

    frames: frames taken in.
    looks: frames that the detector saw.
    detections: plates found in single frames.
    too_narrow: detections dropped because the plate has too few pixels.
    merged: tracks that turned out to be pieces of another's pass.
    too_few_frames: tracks dropped because the plate was seen too few times.
    not_a_plate: tracks dropped because their text is too short for a plate.
    too_unsure: tracks dropped for their low confidence.
    behind_others: tracks dropped because another plate is mounted over theirs.
    reads: passes handed on.
    early: those of them that were reported while their vehicle was in view.
    """

    frames: int = 0
    looks: int = 0
    detections: int = 0
    too_narrow: int = 0
    merged: int = 0
    too_few_frames: int = 0
    not_a_plate: int = 0
    too_unsure: int = 0
    behind_others: int = 0
    reads: int = 0
    early: int = 0
