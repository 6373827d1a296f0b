"""Hotlist versions: whole or not at all, with what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.types import Category, HotlistEntry
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.storage.samples import activate, sample_entry, sample_id
from tests.integration.storage.stored_entries import active_entries, latest

REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture
def store(database: Database) -> HotlistStore:
    return HotlistStore(database)


def test_an_entry_comes_back_as_it_was(store: HotlistStore, database: Database) -> None:
    bare = HotlistEntry(sample_id("bare", 1), "ncic", "A?C1O", Category.WATCH)
    full = sample_entry(1, raw="caf\x00\udce9", extra=(("A", "1"), ("A", "2"), ("", "x\x00")))
    activate(database, [full, bare])
    stored = {entry.entry_id: entry for entry in active_entries(database)}
    assert stored[bare.entry_id] == bare
    assert stored[full.entry_id].raw == "caf\\x00\\udce9"
    assert stored[full.entry_id].extra == (("A", "1"), ("A", "2"), ("", "x\\x00"))
    assert {type(entry.category) for entry in stored.values()} == {Category}
    plain = sample_entry(2)
    activate(database, [plain])
    assert list(active_entries(database)) == [plain]
    assert latest(database, plain.entry_id) == plain


def test_a_removed_list_is_out_of_force_and_may_come_back(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(1)])
    activate(database, [sample_entry(1, hotlist_id="regional")], hotlist_id="regional")
    revision = store.revision()
    assert HotlistVersions(database).remove("ncic")
    assert not HotlistVersions(database).remove("ncic")
    assert not HotlistVersions(database).remove("never-there")
    assert store.revision() > revision
    assert [summary.hotlist_id for summary in store.lists()] == ["regional"]
    assert [entry.hotlist_id for entry in active_entries(database)] == ["regional"]
    assert activate(database, [sample_entry(1)]).added == 1


def test_reading_the_lists_half_way_gives_the_connection_back(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(number) for number in range(20)])
    for _ in range(10):  # more often than the pool has connections
        entries = active_entries(database)
        next(entries)
        entries.close()  # type: ignore[attr-defined]
    assert len(store.lists()) == 1
