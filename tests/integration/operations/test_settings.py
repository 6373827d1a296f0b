"""What is new in the configuration is written down at a start, once."""

from __future__ import annotations

from pathlib import Path

from operations.settings import note_settings, public_values
from schemas.audit import Action, AuditRecord
from schemas.settings import RetentionSettings, Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.audit.writer import write_audit
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


def test_each_service_is_held_against_its_own_last_start(database: Database) -> None:
    note_settings(LEE, database, SETTINGS, "matcher")
    other = SETTINGS.model_copy(update={"agency_id": "suffolk-pd"})
    assert note_settings(LEE, database, other, "relay")
    assert not note_settings(LEE, database, SETTINGS, "matcher")
    assert not note_settings(LEE, database, other, "relay")
    elsewhere = SETTINGS.model_copy(update={"data_dir": Path("/srv/second")})
    assert note_settings(LEE, database, elsewhere, "matcher")
    assert not note_settings(LEE, database, SETTINGS, "matcher")


def test_a_row_of_before_that_names_no_service_is_what_each_is_held_against(database: Database) -> None:
    write_audit(database, AuditRecord(LEE, Action.SETTINGS_CHANGED, {"settings": public_values(SETTINGS)}))
    assert not note_settings(LEE, database, SETTINGS, "matcher")
