"""The way from one version of a list to the next, as a matcher goes it."""

from __future__ import annotations

import pytest

from schemas.list_changes import ListChange
from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits
from tests.integration.hotlists.list_versions import import_version
from tests.integration.storage.samples import START, sample_entry, sample_id


@pytest.fixture
def changes(database: Database) -> HotlistChanges:
    return HotlistChanges(database)


def slim(entry: HotlistEntry) -> HotlistEntry:
    """What matching needs of an entry."""
    vehicle = entry.vehicle
    return HotlistEntry(
        entry.entry_id,
        entry.hotlist_id,
        entry.plate,
        entry.category,
        entry.jurisdiction,
        vehicle=vehicle and vehicle._replace(model=None, style=None),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )


def test_everything_is_new_before_the_first_version(database: Database, changes: HotlistChanges) -> None:
    assert changes.active_versions() == {}
    assert changes.since("ncic", 0, tuple) == ListChange(None, None, (), ())
    entries = (sample_entry(1), sample_entry(2))
    version = import_version(database, entries)
    assert changes.active_versions() == {"ncic": version}
    change = changes.since("ncic", 0, tuple)
    assert (change.version_id, change.as_of, change.removed) == (version, START, ())
    assert sorted(change.added) == sorted(map(slim, entries))
    assert changes.extent("ncic", 0) == 2
    assert changes.since("ncic", version, tuple) == ListChange(version, START, (), ())
    assert changes.extent("ncic", version) == 0


def test_a_change_says_what_came_went_and_changed(database: Database, changes: HotlistChanges) -> None:
    first = import_version(database, [sample_entry(1), sample_entry(2), sample_entry(3)])
    changed = sample_entry(2, instructions="other")
    second = import_version(database, [sample_entry(1), changed, sample_entry(4)])
    change = changes.since("ncic", first, tuple)
    assert change.version_id == second
    assert sorted(change.added) == sorted(map(slim, [changed, sample_entry(4)]))
    assert set(change.removed) == {sample_id("ncic", 2), sample_id("ncic", 3)}
    assert changes.gone("ncic", first) == (sample_id("ncic", 3),)
    assert changes.extent("ncic", first) >= 4


def test_what_came_and_went_in_between_is_not_spoken_of(database: Database, changes: HotlistChanges) -> None:
    edits = HotlistEdits(database)
    first = import_version(database, [sample_entry(1)])
    second = import_version(database, [sample_entry(1), sample_entry(2)])
    edits.withdraw([sample_id("ncic", 1), sample_id("ncic", 2)], by="lee", reason="recovered")
    third = changes.active_versions()["ncic"]
    edits.restore([sample_id("ncic", 1)], by="lee", reason="mistake")
    change = changes.since("ncic", first, tuple)
    assert change.added == (slim(sample_entry(1)),)
    assert change.removed == (sample_id("ncic", 1),)
    assert set(changes.since("ncic", second, tuple).removed) == {sample_id("ncic", 1), sample_id("ncic", 2)}
    assert changes.since("ncic", third, tuple).added == (slim(sample_entry(1)),)
    assert changes.gone("ncic", second) == (sample_id("ncic", 2),)


def test_lists_do_not_mix(database: Database, changes: HotlistChanges) -> None:
    first = import_version(database, [sample_entry(1)])
    other = import_version(database, [sample_entry(1, hotlist_id="region")], "region")
    import_version(database, [], "region")
    assert changes.since("ncic", first, tuple).removed == ()
    assert changes.since("region", other, tuple).removed == (sample_id("region", 1),)
    assert set(changes.active_versions()) == {"ncic", "region"}
