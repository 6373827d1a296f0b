"""Tracks of painted plates, and a reader that reads each by its shade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from recognition.reading.calibration import ReaderCalibration
from recognition.reading.readings import result_from
from recognition.tracking.track import Track
from schemas.types import Box, Frame, Image, OcrResult, PlateDetection

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
WIDTH = 60.0


def at(second: float) -> datetime:
    """A moment of the sequence."""
    return START + timedelta(seconds=second)


def reading(text: str, sure: float = 0.999) -> OcrResult:
    """A reading that is so sure of each of its nine slots."""
    slots = np.full((9, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(9, "_")):
        slots[slot, ALPHABET.index(character)] = sure
    return result_from(slots, ALPHABET, "_")


def box(x: float, y: float = 150.0, width: float = WIDTH) -> Box:
    """A plate's box."""
    return Box(x, y, x + width, y + width / 3)


def found(x: float, y: float = 150.0, confidence: float = 0.15, width: float = WIDTH) -> PlateDetection:
    """A plate that was detected."""
    return PlateDetection(box(x, y, width), confidence)


def frame(second: float, *plates: tuple[int, Box]) -> Frame:
    """A frame with plates, each painted in its shade; ten of them are a second.

    In its pattern a plate is so sharp that its size and the detector's confidence alone make one look the better.
    """
    image = np.zeros((400, 1200, 3), np.uint8)
    for shade, place in plates:
        image[int(place.y1) : int(place.y2) + 1, int(place.x1) : int(place.x2) + 1] = shade
        image[int(place.y1) : int(place.y2) + 1 : 2, int(place.x1) : int(place.x2) + 1 : 2, 1:] = 255
    return Frame("gate", "a.mp4", round(10 * second), at(second), image)


class Shades:
    """A reader: what is painted in a shade has a text and is read so surely (of each slot).

    `asked` is how many plates each call was of, and whether it was a second look.
    """

    sure_enough = 0.9

    def __init__(self, texts: Mapping[int, str | tuple[str, float]]) -> None:
        self.texts = texts
        self.asked: list[tuple[int, bool]] = []
        self.calibration = ReaderCalibration()

    def read_plates(self, plates: Sequence[tuple[Image, Box]], *, second_look: bool = False) -> list[OcrResult]:
        """Read what is painted in the middle of each box."""
        self.asked.append((len(plates), second_look))
        results = []
        for picture, place in plates:
            shade = int(picture[int((place.y1 + place.y2) / 2), int((place.x1 + place.x2) / 2), 0])
            known = self.texts[shade]
            results.append(reading(known) if isinstance(known, str) else reading(*known))
        return results


def track(
    number: int, shade: int, first: float, last: float, x: float = 100.0, *, looks: int = 3, confidence: float = 0.9
) -> Track:
    """A plate that stands from one second to another and is seen so many times, evenly."""
    place = box(x)
    moments = [first + (last - first) * n / max(looks - 1, 1) for n in range(looks)]
    made = Track(number, frame(moments[0], (shade, place)), PlateDetection(place, confidence), 0.99)
    for moment in moments[1:]:
        made.add(frame(moment, (shade, place)), PlateDetection(place, confidence))
    return made
