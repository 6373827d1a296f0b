"""Frame to PlateRead: the detector and the reader, loaded once and shared by every camera."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from recognition.apart import plates_in
from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.detection.front_edges import FrontEdges
from recognition.detection.regions import RegionalDetector, open_regional_detector
from recognition.engines.engine import side_by_side
from recognition.front import front_ones, is_free
from recognition.pictures.borders import LEAST_BORDER, PICTURE_MARGIN, with_border
from recognition.pictures.crops import as_color, crop
from recognition.reading.faint import is_promising, may_count, stands
from recognition.reading.fusion import MIN_CHARACTERS, FusedRead, WeightedReading, believed, fuse
from recognition.reading.ocr import PlateOcr
from recognition.reads import Origin, Seen, plate_read
from recognition.results import PictureRead, RecognitionStats, VehiclePass
from recognition.session import RecognitionSession
from recognition.states.plate_states import PlateStates
from schemas.settings import RecognitionSettings
from schemas.types import Box, Frame, Image, OcrResult, PlateDetection, PlateRead, ReaderVersion

__all__ = ["PictureRead", "RecognitionSession", "RecognitionStats", "Recognizer", "VehiclePass"]

MIN_PICTURE_CONFIDENCE = 0.02
"""Least confidence of a plate in a single picture that a person looks at."""


def _go_on() -> None:
    """Let a reading go on to its end."""


class Recognizer:
    """Reads plates in pictures and in sequences of frames. Threads may share it.

    Args:
        settings: Weights and limits.
        cameras: How many sequences are processed at the same time. From as many as there are cores, every network runs
            on one core and several run side by side: together that takes a quarter less time than one after the other
            on all cores, and than common batches, which save nothing.

    Raises:
        ConfigurationError: Weights are missing or do not fit, or a backend is not installed.
    """

    def __init__(self, settings: RecognitionSettings, *, cameras: int = 1) -> None:
        self._settings = settings
        self._load(_threads(settings, cameras))
        detector_name = Path(settings.detector.weights or DEFAULT_WEIGHTS).stem
        self._reader = ReaderVersion("platewatch", f"{detector_name}+{self._ocr.name}")

    def _load(self, threads: int) -> None:
        settings = self._settings
        detector, ocr = open_regional_detector(settings.detector, threads), PlateOcr(settings.ocr, threads)
        self._states = PlateStates(threads) if settings.read_state else None
        # More at a time than there are cores only wait for one another; ultralytics is not made for several threads.
        at_a_time = side_by_side(threads) if isinstance(detector, RegionalDetector) else 1
        self._front = FrontEdges(threads=threads)
        self._threads, self._detector, self._ocr = threads, detector, ocr
        self._free = threading.BoundedSemaphore(at_a_time)

    def share(self, cameras: int) -> None:
        """Serve another number of sequences from now on; what is under way goes on.

        Args:
            cameras: How many sequences are processed at the same time.

        Raises:
            ConfigurationError: The networks can be loaded no more; all stays as it is.
        """
        threads = _threads(self._settings, cameras)
        if threads != self._threads:
            self._load(threads)

    def detect(self, image: Image, region: Box | None = None) -> list[PlateDetection]:
        """Find the plates in a picture, most confident first.

        Args:
            image: uint8 (H, W, 3), BGR; gray or with transparency, too.
            region: The part that has to be looked at, in pixels of the picture; None: all of it. Detectors that cannot
                look at parts look at all of it.

        Raises:
            InvalidInput: It is no picture; see `as_color`.
        """
        return self._sure(self._detect(image, region))

    def read_picture(
        self, image: Image, *, min_confidence: float = MIN_PICTURE_CONFIDENCE, between: Callable[[], None] = _go_on
    ) -> list[PictureRead]:
        """Read every plate in a picture.

        Args:
            image: uint8 (H, W, 3), BGR; gray or with transparency, too.
            min_confidence: Less sure reads are left out (0-1).
            between: Called between the steps, which take a second together on a busy machine; what it raises ends it.

        Returns:
            The plates, best first: sure, large ones before the others.

        Raises:
            InvalidInput: It is no picture; see `as_color`.
        """
        picture = as_color(image)
        least_width = self._settings.tracking.min_plate_width
        found = [d for d in self._detect_still(picture, between) if d.box.width >= least_width]
        between()
        sure = self._sure(found)
        reads = [
            read
            for read in self._told_apart(picture, self._read(picture, sure), between)
            if len(read.plate) >= MIN_CHARACTERS and read.confidence >= min_confidence
        ]
        plates = sorted(front_ones(reads), key=_rank)
        faint = [d for d in self._faint(found) if is_free(d.box, plates)]
        # After the others, so that a faint plate changes nothing of what is known without it.
        plates += [read for read in self._read_faint(picture, faint, between) if read.confidence >= min_confidence]
        with_states = []
        for read in plates:
            between()
            with_states.append(self._with_state(read, picture))
        return with_states

    def read_crops(self, crops: Sequence[Image]) -> list[PictureRead]:
        """Read pictures that are plates and nothing else; the detector does not see them.

        Args:
            crops: uint8 (H, W, 3), BGR, or gray, or with transparency; sizes may differ. A border of repeated pixels
                takes the place of what would be around each.

        Returns:
            One read per crop, its box the whole crop; its text is empty where nothing can be read.

        Raises:
            InvalidInput: A crop is no picture; see `as_color`.
        """
        border = max(LEAST_BORDER, *self._settings.ocr.margins, 0.0)
        bordered = [with_border(as_color(picture), border) for picture in crops]
        whole = [Box(0, 0, picture.shape[1], picture.shape[0]) for picture in crops]
        results = self._ocr.read_plates(bordered, second_look=True)
        return [
            self._with_state(_picture_read(PlateDetection(box, 1.0), self._fused(result)), *plate)
            for box, result, plate in zip(whole, results, bordered, strict=True)
        ]

    def read_crop(self, image: Image) -> PictureRead:
        """Read one picture that is a plate and nothing else; see `read_crops`."""
        return self.read_crops([image])[0]

    def read_still(self, frame: Frame, *, agency_id: str, between: Callable[[], None] = _go_on) -> list[VehiclePass]:
        """Read a single picture as a camera's item: every plate is one vehicle's pass.

        Args:
            frame: The picture.
            agency_id: Whose read it is.
            between: As in `read_picture`.

        Returns:
            The passes, best first, without those below the settings' least confidence.
        """
        least = self._settings.tracking.min_confidence
        reads = self.read_picture(frame.image, min_confidence=least, between=between)
        origin = Origin(frame.camera_id, agency_id, frame.source_item, self._reader)
        return [
            VehiclePass(
                _still_read(origin, frame, number, read),
                crop(frame.image, read.box, PICTURE_MARGIN).copy(),
                frame.image,
                read.detection_confidence,
            )
            for number, read in enumerate(reads, start=1)
        ]

    def session(
        self,
        camera_id: str,
        agency_id: str,
        source_item: str,
        *,
        thorough: bool = False,
        reports_early: bool = False,
        moves: bool = False,
    ) -> RecognitionSession:
        """Begin a sequence of frames.

        Args:
            camera_id: The camera.
            agency_id: Whose reads these are.
            source_item: The file's or the stream's name.
            thorough: Read the words on every vehicle's plate for its state, too, which takes a tenth of a second.
            reports_early: Hand on what is read surely while it is in view, too, as a revision that is not final.
            moves: The camera is on a vehicle: what is around it moves through the picture as the vehicle drives.
        """
        origin = Origin(camera_id, agency_id, source_item, self._reader)
        name_state = None if self._states is None else self._states.by_words if thorough else self._states.by_looks
        return RecognitionSession(
            self._settings.tracking,
            self._detect,
            self._ocr,
            origin,
            name_state=name_state,
            calibration=self._ocr.calibration,
            sure_above=self._settings.detector.confidence,
            look_closely=self._look_closely,
            reports_early=reports_early,
            moves=moves,
        )

    def detect_still(self, image: Image) -> list[PlateDetection]:
        """Find the plates in a picture that has no frame before or after it, with several looks.

        Args:
            image: uint8 (H, W, 3), BGR; gray or with transparency, too.

        Returns:
            The plates, most confident first; with one look where the detector is not Platewatch's own kind.

        Raises:
            InvalidInput: It is no picture; see `as_color`.
        """
        return self._sure(self._detect_still(image))

    def _detect(self, image: Image, region: Box | None = None) -> list[PlateDetection]:
        """Find the plates in a picture, faint ones too; see `detect`."""
        picture = as_color(image)
        with self._free:
            if region is not None and isinstance(self._detector, RegionalDetector):
                return self._narrowed(picture, self._detector.detect_in(picture, region))
            return self._narrowed(picture, self._detector.detect([picture])[0])

    def _detect_still(self, image: Image, between: Callable[[], None] = _go_on) -> list[PlateDetection]:
        """Find the plates in a single picture, faint ones too; see `detect_still`."""
        picture = as_color(image)
        if not isinstance(self._detector, OnnxDetector):
            return self._detect(picture)
        with self._free:
            between()  # other cameras may have kept us waiting
            return self._narrowed(picture, self._detector.detect_still(picture))

    def _narrowed(self, picture: Image, found: Sequence[PlateDetection]) -> list[PlateDetection]:
        """Leave of each sure plate what is not of one behind it; faint ones stay as they are, and come last."""
        least = self._settings.detector.confidence
        return [
            *self._front.narrowed(picture, self._sure(found)),
            *(detection for detection in found if detection.confidence <= least),
        ]

    def _sure(self, found: Sequence[PlateDetection]) -> list[PlateDetection]:
        return [detection for detection in found if detection.confidence > self._settings.detector.confidence]

    def _faint(self, found: Sequence[PlateDetection]) -> list[PlateDetection]:
        if not may_count(self._ocr.calibration.presence):
            return []
        return [detection for detection in found if detection.confidence <= self._settings.detector.confidence]

    def _read(self, picture: Image, found: Sequence[PlateDetection], *, second_look: bool = True) -> list[PictureRead]:
        """Read what was detected; the confidences take in the chance that it is no plate."""
        results = self._ocr.read_plates([(picture, detection.box) for detection in found], second_look=second_look)
        presence = self._ocr.calibration.presence
        return [
            _picture_read(detection, believed(self._fused(result), presence, detection.confidence))
            for detection, result in zip(found, results, strict=True)
        ]

    def _told_apart(
        self, picture: Image, reads: Sequence[PictureRead], between: Callable[[], None]
    ) -> list[PictureRead]:
        """Look closely at what was not read surely: where several plates are in one box, each is read by itself."""
        apart: list[PictureRead] = []
        for whole in reads:
            between()
            found = [] if whole.confidence >= self._ocr.sure_enough else self._look_closely(picture, whole.box, between)
            apart.extend(plates_in(whole, self._read(picture, found, second_look=False)))
        return apart

    def _look_closely(self, picture: Image, box: Box, between: Callable[[], None] = _go_on) -> list[PlateDetection]:
        """Find the plates within a box that are less than it; none where the detector is not Platewatch's own kind."""
        if not isinstance(self._detector, OnnxDetector):
            return []
        with self._free:
            between()
            return self._detector.look_closely(picture, box)

    def _read_faint(
        self, picture: Image, found: Sequence[PlateDetection], between: Callable[[], None]
    ) -> list[PictureRead]:
        """Read faint detections, best first; without those of which the reading does not say that they are plates."""
        between()
        first = self._read(picture, found, second_look=False)
        between()
        promising = [one for one, read in zip(found, first, strict=True) if is_promising(read.fused)]
        reads = [read for read in self._read(picture, promising) if stands(read.fused)]
        return sorted(front_ones(reads), key=_rank)

    def _fused(self, result: OcrResult) -> FusedRead:
        return fuse([WeightedReading(result, 1.0)], self._ocr.calibration.track)

    def _with_state(self, read: PictureRead, picture: Image, box: Box | None = None) -> PictureRead:
        """Add the state of a plate in a picture, at the read's box or where it is in another cutting of it."""
        if self._states is None:
            return read
        return dataclasses.replace(read, state=self._states.by_words(picture, box or read.box, read.fused))


def _picture_read(detection: PlateDetection, fused: FusedRead) -> PictureRead:
    return PictureRead(detection.box, detection.confidence, fused.plate, fused.confidence, fused.characters)


def _still_read(origin: Origin, frame: Frame, number: int, read: PictureRead) -> PlateRead:
    moment = frame.captured_at
    seen = Seen(number, moment, moment, moment, read.box, read.detection_confidence)
    return plate_read(origin, seen, read.fused, read.state)


def _threads(settings: RecognitionSettings, cameras: int) -> int:
    return settings.threads or (1 if cameras >= side_by_side(1) else 0)


def _rank(read: PictureRead) -> tuple[float, float, float]:
    # A plate in the foreground is what a picture was taken of; text on a bumper may read as surely.
    size = min(read.box.width / 100.0, 1.0)
    return -read.confidence * read.detection_confidence * size, read.box.x1, read.box.y1
