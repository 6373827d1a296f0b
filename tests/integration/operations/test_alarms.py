"""Looking at the alarms and acknowledging one is written down, each as one action."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from operations.alarms import acknowledge_alarm, view_alarms
from schemas.audit import Action
from schemas.errors import InvalidInput, PlatewatchError
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.audited import LEE, close_audit, fail_after_audit, only_row, without_audit
from tests.integration.storage.samples import activate, sample_entry

SETTINGS = Settings()


@pytest.fixture(autouse=True)
def _late_list(database: Database) -> None:
    activate(database, [sample_entry(1)])


def test_a_look_at_the_alarms_is_written_down(database: Database) -> None:
    (alarm,) = view_alarms(LEE, database, SETTINGS)
    assert alarm.subject == "ncic"
    row = only_row(database, Action.VIEW_ALARMS)
    assert (row.details, row.results) == ({}, 1)
    assert view_alarms(LEE, database, SETTINGS, over_too=7) == [alarm]
    assert audit_entries(database)[0].details == {"limit": 7}


def test_an_acknowledgment_is_written_down_with_the_alarm(database: Database) -> None:
    (seen,) = acknowledge_alarm(LEE, database, SETTINGS, 1)
    assert (seen.alarm_number, seen.acknowledged_by) == (1, "lee")
    assert only_row(database, Action.ACKNOWLEDGE_ALARM).details == {"alarm": 1}
    with pytest.raises(InvalidInput, match="no alarm 1 waits"):
        acknowledge_alarm(LEE, database, SETTINGS, 1)
    assert len(audit_entries(database)) == 1


@pytest.mark.parametrize("fail", [close_audit, fail_after_audit])
def test_neither_is_stored_where_the_other_fails(database: Database, fail: Callable[[Database], None]) -> None:
    view_alarms(LEE, database, SETTINGS)
    before = without_audit(database)
    fail(database)
    with pytest.raises(PlatewatchError):
        acknowledge_alarm(LEE, database, SETTINGS, 1)
    assert without_audit(database) == before
    assert len(audit_entries(database)) == 1
