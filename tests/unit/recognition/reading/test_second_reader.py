"""From boxes of text to a plate's serial: whatever is cut apart, added or stacked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.pictures.jpeg import encode_jpeg
from recognition.reading.second_reader import (
    SecondReader,
    Serial,
    find_serial,
    serial_candidates,
)
from recognition.reading.text_lines import TextLine
from recognition.reading.text_networks import available
from recognition.states.reader import StateRead
from rendering.plates.standard import render_plate
from schemas.ids import read_id
from schemas.plates import normalize_plate
from schemas.types import Box, Image, PlateRead, SecondReading

PLATE = Box(0, 0, 300, 150)
MOMENT = datetime(2026, 3, 4, tzinfo=UTC)
SERIALS = st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=3, max_size=8)


def line(text: str, x1: float, y1: float, x2: float, y2: float, score: float = 0.98) -> TextLine:
    return TextLine(text, score, Box(x1, y1, x2, y2))


NAME, SLOGAN = line("VIRGINIA", 90, 5, 210, 30), line("FOR LOVERS", 80, 125, 220, 147)


def seen(*lines: TextLine, own: str = "") -> str | None:
    serial = find_serial(lines, PLATE, own)
    return serial.text if serial else None


def plate_read(plate: str, box: Box | None = None) -> PlateRead:
    number = read_id("gate", "a", MOMENT, 1)
    return PlateRead(number, "gate", "local", MOMENT, MOMENT, MOMENT, plate, 0.9, box=box)


@given(SERIALS)
def test_the_tallest_line_is_the_serial(serial: str) -> None:
    assert seen(NAME, line(serial, 20, 35, 280, 120), SLOGAN) == serial


@given(SERIALS, st.integers(1, 7), st.sampled_from([" ", "-", "·", "@", " * "]))
def test_separators_and_boxes_of_one_row_are_joined(serial: str, at: int, mark: str) -> None:
    cut = min(at, len(serial) - 1)
    together = line(serial[:cut] + mark + serial[cut:], 20, 35, 280, 120)
    left, right = line(serial[:cut], 20, 35, 130, 120), line(serial[cut:], 150, 38, 280, 118)
    assert seen(NAME, together, own=serial) == serial
    assert seen(right, SLOGAN, left, own=serial) == serial


@given(SERIALS, st.permutations([0, 1, 2]))
def test_the_order_of_the_lines_does_not_matter(serial: str, order: list[int]) -> None:
    lines = [NAME, line(serial, 20, 35, 280, 120), SLOGAN]
    assert seen(*(lines[number] for number in order)) == serial


@given(st.lists(st.tuples(st.text(max_size=15), *[st.floats(-50, 350)] * 4, st.floats(0, 1)), max_size=8), SERIALS)
def test_whatever_the_boxes_the_serial_is_a_plate_text(
    boxes: list[tuple[str, float, float, float, float, float]], own: str
) -> None:
    lines = [
        line(text, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2), score) for text, x1, y1, x2, y2, score in boxes
    ]
    for serial in [*serial_candidates(lines), *filter(None, [find_serial(lines, PLATE, own)])]:
        assert serial.text == normalize_plate(serial.text)
        assert 2 <= len(serial.text) <= 12
        assert "?" not in serial.text
        assert 0.5 <= serial.score <= 1


def test_a_stacked_prefix_belongs_to_the_serial_where_the_read_has_it() -> None:
    lines = NAME, line("YS", 20, 55, 50, 105), line("2250", 60, 35, 250, 120)
    assert seen(*lines, own="YS2250") == "YS2250"
    assert seen(*lines, own="2250") == "2250"


def test_an_emblem_read_as_a_letter_is_left_out_where_the_read_has_none() -> None:
    lines = NAME, line("A 1234 D", 20, 35, 280, 120)
    assert seen(*lines, own="1234D") == "1234D"
    assert seen(*lines, own="A1234D") == "A1234D"
    assert seen(*lines, own="ZZZ999") == "A1234D"  # nothing is near: the plainest way counts


def test_two_rows_of_tall_characters_are_one_serial() -> None:
    rows = line("4521", 40, 80, 260, 145), line("BRA", 60, 10, 240, 72)
    assert seen(*rows, own="BRA4521") == "BRA4521"


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (NAME,),  # far too low for a serial
        (line("ABC1234", 20, 35, 280, 120, score=0.3),),
        (line("A", 20, 35, 60, 120),),
        (line("-- ·", 20, 35, 280, 120),),
        (line("ABC1234", 20, 180, 280, 260),),  # below the plate: a bumper sticker
    ],
)
def test_without_a_legible_serial_there_is_none(lines: tuple[TextLine, ...]) -> None:
    assert seen(*lines, own="ABC1234") is None


def test_the_least_sure_box_gives_the_score() -> None:
    lines = [line("ABC", 20, 35, 130, 120, 0.9), line("1234", 150, 38, 280, 118, 0.7)]
    assert find_serial(lines, PLATE, "ABC1234") == Serial("ABC1234", 0.7)


@pytest.mark.parametrize(("own", "agrees"), [("VNV4527", True), ("VNV4S27", False)])
def test_a_drawn_plate_is_read_again_with_its_state(own: str, agrees: bool) -> None:
    plate = render_plate("VNV4527", "US-VA", np.random.default_rng(3))
    larger = cv2.copyMakeBorder(cv2.resize(plate.image, (200, 100)), 30, 30, 30, 30, cv2.BORDER_REPLICATE)
    picture = larger.astype(np.uint8)
    asked: list[str] = []

    def state(picture: Image, box: Box, text: str, lines: Sequence[TextLine]) -> StateRead:
        asked.append(text)
        assert any("VIRGINIA" in line.text.upper() for line in lines)
        return StateRead("US-VA", 0.97)

    assert available()
    reading = SecondReader(state=state).read(encode_jpeg(picture, 90), Box(30, 30, 230, 130), plate_read(own))
    assert reading is not None
    assert (reading.text, reading.agrees) == ("VNV4527", agrees)
    assert (reading.jurisdiction, reading.jurisdiction_confidence) == ("US-VA", 0.97)
    assert reading.score > 0.8
    assert reading.reader.startswith("rapidocr ")
    assert asked == [own]


def test_a_picture_without_text_gives_none() -> None:
    assert (
        SecondReader().read(encode_jpeg(np.full((60, 120, 3), 90, np.uint8), 90), None, plate_read("ABC1234")) is None
    )


def ways(*lines: TextLine, least: float = 0.0) -> list[tuple[str, float]]:
    return [(way.text, way.score) for way in serial_candidates(lines, least)]


def test_the_ways_come_with_the_plainest_first_each_once() -> None:
    large, small = line("ABC", 60, 40, 160, 100, 0.9), line("X", 40, 45, 55, 80, 0.8)
    right = line("123", 165, 42, 260, 98, 0.7)
    assert ways(right, small, large, NAME) == [("ABC123", 0.7), ("ABC", 0.9), ("XABC123", 0.7)]
    assert ways(line("A 12 B", 0, 0, 100, 50)) == [("A12B", 0.98), ("12B", 0.98), ("A12", 0.98)]
    assert ways(line("AB?12", 0, 0, 100, 50)) == [("AB12", 0.98)]


@pytest.mark.parametrize(
    ("box", "is_part"),
    [
        *(((165, 40, 260, 100), True), ((165, 40, 260, 63), True), ((165, 40, 260, 62), False)),
        *(
            ((165, 64, 260, 124), True),
            ((165, 65, 260, 125), False),
            ((130, 40, 260, 100), True),
            ((129, 40, 260, 100), False),
        ),
    ],
)
def test_what_stands_beside_the_serial_and_is_about_as_high_belongs_to_its_row(
    box: tuple[float, float, float, float], is_part: bool
) -> None:
    texts = [text for text, _ in ways(line("ABCD", 60, 40, 160, 100), line("12", *box))]
    assert ("ABCD12" in texts) is is_part


def test_of_lines_that_are_nearly_as_tall_the_widest_is_the_serial() -> None:
    wide, tall = line("ABC1234", 0, 0, 200, 51), line("XY", 0, 200, 40, 260)
    assert ways(wide, tall)[0][0] == "ABC1234"
    assert ways(line("ABC1234", 0, 0, 200, 50.9), tall)[0][0] == "XY"


@pytest.mark.parametrize(("height", "is_row"), [(42, True), (41.9, False)])
def test_two_rows_are_one_serial_where_both_are_tall(height: float, is_row: bool) -> None:
    texts = [text for text, _ in ways(line("4521", 40, 80, 260, 140), line("BRA", 60, 10, 240, 10 + height))]
    assert ("BRA4521" in texts) is is_row


def test_what_is_too_low_or_outside_or_too_unsure_is_no_serial() -> None:
    serial = (20.0, 35.0, 280.0, 77.1)
    assert seen(line("ABC1234", *serial)) == "ABC1234"
    assert seen(line("ABC1234", 20, 35, 280, serial[3] - 0.2)) is None
    assert seen(line("ABC1234", *serial, score=0.5)) == "ABC1234"
    assert seen(line("ABC1234", *serial, score=0.49)) is None
    assert seen(line("AB", *serial)) == "AB"
    for x, y, is_inside in (
        (0, 0, True),
        (-1, 0, False),
        (0, -1, False),
        (299, 149, True),
        (300, 75, False),
        (150, 150, False),
    ):
        assert (seen(line("ABC1234", x - 40, y - 30, x + 40, y + 30)) is not None) is is_inside


def test_the_way_within_two_edits_of_the_read_counts_and_else_the_plainest() -> None:
    lines = line("ABC", 60, 40, 160, 100), line("1234", 165, 42, 260, 98)
    assert seen(*lines, own="AB") == "ABC"
    assert seen(*lines, own="A") == "ABC"
    assert seen(*lines, own="Z") == "ABC1234"


class Lines:
    """Reads what it is told in every picture."""

    def __init__(self, *lines: TextLine) -> None:
        self.lines = lines
        self.loaded = 0

    def read(self, picture: Image) -> tuple[TextLine, ...]:
        return self.lines

    def load(self) -> None:
        self.loaded += 1


@pytest.mark.parametrize(
    ("own", "named", "agrees"),
    [("ABC1O34", StateRead("US-VA", 0.9), True), ("ABC1035", StateRead("US-VA", 0.9), False), ("ABC1034", None, True)],
)
def test_each_field_of_a_second_reading(own: str, named: StateRead | None, agrees: bool) -> None:
    lines = NAME, line("ABC1034", 20, 35, 280, 120, 0.7)
    picture = np.full((150, 300, 3), 90, np.uint8)
    asked: list[tuple[object, ...]] = []

    def state(*given: object) -> StateRead | None:
        asked.append(given)
        return named

    reader = SecondReader(Lines(*lines), state)  # type: ignore[arg-type]
    expected = SecondReading(
        text="ABC1034",
        score=0.7,
        agrees=agrees,
        jurisdiction=named.jurisdiction if named else None,
        jurisdiction_confidence=named.confidence if named else None,
        reader=reader.name,
    )
    assert reader.read_pixels(picture, PLATE, plate_read(own)) == expected
    assert asked == [(picture, PLATE, own, lines)]
    # Without a box the plate is all of its picture.
    jpeg = encode_jpeg(picture, 90)
    assert reader.read(jpeg, None, plate_read(own)) == expected
    assert asked[1][1] == PLATE
    assert reader.read(jpeg, Box(0, 0, 300, 16), plate_read(own)) is None
    assert len(asked) == 2, "where nothing is legible no state is asked for"
    assert SecondReader(Lines(*lines)).read_pixels(picture, PLATE, plate_read(own)) == dataclasses.replace(  # type: ignore[arg-type]
        expected, jurisdiction=None, jurisdiction_confidence=None
    )


def test_the_networks_are_loaded_when_they_are_asked_for() -> None:
    lines = Lines()
    reader = SecondReader(lines)  # type: ignore[arg-type]
    assert lines.loaded == 0
    reader.load()
    assert lines.loaded == 1
