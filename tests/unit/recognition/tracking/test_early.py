"""When a text may be told while its vehicle is in view, and under which identity."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recognition.tracking.early import claim_early, is_sure_early
from recognition.tracking.track import Track
from schemas.settings import TrackingSettings
from tests.unit.recognition.tracking.samples import Shades, at, track

OCR = Shades({1: "ABC1234", 2: "XYZ9876", 3: "A", 4: "A8C1Z34", 5: "AB"})
WINDOW = timedelta(seconds=2)


def read(number: int, shade: int, first: float, last: float, x: float = 100.0, *, looks: int = 3) -> Track:
    made = track(number, shade, first, last, x, looks=looks)
    made.read(OCR)  # type: ignore[arg-type]
    return made


def is_sure(one: Track, **limits: float) -> bool:
    return is_sure_early(one, TrackingSettings(**{"early_confidence": 0.9, **limits}))  # type: ignore[arg-type]


def test_a_text_is_told_early_where_nothing_speaks_against_it() -> None:
    assert is_sure(read(1, 1, 0, 1))
    assert is_sure(read(1, 5, 0, 1)), "two characters are a plate"
    assert not is_sure(read(1, 3, 0, 1))
    assert not is_sure(read(1, 1, 0, 1, looks=2)), "three readings have to agree"
    reported, claimed, behind, over = (read(1, 1, 0, 1) for _ in range(4))
    reported.reported = True
    claimed.identity = (1, at(0))
    behind.behind = True
    over.meet(read(2, 2, 0, 1), 2)
    for one in (reported, claimed, behind, over):
        assert not is_sure(one)


@pytest.mark.parametrize("limit", ["early_confidence", "min_confidence"])
def test_both_limits_of_confidence_are_kept(limit: str) -> None:
    one = read(1, 1, 0, 1)
    known = one.believed().confidence
    assert is_sure(one, **{limit: known})
    assert not is_sure(one, **{limit: known + 1e-9})


def claimed(one: Track, ended: list[Track], active: list[Track], *, moves: bool = False) -> tuple[int, datetime] | None:
    """The identity that is claimed; None where nothing may be told."""
    told = claim_early(one, ended, active, WINDOW, moves=moves)
    assert told is (one.identity is not None)
    return one.identity


@pytest.mark.parametrize(
    ("last", "moves", "identity"),
    [
        # Two seconds after each other, ten from a driving car.
        *((8.0, False, (2, 7)), (7.99, False, (5, 10)), (7.99, True, (2, 6.99)), (0.0, True, (2, -1))),
        *((-0.01, True, (5, 10)), (10.5, False, (2, 9.5))),
    ],
)
def test_an_earlier_piece_gives_its_identity(last: float, identity: tuple[int, float], *, moves: bool) -> None:
    for is_ended in (True, False):
        piece = read(2, 1, last - 1, last)
        one = read(5, 1, 10, 11)
        told = claimed(one, [piece] * is_ended, [piece] * (not is_ended), moves=moves)
        assert told is not None
        assert (told[0], (told[1] - at(0)).total_seconds()) == (identity[0], pytest.approx(identity[1]))
        assert piece.id_is_taken is (identity[0] == 2)
        assert piece.identity is None


def test_a_later_piece_may_be_one_too_and_the_first_of_all_counts() -> None:
    later, linked = read(3, 1, 12.9, 14), read(9, 1, 15.9, 17)
    one = read(5, 1, 10, 11)
    assert claimed(one, [], [linked, later]) == (3, at(10))
    assert (later.id_is_taken, linked.id_is_taken) == (True, False)
    assert claimed(read(5, 1, 10, 11), [], [read(9, 1, 13.1, 14)]) == (5, at(10))


@pytest.mark.parametrize("told", ["reported", "identity", "id_is_taken"])
def test_nothing_is_told_where_a_piece_of_it_was_or_may_have_been(told: str) -> None:
    # Two slips apart, read surely: two plates as far as is known, and may be one.
    for shade, may_be in ((1, True), (4, True), (2, False)):
        piece, one = read(2, shade, 8, 9), read(5, 1, 10, 11)
        setattr(piece, told, (2, at(8)) if told == "identity" else True)
        assert (claimed(one, [piece], []) is None) is may_be
        assert (claimed(read(5, 1, 10, 11), [], [piece]) is None) is may_be


def test_what_may_become_one_takes_no_part_in_the_identity() -> None:
    assert claimed(read(5, 1, 10, 11), [read(2, 4, 8, 9)], []) == (5, at(10))
    assert claimed(read(5, 1, 10, 11), [read(2, 2, 8, 9)], []) == (5, at(10))


def test_a_piece_that_ended_unread_is_waited_for() -> None:
    OCR.asked.clear()
    one = read(5, 1, 10, 11)
    asked = list(OCR.asked)
    assert claimed(one, [track(2, 1, 8, 9)], []) is None
    assert claimed(one, [track(2, 1, 6, 7.9)], []) == (5, at(10)), "that was too long ago"
    assert claimed(read(6, 1, 10, 11), [], [track(2, 1, 8, 9)]) == (6, at(10)), "what is in view says so later"
    half = track(2, 2, 8, 9)
    half.take_reading(half.observations[0], OCR.read_plates([(half.best.picture, half.best.inner)])[0])
    assert claimed(read(7, 1, 10, 11), [half], []) is None
    assert len(asked) == 1, "nothing is read for it"
