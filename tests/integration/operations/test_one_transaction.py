"""What changes something is written down in the same transaction: both are stored, or neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hotlists.importing.importer import ImportOptions
from operations.hotlists.adding import add_entry
from operations.hotlists.importing import import_list
from operations.hotlists.lists import remove_list
from operations.hotlists.versions import roll_back
from operations.hotlists.withdrawing import WantedEntries, restore_entries, withdraw_entries
from schemas.errors import HeldForReview, PlatewatchError
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.hotlists.feed_samples import put, rows
from tests.integration.operations.audited import LEE, close_audit, fail_after_audit, without_audit
from tests.integration.storage.samples import activate, sample_entry, sample_id

SETTINGS = Settings()
WANTED = WantedEntries(nic="V000000001")
IDS = [sample_id("ncic", 1)]
GONE = [sample_id("ncic", 2)]


def _import(database: Database, folder: Path) -> None:
    import_list(LEE, database, SETTINGS, put(folder / "list.csv", rows(30)), "csv", ImportOptions(hotlist_id="region"))


def _held(database: Database, folder: Path) -> None:
    # Older than the active version.
    path = put(folder / "list.csv", rows(30))
    import_list(LEE, database, SETTINGS, path, "csv", ImportOptions(hotlist_id="own"))


CHANGES: dict[str, Callable[[Database, Path], object]] = {
    "import": _import,
    "hold": _held,
    "add": lambda database, _: add_entry(LEE, database, sample_entry(9, hotlist_id="local"), "bolo 8"),
    "withdraw": lambda database, _: withdraw_entries(LEE, database, SETTINGS, WANTED, IDS, "recovered"),
    "restore": lambda database, _: restore_entries(LEE, database, WANTED, GONE, "a mistake"),
    "roll_back": lambda database, _: roll_back(LEE, database, SETTINGS, "ncic", "wrong file"),
    "remove": lambda database, _: remove_list(LEE, database, SETTINGS, "ncic"),
}


@pytest.fixture(autouse=True)
def _lists(database: Database) -> None:
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203"), sample_entry(3, "XYZ9999")])
    activate(database, [sample_entry(number, f"AAA{number:04d}", "own") for number in range(30)], hotlist_id="own")
    with database.connection() as connection:
        connection.execute("update hotlist_versions set source = 'csv' where hotlist_id = 'own'")
    HotlistEdits(database).withdraw(GONE, by="lee", reason="recovered")


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_has_one_row(database: Database, tmp_path: Path, name: str) -> None:
    before = without_audit(database)
    try:
        CHANGES[name](database, tmp_path)
    except HeldForReview:
        assert name == "hold"
    assert without_audit(database) != before
    (row,) = audit_entries(database)
    assert row.actor == LEE


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("fail", [close_audit, fail_after_audit])
def test_neither_is_stored_where_the_other_fails(
    database: Database, tmp_path: Path, name: str, fail: Callable[[Database], None]
) -> None:
    before = without_audit(database)
    fail(database)
    with pytest.raises(PlatewatchError):
        CHANGES[name](database, tmp_path)
    assert without_audit(database) == before
    assert audit_entries(database) == []
