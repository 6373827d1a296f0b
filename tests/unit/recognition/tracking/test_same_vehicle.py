"""Which pieces of track are one vehicle's pass: how far apart in time, place and text they may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recognition.reading.fusion import FusedRead
from recognition.tracking.same_vehicle import in_place, may_become_one, same_vehicle
from recognition.tracking.track import Track
from schemas.types import Box, Frame, PlateDetection

MERGE_WINDOW = timedelta(seconds=2)

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WIDTH = 60.0


def track(first: float, last: float, x: float = 100.0, width: float = WIDTH) -> Track:
    """A plate that stands still from one second to another."""
    detection = PlateDetection(Box(x, 100, x + width, 100 + width / 3), 0.9)
    frames = [
        Frame("gate", "a.mp4", number, START + timedelta(seconds=at), np.zeros((200, 1200, 3), np.uint8))
        for number, at in enumerate((first, last))
    ]
    found = Track(1, frames[0], detection)
    found.add(frames[1], detection)
    return found


def merged(
    one: str, other: str, *, gap: float = 1.0, x: float = 100.0, sure: tuple[float, float] = (0.9, 0.9), **more: object
) -> bool:
    """Whether a plate and one that is seen so many seconds after it are one vehicle's; told in both orders alike."""
    pieces = [(track(0, 1), one, sure[0]), (track(1 + gap, 2 + gap, x), other, sure[1])]
    (first, one_read), (second, other_read) = [(piece, FusedRead(text, p, ())) for piece, text, p in pieces]
    found = same_vehicle(first, one_read, second, other_read, **more)  # type: ignore[arg-type]
    assert same_vehicle(second, other_read, first, one_read, **more) is found  # type: ignore[arg-type]
    return found


def test_one_text_within_two_seconds_is_one_pass_wherever_it_is_seen() -> None:
    assert merged("ABC1234", "ABC1234", gap=2.0, x=1000)
    assert not merged("ABC1234", "ABC1234", gap=2.01)
    assert merged("ABC1O34", "ABC1034", x=1000)  # the letter O and zero are one
    assert merged("ABC1234", "ABC1234", gap=-0.5, x=1000)  # pieces that overlap in time


def test_texts_of_three_characters_are_equal_by_chance() -> None:
    assert merged("AB12", "AB12", x=1000)
    assert not merged("AB1", "AB1", x=1000)


@pytest.mark.parametrize("text", ["A8C1234", "ABC123", "1ABC1234", "BC1234"])
def test_one_slip_is_one_pass_where_the_second_piece_begins_soon_and_near(text: str) -> None:
    assert merged("ABC1234", text, gap=1.5)
    assert not merged("ABC1234", text, gap=1.51)
    assert merged("ABC1234", text, x=100 + 4 * WIDTH)
    assert not merged("ABC1234", text, x=101 + 4 * WIDTH)


def test_near_is_told_by_the_wider_of_both() -> None:
    for narrow, wide in ((track(0, 1), track(2, 3, 100 + 5 * WIDTH, 120)), (track(0, 1, 100, 120), track(2, 3, 460))):
        assert same_vehicle(narrow, FusedRead("ABC1234", 0.9, ()), wide, FusedRead("A8C1234", 0.9, ()))


def test_near_counts_height_as_well() -> None:
    below = track(2, 3)
    below.first_box = Box(100, 100 + 4.2 * WIDTH, 160, 120 + 4.2 * WIDTH)
    assert not same_vehicle(track(0, 1), FusedRead("ABC1234", 0.9, ()), below, FusedRead("A8C1234", 0.9, ()))


def test_where_the_first_piece_ends_and_the_second_begins_is_what_is_near() -> None:
    driven, later = track(0, 1, 100), track(2, 3, 700)
    driven.last_box = Box(690, 100, 750, 120)
    later.last_box = Box(1100, 100, 1160, 120)
    assert same_vehicle(driven, FusedRead("ABC1234", 0.9, ()), later, FusedRead("A8C1234", 0.9, ()))


