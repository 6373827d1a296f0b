"""Drives whose plates are known: the truth is that of the pixels, and everything moves as it is driven."""

from __future__ import annotations

import dataclasses
import math
from itertools import islice, pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.street.drive import Course, Way
from rendering.street.filming import StreetFrame, film, readable
from rendering.street.scenes import SceneName, StreetScene, street_scene
from rendering.street.view import Pose, StreetView

SMALL = (640, 360)
NAMES = get_args(SceneName)


def small(name: SceneName, seed: int = 1, **more: float) -> StreetScene:
    return street_scene(name, seed, size=SMALL, fps=5, seconds=8.0, **more)


def with_other_text(scene: StreetScene, number: int) -> StreetScene:
    vehicles = list(scene.vehicles)
    vehicle = vehicles[number - 1]
    vehicles[number - 1] = dataclasses.replace(vehicle, look=dataclasses.replace(vehicle.look, serial="HHH8888"))
    return dataclasses.replace(scene, vehicles=tuple(vehicles))


@pytest.mark.parametrize("name", NAMES)
def test_every_drive_shows_plates_that_can_be_read_and_moves(name: SceneName) -> None:
    frames = list(film(small(name)))
    assert len(frames) == 40
    assert all(frame.image.shape == (360, 640, 3) and frame.image.dtype == np.uint8 for frame in frames)
    near = [plate for frame in frames for plate in frame.plates if plate.share > 0.97 and plate.box.width > 22]
    assert len({plate.number for plate in near}) >= 2
    changes = [float(np.abs(b.image.astype(int) - a.image).mean()) for a, b in pairwise(frames)]
    assert float(np.median(changes)) > 4.0


def test_the_same_seed_films_the_same_drive() -> None:
    first, again = (list(islice(film(small("curb")), 3)) for _ in range(2))
    other = next(film(small("curb", 2)))
    assert all(np.array_equal(a.image, b.image) and a.plates == b.plates for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].image, other.image)


def test_a_plate_is_where_the_truth_says_and_hidden_where_it_says() -> None:
    """Another text on one vehicle changes its plate's pixels and no others."""
    scene = small("curb")
    frames = list(film(scene))
    number = max(readable_numbers(frames), key=lambda one: sum(p.number == one for f in frames for p in f.plates))
    seen = hidden = 0
    for frame, other in zip(frames, film(with_other_text(scene, number)), strict=True):
        changed = np.abs(frame.image.astype(int) - other.image).max(axis=2) > 24
        plates = [plate for plate in frame.plates if plate.number == number]
        for plate in plates:
            box = plate.box
            inside = changed[max(int(box.y1) - 2, 0) : int(box.y2) + 3, max(int(box.x1) - 2, 0) : int(box.x2) + 3]
            if plate.share > 0.9 and box.width > 20:
                seen += 1
                assert inside.mean() > 0.05
            hidden += plate.share == 0.0
            if plate.share == 0.0:
                assert not inside.any()
            changed[max(int(box.y1) - 2, 0) : int(box.y2) + 3, max(int(box.x1) - 2, 0) : int(box.x2) + 3] = False
        assert not changed.any()
    assert seen >= 1


def readable_numbers(frames: list[StreetFrame]) -> set[int]:
    return {plate.number for frame in frames for plate in frame.plates if plate.share > 0.97 and plate.box.width > 22}


def test_what_a_person_could_read_is_told_by_how_large_and_whole_it_is_seen() -> None:
    truth = [frame.plates for frame in film(street_scene("curb", 1, size=(1280, 720), fps=5, seconds=2.0))]
    numbers = readable(truth, 1)
    assert numbers
    for number in numbers:
        assert any(p.share > 0.95 and p.box.width >= 44 for plates in truth for p in plates if p.number == number)
    assert readable(truth, 3) <= readable(truth, 2) <= numbers


def test_a_long_shutter_blurs_what_moves() -> None:
    sharp, blurred = (list(islice(film(small("lot", shutter=shutter)), 6, 16)) for shutter in (1 / 2000, 1 / 60))
    assert max(p.blur for f in sharp for p in f.plates) < 2.0 < max(p.blur for f in blurred for p in f.plates)
    details = [sum(float(np.abs(np.diff(f.image.astype(int), axis=1)).mean()) for f in one) for one in (sharp, blurred)]
    assert details[1] < details[0]


@given(st.floats(0, 30), st.floats(0, 20))
def test_a_steady_speed_goes_so_far(speed: float, second: float) -> None:
    assert Course([(0.0, speed)], 5.0).at(second) == pytest.approx(5.0 + speed * second, abs=0.01)


@given(st.floats(0, 100), st.floats(0.01, 2.0))
def test_a_way_around_a_corner_has_no_gap(gone: float, step: float) -> None:
    way = Way(0.0, 40.0, 9.0)
    one, other = way.at(gone), way.at(gone + step)
    moved = math.hypot(other.x - one.x, other.z - one.z)
    assert 0.95 * step <= moved <= step * 1.001
    assert one.heading <= other.heading <= math.pi / 2


@given(st.floats(-3, 3), st.floats(3, 80), st.floats(-1.5, 1.5), st.floats(0, 3))
def test_what_lies_straight_ahead_is_in_the_middle_column(x: float, ahead: float, yaw: float, up: float) -> None:
    view = StreetView(SMALL, 700.0, Pose(x, 10.0, yaw))
    point = np.array([[x + ahead * math.sin(yaw), up, 10.0 + ahead * math.cos(yaw)]])
    column, row, depth = view.project(point)[0]
    assert (column, depth) == pytest.approx((320.0, ahead), abs=1e-6)
    assert row == pytest.approx(view.horizon - 700.0 * (up - view.pose.height) / ahead, abs=1e-6)
