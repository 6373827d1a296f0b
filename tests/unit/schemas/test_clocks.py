"""Whose time a read goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.clocks import ClockLimits, SourceClock, dated
from schemas.types import PlateRead
from tests.integration.storage.samples import sample_read

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LIMITS = ClockLimits.of_retention(timedelta(days=21))
MOMENTS = st.datetimes(timezones=st.just(UTC))


def read_at(moment: datetime) -> PlateRead:
    return sample_read(1, captured_at=moment)


@pytest.mark.parametrize(
    ("moment", "is_believed"),
    [
        (NOW, True),
        (NOW + timedelta(minutes=5), True),
        (NOW + timedelta(minutes=5, seconds=1), False),
        (datetime(2031, 1, 1, tzinfo=UTC), False),
        (NOW - timedelta(days=90), True),
        (NOW - timedelta(days=90, seconds=1), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_time_counts_from_ninety_days_before_the_arrival_to_five_minutes_after(
    moment: datetime, is_believed: bool
) -> None:
    read = read_at(moment)
    made = dated(read, NOW, SourceClock(), LIMITS)
    if is_believed:
        assert made == read
    else:
        assert (made.last_seen, made.claimed_at, made.read_id) == (NOW, moment, read.read_id)
        # What lay between its times lies there still.
        assert made.captured_at == NOW - timedelta(seconds=0.5)
        assert made.first_seen == NOW - timedelta(seconds=1.75)


@given(
    st.timedeltas(timedelta(minutes=1), timedelta(days=2000)), st.datetimes(datetime(1, 2, 1), datetime(9999, 11, 1))
)
def test_nothing_is_kept_for_more_than_a_twentieth_longer_nor_later_than_it_came(
    reads: timedelta, moment: datetime
) -> None:
    made = dated(read_at(moment.replace(tzinfo=UTC)), NOW, SourceClock(), ClockLimits.of_retention(reads))
    assert made.captured_at <= NOW + min(reads / 20, timedelta(minutes=5))
    assert made.captured_at >= NOW - max(reads, timedelta(days=90))


def test_where_reads_end_in_minutes_a_clock_may_be_seconds_ahead_and_where_they_stay_for_years_as_far_behind() -> None:
    assert ClockLimits.of_retention(timedelta(minutes=3)) == ClockLimits(timedelta(seconds=9), timedelta(days=90))
    assert ClockLimits.of_retention(timedelta(days=900)) == ClockLimits(timedelta(minutes=5), timedelta(days=900))


def test_a_source_may_have_limits_of_its_own() -> None:
    clock = SourceClock(ahead=timedelta(hours=2), behind=timedelta(days=400))
    for moment in (NOW + timedelta(hours=2), NOW - timedelta(days=400)):
        assert dated(read_at(moment), NOW, clock, LIMITS).claimed_at is None
        assert dated(read_at(moment), NOW, SourceClock(), LIMITS).claimed_at == moment


def test_a_recording_whose_begin_a_person_told_may_be_old_but_not_of_the_future() -> None:
    told = SourceClock(is_told=True)
    assert dated(read_at(datetime(1999, 1, 1, tzinfo=UTC)), NOW, told, LIMITS).claimed_at is None
    assert dated(read_at(datetime(2031, 1, 1, tzinfo=UTC)), NOW, told, LIMITS).claimed_at is not None


def test_a_long_video_that_was_written_just_now_is_no_wrong_clock() -> None:
    later = read_at(NOW + timedelta(minutes=50))
    clock = SourceClock(item_began=NOW - timedelta(seconds=10))
    assert dated(later, NOW, clock, LIMITS).captured_at < NOW
    assert not clock.is_wrong(later, NOW, LIMITS)
    assert SourceClock().is_wrong(later, NOW, LIMITS)
    assert SourceClock(item_began=datetime(1970, 1, 1, tzinfo=UTC)).is_wrong(later, NOW, LIMITS)


@pytest.mark.parametrize(("lasted", "is_kept"), [(timedelta(days=1), True), (timedelta(days=1, seconds=1), False)])
def test_a_pass_keeps_how_long_it_took_unless_that_is_more_than_a_day(lasted: timedelta, is_kept: bool) -> None:
    begin = datetime(2031, 1, 1, tzinfo=UTC)
    read = PlateRead(read_at(NOW).read_id, "gate", "local", begin, begin, begin + lasted, "VNV4527", 0.9)
    made = dated(read, NOW, SourceClock(), LIMITS)
    assert (made.first_seen, made.captured_at, made.last_seen) == (*(2 * [NOW - lasted if is_kept else NOW]), NOW)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_times_that_contradict_each_other_become_one(first: datetime, captured: datetime, last: datetime) -> None:
    read = PlateRead(read_at(NOW).read_id, "gate", "local", captured, first, last, "VNV4527", 0.9)
    made = dated(read, NOW, SourceClock(), LIMITS)
    assert made == read or made.first_seen <= made.captured_at <= made.last_seen == NOW
