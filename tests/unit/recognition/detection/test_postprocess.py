"""The detector's arithmetic, without a network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.overlap import overlap
from recognition.detection.postprocess import decode, suppress, to_detections
from recognition.detection.preprocess import Letterbox
from schemas.errors import ConfigurationError
from schemas.types import Box, PlateDetection

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


def test_a_score_has_to_be_above_the_limit_whichever_way_a_network_writes_it() -> None:
    at, above = 0.5, 0.75
    raw = np.array([[50, 20, 40, 10, at], [30, 30, 10, 4, above]], np.float32).T
    assert decode(raw, 0.5, (0,))[1].tolist() == [above]
    done = np.array([[1, 2, 30, 40, at, 0], [5, 5, 9, 9, above, 0]], np.float32)
    assert decode(done, 0.5, (0,))[1].tolist() == [above]


def test_boxes_that_overlap_by_just_the_limit_are_both_kept() -> None:
    # 10 x 10 each, 5 x 10 shared: a third of what they cover together.
    corners = np.array([[0, 0, 10, 10], [5, 0, 15, 10]], np.float32)
    scores = np.array([0.5, 0.9], np.float32)
    third = overlap(Box(0, 0, 10, 10), Box(5, 0, 15, 10))
    assert third == pytest.approx(1 / 3)
    assert suppress(corners, scores, third).tolist() == [1, 0]
    assert suppress(corners, scores, third - 0.01).tolist() == [1]


def test_three_hundred_plates_of_a_picture_are_kept() -> None:
    left = np.arange(310, dtype=np.float32) * 20
    corners = np.stack([left, left * 0, left + 10, left * 0 + 5], axis=1)
    assert suppress(corners, np.linspace(0.1, 0.9, 310, dtype=np.float32), 0.5).tolist() == list(range(309, 9, -1))


def test_an_output_becomes_plates_of_the_frame_the_surest_first() -> None:
    # The frame is twice as large as it stands in the input, 12 pixels below its upper edge.
    box = Letterbox(200, 80, 100, 64, 100, 40, 0, 12)
    rows = [[50, 32, 40, 10, 0.4], [50, 32, 40, 12, 0.8], [80, 22, 60, 40, 0.6], [10, 30, 8, 4, 0.25]]
    found = to_detections(np.array(rows, np.float32).T, box, confidence=0.25, iou=0.5, classes=(0,))
    assert found == [
        PlateDetection(Box(60, 28, 140, 52), pytest.approx(0.8)),
        PlateDetection(Box(100, 0, 200, 60), pytest.approx(0.6)),
    ]


def test_a_plates_class_has_to_be_the_likeliest_of_an_anchor() -> None:
    rows = [[50, 20, 40, 10, 0.6, 0.7, 0.1], [30, 30, 10, 4, 0.7, 0.6, 0.1], [10, 10, 4, 4, 0.1, 0.2, 0.9]]
    output = np.array(rows, np.float32).T
    assert decode(output, 0.5, (1,))[1].tolist() == pytest.approx([0.7])
    assert decode(output, 0.5, (0, 2))[1].tolist() == pytest.approx([0.7, 0.9])
    assert decode(output, 0.5, (0, 1, 2))[1].tolist() == pytest.approx([0.7, 0.7, 0.9])
    with pytest.raises(ConfigurationError):
        decode(output, 0.5, (3,))
    with pytest.raises(ConfigurationError):
        decode(output[None], 0.5, (0,))
