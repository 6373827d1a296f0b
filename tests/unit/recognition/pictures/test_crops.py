"""A plate cut out of its frame, and how good the cutting is."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recognition.pictures.crops import crop, quality, sharpness
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
