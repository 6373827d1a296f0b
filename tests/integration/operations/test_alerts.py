"""Whoever looks at the alerts is written down, once for a look, however long it goes on."""

from __future__ import annotations

import pytest

from operations.alerts import AlertView, waiting_messages
from schemas.audit import Action
from schemas.errors import PlatewatchError
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.operations.audited import LEE, close_audit, only_row
from tests.integration.storage.samples import sample_entry


def test_a_look_at_the_alerts_is_written_down_once(database: Database) -> None:
    for number in range(3):
        raise_alert(database, sample_entry(number), number)
    view = AlertView(LEE, database, purpose="shift change", case_number="26-9")
    found = view.latest(2, follow=True)
    assert len(found) == 2
    assert len(view.after(0)) == 3
    row = only_row(database, Action.VIEW_ALERTS)
    assert (row.purpose, row.case_number, row.results) == ("shift change", "26-9", 2)
    assert row.details == {"limit": 2, "follow": True}


def test_nothing_is_shown_that_cannot_be_written_down(database: Database) -> None:
    raise_alert(database, sample_entry(1))
    close_audit(database)
    with pytest.raises(PlatewatchError):
        AlertView(LEE, database).latest(10)


def test_how_much_waits_for_the_broker_is_about_nobody(database: Database) -> None:
    raise_alert(database, sample_entry(1))
    assert waiting_messages(database) == 1
    assert audit_entries(database) == []
