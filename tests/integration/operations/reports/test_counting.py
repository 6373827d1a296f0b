"""What the law has an agency report is counted where it can be."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from operations.reports.counting import law_report
from operations.searches.searching import search_reads
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import PolicySettings, Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.operations.audited import LEE
from tests.unit.alerts.samples import START, sample_alert, sample_entry, sample_hit, sample_read


def under(profile: str) -> Settings:
    return Settings(policy=PolicySettings(profile=profile))


def counted(database: Database, profile: str, now: datetime = START) -> dict[str, dict[str, int] | None]:
    since, until = START - timedelta(days=1), START + timedelta(days=3650)
    lines = law_report(LEE, database, under(profile), since, until, now)
    return {
        line.field.text: None if line.figures is None else {one.label: one.number for one in line.figures}
        for line in lines
    }


def test_figures_are_counted_and_the_rest_is_left_to_a_person(database: Database) -> None:
    read, entry, alert = sample_read(), sample_entry(), sample_alert()
    message = outbox_message(alert, "platewatch.alerts.test.v1")
    Records(database).write(
        [ReadRecord(read, (sample_hit(read, entry),), (message,)), ReadRecord(sample_read(9, "AAA1"))]
    )
    for purpose in ("stolen vehicle", "Stolen vehicle, Main Street", "missing child"):
        search_reads(LEE, database, under("virginia"), "QQ*", purpose=purpose, case_number="26-117")
    with pytest.raises(InvalidInput):
        search_reads(LEE, database, under("virginia"), "QQ*", purpose="gossip about a friend", case_number="26-117")
    virginia = counted(database, "virginia")
    assert virginia["queries and their purposes"] == {
        "criminal_investigation, stolen_vehicle": 2,
        "missing_person": 1,
    }
    assert virginia["unauthorized access (counted: questions that were refused)"] == {"search": 1}
    assert virginia["stops by the notification's reason and the subjects' demographics"] == {"stolen_vehicle": 1}
    assert virginia["cameras by type at the end of the year: in vehicles, permanent, temporary"] is None
    arkansas = counted(database, "arkansas")
    assert arkansas["license plates scanned"] == {"reads": 2}
    assert arkansas["for each list: confirmed matches"] == {"ncic: alert": 1}
    assert counted(database, "new-hampshire")["matches by reader"] == {"gate: alert": 1}
    assert audit_entries(database)[0].action is Action.VIEW_REPORT


def test_what_has_ended_already_is_said(database: Database) -> None:
    since, until = START - timedelta(days=100), START
    lines = law_report(LEE, database, under("arkansas"), since, until, START + timedelta(days=60))
    assert [line.is_partial for line in lines][:2] == [True, False]
    lines = law_report(LEE, database, under("arkansas"), since, until, START)
    assert not any(line.is_partial for line in lines)


def test_what_is_not_known_is_not_made_up(database: Database) -> None:
    with pytest.raises(InvalidInput, match="no report is known for US-ID"):
        counted(database, "idaho")
    with pytest.raises(InvalidInput, match="ends before it begins"):
        law_report(LEE, database, under("virginia"), START, START, START)
