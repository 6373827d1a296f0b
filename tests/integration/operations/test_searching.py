"""Every search is written down before anybody sees what it found."""

from __future__ import annotations

import pytest

from operations.searching import search_reads
from schemas.audit import Action
from schemas.errors import InvalidInput, PlatewatchError
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE, close_audit, only_row
from tests.integration.storage.samples import START, sample_read


def test_a_search_is_written_down(database: Database) -> None:
    read = sample_read(0)
    Records(database).write([ReadRecord(read)])
    found = search_reads(
        LEE, database, "vnv 4527", since=START, camera_id="gate-0", purpose="stolen vehicle", case_number="26-117"
    )
    assert found == [read]
    row = only_row(database, Action.SEARCH)
    assert (row.purpose, row.case_number, row.results) == ("stolen vehicle", "26-117", 1)
    assert row.details == {"pattern": "VNV4527", "since": "2026-11-20T23:59:30Z", "camera": "gate-0"}


def test_a_search_that_finds_nothing_is_one(database: Database) -> None:
    assert search_reads(LEE, database, "QQ*") == []
    assert only_row(database, Action.SEARCH).results == 0


def test_what_cannot_be_searched_for_is_not_written_down(database: Database) -> None:
    with pytest.raises(InvalidInput):
        search_reads(LEE, database, "A*")
    assert audit_entries(database) == []


def test_nothing_is_shown_that_cannot_be_written_down(database: Database) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    close_audit(database)
    with pytest.raises(PlatewatchError):
        search_reads(LEE, database, "VNV4527")
