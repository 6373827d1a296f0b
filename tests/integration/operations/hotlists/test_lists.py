"""Looking at lists, and removing one, is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from operations.hotlists.lists import active_list, remove_list, view_entries, view_list_rejects, view_lists
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import Category, RejectedRow
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import START, activate, sample_entry

REJECT = RejectedRow(7, "no plate", "LIC", "V00")


def test_removing_a_list_is_written_down_and_its_alerts_are_canceled(database: Database) -> None:
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    raise_alert(database, sample_entry(1))
    assert remove_list(LEE, database, Settings(), "ncic") == 1
    row = only_row(database, Action.REMOVE)
    assert (row.details, row.results) == ({"hotlist": "ncic"}, 2)
    assert remove_list(LEE, database, Settings(), "ncic") == 0
    assert len(audit_entries(database)) == 1


def test_looking_at_the_lists_is_written_down(database: Database) -> None:
    activate(database, [sample_entry(1)])
    found = view_lists(LEE, database, Settings(), START + timedelta(hours=1))
    assert ([summary.hotlist_id for summary in found.summaries], [*found.ages]) == (["ncic"], ["ncic"])
    row = only_row(database, Action.VIEW_LISTS)
    assert (row.details, row.results) == ({}, 1)


def test_looking_at_entries_is_written_down(database: Database) -> None:
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    found = view_entries(LEE, database, "ncic", 1)
    assert [entry.plate for entry in found.entries] == ["BKR2203"]
    assert found.categories == {Category.STOLEN_VEHICLE: 2}
    row = only_row(database, Action.VIEW_ENTRIES)
    assert (row.details, row.results) == ({"hotlist": "ncic"}, 1)


def test_looking_at_a_lists_rejected_rows_is_written_down(database: Database) -> None:
    version = activate(database, [sample_entry(1)], rejects=(REJECT,)).version_id
    assert view_list_rejects(LEE, database, "ncic", 10) == [REJECT]
    row = only_row(database, Action.VIEW_REJECTS)
    assert (row.details, row.results) == ({"hotlist": "ncic", "version": version}, 1)


def test_what_is_not_there_is_named(database: Database) -> None:
    for look in (view_entries, view_list_rejects):
        with pytest.raises(InvalidInput, match=r"no active list is named 'ncic' \(active: none\)"):
            look(LEE, database, "ncic", 10)
    with pytest.raises(InvalidInput, match="no active list"):
        active_list(database, "ncic")
    assert audit_entries(database) == []
