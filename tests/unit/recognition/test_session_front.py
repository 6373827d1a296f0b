"""Two plates in one place: one is mounted over the other, and the front one is read, once."""

from __future__ import annotations

import pytest

from tests.unit.recognition.test_session import Plate, Scene


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("ends", [30, 22, 40])
def test_of_two_plates_over_one_another_the_front_one_is_read_once(order: int, ends: int) -> None:
    front = Plate("ABC1234", 5, 30, at=(100, 100))
    behind = Plate("KLM98", 5, ends, at=(100, 112), sure=0.7)
    passes, stats = Scene(*[behind, front][::order]).play(80)
    assert [vehicle.read.plate for vehicle in passes] == ["ABC1234"]
    assert stats.behind_others == 1


def test_of_a_plate_in_a_dealers_frame_the_plate_is_read_once() -> None:
    plate = Plate("ABC1234", 5, 30, at=(110, 104), width=48)
    frame = Plate("SMITHFORD", 5, 30, at=(100, 100), sure=0.7)
    assert [vehicle.read.plate for vehicle in Scene(frame, plate).play(80)[0]] == ["ABC1234"]


def test_a_parked_vehicle_with_a_second_box_that_comes_and_goes_is_one_read() -> None:
    hidden = [n for n in range(600) if n % 50 > 30]
    behind = Plate("KLM98", 0, 600, at=(100, 112), step=(0, 0), sure=0.7)
    behind.hidden = hidden  # type: ignore[assignment]
    scene = Scene(Plate("ABC1234", 0, 600, at=(100, 100), step=(0, 0)), behind)
    assert [vehicle.read.plate for vehicle in scene.play(700)[0]] == ["ABC1234"]


def test_vehicles_that_pass_one_another_are_both_read() -> None:
    scene = Scene(
        Plate("ABC1234", 0, 40, at=(100, 100), step=(10, 0)), Plate("XYZ9876", 0, 40, at=(500, 113), step=(-10, 0))
    )
    assert sorted(vehicle.read.plate for vehicle in scene.play(80)[0]) == ["ABC1234", "XYZ9876"]
