"""A second look at plates that were not read surely."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.pictures.crops import crop
from recognition.reading.ocr import PlateOcr
from recognition.reading.readings import result_from
from recognition.reading.second_look import further_views, in_one_row, may_have_two_rows, rows, stretched, turned
from schemas.settings import OcrSettings
from schemas.types import Box, Image, OcrResult
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


def striped(gap: int, height: int = 40, above: int = 10) -> Image:
    """A plate of fine stripes from row `above` on, quiet in three rows around one of them."""
    picture = np.full((height + 2 * above, 100, 3), 90, np.uint8)
    picture[above : above + height, ::2] = 230
    picture[above + gap - 1 : above + gap + 2] = 90
    return picture


@pytest.mark.parametrize(("gap", "found"), [(20, 20), (12, 12), (14, 14), (27, 27), (4, None), (36, None)])
def test_two_rows_are_cut_at_the_quietest_line_near_the_middle(gap: int, found: int | None) -> None:
    box = Box(10, 10, 90, 50)
    upper, lower = rows(striped(gap), box)
    cut = 10 + ((12 if found is None else found) + 0.5)
    assert [upper.x1, upper.y1, upper.x2, upper.y2] == pytest.approx([10, 10, 90, cut + 0.06 * 40])
    assert [lower.x1, lower.y1, lower.x2, lower.y2] == pytest.approx([10, cut - 0.06 * 40, 90, 50])


@pytest.mark.parametrize(("height", "cut"), [(3, 1.5), (1, 0.5), (4, 1.5)])
def test_what_is_too_low_for_a_gap_is_cut_in_the_middle(height: int, cut: float) -> None:
    upper, lower = rows(np.full((height, 9, 3), 90, np.uint8), Box(0, 0, 9, height))
    assert (upper.y2, lower.y1) == pytest.approx((cut + 0.06 * height, cut - 0.06 * height))


def test_rows_are_put_side_by_side_at_the_height_of_the_higher_one() -> None:
    picture = striped(14)
    box = Box(10, 10, 90, 50)
    upper, lower = rows(picture, box)
    joined = in_one_row(picture, box, 0.0)
    parts = crop(picture, upper, 0.0), crop(picture, lower, 0.0)
    assert joined.shape == (parts[1].shape[0], 160, 3)
    assert (joined[:, 80:] == parts[1]).all()
    expected = cv2.resize(parts[0], (80, parts[1].shape[0]), interpolation=cv2.INTER_LINEAR)
    assert (joined[:, :80] == expected).all()
    assert in_one_row(picture, box, 0.25).shape[1] > 160


@pytest.mark.parametrize(("width", "may"), [(159.9, True), (160.0, False), (0.0, False), (1.0, True)])
def test_what_is_less_than_one_and_six_tenths_times_as_wide_as_high_may_have_two_rows(width: float, may: bool) -> None:
    assert may_have_two_rows(Box(5, 5, 5 + width, 105)) is may


def test_a_crop_is_turned_about_the_boxs_middle() -> None:
    picture = np.arange(60 * 90 * 3, dtype=np.uint32).astype(np.uint8).reshape(60, 90, 3)
    box = Box(20, 16, 60, 36)
    assert (turned(picture, box, 0.0, 0.0) == picture[16:36, 20:60]).all()
    assert (turned(picture, box, 0.1, 0.0) == picture[14:38, 18:62]).all()
    # Half around: the right becomes the left; a quarter: a picture as high as wide is turned clockwise.
    half = turned(picture, box, 0.0, 180.0)[1:, 1:]
    assert (half == picture[16:36, 20:60][::-1, ::-1][:-1, :-1]).all()
    dot = np.zeros((60, 90, 3), np.uint8)
    dot[20:22, 50:52] = 255
    left, right = (turned(dot, box, 0.0, degrees)[..., 0] for degrees in (-30.0, 30.0))
    middles = [np.argwhere(one > 0).mean(axis=0) for one in (left, right)]
    # Seen from the box's middle the dot lies 11 to the right and 5 above.
    for middle, degrees in zip(middles, (-30.0, 30.0), strict=True):
        turn = np.deg2rad(degrees)
        x, y = 11 * np.cos(turn) - 5 * np.sin(turn), -11 * np.sin(turn) - 5 * np.cos(turn)
        assert middle[1] == pytest.approx(20 + x, abs=1.0)
        assert middle[0] == pytest.approx(10 + y, abs=1.0)


def test_the_further_views_differ_in_margin_turn_and_contrast() -> None:
    picture, box = plate()
    wide, tight, left, right, contrast = further_views(picture, box)
    assert (wide == crop(picture, box, 0.2)).all()
    assert (tight == crop(picture, box, -0.1)).all()
    assert (left == turned(picture, box, 0.12, -6.0)).all()
    assert (right == turned(picture, box, 0.12, 6.0)).all()
    assert (contrast == stretched(crop(picture, box, 0.12))).all()


@pytest.mark.parametrize("second_look", [True, False])
def test_a_calibration_is_fitted_to_all_views_of_every_plate(
    second_look: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = ocr()
    seen: list[int] = []
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda pictures: seen.append(len(pictures)) or read(pictures))
    combined = reader.read_combined([plate(), plate("KTR4821")], second_look=second_look)
    assert [one.result.text for one in combined] == ["ABC1234", "KTR4821"]
    assert sum(seen) == (14 if second_look else 4)


class Script:
    """Reads crops one after the other as it is told: text and sureness of each slot."""

    def __init__(self, *readings: tuple[str, float]) -> None:
        self.readings = list(readings)

    def read(self, crops: Sequence[Image]) -> list[OcrResult]:
        return [reading(*self.readings.pop(0)) for _ in crops]


def reading(text: str, sure: float) -> OcrResult:
    slots = np.full((9, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(9, "_")):
        slots[slot, ALPHABET.index(character)] = sure
    return result_from(slots, ALPHABET, "_")


ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
SURE, UNSURE = ("ABC1234", 0.999), ("XYZ9876", 0.7)
FLAT, SQUARE = Box(10, 10, 90, 40), Box(10, 10, 50, 40)


@pytest.mark.parametrize(
    ("boxes", "second_look", "readings", "texts"),
    [
        # Two margins of each plate; of those that are unsure five further views; and two rows of square ones.
        ([FLAT, FLAT], False, [SURE, SURE, UNSURE, UNSURE], ["ABC1234", "XYZ9876"]),
        ([FLAT, FLAT], True, [SURE, SURE, UNSURE, UNSURE, *[("KLM4567", 0.999)] * 5], ["ABC1234", "KLM4567"]),
        ([SQUARE], False, [UNSURE, UNSURE, ("KLM4567", 0.999), ("KLM4567", 0.999)], ["KLM4567"]),
        ([SQUARE], False, [UNSURE, UNSURE, ("KLM4567", 0.6), ("KLM4567", 0.6)], ["XYZ9876"]),
        ([SQUARE], False, [UNSURE, UNSURE, ("KLM4567", 0.7), ("KLM4567", 0.7)], ["XYZ9876"]),
        ([SQUARE, FLAT], False, [SURE, SURE, SURE, SURE], ["ABC1234", "ABC1234"]),
        (
            [SQUARE, FLAT, SQUARE],
            True,
            [UNSURE, UNSURE, SURE, SURE, UNSURE, UNSURE, *[("KLM4567", 0.99)] * 5, *[("HJR6142", 0.6)] * 5]
            + [("QQQ000", 0.6)] * 2
            + [("BCD555", 0.999)] * 2,
            ["KLM4567", "ABC1234", "BCD555"],
        ),
    ],
)
def test_which_plates_are_read_further_and_which_reading_counts(
    boxes: list[Box],
    second_look: bool,
    readings: list[tuple[str, float]],
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script, reader = Script(*readings), ocr()
    monkeypatch.setattr(reader, "read", script.read)
    picture = np.full((60, 100, 3), 90, np.uint8)
    results = reader.read_plates([(picture, box) for box in boxes], second_look=second_look)
    assert [result.text for result in results] == texts
    assert script.readings == [], "nothing more and nothing less is read"
