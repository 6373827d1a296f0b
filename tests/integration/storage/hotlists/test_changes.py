"""The way from one version of a list to the next, as a matcher goes it."""

from __future__ import annotations

import threading

import pytest

from schemas.errors import TransientError
from schemas.list_changes import ListChange
from schemas.types import Category, HotlistEntry, VehicleDescription
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
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


def test_how_much_changed_is_told_without_looking_at_the_entries(database: Database, changes: HotlistChanges) -> None:
    first = import_version(database, [sample_entry(number) for number in range(4)])
    import_version(database, [sample_entry(number, hotlist_id="region") for number in range(9)], "region")
    # One new, two gone, one changed, which goes and comes.
    second = import_version(database, [sample_entry(0), sample_entry(1, priority="low"), sample_entry(9)])
    HotlistEdits(database).withdraw([sample_id("ncic", 9)], by="lee", reason="recovered")
    assert changes.extent("ncic", 0) == 4 + (1 + 2 + 2) + 1
    assert changes.extent("ncic", first) == (1 + 2 + 2) + 1
    assert changes.extent("ncic", second) == 1
    assert changes.extent("none", 0) == 0
    assert changes.extent("region", 0) == 9


def test_versions_are_told_from_those_of_another_database_by_their_marks(
    database: Database, changes: HotlistChanges
) -> None:
    first = import_version(database, [sample_entry(1)])
    second = import_version(database, [sample_entry(1), sample_entry(2)])
    other = import_version(database, [sample_entry(1, hotlist_id="region")], "region")
    with database.connection() as connection:
        rows = connection.execute(
            "select version_id, hotlist_id, extract(epoch from activated_at)::text from hotlist_versions"
        ).fetchall()
    known = {version: f"{name} {version} {epoch}" for version, name, epoch in rows}
    assert changes.marks([other, first, 10**6]) == [known[first], known[other]]
    assert changes.marks([]) == []
    assert changes.entries([second, other]) == 3
    assert changes.entries([first, second, other]) == 4
    assert changes.entries([]) == changes.entries([10**6]) == 0


def test_withdrawn_entries_are_added_to_nobodys_lists_and_named_in_their_order(
    database: Database, changes: HotlistChanges
) -> None:
    import_version(database, [sample_entry(number) for number in (1, 2, 3)])
    edits = HotlistEdits(database)
    assert changes.withdrawn(0) == (0, ())
    for number in (3, 1):
        edits.withdraw([sample_id("ncic", number)], by="lee", reason="recovered")
    last, ids = changes.withdrawn(0)
    assert ids == (sample_id("ncic", 3), sample_id("ncic", 1))
    assert changes.withdrawn(last - 1) == (last, ids[1:])
    assert changes.withdrawn(last) == (last, ())
    assert [entry.entry_id for entry in changes.since("ncic", 0, tuple).added] == [sample_id("ncic", 2)]
    assert set(changes.active_entries([*ids, sample_id("ncic", 2)])) == {sample_id("ncic", 2)}
    assert changes.active_entries([sample_id("ncic", 2)])[sample_id("ncic", 2)] == sample_entry(2)
    # A later file that still has them, changed, brings none of them back.
    before = changes.active_versions()["ncic"]
    changed = [sample_entry(number, instructions="other") for number in range(1, 4)]
    import_version(database, [*changed, sample_entry(8)])
    added = changes.since("ncic", before, tuple).added
    assert sorted(added) == sorted(map(slim, [changed[1], sample_entry(8)]))
    # Nor is one there whose withdrawal was interrupted before the list had its next version.
    with database.connection() as connection:
        connection.execute(
            "insert into hotlist_withdrawals (entry_id, hotlist_id, digest, withdrawn_by, reason)"
            " select entry_id, hotlist_id, digest, 'lee', 'recovered' from hotlist_entries"
            " where entry_id = %s and last_version is null",
            [sample_id("ncic", 8)],
        )
    assert changes.since("ncic", before, tuple).added == (slim(changed[1]),)


def test_a_list_that_was_removed_has_nothing_and_all_that_it_had_is_gone(
    database: Database, changes: HotlistChanges
) -> None:
    version = import_version(database, [sample_entry(1), sample_entry(2)])
    import_version(database, [sample_entry(1, hotlist_id="region")], "region")
    HotlistVersions(database).remove("ncic")
    both = {sample_id("ncic", 1), sample_id("ncic", 2)}
    change = changes.since("ncic", version, tuple)
    assert (change.version_id, change.as_of, change.added, set(change.removed)) == (None, None, (), both)
    assert set(changes.gone("ncic", version)) == both
    assert set(changes.active_versions()) == {"region"}


def test_a_reading_that_is_stopped_ends_with_the_next_rows(database: Database, changes: HotlistChanges) -> None:
    import_version(database, [sample_entry(1)])
    stop = threading.Event()
    assert len(changes.since("ncic", 0, tuple, stop=stop).added) == 1
    stop.set()
    with pytest.raises(TransientError, match="stopped"):
        changes.since("ncic", 0, tuple, stop=stop)


@pytest.mark.parametrize(
    "vehicle",
    [None, VehicleDescription(2009, None, None, None, None), VehicleDescription(None, None, "MC2", "CY", None)],
)
def test_what_matching_needs_of_a_vehicle_comes_and_no_more(
    database: Database, changes: HotlistChanges, vehicle: VehicleDescription | None
) -> None:
    import_version(database, [sample_entry(1, vehicle=vehicle, jurisdiction=None, valid_from=None, valid_until=None)])
    (found,) = changes.since("ncic", 0, tuple).added
    year = vehicle.year if vehicle else None
    assert found == HotlistEntry(
        *(sample_id("ncic", 1), "ncic", "VNV4527", Category.STOLEN_VEHICLE),
        vehicle=VehicleDescription(year) if year else None,
    )
