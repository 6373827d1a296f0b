"""Plates that the detector sees only faintly: their reading decides, and nothing else changes for them."""

from __future__ import annotations

import dataclasses

import pytest

from recognition.reading.calibration import Presence, ReaderCalibration
from recognition.reads import Origin
from recognition.results import VehiclePass
from recognition.session import RecognitionSession
from recognition.tracking.faint import FIRST_NUMBER
from schemas.settings import TrackingSettings
from schemas.types import Box, Image, PlateDetection, ReaderVersion
from tests.unit.recognition.test_session import Plate, Scene, bright, seconds

LIMIT = 0.22
PRESENCE = Presence(intercept=1.66, detection=1.11, reading=0.22, letters=-2.3)
JUDGES = ReaderCalibration(presence=PRESENCE)


class FaintPlate(Plate):
    """A plate that the detector sees with confidences of its own: one for all frames, or one per frame from `start`."""

    detected: tuple[float, ...] = (0.15,)

    def confidence(self, number: int) -> float:
        return self.detected[min(number - self.start, len(self.detected) - 1)]


def faint(
    texts: str, start: int, end: int, *detected: float, at: tuple[float, float] = (100, 100), **more: float
) -> Plate:
    plate = FaintPlate(texts, start, end, at, **{"step": (5, 0), "sure": 0.999, **more})  # type: ignore[arg-type]
    plate.detected = detected or FaintPlate.detected
    return plate


class FaintScene(Scene):
    """Scene whose plates may be faint."""

    calibration = JUDGES

    def detect(self, image: Image, region: Box | None = None) -> list[PlateDetection]:
        number = int(image[0, 0, 0]) + 256 * int(image[0, 0, 1])
        return [
            PlateDetection(box, plate.confidence(number) if isinstance(plate, FaintPlate) else 0.9)
            for plate in self.plates
            if (box := plate.box(number)) is not None
        ]

    def session(self, **settings: float) -> RecognitionSession:
        origin = Origin("gate", "pd", "a.mp4", ReaderVersion("platewatch", "test"))
        limits = TrackingSettings(**{"detect_every": 1, "motion_gate": False, **settings})  # type: ignore[arg-type]
        return RecognitionSession(
            limits,
            self.detect,
            self,
            origin,
            calibration=self.calibration,
            sure_above=LIMIT,  # type: ignore[arg-type]
        )


def texts(passes: list[VehiclePass]) -> list[str]:
    return [vehicle.read.plate for vehicle in passes]


def test_a_plate_that_is_only_faintly_seen_but_surely_read_is_one_pass() -> None:
    (vehicle,), stats = FaintScene(faint("ABC1234", 5, 25)).play(80)
    read = vehicle.read
    assert (read.plate, read.frame_count, read.track_number) == ("ABC1234", 20, FIRST_NUMBER)
    assert (seconds(read.first_seen), seconds(read.last_seen)) == (0.5, 2.4)
    # No surer than the chance that it is a plate at all.
    assert 0.5 <= read.confidence <= PRESENCE.probability("ABC1234", 0.999, 0.15)
    assert (stats.reads, stats.detections) == (1, 0)


@pytest.mark.parametrize(
    "plate",
    [
        faint("SPEEDLIM", 5, 25),
        faint("ABC1234", 5, 25, 0.03),
        faint("ABC1234", 5, 25, sure=0.7),
        faint("A", 5, 25),
        faint("ABC1234", 5, 6),
        faint("ABC1234", 5, 25, width=20),
    ],
    ids=["a sign without a digit", "too faint", "unsure", "one character", "seen once", "too narrow"],
)
def test_what_does_not_read_as_a_plate_stays_silent(plate: Plate) -> None:
    passes, stats = FaintScene(plate).play(80)
    assert passes == []
    assert stats.reads == 0


def test_a_reader_that_cannot_tell_plates_from_signs_is_not_asked() -> None:
    scene = FaintScene(faint("ABC1234", 5, 25))
    scene.calibration = ReaderCalibration()
    assert scene.play(80)[0] == []


def test_a_vehicle_that_is_seen_faintly_first_is_the_same_read_as_without() -> None:
    seen = (0.1, 0.15, 0.2, *[0.9] * 12, 0.2, 0.1)
    (vehicle,), _ = FaintScene(faint("ABC1234", 5, 22, *seen)).play(80)
    (without,), _ = FaintScene(Plate("ABC1234", 8, 20, at=(115, 100), sure=0.999)).play(80)
    differing = {"captured_at", "confidence", "characters", "box"}
    assert vehicle.read.track_number == 1
    assert vehicle.read.read_id == without.read.read_id
    for field in dataclasses.fields(vehicle.read):
        if field.name not in differing:
            assert getattr(vehicle.read, field.name) == getattr(without.read, field.name), field.name


