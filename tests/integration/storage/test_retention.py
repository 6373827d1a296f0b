"""What is too old ends, with everything that follows from it; what is not stays."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from policy.decisions import Retention
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.events import AlarmKind
from schemas.types import RejectedRow
from storage.alerts.alarms import Alarms
from storage.alerts.raised import AlertLog
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.reads.search import ReadSearch
from storage.retention import RetentionOutcome, enforce_retention
from tests.integration.alerts.records import Records, outbox_of
from tests.integration.storage.samples import START, activate, sample_entry, sample_read, sample_record
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
        # Whole days are dropped with their tables.
        days = connection.execute(
            "select right(relname, 8) from pg_class where relname like 'reads\\_2%' and relispartition"
        )
        cutoff = now + timedelta(days=9)
        assert [day for (day,) in days if day < f"{cutoff:%Y%m%d}"] == []
    assert Records(database).write(batch).reads == 5


def test_replaced_entries_and_old_searches_end(database: Database) -> None:
    for entries in ([sample_entry(1), sample_entry(2)], [sample_entry(2)]):
        activate(database, entries)
    lee = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
    ReadSearch(database).find("ABC*", audit=AuditRecord(lee, Action.SEARCH))
    (searched,) = audit_entries(database)
    with database.connection() as connection:  # as if written then
        connection.execute(
            "insert into audit (happened_at, actor, via, origin, agency_id, action)"
            " select now() - '1 day'::interval * age, 'kim', 'local_user', 'desk', 'local', 'search'"
            " from unnest(array[729, 731]) as age"
        )
    gone = sample_entry(1).entry_id
    twenty_days = searched.happened_at + timedelta(days=20)
    assert enforce_retention(database, Retention(), delete_images=print, now=twenty_days).audited == 1
    assert latest(database, gone) is not None
    enforce_retention(database, Retention(), delete_images=print, now=searched.happened_at + timedelta(days=22))
    assert latest(database, gone) is None
    assert latest(database, sample_entry(2).entry_id) is not None
    # Whatever whoever asks takes for the time: the owner keeps what has to be kept by the server's clock.
    far = searched.happened_at + timedelta(days=731)
    assert enforce_retention(database, Retention(), delete_images=print, now=far).audited == 0
    assert [entry.actor.name for entry in audit_entries(database)] == ["kim", "lee"]


MINUTES = Retention(reads=timedelta(minutes=3))
"""As New Hampshire's law has it."""


def _plates(database: Database) -> set[str]:
    with database.connection() as connection:
        return {plate for (plate,) in connection.execute("select canonical from plate_dictionary")}


def test_a_law_of_minutes_ends_reads_pictures_and_plates_within_the_day(database: Database) -> None:
    noon = START.replace(hour=12, minute=0, second=0)
    records = []
    for number, plate, seconds in ((0, "AAA1", 0), (1, "BBB2", 60), (2, "AAA1", 90)):
        read = dataclasses.replace(sample_read(number, plate), captured_at=noon + timedelta(seconds=seconds))
        records.append(dataclasses.replace(sample_record(number, plate), read=read))
    Records(database).write(records)
    deleted: list[str] = []

    def end(seconds: float) -> int:
        moment = noon + timedelta(seconds=seconds)
        return enforce_retention(database, MINUTES, delete_images=deleted.extend, now=moment).reads

    assert end(180) == 0  # not older than three minutes yet
    assert (end(181), _plates(database)) == (1, {"AAA1", "BBB2"})  # one read of the plate is left
    assert set(deleted) == {records[0].read.plate_image_key, records[0].read.context_image_key}
    assert (end(241), _plates(database)) == (1, {"AAA1"})
    assert (end(271), _plates(database)) == (1, set())
    assert AlertLog(database).latest(10) == []
    with outbox_of(database) as outbox:
        assert outbox.pending() == 0


def test_a_law_of_days_keeps_a_plates_entry_in_the_dictionary_for_its_day(database: Database) -> None:
    Records(database).write([sample_record(0, "AAA1")])
    for seconds, ended in ((0, 0), (5, 1)):  # of the read's own day
        moment = START + timedelta(days=21, seconds=seconds)
        assert enforce_retention(database, Retention(), delete_images=print, now=moment).reads == ended
        assert _plates(database) == {"AAA1"}
    enforce_retention(database, Retention(), delete_images=print, now=START + timedelta(days=22))
    assert _plates(database) == set()


def test_lists_can_be_brought_back_for_three_weeks_even_where_reads_end_in_minutes(database: Database) -> None:
    for entries in ([sample_entry(1), sample_entry(2)], [sample_entry(2)]):
        activate(database, entries)
    gone = sample_entry(1).entry_id
    for days, is_kept in ((20, True), (22, False)):
        moment = datetime.now(UTC) + timedelta(days=days)
        enforce_retention(database, MINUTES, delete_images=print, now=moment)
        assert (latest(database, gone) is not None) is is_kept
    assert latest(database, sample_entry(2).entry_id) is not None


def test_rejected_rows_end_after_three_weeks_but_those_of_the_active_version_stay(database: Database) -> None:
    rejected = RejectedRow(7, "no plate", "LIC", "V00")
    old = activate(database, [sample_entry(1)], rejects=(rejected,)).version_id
    active = activate(database, [sample_entry(2)], rejects=(rejected,)).version_id
    store = HotlistStore(database)

    def kept(days: int) -> list[bool]:
        enforce_retention(database, Retention(), delete_images=print, now=datetime.now(UTC) + timedelta(days=days))
        return [bool(store.rejects(version)) for version in (old, active)]

    assert kept(20) == [True, True]
    assert kept(22) == [False, True]
    assert kept(4000) == [False, True]


def _count(database: Database, table: str) -> int:
    with database.connection() as connection:
        (count,) = connection.execute(f"select count(*) from {table}".encode()).fetchone() or (0,)
    return int(count)


def test_alarms_and_their_messages_end_with_the_audit_and_standing_ones_never(database: Database) -> None:
    alarms = Alarms(database, "local", "platewatch.alarms.local.v1")
    now = datetime.now(UTC)
    for subject in ("ncic", "regional", "unsent"):
        alarms.raise_alarm(AlarmKind.LATE_LIST, subject, "late", now)
    alarms.clear(AlarmKind.LATE_LIST, "ncic", now + timedelta(days=100))
    with outbox_of(database) as outbox:
        rows = outbox.take(10)
        outbox.mark_sent([row.outbox_id for row in rows[:-1]])
    assert (_count(database, "alarms"), _count(database, "outbox")) == (3, 4)

    def left(days: int) -> tuple[int, int]:
        enforce_retention(database, Retention(), delete_images=print, now=now + timedelta(days=days))
        return _count(database, "alarms"), _count(database, "outbox")

    assert left(729) == (3, 4)
    # Raised two years ago, but cleared since; what was sent is gone, what waits to be sent is not.
    assert left(731) == (3, 1)
    assert left(829) == (3, 1)
    assert left(831) == (2, 1)


def test_alerts_of_reads_that_are_kept_keep_their_messages(database: Database) -> None:
    Records(database).write([sample_record(0), sample_record(1)])
    with outbox_of(database) as outbox:
        outbox.mark_sent([row.outbox_id for row in outbox.take(10)])
    kept = Retention(reads=timedelta(days=2000))
    enforce_retention(database, kept, delete_images=print, now=datetime.now(UTC) + timedelta(days=900))
    assert _count(database, "outbox") == 2
