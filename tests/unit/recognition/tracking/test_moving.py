"""Which frames of a camera on a vehicle are looked at, and where plates are between looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.fusion import FusedRead
from recognition.tracking.attention import Followed
from recognition.tracking.moving import MovingAttention, fastest, is_cut, is_driving, may_be_part
from schemas.types import Box, Frame, Gray
from tests.unit.recognition.tracking.test_flow import shown, wall

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
RATE = 30
CAR = wall(5)[:110, :180]


class Drive:
    """A camera that shows the wall at the given places, one a frame."""

    def __init__(self, pictures: Sequence[Gray]) -> None:
        self.frames = [
            Frame("car", "a.mp4", number, START + timedelta(seconds=number / RATE), np.dstack([picture] * 3))
            for number, picture in enumerate(pictures)
        ]
        self.attention = MovingAttention(0.4, 2.0)

    def looks(self, plates: Sequence[Followed] = ()) -> list[int]:
        found = []
        for frame in self.frames:
            # Of the first frame nothing is known before it was looked at.
            if self.attention.consider(frame, plates if found else ()) is not None:
                found.append(frame.frame_number)
                self.attention.looked(frame, [])
        return found


def steps(speed: float, frames: int, start: float = 20.0) -> list[Gray]:
    return [shown(round(start + speed * n), 180) for n in range(frames)]


def test_the_faster_the_picture_moves_the_more_of_it_is_looked_at() -> None:
    crawling, driving, fast = (Drive(steps(speed, 24)).looks() for speed in (2, 12, 24))
    # Eight looks a second at least.
    assert all(later - earlier <= 4 for earlier, later in pairwise(crawling))
    assert len(crawling) < len(driving) < len(fast)
    assert len(fast) >= 22


def test_while_the_vehicle_stands_only_what_moves_is_looked_at() -> None:
    standing = [shown(300, 180)] * 60
    assert len([n for n in Drive(steps(12, 20) + standing).looks() if n >= 26]) <= 2
    arriving = [picture.copy() for picture in standing]
    for number, picture in enumerate(arriving[30:]):
        picture[220:330, min(8 * number, 400) : min(8 * number, 400) + 180] = CAR
    assert len([n for n in Drive(steps(12, 20) + arriving).looks() if n >= 50]) >= 4


def test_what_was_learned_while_it_stood_ends_when_it_drives_on() -> None:
    pictures = [*steps(12, 10), *[shown(128, 180)] * 40, *steps(12, 20, start=140)]
    looks = Drive(pictures).looks()
    assert len([n for n in looks if n >= 51]) >= 8


def test_a_plate_is_carried_along_through_frames_that_are_not_looked_at() -> None:
    drive = Drive(steps(4, 12))
    plate = Followed(Box(400, 150, 450, 175), settled=True, number=3)
    drive.looks([plate])
    assert drive.attention.carried()[3] == pytest.approx((425 - 4 * 11, 162.5), abs=2.0)


def test_a_plate_that_was_seen_again_is_carried_from_there() -> None:
    drive = Drive(steps(4, 12))
    first, again = Box(400, 150, 450, 175), Box(500, 150, 550, 175)
    for frame in drive.frames:
        box = first if frame.frame_number < 6 else again
        if drive.attention.consider(frame, [Followed(box, settled=True, number=3)]) is not None:
            drive.attention.looked(frame, [])
    assert drive.attention.carried()[3] == pytest.approx((525 - 4 * 6, 162.5), abs=2.0)


def test_nothing_is_unchanged_while_the_vehicle_drives() -> None:
    drive = Drive(steps(12, 12) + [shown(152, 180)] * 20)
    box, unchanged = Box(100, 100, 150, 125), []
    for frame in drive.frames:
        if drive.attention.consider(frame, []) is not None:
            drive.attention.looked(frame, [])
        unchanged.append(drive.attention.unchanged(box, frame))
    assert not any(unchanged[:12])
    assert all(unchanged[-10:])


def test_a_plate_that_was_hardly_seen_is_looked_at_in_every_frame() -> None:
    box = Box(400, 150, 450, 175)
    looks = {
        is_new: Drive(steps(2, 24)).looks([Followed(box, settled=False, is_new=is_new)]) for is_new in (True, False)
    }
    assert looks[True] == list(range(24))
    assert len(looks[False]) < 12


@pytest.mark.parametrize("rate", [10, 15, 30, 60])
def test_how_fast_a_vehicle_drives_is_the_same_at_every_rate(rate: int) -> None:
    """Slowly: a twentieth of the picture's width in a second; and an engine shakes the camera by less."""
    interval = timedelta(seconds=1 / rate)
    assert is_driving(np.full(100, 0.05 / rate, np.float32), interval)
    assert not is_driving(np.full(100, 0.004 / rate, np.float32), interval)


