"""What tracks become: passes with all that is known of them, early and finished, each once, and what is counted."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from recognition.passes import Passes
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.fusion import FusedRead
from recognition.reads import Origin
from recognition.results import VehiclePass
from recognition.states.reader import StateRead
from recognition.tracking.faint import FIRST_NUMBER, FaintTracks
from recognition.tracking.pace import Pace
from recognition.tracking.track import Track
from schemas.ids import read_id
from schemas.settings import TrackingSettings
from schemas.types import Box, Image, PlateDetection, PlateRead, ReaderVersion
from tests.unit.recognition.tracking.samples import Shades, at, box, frame, track

READER = ReaderVersion("platewatch", "a+b")
ORIGIN = Origin("gate", "pd", "a.mp4", READER)
SETTINGS = TrackingSettings(min_frames=3, min_confidence=0.5, max_gap_seconds=1.0)
TEXTS: dict[int, str | tuple[str, float]] = {
    1: "ABC1234",
    2: "XYZ9876",
    3: "A",
    4: ("HJR6142", 0.9),
    5: "KLM45",
    6: "ABC1235",
    7: ("ABC123", 0.98),
}


class Told:
    """Passes of tracks that are made by hand."""

    def __init__(self, *, interval: float = 0.1, settings: TrackingSettings = SETTINGS, **more: Any) -> None:
        self.ocr = Shades(TEXTS)
        self.counts: Counter[str] = Counter()
        self.active: dict[int, Track] = {}
        self.faint = FaintTracks(self.ocr, ReaderCalibration(), 0.99)  # type: ignore[arg-type]
        self.pace = Pace(settings)
        for number in range(4):
            self.pace.frame(at(interval * number - 9 * interval), number)
        given = {"name_state": None, "look_closely": None, "reports_early": False, "moves": False, **more}
        self.passes = Passes(
            *(settings, self.ocr, ORIGIN, self.pace, self.counts, self.active, self.faint),  # type: ignore[arg-type]
            **given,
        )

    def end(self, *tracks: Track) -> None:
        for one in tracks:
            self.passes.end(one)

    def follow(self, *tracks: Track) -> None:
        self.active.update({one.number: one for one in tracks})

    def texts(self, now: float | None) -> list[tuple[str, int, bool]]:
        """Text, number and whether it is final of what is handed on."""
        told = self.passes.rest() if now is None else self.passes.due(at(now))
        return [(one.read.plate, one.read.track_number, one.read.is_final) for one in told]


def confidence(text: str, sure: float) -> float:
    """What three readings come to, of which each slot is so sure."""
    one = track(1, next(shade for shade, known in TEXTS.items() if known in (text, (text, sure))), 0, 1)
    return one.read_last(Shades(TEXTS)).confidence  # type: ignore[arg-type]


def test_a_pass_tells_all_that_is_known_of_its_track() -> None:
    asked: list[tuple[tuple[int, ...], Box, FusedRead]] = []

    def name_state(picture: Image, inner: Box, read: FusedRead) -> StateRead:
        asked.append((picture.shape, inner, read))
        return StateRead("US-NV", 0.8)

    told = Told(name_state=name_state)
    followed = Track(4, frame(2, (1, box(100))), PlateDetection(box(100), 0.5), 0.99)
    followed.add(frame(3, (1, box(140))), PlateDetection(box(140), 0.9))
    followed.add(frame(4, (1, box(180))), PlateDetection(box(180), 0.6))
    told.end(followed)
    (vehicle,) = told.passes.rest()
    best = followed.best
    fused = followed.believed()
    assert vehicle.read == PlateRead(
        read_id=read_id("gate", "a.mp4", at(2), 4),
        camera_id="gate",
        agency_id="pd",
        captured_at=best.captured_at,
        first_seen=at(2),
        last_seen=at(4),
        plate="ABC1234",
        confidence=fused.confidence,
        characters=fused.characters,
        jurisdiction="US-NV",
        jurisdiction_confidence=0.8,
        frame_count=3,
        track_number=4,
        box=best.box,
        reader=READER,
    )
    assert (best.captured_at, best.box, vehicle.detection_confidence) == (at(3), box(140), 0.9)
    assert vehicle.plate_picture is best.picture
    assert vehicle.context_picture[160, 150, 0] == 1
    assert asked == [(best.picture.shape, best.inner, fused)]
    assert told.counts == Counter(reads=1)


def test_a_pass_is_handed_on_three_seconds_after_it_was_last_seen() -> None:
    told = Told()
    told.end(track(1, 1, 0, 1), track(2, 2, 0, 1.5), track(3, 6, 0, 5, x=900))
    assert told.texts(4.0) == []
    assert told.texts(4.5) == [("ABC1234", 1, True)]
    assert told.texts(4.6) == [("XYZ9876", 2, True)]
    assert told.texts(None) == [("ABC1235", 3, True)]
    assert told.texts(None) == []
    assert told.counts == Counter(reads=3)


def test_passes_come_in_the_order_in_which_they_began() -> None:
    told = Told()
    told.end(track(7, 1, 2, 3), track(3, 2, 1, 3, 400), track(2, 4, 2, 3, 700))
    assert [number for _, number, _ in told.texts(None)] == [3, 2, 7]


@pytest.mark.parametrize(
    ("gap", "moves", "interval", "is_one", "reads"),
    [
        *((2.0, False, 0.1, True, True), (2.01, False, 0.1, False, False), (2.5, False, 1.0, True, True)),
        *((2.51, False, 1.0, False, False), (10.0, True, 0.1, True, True), (10.01, True, 0.1, False, False)),
    ],
)
def test_pieces_of_one_pass_are_put_together_and_only_read_where_times_allow_it(
    gap: float, interval: float, *, moves: bool, is_one: bool, reads: bool
) -> None:
    told = Told(moves=moves, interval=interval)
    told.end(track(1, 2, 0, 1, 500), track(2, 1, 0, 1))
    told.ocr.asked.clear()
    told.end(track(3, 1, 1 + gap, 2 + gap))
    assert [(one.number, one.frame_count) for one in told.passes.ended] == (
        [(1, 3), (2, 6)] if is_one else [(1, 3), (2, 3), (3, 3)]
    )
    assert told.counts["merged"] == is_one
    assert (told.ocr.asked != []) is reads


def test_what_is_in_view_again_goes_on_with_its_pass() -> None:
    told = Told()
    earlier, again = track(1, 1, 0, 1), track(4, 1, 3, 5)
    told.end(earlier)
    told.follow(track(3, 2, 3, 5, 600), again)
    assert told.texts(5.0) == []
    assert (again.number, again.frame_count, again.first_seen) == (1, 6, at(0))
    assert (told.passes.ended, told.counts) == ([], Counter(merged=1))


@pytest.mark.parametrize("interval", [0.1, 1.1])
def test_what_stays_for_half_a_minute_is_told_once(interval: float) -> None:
    told = Told(interval=interval)
    stays, other = track(1, 1, 0, 30, looks=40), track(2, 2, 0, 29, 600, looks=30)
    told.follow(stays)
    told.end(other)
    assert told.texts(30.0) == []
    # Between frames that are far apart what was in view a moment ago has ended; it is no less there.
    expected = [("ABC1234", 1, True)] if interval == 0.1 else [("ABC1234", 1, True), ("XYZ9876", 2, True)]
    assert told.texts(30.01) == expected
    assert told.texts(30.02) == []
    told.active.clear()
    told.end(stays)
    assert told.texts(None) == ([("XYZ9876", 2, True)] if interval == 0.1 else [])
    assert told.counts["reads"] == 2


@pytest.mark.parametrize(
    ("shade", "looks", "least", "moves", "detected", "counted"),
    [
        *((1, 3, 0.5, False, 0.9, "reads"), (1, 2, 0.5, False, 0.9, "too_few_frames")),
        *((3, 3, 0.5, False, 0.9, "not_a_plate"), (4, 3, 0.99, False, 0.9, "too_unsure")),
        # A short text may be half a plate where the camera moves, unless the plate was seen clearly.
        *((5, 3, 0.5, True, 0.44, "too_unsure"), (5, 3, 0.5, True, 0.45, "reads"), (5, 3, 0.5, False, 0.44, "reads")),
        (1, 3, 0.5, True, 0.44, "reads"),
    ],
)
def test_what_is_no_pass_is_counted_by_its_reason(
    shade: int, looks: int, least: float, detected: float, counted: str, *, moves: bool
) -> None:
    told = Told(moves=moves, settings=SETTINGS.model_copy(update={"min_confidence": least}))
    told.end(track(1, shade, 0, 1, looks=looks, confidence=detected))
    assert len(told.texts(None)) == (counted == "reads")
    assert told.counts == Counter({counted: 1})


def test_the_least_confidence_is_enough() -> None:
    enough = confidence("HJR6142", 0.9)
    for least, reads in ((enough, 1), (enough + 1e-9, 0)):
        told = Told(settings=SETTINGS.model_copy(update={"min_confidence": least}))
        told.end(track(1, 4, 0, 1))
        assert len(told.texts(None)) == reads


def test_what_was_faintly_seen_beside_a_plate_counts_where_it_reads_as_one() -> None:
    for faint_looks, shade, told_looks in ((1, 1, 3), (0, 1, None), (1, 3, None)):
        told = Told()
        for n in range(faint_looks):
            one = PlateDetection(box(100), 0.2)
            told.faint.look(frame(n / 10, (shade, box(100))), [one], [], [], [1])
        sure = track(1, shade, 0.2, 0.3, looks=2)
        told.faint.look(frame(0.2, (shade, box(100))), [], [(1, PlateDetection(box(100), 0.9))], [box(100)], [1])
        told.end(sure)
        passes = told.passes.rest()
        assert [one.read.frame_count for one in passes] == ([] if told_looks is None else [told_looks])
        assert told.counts == Counter({"reads" if told_looks else "too_few_frames": 1})


def over_one_another(told: Told, shades: tuple[int, int], *, looks: tuple[int, int] = (3, 3)) -> list[Track]:
    pair = [track(n, shade, 0, 1, looks=seen) for n, (shade, seen) in enumerate(zip(shades, looks, strict=True), 1)]
    pair[0].meet(pair[1], min(looks))
    told.end(*pair)
    return pair


@pytest.mark.parametrize(
    ("shades", "looks", "texts", "behind"),
    [
        # Of two plates in one place the surer one is in front, whichever ends first.
        *(((1, 4), (3, 3), ["ABC1234"], 1), ((4, 1), (3, 3), ["ABC1234"], 1)),
        # What was seen too few times is in nobody's way.
        ((4, 1), (3, 2), ["HJR6142"], 0),
    ],
)
def test_of_two_plates_in_one_place_one_is_told(
    shades: tuple[int, int], looks: tuple[int, int], texts: list[str], behind: int
) -> None:
    told = Told(settings=SETTINGS.model_copy(update={"min_confidence": 0.1}))
    over_one_another(told, shades, looks=looks)
    assert [text for text, _, _ in told.texts(None)] == texts
    assert told.counts["behind_others"] == behind


def early(told: Told, **more: Any) -> list[VehiclePass]:
    followed = track(1, **{"shade": 1, "first": 0, "last": 1, **more})
    followed.read(told.ocr)  # type: ignore[arg-type]
    told.follow(followed)
    return told.passes.due(at(1.0))


def test_what_is_read_surely_is_told_early_and_finished_under_its_id() -> None:
    told = Told(reports_early=True)
    (first,) = early(told)
    assert told.passes.due(at(1.1)) == []
    assert told.counts == Counter(early=1)
    told.end(told.active.pop(1))
    (last,) = told.passes.rest()
    assert (first.read.revision, first.read.is_final, last.read.revision, last.read.is_final) == (1, False, 0, True)
    assert dataclasses.replace(first.read, revision=0, is_final=True) == last.read
    assert first.plate_picture is last.plate_picture
    assert told.counts == Counter(early=1, reads=1)


@pytest.mark.parametrize(
    ("given", "track_of"),
    [
        ({"reports_early": False}, {}),
        ({"interval": 1.1}, {}),
        ({"settings": SETTINGS.model_copy(update={"min_frames": 4})}, {}),
        ({"settings": SETTINGS.model_copy(update={"early_confidence": 1.0})}, {}),
        ({"settings": SETTINGS.model_copy(update={"min_confidence": 1.0})}, {}),
        ({"moves": True}, {"shade": 5}),
        ({}, {"shade": 3}),
        ({}, {"shade": 4}),
    ],
    ids=["not asked", "time lapse", "seen too few times", "unsure", "too unsure", "half a plate", "short", "misread"],
)
def test_what_is_not_told_early(given: dict[str, Any], track_of: dict[str, Any]) -> None:
    told = Told(**{"reports_early": True, **given})
    assert early(told, **track_of) == []
    assert told.counts["early"] == 0


def test_a_half_seen_text_is_told_early_where_the_camera_stands() -> None:
    assert [one.read.plate for one in early(Told(reports_early=True), shade=5)] == ["KLM45"]


def test_from_a_driving_car_what_was_handed_on_is_not_told_again() -> None:
    told = Told(reports_early=True, moves=True)
    told.end(track(1, 1, 0, 1))
    assert told.texts(9.0) == [("ABC1234", 1, True)]
    # In view again, surely read: it belongs to what was told, and so does what ends.
    again = track(2, 1, 9, 10)
    again.read(told.ocr)  # type: ignore[arg-type]
    told.follow(again)
    assert told.texts(10.0) == []
    assert again.reported
    assert told.counts == Counter(reads=1, merged=1)
    told.active.clear()
    told.end(again, track(3, 1, 21, 22, x=900))
    assert told.texts(99.0) == [("ABC1234", 3, True)], "eleven seconds later and elsewhere it is another"
    told.end(track(4, 1, 23, 24, x=900))
    assert told.texts(99.0) == []
    assert told.counts == Counter(reads=2, merged=2)


def test_what_was_told_early_under_two_ids_is_finished_under_both() -> None:
    told = Told()
    one = track(1, 1, 0, 1)
    one.identity, one.orphans = (1, at(0)), [(5, at(0.5)), (6, at(0.7))]
    told.end(one)
    passes = told.passes.rest()
    assert [vehicle.read.read_id for vehicle in passes] == [
        read_id("gate", "a.mp4", start, number) for number, start in ((1, at(0)), (5, at(0.5)), (6, at(0.7)))
    ]
    assert {vehicle.read.plate for vehicle in passes} == {"ABC1234"}
    assert (one.identity, one.orphans) == ((1, at(0)), [])


def test_what_was_told_early_is_finished_whatever_it_is_now() -> None:
    told = Told()
    one = track(1, 3, 0, 1, looks=1)
    one.identity = (1, at(0))
    told.end(one)
    assert told.texts(None) == [("A", 1, True)]
    assert told.counts == Counter(reads=1)


@pytest.mark.parametrize(
    ("shade", "least", "moves", "text"),
    [
        *((1, 0.5, False, "ABC1234"), (1, 0.9995, False, None), (5, 0.5, False, "KLM45"), (5, 0.5, True, None)),
        (2, 0.5, True, "XYZ9876"),
    ],
)
def test_a_faint_plate_is_told_where_its_reading_is_sure_and_whole(
    shade: int, least: float, text: str | None, *, moves: bool
) -> None:
    told = Told(moves=moves, settings=SETTINGS.model_copy(update={"min_confidence": least}))
    for n in range(3):
        told.faint.look(frame(n / 10, (shade, box(100))), [PlateDetection(box(100), 0.2)], [], [], [])
    told.faint.finish(3)
    assert told.texts(3.2) == []
    assert told.texts(3.3) == ([] if text is None else [(text, FIRST_NUMBER, True)])
    assert told.counts == Counter(reads=1 if text else 0) or not told.counts


def test_a_faint_piece_of_what_was_handed_on_is_no_pass() -> None:
    told = Told(moves=True)
    told.end(track(1, 1, -6, -5))
    assert told.texts(-1) == [("ABC1234", 1, True)]
    for n in range(3):
        told.faint.look(frame(n / 10, (1, box(100))), [PlateDetection(box(100), 0.2)], [], [], [])
    told.faint.finish(3)
    assert told.texts(9) == []
    assert told.counts == Counter(reads=1)


def test_a_plate_that_is_known_is_not_told_for_being_faintly_seen_too() -> None:
    for looks, told_texts in ((3, []), (2, [("ABC1234", FIRST_NUMBER, True)])):
        told = Told()
        for n in range(3):
            told.faint.look(frame(n / 10, (1, box(100))), [PlateDetection(box(100), 0.2)], [], [], [])
        told.faint.finish(3)
        told.follow(track(1, 1, 1, 2, 700, looks=looks))
        assert told.texts(3.5) == told_texts, "what was hardly seen is not known"


def test_a_second_look_is_taken_at_a_text_that_stays_unsure() -> None:
    for shade, looks in ((1, [(3, False)]), (4, [(3, False), (1, True)])):
        told = Told(settings=SETTINGS.model_copy(update={"min_confidence": 0.1}))
        told.end(track(1, shade, 0, 1))
        told.passes.due(at(1) + timedelta(seconds=4))
        assert told.ocr.asked == looks
