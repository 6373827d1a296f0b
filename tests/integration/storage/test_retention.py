"""What is too old ends, with everything that follows from it; what is not stays."""

from __future__ import annotations

from datetime import timedelta

from policy.decisions import Retention
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from storage.alerts.raised import AlertLog
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.search import ReadSearch
from storage.retention import RetentionOutcome, enforce_retention
from tests.integration.alerts.records import Records, outbox_of
from tests.integration.storage.samples import START, activate, sample_entry, sample_record
from tests.integration.storage.stored_entries import latest

DAY = 24 * 60


def test_old_reads_end_with_hits_alerts_messages_and_pictures(database: Database) -> None:
    # In minutes: two that expire on the first day, one five minutes too young, others of later days.
    batch = [sample_record(number, f"AAA{number + 60}") for number in (-60, 0, 10, 5 * DAY, 20 * DAY)]
    Records(database).write(batch)
    with outbox_of(database) as outbox:
        outbox.dead_letter(outbox.take(1)[0].outbox_id, "too large")
    deleted: list[str] = []
    now = START + timedelta(days=21, minutes=5)
    outcome = enforce_retention(database, Retention(), delete_images=deleted.extend, now=now)
    assert outcome == RetentionOutcome(reads=2, hits=2, alerts=2, pictures=4, audited=0)
    old = [record.read for record in batch[:2]]
    assert set(deleted) == {key for read in old for key in (read.plate_image_key, read.context_image_key)}
    search = ReadSearch(database)
    assert {read.plate for read in search.find("AAA*")} == {record.read.plate for record in batch[2:]}
    assert len(AlertLog(database).latest(10)) == 3
    with outbox_of(database) as outbox:
        assert outbox.pending() == 3
        assert outbox.dead_letters() == []
    again = enforce_retention(database, Retention(), delete_images=deleted.extend, now=now)
    assert again == RetentionOutcome(0, 0, 0, 0, 0)
    later = enforce_retention(database, Retention(), delete_images=deleted.extend, now=now + timedelta(days=30))
    assert later.reads == 3
    with database.connection() as connection:
        rows = connection.execute("select (select count(*) from plate_dictionary), (select count(*) from reads)")
        assert rows.fetchone() == (0, 0)
    assert Records(database).write(batch).reads == 5


def test_replaced_entries_and_old_searches_end(database: Database) -> None:
    for entries in ([sample_entry(1), sample_entry(2)], [sample_entry(2)]):
        activate(database, entries)
    search = ReadSearch(database)
    search.find("ABC*", audit=AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.SEARCH))
    (searched,) = audit_entries(database)
    gone = sample_entry(1).entry_id
    enforce_retention(database, Retention(), delete_images=print, now=searched.happened_at + timedelta(days=20))
    assert latest(database, gone) is not None
    enforce_retention(database, Retention(), delete_images=print, now=searched.happened_at + timedelta(days=22))
    assert latest(database, gone) is None
    assert latest(database, sample_entry(2).entry_id) is not None
    assert len(audit_entries(database)) == 1
    outcome = enforce_retention(
        database, Retention(), delete_images=print, now=searched.happened_at + timedelta(days=731)
    )
    assert outcome.audited == 1
    assert audit_entries(database) == []
