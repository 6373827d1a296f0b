"""A sure text is handed on while its vehicle is in view, and finished under the same id."""

from __future__ import annotations

from recognition.results import VehiclePass
from recognition.session import RecognitionSession
from schemas.settings import TrackingSettings
from tests.unit.recognition.test_session import Plate, Scene, bright, watch


def early(scene: Scene, frames: int) -> tuple[list[VehiclePass], RecognitionSession]:
    """Play a scene with the motion gate and early reads."""
    session = scene.session(motion_gate=True)
    session = RecognitionSession(
        TrackingSettings(detect_every=1),
        scene.detect,
        scene,  # type: ignore[arg-type]
        session._origin,
        reports_early=True,
    )
    passes = [vehicle for number in range(frames) for vehicle in session.process(bright(scene, number))]
    return [*passes, *session.finish()], session


def scene() -> Scene:
    return Scene(
        Plate("ABC1234", 5, 45, sure=0.9999),
        Plate("XYZ9876", 10, 60, at=(600, 300), sure=0.9999),
        Plate("HJR6142", 90, 115, sure=0.7),
    )


def test_a_sure_text_comes_once_while_in_view_and_is_finished_under_its_id() -> None:
    passes, session = early(scene(), 160)
    first = [vehicle.read for vehicle in passes if not vehicle.read.is_final]
    finished = {vehicle.read.read_id: vehicle.read for vehicle in passes if vehicle.read.is_final}
    assert sorted(read.plate for read in first) == ["ABC1234", "XYZ9876"]
    for read in first:
        assert read.plate == finished[read.read_id].plate
        assert read.last_seen < finished[read.read_id].last_seen
    assert session.stats.reads == len(finished) == 3


def test_finished_passes_are_as_they_are_without_early_reads() -> None:
    passes, _ = early(scene(), 160)
    plain, _ = watch(scene(), 160)
    assert [vehicle.read for vehicle in passes if vehicle.read.is_final] == [vehicle.read for vehicle in plain]


def test_a_vehicle_that_is_hidden_for_a_moment_is_reported_once() -> None:
    hidden = Scene(Plate("ABC1234", 5, 25, sure=0.9999), Plate("ABC1234", 37, 60, at=(350, 100), sure=0.9999))
    passes, _ = early(hidden, 120)
    assert [vehicle.read.is_final for vehicle in passes] == [False, True]
    assert len({vehicle.read.read_id for vehicle in passes}) == 1
