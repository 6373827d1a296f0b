"""Withdrawing and restoring are written down with the entries and the reason; looking at entries, too."""

from __future__ import annotations

from pathlib import Path

from operations.hotlists.withdrawing import (
    WantedEntries,
    Withdrawal,
    fitting_entries,
    note_entries_shown,
    restore_entries,
    withdraw_entries,
)
from schemas.audit import Action
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.backup.journal import read_journal
from storage.database import Database
from storage.hotlists.edits import RestoreOutcome
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import activate, sample_entry, sample_id
from tests.integration.storage.stored_entries import withdrawn

WANTED = WantedEntries(plate="ABC1230", state="US-VA")


def test_a_withdrawal_is_written_down_and_its_alert_canceled(database: Database, tmp_path: Path) -> None:
    entry = sample_entry(1, "ABC1230")
    activate(database, [entry, sample_entry(2, "XYZ9999")])
    raise_alert(database, entry)
    done = withdraw_entries(LEE, database, Settings(data_dir=tmp_path), WANTED, [entry.entry_id], "recovered")
    assert done == Withdrawal(entries=1, canceled=1)
    assert withdrawn(database, "ncic") == {entry.entry_id}
    row = only_row(database, Action.WITHDRAW)
    assert row.results == 1
    assert row.details == {
        "plate": "ABC1230",
        "state": "US-VA",
        "entries": [str(entry.entry_id)],
        "reason": "recovered",
    }
    # Nor does it come back with a backup of before.
    (noted,) = read_journal(tmp_path / "purged.json").known.withdrawn
    assert (noted.entry_id, noted.withdrawn_by, noted.reason) == (entry.entry_id, "lee", "recovered")


def test_restoring_is_written_down(database: Database) -> None:
    activate(database, [sample_entry(1, "ABC1230")])
    ids = [sample_id("ncic", 1)]
    withdraw_entries(LEE, database, Settings(), WANTED, ids, "recovered")
    wanted = WantedEntries(nic="V000000001", hotlist_id="ncic", withdrawn=True)
    assert restore_entries(LEE, database, wanted, ids, "a mistake") == RestoreOutcome(1, 1)
    row = audit_entries(database)[0]
    assert (row.action, row.results) == (Action.RESTORE, 1)
    assert row.details == {
        "hotlist": "ncic",
        "nic": "V000000001",
        "withdrawn": True,
        "entries": [str(ids[0])],
        "reason": "a mistake",
        "active": 1,
    }


def test_what_is_shown_before_anything_is_done_is_written_down(database: Database) -> None:
    activate(database, [sample_entry(1, "ABC1230"), sample_entry(2, "ABC-123O", jurisdiction="US-MD")])
    found = fitting_entries(database, WANTED)
    assert [entry.entry_id for entry in found] == [sample_id("ncic", 1)]
    assert audit_entries(database) == []
    note_entries_shown(LEE, database, WANTED, found)
    row = only_row(database, Action.VIEW_ENTRIES)
    assert (row.details, row.results) == ({"plate": "ABC1230", "state": "US-VA"}, 1)


def test_everything_that_is_given_narrows_what_is_meant(database: Database) -> None:
    one, two = sample_entry(1, "ABC1230"), sample_entry(2, "ABC123O", jurisdiction="US-MD")
    activate(database, [one, two, sample_entry(3, "XYZ9999")])
    activate(database, [sample_entry(4, "ABC1230", hotlist_id="own")], hotlist_id="own")

    def meant(**given: object) -> set[str]:
        found = fitting_entries(database, WantedEntries(**given))  # type: ignore[arg-type]
        return {f"{entry.hotlist_id}/{entry.source_entry_id}" for entry in found}

    both = {f"ncic/{entry.source_entry_id}" for entry in (one, two)}
    own = f"own/{sample_entry(4).source_entry_id}"
    assert meant(plate="abc-1230") == both | {own}
    assert meant(plate="abc-1230", hotlist_id="ncic") == both
    assert meant(plate="abc-1230", state="US-MD") == {f"ncic/{two.source_entry_id}"}
    assert meant(nic=one.source_entry_id, hotlist_id="ncic") == {f"ncic/{one.source_entry_id}"}
    assert meant(entry_id=two.entry_id) == {f"ncic/{two.source_entry_id}"}
    assert meant(plate="abc-1230", withdrawn=True) == set()
    withdraw_entries(LEE, database, Settings(), WANTED, [one.entry_id], "recovered")
    assert meant(plate="abc-1230", withdrawn=True) == {f"ncic/{one.source_entry_id}"}
    assert meant(plate="abc-1230") == {f"ncic/{two.source_entry_id}", own}
