"""Numbers of alerts and of what was said of them, and what is kept of them beside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.life.messages import confirmation_of
from alerts.life.transitions import life_of
from schemas.events import ConfirmationEvent
from schemas.types import AlertOutcome, CheckPriority, Disposition, DispositionKind, RecordAnswer, Rejection
from storage.alerts.changes import (
    changed_between,
    newest_change,
)
from storage.alerts.dispositions import dispositions_of
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.storage.alerts.stored import write
from tests.unit.alerts.samples import AGENCY, START, sample_alert


def test_numbers_are_given_once_in_the_order_of_writing_and_not_to_what_is_held(database: Database) -> None:
    alerts = [sample_alert(number, f"ABC{number}111") for number in range(4)]
    for one in alerts:
        write(database, one, numbered=False)
    with database.connection() as connection:
        for status, one in (("held", alerts[1]), ("discarded", alerts[2])):
            connection.execute("update alerts set status = %s where alert_id = %s", (status, one.alert_id))
    assert number_alerts(database) == 2
    assert number_alerts(database) == 0
    with database.connection() as connection:
        rows = connection.execute("select alert_id, alert_number from alerts order by insert_number").fetchall()
        assert rows == [
            (alerts[0].alert_id, 1),
            (alerts[1].alert_id, None),
            (alerts[2].alert_id, None),
            (alerts[3].alert_id, 2),
        ]
        changes = connection.execute("select alert_id from alert_changes order by change_number").fetchall()
        assert changes == [(alerts[0].alert_id,), (alerts[3].alert_id,)]
        connection.execute("update alerts set status = 'open' where alert_id = %s", (alerts[1].alert_id,))
    assert number_alerts(database) == 1
    # What only was said is numbered, too, and is no alert.
    with Ledger(database).begin() as unit:
        said = Disposition(DispositionKind.SEEN, START, "lee", "lee", AGENCY)
        unit.add_disposition(alerts[3].alert_id, said)
    before = newest_change(database)
    assert number_alerts(database) == 0
    assert newest_change(database) == before + 1
    assert dispositions_of(database, [one.alert_id for one in alerts]) == {alerts[3].alert_id: [said]}


def test_what_was_said_first_is_the_earlier_change_wherever_its_row_lies(database: Database) -> None:
    alerts = [sample_alert(number, f"ABC{number}111") for number in range(4)]
    for one in alerts:
        write(database, one)
    before = newest_change(database)
    for one in alerts:
        with Ledger(database).begin() as unit:
            unit.add_disposition(one.alert_id, Disposition(DispositionKind.SEEN, START, "lee", "lee", AGENCY))
    with database.as_owner() as connection:
        connection.execute(
            "update alert_changes set changed_at = changed_at where change_number is null and alert_id = any(%s)",
            ([alerts[0].alert_id, alerts[2].alert_id],),
        )
        connection.execute("vacuum full alert_changes")
    number_alerts(database)
    changed = changed_between(database, AGENCY, before, newest_change(database))
    assert [one.found.alert_id for one in changed] == [one.alert_id for one in alerts]


@pytest.mark.parametrize("rejected", [False, True])
def test_what_was_found_out_is_kept_whole_beside_the_alert(database: Database, rejected: bool) -> None:
    """For when the alert itself has ended; as it stood last."""
    alert = sample_alert(0)
    write(database, alert)
    asked = Disposition(DispositionKind.RECORD_CHECK_ASKED, START, "lee", "lee", AGENCY, priority=CheckPriority.URGENT)
    valid = Disposition(
        DispositionKind.RECORD_CHECK_ANSWERED, START, "lee", "lee", AGENCY, 2, answer=RecordAnswer.VALID
    )
    verdict = (
        Disposition(DispositionKind.REJECTED, START, "kim", "kim", AGENCY, 3, rejection=Rejection.MISREAD)
        if rejected
        else Disposition(DispositionKind.CONFIRMED, START, "kim", "kim", AGENCY, 3)
    )
    closed = Disposition(DispositionKind.OUTCOME, START, "lee", "lee", AGENCY, 4, outcome=AlertOutcome.ARREST)
    for said in ([], [asked], [asked, valid, verdict], [asked, valid, verdict, closed]):
        life = life_of(said)
        at = START + timedelta(minutes=len(said))
        with Ledger(database).begin() as unit:
            unit.save_findings(alert, life, confirmation_of(life), at)
    entry = alert.entry
    with database.connection() as connection:
        rows = connection.execute(
            "select alert_id, entry_id, hotlist_id, category, originating_agency, case_number, raised_at, standing, "
            "rejection, outcome, record_answer, confirmed_by, found_at from alert_findings"
        ).fetchall()
        (confirmation,) = connection.execute("select confirmation from alerts").fetchone() or (None,)
    assert rows == [
        (
            alert.alert_id,
            entry.entry_id,
            "ncic",
            "stolen_vehicle",
            entry.originating_agency,
            entry.case_number,
            alert.created_at,
            "closed",
            "misread" if rejected else None,
            "arrest",
            "valid",
            None if rejected else "kim",
            at,
        )
    ]
    assert ConfirmationEvent.model_validate(confirmation) == confirmation_of(life)
