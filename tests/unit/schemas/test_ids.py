"""Derived ids: the same again for the same thing, others for others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from schemas import ids
from schemas.ids import alert_id, entry_id, entry_ids, hit_id, read_id

RAISED = datetime(2026, 11, 20, 6, tzinfo=UTC)


def test_ids_name_what_they_are_made_of() -> None:
    start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = read_id("east", "a.mp4", start, 1)
    assert first == read_id("east", "a.mp4", start, 1)
    others = [
        read_id("east", "a.mp4", start, 2),
        read_id("east", "a.mp4", start + timedelta(microseconds=1), 1),
        read_id("west", "a.mp4", start, 1),
        read_id("east", "b.mp4", start, 1),
    ]
    assert len({first, *others}) == 5
    assert entry_id("ncic", "AB", "C") != entry_id("ncic", "A", "BC")
    assert entry_ids("ncic", "id")("V1") == entry_id("ncic", "id", "V1")
    assert entry_ids("ncic", "plate")("AB1", "US-VA", "") == entry_id("ncic", "plate", "AB1", "US-VA", "")
    hit = hit_id(first, entry_id("ncic", "V1"))
    assert alert_id(hit, "alert") != alert_id(hit, "cancel")


def test_ids_are_the_same_again_and_differ_by_what_they_name() -> None:
    first = ids.alarm_id("late_list", "ncic", RAISED)
    assert first == ids.alarm_id("late_list", "ncic", RAISED)
    others = {ids.alarm_id("held_list", "ncic", RAISED), ids.alarm_id("late_list", "mi", RAISED)}
    assert len({first, *others, ids.alarm_message_id(first, "raised"), ids.alarm_message_id(first, "cleared")}) == 5
    assert isinstance(first, UUID)


def test_an_alarm_is_the_same_whatever_zone_its_time_is_told_in() -> None:
    abroad = RAISED.astimezone(timezone(timedelta(hours=-5)))
    assert ids.alarm_id("late_list", "ncic", abroad) == ids.alarm_id("late_list", "ncic", RAISED)
    assert ids.alarm_id("late_list", "ncic", RAISED + timedelta(seconds=1)) != ids.alarm_id("late_list", "ncic", RAISED)
