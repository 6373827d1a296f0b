"""Which frames are looked at: what moves and is not known at once, what is known now and then, the rest rarely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recognition.tracking.attention import Attention, Followed, Look
from schemas.types import Box, Frame, Image

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
RATE = 10
RELAXED, FORCED = 0.4, 2.0
CAR = 160


def picture(*cars: tuple[int, int], clock: int | None = None) -> Image:
    """A road with cars at some places, and a clock in the corner of the picture."""
    image = np.full((720, 1280, 3), 90, np.uint8)
    for x, y in cars:
        image[y : y + 100, x : x + CAR] = 200
    if clock is not None:
        image[8:56, 1080:1272] = 255 if clock % 2 else 0
    return image


def plate_of(x: int, y: int) -> Box:
    """Where a car carries its plate."""
    return Box(x + 60, y + 70, x + 100, y + 90)


def watch(
    pictures: Sequence[Image],
    followed: Callable[[int], list[Followed]] = lambda _: [],
    found: Callable[[int], list[Box]] = lambda _: [],
) -> dict[int, Look]:
    """Show pictures one after the other; return the looks by frame number."""
    attention = Attention(RELAXED, FORCED)
    looks = {}
    for number, image in enumerate(pictures):
        frame = Frame("gate", "a.mp4", number, START + timedelta(seconds=number / RATE), image)
        look = attention.consider(frame, followed(number))
        if look is not None:
            looks[number] = look
            attention.looked(frame, found(number))
    return looks


def test_the_first_frame_is_looked_at_as_a_whole() -> None:
    # A plate that is in view when the camera starts may never move.
    assert watch([picture((400, 300))])[0].region is None


def test_a_still_scene_is_looked_at_now_and_then_as_a_whole() -> None:
    looks = watch([picture((400, 300))] * 61)
    assert sorted(looks) == [0, 20, 40, 60]
    assert all(look.region is None for look in looks.values())


def test_a_car_that_appears_is_looked_at_at_once_and_where_it_is() -> None:
    looks = watch([picture()] * 5 + [picture((400, 300))])
    region = looks[5].region
    assert region is not None
    assert looks[5].covers(plate_of(400, 300))
    assert region.width < 400
    assert not looks[5].covers(plate_of(1000, 300))


def test_a_car_in_a_row_of_looks_without_a_plate_is_looked_at_less_often() -> None:
    looks = watch([picture((100 + 8 * n, 300)) for n in range(60)])
    busy = [number for number in looks if number < 10]
    later = [number for number in looks if 20 <= number < 60]
    assert len(busy) >= 4
    assert 8 <= len(later) <= 14


def test_a_plate_that_is_not_read_yet_is_looked_at_in_every_frame() -> None:
    looks = watch(
        [picture((100 + 8 * n, 300)) for n in range(30)],
        followed=lambda n: [Followed(plate_of(100 + 8 * (n - 1), 300), settled=False)],
        found=lambda n: [plate_of(100 + 8 * n, 300)],
    )
    assert len(looks) == 30


def test_a_plate_that_is_read_is_looked_at_now_and_then() -> None:
    looks = watch(
        [picture((100 + 8 * n, 300)) for n in range(41)],
        followed=lambda n: [Followed(plate_of(100 + 8 * n, 300), settled=True)],
        found=lambda n: [plate_of(100 + 8 * n, 300)],
    )
    assert 9 <= len(looks) <= 14


def test_a_second_car_is_seen_at_once_beside_one_that_is_read() -> None:
    def cars(number: int) -> list[tuple[int, int]]:
        return [(100 + 4 * number, 300), *([(900, 300)] if number >= 13 else [])]

    looks = watch(
        [picture(*cars(n)) for n in range(16)],
        followed=lambda n: [Followed(plate_of(100 + 4 * n, 300), settled=True)],
        found=lambda n: [plate_of(100 + 4 * n, 300)],
    )
    assert looks[13].covers(plate_of(900, 300))


def test_an_unread_plate_that_stands_still_gets_its_looks_now_and_then() -> None:
    looks = watch(
        [picture((400, 300))] * 21,
        followed=lambda n: [Followed(plate_of(400, 300), settled=False)] if n else [],
        found=lambda _: [plate_of(400, 300)],
    )
    assert sorted(looks) == [0, 4, 8, 12, 16, 20]
    assert looks[4].covers(plate_of(400, 300))


def test_a_clock_in_the_picture_soon_calls_for_no_look() -> None:
    looks = watch([picture(clock=n // RATE) for n in range(400)])
    late = [look for number, look in looks.items() if number >= 200]
    assert all(look.region is None for look in late)
    assert len(late) <= 11


def test_a_clock_does_not_hide_a_car() -> None:
    looks = watch([picture(clock=n // RATE) for n in range(300)] + [picture((400, 300), clock=30)])
    assert looks[300].covers(plate_of(400, 300))


def test_a_picture_of_another_size_is_looked_at_as_a_whole() -> None:
    looks = watch([picture()] * 3 + [picture()[:480, :640]] * 3)
    assert sorted(looks) == [0, 3]
    assert looks[3].region is None


def flicker(width: int, height: int, number: int) -> Image:
    """A part of the road, from a cell's corner on, that is bright in every second picture."""
    image = np.full((720, 1280, 3), 90, np.uint8)
    if number % 2:
        image[256 : 256 + height, 640 : 640 + width] = 200
    return image


