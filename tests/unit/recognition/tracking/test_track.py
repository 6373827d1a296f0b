"""What is kept of a plate while it is in view, and when two pieces become one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from recognition.tracking.track import Track
from schemas.types import Box, Frame, Image, PlateDetection

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def frame(number: int, shade: int = 90) -> Frame:
    # In this pattern a plate is as sharp as can be, so that the detector's confidence alone makes one look the better.
    image: Image = np.random.default_rng(1).integers(0, 256, (200, 400, 3), dtype=np.uint8)
    image[0, 0] = shade
    return Frame("gate", "a.mp4", number, START + timedelta(seconds=number), image)


def detection(confidence: float = 0.9, x: float = 100.0) -> PlateDetection:
    return PlateDetection(Box(x, 100, x + 60, 120), confidence)


def track(number: int, first: int, last: int, confidence: float = 0.9) -> Track:
    found = Track(number, frame(first, first), detection(confidence, 100.0 + first))
    for at in range(first + 1, last + 1):
        found.add(frame(at, at), detection(confidence, 100.0 + at))
    return found


def test_two_pieces_are_one_pass_from_the_first_to_the_last_under_the_first_number() -> None:
    for one, other in ((track(3, 0, 4), track(7, 10, 12)), (track(7, 10, 12), track(3, 0, 4))):
        one.absorb(other)
        assert one.number == 3
        assert (one.first_seen, one.last_seen) == (START, START + timedelta(seconds=12))
        assert (one.first_box.x1, one.last_box.x1) == (100, 112)
        assert one.frame_count == 8
        assert len(one.observations) == 8


def test_the_best_of_both_is_shown_in_its_own_frame() -> None:
    for one, other in ((track(1, 0, 2, 0.5), track(2, 5, 6, 0.95)), (track(2, 5, 6, 0.95), track(1, 0, 2, 0.5))):
        one.absorb(other)
        assert one.best.confidence == 0.95
        assert one.context_picture[0, 0, 0] == one.best.frame_number


def test_what_was_reported_stays_reported() -> None:
    one, other = track(1, 0, 2), track(2, 5, 6)
    other.reported = True
    one.absorb(other)
    assert one.reported


def test_of_many_looks_the_twelve_best_are_kept() -> None:
    found = Track(1, frame(0), detection(0.5))
    for number in range(1, 30):
        found.add(frame(number), detection(0.5 + number / 100))
    assert found.frame_count == 30
    assert sorted(one.frame_number for one in found.observations) == list(range(18, 30))
