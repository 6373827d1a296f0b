"""Looking at lists, and removing one, is written down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from operations.hotlists.lists import active_list, remove_list, view_entries, view_list_rejects, view_lists
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import Category, RejectedRow
from storage.audit.reader import audit_entries
from storage.backup.journal import read_journal
from storage.database import Database
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import START, activate, sample_entry

REJECT = RejectedRow(7, "no plate", "LIC", "V00")


def test_removing_a_list_is_written_down_and_its_alerts_are_canceled(database: Database, tmp_path: Path) -> None:
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    raise_alert(database, sample_entry(1))
    assert remove_list(LEE, database, Settings(data_dir=tmp_path), "ncic") == 1
    assert read_journal(tmp_path / "purged.json").known.removed_lists == ("ncic",), "for a restore of before"
    row = only_row(database, Action.REMOVE)
    assert (row.details, row.results) == ({"hotlist": "ncic"}, 2)
    assert remove_list(LEE, database, Settings(), "ncic") == 0
    assert len(audit_entries(database)) == 1
    activate(database, [sample_entry(1)])
    with pytest.raises(InvalidInput, match="the reason"):
        remove_list(LEE, database, Settings(), "ncic", "x")
    refused = audit_entries(database, limit=1)[0]
    assert (refused.action, refused.details["refused"], refused.details["reason"]) == (Action.REFUSED, "remove", "x")
    assert active_list(database, "ncic").entries == 1


def test_looking_at_the_lists_is_written_down(database: Database) -> None:
    activate(database, [sample_entry(1)])
    found = view_lists(LEE, database, Settings(), START + timedelta(hours=1))
    assert ([summary.hotlist_id for summary in found.summaries], [*found.ages]) == (["ncic"], ["ncic"])
    row = only_row(database, Action.VIEW_LISTS)
    assert (row.details, row.results) == ({}, 1)


def test_looking_at_entries_is_written_down(database: Database) -> None:
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203"), sample_entry(3, "CDF1", category=Category.WATCH)])
    for limit, offset, plates in ((1, 0, ["BKR2203"]), (2, 1, ["CDF1", "VNV4527"]), (9, 2, ["VNV4527"]), (9, 3, [])):
        found = view_entries(LEE, database, "ncic", limit, offset)
        assert [entry.plate for entry in found.entries] == plates
        assert list(found.categories.items()) == [(Category.STOLEN_VEHICLE, 2), (Category.WATCH, 1)]
        assert found.elsewhere == {}
        row = audit_entries(database, limit=1)[0]
        assert (row.action, row.details, row.results) == (Action.VIEW_ENTRIES, {"hotlist": "ncic"}, len(plates))


def test_looking_at_a_lists_rejected_rows_is_written_down(database: Database) -> None:
    later = [RejectedRow(line, "no plate", "LIC", "V00") for line in (8, 9)]
    version = activate(database, [sample_entry(1)], rejects=(REJECT, *later)).version_id
    for limit, offset, rows in ((10, 0, [REJECT, *later]), (1, 1, later[:1]), (2, 1, later), (1, 3, [])):
        assert view_list_rejects(LEE, database, "ncic", limit, offset) == rows
        row = audit_entries(database, limit=1)[0]
        assert (row.actor, row.action, row.results) == (LEE, Action.VIEW_REJECTS, len(rows))
        assert row.details == {"hotlist": "ncic", "version": version}


def test_what_is_not_there_is_named(database: Database) -> None:
    for look in (view_entries, view_list_rejects):
        with pytest.raises(InvalidInput, match=r"no active list is named 'ncic' \(active: none\)"):
            look(LEE, database, "ncic", 10)
    for name in ("own", "ncic"):
        activate(database, [sample_entry(1, hotlist_id=name)], hotlist_id=name)
    with pytest.raises(InvalidInput, match=r"no active list is named 'other' \(active: ncic, own\)"):
        active_list(database, "other")
    assert audit_entries(database) == []
