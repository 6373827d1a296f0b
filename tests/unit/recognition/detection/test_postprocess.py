"""The detector's arithmetic, without a network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.postprocess import decode, overlap, overlaps, suppress
from recognition.detection.preprocess import PADDING, apply, fit, to_tensor
from schemas.errors import ConfigurationError
from schemas.types import Box

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


boxes = st.lists(
    st.tuples(*[st.floats(0, 50, width=32)] * 2, *[st.floats(1, 30, width=32)] * 2, st.floats(0.0625, 1, width=32)),
    max_size=25,
    unique_by=lambda row: row[4],
)


def brute_force(rows: list[tuple[Box, float]], iou: float) -> set[int]:
    """Keep a box if no better box that is kept overlaps it too much, by the definition."""
    kept: list[int] = []
    for index in sorted(range(len(rows)), key=lambda i: -rows[i][1]):
        if all(overlap(rows[index][0], rows[other][0]) <= iou for other in kept):
            kept.append(index)
    return set(kept)


@given(boxes, st.floats(0.1, 0.9))
def test_suppression_equals_its_definition(rows: list[tuple[float, ...]], iou: float) -> None:
    corners = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[4] for row in rows], np.float32)
    kept = suppress(corners, scores, iou)
    rated = [(Box(*map(float, corner)), float(score)) for corner, score in zip(corners, scores, strict=True)]
    assert set(kept.tolist()) == brute_force(rated, iou)
    assert list(scores[kept]) == sorted(scores[kept], reverse=True)


def test_suppression_stops_at_its_limit() -> None:
    corners = np.array([[i * 10, 0, i * 10 + 5, 5] for i in range(9)], np.float32)
    assert suppress(corners, np.linspace(0.9, 0.1, 9, dtype=np.float32), 0.5, limit=3).tolist() == [0, 1, 2]


def test_overlap_of_known_boxes() -> None:
    assert overlap(Box(0, 0, 2, 2), Box(1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap(Box(0, 0, 2, 2), Box(2, 0, 3, 2)) == 0
    assert overlaps(np.zeros(4, np.float32), np.zeros((1, 4), np.float32)).tolist() == [0]


def test_decoding_keeps_confident_plates_as_corners() -> None:
    output = np.array([[50, 20, 40, 10, 0.9], [30, 30, 10, 4, 0.2]], np.float32).T
    corners, scores = decode(output, 0.5, (0,))
    assert corners.tolist() == [[30, 15, 70, 25]]
    assert scores.tolist() == pytest.approx([0.9])


def test_decoding_takes_only_the_classes_that_are_plates() -> None:
    car, plate = [50, 20, 40, 10, 0.9, 0.1], [30, 30, 10, 4, 0.2, 0.8]
    corners, _ = decode(np.array([car, plate], np.float32).T, 0.5, (1,))
    assert corners.tolist() == [[25, 28, 35, 32]]


def test_decoding_of_a_network_that_drops_doubles_itself() -> None:
    output = np.array([[1, 2, 30, 40, 0.9, 0], [1, 2, 30, 40, 0.1, 0], [5, 5, 9, 9, 0.8, 3]], np.float32)
    corners, scores = decode(output, 0.5, (0,))
    assert corners.tolist() == [[1, 2, 30, 40]]
    assert scores.tolist() == pytest.approx([0.9])


def test_another_kind_of_network_is_refused_with_its_shape() -> None:
    with pytest.raises(ConfigurationError, match=r"shape \(3, 100\), expected \(4 \+ classes, anchors\)"):
        decode(np.zeros((3, 100), np.float32), 0.5, (0,))
