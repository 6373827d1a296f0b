"""Derived ids: the same again for the same thing, others for others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid5

import pytest

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


_NAMES = UUID("c338ade8-1e4c-5a05-815b-7a97c4a9e792")
A, B = UUID(int=1), UUID(int=2)
IDS_OF = {
    "read|east|a.mp4|2026-11-20T06:00:00+00:00|7": ids.read_id("east", "a.mp4", RAISED, 7),
    "reported-read|axis|gate|p1|x": ids.reported_read_id("axis", "gate", "p1", "x"),
    f"published-read|{A}|3|final": ids.published_read_id(A, 3, is_final=True),
    f"published-read|{A}|3|early": ids.published_read_id(A, 3, is_final=False),
    "dead-letter|reads|2|55": ids.dead_letter_id("reads", 2, 55),
    "entry|ncic|id|V1": ids.entry_id("ncic", "id", "V1"),
    "entry|ncic|plate|AB|VA|": ids.entry_ids("ncic", "plate")("AB", "VA", ""),
    "entry|ncic|id|V2": ids.entry_ids("ncic", "id")("V2"),
    f"hit|{A}|{B}": ids.hit_id(A, B),
    f"alert|{A}|update 2": ids.alert_id(A, "update 2"),
    f"disposition|{A}|4": ids.disposition_id(A, 4),
    f"car-answer|car-3|{A}|{B}|seen|2026-11-20T06:00:00+00:00": ids.car_answer_id("car-3", A, B, "seen", RAISED),
    "car-note|car-3|shown|x|2026-11-20T06:00:00+00:00": ids.car_note_id("car-3", "shown", "x", RAISED),
    f"shared-read|{A}|3": ids.shared_read_id(A, 3),
    "shared-list|suffolk|ncic|8|whole|2": ids.shared_list_id("suffolk", "ncic", 8, "whole", 2),
    f"delivery|rule|desk|{A}": ids.delivery_id("rule", "desk", A),
    "alarm|late_list|ncic|2026-11-20T06:00:00+00:00": ids.alarm_id("late_list", "ncic", RAISED),
    f"alarm-message|{A}|raised": ids.alarm_message_id(A, "raised"),
}


@pytest.mark.parametrize("name", IDS_OF)
def test_an_id_is_made_of_the_same_text_in_every_release(name: str) -> None:
    """Another one, and what is sent or read again after an upgrade would be there twice."""
    assert IDS_OF[name] == uuid5(_NAMES, name.replace("|", "\x1f"))


def test_every_kind_of_id_is_among_them() -> None:
    made = {name for name, what in vars(ids).items() if name.endswith("_id") and what.__module__ == ids.__name__}
    assert {f"{name.partition('|')[0].replace('-', '_')}_id" for name in IDS_OF} == made
