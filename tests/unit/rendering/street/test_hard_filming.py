"""Drives in bad conditions: what is drawn is what the truth says, whatever lens and weather it is seen through."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.street.filming import SeenPlate, StreetFrame, encounters, film
from rendering.street.lens import Lens
from rendering.street.scenes import Air, Filming, StreetScene, street_scene
from schemas.types import Box, Image

SMALL = (640, 360)


def scene(**filming: object) -> StreetScene:
    return street_scene("fleet", 1, size=SMALL, fps=5, seconds=4.0, filming=Filming(**filming))  # type: ignore[arg-type]


def first(found: StreetScene, frames: int = 2) -> list[StreetFrame]:
    return list(islice(film(found), frames))


def light(image: Image, box: Box) -> float:
    return float(image[int(box.y1) : int(box.y2) + 1, int(box.x1) : int(box.x2) + 1].mean())


@pytest.mark.parametrize("air", ["night", "rain", "flashing"])
def test_plates_are_where_they_are_by_day_and_all_else_looks_otherwise(air: Air) -> None:
    by_day, seen = first(scene())[1], first(scene(air=air))[1]
    assert seen.plates == by_day.plates
    assert float(np.abs(seen.image.astype(int) - by_day.image).mean()) > 8
    if air == "night":
        whole = [plate.box for plate in seen.plates if plate.share > 0.97 and plate.box.width > 22]
        assert whole
        assert float(seen.image.mean()) < 0.4 * float(by_day.image.mean())
        # Plates throw the camera's own light back.
        assert all(light(seen.image, box) > 2 * float(seen.image.mean()) for box in whole)


@given(st.floats(0.02, 0.3), st.floats(0, 640), st.floats(0, 360), st.floats(-20, 20))
def test_a_lens_puts_what_it_shows_where_it_says(barrel: float, x: float, y: float, skew: float) -> None:
    """A light at a place of the straight picture is where the truth puts it in the bent one."""
    lens = Lens(SMALL, barrel)
    ((column, row),) = lens.place(np.array([[x, y]]), skew)
    picture = np.zeros((360, 640, 3), np.uint8)
    left, top = int(max(x - 6, 0)), int(max(y - 6, 0))
    picture[top : int(y + 6), left : int(x + 6)] = 255
    bent = lens.bend(picture, skew)
    if 8 < column < 632 and 8 < row < 352 and 8 < x < 632 and 8 < y < 352:
        assert bent[int(row), int(column)].mean() > 128


def test_a_lens_leaves_the_middle_and_the_corners_where_they_are() -> None:
    places = np.array([[320.0, 180.0], [0.0, 0.0], [640.0, 360.0], [640.0, 180.0], [400.0, 180.0]])
    middle, corner, other, side, near = Lens(SMALL, 0.25).place(places)
    assert middle == pytest.approx([320, 180])
    assert corner == pytest.approx([0, 0], abs=1e-6)
    assert other == pytest.approx([640, 360], abs=1e-6)
    assert side[0] > 641  # what was at the side is outside,
    assert near[0] > 401  # and the middle larger


def test_frames_that_come_unevenly_show_what_there_is_when_they_come() -> None:
    even, uneven = scene().moments(), scene(uneven=0.8).moments()
    assert even == pytest.approx(np.arange(20) / 5)
    assert sorted(uneven) == uneven
    assert max(abs(a - b) for a, b in zip(even, uneven, strict=True)) > 0.04
    gaps = np.diff(uneven)
    assert gaps.max() > 1.2 / 5 > 0.8 / 5 > gaps.min()
    assert [plate.box for plate in first(scene())[1].plates] != [
        plate.box for plate in first(scene(uneven=0.8))[1].plates
    ]


def seen(share: float, width: float = 60.0) -> SeenPlate:
    return SeenPlate(1, Box(0, 0, width, width / 2), share, 0.0)


@pytest.mark.parametrize(
    ("shown", "times"),
    [
        ([1.0] * 4, 1),
        ([1.0] + [0.0] * 3, 0),  # it can be read once
        ([1.0] * 4 + [0.0] * 30 + [1.0] * 4, 1),  # hidden, but in its place
        ([1.0] * 4 + [None] * 9 + [1.0] * 4, 1),  # away for less than ten seconds
        ([1.0] * 4 + [None] * 10 + [1.0] * 4, 2),
        ([1.0] * 4 + [None] * 10 + [1.0], 1),
    ],
)
def test_a_vehicle_is_met_again_once_it_was_away(shown: list[float | None], times: int) -> None:
    """One frame a second; None: out of the picture."""
    truth = [() if share is None else (seen(share),) for share in shown]
    assert encounters(truth, [float(second) for second in range(len(truth))]).get(1, 0) == times


def test_varied_drives_differ_in_plates_cameras_and_air() -> None:
    drives = [street_scene("follow", seed, seconds=4.0, varied=True) for seed in range(1, 13)]
    assert len({one.filming.air for one in drives}) >= 3
    assert len({one.filming.barrel for one in drives}) >= 2
    looks = [vehicle.look for one in drives for vehicle in one.vehicles]
    assert len({look.jurisdiction for look in looks}) > 20
    assert max(look.plate_meters for look in looks) > 1.3 * min(look.plate_meters for look in looks)
    assert {vehicle.look.plate_meters for vehicle in street_scene("follow", 1, seconds=4.0).vehicles} == {0.42}


def test_behind_one_vehicle_another_hides_it_for_seconds() -> None:
    drive = street_scene("tail", 1, size=SMALL, fps=3, seconds=12.0)
    shown = "".join("s" if plate.share > 0.5 else "h" for f in film(drive) for plate in f.plates if plate.number == 1)
    assert len(shown) == 36  # its place never leaves the picture
    hidden = [len(run) for run in shown.split("s") if run]
    assert hidden
    assert 6 <= max(hidden) <= 20
    assert shown.startswith("ss")
    assert shown.endswith("ss")


def test_half_a_turn_leads_back() -> None:
    drive = street_scene("uturn", 1, seconds=14.0)
    start, end = (drive.carrier.way.at(drive.carrier.course.at(second)) for second in (0.0, 13.0))
    assert end.heading == pytest.approx(start.heading - np.pi)
    assert end.x < start.x - 5
    assert drive.carrier.way.at(drive.carrier.course.at(12.0)).z > end.z
