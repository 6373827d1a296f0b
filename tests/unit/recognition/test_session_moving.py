"""What is told of vehicles from a driving car: what is hidden and seen again, what leaves, what is half hidden."""

from __future__ import annotations

import dataclasses

import pytest

from recognition.results import VehiclePass
from recognition.session import RecognitionSession
from schemas.settings import TrackingSettings
from tests.unit.recognition.test_session import RATE, Plate, Scene, bright
from tests.unit.recognition.test_session_faint import JUDGES, LIMIT, FaintScene, faint

EDGE = 1200.0
"""Pixels from the left at which the scene's picture ends."""


def drive(scene: Scene, frames: int, *, moves: bool = True, gate: bool = True) -> list[VehiclePass]:
    """Play a scene as a car's camera sees it, with early reads."""
    session = RecognitionSession(
        TrackingSettings(detect_every=1, motion_gate=gate),
        scene.detect,
        scene,  # type: ignore[arg-type]
        scene.session()._passes._origin,
        calibration=JUDGES if isinstance(scene, FaintScene) else None,
        sure_above=LIMIT if isinstance(scene, FaintScene) else 0.0,
        reports_early=True,
        moves=moves,
    )
    passes = [vehicle for number in range(frames) for vehicle in session.process(bright(scene, number))]
    return [*passes, *session.finish()]


def told(passes: list[VehiclePass]) -> list[tuple[str, bool]]:
    return [(vehicle.read.plate, vehicle.read.is_final) for vehicle in passes]


def ahead(hidden: float, *, frames: int = 40, step: float = 0.0, text: str = "ABC1234") -> Scene:
    """A vehicle that is seen, hidden for some seconds, and seen again."""
    until = frames + round(hidden * RATE)
    return Scene(Plate(text, 0, until + frames, (400, 100), (step, 0), sure=0.9999, hidden=range(frames, until)))


@pytest.mark.parametrize("hidden", [1.5, 3.5, 6.0, 9.5])
def test_a_vehicle_that_another_hides_for_some_seconds_is_one_pass(hidden: float) -> None:
    scene = ahead(hidden, step=2.0)
    frames = 140 + round(hidden * RATE)
    assert told(drive(scene, frames)) == [("ABC1234", False), ("ABC1234", True)]
    if hidden > 2.5:  # for a fixed camera it has come again
        assert len([one for one in drive(scene, frames, moves=False) if one.read.is_final]) == 2


def test_what_is_hidden_for_longer_is_the_same_where_it_is_still_there() -> None:
    assert told(drive(ahead(20.0), 340)) == [("ABC1234", False), ("ABC1234", True)]
    assert len({one.read.read_id for one in drive(ahead(31.0), 450)}) == 2
    elsewhere = Scene(Plate("ABC1234", 0, 40, step=(0, 0)), Plate("ABC1234", 240, 280, at=(900, 300), step=(0, 0)))
    assert len({one.read.read_id for one in drive(elsewhere, 340)}) == 2


def test_a_vehicle_that_is_hidden_again_and_again_is_one_pass() -> None:
    """Each time counts from the last one, also after it was reported for being there so long."""
    hidden = [number for start in (60, 200, 400) for number in range(start, start + 60)]
    plate = Plate("ABC1234", 0, 500, (400, 100), (0, 0), sure=0.9999)
    plate.hidden = hidden  # type: ignore[assignment]
    assert len({one.read.read_id for one in drive(Scene(plate), 560)}) == 1


def test_a_text_that_may_be_half_a_plate_waits_until_its_pass_is_over() -> None:
    assert told(drive(ahead(0.0, text="YVS69"), 160)) == [("YVS69", True)]
    assert told(drive(ahead(0.0, text="YVS69"), 160, moves=False)) == [("YVS69", False), ("YVS69", True)]
    assert told(drive(ahead(0.0, text="YVS692"), 160)) == [("YVS692", False), ("YVS692", True)]


def test_a_short_text_that_was_never_seen_clearly_is_no_read() -> None:
    assert told(drive(FaintScene(faint("YVS69", 5, 25)), 80)) == []
    assert [plate for plate, _ in told(drive(FaintScene(faint("YVS692", 5, 25)), 80))] == ["YVS692"]
    assert [plate for plate, _ in told(drive(FaintScene(faint("YVS69", 5, 25)), 80, moves=False))] == ["YVS69"]


