"""What is kept of a plate while it is in view, and when two pieces become one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recognition.reading.calibration import Presence, ReaderCalibration
from recognition.reading.readings import result_from
from recognition.tracking.track import Track
from schemas.types import Box, Frame, Image, OcrResult, PlateDetection

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def frame(number: int, shade: int = 90) -> Frame:
    # In this pattern a plate is as sharp as can be, so that the detector's confidence alone makes one look the better.
    image: Image = np.random.default_rng(1).integers(0, 256, (200, 400, 3), dtype=np.uint8)
    image[0, 0] = shade
    return Frame("gate", "a.mp4", number, START + timedelta(seconds=number), image)


def detection(confidence: float = 0.9, x: float = 100.0) -> PlateDetection:
    return PlateDetection(Box(x, 100, x + 60, 120), confidence)


def track(number: int, first: int, last: int, confidence: float = 0.9) -> Track:
    found = Track(number, frame(first, first), detection(confidence, 100.0 + first))
    for at in range(first + 1, last + 1):
        found.add(frame(at, at), detection(confidence, 100.0 + at))
    return found


def test_two_pieces_are_one_pass_from_the_first_to_the_last_under_the_first_number() -> None:
    for one, other in ((track(3, 0, 4), track(7, 10, 12)), (track(7, 10, 12), track(3, 0, 4))):
        one.absorb(other)
        assert one.number == 3
        assert (one.first_seen, one.last_seen) == (START, START + timedelta(seconds=12))
        assert (one.first_box.x1, one.last_box.x1) == (100, 112)
        assert one.frame_count == 8
        assert len(one.observations) == 8


def test_the_best_of_both_is_shown_in_its_own_frame() -> None:
    for one, other in ((track(1, 0, 2, 0.5), track(2, 5, 6, 0.95)), (track(2, 5, 6, 0.95), track(1, 0, 2, 0.5))):
        one.absorb(other)
        assert one.best.confidence == 0.95
        assert one.context_picture[0, 0, 0] == one.best.frame_number


def test_what_was_reported_stays_reported() -> None:
    one, other = track(1, 0, 2), track(2, 5, 6)
    other.reported = True
    one.absorb(other)
    assert one.reported


def test_of_many_looks_the_twelve_best_are_kept() -> None:
    found = Track(1, frame(0), detection(0.5))
    for number in range(1, 30):
        found.add(frame(number), detection(0.5 + number / 100))
    assert found.frame_count == 30
    assert sorted(one.frame_number for one in found.observations) == list(range(18, 30))


ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"


def reading(text: str, sure: float = 0.999) -> OcrResult:
    slots = np.full((9, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    for slot, character in enumerate(text.ljust(9, "_")):
        slots[slot, ALPHABET.index(character)] = sure
    return result_from(slots, ALPHABET, "_")


def looked_at(*qualities: float, least: float = 0.9) -> Track:
    """A track with observations of these qualities, the first ones first."""
    found = Track(1, frame(0), detection(), least)
    for number in range(1, len(qualities)):
        found.add(frame(number), detection())
    for observation, quality in zip(list(found.observations), qualities, strict=True):
        observation.quality = quality
    return found


def read_as(track: Track, *texts: str, sure: float = 0.999) -> Track:
    for observation, text in zip(list(track.observations), texts, strict=False):
        track.take_reading(observation, reading(text, sure))
    return track


@pytest.mark.parametrize(
    ("texts", "sure", "is_sure"),
    [
        *((("ABC123",) * 2, 0.999, False), (("ABC123",) * 3, 0.999, True), (("ABC123",) * 3, 0.7, False)),
        *((("ABC123", "ABC123", "XYZ789"), 0.999, False), (("ABC123",) * 3 + ("XYZ789",), 0.999, True)),
        ((), 0.999, False),
    ],
)
def test_a_text_is_sure_once_three_readings_agree_surely(texts: tuple[str, ...], sure: float, is_sure: bool) -> None:
    found = read_as(looked_at(0.5, 0.5, 0.5, 0.5), *texts, sure=sure)
    assert found.sure is is_sure
    assert found.settled is is_sure
    assert found.is_read is (is_sure or len(texts) == 4)
    so_far = found.so_far()
    assert (so_far.plate if so_far else None) == (texts[0] if texts else None)


@pytest.mark.parametrize(("quality", "undisputed"), [(0.24, True), (0.25, False), (0.9, False)])
def test_a_text_is_disputed_by_a_reading_that_is_half_as_good_as_those_that_agree(
    quality: float, undisputed: bool
) -> None:
    found = read_as(looked_at(0.9, 0.7, 0.5, quality), "ABC123", "ABC123", "ABC123", "ABC124")
    assert found.undisputed is undisputed
    assert not read_as(looked_at(0.9, 0.7), "ABC123", "ABC123").undisputed


def test_looks_now_and_then_are_enough_once_it_was_seen_eight_times_or_reported() -> None:
    assert not looked_at(*[0.5] * 7).settled
    assert looked_at(*[0.5] * 8).settled
    reported = looked_at(0.5)
    reported.reported = True
    assert reported.settled


@pytest.mark.parametrize(
    ("read", "unread", "is_worth"),
    [
        # One look may be noise; the first ones at half the best quality, then at more, once it is sure at much more.
        *(((), (0.9,), False), ((), (0.9, 0.1), True), ((0.8,), (0.4,), True), ((0.8,), (0.39,), False)),
        *(((0.5, 0.5), (0.25,), True), ((0.5, 0.5), (0.24,), False)),
    ],
)
def test_a_look_is_read_while_it_is_good_enough_beside_those_that_were_read(
    read: tuple[float, ...], unread: tuple[float, ...], is_worth: bool
) -> None:
    found = read_as(looked_at(*read, *unread), *["ABC123"] * len(read))
    best = found.to_read()
    assert (best is not None) is is_worth
    if best is not None:
        assert best.quality == unread[0]


@pytest.mark.parametrize(
    ("texts", "quality", "is_worth"),
    [
        *((("ABC123",) * 3, 0.8, True), (("ABC123",) * 3, 0.79, False)),
        *((("ABC123", "ABC123", "XYZ789"), 0.6, True), (("ABC123", "ABC123", "XYZ789"), 0.59, False)),
    ],
)
def test_of_a_plate_that_was_read_often_a_look_has_to_be_much_better(
    texts: tuple[str, ...], quality: float, is_worth: bool
) -> None:
    found = looked_at(0.5, 0.5, 0.5, quality)
    read_as(found, *texts)
    assert (found.to_read() is not None) is is_worth


def test_what_was_read_is_believed_as_far_as_the_detector_and_no_further_than_is_said() -> None:
    presence = Presence(2.0, 1.2, 0.2, -2.5)
    found = Track(1, frame(0), detection(0.9), 0.9, ReaderCalibration(presence=presence))
    found.add(frame(1), detection(0.5))
    read_as(found, "ABC123")
    fused = found.so_far()
    assert fused is not None
    chance = presence.probability("ABC123", fused.confidence, 0.7)
    assert found.believed().confidence == pytest.approx(fused.confidence * chance)
    assert found.believed().plate == "ABC123"


def test_tracks_in_one_place_are_over_one_another_where_they_were_seen_so_half_of_the_time() -> None:
    one, other, third = track(1, 0, 3), track(2, 0, 9), track(3, 0, 9)
    one.meet(other)
    assert (one.over_or_under, other.over_or_under) == ([], [])
    one.meet(other)
    other.meet(third, 4)
    assert (one.over_or_under, other.over_or_under, third.over_or_under) == ([other], [one], [])
    one.reported = True
    one.part()
    assert (other.behind, third.behind) == (True, False)
    assert (one.over_or_under, other.over_or_under, dict(other.rivals)) == ([], [], {third: 4})
    fourth = track(4, 0, 9)
    third.meet(fourth, 7)
    other.absorb(third)
    assert (dict(other.rivals), dict(fourth.rivals)) == ({fourth: 7}, {other: 7}), "what it met is met by the whole"


def test_a_pass_keeps_the_identity_that_was_handed_on_and_else_that_of_its_earlier_track() -> None:
    early, late = (1, START), (2, START + timedelta(seconds=5))

    def joined(first: tuple[object, bool], second: tuple[object, bool], swapped: bool) -> Track:
        tracks = track(1, 0, 2), track(2, 5, 6)
        for one, (identity, reported) in zip(tracks, (first, second), strict=True):
            one.identity, one.reported = identity, reported  # type: ignore[assignment]
        kept, other = reversed(tracks) if swapped else tracks
        kept.absorb(other)
        return kept

    for swapped in (False, True):
        for first, second, identity, orphans in (
            ((None, False), (None, False), None, []),
            ((early, True), (late, False), early, [late]),
            ((early, False), (late, True), late, [early]),
            ((early, False), (late, False), early, [late]),
            ((None, False), (late, False), late, []),
            ((None, False), (late, True), late, []),
            ((early, True), (late, True), early, []),
        ):
            found = joined(first, second, swapped)
            assert (found.identity, found.orphans) == (identity, orphans)
            assert found.own_identity == (identity or (1, START))
    plain = track(4, 2, 3)
    assert plain.own_identity == (4, START + timedelta(seconds=2))
    plain.id_is_taken = True
    assert plain.own_identity == (-4, START + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("further", "sure", "other"),
    [
        ("XYZ9876", 0.99, True),
        ("ABC1567", 0.99, True),
        ("ABC1267", 0.99, False),  # two slips are a misreading
        ("XYZ9876", 0.9, False),  # unsure
        ("1234", 0.99, False),  # half of it
        ("WXYZ9", 0.99, False),  # or half of something else
        ("ABC1234", 0.99, False),
    ],
)
def test_a_sure_reading_of_another_plate_contradicts_a_track(further: str, sure: float, *, other: bool) -> None:
    found = track(1, 0, 2)
    assert not found.contradicts(reading("XYZ9876"))  # nothing is known of it
    found.take_reading(found.observations[0], reading("ABC1234"))
    found.take_reading(found.observations[1], reading("QQQ000", 0.8))
    assert found.contradicts(reading(further, sure)) is other
    assert found.so_far().plate == "ABC1234"  # type: ignore[union-attr]
