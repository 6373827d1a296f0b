"""What is new in the configuration is written down at a start, once."""

from __future__ import annotations

from pathlib import Path

from operations.settings import note_settings
from schemas.audit import Action
from schemas.settings import RetentionSettings, Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from tests.integration.operations.audited import LEE, only_row

SETTINGS = Settings(data_dir=Path("/srv/platewatch"), agency_id="portsmouth-pd")


def test_the_first_start_says_what_is_not_the_default(database: Database) -> None:
    assert note_settings(LEE, database, SETTINGS)
    row = only_row(database, Action.SETTINGS_CHANGED)
    assert row.details["changed"] == [
        {"key": "agency_id", "old": "local", "new": "portsmouth-pd"},
        {"key": "data_dir", "old": ".platewatch", "new": "/srv/platewatch"},
    ]
    assert row.details["settings"]["retention.reads_days"] is None


def test_only_a_change_is_written_down(database: Database) -> None:
    note_settings(LEE, database, SETTINGS)
    assert not note_settings(LEE, database, SETTINGS)
    shorter = SETTINGS.model_copy(update={"retention": RetentionSettings(reads_days=7)})
    assert note_settings(LEE, database, shorter)
    assert not note_settings(LEE, database, shorter)
    assert note_settings(LEE, database, SETTINGS)
    back, change, _first = audit_entries(database, AuditFilter(action=Action.SETTINGS_CHANGED))
    assert change.details["changed"] == [{"key": "retention.reads_days", "old": None, "new": 7}]
    assert back.details["changed"] == [{"key": "retention.reads_days", "old": 7, "new": None}]
