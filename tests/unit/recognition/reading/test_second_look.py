"""A second look at plates that were not read surely."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.ocr import PlateOcr
from recognition.reading.second_look import further_views, in_one_row, may_have_two_rows, rows, stretched, turned
from schemas.settings import OcrSettings
from schemas.types import Box
from tests.unit.recognition.reading.samples import plate


@cache
def ocr() -> PlateOcr:
    return PlateOcr(OcrSettings(), 1)


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
