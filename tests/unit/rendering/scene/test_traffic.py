"""The demo's traffic clip: who drives when, and a video that plays."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from rendering.scene.scenario import demo_scenario
from rendering.scene.traffic import render_frames, render_traffic
from schemas.errors import ConfigurationError

SMALL = (320, 180)


def test_a_short_clip_is_a_video_that_plays(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = tmp_path / "traffic.mp4"
    scenario = render_traffic(path, frames=30, progress=lambda done, total: seen.append((done, total)))
    capture = cv2.VideoCapture(str(path))
    pictures = []
    while True:
        read, picture = capture.read()
        if not read:
            break
        pictures.append(picture)
    rate = capture.get(cv2.CAP_PROP_FPS)
    capture.release()
    assert len(pictures) == scenario.frame_count == 30
    assert pictures[0].shape == (720, 1280, 3)
    assert rate == pytest.approx(15)
    assert seen == [(done, 30) for done in range(1, 31)]
    assert [entry.name for entry in tmp_path.iterdir()] == ["traffic.mp4"]


def test_the_same_seed_draws_the_same_frames() -> None:
    scenario = demo_scenario(size=SMALL)
    first, again = (list(islice(render_frames(scenario), 8)) for _ in range(2))
    other = next(render_frames(replace(scenario, seed=8)))
    assert all(np.array_equal(left, right) for left, right in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other)


def test_night_falls_in_the_middle_and_traffic_goes_on() -> None:
    scenario = demo_scenario(size=SMALL, fps=5)
    brightness, motion, last = [], [], None
    for picture in render_frames(scenario):
        brightness.append(picture.mean())
        small = cv2.blur(picture, (9, 9)).astype(int)
        motion.append(0.0 if last is None else float(np.abs(small - last).max()))
        last = small
    half = scenario.night_from
    assert min(brightness[:half]) > 90
    assert max(brightness[half:]) < 60
    assert np.median(motion[:half]) > 20
    assert np.median(motion[half + 1 :]) > 20


def test_nothing_is_left_behind_when_drawing_is_interrupted(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_traffic(tmp_path / "traffic.mp4", size=SMALL, frames=30, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent"):
        render_traffic(tmp_path / "absent" / "traffic.mp4", size=SMALL, frames=2)
