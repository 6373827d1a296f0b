"""Frames in which no plate can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.recognition.data import read_source
from benchmarks.recognition.empty import FRAMES, blur, empty_frames, paint_over
from schemas.types import Box
from tests.unit.benchmarks.recognition.samples import source_folder, stripes


def test_frames_without_plates_are_the_same_every_time_and_hold_none(tmp_path: Path) -> None:
    source = read_source(source_folder(tmp_path))
    first = list(empty_frames([source], 0.03))
    second = list(empty_frames([source], 0.03))
    assert {frame.kind for frame in first} == {*FRAMES, "plate-shaped boards"} - {"empty roads"}
    assert all((one.image == other.image).all() for one, other in zip(first, second, strict=True))
    assert sum(FRAMES.values()) == 200


def test_plates_are_made_unreadable() -> None:
    for hide in (paint_over, blur):
        picture = stripes(60, 120)
        hide(picture, Box(30, 20, 80, 40), np.random.default_rng(0))
        inside = picture[24:36, 34:76].astype(float)
        assert np.abs(np.diff(inside, axis=1)).mean() < 20
        assert (picture[:10] == stripes(60, 120)[:10]).all()
