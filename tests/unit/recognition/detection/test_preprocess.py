"""A frame fitted into the detector's input, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.preprocess import PADDING, apply, fit, to_tensor

sides = st.integers(min_value=1, max_value=5000)


@given(sides, sides, st.sampled_from([320, 640, 768]), st.sampled_from([None, 32]))
def test_a_box_survives_the_way_into_the_input_and_back(width: int, height: int, size: int, stride: int | None) -> None:
    box = fit(width, height, (size, size), stride=stride)
    assert box.width <= size
    assert box.height <= size
    assert box.left + box.scaled_width <= box.width
    assert box.top + box.scaled_height <= box.height
    if stride:
        assert box.width - box.scaled_width < stride
        assert box.height - box.scaled_height < stride
    corners = np.array([[box.left, box.top, box.left + box.scaled_width, box.top + box.scaled_height]], np.float32)
    assert box.to_frame(corners)[0] == pytest.approx([0, 0, width, height], rel=1e-4, abs=1e-2)


def test_the_frame_stands_in_the_middle_of_gray() -> None:
    image = np.full((36, 128, 3), 200, np.uint8)
    padded = apply(image, fit(128, 36, (64, 64), stride=None))
    assert padded.shape == (64, 64, 3)
    assert (padded[:23] == PADDING).all()
    assert (padded[23:41] == 200).all()
    assert (padded[41:] == PADDING).all()
    assert apply(image, fit(128, 36, (64, 64), stride=32)).shape == (32, 64, 3)


def test_the_tensor_is_rgb_between_zero_and_one() -> None:
    image = np.zeros((2, 4, 3), np.uint8)
    image[..., 0] = 255
    tensor = to_tensor([image, image])
    assert tensor.shape == (2, 3, 2, 4)
    assert tensor.dtype == np.float32
    assert tensor[:, 2].min() == 1.0
    assert tensor[:, :2].max() == 0.0
