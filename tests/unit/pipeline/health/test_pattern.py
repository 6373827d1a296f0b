"""A reader that is silent when it never is raises an alarm, and one that sleeps at night does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.health.pattern import expected_reads, hour_of, missing_message

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def reads_of(day: datetime, busy: int = 120) -> dict[datetime, int]:
    """A road that is busy from six to ten in the evening, and empty at night."""
    return {day + number * HOUR: busy for number in range(6, 22)}


def weeks(count: int, until: datetime = MONDAY) -> dict[datetime, int]:
    return {hour: n for day in range(1, 7 * count + 1) for hour, n in reads_of(until - day * DAY).items()}


def test_a_quarter_of_an_hour_without_a_read_stands_out_by_day_and_a_night_does_not() -> None:
    hours = weeks(4) | {MONDAY + 6 * HOUR: 60}
    ten = MONDAY + 10 * HOUR
    message = missing_message(hours, ten - timedelta(minutes=15), ten, 20)
    assert message is not None
    assert "no read since 2026-06-01 09:45 UTC" in message
    assert "about 30 would have come" in message
    assert missing_message(hours, ten - timedelta(minutes=9), ten, 4) is None  # traffic lights
    assert missing_message(hours, MONDAY - 2 * HOUR, MONDAY + 6 * HOUR, 20) is None
    assert missing_message(hours, MONDAY - 2 * HOUR, MONDAY + 6.2 * HOUR, 20) is not None


def test_a_limit_of_zero_asks_for_nothing() -> None:
    assert missing_message(weeks(4), MONDAY - 5 * DAY, MONDAY, 0) is None


def test_sundays_are_compared_with_sundays() -> None:
    hours = {hour: n for hour, n in weeks(4).items() if hour.weekday() != 6}
    sunday = MONDAY + 6 * DAY
    assert expected_reads(hours | weeks(1, sunday), sunday + 8 * HOUR, sunday + 12 * HOUR) == 0
    assert expected_reads(hours, MONDAY + 8 * HOUR, MONDAY + 12 * HOUR) == 480


def test_in_the_first_weeks_a_day_is_compared_with_the_days_before() -> None:
    hours = {hour: n for day in (1, 2, 3) for hour, n in reads_of(MONDAY - day * DAY).items()}
    # The first hour ever was six o'clock on the first of them.
    assert expected_reads(hours, MONDAY + 8 * HOUR, MONDAY + 9 * HOUR) == 120
    two_days = {hour: n for hour, n in hours.items() if hour >= MONDAY - 2 * DAY}
    assert expected_reads(two_days, MONDAY + 8 * HOUR, MONDAY + 9 * HOUR) == 0


def test_the_same_day_of_the_week_counts_once_two_weeks_are_known_and_four_of_them_and_seven_days_at_most() -> None:
    def expected(*days: tuple[int, int]) -> float:
        """Return what an hour of Monday expects, by how many came in it so many days before."""
        hours = {MONDAY + 8 * HOUR - day * DAY: reads for day, reads in days}
        return expected_reads(hours, MONDAY + 8 * HOUR, MONDAY + 9 * HOUR)

    days = [(day, 10) for day in range(1, 7)]
    assert expected(*days, (7, 100)) == 10
    assert expected(*days, (7, 100), (14, 300)) == 200
    assert expected(*days, (7, 100), (14, 300), (21, 500), (28, 700), (35, 900)) == 400
    # Of the days before the middle one of seven, the week's own among them; an eighth does not count.
    assert expected((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 800)) == 4


def test_an_outage_of_a_day_does_not_hide_the_next_one_and_a_holiday_raises_one_alarm_at_most() -> None:
    hours = {hour: n for hour, n in weeks(4).items() if not MONDAY - 7 * DAY <= hour < MONDAY - 6 * DAY}
    assert expected_reads(hours, MONDAY + 8 * HOUR, MONDAY + 9 * HOUR) == 120


def test_a_reader_that_is_new_is_expected_to_send_nothing() -> None:
    assert expected_reads({}, MONDAY, MONDAY + DAY) == 0


def test_hours_are_those_of_utc() -> None:
    newfoundland = datetime.fromisoformat("2026-06-01T10:15:00-02:30")
    assert hour_of(newfoundland) == MONDAY + 12 * HOUR


@pytest.mark.parametrize("change", ["2026-03-08", "2026-11-01"])
def test_the_same_hour_is_that_of_the_clock_on_the_wall(change: str) -> None:
    """People get up by their clocks: after a change nothing is missing, in the weeks before and in the days before."""
    zone = ZoneInfo("America/New_York")
    first = datetime.fromisoformat(f"{change}T00:00:00").replace(tzinfo=zone)
    for days in (28, 6):
        hours = {
            hour_of(day + number * HOUR): 120
            for day in (first - number * DAY for number in range(1, days + 1))
            for number in range(6, 22)
        }
        for local, busy in ((5, 0), (6, 120), (21, 120), (22, 0)):
            hour = first + local * HOUR
            assert expected_reads(hours, hour, hour + HOUR, zone) == busy, (days, local)


@given(
    st.dictionaries(st.integers(-800, 0).map(lambda n: MONDAY + n * HOUR), st.integers(0, 500), max_size=200),
    st.floats(0, 200),
    st.floats(0, 200),
)
def test_silence_that_lasts_longer_never_makes_less_expected(
    hours: dict[datetime, int], first: float, more: float
) -> None:
    shorter = expected_reads(hours, MONDAY, MONDAY + first * HOUR)
    longer = expected_reads(hours, MONDAY, MONDAY + (first + more) * HOUR)
    assert 0 <= shorter <= longer + 1e-6
    assert longer <= (first + more) * max(hours.values(), default=0) + 1e-6


@pytest.mark.parametrize("offset", [timedelta(), timedelta(minutes=30)])
def test_parts_of_hours_count_for_their_part(offset: timedelta) -> None:
    assert expected_reads(weeks(4), MONDAY + 8 * HOUR + offset, MONDAY + 8 * HOUR + offset + HOUR / 2) == 60
