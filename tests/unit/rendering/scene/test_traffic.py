"""The demo's traffic clip: who drives when, and a video that plays."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from rendering.plates.designs import DESIGNS
from rendering.plates.standard import random_serial
from rendering.scene.scenario import FAR, NEAR, demo_scenario, distance
from rendering.scene.scenery import View
from rendering.scene.traffic import render_frames, render_traffic
from rendering.scene.vehicles import PLATE_METERS, SHAPES
from schemas.errors import ConfigurationError

SMALL = (320, 180)


def test_the_clip_holds_what_the_demo_has_to_show() -> None:
    scenario = demo_scenario()
    expected = [vehicle.expected for vehicle in scenario.vehicles]
    assert len(scenario.vehicles) >= 9
    assert 600 <= scenario.frame_count <= 750
    assert expected.count("exact") == 3
    assert expected.count("none") >= 3
    assert {expected.count(kind) for kind in ("probable", "partial", "other_state")} == {1}
    assert {vehicle.night for vehicle in scenario.vehicles} == {True, False}
    assert {entry.hotlist for entry in scenario.listed} == {"ncic", "missing", "regional"}


def test_serials_are_of_the_formats_their_states_issue() -> None:
    for vehicle in demo_scenario().vehicles:
        shapes = {
            "".join("A" if character.isalpha() else "9" for character in random_serial(vehicle.jurisdiction, rng))
            for rng in (np.random.default_rng(seed) for seed in range(30))
        }
        assert "".join("A" if character.isalpha() else "9" for character in vehicle.serial) in shapes
        assert vehicle.jurisdiction in DESIGNS


def test_expectations_follow_from_plates_and_lists() -> None:
    for vehicle in demo_scenario().vehicles:
        if vehicle.listed is None:
            assert vehicle.expected == "none"
            continue
        same_state = vehicle.jurisdiction == f"US-{vehicle.listed.state}"
        same_text = vehicle.listed.plate == vehicle.looks_like
        fits = all(wanted in ("?", seen) for wanted, seen in zip(vehicle.listed.plate, vehicle.looks_like, strict=True))
        found = {
            (True, True, True): "exact",
            (True, False, True): "partial",
            (True, False, False): "probable",
            (False, True, True): "other_state",
        }
        assert found[same_state, same_text, fits] == vehicle.expected


def test_every_plate_is_large_enough_long_enough() -> None:
    view = View(1280, 720)
    scenario = demo_scenario()
    for vehicle in scenario.vehicles:
        shape = SHAPES[vehicle.body]
        height = shape.front_plate if vehicle.direction == "approaching" else shape.rear_plate
        widths = []
        for frame in range(vehicle.enter_frame, vehicle.leave_frame):
            meters = distance(vehicle, frame / scenario.fps)
            scale = view.scale_at(meters)
            if view.ground_row(meters) - height * scale + PLATE_METERS * scale / 4 < view.height:
                widths.append(PLATE_METERS * scale)
        assert min(widths) < 45
        assert 130 < max(widths) < 210
        assert sum(width >= 70 for width in widths) >= 24


def test_vehicles_keep_to_the_road_and_their_distance() -> None:
    scenario = demo_scenario()
    for frame in range(0, scenario.frame_count, 5):
        for lane in ("left", "right"):
            places = sorted(
                distance(vehicle, frame / scenario.fps)
                for vehicle in scenario.vehicles
                if vehicle.lane == lane and vehicle.enter_frame <= frame < vehicle.leave_frame
            )
            assert all(NEAR - 1 <= place <= FAR + 30 for place in places)
            assert all(behind - ahead > 12 for ahead, behind in pairwise(places))


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
