"""When a list is late: by its feed's age, by the law's, and since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.feeds.freshness import ListAge, ListDate, default_max_age_hours, list_ages

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def hours(number: float) -> datetime:
    return NOW - timedelta(hours=number)


def age_of(item: ListDate, **options: float) -> ListAge:
    (age,) = list_ages([item], NOW, **options)  # type: ignore[arg-type]
    return age


@pytest.mark.parametrize(
    ("layout", "feed_hours", "old", "late_since"),
    [
        ("ncic", None, 11.9, None),
        ("ncic", None, 13.0, hours(1)),
        ("csv", None, 13.0, None),
        ("csv", None, 25.0, hours(1)),
        ("csv", 72.0, 71.0, None),
        ("ncic", 2.0, 5.0, hours(3)),
    ],
)
def test_a_list_is_late_from_its_greatest_age_on(
    layout: str, feed_hours: float | None, old: float, late_since: datetime | None
) -> None:
    item = ListDate("a", layout, hours(99), as_of=hours(old), activated_at=hours(old), max_age_hours=feed_hours)
    age = age_of(item)
    assert age.late_since == late_since
    assert age.is_late is (late_since is not None)
    assert age.content_date == hours(old)


def test_the_age_counts_from_the_content_and_not_from_the_import() -> None:
    assert age_of(ListDate("a", "ncic", hours(99), as_of=hours(30), activated_at=hours(0))).late_since == hours(18)


def test_a_date_in_the_future_does_not_keep_a_list_current() -> None:
    item = ListDate("a", "ncic", hours(99), as_of=NOW + timedelta(days=400), activated_at=hours(20))
    assert age_of(item).late_since == hours(8)


def test_the_same_content_sent_again_under_a_new_date_is_current() -> None:
    item = ListDate("a", "csv", hours(99), as_of=hours(40), activated_at=hours(40), confirmed_at=hours(2))
    assert (age_of(item).content_date, age_of(item).is_late) == (hours(2), False)


def test_a_list_that_never_came_is_late_once_it_should_have() -> None:
    age = age_of(ListDate("a", "ncic", known_since=hours(13)))
    assert (age.content_date, age.late_since) == (None, hours(1))
    assert not age_of(ListDate("a", "ncic", known_since=hours(11))).is_late


def test_a_stricter_law_binds_lists_that_nobody_feeds() -> None:
    item = ListDate("a", "csv", hours(99), as_of=hours(7), activated_at=hours(7))
    assert age_of(item, law_hours=6).late_since == hours(1)
    assert default_max_age_hours("ncic", law_hours=6) == 6


def test_lists_that_people_write_have_no_age() -> None:
    item = ListDate("local", "local", hours(999), as_of=hours(999), activated_at=hours(999))
    assert list_ages([item], NOW, hand_kept=("local",)) == []


@given(st.floats(0, 1e4), st.floats(0.1, 1e3))
def test_late_since_is_the_moment_the_age_ran_out(old: float, allowed: float) -> None:
    age = age_of(ListDate("a", "csv", hours(old), as_of=hours(old), activated_at=hours(old), max_age_hours=allowed))
    due = hours(old) + timedelta(hours=allowed)
    assert age.late_since == (due if due < NOW else None)


AHEAD = NOW + timedelta(days=1500)


@pytest.mark.parametrize(
    "item",
    [
        ListDate("a", "ncic", hours(99), as_of=AHEAD, activated_at=AHEAD),
        ListDate("a", "ncic", hours(99), as_of=hours(20), activated_at=hours(20), confirmed_at=AHEAD),
        ListDate("a", "ncic", AHEAD),
        ListDate("a", "ncic", AHEAD, as_of=AHEAD, activated_at=AHEAD, confirmed_at=AHEAD),
    ],
)
def test_times_of_our_own_clock_when_it_ran_ahead_keep_no_list_current(item: ListDate) -> None:
    assert age_of(item).is_late


def test_a_clock_that_is_a_minute_ahead_makes_no_list_late() -> None:
    soon = NOW + timedelta(minutes=1)
    assert not age_of(ListDate("a", "ncic", hours(99), as_of=soon, activated_at=soon)).is_late
