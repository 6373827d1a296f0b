"""What counts as motion: vehicles, however slow; not noise, not light, not what was looked at already."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.tracking.motion import MotionGate, box_of, cells_of, changed_cells, part_around, shrink
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


@pytest.mark.parametrize(("change", "pixels", "is_changed"), [(6.0, 9, False), (6.1, 3, True), (6.1, 2, False)])
def test_three_pixels_that_differ_by_more_than_six_grays_change_a_cell(
    change: float, pixels: int, *, is_changed: bool
) -> None:
    before = np.full((90, 160), 90, np.float32)
    now = before + np.float32(30)  # it grew lighter all over
    now[17, 40 : 40 + pixels] += np.float32(change)
    for sign in (1, -1):
        cells = changed_cells(sign * now, sign * before)
        assert cells.shape == (12, 20)
        assert [(int(row), int(column)) for row, column in np.argwhere(cells)] == ([(2, 5)] if is_changed else [])


@pytest.mark.parametrize(("sigma", "limit"), [(2.0, 10.0), (3.0, 15.0), (9.0, 20.0)])
def test_what_is_a_change_grows_with_the_noise_up_to_twenty_grays(sigma: float, limit: float) -> None:
    """A quarter of the pixels of a normal noise lie within .3186 standard deviations of its middle."""
    rng = np.random.default_rng(4)
    before, noise = np.zeros((90, 160), np.float32), rng.normal(0, sigma, (90, 160)).astype(np.float32)
    for far, is_changed in ((-1.6, False), (1.6, True)):
        now = noise.copy()
        now[16:24, 40:48] = np.float32(limit + far)
        assert bool(changed_cells(now, before)[2, 5]) is is_changed


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        # Cells of 64 pixels, twelve rows and twenty columns.
        *(
            (Box(640, 300, 799, 405), (4, 7), (10, 13)),
            (Box(0, 0, 63, 63), (0, 1), (0, 1)),
            (Box(64, 64, 64, 64), (1, 2), (1, 2)),
        ),
        *((Box(-90, -90, -20, -20), (0, 1), (0, 1)), (Box(1400, 900, 1500, 990), (11, 12), (19, 20))),
    ],
)
def test_the_cells_that_a_box_covers(box: Box, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    part = cells_of(box, np.zeros((12, 20), np.bool_), (WIDTH, HEIGHT))
    assert part == (slice(*rows), slice(*columns))


@pytest.mark.parametrize(
    ("cells", "margin", "part", "box"),
    [
        ([(4, 10), (6, 12)], 1, (slice(3, 8), slice(9, 14)), Box(576, 192, 896, 512)),
        ([(4, 10)], 0, (slice(4, 5), slice(10, 11)), Box(640, 256, 704, 320)),
        ([(0, 0)], 2, (slice(0, 3), slice(0, 3)), Box(0, 0, 192, 192)),
        ([(11, 19)], 2, (slice(9, 12), slice(17, 20)), Box(1088, 576, 1280, 720)),
    ],
)
def test_the_part_around_cells_and_where_it_is_in_the_frame(
    cells: list[tuple[int, int]], margin: int, part: tuple[slice, slice], box: Box
) -> None:
    grid = np.zeros((12, 20), np.bool_)
    for cell in cells:
        grid[cell] = True
    assert part_around(grid, margin) == part
    assert box_of(part, (WIDTH, HEIGHT)) == box


def test_a_picture_is_made_small_by_its_green_and_its_brightness_alike() -> None:
    green = np.random.default_rng(1).integers(0, 256, (720, 1280), dtype=np.uint8)
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[..., 1] = green
    assert (shrink(picture) == shrink(green)).all()
    assert shrink(picture).shape == (90, 160)
    # Every second pixel where each of the copy stands for sixteen and more, all of them where it does not.
    halved = cv2.resize(np.ascontiguousarray(green[::2, ::2]), (160, 90), interpolation=cv2.INTER_AREA)
    assert (shrink(green) == halved.astype(np.float32)).all()
    for width in (640, 639, 160, 100):
        part = np.ascontiguousarray(green[:360, :width])
        size = (min(width, 160), round(360 * min(160 / width, 1)))
        used = np.ascontiguousarray(part[::2, ::2]) if width == 640 else part
        assert (shrink(part) == cv2.resize(used, size, interpolation=cv2.INTER_AREA).astype(np.float32)).all()
