"""The audit is written with what it is about, never changed, and read by who, what and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.health import CameraHealth
from storage.audit.reader import AuditFilter, audit_entries
from storage.audit.writer import write_audit, write_unless_repeated
from storage.cameras.states import CameraHours, CameraStates
from storage.database import Connection, Database

LEE = Actor("lee", SignIn.LOCAL_USER, "desk-7, /dev/pts/1", "portsmouth-pd")
FEED = Actor("feed", SignIn.SERVICE, "server, process 1", "portsmouth-pd")
MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_row_comes_back_as_it_was_written(database: Database) -> None:
    before = datetime.now(UTC)
    details = {
        "pattern": "VN\x00",
        "since": MOMENT,
        "until": None,
        "entries": [UUID(int=1)],
        "plates": {"VNV4527": 2, "odd": ("a\x00", 1.5, True)},
    }
    write_audit(
        database, AuditRecord(LEE, Action.SEARCH, details, "stolen vehicle", "26-117"), 3, version=None, until=7
    )
    (row,) = audit_entries(database)
    assert before - timedelta(seconds=5) < row.happened_at < datetime.now(UTC) + timedelta(seconds=5)
    assert (row.actor, row.action, row.purpose, row.case_number) == (LEE, Action.SEARCH, "stolen vehicle", "26-117")
    assert row.results == 3
    assert row.details == {
        "pattern": "VN\\x00",
        "since": "2026-11-22T12:00:00Z",
        "until": 7,
        "entries": [str(UUID(int=1))],
        "plates": {"VNV4527": 2, "odd": ["a\\x00", 1.5, True]},
    }


def test_rows_are_found_by_who_what_and_when_newest_first(database: Database) -> None:
    for actor, action in ((LEE, Action.SEARCH), (FEED, Action.IMPORT), (LEE, Action.IMPORT), (LEE, Action.REMOVE)):
        write_audit(database, AuditRecord(actor, action))
    rows = audit_entries(database)
    assert [row.action for row in rows] == [Action.REMOVE, Action.IMPORT, Action.IMPORT, Action.SEARCH]
    assert audit_entries(database, AuditFilter(actor="lee")) == [rows[0], rows[1], rows[3]]
    assert audit_entries(database, AuditFilter(action=Action.IMPORT)) == rows[1:3]
    assert audit_entries(database, AuditFilter(actor="feed", action=Action.REMOVE)) == []
    assert audit_entries(database, AuditFilter(since=rows[1].happened_at)) == rows[:2]
    assert audit_entries(database, AuditFilter(until=rows[1].happened_at)) == rows[2:]
    assert audit_entries(database, limit=1) == rows[:1]


def test_it_is_part_of_the_transaction_that_it_is_about(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as connection:
            write_audit(connection, AuditRecord(LEE, Action.REMOVE))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert audit_entries(database) == []


def test_a_row_is_never_changed_even_by_the_owner(database: Database, owner_url: str) -> None:
    write_audit(database, AuditRecord(LEE, Action.SEARCH))
    refused = pytest.raises(psycopg.errors.RaiseException, match="append-only")
    with refused, psycopg.connect(owner_url) as connection:
        connection.execute("update audit set actor = 'nobody'")


def test_what_says_the_same_as_the_newest_is_written_once(database: Database) -> None:
    def write(value: int, action: Action = Action.SETTINGS_CHANGED) -> bool:
        record = AuditRecord(LEE, action, {"settings": {"a": value}, "changed": value * 2})
        return write_unless_repeated(database, record, "settings")

    assert write(1)
    assert not write(1)
    assert write(1, Action.SEARCH)
    assert write(2)
    assert write(1)
    assert len(audit_entries(database, AuditFilter(action=Action.SETTINGS_CHANGED))) == 3


def test_what_nobody_answers_for_is_not_written(database: Database) -> None:
    write_audit(database, None)
    assert audit_entries(database) == []


def test_two_runs_that_start_at_once_write_a_change_once(database: Database, owner_url: str) -> None:
    def write() -> bool:
        return write_unless_repeated(database, AuditRecord(LEE, Action.SETTINGS_CHANGED, {"settings": 1}), "settings")

    with ThreadPoolExecutor(2) as runs:
        with psycopg.connect(owner_url) as connection:
            # Both have looked, or wait to look, before one of them can write.
            connection.execute("lock table audit in share mode")
            written = [runs.submit(write) for _ in range(2)]
            wait(written, timeout=0.5)
        assert sorted(one.result(20) for one in written) == [False, True]
    assert len(audit_entries(database)) == 1


def test_a_question_to_stored_reads_says_whose_reads_were_looked_through(database: Database) -> None:
    def written(action: Action, on: Database | Connection = database, **details: object) -> dict[str, Any]:
        write_audit(on, AuditRecord(LEE, action, details), plate="VNV4527")
        (row,) = audit_entries(on, limit=1)
        return row.details

    assert written(Action.SEARCH) == {"plate": "VNV4527"}  # no camera is known
    CameraStates(database).save("here", [CameraHealth(camera_id=name, known_since=MOMENT) for name in ("c", "a")])
    CameraHours(database).add({("b", MOMENT): 1, ("b", MOMENT + timedelta(hours=1)): 1, ("a", MOMENT): 2})
    with database.transaction() as connection:
        found = {action: written(action, connection).get("cameras_searched") for action in Action}
    asking = {Action.SEARCH, Action.HISTORICAL, Action.VIEW_PASSES, Action.RUN_ANALYSIS}
    assert found == {action: ["a", "b", "c"] if action in asking else None for action in Action}
    # Where some are named, these are they.
    for named in ({"camera": "a"}, {"cameras": ["a", "z"]}, {"camera": "a", "cameras": []}):
        assert written(Action.SEARCH, **named) == {"plate": "VNV4527"} | named
    nobody: dict[str, Any] = {"camera": None, "cameras": []}
    assert written(Action.SEARCH, **nobody)["cameras_searched"] == ["a", "b", "c"]
