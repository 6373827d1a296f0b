"""The queue of what is about to go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.duties.ending import view_ending
from operations.duties.preserving import PreservationWish, preserve, renew_preservation
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import RetentionSettings, Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import sample_read

SETTINGS = Settings(retention=RetentionSettings(reads_days=10))


def test_requests_and_days_of_reads_that_go_are_shown(database: Database) -> None:
    now = datetime.now(UTC)
    ages = (9.5, 8.5, 8.4, 1.0)
    plates = ("VNV4527", "VNV4528", "VNV4529", "VNV4530")
    reads = [
        sample_read(n, plate, captured_at=now - timedelta(days=age))
        for n, (age, plate) in enumerate(zip(ages, plates, strict=True))
    ]
    Records(database).write([ReadRecord(read) for read in reads])
    wish = PreservationWish("VNV4527", "J. Roe", "sworn statement", "26-117", "seen at a theft", days=5)
    number = preserve(LEE, database, SETTINGS, wish).preservation_id
    soon = view_ending(LEE, database, SETTINGS, 1)
    assert (soon.preservations, [(one.reads, one.preserved) for one in soon.reads]) == ([], [(1, 1)])
    later = view_ending(LEE, database, SETTINGS, 7)
    assert [one.preservation_id for one in later.preservations] == [number]
    assert sum(one.reads for one in later.reads) == 3
    assert sum(one.preserved for one in later.reads) == 1
    assert [one.day for one in later.reads] == sorted({read.captured_at.date() for read in reads[:3]})
    assert audit_entries(database)[0].action is Action.VIEW_ENDING
    renew_preservation(LEE, database, SETTINGS, number, 60)
    assert view_ending(LEE, database, SETTINGS, 7).preservations == []
    with pytest.raises(InvalidInput, match="1 to 31"):
        view_ending(LEE, database, SETTINGS, 32)


@pytest.mark.parametrize(("days", "fits"), [(0, False), (1, True), (31, True), (32, False), (-1, False)])
def test_how_far_ahead_is_looked(database: Database, days: int, fits: bool) -> None:
    if fits:
        begun = datetime.now(UTC)
        found = view_ending(LEE, database, SETTINGS, days)
        assert timedelta(days=days) <= found.until - begun <= timedelta(days=days, minutes=5)
        assert found.retention == timedelta(days=10)
        return
    with pytest.raises(InvalidInput, match=f"{days} days ahead; 1 to 31 were expected"):
        view_ending(LEE, database, SETTINGS, days)
    assert audit_entries(database) == []
