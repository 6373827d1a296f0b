"""Photographs of drawn plates: one condition at a time, pictures stay pictures, corners stay on the plate."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.photographs.camera import blur_motion, see_infrared, see_night
from rendering.photographs.conditions import CONDITIONS, photograph
from rendering.photographs.surface import add_dirt, add_glare, add_obstacle, add_water
from rendering.plates.generator import draw_plate
from schemas.types import Image

PLATE = draw_plate(np.random.default_rng(3), jurisdiction="US-CA", plate_class="passenger", style="standard").image


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(CONDITIONS), st.floats(0, 1), st.integers(16, 400), st.integers(0, 2**32 - 1))
def test_a_photograph_is_a_picture_with_the_plate_in_it(condition: str, severity: float, width: int, seed: int) -> None:
    seen = photograph(PLATE, rng(seed), condition, severity, width)
    height, columns = seen.image.shape[:2]
    assert seen.image.dtype == np.uint8
    assert seen.image.shape[2] == 3
    assert seen.corners.shape == (4, 2)
    assert (seen.corners >= 0).all()
    assert (seen.corners <= (columns, height)).all()
    # Upper left, upper right, lower right, lower left: clockwise on a picture.
    assert cv2.contourArea(seen.corners, oriented=True) > 0


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_same_chance_takes_the_same_picture(condition: str) -> None:
    first, again = photograph(PLATE, rng(), condition, 0.7), photograph(PLATE, rng(), condition, 0.7)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.corners, again.corners)
    assert not np.array_equal(first.image, photograph(PLATE, rng(2), condition, 0.7).image)


@pytest.mark.parametrize("effect", [add_dirt, add_glare, add_water, add_obstacle, see_night, see_infrared, blur_motion])
@pytest.mark.parametrize("severity", [0.0, 0.5, 1.0])
def test_effects_keep_shape_and_kind_and_leave_their_input_alone(effect: object, severity: float) -> None:
    before = PLATE.copy()
    after: Image = effect(PLATE, rng(), severity)  # type: ignore[operator]
    assert after.shape == PLATE.shape
    assert after.dtype == np.uint8
    assert np.array_equal(before, PLATE)
    assert not np.array_equal(after, PLATE)


def test_small_plates_are_narrower_than_60_pixels() -> None:
    widths = [np.ptp(photograph(PLATE, rng(seed), "small", 0.5).corners[:, 0]) for seed in range(10)]
    assert max(widths) < 60
    assert min(widths) > 25


def test_night_is_darker_infrared_is_gray_and_a_slant_is_a_slant() -> None:
    clean = photograph(PLATE, rng(), "clean", 1.0).image
    assert photograph(PLATE, rng(), "night", 1.0).image.mean() < clean.mean() / 2
    infrared = see_infrared(PLATE, rng(), 0.5)
    assert np.array_equal(infrared[..., 0], infrared[..., 2])
    for seed in range(8):
        corners = photograph(PLATE, rng(seed), "tilted", 1.0).corners
        across = corners[1] - corners[0]
        assert abs(np.degrees(np.arctan2(across[1], across[0]))) > 5


@pytest.mark.parametrize("condition", ["night", "glare", "dirty", "wet", "blur"])
def test_more_severity_leaves_less_of_the_characters(condition: str) -> None:
    def detail(severity: float) -> float:
        pictures = [photograph(PLATE, rng(seed), condition, severity, 200).image for seed in range(6)]
        soft = [cv2.GaussianBlur(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY), (0, 0), 1.5) for one in pictures]
        reference = cv2.cvtColor(cv2.resize(PLATE, (200, 100)), cv2.COLOR_BGR2GRAY)
        middles = [one[one.shape[0] // 2 - 25 : one.shape[0] // 2 + 25, 20:180] for one in soft]
        scores = [cv2.matchTemplate(reference, one[10:-10, 20:-20], cv2.TM_CCOEFF_NORMED).max() for one in middles]
        return float(np.mean(scores))

    assert detail(1.0) < detail(0.0)


def test_unknown_conditions_and_impossible_wishes_are_refused() -> None:
    with pytest.raises(ValueError, match="fog"):
        photograph(PLATE, rng(), "fog")
    with pytest.raises(ValueError, match="severity"):
        photograph(PLATE, rng(), "night", 1.5)
    with pytest.raises(ValueError, match="pixels"):
        photograph(PLATE, rng(), "night", 0.5, 4)
