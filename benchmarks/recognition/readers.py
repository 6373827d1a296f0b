"""The two readers that the recognition benchmark compares: Platewatch, and stock parts put together plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recognition.detection.opening import open_detector
from recognition.pictures.crops import crop
from recognition.reading.fusion import WeightedReading, fuse
from recognition.reading.ocr import PlateOcr
from recognition.recognizer import PictureRead, Recognizer
from schemas.errors import ConfigurationError
from schemas.settings import DetectorSettings, OcrSettings, RecognitionSettings
from schemas.types import Box, Image, OcrResult, PlateDetection

ONE_MARGIN = 0.12
"""Margin of the single crop, as a share of the box's height; the published reader does best with it."""

HUB_MODEL = "cct-xs-v1-global-model"

Plate = tuple[Image, Box]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and how sure it is (0-1)."""

    text: str
    confidence: float


class Reader(Protocol):
    """What is measured. A method raises ConfigurationError where the part that it needs is absent."""

    name: str
    """Of the reader of crops."""
    detector_name: str
    system_name: str
    """Of both together."""

    def detect(self, image: Image) -> list[PlateDetection]:
        """Find the plates in a picture."""
        ...

    def read_one_crop(self, plates: Sequence[Plate]) -> list[Reading]:
        """Read each plate once, cut with `ONE_MARGIN`."""
        ...

    def read_fused(self, plates: Sequence[Plate]) -> list[Reading]:
        """Read each plate at several margins and as thoroughly as this reader can."""
        ...

    def read_picture(self, image: Image) -> list[tuple[Box, Reading]]:
        """Find and read the plates in a picture, best first."""
        ...


class Ours:
    """Platewatch with the weights that the settings name."""

    name = detector_name = system_name = "Platewatch"

    def __init__(self, settings: RecognitionSettings) -> None:
        self._recognizer = Recognizer(settings)
        self._ocr = PlateOcr(settings.ocr, settings.threads)

    def detect(self, image: Image) -> list[PlateDetection]:
        return self._recognizer.detect(image)

    def read_one_crop(self, plates: Sequence[Plate]) -> list[Reading]:
        return _one_crop(self._ocr, plates)

    def read_fused(self, plates: Sequence[Plate]) -> list[Reading]:
        fused = [fuse([WeightedReading(read, 1.0)]) for read in self._ocr.read_plates(plates, second_look=True)]
        return [Reading(read.plate, read.confidence) for read in fused]

    def read_picture(self, image: Image) -> list[tuple[Box, Reading]]:
        return [(read.box, Reading(read.plate, read.confidence)) for read in self._recognizer.read_picture(image)]

    def read_crop(self, image: Image) -> PictureRead:
        """Read a picture that is a plate, as `platewatch read --crops` does."""
        return self._recognizer.read_crop(image)


class StillLooks(Ours):
    """The same, finding plates as in a still picture: with several looks."""

    detector_name = "Platewatch, still picture"

    def detect(self, image: Image) -> list[PlateDetection]:
        return self._recognizer.detect_still(image)


class Stock:
    """A stock detector and fast-plate-ocr's published reader, one crop a plate, the likeliest character per slot.

    Args:
        reader: The reader's weights; None: the hub's model of the name `HUB_MODEL`.
        detector: The detector's weights; None: there is none.
        threads: Threads of the inference engines; 0: one per core.
    """

    name = "cct-xs-v1"
    detector_name = "stock YOLOv8n"
    system_name = "stock YOLOv8n + cct-xs-v1"

    def __init__(self, reader: Path | None, detector: Path | None, threads: int) -> None:
        self.missing: list[str] = []
        settings = OcrSettings(weights=reader, hub_model=None if reader else HUB_MODEL)
        try:
            self._ocr: PlateOcr | None = PlateOcr(settings, threads)
        except ConfigurationError as error:
            self._ocr = None
            self.missing.append(f"baseline reader: {error}")
        self._detector = None
        if detector is None:
            self.missing.append("baseline detector: none given; see --help")
        else:
            # The same limit as ours; rectangular inputs and engine alike.
            self._detector = open_detector(DetectorSettings(weights=detector), threads)

    def detect(self, image: Image) -> list[PlateDetection]:
        if self._detector is None:
            raise ConfigurationError("no baseline detector")
        return self._detector.detect([image])[0]

    def read_one_crop(self, plates: Sequence[Plate]) -> list[Reading]:
        return _one_crop(self._reader(), plates)

    def read_fused(self, plates: Sequence[Plate]) -> list[Reading]:
        # Margins added up as ours are, so that the row compares networks; nothing further.
        return [Reading(read.text, read.confidence) for read in self._reader().read_plates(plates)]

    def read_picture(self, image: Image) -> list[tuple[Box, Reading]]:
        detections = self.detect(image)
        readings = self.read_one_crop([(image, detection.box) for detection in detections])
        found = list(zip(detections, readings, strict=True))
        found.sort(key=lambda pair: -pair[0].confidence * pair[1].confidence * min(pair[0].box.width / 100, 1))
        return [(detection.box, reading) for detection, reading in found if len(reading.text) >= 2]

    def _reader(self) -> PlateOcr:
        if self._ocr is None:
            raise ConfigurationError("no baseline reader")
        return self._ocr


def _one_crop(ocr: PlateOcr, plates: Sequence[Plate]) -> list[Reading]:
    results: list[OcrResult] = ocr.read([crop(image, box, ONE_MARGIN) for image, box in plates])
    return [Reading(result.text, result.confidence) for result in results]
