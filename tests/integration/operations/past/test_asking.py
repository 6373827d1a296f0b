"""Who asks where a vehicle was is written down before anything is stored about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from operations.past import asking
from operations.past.asking import match_past_of_entry, match_past_of_list
from schemas.audit import Action
from schemas.errors import InvalidInput, PlatewatchError
from schemas.settings import PolicySettings, Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.test_past import listed, passed
from tests.integration.hotlists.list_versions import import_version
from tests.integration.operations.audited import LEE, close_audit, fail_after_audit, only_row, without_audit
from tests.integration.storage.samples import sample_id

SETTINGS = Settings()
WHY = {"purpose": "missing child", "case_number": "26-117"}


@pytest.fixture(autouse=True)
def _passed(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(days=3))
    import_version(database, [listed(1), listed(2, "BKR2203"), listed(3, "XYZ9999")])


def test_asking_for_an_entry_is_written_down(database: Database) -> None:
    entry_id = sample_id("ncic", 1)
    (outcome,) = match_past_of_entry(LEE, database, SETTINGS, entry_id, days=5, purpose="abduction", case_number="26-1")
    assert (outcome.hits, outcome.alerts) == (1, 1)
    row = only_row(database, Action.HISTORICAL)
    assert (row.purpose, row.case_number, row.results) == ("abduction", "26-1", None)
    assert row.details == {
        "entry": str(entry_id),
        "plate": "VNV4527",
        "days": 5,
        "offense": ["100 kidnapping, abduction"],
    }


def test_asking_for_a_list_is_written_down_once_however_long_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ENTRIES_AT_ONCE", 2)
    first, second = match_past_of_list(LEE, database, SETTINGS, "ncic", **WHY)
    assert (first.entries, second.entries) == (2, 1)
    assert first.hits + second.hits == 1
    assert only_row(database, Action.HISTORICAL).details == {"hotlist": "ncic"}


def test_an_empty_list_is_asked_for_too(database: Database) -> None:
    import_version(database, [])
    assert match_past_of_list(LEE, database, SETTINGS, "ncic", **WHY) == []
    assert only_row(database, Action.HISTORICAL).details == {"hotlist": "ncic"}


def test_what_is_not_there_is_named(database: Database) -> None:
    with pytest.raises(InvalidInput, match="no active hotlist 'region'"):
        match_past_of_list(LEE, database, SETTINGS, "region", **WHY)
    with pytest.raises(InvalidInput, match="no active entry"):
        match_past_of_entry(LEE, database, SETTINGS, sample_id("ncic", 9), **WHY)
    assert audit_entries(database) == []


@pytest.mark.parametrize("fail", [close_audit, fail_after_audit])
def test_neither_is_stored_where_the_other_fails(database: Database, fail: Callable[[Database], None]) -> None:
    before = without_audit(database)
    fail(database)
    with pytest.raises(PlatewatchError):
        match_past_of_list(LEE, database, SETTINGS, "ncic", **WHY)
    assert without_audit(database) == before
    assert audit_entries(database) == []


def test_asking_without_a_reason_is_refused_and_counted(database: Database) -> None:
    before = without_audit(database)
    for ask, what in ((match_past_of_list, "ncic"), (match_past_of_entry, sample_id("ncic", 1))):
        for why in ({}, {"purpose": "xxx", "case_number": "26-117"}, {"purpose": "missing child", "case_number": "."}):
            with pytest.raises(InvalidInput, match="in the audit"):
                ask(LEE, database, SETTINGS, what, **why)  # type: ignore[arg-type]
    assert without_audit(database) == before
    assert {(row.action, row.details["refused"]) for row in audit_entries(database)} == {(Action.REFUSED, "historical")}
    assert len(audit_entries(database)) == 6


def test_a_purpose_that_the_law_does_not_permit_is_refused_before_anything_is_matched(database: Database) -> None:
    settings = Settings(policy=PolicySettings(profile="nebraska"))
    for ask, what in ((match_past_of_entry, sample_id("ncic", 1)), (match_past_of_list, "ncic")):
        with pytest.raises(InvalidInput, match="Nebraska Revised Statutes"):
            ask(LEE, database, settings, what, purpose="gossip about a friend", case_number="26-1")  # type: ignore[operator]
    assert {row.action for row in audit_entries(database)} == {Action.REFUSED}
