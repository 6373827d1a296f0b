"""What is read from a driving car: every plate that a person could read, once, with its text."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from recognition.recognizer import Recognizer
from recognition.results import RecognitionStats
from rendering.street.filming import SeenPlate, film, readable
from rendering.street.scenes import SceneName, StreetScene, street_scene
from schemas.plates import canonical_plate
from schemas.settings import RecognitionSettings
from schemas.types import Frame, PlateRead

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SIZE = (960, 540)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(RecognitionSettings(threads=1))


class Ride:
    """A filmed drive, read as a camera on a vehicle is, with the truth about it."""

    def __init__(self, scene: StreetScene, recognizer: Recognizer) -> None:
        session = recognizer.session("car", "pd", "ride", reports_early=True, moves=True)
        self.truth: list[tuple[SeenPlate, ...]] = []
        passes = []
        for number, frame in enumerate(film(scene)):
            self.truth.append(frame.plates)
            moment = START + timedelta(seconds=number / scene.fps)
            passes += session.process(Frame("car", "ride", number, moment, frame.image))
        passes += session.finish()
        self.reads: list[PlateRead] = [one.read for one in passes]
        self.stats: RecognitionStats = session.stats
        self.texts = {n: canonical_plate(one.look.serial) for n, one in enumerate(scene.vehicles, start=1)}

    @property
    def passes(self) -> Counter[str]:
        return Counter(canonical_plate(read.plate) for read in self.reads if read.is_final and read.confidence >= 0.8)

    def could_be_read(self, frames: int) -> set[str]:
        return {self.texts[number] for number in readable(self.truth, frames)}


def scene(name: SceneName, seconds: float, seed: int = 1) -> StreetScene:
    return street_scene(name, seed, size=SIZE, fps=15, seconds=seconds)


def test_cars_parked_side_by_side_are_read_once_each(recognizer: Recognizer) -> None:
    """The camera passes one car every three or four frames: the next stands where the one before was."""
    ride = Ride(scene("lot", 4.0), recognizer)
    expected = ride.could_be_read(3)
    assert len(expected) >= 5
    assert expected <= ride.passes.keys() <= set(ride.texts.values())
    assert set(ride.passes.values()) == {1}
    early = {read.read_id: read for read in ride.reads if not read.is_final}
    final = {read.read_id: read for read in ride.reads if read.is_final}
    assert early.keys() <= final.keys()
    assert all(read.plate == final[read_id].plate for read_id, read in early.items())


def test_a_vehicle_ahead_is_one_pass_from_driving_to_standing(recognizer: Recognizer) -> None:
    ride = Ride(scene("follow", 6.0), recognizer)
    leader = ride.texts[1]
    assert ride.passes[leader] == 1
    (read,) = [one for one in ride.reads if one.is_final and canonical_plate(one.plate) == leader]
    assert (read.last_seen - read.first_seen).total_seconds() > 5.0
    assert ride.passes.keys() <= set(ride.texts.values())
    assert max(ride.passes.values()) == 1
    # While both stand, the pictures are compared as those of any camera are.
    assert ride.stats.looks < ride.stats.frames
