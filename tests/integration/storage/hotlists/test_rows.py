"""What is said of lists, holds, feeds and single entries: the right rows, in the order in which people read them."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from schemas.errors import InvalidInput
from schemas.types import Category
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.feeds import FeedStates
from storage.hotlists.imports import begin_import
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.hotlists.list_versions import import_version, version_rows
from tests.integration.storage.samples import START, activate, sample_entry, sample_id
from tests.integration.storage.stored_entries import withdrawn


def hold(database: Database, hotlist_id: str, reason: str, file_sha256: str) -> None:
    HotlistVersions(database).hold(
        hotlist_id, layout="ncic", file_name="x.csv", file_sha256=file_sha256, as_of=START, reason=reason
    )


def test_held_versions_wait_until_their_own_list_has_a_new_one(database: Database) -> None:
    store, states = HotlistStore(database), FeedStates(database)
    for hotlist_id in ("region", "ncic"):
        import_version(database, [sample_entry(1, hotlist_id=hotlist_id)], hotlist_id)
        hold(database, hotlist_id, "it shrinks", "00aa")
        hold(database, hotlist_id, "it is old", "00bb")
        hold(database, hotlist_id, "the same file again", "00aa")
    assert [(summary.hotlist_id, summary.held) for summary in store.lists()] == [
        ("ncic", "it shrinks; it is old"),
        ("region", "it shrinks; it is old"),
    ]
    assert states.holds() == {"ncic": "it is old", "region": "it is old"}
    import_version(database, [sample_entry(2)], "ncic")
    assert [(summary.hotlist_id, summary.held) for summary in store.lists()] == [
        ("ncic", None),
        ("region", "it shrinks; it is old"),
    ]
    assert states.holds() == {"region": "it is old"}
    hold(database, "ncic", "it shrinks again", "00aa")  # the same file as before, after another one was imported
    assert states.holds() == {"ncic": "it shrinks again", "region": "it is old"}


def test_a_hold_that_was_settled_stays_settled_as_it_was(database: Database) -> None:
    import_version(database, [sample_entry(1)])
    hold(database, "ncic", "it shrinks", "00aa")
    moments = []
    for number in (2, 3):
        import_version(database, [sample_entry(number)])
        with database.connection() as connection:
            moments.append(connection.execute("select resolved_at from hotlist_holds").fetchall())
    assert moments[0] == moments[1] != [(None,)]


def test_a_feed_is_as_new_as_it_was_last_seen_and_forgets_the_server_with_its_layout(database: Database) -> None:
    states, later = FeedStates(database), START + timedelta(hours=1)
    states.register("ncic", "ncic", 24, later)
    # Another process may be a moment behind; what is further ahead is of a clock that was set back.
    assert states.register("ncic", "ncic", 24, later - timedelta(seconds=30)).seen_at == later
    assert states.register("ncic", "ncic", 24, START).seen_at == START
    known = states.register("ncic", "ncic", 24, later)
    states.record(type(known)("ncic", "ncic", 24, START, later, outcome="imported", remote={"etag": "1"}))
    assert states.register("ncic", "ncic", 24, later).remote == {"etag": "1"}
    assert states.register("ncic", "csv", 24, later).remote == {}
    states.register("able", "csv", 24, START)
    assert [state.hotlist_id for state in states.states()] == ["able", "ncic"]


def test_codes_and_categories_come_with_the_most_frequent_first(database: Database) -> None:
    codes = ["B", "A", "A", "C", "C", "C", None]
    unmapped = [sample_entry(number, category=Category.UNMAPPED, source_code=code) for number, code in enumerate(codes)]
    mapped = [sample_entry(10 + number, category=Category.WATCH) for number in range(9)]
    activate(database, [*unmapped, *mapped, sample_entry(20)])
    activate(database, [*unmapped, *mapped])  # what is gone does not count
    expected = [(Category.WATCH, 9), (Category.UNMAPPED, 7)]
    assert list(HotlistStore(database).categories_of("ncic").items()) == expected
    with begin_import(database, "ncic", layout="ncic", file_name="x.csv") as version:
        assert version.unmapped() == (("C", 3), ("A", 2), ("B", 1), ("", 1))
        assert version.categories() == tuple(expected)


def test_an_entry_that_was_changed_is_found_and_restored_as_it_was_last(database: Database) -> None:
    edits = HotlistEdits(database)
    first = sample_entry(1, "AAA1", "watch", source_line=None, raw=None)
    last = first._replace(instructions="unarmed")
    for entry in (first, last):
        edits.add("watch", [entry], by="pat", reason="x")
    edits.withdraw([first.entry_id], by="lee", reason="recovered")
    assert edits.find(plate="AAA1", withdrawn=True) == [last]
    edits.restore([first.entry_id], by="lee", reason="mistake")
    assert edits.find(plate="AAA1") == [last]


def test_what_is_not_on_its_list_any_more_cannot_be_withdrawn(database: Database) -> None:
    import_version(database, [sample_entry(1), sample_entry(2)])
    import_version(database, [sample_entry(2)])
    assert HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered") == 0
    assert withdrawn(database, "ncic") == frozenset()
    assert len(version_rows(database, "ncic")) == 2


def test_entries_are_found_by_list_then_plate(database: Database) -> None:
    plates = ["CCC3", "AAA1", "BBB2", "AAA4", "EEE5", "BBB6", "DDD7"]
    import_version(database, [sample_entry(number, plate) for number, plate in enumerate(plates)])
    import_version(database, [sample_entry(9, "BBB1", "able")], "able")
    HotlistEdits(database).withdraw([sample_id("ncic", 0)], by="lee", reason="recovered")
    store, edits = HotlistStore(database), HotlistEdits(database)
    assert [entry.plate for entry in store.entries_of("ncic", 10)] == sorted(plates[1:])
    assert [entry.plate for entry in store.entries_of("ncic", 2, 3)] == sorted(plates[1:])[3:5]
    import_version(database, [sample_entry(number, "BBB2") for number in (2, 3)])
    assert [entry.hotlist_id for entry in edits.find(plate="BBB2")] == ["ncic", "ncic"]
    for number in (4, 5):
        import_version(database, [sample_entry(number, "BBB2", f"list{9 - number}")], f"list{9 - number}")
    assert [entry.hotlist_id for entry in edits.find(plate="BBB2")] == ["list4", "list5", "ncic", "ncic"]


def test_nobody_goes_back_to_a_version_of_another_list(database: Database) -> None:
    other = import_version(database, [sample_entry(1, hotlist_id="region")], "region")
    import_version(database, [sample_entry(1)])
    with pytest.raises(InvalidInput, match=f"the list 'ncic' has no version {other} before the active one"):
        HotlistVersions(database).rollback("ncic", made_by="lee", reason="wrong file", to_version=other)
    assert [row.kind for row in version_rows(database, "ncic")] == ["import"]


def test_going_back_twice_takes_the_version_before_each_time(database: Database) -> None:
    for plates in (["AAA1"], ["BBB2"], ["BBB2", "CCC3"]):
        import_version(database, [sample_entry(int(plate[-1]), plate) for plate in plates])
    versions = HotlistVersions(database)
    (third, second, first) = [version.version_id for version in versions.of_list("ncic")]
    back = versions.rollback("ncic", made_by="lee", reason="wrong file")
    assert (back.restored_version, back.total, back.removed, back.added) == (second, 1, 1, 0)
    again = versions.rollback("ncic", made_by="lee", reason="wrong file", to_version=first)
    assert (again.restored_version, again.total, again.removed, again.added) == (first, 1, 1, 1)
    newest, before = versions.of_list("ncic", 2)
    assert (newest.version_id, newest.added, newest.removed, newest.entries) == (again.version_id, 1, 1, 1)
    assert (before.version_id, before.added, before.removed, before.entries) == (back.version_id, 0, 1, 1)
    assert (newest.is_active, before.is_active, newest.restored_version) == (True, False, first)
    forward = versions.rollback("ncic", made_by="lee", reason="it was right", to_version=third)
    assert (forward.total, forward.added, forward.removed) == (2, 2, 1)


def test_nobody_goes_back_to_a_version_of_which_retention_has_ended_a_part(database: Database, owner_url: str) -> None:
    import_version(database, [sample_entry(1), sample_entry(2), sample_entry(3)])
    import_version(database, [sample_entry(1)])
    with psycopg.connect(owner_url) as connection:  # as retention does, weeks later
        connection.execute("delete from hotlist_entries where entry_id = %s", (sample_id("ncic", 2),))
    with pytest.raises(
        InvalidInput, match=r"of the 3 entries of version \d+ only 2 are kept: retention ended the others"
    ):
        HotlistVersions(database).rollback("ncic", made_by="lee", reason="wrong file")
    assert [row.kind for row in version_rows(database, "ncic")] == ["import", "import"]


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_entries_are_found_by_their_numbers_in_any_case_and_within_a_list(
    database: Database, is_withdrawn: bool
) -> None:
    entries = [sample_entry(number, case_number=f"pd-{number}", source_entry_id=f"v00{number}") for number in (1, 2)]
    import_version(database, entries)
    import_version(database, [sample_entry(3, hotlist_id="region", case_number="PD-1")], "region")
    edits = HotlistEdits(database)
    if is_withdrawn:
        edits.withdraw([*(entry.entry_id for entry in entries), sample_id("region", 3)], by="lee", reason="recovered")
    for case_number in ("pd-1", "PD-1"):
        found = edits.find(case_number=case_number, withdrawn=is_withdrawn)
        assert [entry.hotlist_id for entry in found] == ["ncic", "region"]
        assert edits.find(case_number=case_number, hotlist_id="ncic", withdrawn=is_withdrawn) == entries[:1]
    assert edits.find(source_entry_id="V002", withdrawn=is_withdrawn) == entries[1:]
    assert edits.find(case_number="pd-1", source_entry_id="V002", withdrawn=is_withdrawn) == []
    assert edits.find(entry_id=sample_id("ncic", 1), withdrawn=not is_withdrawn) == []
