"""What writing hits and messages leaves in the database, row by row."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from schemas.errors import InvalidInput
from schemas.messages import Message
from schemas.settling import Outcome, SettledHit
from schemas.types import CharacterEvidence, Hit, Tier
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.storage.samples import START, sample_hit, sample_id
from tests.integration.storage.sharing.rows import agree

LATER = START + timedelta(minutes=5)


def hits(database: Database) -> list[tuple[Any, ...]]:
    with database.connection() as connection:
        return connection.execute(
            "select captured_at, hotlist_id, tier, score, explanation, characters, jurisdiction_agrees, edit_distance, "
            "list_as_of, list_age_seconds, second_reader_agrees, outcome, alert_id, historical "
            "from hits order by hit_id"
        ).fetchall()


def row(hit: Hit, at: Any, outcome: str | None, alert: Any = None, historical: bool = False) -> tuple[Any, ...]:
    evidence = [[one.read, one.listed, one.probability, one.relation] for one in hit.characters]
    return (
        at, hit.hotlist_id, hit.tier.value, hit.score, hit.explanation, evidence, hit.jurisdiction_agrees,
        hit.edit_distance, hit.list_as_of, hit.list_age_seconds, hit.second_reader_agrees, outcome, alert, historical,
    )  # fmt: skip


OTHER = replace(
    sample_hit(0),
    hotlist_id="local",
    tier=Tier.EXACT,
    score=20.0,
    explanation="plate and state are equal",
    characters=(CharacterEvidence("B", "B", 0.75, "equal"),),
    jurisdiction_agrees=None,
    edit_distance=0,
    list_as_of=LATER,
    list_age_seconds=1.5,
    second_reader_agrees=True,
)


def test_what_was_decided_of_a_hit_stays_and_what_nobody_heard_of_may_become_news(database: Database) -> None:
    first, alert = sample_hit(0), sample_id("alert", 1)

    def add(*some: SettledHit) -> None:
        with Ledger(database).begin() as unit:
            unit.add_hits(some)

    add(SettledHit(first, START, Outcome.SILENT))
    assert hits(database) == [row(first, START, "silent")]
    # Only what becomes of it is news: the hit is what it was.
    add(SettledHit(OTHER, LATER, Outcome.ALERTED, alert, is_past=True))
    decided = row(first, START, "alerted", alert)
    assert hits(database) == [decided]
    add(SettledHit(OTHER, LATER, Outcome.SUPPRESSED, uuid4()))
    assert hits(database) == [decided]
    with Ledger(database).begin() as unit:
        unit.take_back_hits([sample_id("hit", 9)])
        assert unit.settled_hits([first.hit_id]) == {first.hit_id: Outcome.ALERTED}
        unit.take_back_hits([first.hit_id])
    assert hits(database) == [row(first, START, "revised", alert)]
    # A newer revision of its read says all of it anew; in one batch each in its turn.
    add(
        SettledHit(OTHER, START, Outcome.SUPPRESSED, alert),
        SettledHit(OTHER, LATER, Outcome.UPDATED, alert, is_revision=True),
        SettledHit(first, START, Outcome.SILENT, None),
    )
    assert hits(database) == [row(OTHER, LATER, "updated", alert)]
    with database.connection() as connection:
        connection.execute("update hits set outcome = null, alert_id = null")
    add(SettledHit(first, START, Outcome.ALERTED, alert))
    assert hits(database) == [row(OTHER, LATER, "alerted", alert)]


def test_a_hit_among_stored_reads_is_marked_as_one(database: Database) -> None:
    with Ledger(database).begin() as unit:
        unit.add_hits([SettledHit(sample_hit(0), START, Outcome.ALERTED, sample_id("alert", 0), is_past=True)])
    assert hits(database) == [row(sample_hit(0), START, "alerted", sample_id("alert", 0), historical=True)]


def message(number: int, **content: Any) -> Message:
    body = json.dumps({"number": number} | content).encode()
    return Message(sample_id("message", number), f"key {number}", body, (("ce_id", str(number)),))


def test_what_follows_an_alert_goes_where_it_went_with_its_key_and_nowhere_else(database: Database) -> None:
    agree(database, "suffolk")
    first = message(0)
    with Ledger(database).begin() as unit:
        assert unit.add_alert(first, sample_id("hit", 0), Tier.EXACT, START, "a")
        unit.send(first, "b")
        unit.send(first, "b")
        unit.send(message(5), "c")
    with database.connection() as connection:
        connection.execute(
            "insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release) "
            "values (%s, 'shared', 'key 0', '[]', '', 'suffolk', '{}')",
            (first.message_id,),
        )
    with Ledger(database).begin() as unit:
        assert not unit.add_alert(first, sample_id("hit", 0), Tier.EXACT, START, "a")
        for _ in range(2):
            unit.add_update(message(1), sample_id("hit", 1), Tier.PROBABLE, LATER, first.message_id)
        assert unit.cancel(first.message_id, message(2))
        assert not unit.cancel(first.message_id, message(3))
        assert not unit.cancel(sample_id("message", 9), message(4))
    with database.connection() as connection:
        sent = connection.execute(
            "select alert_id, topic, key, headers, payload from outbox where agreement_id is null order by outbox_id"
        ).fetchall()
        stored = connection.execute(
            "select alert_id, hit_id, captured_at, tier, status from alerts order by insert_number"
        ).fetchall()
    expected = ((0, "a"), (0, "b"), (5, "c"), (1, "a"), (1, "b"), (2, "a"), (2, "b"))
    assert [(alert, topic, key, headers, bytes(payload)) for alert, topic, key, headers, payload in sent] == [
        (
            sample_id("message", number),
            topic,
            "key 5" if number == 5 else "key 0",
            [["ce_id", str(number)]],
            message(number).payload,
        )
        for number, topic in expected
    ]
    assert stored == [
        (sample_id("message", 0), sample_id("hit", 0), START, "exact", "closed"),
        (sample_id("message", 1), sample_id("hit", 1), LATER, "probable", "closed"),
        # What takes it back is about the same pass.
        (sample_id("message", 2), sample_id("hit", 0), START, "exact", "closed"),
    ]


def test_what_is_held_is_sent_to_nobody_also_when_it_comes_again(database: Database) -> None:
    one = message(0)
    with Ledger(database).begin() as unit:
        storm = unit.storm_of("gate", sample_id("entry", 0), START, 0, lambda *_: (0.0, 0))
    assert storm is not None
    for held in (storm, storm, None):
        with Ledger(database).begin() as unit:
            assert not unit.add_alert(one, sample_id("hit", 0), Tier.EXACT, START, "a", held)
            assert unit.has_written_messages is False
    with database.connection() as connection:
        rows = connection.execute("select alert_id, topic, key, headers, payload from held_messages").fetchall()
        assert connection.execute("select count(*) from outbox").fetchone() == (0,)
        assert connection.execute("select status from alerts").fetchall() == [("held",)]
        connection.execute("update alerts set status = 'discarded'")
    assert [(*values, bytes(payload)) for *values, payload in rows] == [
        (one.message_id, "a", one.key, [["ce_id", "0"]], one.payload)
    ]
    with Ledger(database).begin() as unit:
        assert not unit.add_alert(one, sample_id("hit", 0), Tier.EXACT, START, "a")
        assert unit.has_written_messages is False
    with database.connection() as connection:
        connection.execute("update alerts set status = 'open'")
    # One that is open and comes again goes out again: the relay drops what it has sent.
    with Ledger(database).begin() as unit:
        assert not unit.add_alert(one, sample_id("hit", 0), Tier.EXACT, START, "a")
        assert unit.has_written_messages is True


def test_what_is_no_json_is_refused_and_nothing_of_it_stays(database: Database) -> None:
    def write(payload: bytes) -> None:
        with Ledger(database).begin() as unit:
            unit.add_hits([SettledHit(sample_hit(0), START, Outcome.SILENT)])
            unit.add_alert(Message(uuid4(), "key", payload, ()), sample_id("hit", 0), Tier.EXACT, START, "a")

    for payload in (b"{", b"\xff"):
        with pytest.raises(InvalidInput):
            write(payload)
    assert hits(database) == []
