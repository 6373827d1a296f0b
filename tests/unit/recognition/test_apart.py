"""When a part of a box is a plate of its own."""

from __future__ import annotations

import pytest

from recognition.apart import plates_in
from recognition.results import PictureRead
from schemas.types import Box

BESIDE_ANOTHER = 0.67

TALL = Box(100, 100, 200, 200)
WIDE = Box(100, 100, 300, 200)


def read(plate: str, confidence: float, box: Box, detected: float = 0.7) -> PictureRead:
    return PictureRead(box, detected, plate, confidence, ())


def chosen(whole: PictureRead, *parts: PictureRead) -> list[str]:
    return [one.plate for one in plates_in(whole, parts)]


UPPER, LOWER = Box(100, 100, 200, 148), Box(100, 152, 200, 200)


def test_two_plates_take_the_place_of_what_was_made_of_both() -> None:
    parts = read("ABC1234", 0.95, UPPER), read("XYZ9876", 0.9, LOWER)
    assert chosen(read("AXC1276", 0.3, TALL), *parts) == ["ABC1234", "XYZ9876"]


def test_of_parts_over_one_another_the_surer_one_is_in_front() -> None:
    parts = read("XYZ9876", 0.6, Box(100, 120, 200, 180)), read("ABC1234", 0.95, LOWER)
    assert chosen(read("AXC1276", 0.3, TALL), *parts) == ["ABC1234"]


def test_a_part_that_reads_less_surely_changes_nothing() -> None:
    assert chosen(read("ABC1234", 0.7, TALL), read("BC1234", 0.6, LOWER)) == ["ABC1234"]
    assert chosen(read("ABC1234", 0.7, TALL)) == ["ABC1234"]


def test_a_part_with_the_same_text_is_the_plate_but_no_surer() -> None:
    (plate,) = plates_in(read("ABC1O34", 0.7, TALL), [read("ABC1034", 0.95, LOWER)])
    assert (plate.plate, plate.confidence, plate.box) == ("ABC1034", 0.7, LOWER)


def test_the_front_plate_stays_where_the_one_beside_it_reads_surer() -> None:
    front, rear = read("ABC1234", 0.8, LOWER), read("XYZ9876", 0.99, UPPER)
    assert sorted(chosen(read("ABCI234", 0.85, TALL), front, rear)) == ["XYZ9876"]
    assert sorted(chosen(read("ABC1234", 0.85, TALL), front, rear)) == ["ABC1234", "XYZ9876"]


def test_what_has_more_of_another_plate_at_its_side_is_not_sure() -> None:
    whole = read("ABC123476", 0.3, WIDE)
    left, right = read("ABC1234", 0.95, Box(100, 105, 220, 200)), read("XYZ9876", 0.9, Box(221, 100, 300, 200))
    assert [one.confidence for one in plates_in(whole, [left])] == [BESIDE_ANOTHER]
    assert [one.confidence for one in plates_in(whole, [read("ABC1234", 0.4, left.box)])] == [0.4]
    # Where the other one was told from it, nothing of it is left.
    assert [one.confidence for one in plates_in(whole, [left, right])] == [0.95, 0.9]


@pytest.mark.parametrize(("right", "confidence"), [(279.0, BESIDE_ANOTHER), (280.0, 0.95)])
def test_a_tenth_of_the_width_is_room_enough_for_another_plate(right: float, confidence: float) -> None:
    whole, part = read("ABC123476", 0.3, WIDE), read("ABC1234", 0.95, Box(100, 105, right, 200))
    assert [one.confidence for one in plates_in(whole, [part])] == [confidence]


def test_a_part_of_three_characters_is_no_plate() -> None:
    parts = [read(text, 0.99, Box(100, 150, 200, 200)) for text in ("KTR", "KTRB")]
    assert [chosen(read("X1R4B21", 0.2, WIDE), part) for part in parts] == [["X1R4B21"], ["KTRB"]]


@pytest.mark.parametrize("row", ["KTR", "4821", "KTRA", "A4821"])
def test_a_row_is_no_plate(row: str) -> None:
    assert chosen(read("KTRA4821", 0.5, TALL), read(row, 0.99, LOWER)) == ["KTRA4821"]


def test_a_row_is_no_plate_where_zeros_are_letters() -> None:
    assert chosen(read("ABC04821", 0.5, TALL), read("ABCO", 0.99, LOWER)) == ["ABC04821"]
    assert chosen(read("ABC14821", 0.5, TALL), read("ABCO", 0.99, LOWER)) == ["ABCO"]


def test_a_strip_of_a_square_box_is_a_row_whatever_it_reads() -> None:
    # From 2.3 times its height on.
    for width, plate in ((100, "K1R4B21"), (92, "K1R4B21"), (91, "KTR4821")):
        strip = Box(100, 160, 100 + width, 200)
        assert chosen(read("K1R4B21", 0.2, TALL), read("KTR4821", 0.99, strip)) == [plate]
    # Long plates over one another fill a box that no plate with two rows has.
    assert chosen(read("K1R4B21", 0.2, WIDE), read("KTR4821", 0.99, Box(100, 150, 300, 200))) == ["KTR4821"]