@pytest.mark.parametrize(
    ("sure", "slips", "same"),
    [
        ((0.9, 0.9), 1, True),
        ((0.9, 0.9), 2, False),
        ((0.6, 0.9), 2, False),
        ((0.59, 0.9), 2, True),
        ((0.9, 0.59), 2, True),
        ((0.3, 0.3), 3, False),
    ],
)
def test_two_slips_are_let_pass_only_where_one_of_both_is_unsure(
    sure: tuple[float, float], slips: int, same: bool
) -> None:
    assert merged("ABC1234", "XYZ"[:slips] + "ABC1234"[slips:], sure=sure) is same


def test_a_slip_in_a_short_text_is_another_plate() -> None:
    assert merged("AB123", "AB124")
    assert not merged("AB12", "AB13")


@pytest.mark.parametrize(
    ("cut", "same"), [("ABC", True), ("234", True), ("AB", False), ("34", False), ("C12", False), ("BC12", False)]
)
def test_a_plate_that_was_cut_off_at_an_end_is_the_same(cut: str, same: bool) -> None:
    assert merged("ABC1234", cut) is same


def test_where_frames_are_far_apart_equal_and_similar_texts_have_longer() -> None:
    window = MERGE_WINDOW + timedelta(seconds=3)
    assert merged("ABC1234", "ABC1234", gap=5.0, x=1000, window=window)
    assert not merged("ABC1234", "ABC1234", gap=5.01, window=window)
    assert merged("ABC1234", "A8C1234", gap=4.5, window=window)
    assert not merged("ABC1234", "A8C1234", gap=4.51, window=window)


def test_from_a_driving_car_alike_plates_in_view_at_once_are_two_vehicles() -> None:
    for gap, is_one in ((-0.5, False), (0.0, False), (0.01, True)):
        assert merged("ABC1234", "ABC1235", gap=gap)
        assert merged("ABC1234", "ABC1235", gap=gap, moves=True) is is_one
        assert merged("ABC1234", "ABC1234", gap=gap, moves=True), "one text is one vehicle all the same"


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        *(("ABC1234", "ABC1234", True), ("ABC1234", "A8C1Z34", True), ("ABC1234", "A8C1Z3A", True)),
        *(
            ("ABC1234", "XYZ1234", True),
            ("ABC1234", "WXYZ234", False),
            ("ABC1234", "BC1", False),
            ("ABC1234", "234", True),
        ),
        *(("ABC1234", "34", False), ("ABC1O34", "ABC1034", True), ("AB", "", True), ("ABCD", "", False)),
    ],
)
def test_pieces_whose_texts_are_three_slips_apart_may_turn_out_to_be_one(one: str, other: str, may: bool) -> None:
    for sure in (0.1, 0.99):
        assert may_become_one(FusedRead(one, sure, ()), FusedRead(other, 0.99, ())) is may
        assert may_become_one(FusedRead(other, 0.99, ()), FusedRead(one, sure, ())) is may


def test_from_a_driving_car_one_text_is_one_pass_for_longer_and_similar_ones_are_not() -> None:
    assert merged("ABC1234", "ABC1234", gap=10.0, x=1000, moves=True)
    assert not merged("ABC1234", "ABC1234", gap=10.01, x=1000, moves=True)
    assert merged("ABC1234", "A8C1234", gap=1.5, moves=True)
    assert not merged("ABC1234", "A8C1234", gap=1.51, moves=True)


@pytest.mark.parametrize(
    ("x", "width", "there"), [(100, 60, True), (340, 60, True), (341, 60, False), (100, 150, True), (100, 151, False)]
)
def test_a_plate_is_in_its_place_where_it_is_near_and_about_as_large(x: float, width: float, *, there: bool) -> None:
    one, other = track(0, 1).last_box, Box(x, 100, x + width, 100 + width / 3)
    assert in_place(one, other) is in_place(other, one) is there
