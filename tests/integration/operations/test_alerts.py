"""Whoever looks at the alerts is written down, once for a look, however long it goes on."""

from __future__ import annotations

import pytest

from alerts.settling.recording import SettledReads
from operations.alerts import AlertView, waiting_messages
from schemas.audit import Action
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from storage.alerts.unit_of_work import Ledger
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.samples import found, passing
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.operations.audited import LEE, close_audit, only_row
from tests.integration.storage.samples import sample_entry


def test_a_look_at_the_alerts_is_written_down_once(database: Database) -> None:
    for number in range(3):
        raise_alert(database, sample_entry(number), number)
    view = AlertView(LEE, database, purpose="shift change", case_number="26-9")
    seen = view.latest(2, follow=True)
    assert len(seen) == 2
    assert len(view.after(0)) == 3
    row = only_row(database, Action.VIEW_ALERTS)
    assert (row.purpose, row.case_number, row.results) == ("shift change", "26-9", 2)
    assert row.details == {"limit": 2, "follow": True}


def test_what_is_written_down_is_how_many_were_shown_and_not_how_many_might_have_been(database: Database) -> None:
    raise_alert(database, sample_entry(1))
    assert len(AlertView(LEE, database).latest(20)) == 1
    row = only_row(database, Action.VIEW_ALERTS)
    assert (row.results, row.details) == (1, {"limit": 20, "follow": False})


def test_nothing_is_shown_that_cannot_be_written_down(database: Database) -> None:
    raise_alert(database, sample_entry(1))
    close_audit(database)
    with pytest.raises(PlatewatchError):
        AlertView(LEE, database).latest(10)


def test_how_much_waits_for_the_broker_is_about_nobody(database: Database) -> None:
    raise_alert(database, sample_entry(1))
    assert waiting_messages(database) == 1
    assert audit_entries(database) == []


def test_an_alert_over_which_its_run_was_killed_is_shown(database: Database) -> None:
    """It is committed and has no number yet; nobody but whoever looks is there to give it one."""
    alert = found(passing(0))
    SettledReads(Ledger(database), Settings()).record([alert])
    (shown,) = AlertView(LEE, database).latest(10)
    assert shown.payload["alert_id"] == str(alert.alerts[0].alert_id)
