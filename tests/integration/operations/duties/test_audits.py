"""Where the law has the system's use audited again and again, an alarm says when that was not noted in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.duties.audits import audit_rhythm, check_audits, note_audit
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import PolicySettings, Settings
from storage.alerts.alarms import Alarms
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.database import Database

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
VIRGINIA = Settings()


def standing(database: Database, settings: Settings = VIRGINIA) -> list[tuple[str, str]]:
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic).standing()
    return [(alarm.kind.value, alarm.message) for alarm in alarms]


def test_an_overdue_audit_is_an_alarm_until_one_is_noted(database: Database) -> None:
    now = datetime.now(UTC)
    check_audits(database, VIRGINIA, now)
    assert standing(database) == []  # nothing was done yet that could be audited
    write_audit(database, AuditRecord(LEE, Action.VIEW_LISTS))
    check_audits(database, VIRGINIA, now + timedelta(days=29, hours=23))
    assert standing(database) == []
    late = now + timedelta(days=30, minutes=1)
    for _ in range(2):
        check_audits(database, VIRGINIA, late)
    ((kind, message),) = standing(database)
    assert kind == "audit_overdue"
    assert "every 30 days (platewatch law show); never noted yet" in message
    assert "note it (platewatch law audited)" in message
    rhythm = note_audit(LEE, database, VIRGINIA, None, "forty of 812 searches, all with a case")
    assert rhythm is not None
    assert rhythm.due_at - datetime.now(UTC) > timedelta(days=29, hours=23)
    check_audits(database, VIRGINIA)
    assert standing(database) == []
    (row, *_) = audit_entries(database)
    assert (row.action, row.details["by"]) == (Action.NOTE_AUDIT, "lee")
    again = audit_rhythm(database, VIRGINIA, now)
    assert again is not None
    assert again.noted_at == row.happened_at


def test_nothing_said_is_no_audit(database: Database) -> None:
    with pytest.raises(InvalidInput):
        note_audit(LEE, database, VIRGINIA, None, "ok")
    assert [row.action for row in audit_entries(database)] == [Action.REFUSED]


def test_where_somebody_else_has_to_audit_it_is_said_who(database: Database) -> None:
    profile = next(name for name in _independent())
    settings = Settings(policy=PolicySettings(profile=profile))
    with pytest.raises(InvalidInput, match="somebody from outside of the agency audit"):
        note_audit(LEE, database, settings, None, "forty of 812 searches, all with a case")
    assert note_audit(LEE, database, settings, "R. Ray, state auditor", "forty of 812 searches, all with a case")


def _independent() -> list[str]:
    from policy.decisions import law_alone
    from policy.loading import profiles

    rules = {name: law_alone(name).profile.audits for name in profiles()}
    return [name for name, rule in rules.items() if rule is not None and rule.independent]


def test_a_law_without_a_rhythm_asks_for_nothing(database: Database) -> None:
    settings = Settings(policy=PolicySettings(profile="alabama"))
    write_audit(database, AuditRecord(LEE, Action.VIEW_LISTS))
    check_audits(database, settings, datetime.now(UTC) + timedelta(days=4000))
    assert standing(database, settings) == []
    assert note_audit(LEE, database, settings, None, "forty of 812 searches, all with a case") is None
