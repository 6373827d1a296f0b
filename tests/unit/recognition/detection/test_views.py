"""Several looks at one still picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.detection.views import merge, merge_with_faint, mirrored
from rendering.scene.scenario import demo_scenario
from rendering.scene.traffic import render_frames
from schemas.types import Box, Image, PlateDetection


def plate(x: float, confidence: float, y: float = 0, width: float = 40) -> PlateDetection:
    return PlateDetection(Box(x, y, x + width, y + 20), confidence)


def test_a_plate_that_every_look_finds_keeps_its_confidence() -> None:
    (one,) = merge([[plate(10, 0.9)], [plate(12, 0.6)], [plate(11, 0.6)]], 0.25)
    assert one.confidence == pytest.approx(0.7)
    assert one.box.x1 == pytest.approx((10 * 0.9 + 12 * 0.6 + 11 * 0.6) / 2.1)


def test_what_one_look_alone_finds_must_be_sure() -> None:
    assert merge([[plate(10, 0.6)], [], []], 0.25) == []
    (one,) = merge([[plate(10, 0.9)], [], []], 0.25)
    assert one.confidence == pytest.approx(0.3)


def test_plates_stay_apart_and_the_surest_comes_first() -> None:
    found = merge([[plate(0, 0.5), plate(100, 0.9)], [plate(101, 0.8), plate(1, 0.4)]], 0.2)
    assert [round(d.box.x1) for d in found] == [100, 0]


def test_a_look_counts_once_for_a_plate() -> None:
    (one,) = merge([[plate(10, 0.8), plate(14, 0.7)], []], 0.2)
    assert one.confidence == pytest.approx(0.4)


def test_nothing_found_is_nothing() -> None:
    assert merge([[], [], []], 0.1) == []


@given(st.integers(1, 4000), st.floats(0, 100, width=32), st.floats(1, 100, width=32))
def test_mirroring_twice_is_no_change(width: int, x: float, size: float) -> None:
    (back,) = mirrored(mirrored([plate(x, 0.5, width=size)], width), width)
    assert (back.box.x1, back.box.x2) == pytest.approx((x, x + size), abs=1e-6)


@pytest.fixture(scope="module")
def frame() -> Image:
    """Two vehicles, both plates in view."""
    return next(picture for number, picture in enumerate(render_frames(demo_scenario(frames=100))) if number == 99)


def test_a_still_shows_at_least_the_plates_that_one_look_finds(frame: Image) -> None:
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.25, iou=0.5, backend="onnxruntime", threads=1)
    once, still = detector.detect([frame])[0], detector.detect_still(frame)
    assert len(still) >= len([d for d in once if d.confidence > 0.5]) >= 2
    for detection in once[:2]:
        best = min(still, key=lambda d: abs(d.box.x1 - detection.box.x1) + abs(d.box.y1 - detection.box.y1))
        near, far = ([b.x1, b.y1, b.x2, b.y2] for b in (best.box, detection.box))
        assert np.allclose(near, far, atol=6.0)
    assert detector.detect_still(frame) == still, "a picture looks the same every time"


def test_faint_plates_are_added_and_change_nothing_of_the_others() -> None:
    def at(x: float, confidence: float) -> PlateDetection:
        return PlateDetection(Box(x, 0, x + 40, 20), confidence)

    looks = [
        [at(0, 0.9), at(100, 0.3), at(300, 0.3)],
        [at(0, 0.8), at(100, 0.04), at(200, 0.04), at(300, 0.3)],
        [at(2, 0.03), at(300, 0.23)],
        [at(12, 0.05), at(300, 0.054)],
    ]
    strict = merge([[found for found in look if found.confidence > 0.22 / 4] for look in looks], 0.22)
    both = merge_with_faint(looks, 0.22, 0.05)
    assert strict == both[: len(strict)] == merge_with_faint(looks, 0.22, 0.22) == merge_with_faint(looks, 0.22, 0.5)
    # What only weak looks lift above the limit stays below it; what they lift too little is not there.
    assert [(round(found.box.x1), found.confidence) for found in both[len(strict) :]] == [
        (300, pytest.approx(0.22)),
        (100, pytest.approx(0.085)),
    ]
    assert all(found.confidence <= 0.22 for found in both[len(strict) :])


def test_half_an_overlap_makes_boxes_of_two_looks_one_plate() -> None:
    # 60 and 60 wide, 40 of them shared: 40 of 80.
    half, less = plate(20, 0.6, width=60), plate(21, 0.6, width=60)
    (one,) = merge([[plate(0, 0.8, width=60)], [half]], 0.2)
    assert (one.box, one.confidence) == (Box(pytest.approx(60 / 7), 0, pytest.approx(60 / 7 + 60), 20), 0.7)
    assert merge([[plate(0, 0.8, width=60)], [less]], 0.2) == [plate(0, 0.4, width=60), plate(21, 0.3, width=60)]
    assert merge([[plate(0, 0.8, width=60)], [less]], 0.3) == [plate(0, 0.4, width=60)], (
        "the limit itself is too little"
    )


def test_the_better_box_of_a_look_counts_and_its_double_makes_no_plate() -> None:
    (one,) = merge([[plate(14, 0.7), plate(10, 0.8)], [plate(12, 0.4, y=2)]], 0.2)
    assert one.confidence == pytest.approx(0.6)
    x, y = (10 * 0.8 + 12 * 0.4) / 1.2, 2 * 0.4 / 1.2
    assert [one.box.x1, one.box.y1, one.box.x2, one.box.y2] == pytest.approx([x, y, x + 40, y + 20])