def test_the_first_faint_look_counts_where_a_plate_is_seen_surely_only_once() -> None:
    (vehicle,), _ = FaintScene(faint("ABC1234", 5, 7, 0.15, 0.6)).play(80)
    assert (vehicle.read.plate, vehicle.read.frame_count, seconds(vehicle.read.first_seen)) == ("ABC1234", 2, 0.5)
    (vehicle,), _ = FaintScene(faint("ABC1234", 5, 7, 0.6, 0.15)).play(80)
    assert (vehicle.read.plate, vehicle.read.frame_count) == ("ABC1234", 2)
    passes, stats = FaintScene(faint("SPEEDLIM", 5, 7, 0.15, 0.6)).play(80)
    assert (passes, stats.too_few_frames) == ([], 1)


def test_other_vehicles_keep_their_reads_whatever_is_faintly_seen_beside_them() -> None:
    others = (Plate("ABC1234", 10, 30, at=(100, 100)), Plate("XYZ9876", 40, 60, at=(500, 300)))
    alone, _ = FaintScene(*others).play(120)
    both, _ = FaintScene(*others, faint("KLM4567", 0, 30, at=(800, 300))).play(120)
    assert sorted(texts(both)) == ["ABC1234", "KLM4567", "XYZ9876"]
    assert [v.read for v in both if v.read.plate != "KLM4567"] == [v.read for v in alone]


def test_lettering_on_a_vehicle_whose_plate_is_seen_is_no_plate() -> None:
    scene = FaintScene(Plate("ABC1234", 5, 25), faint("TAXI5421", 5, 25, at=(180, 60)))
    assert texts(scene.play(80)[0]) == ["ABC1234"]
    # Nor where it is seen before the plate is.
    scene = FaintScene(Plate("ABC1234", 15, 35, at=(150, 100)), faint("TAXI5421", 5, 25, at=(130, 60)))
    assert texts(scene.play(80)[0]) == ["ABC1234"]


def test_one_plate_seen_in_two_ways_is_one_pass() -> None:
    # Faintly, gone for a moment, and surely at another place; then the other way round.
    for first, second in (((0.15,), (0.9,)), ((0.9,), (0.15,)), ((0.15,), (0.15,))):
        scene = FaintScene(
            faint("ABC1234", 0, 10, *first, step=(30, 0)),
            faint("ABC1234", 24, 34, *second, at=(700, 300), step=(-5, 0)),
        )
        assert texts(scene.play(120)[0]) == ["ABC1234"]


def test_a_plate_that_is_faintly_seen_long_after_it_was_surely_seen_is_one_pass() -> None:
    scene = FaintScene(
        faint("ABC1234", 0, 10, 0.9, step=(30, 0)), faint("ABC1234", 24, 120, at=(700, 300), step=(-1, 0))
    )
    assert texts(scene.play(200)[0]) == ["ABC1234"]


def test_a_sure_sighting_counts_with_a_faint_one_though_others_are_seen_meanwhile() -> None:
    scene = FaintScene(faint("ABC1234", 5, 7, 0.15, 0.6), Plate("XYZ9876", 0, 60, at=(600, 300)))
    assert sorted(texts(scene.play(120)[0])) == ["ABC1234", "XYZ9876"]


def test_a_parked_faint_plate_is_reported_once_while_it_stays() -> None:
    session = FaintScene(faint("ABC1234", 0, 700, step=(0, 0)))
    passes, _ = session.play(760)
    assert texts(passes) == ["ABC1234"]


@pytest.mark.parametrize("gap", [1.5, 5.0])
def test_a_faint_plate_that_stands_in_frames_far_apart_is_one_read(gap: float) -> None:
    scene = FaintScene(faint("ABC1234", 0, 12, step=(0, 0)), rate=1 / gap)
    assert texts(scene.play(20)[0]) == ["ABC1234"]


def test_no_look_is_taken_for_what_is_faintly_seen() -> None:
    scene = FaintScene(faint("ABC1234", 0, 100, step=(1, 0)))
    dark = FaintScene(faint("ABC1234", 0, 100, step=(1, 0)))
    dark.calibration = ReaderCalibration()

    def looks(of: Scene) -> int:
        session = of.session(motion_gate=True)
        for number in range(120):
            session.process(bright(of, number))
        session.finish()
        return session.stats.looks

    assert looks(scene) == looks(dark)


def test_noise_is_bounded() -> None:
    noise = [faint(f"ABC{1000 + n}", 0, 60, at=(10 + 110 * (n % 10), 20 + 60 * (n // 10))) for n in range(40)]
    session = FaintScene(*noise).session()
    scene = FaintScene(*noise)
    for number in range(60):
        session.process(scene.frame(number))
    assert len(session._faint._active) <= 8
