"""A lens that is covered is told from a street, by day and by night."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.opencv import cv2
from ingest.view.lens import is_dark_lens
from schemas.errors import InvalidInput
from schemas.types import Image
from tests.unit.ingest.view.scenes import infrared, noisy, street


def jpeg(picture: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 60])[1])


def test_streets_are_seen_by_day_by_night_and_in_infrared() -> None:
    random = np.random.default_rng(4)
    for seed in range(5):
        day = street(seed)
        night = noisy(day, random, 0.06)
        night[40:44, 100:200] = 250  # a lamp, and what it lights
        night[120:150, 60:120] = 90
        for picture in (day, infrared(day), night):
            assert not is_dark_lens(jpeg(picture))


def test_a_covered_lens_is_dark_whatever_covers_it() -> None:
    random = np.random.default_rng(4)
    black = np.zeros((180, 320, 3), np.uint8)
    assert is_dark_lens(jpeg(black))
    assert is_dark_lens(jpeg(noisy(black, random)))
    cap = np.full((180, 320, 3), 140, np.uint8)
    assert is_dark_lens(jpeg(cap))


@pytest.mark.parametrize(
    ("dark", "bright", "is_covered"),
    [(10, 23, True), (10, 24, False), (140, 143, True), (140, 144, False), (20, 23, True), (0, 255, False)],
)
def test_a_lens_is_covered_below_a_brightness_and_a_spread(dark: int, bright: int, *, is_covered: bool) -> None:
    picture = np.full((20, 20), dark, np.uint8)
    picture[:10] = bright
    assert is_dark_lens(bytes(cv2.imencode(".png", picture)[1])) is is_covered


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_says_nothing(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        is_dark_lens(content)
