"""When a faint detection is a plate: decided by what is read there, without a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration import Presence
from recognition.reading.calibration_file import load_calibration
from recognition.reading.faint import is_promising, may_count, stands
from recognition.reading.fusion import FusedRead, believed
from recognition.reading.network import DEFAULT_WEIGHTS
from schemas.settings import DetectorSettings

PROMISING = 0.25
SURE_ENOUGH = 0.55

SHIPPED = load_calibration(DEFAULT_WEIGHTS).presence
LIMITS = DetectorSettings()


def read(text: str, confidence: float, detection: float, presence: Presence = SHIPPED) -> FusedRead:
    return believed(FusedRead(text, confidence, ()), presence, detection)


@pytest.mark.parametrize(
    ("text", "confidence", "detection", "is_plate"),
    [
        ("ABC1234", 0.995, 0.2, True),
        ("ABC1234", 0.995, 0.12, True),
        ("ABC1234", 0.7, 0.12, False),
        ("ABC1234", 0.3, 0.21, False),
        ("SPEEDLIM", 0.995, 0.12, False),
        ("MOTOR0", 0.995, 0.12, False),
        ("ROUTE66", 0.98, 0.184, False),
        ("HWY101", 0.997, 0.075, False),
        ("110118", 0.951, 0.089, False),
        ("1", 0.995, 0.21, False),
        ("", 0.0, 0.21, False),
    ],
)
def test_a_sure_reading_with_a_digit_makes_a_faint_detection_a_plate(
    text: str, confidence: float, detection: float, is_plate: bool
) -> None:
    assert stands(read(text, confidence, detection)) == is_plate


@given(st.floats(0, 0.999), st.floats(0.001, 0.22), st.sampled_from(["ABC1234", "STOP", "1", ""]))
def test_what_stands_is_promising_and_no_surer_than_its_presence(
    confidence: float, detection: float, text: str
) -> None:
    one = read(text, confidence, detection)
    assert PROMISING <= SURE_ENOUGH
    assert is_promising(one) or not stands(one)
    assert one.confidence <= min(confidence, SHIPPED.probability(text, confidence, detection))
    # Nothing that was recorded surely before comes from below the limit with an unsure reading.
    if stands(one):
        assert confidence >= SURE_ENOUGH


@given(st.floats(0.001, 0.21), st.floats(0.5, 0.999))
def test_a_fainter_detection_is_never_surer(detection: float, confidence: float) -> None:
    assert read("ABC1234", confidence, detection).confidence <= read("ABC1234", confidence, 0.22).confidence


def test_only_a_calibration_that_weighs_the_detector_may_judge() -> None:
    assert may_count(SHIPPED)
    assert not may_count(Presence())
    assert 0 < LIMITS.faint_confidence < LIMITS.confidence


@pytest.mark.parametrize(
    ("text", "confidence", "promising", "is_plate"),
    [
        *(("AB", 0.25, True, False), ("AB", 0.249, False, False), ("AB", 0.55, True, True), ("AB", 0.549, True, False)),
        *(("A", 0.9, False, False), ("", 0.9, False, False), ("ABC1", 0.9, True, True), ("ABCD1", 0.9, False, False)),
        *(("1ABCD", 0.9, False, False), ("ABC1DEF", 0.9, True, True)),
    ],
)
def test_from_which_confidence_on_what_may_be_a_serial_is_one(
    text: str, confidence: float, promising: bool, is_plate: bool
) -> None:
    read = FusedRead(text, confidence, ())
    assert (is_promising(read), stands(read)) == (promising, is_plate)