@pytest.mark.parametrize("to_the_right", [True, False])
def test_what_the_pictures_edge_cuts_off_is_not_read(*, to_the_right: bool) -> None:
    """Two looks at the whole plate, and many at what is left of it while the car waits beside it."""
    at, step = ((EDGE - 90, 100), (20, 0)) if to_the_right else ((30, 100), (-20, 0))
    leaving = Plate(["ABC1234", "ABC1234"], 0, 2, at, step, sure=0.99)
    edge = (EDGE - 40, 100) if to_the_right else (-18, 100)
    left_over = Plate("ABC1" if to_the_right else "1234", 2, 9, edge, (0, 0), sure=0.999)
    for gate in (True, False):
        passes = drive(Scene(leaving, left_over), 60, gate=gate)
        assert [vehicle.read.plate for vehicle in passes if vehicle.read.is_final] == ["ABC1234"]


def test_the_next_car_of_a_row_is_not_taken_for_the_one_that_left_the_picture_where_it_stands() -> None:
    """The first is cut off at the edge when the second comes to where it was read a moment before."""
    row = [
        Plate(f"{text}1234", 7 * n, 7 * n + 6, at=(EDGE - 270, 100), step=(45, 0))
        for n, text in enumerate(("ABC", "XYZ"))
    ]
    passes = drive(Scene(*row), 60)
    final = [vehicle.read for vehicle in passes if vehicle.read.is_final]
    assert [read.plate for read in final] == ["ABC1234", "XYZ1234"]
    assert final[0].last_seen < final[1].first_seen


def test_what_comes_to_the_place_of_a_hidden_plate_half_a_second_later_is_another() -> None:
    scene = Scene(
        Plate("ABC1234", 0, 6, at=(600, 100), step=(0, 0)), Plate("XYZ9876", 12, 18, at=(600, 100), step=(0, 0))
    )
    texts = [vehicle.read.plate for vehicle in drive(scene, 60) if vehicle.read.is_final]
    assert texts == ["ABC1234", "XYZ9876"]


def test_the_same_drive_makes_the_same_reads() -> None:
    first, again = (drive(ahead(4.0, step=2.0), 180) for _ in range(2))
    assert [vehicle.read for vehicle in first] == [vehicle.read for vehicle in again]
    assert [dataclasses.asdict(vehicle.read) for vehicle in first]


def test_what_another_car_leaves_to_be_seen_of_a_plate_is_no_read() -> None:
    """The detector is less sure of half a plate than of a whole one, the reader is not."""
    half = faint("7281", 0, 20, 0.35)
    assert told(drive(FaintScene(half), 80)) == []
    assert told(drive(FaintScene(faint("7281", 0, 20, 0.6)), 80)) == [("7281", True)]
    assert ("7281", True) in told(drive(FaintScene(half), 80, moves=False))


def test_a_plate_that_leaves_the_picture_is_seen_until_it_is_cut_off() -> None:
    """And what is cut off from its first sighting on is followed by nobody."""
    leaving = Plate("ABC1234", 0, 8, (EDGE - 180, 100), (20, 0), sure=0.999)
    comes_cut = Plate("XYZ9876", 0, 3, (-20, 300), (0, 0), sure=0.999)
    (vehicle,) = [one for one in drive(Scene(leaving, comes_cut), 60, gate=False) if one.read.is_final]
    # Its right edge reaches the picture's in the sixth frame after the first.
    assert (vehicle.read.plate, vehicle.read.frame_count) == ("ABC1234", 6)
    assert (vehicle.read.last_seen - vehicle.read.first_seen).total_seconds() == pytest.approx(0.7)
    assert vehicle.read.box is not None
    assert vehicle.read.box.x2 < EDGE - 2


def test_a_faint_plate_that_the_edge_cuts_off_is_none_from_a_driving_car() -> None:
    cut = faint("ABC1234", 5, 25, 0.15, at=(1, 100), step=(0, 0))
    assert told(drive(FaintScene(cut), 80)) == []
    assert [text for text, _ in told(drive(FaintScene(cut), 80, moves=False))] == ["ABC1234"]


@pytest.mark.parametrize(("rate", "pieces"), [(10, 2), (8, 1)])
def test_where_frames_are_rare_a_plate_is_followed_over_longer_gaps(rate: float, pieces: int) -> None:
    """While the vehicle drives, one that was not seen for .4 s is over; between slow frames nothing is so soon."""
    scene = Scene(Plate("ABC1234", 0, 12, (400, 100), (0, 0), hidden=range(4, 9)), rate=rate)
    session = scene.session(moves=True, motion_gate=True)
    for number in range(12):
        session.process(scene.frame(number))
    assert len({*session._active, *(one.number for one in session._passes.ended)}) == pieces
