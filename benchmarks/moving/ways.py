"""The ways of reading a drive that are compared: the plain loop with a plain tracker, and Platewatch as for a fixed
camera and as for one on a vehicle."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.throughput.cameras import STARTED_AT
from ingest.video_file import read_video, video_item
from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.reading.ocr import PlateOcr
from recognition.recognizer import Recognizer
from schemas.plates import canonical_plate
from schemas.settings import DetectorSettings, OcrSettings, RecognitionSettings, TrackingSettings
from schemas.types import Box

SURE = 0.8
"""Least confidence of a text that counts."""

_NEAREST = 2.0
"""The plain tracker takes the nearest box within this many widths of the one before."""

_LOST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Driven:
    """What reading a drive took and gave: the texts of its passes, and how many frames the detector saw."""

    processor_seconds: float
    frames: int
    looks: int
    passes: Counter[str]


Way = Callable[[Path], Driven]


@dataclass(slots=True)
class _PlainTrack:
    box: Box
    seen_at: datetime
    sightings: int = 0
    texts: list[tuple[float, str]] = field(default_factory=list)

    def add(self, box: Box, moment: datetime, confidence: float, text: str) -> None:
        self.box, self.seen_at = box, moment
        self.sightings += 1
        self.texts.append((confidence, text))


def plain_loop() -> Way:
    """Return the plain loop: the detector on every frame, the reader on every plate in it, a tracker that takes the
    nearest box; a track's text is its surest reading, and two sightings make a pass.

    The same weights, limits and engines as Platewatch's.
    """
    limits = DetectorSettings()
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=limits.confidence, iou=limits.iou, threads=1)
    ocr = PlateOcr(OcrSettings(), 1)
    narrowest = TrackingSettings().min_plate_width

    def play(video: Path) -> Driven:
        tracks: list[_PlainTrack] = []
        done: list[_PlainTrack] = []
        frames, used = 0, time.process_time()
        for frame in read_video(video, video_item("plain", video.name, video, STARTED_AT)):
            frames += 1
            now = frame.captured_at
            done += [track for track in tracks if now - track.seen_at > _LOST]
            tracks = [track for track in tracks if now - track.seen_at <= _LOST]
            boxes = [d.box for d in detector.detect([frame.image])[0] if d.box.width >= narrowest]
            free = list(tracks)
            for box, result in zip(boxes, ocr.read_plates([(frame.image, box) for box in boxes]), strict=True):
                track = min(free, key=lambda one: _away(one.box, box), default=None)
                if track is None or _away(track.box, box) > _NEAREST:
                    track = _PlainTrack(box, now)
                    tracks.append(track)
                else:
                    free.remove(track)
                track.add(box, now, result.confidence, result.text)
        texts = [max(track.texts) for track in [*done, *tracks] if track.sightings >= 2]
        passes = Counter(canonical_plate(text) for confidence, text in texts if confidence >= SURE)
        return Driven(time.process_time() - used, frames, frames, passes)

    return play


def own_way(*, moves: bool, tracking: TrackingSettings | None = None) -> Way:
    """Return Platewatch's way.

    Args:
        moves: As for a camera that is mounted on a vehicle; else as for a fixed one.
        tracking: None: the default.
    """
    recognizer = Recognizer(RecognitionSettings(tracking=tracking or TrackingSettings(), threads=1))

    def play(video: Path) -> Driven:
        item = video_item("own", video.name, video, STARTED_AT)
        session = recognizer.session("own", "benchmark", item.name, reports_early=True, moves=moves)
        used = time.process_time()
        passes = [vehicle for frame in read_video(video, item) for vehicle in session.process(frame)]
        passes += session.finish()
        spent = time.process_time() - used
        final = [one.read for one in passes if one.read.is_final and one.read.confidence >= SURE]
        texts = Counter(canonical_plate(read.plate) for read in final)
        return Driven(spent, session.stats.frames, session.stats.looks, texts)

    return play


def _away(one: Box, other: Box) -> float:
    """Return how far apart two boxes are, in widths of the larger one."""
    x, y = (one.x1 + one.x2 - other.x1 - other.x2) / 2, (one.y1 + one.y2 - other.y1 - other.y2) / 2
    return math.hypot(x, y) / max(one.width, other.width, 1.0)
