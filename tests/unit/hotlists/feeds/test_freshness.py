"""When a list is late: by its feed's age, by the law's, and since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.feeds.freshness import ListAge, ListDate, Renewal, default_max_age_hours, list_ages

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


@pytest.mark.parametrize(
    ("activated", "confirmed", "late_since"),
    [
        *((hours(30), None, hours(2)), (hours(24), None, None), (hours(23), None, None)),
        *((hours(30), hours(24.5), hours(2)), (hours(30), hours(24), None), (hours(30), AHEAD, hours(2))),
        *((AHEAD, None, hours(2)), (None, None, hours(2))),
        *((hours(-24), None, None), (hours(-24.01), None, hours(2)), (hours(30), hours(-24), None)),
    ],
)
def test_a_list_that_the_law_has_renewed_by_a_day_is_late_from_then_on_whatever_its_age(
    activated: datetime | None, confirmed: datetime | None, late_since: datetime | None
) -> None:
    item = ListDate(
        *("a", "csv", hours(99)),
        as_of=hours(30) if activated else None,
        activated_at=activated,
        confirmed_at=confirmed,
        max_age_hours=1000,
    )
    (age,) = list_ages([item], NOW, renewal=Renewal(since=hours(24), due=hours(2)))
    assert age.late_since == late_since
    (coming,) = list_ages([item], NOW, renewal=Renewal(since=hours(24), due=NOW + timedelta(hours=1)))
    assert coming.late_since is None


@pytest.mark.parametrize(("activated", "late_since"), [(25, hours(1)), (24, None), (23, None)])
def test_a_list_that_the_law_has_renewed_every_day_is_late_a_day_after_it_was_brought(
    activated: float, late_since: datetime | None
) -> None:
    item = ListDate("a", "csv", hours(99), as_of=hours(90), activated_at=hours(activated), max_age_hours=1000)
    (age,) = list_ages([item], NOW, renewal=Renewal(every=timedelta(days=1)))
    assert age.late_since == late_since
    # The first of both moments counts.
    older = replace(item, max_age_hours=85.0)
    (both,) = list_ages([older], NOW, renewal=Renewal(every=timedelta(days=1)))
    assert both.late_since == hours(5)


def test_a_law_that_asks_for_no_renewal_asks_for_none() -> None:
    assert Renewal().due_of(hours(999)) is None
    assert Renewal(due=hours(1)).due_of(hours(999)) is None


@pytest.mark.parametrize(
    ("layout", "law", "most"),
    [
        *(("ncic", 24, 12), ("mi", 24, 12), ("mn", 24, 12), ("tx-ncic", 24, 12), ("tx-tcic", 24, 24), ("csv", 24, 24)),
        *(("ncic", 6, 6), ("csv", 6, 6), ("csv", 72, 72), ("ncic", 72, 12)),
    ],
)
def test_copies_of_the_national_extract_are_late_after_half_a_day(layout: str, law: float, most: float) -> None:
    assert default_max_age_hours(layout, law) == most
    (age,) = list_ages([ListDate("a", layout, hours(1))], NOW, law_hours=law)
    assert age == ListAge("a", None, most, None)


def test_ages_come_in_the_order_of_the_lists_without_those_that_people_write() -> None:
    items = [ListDate(name, layout, hours(1)) for name, layout in (("b", "csv"), ("w", "local"), ("a", "ncic"))]
    assert [age.hotlist_id for age in list_ages(items, NOW, hand_kept=("local",))] == ["b", "a"]
    assert [age.hotlist_id for age in list_ages(items, NOW)] == ["b", "w", "a"]


def test_dates_less_than_a_day_ahead_are_believed_and_those_beyond_are_not() -> None:
    for ahead, is_believed in ((23.9, True), (24.0, True), (24.1, False)):
        item = ListDate("a", "csv", hours(99), hours(40), hours(40), confirmed_at=hours(-ahead))
        assert age_of(item).content_date == (hours(-ahead) if is_believed else hours(40))
