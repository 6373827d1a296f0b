"""A frame fitted into the detector's input, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.preprocess import PADDING, Letterbox, apply, fit, require_pictures, to_tensor
from schemas.errors import InvalidInput

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


@pytest.mark.parametrize(
    ("frame", "size", "stride", "fitted"),
    [
        # The input's sides, the frame's in it, and its corner; an odd pixel goes to the right and to the bottom.
        ((1280, 720), (640, 640), 32, (640, 384, 640, 360, 0, 12)),
        ((1280, 720), (640, 640), None, (640, 640, 640, 360, 0, 140)),
        ((720, 1280), (640, 640), 32, (384, 640, 360, 640, 12, 0)),
        ((200, 81), (100, 64), None, (100, 64, 100, 40, 0, 12)),
        ((100, 41), (100, 64), None, (100, 64, 100, 41, 0, 11)),
        ((41, 64), (100, 64), None, (100, 64, 41, 64, 29, 0)),
        ((320, 100), (640, 640), 32, (640, 224, 640, 200, 0, 12)),
        ((5000, 1), (640, 640), 32, (640, 32, 640, 1, 0, 15)),
        ((1, 5000), (640, 640), 32, (32, 640, 1, 640, 15, 0)),
    ],
)
def test_where_a_frame_lies_in_the_input(
    frame: tuple[int, int], size: tuple[int, int], stride: int | None, fitted: tuple[int, ...]
) -> None:
    assert fit(*frame, size, stride=stride) == Letterbox(*frame, *fitted)


def test_boxes_are_cut_at_the_frames_edges() -> None:
    box = Letterbox(200, 160, 120, 64, 100, 40, 10, 12)
    boxes = np.array([[10, 12, 60, 32], [0, 0, 120, 64], [20, 14, 30, 16]], np.float32)
    assert box.to_frame(boxes).tolist() == [[0, 0, 100, 80], [0, 0, 200, 160], [20, 8, 40, 16]]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (None, "image 1 is of the type NoneType"),
        (np.zeros((2, 2), np.uint8), r"image 1 has the shape \(2, 2\)"),
        (np.zeros((2, 2, 4), np.uint8), r"image 1 has the shape \(2, 2, 4\)"),
        (np.zeros((2, 2, 3), np.float32), "image 1 has values of the type float32"),
        (np.zeros((0, 2, 3), np.uint8), "image 1 is 2 x 0 pixels"),
    ],
)
def test_what_a_detector_does_not_take_is_named_with_its_place(image: object, said: str) -> None:
    good = np.zeros((1, 1, 3), np.uint8)
    require_pictures([good])
    with pytest.raises(InvalidInput, match=said):
        require_pictures([good, image])
