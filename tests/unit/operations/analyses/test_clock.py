"""People's days go by the clock on the wall, also where it is put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.analyses.clock import clock_between, days_between

ZONES = tuple(map(ZoneInfo, ("America/New_York", "America/Phoenix", "Pacific/Honolulu", "Australia/Lord_Howe", "UTC")))
EPOCH = datetime(1970, 1, 1)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def shown_at(moment: datetime, zone: ZoneInfo) -> float:
    return (moment.astimezone(zone).replace(tzinfo=None) - EPOCH).total_seconds()


@given(MOMENTS, st.integers(1, 40), st.sampled_from(ZONES), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_clock_is_that_of_the_zone(since: datetime, days: int, zone: ZoneInfo, shares: list[float]) -> None:
    until = since + timedelta(days=days)
    clock = clock_between(since, until, zone)
    # Not within a second of a change, where a float's rounding decides.
    moments = [(since + share * (until - since)).replace(microsecond=500_000) for share in shares]
    times = np.array([moment.timestamp() for moment in moments])
    shown = clock.shown(times)
    assert shown == pytest.approx([shown_at(moment, zone) for moment in moments], abs=1e-3)
    first = [moment.astimezone(zone).replace(fold=0).timestamp() for moment in moments]
    assert clock.meant(shown) == pytest.approx(first, abs=1e-3)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-03-05", "2026-03-12", 7),  # an hour less
        ("2026-10-29", "2026-11-05", 7),  # an hour more
        ("2026-11-01", "2026-11-02", 1),
        ("2026-07-01T08:00", "2026-07-02T08:01", 2),
        ("2026-07-01T08:00", "2026-07-01T08:00", 1),
    ],
)
def test_days_are_those_of_the_clock(since: str, until: str, days: int) -> None:
    zone = ZoneInfo("America/New_York")
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (since, until))
    assert days_between(begin, end, zone) == days
    assert days_between(begin.astimezone(UTC), end.astimezone(UTC), zone) == days