@pytest.mark.parametrize(
    ("left", "right", "cut"),
    [(100, 200, False), (2, 80, True), (4, 80, False), (900, 1198, True), (900, 1196, False), (-10, 60, True)],
)
def test_a_plate_at_the_pictures_side_may_be_cut_off(left: float, right: float, *, cut: bool) -> None:
    assert is_cut(Box(left, 0, right, 30), (1200, 700)) is cut
    assert is_cut(Box(3.2 * left, 0, 3.2 * right, 96), (3840, 2160)) is cut


@given(st.integers(0, 40), st.integers(0, 60))
def test_a_camera_drives_where_enough_of_its_picture_moves(moving: int, standing: int) -> None:
    lengths = np.array([0.01] * moving + [0.0] * standing, np.float32)
    assert is_driving(lengths) == (moving + standing >= 12 and moving >= 0.4 * (moving + standing))


@given(st.lists(st.floats(0, 1, width=32), max_size=60))
def test_how_far_a_picture_moved_is_a_motion_in_it(lengths: list[float]) -> None:
    moved = fastest(np.array(lengths, np.float32))
    assert moved == 0.0 if len(lengths) < 12 else min(lengths) <= moved <= max(lengths)


def looks_at(pictures: Sequence[Gray], rate: float, *plates: Followed, is_rare: bool = False) -> list[int]:
    """Frame numbers of the looks, the plates being followed from the first one on."""
    attention, found = MovingAttention(0.4, 2.0), []
    for number, image in enumerate(pictures):
        frame = Frame("car", "a.mp4", number, START + timedelta(seconds=number / rate), image)
        if attention.consider(frame, plates if number else (), is_rare=is_rare) is not None:
            found.append(number)
            attention.looked(frame, [])
    return found


BLANK = np.full((360, 640), 90, np.uint8)


def test_where_nothing_is_known_of_the_motion_there_is_a_look_eight_times_a_second() -> None:
    assert looks_at([BLANK] * 10, 25) == [0, 3, 6, 9]
    assert looks_at([BLANK] * 10, 24) == [0, 3, 6, 9]
    assert looks_at([BLANK] * 10, 26) == [0, 4, 8]
    assert looks_at([BLANK] * 4, 25, is_rare=True) == [0, 1, 2, 3]


def test_a_plate_that_cannot_be_followed_is_looked_for_until_it_is_read() -> None:
    box = Box(300, 160, 350, 185)
    assert looks_at([BLANK] * 5, 50, Followed(box, settled=False, number=3)) == [0, 1, 2, 3, 4]
    assert looks_at([BLANK] * 5, 50, Followed(box, settled=True, number=3)) == [0]
    assert looks_at([BLANK] * 5, 50, Followed(box, settled=True, number=3, is_new=True)) == [0]


def test_a_plate_that_went_its_own_width_is_looked_for() -> None:
    # Nine pixels a frame: it has gone its sixteen in two of them, and the picture a thirtieth of its width in three.
    pictures = [shown(300 - 9 * n, 180) for n in range(7)]
    assert looks_at(pictures, 1000) == [0, 3, 6]
    small = Followed(Box(300, 160, 316, 168), settled=False, number=3)
    assert looks_at(pictures, 1000, small) == [0, 2, 3, 4, 5, 6]


def test_the_vehicle_stands_once_nothing_moved_for_a_fifth_of_a_second() -> None:
    attention, drives = MovingAttention(0.4, 2.0), []
    for number, image in enumerate([shown(300, 180)] * 5 + [shown(280, 180)] * 2):
        frame = Frame("car", "a.mp4", number, START + timedelta(seconds=number / 10), image)
        attention.consider(frame, [])
        attention.looked(frame, [])
        drives.append(attention.drives)
    assert drives == [True, True, True, False, False, True, True]


@pytest.mark.parametrize(
    ("moved", "interval", "drives"),
    [
        # Widths of the picture in a fifteenth of a second; in less time less, and never less than a quarter of that.
        *((0.0012, 1 / 15, False), (0.00121, 1 / 15, True), (0.0012, 1.0, False), (0.00121, 1.0, True)),
        *((0.00059, 1 / 30, False), (0.00061, 1 / 30, True), (0.0003, 0.0, False), (0.00031, 0.0, True)),
    ],
)
def test_how_far_points_have_to_move(moved: float, interval: float, *, drives: bool) -> None:
    assert is_driving(np.full(12, moved, np.float64), timedelta(seconds=interval)) is drives  # type: ignore[arg-type]
    assert not is_driving(np.full(11, moved, np.float32), timedelta(seconds=interval))


def test_how_far_a_picture_moved_is_that_of_its_faster_parts() -> None:
    assert fastest(np.arange(101, dtype=np.float32) / 100) == pytest.approx(0.9)
    assert fastest(np.ones(12, np.float32)) == 1.0
    assert fastest(np.ones(11, np.float32)) == 0.0


@pytest.mark.parametrize(("text", "may"), [("ABC12", True), ("ABC123", False), ("", True), ("ABC-12", True)])
def test_a_text_of_less_than_six_characters_may_be_part_of_one(text: str, *, may: bool) -> None:
    assert may_be_part(FusedRead(text, 0.99, ())) is may
