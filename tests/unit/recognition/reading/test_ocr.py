"""Reading plates: whatever picture is handed over, the second look, two rows, and probabilities that agree."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.calibration import ReaderCalibration, text_probabilities
from recognition.reading.fusion import WeightedReading, fuse
from recognition.reading.ocr import PlateOcr
from recognition.reading.second_look import further_views, in_one_row, may_have_two_rows, rows, stretched, turned
from schemas.errors import InvalidInput
from schemas.settings import OcrSettings
from schemas.types import Box, Image


@cache
def ocr() -> PlateOcr:
    return PlateOcr(OcrSettings(), 1)


def plate(text: str = "ABC1234", width: int = 200, height: int = 66) -> tuple[Image, Box]:
    """A drawn plate in a dim surrounding, and its box."""
    picture = np.full((height + 60, width + 60, 3), 60, np.uint8)
    picture[30:-30, 30:-30] = 230
    for row, line in enumerate(text.split()):
        scale = 0.0135 * height * 1.7 / (1 + text.count(" ")) / 1.7
        (wide, high), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_DUPLEX, scale * 1.6, 3)
        middle = 30 + height * (row + 0.5) / (1 + text.count(" "))
        at = (30 + (width - wide) // 2, int(middle + high / 2))
        cv2.putText(picture, line, at, cv2.FONT_HERSHEY_DUPLEX, scale * 1.6, (30, 30, 30), 3, cv2.LINE_AA)
    return picture, Box(30, 30, 30 + width, 30 + height)


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
    (evidence,) = plain.evidence([(picture, box)], second_look=False)
    assert evidence.sureness == evidence.agreement
    assert np.allclose(result.char_probs, evidence.result.char_probs, atol=1e-3)


@pytest.mark.parametrize(("threshold", "second_look", "crops"), [(0.0, True, 2), (1.0, True, 7), (1.0, False, 2)])
def test_only_unsure_plates_are_looked_at_twice(
    monkeypatch: pytest.MonkeyPatch, threshold: float, second_look: bool, crops: int
) -> None:
    reader = PlateOcr(OcrSettings(second_look=threshold), 1)
    seen: list[int] = []
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda pictures: seen.append(len(pictures)) or read(pictures))
    reader.read_plates([plate()], second_look=second_look)
    assert sum(seen) == crops


def test_a_tilted_plate_is_read_by_the_second_look() -> None:
    picture, box = plate("KTR4821")
    matrix = cv2.getRotationMatrix2D(((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2), 9, 1.0)
    tilted = cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    once, twice = (ocr().read_plates([(tilted, box)], second_look=look)[0] for look in (False, True))
    assert twice.text == "KTR4821"
    assert twice.confidence >= once.confidence - 0.05


def test_two_rows_are_read_one_after_the_other() -> None:
    picture, box = plate("KTR 4821", 120, 100)
    assert may_have_two_rows(box)
    upper, lower = rows(picture, box)
    assert upper.y1 == box.y1
    assert lower.y2 == box.y2
    assert abs((upper.y2 + lower.y1) / 2 - (box.y1 + box.y2) / 2) < 0.15 * box.height
    for second_look in (False, True):
        (result,) = ocr().read_plates([(picture, box)], second_look=second_look)
        assert result.text == "KTR4821"
        assert result.confidence > 0.8


def test_a_square_box_around_one_row_is_read_as_one_row() -> None:
    picture, box = plate("KTR4821")
    squeezed = cv2.resize(picture, (picture.shape[1] * 2 // 5, picture.shape[0]), interpolation=cv2.INTER_AREA)
    box = Box(box.x1 * 0.4, box.y1, box.x2 * 0.4, box.y2)
    assert may_have_two_rows(box)
    assert ocr().read_plates([(squeezed, box)], second_look=True)[0].text == "KTR4821"


@given(st.integers(1, 60), st.integers(1, 60), st.floats(-5, 70), st.floats(-5, 70), st.floats(0.1, 60))
def test_every_view_is_a_picture(height: int, width: int, x: float, y: float, size: float) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)
    box = Box(x, y, x + 2 * size, y + size)
    upper, lower = rows(picture, box)
    for view in (*further_views(picture, box), turned(picture, box, 0.1, 45), in_one_row(picture, box, 0.06)):
        assert view.dtype == np.uint8
        assert view.size
        assert view.shape[2] == 3
    assert upper.y1 <= upper.y2
    assert lower.y1 <= lower.y2


def test_contrast_is_stretched_to_black_and_white() -> None:
    dim = np.linspace(40, 60, 900).reshape(10, 30, 3).astype(np.uint8)
    assert stretched(dim).min() == 0
    assert stretched(dim).max() == 255
    assert (stretched(np.full((4, 4, 3), 90, np.uint8)) == 0).all(), "noise of a flat crop is not blown up"
