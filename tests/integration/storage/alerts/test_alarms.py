"""Alarms as rows: each has its own message, its own span of time, and its place in the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas import ids
from schemas.events import Alarm, AlarmKind
from storage.alerts.alarms import Alarms, StoredAlarm
from storage.database import Database

START = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.fixture
def alarms(database: Database) -> Alarms:
    return Alarms(database, "local", "platewatch.alarms.local.v1")


def test_a_newer_message_is_that_of_its_own_list_and_kind(alarms: Alarms) -> None:
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    alarms.raise_alarm(AlarmKind.LATE_LIST, "region", "late", START)
    alarms.raise_alarm(AlarmKind.FEED_FAILED, "ncic", "gone", START)
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "never imported", START)
    assert {(alarm.kind.value, alarm.subject): alarm.message for alarm in alarms.standing()} == {
        ("late_list", "ncic"): "never imported",
        ("late_list", "region"): "late",
        ("feed_failed", "ncic"): "gone",
    }


def test_an_alarm_that_is_over_keeps_its_message(alarms: Alarms) -> None:
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    alarms.clear(AlarmKind.LATE_LIST, "ncic", START)
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late again", START + timedelta(hours=1))
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "later", START + timedelta(hours=2))
    assert [alarm.message for alarm in alarms.history()] == ["later", "late"]


def test_a_clock_that_was_set_back_ends_no_alarm_before_it_began(alarms: Alarms) -> None:
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    assert alarms.clear(AlarmKind.LATE_LIST, "ncic", START - timedelta(hours=1))
    (alarm,) = alarms.history()
    assert alarm.cleared_at == START


def test_the_history_shows_the_newest_first_and_leaves_the_oldest_out(alarms: Alarms) -> None:
    for hour in range(3):
        alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", f"late {hour}", START + timedelta(hours=hour))
        alarms.clear(AlarmKind.LATE_LIST, "ncic", START + timedelta(hours=hour, minutes=30))
    assert [alarm.message for alarm in alarms.history()] == ["late 2", "late 1", "late 0"]
    assert [alarm.message for alarm in alarms.history(2)] == ["late 2", "late 1"]


def test_what_one_person_has_seen_stays_theirs(alarms: Alarms) -> None:
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    number = alarms.standing()[0].alarm_number
    assert alarms.acknowledge(number, "lee", START)
    assert not alarms.acknowledge(number, "pat", START + timedelta(hours=1))
    (alarm,) = alarms.standing()
    assert (alarm.acknowledged_by, alarm.acknowledged_at) == ("lee", START)


def test_an_alarm_goes_out_when_it_is_raised_and_when_it_ends_and_not_between(database: Database) -> None:
    alarms = Alarms(database, "local", "platewatch.alarms.local.v1")
    end = START + timedelta(hours=2)
    assert alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    assert not alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "never imported", START + timedelta(hours=1))
    assert not alarms.clear(AlarmKind.LATE_LIST, "region", end)
    assert not alarms.clear(AlarmKind.FEED_FAILED, "ncic", end)
    assert alarms.clear(AlarmKind.LATE_LIST, "ncic", end)
    assert not alarms.clear(AlarmKind.LATE_LIST, "ncic", end)
    alarm_id = ids.alarm_id(AlarmKind.LATE_LIST, "ncic", START)
    with database.connection() as connection:
        sent = connection.execute(
            "select alert_id, topic, key, headers, payload from outbox order by outbox_id"
        ).fetchall()
    told = [
        Alarm(
            message_id=ids.alarm_message_id(alarm_id, status),
            alarm_id=alarm_id,
            kind=AlarmKind.LATE_LIST,
            status=status,
            agency_id="local",
            subject="ncic",
            message=message,
            raised_at=START,
            cleared_at=cleared_at,
        )
        for status, message, cleared_at in (("raised", "late", None), ("cleared", "never imported", end))
    ]
    assert [Alarm.model_validate_json(bytes(payload)) for *_, payload in sent] == told
    assert [row[:3] for row in sent] == [
        (one.message_id, "platewatch.alarms.local.v1", "late_list/ncic") for one in told
    ]
    times = [dict(headers)["ce_time"] for _, _, _, headers, _ in sent]
    assert times == ["2026-11-20T06:00:00Z", "2026-11-20T08:00:00Z"]
    (stored,) = alarms.history()
    assert stored == StoredAlarm(1, alarm_id, AlarmKind.LATE_LIST, "ncic", "never imported", START, end)
    assert alarms.standing() == []


def test_an_alarm_is_acknowledged_by_its_number(alarms: Alarms) -> None:
    for name in ("ncic", "region"):
        alarms.raise_alarm(AlarmKind.LATE_LIST, name, "late", START)
    assert alarms.acknowledge(1, "lee", START)
    assert not alarms.acknowledge(9, "lee", START)
    assert [(alarm.subject, alarm.acknowledged_by) for alarm in alarms.standing()] == [
        ("region", None),
        ("ncic", "lee"),
    ]
