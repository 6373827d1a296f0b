"""A sure text is handed on while its vehicle is in view, and finished under the same id."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from recognition.reading.readings import result_from
from recognition.results import VehiclePass
from recognition.session import RecognitionSession
from recognition.tracking.early import claim_early
from recognition.tracking.track import Track
from schemas.settings import TrackingSettings
from schemas.types import PlateDetection, PlateRead
from tests.unit.recognition.test_session import ALPHABET, Plate, Scene, bright, watch


def early(scene: Scene, frames: int) -> tuple[list[VehiclePass], RecognitionSession]:
    """Play a scene with the motion gate and early reads."""
    session = scene.session(motion_gate=True)
    session = RecognitionSession(
        TrackingSettings(detect_every=1),
        scene.detect,
        scene,  # type: ignore[arg-type]
        session._passes._origin,
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


def test_a_text_that_another_reading_disputes_is_not_reported_early() -> None:
    disputed = Scene(Plate(["ABC1234", "ABC1234", "ABC1234", "A8C1234"], 5, 60, sure=0.9999))
    passes, session = early(disputed, 120)
    assert [vehicle.read.is_final for vehicle in passes] == [True]
    assert (session.stats.reads, session.stats.early) == (1, 0)


def test_what_was_misread_far_away_does_not_dispute_what_is_read_nearby() -> None:
    track = Track(1, bright(scene(), 5), PlateDetection(Plate("A", 5, 6, width=60).box(5), 0.9), 0.99)  # type: ignore[arg-type]
    for number in range(6, 10):
        track.add(bright(scene(), number), PlateDetection(Plate("A", 5, 60, width=60).box(number), 0.9))  # type: ignore[arg-type]
    for observation, text in zip(track.observations, ("ABC1234",) * 4 + ("A8C1234",), strict=True):
        probabilities = np.full((9, 37), 0.0001 / 36, np.float32)
        for slot, character in enumerate(text.ljust(9, "_")):
            probabilities[slot, ALPHABET.index(character)] = 0.9999
        track.take_reading(observation, result_from(probabilities, ALPHABET, "_"))
    assert not track.undisputed
    track.observations[-1].quality = 0.4 * track.observations[2].quality
    assert track.undisputed


def test_what_resembles_a_reported_plate_waits_until_that_pass_is_finished() -> None:
    far = Scene(Plate("ABC1234", 5, 25, sure=0.9999), Plate("A8C1Z34", 37, 70, at=(800, 300), sure=0.9999))
    told = [(vehicle.read.plate, vehicle.read.is_final) for vehicle in early(far, 130)[0]]
    assert told == [("ABC1234", False), ("ABC1234", True), ("A8C1Z34", False), ("A8C1Z34", True)]


def test_pieces_that_a_third_one_links_are_reported_early_once() -> None:
    linked = Scene(
        Plate("ABC1234", 5, 25, sure=0.9999),
        Plate("ABC1234", 35, 60, at=(100, 200), sure=0.9999),
        Plate("ABC1234", 52, 80, at=(100, 300), sure=0.9999),
    )
    passes, _ = early(linked, 150)
    assert [vehicle.read.is_final for vehicle in passes] == [False, True]


def test_no_two_passes_share_an_id_where_an_early_report_took_the_wrong_one() -> None:
    places = (100, 100), (200, 100)
    plates = [Plate("ABC1234", 5, 40, at=at, sure=0.9999) for at in places]
    clip = Scene(*plates)
    pieces = []
    for number, plate in enumerate(plates, start=1):
        track = Track(number, bright(clip, 5), PlateDetection(plate.box(5), 0.9), 0.99)  # type: ignore[arg-type]
        for frame in range(6, 10):
            track.add(bright(clip, frame), PlateDetection(plate.box(frame), 0.9))  # type: ignore[arg-type]
        track.read(clip)  # type: ignore[arg-type]
        pieces.append(track)
    first, second = pieces
    assert claim_early(second, [first], [], timedelta(seconds=2))
    assert second.own_identity == (1, first.first_seen)
    # More of them is read, and they turn out to be two vehicles.
    assert first.own_identity != second.own_identity
    assert not claim_early(first, [], [second], timedelta(seconds=2))
    # Or they are one after all.
    second.absorb(first)
    assert second.own_identity == (1, first.first_seen)
    assert second.orphans == []


def random_scene(seed: int) -> Scene:
    """Plates that come and go, are hidden, misread for a while, followed by look-alikes or doubled."""
    chance = random.Random(seed)
    texts = ["ABC1234", "A8C1234", "XYZ9876", "HJR6142", "HJR61Z2", "KLM555"]
    plates = []
    for lane in range(4):
        begin = chance.randint(0, 60)
        while begin < 120:
            text = chance.choice(texts)
            shown = chance.choice([[text], [text], [text] * 4 + [chance.choice(texts)], [text[1:], text, text, text]])
            end = begin + chance.randint(3, 50)
            hole = chance.randint(begin, end)
            plates.append(
                Plate(
                    shown,
                    begin,
                    end,
                    at=(chance.randint(10, 400), 70 + 80 * lane),
                    step=(chance.choice([0, 4, 13]), 0),
                    sure=chance.choice([0.9999, 0.9999, 0.97, 0.6]),
                    hidden=range(hole, hole + chance.choice([0, 8, 15, 25])),
                )
            )
            begin = end + chance.randint(1, 40)
    return Scene(*plates)


@pytest.mark.parametrize("seed", range(10, 20))
def test_early_reads_change_nothing_of_what_is_read_and_are_all_finished_once(seed: int) -> None:
    passes, _ = early(random_scene(seed), 190)
    plain, _ = watch(random_scene(seed), 190)
    finished = [vehicle.read for vehicle in passes if vehicle.read.is_final]
    assert [without_id(read) for read in finished] == [without_id(vehicle.read) for vehicle in plain]
    assert Counter(read.read_id for read in finished).most_common(1)[0][1] == 1
    first = [vehicle.read.read_id for vehicle in passes if not vehicle.read.is_final]
    assert len(set(first)) == len(first)
    assert set(first) <= {read.read_id for read in finished}


def without_id(read: PlateRead) -> PlateRead:
    return dataclasses.replace(read, read_id=UUID(int=0))
