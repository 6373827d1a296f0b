"""What is kept of a plate while it is in view, and when two pieces become one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recognition.pictures import crops
from recognition.pictures.borders import PICTURE_MARGIN
from recognition.reading.calibration import Presence, ReaderCalibration
from recognition.reading.readings import result_from
from recognition.tracking.observation import observe
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


def test_an_observation_keeps_the_plate_with_its_margin_and_where_it_is_in_there() -> None:
    seen = frame(3)
    one = observe(seen, PlateDetection(Box(100, 100, 160, 120), 0.6))
    spare = int(PICTURE_MARGIN * 20)
    assert np.array_equal(one.picture, seen.image[100 - spare : 120 + spare, 100 - spare : 160 + spare])
    assert one.picture.base is None, "its frame need not be kept"
    assert (one.frame_number, one.captured_at, one.box) == (3, seen.captured_at, Box(100, 100, 160, 120))
    assert (one.confidence, one.reading) == (0.6, None)
    assert one.inner == Box(spare, spare, spare + 60, spare + 20)
    assert one.quality == crops.quality(seen.image[100:120, 100:160], one.box, 0.6)
    cut = observe(seen, PlateDetection(Box(2, 1, 62, 21), 0.6))
    assert cut.inner == Box(2, 1, 62, 21)


def test_a_track_is_where_and_when_it_was_last_seen() -> None:
    found = Track(1, frame(5, 5), detection(0.6))
    assert (found.first_seen, found.last_seen, found.first_box) == (frame(5).captured_at,) * 2 + (detection().box,)
    found.add(frame(7, 7), detection(0.5, 120))
    assert (found.last_seen, found.last_box.x1, found.frame_count) == (frame(7).captured_at, 120, 2)
    assert (found.best.frame_number, found.context_picture[0, 0, 0]) == (5, 5), "the better one is shown"
    found.add(frame(6, 6), detection(0.9, 130))
    assert (found.last_seen, found.last_box.x1) == (frame(7).captured_at, 130)
    assert (found.best.frame_number, found.context_picture[0, 0, 0]) == (6, 6)
    found.add(frame(8, 8), detection(0.9, 131))
    assert (found.best.frame_number, found.context_picture[0, 0, 0]) == (6, 6), "of equal ones the first"
    found.stay(frame(9))
    assert (found.last_seen, found.last_box.x1) == (frame(9).captured_at, 131)
    found.stay(frame(8), detection(0.9, 140))
    assert (found.last_seen, found.last_box.x1, found.frame_count) == (frame(9).captured_at, 140, 4)
    assert found.first_box == detection().box
    assert found.detected == pytest.approx((0.6 + 0.5 + 0.9 + 0.9) / 4)


def test_what_is_true_of_a_piece_is_true_of_the_whole() -> None:
    for name in ("reported", "behind", "id_is_taken"):
        for has in (0, 1):
            pieces = track(1, 0, 2), track(2, 5, 6)
            setattr(pieces[has], name, True)
            pieces[0].absorb(pieces[1])
            assert [getattr(pieces[0], one) for one in ("reported", "behind", "id_is_taken")] == [
                one == name for one in ("reported", "behind", "id_is_taken")
            ]


def test_a_piece_in_the_middle_changes_no_end() -> None:
    one, other = track(2, 0, 9, 0.9), track(1, 4, 5, 0.5)
    picture = one.context_picture
    one.absorb(other)
    assert (one.first_seen, one.last_seen, one.first_box.x1, one.last_box.x1) == (
        START,
        START + timedelta(seconds=9),
        100,
        109,
    )
    assert one.context_picture is picture
    assert (one.number, one.frame_count) == (1, 12)


def test_what_two_pieces_met_is_met_once_by_the_whole() -> None:
    one, other, third = track(1, 0, 2), track(2, 5, 6), track(3, 0, 9)
    one.meet(third)
    other.meet(third, 2)
    one.meet(other)
    one.absorb(other)
    assert (dict(one.rivals), dict(third.rivals)) == ({third: 3}, {one: 3}), "not itself"


class Reader:
    """Reads one plate after the other as it is told."""

    sure_enough = 0.9

    def __init__(self, *texts: str, sure: float = 0.999) -> None:
        self.texts = list(texts)
        self.sure = sure
        self.asked: list[tuple[int, bool]] = []

    def read_plates(self, plates: Sequence[tuple[Image, Box]], *, second_look: bool = False) -> list[OcrResult]:
        self.asked.append((len(plates), second_look))
        return [reading(self.texts.pop(0), self.sure) for _ in plates]


@pytest.mark.parametrize(
    ("texts", "asked", "read"),
    [
        (["ABC1234"] * 4, [(4, False)], 4),
        (["ABC1234", "XYZ9876", "KLM4567", "HJR6142", *["ABC1234"] * 4], [(4, False), (4, False)], 8),
        ([*["ABC1234", "XYZ9876", "KLM4567", "HJR6142", "QQQ000"] * 2], [(4, False), (4, False), (2, False)], 10),
    ],
)
def test_observations_are_read_four_at_a_time_the_best_first_until_the_text_is_sure(
    texts: list[str], asked: list[tuple[int, bool]], read: int
) -> None:
    found, reader = looked_at(*[1 - n / 100 for n in range(10)]), Reader(*texts)
    fused = found.read(reader)  # type: ignore[arg-type]
    assert reader.asked == asked
    assert [one.reading is not None for one in found.observations] == [True] * read + [False] * (10 - read)
    assert [one.reading.text for one in found.observations[:read] if one.reading] == texts[:read]
    assert fused == found.so_far()
    assert found.read(reader) == fused  # type: ignore[arg-type]
    assert reader.asked == asked, "nothing is read twice"


@pytest.mark.parametrize(
    ("texts", "sure", "asked", "plate"),
    [
        (["ABC1234"] * 3, 0.9999, [(1, False), (2, False)], "ABC1234"),
        (["ROUTE66"], 0.999, [(1, False)], None),
        (["A"], 0.999, [(1, False)], None),
        (["ABC1234"], 0.8, [(1, False)], None),
        # Promising, but no plate after all looks.
        (["ABC1234", "XYZ9876", "KLM4567", "KLM4567"], 0.9, [(1, False), (2, False), (1, True)], None),
        (["ABC1234", "ABC1234", "ABC1235", "ABC1234"], 0.99, [(1, False), (2, False), (1, True)], "ABC1234"),
    ],
)
def test_of_what_was_faintly_seen_the_best_look_says_whether_more_are_read(
    texts: list[str], sure: float, asked: list[tuple[int, bool]], plate: str | None
) -> None:
    found, reader = looked_at(0.9, 0.8, 0.7), Reader(*texts, sure=sure)
    fused = found.read_faint(reader)  # type: ignore[arg-type]
    assert (fused.plate if fused else None) == plate
    assert (reader.asked, reader.texts) == (asked, [])
    assert found.observations[0].reading is not None


def test_a_second_look_takes_the_place_of_the_best_reading_of_an_unsure_text() -> None:
    found, reader = looked_at(0.9, 0.8), Reader("ABC1234", "ABC1235", "ABC1235", sure=0.99)
    assert found.read_last(reader).plate == "ABC1235"  # type: ignore[arg-type]
    assert reader.asked == [(2, False), (1, True)]
    assert [one.reading.text for one in found.observations if one.reading] == ["ABC1235", "ABC1235"]
    sure, reader = looked_at(0.9, 0.8, 0.7), Reader(*["ABC1234"] * 3)
    assert sure.read_last(reader) == sure.believed()  # type: ignore[arg-type]
    assert reader.asked == [(3, False)]
