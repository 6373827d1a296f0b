"""A track whose boxes hold two plates each: its observations with the front plate's boxes."""

from __future__ import annotations

from collections.abc import Sequence

from recognition.apart import BESIDE_ANOTHER, LookClosely, is_beside_another, is_plate_of_its_own, same_text
from recognition.detection.closer import moved
from recognition.pictures.borders import PICTURE_MARGIN
from recognition.pictures.crops import crop, quality, window
from recognition.reading.fusion import FusedRead, WeightedReading, fuse
from recognition.reading.ocr import PlateOcr
from recognition.tracking.observation import Observation
from schemas.types import OcrResult, PlateDetection

_LOOKS = 3
"""Observations that are looked at closely, the best ones: as many readings as make a text sure."""


def told_apart(
    observations: Sequence[Observation], whole: FusedRead, ocr: PlateOcr, look_closely: LookClosely
) -> tuple[list[Observation], float]:
    """Look closely at a track's best observations.

    Args:
        observations: The track's, best first.
        whole: What they read as, each taken for one plate.
        ocr: Reads plates.
        look_closely: Finds the plates within a box.

    Returns:
        Those in which one plate reads more surely than everything together, read; all of the same plate. None where the
        boxes hold one plate each. And the most confidence that their text can have (0-1).
    """
    found: list[Observation] = []
    most = 1.0
    for observation in observations[:_LOOKS]:
        parts = _parts(observation, whole, ocr, look_closely)
        if any(same_text(read, whole) for _, read in parts):
            # It was read as the front plate all along.
            return [], most
        if found:
            parts = [part for part in parts if _text(part[0]) == _text(found[0])]
        if parts:
            found.append(max(parts, key=lambda part: part[1].confidence)[0])
            if is_beside_another(found[-1].box, observation.box):
                most = BESIDE_ANOTHER
        elif not found:
            # The best one shows one plate; what the others add to it was read already.
            break
    return found, most


def _parts(
    observation: Observation, whole: FusedRead, ocr: PlateOcr, look_closely: LookClosely
) -> list[tuple[Observation, FusedRead]]:
    """Return the plates within an observation's box that are plates of their own, each with what stands on it."""
    found = look_closely(observation.picture, observation.inner)
    readings = ocr.read_plates([(observation.picture, detection.box) for detection in found])
    parts = []
    for detection, reading in zip(found, readings, strict=True):
        read = fuse([WeightedReading(reading, 1.0)], ocr.calibration.track)
        if is_plate_of_its_own(detection.box, read, observation.inner, whole):
            parts.append((_cut_out(observation, detection, reading), read))
    return parts


def _cut_out(observation: Observation, detection: PlateDetection, reading: OcrResult) -> Observation:
    """Make the observation of a plate within another one's picture."""
    inner, outer = detection.box, observation.inner
    left, top, right, bottom = window(observation.picture, inner, PICTURE_MARGIN)
    x, y = observation.box.x1 - outer.x1, observation.box.y1 - outer.y1
    picture = observation.picture[top:bottom, left:right].copy()
    inside = moved(inner, -left, -top)
    confidence = min(detection.confidence, observation.confidence)
    return Observation(
        observation.frame_number,
        observation.captured_at,
        moved(inner, x, y),
        confidence,
        quality(crop(picture, inside, 0.0), inner, confidence),
        picture,
        inside,
        reading,
    )


def _text(observation: Observation) -> str:
    return observation.reading.text.replace("O", "0") if observation.reading else ""