def test_what_moves_in_vain_is_looked_at_ever_more_rarely() -> None:
    """Four cells: three times at once, then after .4 s each, as it differs from the last look in every second picture;
    after ten times only with all of the frame, every two seconds."""
    looks = watch([flicker(128, 128, n) for n in range(100)])
    assert sorted(looks) == [0, 1, 2, 3, 8, 13, 18, 20, 25, 30, 35, 40, 60, 80]
    whole = [number for number, look in looks.items() if look.region is None]
    assert whole == [0, 20, 40, 60, 80]
    # With a cell around it.
    assert {look.region for look in looks.values() if look.region} == {Box(576, 192, 832, 448)}


def test_what_is_too_small_for_a_vehicle_calls_for_no_look_at_once() -> None:
    looks = watch([flicker(64, 192, n) for n in range(80)])
    assert sorted(looks) == [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60]


def test_what_was_quiet_for_two_seconds_is_new_again() -> None:
    def looks(quiet: int) -> list[int]:
        busy = [flicker(128, 128, n) for n in range(9)]
        return sorted(watch([*busy, *[flicker(128, 128, 0)] * quiet, *(flicker(128, 128, n) for n in range(1, 6))]))

    # It last changed at 8, and was looked at in vain four times.
    assert [n for n in looks(19) if n > 20] == [28], "two seconds, and it has been new for no longer"
    assert [n for n in looks(20) if n > 20] == [29, 30, 31]


def test_around_an_unread_plate_its_vehicle_is_looked_at() -> None:
    for settled in (False, True):
        looks = watch(
            [picture((400, 300))] * 5,
            followed=lambda n, settled=settled: [Followed(Box(460, 370, 500, 390), settled=settled)] if n else [],  # type: ignore[misc]
        )
        assert sorted(looks) == ([0] if settled else [0, 4])
        if not settled:
            # Three widths to each side, five above and two below, in cells of 64 pixels and one more around.
            assert looks[4].region == Box(256, 64, 704, 576)


def test_what_a_known_plates_vehicle_covers_is_not_new() -> None:
    """The flickering part lies on it, above its plate; beside it, it would be looked at at once."""
    for x, at_once in ((680.0, False), (300.0, True)):
        looks = watch(
            [flicker(128, 128, n) for n in range(4)],
            followed=lambda n, x=x: [Followed(Box(x, 420, x + 40, 440), settled=True)] if n else [],  # type: ignore[misc]
        )
        assert sorted(looks) == ([0, 1, 2, 3] if at_once else [0])


def test_a_found_plate_makes_its_surroundings_worth_looks_again() -> None:
    plate = Box(680, 420, 720, 440)
    found = watch([flicker(128, 128, n) for n in range(12)], found=lambda _: [plate])
    assert sorted(found) == list(range(12))


def test_rare_frames_are_all_looked_at_as_a_whole() -> None:
    attention = Attention(RELAXED, FORCED)
    for number in range(3):
        frame = Frame("gate", "a.mp4", number, START + timedelta(seconds=0.1 * number), picture())
        assert attention.consider(frame, [], is_rare=True) == Look()
        attention.looked(frame, [])


def test_a_place_is_unchanged_where_nothing_of_it_moved_since_it_was_looked_at() -> None:
    attention = Attention(RELAXED, FORCED)
    states = []
    for number, image in enumerate((picture(), picture(), picture((640, 256)))):
        frame = Frame("gate", "a.mp4", number, START + timedelta(seconds=0.1 * number), image)
        if attention.consider(frame, []) is not None:
            attention.looked(frame, [])
        states.append([attention.unchanged(box, frame) for box in (Box(650, 300, 700, 320), Box(100, 300, 150, 320))])
    assert states == [[False, False], [True, True], [False, True]]


@pytest.mark.parametrize(
    ("box", "covered"),
    [
        *((Box(10, 20, 30, 40), True), (Box(9.9, 20, 30, 40), False), (Box(10, 19.9, 30, 40), False)),
        *((Box(10, 20, 30.1, 40), False), (Box(10, 20, 30, 40.1), False), (Box(15, 25, 20, 30), True)),
    ],
)
def test_a_look_covers_what_lies_in_its_region(box: Box, *, covered: bool) -> None:
    assert Look(Box(10, 20, 30, 40)).covers(box) is covered
    assert Look().covers(box)
