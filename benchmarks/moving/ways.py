"""The ways of reading a drive that are compared: the plain loop with a plain tracker, and Platewatch as for a fixed
camera and as for one on a vehicle."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.moving.clips import Clip
from benchmarks.moving.looks import ChargedRecognizer
from recognition.reading.ocr import PlateOcr
from schemas.plates import canonical_plate
from schemas.settings import DetectorSettings, OcrSettings, TrackingSettings
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

    def score(self, clip: Clip) -> tuple[int, int, int]:
        """Return how many passes were found, how many reads are one too many, and how many texts nobody carries."""
        found = doubles = wrong = 0
        for text, count in self.passes.items():
            if text in clip.all_plates:
                found += min(count, clip.met[text])
                doubles += max(count - max(clip.met[text], 1), 0)
            else:
                wrong += count
        return found, doubles, wrong


Way = Callable[[Clip], Driven]


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


def plain_loop(recognizer: ChargedRecognizer) -> Way:
    """Return the plain loop: the detector on every frame, the reader on every plate in it, a tracker that takes the
    nearest box; a track's text is its surest reading, and two sightings make a pass.

    The same weights, limits and engines as Platewatch's.

    Args:
        recognizer: Has the detector.
    """
    least = DetectorSettings().confidence
    ocr = PlateOcr(OcrSettings(), 1)
    narrowest = TrackingSettings().min_plate_width

    def play(clip: Clip) -> Driven:
        tracks: list[_PlainTrack] = []
        done: list[_PlainTrack] = []
        frames, used = 0, recognizer.processor_seconds()
        for frame in clip.frames():
            frames += 1
            now = frame.captured_at
            done += [track for track in tracks if now - track.seen_at > _LOST]
            tracks = [track for track in tracks if now - track.seen_at <= _LOST]
            found = [d for d in recognizer.look(frame.image) if d.confidence > least]
            boxes = [d.box for d in found if d.box.width >= narrowest]
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
        return Driven(recognizer.processor_seconds() - used, frames, frames, passes)

    return play


def own_way(recognizer: ChargedRecognizer, *, moves: bool) -> Way:
    """Return Platewatch's way.

    Args:
        recognizer: Reads plates.
        moves: As for a camera that is mounted on a vehicle; else as for a fixed one.
    """

    def play(clip: Clip) -> Driven:
        session = recognizer.session("own", "benchmark", clip.path.name, reports_early=True, moves=moves)
        used = recognizer.processor_seconds()
        passes = [vehicle for frame in clip.frames() for vehicle in session.process(frame)]
        passes += session.finish()
        spent = recognizer.processor_seconds() - used
        final = [one.read for one in passes if one.read.is_final and one.read.confidence >= SURE]
        texts = Counter(canonical_plate(read.plate) for read in final)
        return Driven(spent, session.stats.frames, session.stats.looks, texts)

    return play


def _away(one: Box, other: Box) -> float:
    """Return how far apart two boxes are, in widths of the larger one."""
    x, y = (one.x1 + one.x2 - other.x1 - other.x2) / 2, (one.y1 + one.y2 - other.y1 - other.y2) / 2
    return math.hypot(x, y) / max(one.width, other.width, 1.0)
