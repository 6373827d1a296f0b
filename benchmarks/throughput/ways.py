"""The ways of reading a whole video that are compared: two plain loops, the loop with fusion, and Platewatch's own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throughput.cameras import STARTED_AT
from ingest.video_file import read_video, video_item
from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.engines.engine import Backend
from recognition.reading.ocr import PlateOcr
from recognition.recognizer import Recognizer
from schemas.plates import canonical_plate
from schemas.settings import DetectorSettings, OcrSettings, RecognitionSettings, TrackingSettings

SURE = 0.8
"""Least confidence of a text that counts."""


@dataclass(frozen=True, slots=True)
class Played:
    """What reading a video took and gave: how often each plate came out, and how many frames the detector saw."""

    seconds: float
    processor_seconds: float
    frames: int
    looks: int
    plates: Counter[str]


Way = Callable[[Path], Played]


def plain_loop(backend: Backend) -> Way:
    """Return the plain loop: the detector on every frame, the reader on every plate in it, nothing remembered.

    The same weights and limits as Platewatch's, each engine on all cores. A text counts once when any frame reads it
    surely.

    Args:
        backend: Which engine runs the detector.
    """
    limits = DetectorSettings()
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=limits.confidence, iou=limits.iou, backend=backend)
    ocr = PlateOcr(OcrSettings(), 0)
    narrowest = TrackingSettings().min_plate_width

    def play(video: Path) -> Played:
        texts: set[str] = set()
        frames = 0
        started, used = time.perf_counter(), time.process_time()
        for frame in read_video(video, video_item("plain", video.name, video, STARTED_AT)):
            frames += 1
            boxes = [d.box for d in detector.detect([frame.image])[0] if d.box.width >= narrowest]
            results = ocr.read_plates([(frame.image, box) for box in boxes])
            texts |= {canonical_plate(result.text) for result in results if result.confidence >= SURE}
        seconds, processor = time.perf_counter() - started, time.process_time() - used
        return Played(seconds, processor, frames, frames, Counter(texts))

    return play


def own_way(tracking: TrackingSettings | None = None) -> Way:
    """Return Platewatch's way, as `platewatch run` reads a file.

    Args:
        tracking: None: the default; `every_frame()` for the plain loop with tracking and fusion.
    """
    recognizer = Recognizer(RecognitionSettings(tracking=tracking or TrackingSettings()))

    def play(video: Path) -> Played:
        item = video_item("own", video.name, video, STARTED_AT)
        session = recognizer.session("own", "benchmark", item.name)
        started, used = time.perf_counter(), time.process_time()
        passes = [vehicle for frame in read_video(video, item) for vehicle in session.process(frame)]
        passes += session.finish()
        seconds, processor = time.perf_counter() - started, time.process_time() - used
        texts = Counter(canonical_plate(v.read.plate) for v in passes if v.read.confidence >= SURE)
        return Played(seconds, processor, session.stats.frames, session.stats.looks, texts)

    return play


def every_frame() -> TrackingSettings:
    """Return the settings that look at every frame and read the best sightings at the end."""
    return TrackingSettings(detect_every=1, motion_gate=False, sure_confidence=1.0)
