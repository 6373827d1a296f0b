"""Times and days as forms have them: one is understood, or refused with what was expected."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.spans import day_of, days_back, field_of, moment_of
from schemas.errors import InvalidInput


@given(st.text() | st.datetimes().map(datetime.isoformat) | st.from_regex(r"\d{1,5}-\d\d-\d\dT?\d*:?\d*[+-]?\d*:?\d*"))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        moment = moment_of(text, "from")
        assert moment is None or moment.utcoffset() is not None
    with contextlib.suppress(InvalidInput):
        assert day_of(text, "from") is None or isinstance(day_of(text, "from"), date)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda one: one.replace(second=0, microsecond=0)))
def test_a_field_is_read_as_it_was_written(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    read = moment_of(field_of(aware), "from")
    assert read is not None
    # But for the hour that there is twice.
    assert abs(read - aware) <= timedelta(hours=1)


def test_what_is_left_out_and_what_is_none() -> None:
    assert moment_of("  ", "from") is day_of("", "until") is None
    for text in ("soon", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "2026-01-31T06:00+99:00"):
        with pytest.raises(InvalidInput, match=r"from: '.*' is no time"):
            moment_of(text, "from")
        with pytest.raises(InvalidInput, match=r"until: '.*' is no day"):
            day_of(text, "until")
    week = days_back(datetime(2026, 11, 4, 15, tzinfo=UTC), 7)
    assert (week.hour, week.minute) == (0, 0)
    assert timedelta(days=7) <= datetime(2026, 11, 4, 15, tzinfo=UTC) - week < timedelta(days=9)
