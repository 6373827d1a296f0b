"""Going back to a version, and looking at versions and rejected rows, is written down."""

from __future__ import annotations

import pytest

from operations.hotlists.versions import roll_back, view_rejects, view_versions
from schemas.audit import Action
from schemas.errors import InvalidInput, NotThere
from schemas.settings import Settings
from schemas.types import RejectedRow
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import activate, sample_entry
from tests.integration.storage.stored_entries import active_entries

REJECT = RejectedRow(7, "no plate", "LIC", "V00")
LATER = RejectedRow(9, "no state", "LIS", "V01")


def test_going_back_is_written_down_and_stale_alerts_are_canceled(database: Database) -> None:
    first = activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    activate(database, [sample_entry(1), sample_entry(3, "XYZ9999")])
    raise_alert(database, sample_entry(3, "XYZ9999"))
    done = roll_back(LEE, database, Settings(), "ncic", "wrong file")
    assert (done.outcome.restored_version, done.canceled) == (first.version_id, 1)
    assert (done.outcome.total, done.outcome.added, done.outcome.removed) == (2, 1, 1)
    newest = HotlistVersions(database).of_list("ncic", 1)[0]
    assert (newest.version_id, newest.kind, newest.made_by, newest.reason) == (
        *(done.outcome.version_id, "rollback"),
        *("lee", "wrong file"),
    )
    row = only_row(database, Action.ROLL_BACK)
    assert row.results == 2
    assert row.details == {
        "hotlist": "ncic",
        "reason": "wrong file",
        "version": done.outcome.version_id,
        "restored_version": first.version_id,
    }


def test_going_nowhere_is_not_written_down(database: Database) -> None:
    activate(database, [sample_entry(1)])
    with pytest.raises(InvalidInput, match="no version before"):
        roll_back(LEE, database, Settings(), "ncic", "wrong file")
    assert audit_entries(database) == []
    activate(database, [sample_entry(2)])
    with pytest.raises(InvalidInput, match="the reason"):
        roll_back(LEE, database, Settings(), "ncic", "x")
    row = only_row(database, Action.REFUSED)
    assert (row.details["hotlist"], row.details["refused"], row.details["reason"]) == ("ncic", "roll_back", "x")
    assert [entry.entry_id for entry in active_entries(database)] == [sample_entry(2).entry_id]


def test_looking_at_versions_is_written_down(database: Database) -> None:
    numbers = [activate(database, [sample_entry(number)]).version_id for number in (1, 2, 3, 4)]
    activate(database, [sample_entry(1, hotlist_id="own")], hotlist_id="own")
    for limit, offset, seen in ((1, 0, [3]), (2, 1, [2, 1]), (9, 2, [1, 0]), (1, 4, [])):
        found = view_versions(LEE, database, "ncic", limit, offset)
        assert [one.version_id for one in found] == [numbers[place] for place in seen]
        assert [one.is_active for one in found] == [place == 3 for place in seen]
        row = audit_entries(database, limit=1)[0]
        assert (row.actor, row.action) == (LEE, Action.VIEW_VERSIONS)
        assert (row.details, row.results) == ({"hotlist": "ncic"}, len(seen))


def test_looking_at_rejected_rows_is_written_down(database: Database) -> None:
    version = activate(database, [sample_entry(1)], rejects=(REJECT, LATER)).version_id
    newer = activate(database, [sample_entry(2)]).version_id
    assert view_rejects(LEE, database, str(version), 10) == [REJECT, LATER]
    assert view_rejects(LEE, database, str(version), 1) == [REJECT]
    assert view_rejects(LEE, database, "ncic", 10) == []
    assert [(row.action, row.details, row.results) for row in audit_entries(database)] == [
        (Action.VIEW_REJECTS, {"version": newer}, 0),
        (Action.VIEW_REJECTS, {"version": version}, 1),
        (Action.VIEW_REJECTS, {"version": version}, 2),
    ]
    for nothing in ("nothing", str(newer + 1), f"-{version}", "9" * 19, "9" * 18, "\u0661", ""):
        with pytest.raises(NotThere) as fault:
            view_rejects(LEE, database, nothing, 10)
        assert str(fault.value) == f"'{nothing}' is neither a version nor an active list (active: ncic ({newer}))"


def test_going_back_brings_back_what_the_version_had_and_nothing_that_was_withdrawn_since(database: Database) -> None:
    first = [sample_entry(1), sample_entry(2, "BKR2203"), sample_entry(3, "XYZ9999")]
    before = activate(database, first).version_id
    HotlistEdits(database).withdraw([first[1].entry_id], by="lee", reason="recovered")
    activate(database, [sample_entry(1, "CHANGED"), sample_entry(4, "HDM6074")])
    # To the version that had it still.
    outcome = roll_back(LEE, database, Settings(), "ncic", "wrong file", to_version=before)
    assert (outcome.outcome.total, outcome.outcome.added, outcome.outcome.removed) == (2, 2, 2)
    assert {(entry.entry_id, entry.plate) for entry in active_entries(database)} == {
        (first[0].entry_id, first[0].plate),
        (first[2].entry_id, "XYZ9999"),
    }


def test_going_back_over_several_versions_skips_what_came_and_went_between(database: Database) -> None:
    oldest = activate(database, [sample_entry(1)]).version_id
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    activate(database, [sample_entry(1), sample_entry(3, "XYZ9999")])
    roll_back(LEE, database, Settings(), "ncic", "wrong files", to_version=oldest)
    assert [entry.entry_id for entry in active_entries(database)] == [sample_entry(1).entry_id]
