"""Reads, hits and messages are written once, together or not at all."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import psycopg
import pytest

from schemas.errors import InvalidInput, TransientError
from schemas.types import DatedBy, Movement, PlateRead, ReaderVersion, VehicleDescription, VendorReport
from storage.database import Database
from storage.reads.correcting import read_to_correct
from storage.reads.revisions import lock_reads
from storage.reads.search import ReadSearch
from tests.integration.alerts.records import OutboxMessage, ReadRecord, Records, WriteOutcome
from tests.integration.storage.samples import START, sample_id, sample_read, sample_record


def _counts(database: Database) -> tuple[int, ...]:
    with database.connection() as connection:
        row = connection.execute(
            "select (select count(*) from reads), (select count(*) from hits), (select count(*) from alerts),"
            " (select count(*) from outbox)"
        ).fetchone()
    assert row is not None
    return row


def test_a_replay_changes_nothing(database: Database) -> None:
    records = Records(database)
    batch = [sample_record(number) for number in range(60)]
    assert records.write(batch) == WriteOutcome(60, 60, 60)
    assert Records(database).write(batch) == WriteOutcome(0, 0, 0)
    assert records.write([*batch[:5], sample_record(60)]) == WriteOutcome(1, 1, 1)
    assert _counts(database) == (61, 61, 61, 61)


def test_a_read_comes_back_with_all_that_a_reader_may_say_of_it(database: Database) -> None:
    moments = [START + timedelta(seconds=seconds) for seconds in (7, 8, 9)]
    report = VendorReport("rekor", "pass-7", '{"list": "own"}', True, '{"as": "it came"}')
    read = replace(
        *(sample_read(1),),
        **dict(zip(("claimed_at", "source_time", "arrived_at"), moments, strict=True)),
        confidence_is_known=False,
        dated_by=DatedBy.ARRIVAL,
        movement=Movement("2", "north", 30.5),
        report=report,
        revision=3,
        is_final=False,
        vehicle=VehicleDescription(2009, "YAMA", "MC2", "CY", "BLK", "truck"),
    )
    bare = PlateRead(sample_id("read", 2), "gate-2", "local", *[START] * 3, "B1", 0.0)
    for each in fields(PlateRead):
        default = each.default if each.default is not MISSING else ReaderVersion() if each.name == "reader" else MISSING
        assert getattr(read, each.name) != default, "every field is told apart from what it is where nothing is said"
    Records(database).write([ReadRecord(read), ReadRecord(bare)])
    with database.transaction() as on:
        assert [read_to_correct(on, one.read_id) for one in (read, bare)] == [read, bare]


def test_a_read_counts_once_though_another_frame_was_best(database: Database) -> None:
    records = Records(database)
    read = sample_read(1)
    assert records.write([ReadRecord(read)]).reads == 1
    later = replace(read, captured_at=read.captured_at + timedelta(days=1))
    assert records.write([ReadRecord(later), ReadRecord(later)]).reads == 0


def test_what_cannot_be_stored_leaves_nothing(database: Database) -> None:
    records = Records(database)
    good = sample_record(0)
    message = good.messages[0]
    broken = [
        replace(good, messages=(replace(message, payload=b"{not json"),)),
        replace(good, messages=(replace(message, payload=b"\xff"),)),
        replace(good, read=replace(good.read, characters=(replace(good.read.characters[0], confidence=float("nan")),))),
    ]
    for record in broken:
        with pytest.raises(InvalidInput):
            records.write([sample_record(1), record])
        assert _counts(database) == (0, 0, 0, 0)
    assert records.write([sample_record(1), good]) == WriteOutcome(2, 2, 2)


def test_reads_of_years_ago_are_kept(database: Database) -> None:
    old = sample_read(3, captured_at=datetime(2011, 3, 5, 12, tzinfo=UTC))
    assert Records(database).write([ReadRecord(old)]).reads == 1


def test_a_day_dropped_meanwhile_is_made_again(database: Database) -> None:
    records = Records(database)
    records.write([sample_record(0)])
    with database.connection() as connection:
        connection.execute("select drop_reads_partition('2026-11-20')")
    # Said to be worth another try, as whoever writes reads does until it works.
    with pytest.raises(TransientError, match="write them again"):
        records.write([sample_record(-1)])
    assert records.write([sample_record(-1)]).reads == 1


def test_two_writers_meet_on_a_new_day(database: Database) -> None:
    together = Barrier(4)
    outcomes: list[WriteOutcome] = []

    def write(number: int) -> None:
        together.wait()
        outcomes.append(Records(database).write([sample_record(number), sample_record(100)]))

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcome.alerts for outcome in outcomes) == 5
    assert _counts(database)[2:4] == (5, 5)


def test_text_that_postgresql_cannot_hold_is_escaped(database: Database) -> None:
    read = replace(sample_read(0), camera_id="gate\x00\udcff")
    assert Records(database).write([ReadRecord(read)]).reads == 1


def test_one_alert_goes_to_two_topics(database: Database) -> None:
    record = sample_record(0)
    neighbor: OutboxMessage = replace(record.messages[0], topic="platewatch.alerts.neighbor.v1")
    Records(database).write([replace(record, messages=(*record.messages, neighbor))])
    assert _counts(database)[2:4] == (1, 2)


def test_a_read_without_anything_optional(database: Database) -> None:
    bare = PlateRead(sample_read(0).read_id, "c", "local", START, START, START, "AB1", 0.5)
    assert Records(database).write([ReadRecord(bare)]).reads == 1


def test_of_a_read_that_comes_twice_at_once_the_earlier_capture_counts(database: Database, owner_url: str) -> None:
    early = sample_read(0)
    late = replace(early, captured_at=early.captured_at + timedelta(seconds=3))
    for batch in ([late, early], [early, late]):
        with psycopg.connect(owner_url) as connection:
            connection.execute("delete from reads")
        assert Records(database).write([ReadRecord(read) for read in batch]).reads == 1
        assert ReadSearch(database).find(early.plate) == [early]


def test_who_writes_a_read_that_may_come_in_several_revisions_keeps_others_out(database: Database) -> None:
    def held(*reads: PlateRead) -> int:
        with database.transaction() as on:
            lock_reads(on, reads)
            rows = on.execute("select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
            return len(rows.fetchall())

    one = sample_read(0)
    for revision, is_final, locks in ((0, True, 0), (1, True, 1), (0, False, 1), (2, False, 1)):
        assert held(replace(one, revision=revision, is_final=is_final)) == locks
    early = [replace(sample_read(number), is_final=False, revision=1) for number in (0, 1, 0)]
    assert (held(), held(*early, sample_read(2))) == (0, 2)
