"""The outbox gives messages in order, to one relay, until they are marked or set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from storage.alerts.outbox import Outbox, backlog, pending, retry_dead_letters
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.alerts.records import Records
from tests.integration.storage.samples import sample_record
from tests.integration.storage.test_leadership import wait_until


def _end_other_sessions(database: Database) -> None:
    with database.connection() as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.fixture
def leadership(database: Database) -> Iterator[Leadership]:
    with Leadership(database) as leadership:
        yield leadership


@pytest.fixture
def outbox(database: Database, leadership: Leadership) -> Outbox:
    return Outbox(database, leadership)


def test_messages_come_in_order_until_they_are_marked(database: Database, outbox: Outbox) -> None:
    records = Records(database)
    batch = [sample_record(number, f"AAA{number}") for number in range(5)]
    records.write(batch[:3])
    records.write(batch)
    rows = outbox.take(10)
    assert [row.key for row in rows] == ["AAA0", "AAA1", "AAA2", "AAA3", "AAA4"]
    message = batch[0].messages[0]
    assert (rows[0].payload, rows[0].headers, rows[0].topic) == (message.payload, message.headers, message.topic)
    assert outbox.take(2) == rows[:2]
    outbox.mark_sent([row.outbox_id for row in rows[:2]])
    assert outbox.take(10) == rows[2:]
    assert outbox.pending() == 3
    records.write(batch)  # a replay does not bring the sent ones back
    assert outbox.pending() == 3


def test_a_dead_letter_keeps_its_message_and_frees_the_way(database: Database, outbox: Outbox) -> None:
    batch = [sample_record(number) for number in range(2)]
    Records(database).write(batch)
    first = outbox.take(1)[0]
    outbox.dead_letter(first.outbox_id, "message of 2 MB is larger than the topic allows")
    (letter,) = outbox.dead_letters()
    assert letter.row == replace(first, captured_at=None)
    assert letter.reason == "message of 2 MB is larger than the topic allows"
    assert [row.alert_id for row in outbox.take(10)] == [batch[1].messages[0].alert_id]
    Records(database).write(batch)
    assert outbox.pending() == 1


def test_a_dead_letter_that_is_tried_again_is_the_same_message_in_its_old_place(
    database: Database, outbox: Outbox
) -> None:
    Records(database).write([sample_record(number) for number in range(4)])
    rows = outbox.take(10)
    for row in rows[:3]:
        outbox.dead_letter(row.outbox_id, "too large")
    look = AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.RETRY_DELIVERIES)
    assert retry_dead_letters(database, rows[1].outbox_id, look) == 1
    assert outbox.take(10) == [rows[1], rows[3]]
    assert [letter.row.outbox_id for letter in outbox.dead_letters()] == [rows[0].outbox_id, rows[2].outbox_id]
    assert retry_dead_letters(database, rows[1].outbox_id, look) == 0
    assert retry_dead_letters(database, None, look) == 2
    assert outbox.take(10) == rows
    assert outbox.dead_letters() == []


def test_a_dead_letter_whose_message_is_gone_is_not_lost_by_trying_it_again(database: Database, outbox: Outbox) -> None:
    Records(database).write([sample_record(number) for number in range(3)])
    rows = outbox.take(10)
    for row in rows:
        outbox.dead_letter(row.outbox_id, "too large")
    with database.connection() as connection:
        connection.execute("delete from outbox where outbox_id = %s", (rows[1].outbox_id,))
    look = AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.RETRY_DELIVERIES)
    assert retry_dead_letters(database, None, look) == 2
    assert [letter.row.outbox_id for letter in outbox.dead_letters()] == [rows[1].outbox_id]
    assert backlog(database)[0] == 2


def test_what_waits_is_counted_with_since_when_and_what_was_set_aside(database: Database, outbox: Outbox) -> None:
    assert backlog(database) == (0, None, 0)
    Records(database).write([sample_record(number) for number in range(4)])
    rows = outbox.take(10)
    outbox.mark_sent([rows[0].outbox_id])
    outbox.dead_letter(rows[1].outbox_id, "too large")
    assert backlog(database) == (2, rows[2].created_at, 1)
    assert outbox.pending() == pending(database) == 2


def test_only_the_leader_takes_messages(database: Database, outbox: Outbox, leadership: Leadership) -> None:
    Records(database).write([sample_record(0)])
    assert len(outbox.take(10)) == 1
    with Leadership(database) as other:
        second = Outbox(database, other)
        assert second.take(10) == []
        leadership.close()
        assert outbox.take(10) == []
        wait_until(lambda: len(second.take(10)) == 1)  # the server frees a closed connection's locks in its own time


def test_a_lost_connection_is_made_again(database: Database, outbox: Outbox) -> None:
    assert outbox.take(10) == []
    _end_other_sessions(database)
    Records(database).write([sample_record(0)])
    assert len(outbox.take(10)) == 1


def test_the_order_is_that_of_writing_wherever_the_rows_lie(database: Database, outbox: Outbox) -> None:
    Records(database).write([sample_record(number, f"AAA{number}") for number in range(4)])
    with database.as_owner() as connection:
        # A row that is written again lies behind the others.
        connection.execute("update outbox set headers = headers where key in ('AAA0', 'AAA2')")
        connection.execute("vacuum full outbox")
    assert [row.key for row in outbox.take(10)] == ["AAA0", "AAA1", "AAA2", "AAA3"]
    assert [row.key for row in outbox.take(1)] == ["AAA0"]


def _stored(database: Database) -> list[tuple[bytes, bool, object]]:
    with database.connection() as connection:
        rows = connection.execute("select payload, sent_at is not null, sent_at from outbox order by outbox_id")
        return [(bytes(payload), is_sent, sent_at) for payload, is_sent, sent_at in rows]


def test_what_was_sent_or_set_aside_keeps_no_content_and_the_time_of_the_first_sending(
    database: Database, outbox: Outbox
) -> None:
    Records(database).write([sample_record(number, f"AAA{number}") for number in range(3)])
    rows = outbox.take(10)
    outbox.mark_sent([rows[0].outbox_id])
    outbox.dead_letter(rows[1].outbox_id, "too large")
    before = _stored(database)
    assert [(payload, is_sent) for payload, is_sent, _ in before] == [
        (b"", True),
        (b"", True),
        (rows[2].payload, False),
    ]
    outbox.mark_sent([rows[0].outbox_id])
    outbox.dead_letter(rows[0].outbox_id, "sent already")
    assert _stored(database)[0][:2] == (b"", True)
    outbox.mark_sent([rows[1].outbox_id])
    assert _stored(database)[1] == before[1]
    assert [letter.row.outbox_id for letter in outbox.dead_letters()] == [rows[1].outbox_id]
