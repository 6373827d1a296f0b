"""Reading plates: whatever picture is handed over, the second look, two rows, and probabilities that agree."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration import ReaderCalibration
from recognition.reading.fusion import WeightedReading, fuse
from recognition.reading.ocr import PlateOcr
from recognition.reading.slot_probabilities import text_probabilities
from schemas.errors import InvalidInput
from schemas.settings import OcrSettings
from schemas.types import Box, Image
from tests.unit.recognition.reading.samples import plate


@cache
def ocr() -> PlateOcr:
    return PlateOcr(OcrSettings(), 1)


def test_gray_transparent_and_scattered_pictures_read_as_the_plain_one_does() -> None:
    picture, box = plate()
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    wide = np.zeros((picture.shape[0], picture.shape[1] * 2, 3), np.uint8)
    wide[:, ::2] = picture
    ways = [
        picture,
        gray,
        gray[..., None],
        cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA),
        wide[:, ::2],
        np.asfortranarray(picture),
        picture[::-1][::-1],
    ]
    results = ocr().read_plates([(way, box) for way in ways], second_look=True)
    assert {result.text for result in results} == {"ABC1234"}
    assert np.allclose([result.confidence for result in results], results[0].confidence, atol=0.01)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((0, 40, 3), np.uint8), "without a pixel"),
        (np.zeros((40, 0, 3), np.uint8), "without a pixel"),
        (np.zeros((40, 90, 3), np.float32), "float32 numbers"),
        (np.zeros((40, 90), np.float64), "float64 numbers"),
        (np.zeros((40, 90, 3), np.uint16), "uint16 numbers"),
        (np.zeros((40, 90, 2), np.uint8), "no picture"),
        (np.zeros((1, 40, 90, 3), np.uint8), "no picture"),
        (np.zeros(90, np.uint8), "no picture"),
        ([[0]], "list, expected an array"),
        (None, "NoneType, expected an array"),
    ],
)
def test_what_is_no_picture_is_refused(picture: Image, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        ocr().read([picture])
    with pytest.raises(InvalidInput, match=said):
        ocr().read_plates([(picture, Box(0, 0, 40, 20))])


@pytest.mark.parametrize("corner", [float("nan"), float("inf"), -float("inf")])
def test_a_box_without_finite_corners_is_refused(corner: float) -> None:
    with pytest.raises(InvalidInput, match="expected finite pixels"):
        ocr().read_plates([(np.zeros((40, 90, 3), np.uint8), Box(0, 0, corner, 20))])


corners = st.floats(-60, 160)


@given(corners, corners, corners, corners)
def test_any_box_gives_a_result(x1: float, y1: float, x2: float, y2: float) -> None:
    picture = np.full((50, 100, 3), 120, np.uint8)
    box = Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    (result,) = ocr().read_plates([(picture, box)], second_look=True)
    assert 0 <= result.confidence <= 1
    assert np.isfinite(result.char_probs).all()


def test_nothing_to_read_is_no_error() -> None:
    assert ocr().read([]) == []
    assert ocr().read_plates([], second_look=True) == []


def test_a_plate_s_probability_is_its_characters_together() -> None:
    results = ocr().read_plates([plate(), plate("8B0O1I"), plate("", 40, 30)])
    for result in results:
        product = float(text_probabilities(result.char_probs, result.alphabet).prod())
        assert result.confidence == pytest.approx(product, abs=1e-6)
        assert np.allclose(result.char_probs.sum(axis=1), 1, atol=1e-4)


def test_one_reading_leaves_fusion_as_sure_as_it_came() -> None:
    (result,) = ocr().read_plates([plate()])
    assert fuse([WeightedReading(result, 0.3)]).confidence == pytest.approx(min(result.confidence, 0.999), abs=0.002)


def test_an_uncalibrated_reader_gives_what_the_network_says() -> None:
    plain = PlateOcr(OcrSettings(margins=(0.1,)), 1, ReaderCalibration())
    picture, box = plate()
    (result,) = plain.read_plates([(picture, box)])
    (combined,) = plain.read_combined([(picture, box)], second_look=False)
    assert combined.sureness == combined.agreement
    assert np.allclose(result.char_probs, combined.result.char_probs, atol=1e-3)
