"""A plate cut out of its frame, and how good the cutting is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.pictures.crops import as_color, crop, quality, sharpness, window
from recognition.pictures.jpeg import decode_jpeg, encode_jpeg
from recognition.pictures.small import small_picture
from schemas.errors import InvalidInput
from schemas.types import Box

numbers = st.floats(-50, 250)


@given(numbers, numbers, st.floats(0, 100), st.floats(0, 100), st.floats(0, 0.5))
def test_a_crop_is_always_a_part_of_its_frame(x: float, y: float, width: float, height: float, margin: float) -> None:
    frame = np.zeros((120, 200, 3), np.uint8)
    cut = crop(frame, Box(x, y, x + width, y + height), margin)
    assert cut.shape[0] >= 1
    assert cut.shape[1] >= 1
    assert cut.base is frame


def test_the_margin_is_a_share_of_the_height_on_every_side() -> None:
    cut = crop(np.zeros((120, 200, 3), np.uint8), Box(50, 50, 110, 70), 0.25)
    assert cut.shape[:2] == (30, 70)


def test_sharp_large_sure_plates_count_more() -> None:
    sharp = np.zeros((40, 120, 3), np.uint8)
    cv2.putText(sharp, "ABC 123", (4, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4)
    assert sharpness(sharp) > 4 * sharpness(blurred)
    box = Box(0, 0, 120, 40)
    assert quality(sharp, box, 0.9) > quality(blurred, box, 0.9)
    assert quality(sharp, box, 0.9) > quality(sharp, box, 0.5)
    assert quality(sharp, box, 0.9) > quality(sharp[::2, ::2], Box(0, 0, 60, 20), 0.9)
    assert 0 < quality(np.zeros((1, 1, 3), np.uint8), Box(0, 0, 1, 1), 0.9) <= 1


@pytest.mark.parametrize(
    ("box", "margin", "covered"),
    [
        *((Box(50, 50, 110, 70), 0.25, (45, 45, 115, 75)), (Box(50.6, 50.6, 110.2, 70.2), 0.0, (50, 50, 111, 71))),
        *((Box(2, 3, 62, 23), 0.25, (0, 0, 67, 28)), (Box(150, 110, 210, 130), 0.25, (145, 105, 200, 120))),
        # What lies outside is the pixel at the edge.
        *((Box(-90, -50, -30, -30), 0.1, (0, 0, 1, 1)), (Box(300, 200, 360, 220), 0.1, (199, 119, 200, 120))),
        (Box(50, 50, 50, 50), 0.5, (50, 50, 51, 51)),
    ],
)
def test_a_window_is_the_whole_pixels_of_a_box_and_its_margin(
    box: Box, margin: float, covered: tuple[int, ...]
) -> None:
    frame = np.zeros((120, 200, 3), np.uint8)
    assert window(frame, box, margin) == covered
    x1, y1, x2, y2 = covered
    assert crop(frame, box, margin).shape == (y2 - y1, x2 - x1, 3)


@pytest.mark.parametrize("corner", range(4))
def test_each_corner_of_a_box_has_to_be_finite(corner: int) -> None:
    corners = [1.0, 2.0, 3.0, 4.0]
    corners[corner] = float("nan")
    with pytest.raises(InvalidInput, match="expected finite pixels"):
        window(np.zeros((9, 9, 3), np.uint8), Box(*corners), 0.1)


@pytest.mark.parametrize(("width", "size"), [(50, 0.5), (99, 0.99), (100, 1.0), (400, 1.0)])
def test_size_sureness_and_sharpness_are_multiplied(width: float, size: float) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (32, 90, 3), dtype=np.uint8)
    sharp = cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var()
    worth = quality(picture, Box(7, 7, 7 + width, 20), 0.6)
    assert worth == pytest.approx(size * 0.6 * sharp / (sharp + 300.0))
    assert sharpness(picture) == pytest.approx(sharp)
    assert quality(np.full((32, 90, 3), 7, np.uint8), Box(7, 7, 7 + width, 20), 0.6) == 1e-6


def test_sharpness_is_that_of_a_plate_32_pixels_high() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (64, 100, 3), dtype=np.uint8)
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    smaller = cv2.resize(gray, (50, 32), interpolation=cv2.INTER_AREA)
    assert sharpness(picture) == pytest.approx(cv2.Laplacian(smaller, cv2.CV_64F).var())


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 4)])
def test_every_kind_of_picture_becomes_three_colors(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 7, np.uint8)
    if shape[-1] == 4:
        picture[...] = (1, 2, 3, 9)
    expected = (1, 2, 3) if shape[-1] == 4 else (7, 7, 7)
    color = as_color(picture)
    assert (color.shape, color.dtype) == ((4, 6, 3), np.uint8)
    assert (color == expected).all()
    plain = np.zeros((4, 6, 3), np.uint8)
    assert as_color(plain) is plain


def test_a_small_picture_is_as_wide_as_is_asked_for_at_most() -> None:
    wide = np.random.default_rng(1).integers(0, 256, (60, 200, 3), dtype=np.uint8)
    for width, shape in ((100, (30, 100, 3)), (199, (60, 199, 3)), (200, (60, 200, 3)), (900, (60, 200, 3))):
        assert decode_jpeg(small_picture(wide, width, 90)).shape == shape
    assert small_picture(wide, 200, 90) == encode_jpeg(wide, 90)
    assert decode_jpeg(small_picture(np.zeros((1, 400, 3), np.uint8), 100, 90)).shape == (1, 100, 3)
