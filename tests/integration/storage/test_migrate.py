"""How the schema comes up to date, and goes back."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from policy.decisions import Retention
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError
from schemas.settings import DatabaseSettings, Settings
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.database import open_database
from storage.migrate import FOLDER, _dbmate, _url, migrate
from storage.reads.search import ReadSearch
from storage.retention import enforce_retention
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, sample_id, sample_read, sample_record

INSTALLED = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if int(path.parent.name) >= 15]


def _settings(url: str, **values: Any) -> Settings:
    return Settings(database=DatabaseSettings(url=SecretStr(url), **values))


def _roll_back(connection: psycopg.Connection[Any], *, to: str) -> None:
    """Take every migration back from the last one to this one, which goes too."""
    for _ in [path for path in FOLDER.glob("*.sql") if path.name[:4] >= to]:
        subprocess.run(
            [_dbmate(), "--no-dump-schema", "--migrations-dir", str(FOLDER), "rollback"],
            env=os.environ | {"DATABASE_URL": _url(connection)},
            check=True,
            capture_output=True,
        )


def test_two_processes_migrate_at_once(empty_url: str) -> None:
    together = Barrier(3)
    done: list[int] = []

    def run() -> None:
        together.wait()
        migrate(empty_url, "test")
        done.append(1)

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 3
    with open_database(_settings(empty_url)) as database:
        assert Records(database).write([sample_record(0)]).alerts == 1


def test_a_newer_schema_is_refused(database_url: str, owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("insert into schema_migrations values ('9999')")
    newer = pytest.raises(ConfigurationError, match=r"has migration 9999.*update Platewatch")
    with newer, open_database(_settings(database_url, owner_url=SecretStr(owner_url))):
        pass


def test_a_migration_that_fails_is_named(empty_url: str) -> None:
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("create table reads (mine int)")
    with pytest.raises(ConfigurationError, match=r"could not be brought up to date.*reads"):
        migrate(empty_url, "test")


def test_every_migration_goes_back_and_forth(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("select ensure_reads_partition('2026-11-22')")
        _roll_back(connection, to="0001")
        left = connection.execute("select relname from pg_class where relnamespace = 'public'::regnamespace").fetchall()
        assert {name for (name,) in left} == {"schema_migrations", "schema_migrations_pkey"}
        migrate(owner_url, "test")
        # Two years, before anybody has said how long; and nothing was raised, routed or changed yet.
        assert connection.execute("select keep from audit_retention").fetchall() == [(timedelta(days=730),)]
        begun = "select revision, routed_number, alert_number from hotlist_revision, alert_routing, sharing_progress"
        assert connection.execute(begun).fetchall() == [(0, 0, 0)]


def test_searches_go_back_to_their_own_table_and_come_again(database_url: str, owner_url: str) -> None:
    asked = {"pattern": "VNV*", "since": START, "camera": "gate-0"}
    with open_database(_settings(database_url, owner_url=SecretStr(owner_url))) as database:
        lee = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
        write_audit(database, AuditRecord(lee, Action.SEARCH, asked, "stolen vehicle", "26-117"), 3)
        (before,) = audit_entries(database)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _roll_back(connection, to="0012")
        rows = connection.execute("select searched_by, pattern, since, until, camera_id, results from search_audit")
        assert rows.fetchall() == [("lee", "VNV*", START, None, "gate-0", 3)]
    with open_database(_settings(database_url, owner_url=SecretStr(owner_url))) as database:
        (after,) = audit_entries(database)
    unknown = Actor("lee", SignIn.LOCAL_USER, origin="", agency_id="")
    assert after.details == {"pattern": "VNV*", "since": "2026-11-20T23:59:30.000000Z", "camera": "gate-0"}
    assert after == replace(before, actor=unknown, details=after.details)


def test_reads_of_before_the_second_reader_are_kept_and_come_back(database_url: str, owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("select ensure_reads_partition('2026-11-22')")
        _roll_back(connection, to="0005")
        connection.execute(
            "insert into reads (read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, "
            "confidence, characters, frame_count, track_number, source_name, source_version) values "
            "(gen_random_uuid(), '2026-11-22T12:00Z', '2026-11-22T12:00Z', '2026-11-22T12:00Z', 'gate', 'local', "
            "'VNV4527', 'VNV4527', 0.9, '[]', 1, 1, 'platewatch', '1')"
        )
        connection.execute("insert into plate_dictionary values ('VNV4527', '2026-11-22')")
    with open_database(_settings(database_url, owner_url=SecretStr(owner_url))) as database:
        (read,) = ReadSearch(database).find("VNV4527")
        assert (read.plate, read.second_reading) == ("VNV4527", None)


def test_reads_of_a_clock_that_ran_ahead_are_dated_by_their_arrival(database_url: str, owner_url: str) -> None:
    with open_database(_settings(database_url, owner_url=SecretStr(owner_url))) as database:
        Records(database).write([sample_record(1, "VNV4527"), sample_record(2, "RGT8810")])
        now = datetime.now(UTC)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _roll_back(connection, to="0014")
        connection.execute("select ensure_reads_partition('2031-01-01')")
        connection.execute("update reads set captured_at = '2031-01-01T12:00Z' where canonical = 'VNV4527'")
        connection.execute(
            "update hits set captured_at = '2031-01-01T12:00Z' where read_id = %s", [sample_id("read", 1)]
        )
        connection.execute(
            "update alerts set captured_at = '2031-01-01T12:00Z' where hit_id = %s", [sample_id("hit", 1)]
        )
        connection.execute("update plate_dictionary set last_captured = '2031-01-01' where canonical = 'VNV4527'")
    with open_database(_settings(database_url, owner_url=SecretStr(owner_url))) as database:
        reads = {read.plate: read for read in [*ReadSearch(database).find("VNV*"), *ReadSearch(database).find("RGT*")]}
        ahead, right = reads["VNV4527"], reads["RGT8810"]
        assert abs(ahead.captured_at - now) < timedelta(minutes=1)
        assert ahead.claimed_at == datetime(2031, 1, 1, 12, tzinfo=UTC)
        assert (right.captured_at, right.claimed_at) == (START + timedelta(minutes=2), None)
        ended = enforce_retention(database, Retention(), delete_images=len, now=now + timedelta(days=21, minutes=5))
        assert (ended.reads, ended.hits, ended.alerts) == (2, 2, 2)
        with database.connection() as connection:
            assert connection.execute("select count(*) from plate_dictionary").fetchone() == (1,)  # of its day


def test_reads_that_were_revised_before_are_known_since_their_first_revision(database_url: str, owner_url: str) -> None:
    first, last = (replace(sample_read(1), revision=number, is_final=False) for number in (1, 2))
    with open_database(_settings(database_url, owner_url=SecretStr(owner_url))) as database:
        for read in (first, last, sample_read(2)):
            Records(database).write([ReadRecord(read)])
    question = "select stored_at, revised_at from reads order by captured_at"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        before = connection.execute(question).fetchall()
        _roll_back(connection, to="0019")
        # As it was: a revision's own time.
        moved = before[0][1]
        connection.execute("update reads set stored_at = %s where read_id = %s", [moved, first.read_id])
    settings = _settings(database_url, owner_url=SecretStr(owner_url))
    with open_database(settings) as database, database.connection() as connection:
        assert connection.execute(question).fetchall() == before
    assert before[0][0] < before[0][1]
    assert before[1][1] is None
