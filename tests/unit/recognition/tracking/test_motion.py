"""What counts as motion: vehicles, however slow; not noise, not light, not what was looked at already."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.tracking.motion import MotionGate, box_of, cells_of, part_around, shrink
from schemas.types import Box, Image

WIDTH, HEIGHT = 1280, 720


def road(noise: float = 0.0, light: float = 0.0, seed: int = 0) -> Image:
    """A gray road with a curb, in noise and another light."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), 90.0)
    picture[:, 300:340] = 150
    picture[400:] += 20
    picture += light
    if noise:
        picture += rng.normal(0, noise, picture.shape)
    seen: Image = np.clip(picture, 0, 255).astype(np.uint8)
    return seen


def car(picture: Image, x: int, y: int = 300, width: int = 160) -> Image:
    picture = picture.copy()
    cv2.rectangle(picture, (x, y), (x + width, y + width * 2 // 3), (160, 160, 160), -1)
    return picture


def looked_at(picture: Image) -> MotionGate:
    gate = MotionGate()
    assert gate.changed(picture) is None
    gate.looked()
    return gate


@pytest.mark.parametrize("noise", [0.0, 2.2, 4.5, 12.0])
@pytest.mark.parametrize("light", [0.0, -25.0, 25.0])
def test_noise_and_light_are_no_motion(noise: float, light: float) -> None:
    changed = looked_at(road(noise)).changed(road(noise, light, seed=1))
    assert changed is not None
    assert not changed.any()


@pytest.mark.parametrize("noise", [0.0, 4.5])
def test_a_car_is_motion_where_it_is(noise: float) -> None:
    changed = looked_at(road(noise)).changed(car(road(noise, seed=1), 640))
    assert changed is not None
    inside = cells_of(Box(640, 300, 799, 405), changed, (WIDTH, HEIGHT))
    assert changed[inside].mean() > 0.5
    changed[inside] = False
    assert not changed.any()


def test_a_car_that_creeps_adds_up_to_motion() -> None:
    gate = looked_at(car(road(), 640))
    moved = [gate.changed(car(road(), 640 + step)) for step in range(0, 40, 2)]
    first = next(step for step, cells in enumerate(moved) if cells is not None and cells.any())
    assert first * 2 <= 10  # pixels


def test_a_car_that_has_stopped_was_seen() -> None:
    gate = looked_at(road())
    gate.changed(car(road(), 640))
    gate.looked()
    changed = gate.changed(car(road(), 640))
    assert changed is not None
    assert not changed.any()


def test_only_the_part_that_was_looked_at_is_known() -> None:
    gate = looked_at(road())
    both = car(car(road(), 160), 960)
    changed = gate.changed(both)
    assert changed is not None
    left = changed.copy()
    left[:, 10:] = False
    gate.looked(part_around(left, 1))
    again = gate.changed(both)
    assert again is not None
    assert not again[:, :10].any()
    assert again[:, 10:].any()


def test_rain_leaves_a_car_visible() -> None:
    def rain(seed: int) -> Image:
        picture = road(3.0, seed=seed)
        rng = np.random.default_rng(seed)
        for x, y in zip(rng.integers(0, WIDTH, 300), rng.integers(0, HEIGHT, 300), strict=True):
            cv2.line(picture, (int(x), int(y)), (int(x) + 3, int(y) + 18), (180, 180, 180), 1)
        return picture

    changed = looked_at(rain(1)).changed(car(rain(2), 640))
    assert changed is not None
    assert changed[cells_of(Box(640, 300, 799, 405), changed, (WIDTH, HEIGHT))].mean() > 0.5


def test_a_moving_camera_sees_motion_nearly_everywhere() -> None:
    rng = np.random.default_rng(3)
    street = cv2.resize(rng.integers(0, 256, (60, 120, 3), dtype=np.uint8), (2560, 1280)).astype(np.uint8)
    changed = looked_at(street[200:920, 300:1580]).changed(street[210:930, 330:1610])
    assert changed is not None
    assert changed.mean() > 0.8


def test_another_size_is_a_new_picture() -> None:
    gate = looked_at(road())
    assert gate.changed(road()[:500]) is None
    gate.looked()
    assert gate.changed(road()[:500]) is not None
    assert gate.changed(road()) is None


@given(st.integers(1, 400), st.integers(1, 300))
def test_pictures_of_any_size_have_a_grid(width: int, height: int) -> None:
    gate = MotionGate()
    picture = np.zeros((height, width, 3), np.uint8)
    gate.changed(picture)
    gate.looked()
    cells = gate.changed(picture)
    assert cells is not None
    assert shrink(picture).shape[1] <= 160
    part = cells_of(Box(0, 0, width, height), cells, (width, height))
    assert cells[part].shape == cells.shape


@given(st.floats(0, 1270), st.floats(0, 710), st.floats(1, 600), st.floats(1, 300))
def test_a_box_lies_within_its_cells(x: float, y: float, width: float, height: float) -> None:
    cells = np.zeros((12, 20), np.bool_)
    box = Box(x, y, min(x + width, WIDTH), min(y + height, HEIGHT))
    around = box_of(cells_of(box, cells, (WIDTH, HEIGHT)), (WIDTH, HEIGHT))
    assert around.x1 <= box.x1
    assert around.y1 <= box.y1
    assert around.x2 >= box.x2
    assert around.y2 >= box.y2
