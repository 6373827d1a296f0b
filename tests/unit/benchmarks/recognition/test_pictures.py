"""Reads at a plate count, and pasted plates cover what was there."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.common.shares import Share
from benchmarks.recognition.pictures import Tally, paste, read_at
from benchmarks.recognition.readers import Reading
from schemas.types import Box


def test_the_read_at_a_plate_counts_wherever_it_ranks() -> None:
    reads = [(Box(300, 0, 340, 20), Reading("SIGN", 0.9)), (Box(0, 0, 40, 20), Reading("AB0", 0.8))]
    tally = Tally()
    tally.count(reads, "ABO", Box(2, 0, 42, 20))
    tally.count(reads, "ABO", None)
    tally.count([], "ABO", None)
    assert (tally.found, tally.exact, tally.normalized) == (Share(2, 3), Share(0, 3), Share(1, 3))
    assert tally.anywhere == Share(2, 3)
    assert read_at(reads, Box(600, 0, 640, 20)) is None


def test_a_pasted_plate_covers_the_one_that_was_there() -> None:
    scene = np.full((200, 300, 3), 90, np.uint8)
    picture, box = paste(scene, Box(100, 80, 180, 110), np.full((100, 200, 3), 200, np.uint8), np.random.default_rng(1))
    assert box.width == pytest.approx(80, rel=0.15)
    assert (picture[88:102, 108:172] > 100).all()
    assert (picture[:60] == 90).all()
