"""A live reader's clock that is off is told from its reads; one that was away for a while is not taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recording.offsets import ClockOffsets

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOUND = timedelta(seconds=60)


def told(
    reads: Iterable[tuple[float, float]], offsets: ClockOffsets | None = None, reader: str = "gate"
) -> float | None:
    """What the last of some reads tells: each is when it came and how far behind that its own time is, in seconds."""
    offsets = offsets or ClockOffsets()
    result = None
    for arrived, behind in reads:
        moment = NOON + timedelta(seconds=arrived)
        result = offsets.note(reader, moment - timedelta(seconds=behind), moment, BOUND)
    return result


@pytest.mark.parametrize("behind", [0, 60, -60])
def test_a_clock_within_the_bound_is_right(behind: float) -> None:
    assert told([(0, behind)]) == 0.0


def test_one_that_is_ahead_is_told_by_three_reads() -> None:
    reads = [(0, -90), (1, -95), (2, -100)]
    assert [told(reads[:count]) for count in (1, 2, 3)] == [None, None, 95]


def test_one_that_is_behind_is_told_once_it_stayed_so_for_a_while() -> None:
    reads = [(minute * 75, 3600 + minute) for minute in range(5)]
    assert [told(reads[:count]) for count in range(1, 6)] == [None] * 4 + [-3602]
    assert told([(minute * 74, 3600) for minute in range(5)]) is None


def test_what_was_kept_during_an_outage_and_comes_at_once_tells_nothing() -> None:
    # Five hours of reads within some minutes, each less late than the one before.
    assert told([(number * 90, 18_000 - number * 3_600) for number in range(5)]) is None


def test_a_right_read_ends_it_at_once_and_readers_do_not_meet() -> None:
    offsets = ClockOffsets()
    assert told([(0, -90), (1, -90), (2, -90)], offsets) == 90
    assert told([(3, -90)], offsets, "other") is None
    assert told([(4, 1)], offsets) == 0.0
    assert told([(5, -90)], offsets) is None


def test_too_few_reads_tell_nothing_however_far_apart_they_came() -> None:
    assert told([(number * 1000, 3600) for number in range(4)]) is None
    assert told([(number * 1000, 3600) for number in range(5)]) == -3600


def test_what_was_before_the_newest_reads_does_not_count() -> None:
    right, behind = [(number, 0) for number in range(4)], [(1000 + number * 75, 3600) for number in range(5)]
    assert told(right + behind) == -3600
    assert told(right + [(1000 + number, -90) for number in range(3)]) == 90
    # Five minutes are the newest five reads' own, not those of all that are remembered.
    assert told([(0, 3600), *((1000 + number * 74, 3600) for number in range(5))]) is None


@pytest.mark.parametrize(("spread", "off"), [(60, -3630), (61, None)])
def test_a_clock_that_is_behind_is_so_by_about_as_much(spread: float, off: float | None) -> None:
    behind = (3600, 3600 + spread, 3630, 3630, 3630)
    assert told([(number * 75, late) for number, late in enumerate(behind)]) == off


@pytest.mark.parametrize(("least", "off"), [(60, None), (61, 90)])
def test_each_of_the_newest_three_is_ahead_by_more_than_the_bound(least: float, off: float | None) -> None:
    assert told([(0, -least), (1, -95), (2, -90)]) == off


@pytest.mark.parametrize(("least", "off"), [(60, None), (61, -90)])
def test_each_of_the_newest_five_is_behind_by_more_than_the_bound(least: float, off: float | None) -> None:
    assert told([(number * 75, late) for number, late in enumerate((least, 90, 90, 95, 95))]) == off


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e6, 1e6)), max_size=20))
def test_an_offset_is_told_only_beyond_the_bound_and_on_the_side_of_the_newest_read(
    reads: list[tuple[float, float]],
) -> None:
    off = told(sorted(reads))
    if off:
        newest = -sorted(reads)[-1][1]
        assert abs(off) > 59.9
        assert (off > 0) == (newest > 0)
