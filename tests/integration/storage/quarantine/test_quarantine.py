"""Messages that could not be understood: kept once, shown newest first, tried again oldest first when a person asks."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.quarantine.quarantine import Quarantine
from storage.spool.messages import Message

START = datetime(2026, 11, 20, 6, tzinfo=UTC)
MESSAGES = [
    Message(
        f"source-{number % 2}", START + timedelta(minutes=number), b"body %d" % number, "text/xml", {"a": "1"}, "in"
    )
    for number in range(5)
]


@pytest.fixture
def quarantine(database: Database) -> Quarantine:
    quarantine = Quarantine(database)
    for number, message in enumerate(MESSAGES):
        quarantine.add(message, "axis", f"reason {number}")
    with database.as_owner() as connection:
        # A row that is written again lies behind the others.
        connection.execute("update quarantined_messages set path = path where message_number in (1, 2, 4)")
        connection.execute("vacuum full quarantined_messages")
    return quarantine


def test_the_newest_are_shown_first_of_one_source_or_of_all(quarantine: Quarantine) -> None:
    assert [one.message for one in quarantine.newest(10)] == MESSAGES[::-1]
    assert [one.message for one in quarantine.newest(2)] == MESSAGES[:2:-1]
    assert [one.message for one in quarantine.newest(10, "source-1")] == [MESSAGES[3], MESSAGES[1]]
    first = quarantine.newest(10)[-1]
    assert (first.vendor, first.reason, first.content_type, first.headers) == (
        "axis",
        "reason 0",
        "text/xml",
        {"a": "1"},
    )
    assert quarantine.get(first.message_number) == first
    assert quarantine.get(first.message_number + 1000) is None
    assert quarantine.count() == len(MESSAGES)


def test_what_a_person_asks_for_is_tried_again_oldest_first(quarantine: Quarantine) -> None:
    assert quarantine.to_retry(0, 10) == []
    numbers = [one.message_number for one in quarantine.newest(10)][::-1]
    assert quarantine.ask_retry(numbers[1]) == 1
    assert [one.message for one in quarantine.to_retry(0, 10)] == [MESSAGES[1]]
    assert quarantine.ask_retry(None) == len(MESSAGES)
    assert [one.message for one in quarantine.to_retry(0, 10)] == MESSAGES
    assert [one.message for one in quarantine.to_retry(0, 2)] == MESSAGES[:2]
    assert [one.message for one in quarantine.to_retry(numbers[1], 2)] == MESSAGES[2:4]
    quarantine.failed_again(numbers[0], "still no time")
    assert [one.message for one in quarantine.to_retry(0, 10)] == MESSAGES[1:]
    again = quarantine.get(numbers[0])
    assert again is not None
    assert (again.reason, again.retry_asked_at) == ("still no time", None)
    assert quarantine.get(numbers[2]) != again


def test_the_same_message_is_kept_once_with_the_newest_reason(quarantine: Quarantine) -> None:
    quarantine.ask_retry(None)
    quarantine.add(MESSAGES[0], "axis", "another reason")
    assert quarantine.count() == len(MESSAGES)
    assert [one.message for one in quarantine.to_retry(0, 10)] == MESSAGES[1:]
    assert quarantine.newest(10)[-1].reason == "another reason"
    for other in ({"body": b"other"}, {"received_at": START - timedelta(days=1)}, {"source": "source-9"}):
        quarantine.add(dataclasses.replace(MESSAGES[0], **other), "axis", "other")
    assert quarantine.count() == len(MESSAGES) + 3


def test_what_is_taken_away_is_gone_and_every_look_is_written_down(database: Database, quarantine: Quarantine) -> None:
    lee = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
    number = quarantine.newest(1)[0].message_number
    looks = [AuditRecord(lee, action) for action in (Action.VIEW_QUARANTINE, Action.DISCARD_QUARANTINED)]
    quarantine.newest(3, audit=looks[0])
    quarantine.get(number, audit=looks[0])
    quarantine.get(number + 1000, audit=looks[0])
    assert quarantine.remove(number, audit=looks[1])
    assert not quarantine.remove(number, audit=looks[1])
    assert quarantine.get(number) is None
    assert quarantine.count() == len(MESSAGES) - 1
    seen = [(entry.action, entry.results) for entry in audit_entries(database)][::-1]
    assert seen == [(looks[0].action, 3), (looks[0].action, 1), (looks[0].action, 0), (looks[1].action, 1)]
