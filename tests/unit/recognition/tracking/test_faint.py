"""Faint tracks by themselves: which are followed, whose they are, when they end and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from recognition.reading.calibration import ReaderCalibration
from recognition.tracking.faint import FIRST_NUMBER, FaintTracks
from recognition.tracking.track import Track
from schemas.types import Box, PlateDetection
from tests.unit.recognition.tracking.samples import Shades, at, box, found, frame, track

WAIT, WINDOW = timedelta(seconds=3), timedelta(seconds=2)
TEXTS: dict[int, str | tuple[str, float]] = {
    1: "ABC1234",
    2: "XYZ9876",
    3: "KLM4567",
    4: ("HJR6142", 0.7),
    5: "SPEEDLIM",
}


class Watched:
    """Faint tracks of painted plates."""

    def __init__(self) -> None:
        self.ocr = Shades(TEXTS)
        self.tracks = FaintTracks(self.ocr, ReaderCalibration(), 0.99)  # type: ignore[arg-type]

    def see(
        self,
        second: float,
        *faint: tuple[int, PlateDetection],
        sure: Iterable[tuple[int, PlateDetection]] = (),
        plates: Iterable[Box] = (),
        weak: Iterable[int] = (),
    ) -> None:
        """Take a look in which faint plates of some shades are seen, and sure ones of some tracks (in shade 9)."""
        shown = [*((shade, one.box) for shade, one in faint), *((9, one.box) for _, one in sure)]
        self.tracks.look(frame(second, *shown), [one for _, one in faint], list(sure), list(plates), set(weak))

    def passes(self, now: float | None, *known: Track) -> list[tuple[str, int, int, float, float]]:
        """What is handed on: text, number, sightings, first and last second."""
        moment = None if now is None else at(now)
        return [
            (
                fused.plate,
                one.number,
                one.frame_count,
                (one.first_seen - at(0)).total_seconds(),
                (one.last_seen - at(0)).total_seconds(),
            )
            for one, fused in self.tracks.passes(moment, WAIT, WINDOW, known)
        ]

    def followed(self) -> list[tuple[int, int]]:
        """Number and sightings of what is followed now."""
        return [(one.number, one.frame_count) for one in self.tracks._active.values()]


def test_a_faint_track_is_handed_on_once_when_it_was_out_of_view_for_long() -> None:
    watched = Watched()
    for n in range(3):
        watched.see(n / 10, (1, found(100)), (2, found(600)))
    watched.see(0.3, (1, found(100)))
    watched.tracks.end_unseen(at(1.2), timedelta(seconds=1), 2)
    assert watched.followed() == [(FIRST_NUMBER, 4), (FIRST_NUMBER + 1, 3)], "a gap of one second is none"
    watched.tracks.end_unseen(at(1.25), timedelta(seconds=1), 2)
    assert watched.followed() == [(FIRST_NUMBER, 4)]
    watched.tracks.finish(2)
    assert watched.passes(3.2) == []
    assert watched.passes(3.3) == [("XYZ9876", FIRST_NUMBER + 1, 3, 0.0, 0.2)], "three seconds, and no more, are waited"
    assert watched.passes(None) == [("ABC1234", FIRST_NUMBER, 4, 0.0, 0.3)]
    assert watched.passes(None) == []


@pytest.mark.parametrize(("least", "told"), [(3, 1), (4, 0)])
def test_what_was_seen_too_few_times_is_noise(least: int, told: int) -> None:
    for ends_by_gap in (True, False):
        watched = Watched()
        for n in range(3):
            watched.see(n / 10, (1, found(100)))
        if ends_by_gap:
            watched.tracks.end_unseen(at(5), timedelta(seconds=1), least)
        watched.tracks.finish(least)
        assert len(watched.passes(None)) == told


@pytest.mark.parametrize(
    ("right", "down", "is_on"),
    [
        # In widths of the plate (60 pixels): three to each side, five above, two below.
        *((3.0, 0.0, True), (3.02, 0.0, False), (-3.0, 0.0, True), (-3.02, 0.0, False)),
        *((0.0, -5.0, True), (0.0, -5.02, False), (0.0, 2.0, True), (0.0, 2.02, False)),
    ],
)
def test_lettering_where_a_plates_vehicle_is_is_not_followed(right: float, down: float, *, is_on: bool) -> None:
    plate, lettering = found(500, 310), found(500 + 60 * right, 310 + 60 * down)
    watched = Watched()
    watched.see(0.0, (1, lettering), plates=[box(20, 20), plate.box])
    assert (watched.followed() == []) is is_on
    # What is followed already is on the vehicle of a plate that is surely seen now.
    watched = Watched()
    watched.see(0.0, (1, lettering))
    assert watched.followed() == [(FIRST_NUMBER, 1)]
    watched.see(0.1, (1, lettering), sure=[(7, plate)], plates=[plate.box], weak=[7])
    assert watched.followed() == ([] if is_on else [(FIRST_NUMBER, 2)])
    beside = watched.tracks.beside(7)
    assert (beside is not None and beside.frame_count == 1) is is_on
    assert watched.tracks.beside(7) is None, "it is given up once"


def test_a_middle_counts_not_a_corner() -> None:
    watched = Watched()
    watched.see(0.0, (1, found(500 + 3 * 60 - 30, 310, width=120)), plates=[box(500, 310)])
    assert watched.followed() == []
    watched = Watched()
    watched.see(0.0, (1, found(500 + 3 * 60 - 28, 310, width=120)), plates=[box(500, 310)])
    assert watched.followed() == [(FIRST_NUMBER, 1)]


def test_eight_are_followed_at_a_time() -> None:
    watched = Watched()
    watched.see(0.0, *[(1, found(20 + 200 * (n % 5), 20 + 60 * (n // 5), width=30)) for n in range(10)])
    assert watched.followed() == [(FIRST_NUMBER + n, 1) for n in range(8)]


def test_what_is_faintly_seen_of_a_plate_that_is_hardly_known_is_kept_beside_it() -> None:
    watched = Watched()
    watched.see(0.0, (1, found(100)))
    watched.see(0.1, sure=[(7, found(104, confidence=0.6))], weak=[7])
    assert watched.followed() == []
    watched.see(0.2, (1, found(108)), weak=[7])
    beside = watched.tracks.beside(7)
    assert beside is not None
    assert (beside.number, beside.frame_count) == (FIRST_NUMBER, 2)
    assert (beside.first_seen, beside.last_seen) == (at(0), at(0.2))
    assert watched.tracks.beside(3) is None
    # Nothing more is kept once it is known, and it is no track of its own either.
    watched.see(0.3, (1, found(112)))
    assert (watched.tracks.beside(7), watched.followed()) == (None, [])


def test_what_is_beside_a_plate_is_dropped_once_that_is_known() -> None:
    watched = Watched()
    watched.see(0.0, (1, found(100)), (2, found(600)))
    watched.see(0.1, sure=[(7, found(104)), (8, found(604))], weak=[7, 8])
    watched.see(0.2, sure=[(7, found(108)), (8, found(608))], weak=[8])
    assert watched.tracks.beside(7) is None
    assert watched.tracks.beside(8) is not None


def test_two_pieces_of_one_faint_plate_are_one_and_an_unlike_one_is_another() -> None:
    watched = Watched()
    for n in range(2):
        watched.see(n / 10, (1, found(100)), (2, found(600)))
    watched.tracks.finish(2)
    for n in range(2):
        watched.see(2.0 + n / 10, (1, found(300)), (3, found(900)))
    assert watched.passes(3.2) == [("XYZ9876", FIRST_NUMBER + 1, 2, 0.0, 0.1)]
    watched.tracks.finish(2)
    assert watched.passes(None) == [
        ("ABC1234", FIRST_NUMBER, 4, 0.0, 2.1),
        ("KLM4567", FIRST_NUMBER + 3, 2, 2.0, 2.1),
    ]


def test_a_faint_plate_that_stays_is_told_after_half_a_minute_and_not_again() -> None:
    watched = Watched()
    for second in range(31):
        watched.see(second, (1, found(100)), (4, found(600)))
        assert watched.passes(second) == []
    # One of them is not read surely enough to be one.
    assert watched.passes(30.1) == [("ABC1234", FIRST_NUMBER, 31, 0.0, 30.0)]
    watched.see(31, (1, found(100)), (4, found(600)))
    assert watched.passes(31) == []
    watched.tracks.finish(2)
    assert watched.passes(None) == []


def test_what_does_not_read_as_a_plate_is_read_once_and_is_none() -> None:
    watched = Watched()
    for n in range(5):
        watched.see(n / 10, (5, found(100)))
    watched.tracks.finish(2)
    assert watched.passes(None) == []
    assert watched.ocr.asked == [(1, False)]


@pytest.mark.parametrize(("last", "is_known"), [(-2.0, True), (-2.01, False)])
def test_a_faint_track_of_a_plate_that_is_surely_seen_is_left_out(last: float, *, is_known: bool) -> None:
    watched = Watched()
    for n in range(2):
        watched.see(n / 10, (1, found(100)))
    watched.tracks.finish(2)
    other, same = track(1, 2, 0, 1, 900), track(2, 1, -9, last, 900)
    assert (watched.passes(None, other, same) == []) is is_known


def test_reading_is_left_out_where_times_tell() -> None:
    watched = Watched()
    for n in range(2):
        watched.see(n / 10, (1, found(100)))
    watched.tracks.forget(track(9, 1, 5, 6), WINDOW)
    assert watched.ocr.asked == []
    assert watched.followed() == [(FIRST_NUMBER, 2)]


def test_a_pass_that_is_handed_on_takes_its_faint_pieces_along() -> None:
    watched = Watched()
    for n in range(3):
        watched.see(n / 10, (1, found(100)), (2, found(600)))
    watched.tracks.end_unseen(at(9), timedelta(seconds=1), 2)
    for n in range(2):
        watched.see(1.0 + n / 10, (1, found(100)), (3, found(600)))
    assert len(watched.followed()) == 2
    watched.tracks.forget(track(9, 1, 0.5, 1.0), WINDOW)
    assert watched.followed() == [(FIRST_NUMBER + 3, 2)]
    # What is still seen of it is its own.
    watched.see(1.2, (1, found(100)), (3, found(600)))
    assert watched.followed() == [(FIRST_NUMBER + 3, 3)]
    watched.tracks.finish(2)
    assert [one[:2] for one in watched.passes(None)] == [("XYZ9876", FIRST_NUMBER + 1), ("KLM4567", FIRST_NUMBER + 3)]
