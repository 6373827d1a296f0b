"""What of a list's versions is given: each entry in those that it stands in, and what is new, gone or withdrawn."""

from __future__ import annotations

import dataclasses

from schemas.types import Category, HotlistEntry
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.sharing.list_offers import GivenList, ListOffers, ListSource
from tests.integration.storage.samples import START, activate, sample_entry
from tests.integration.storage.sharing.rows import HOUR, NOW, agree, outbox, put, release


def listed(number: int, plate: str = "VNV4527", hotlist_id: str = "stolen", **changes: object) -> HotlistEntry:
    return sample_entry(number, plate, hotlist_id, **({"valid_until": None} | changes))


def given(entries: list[HotlistEntry]) -> list[HotlistEntry]:
    """As they are given: without the place in a file and what stood there, in the order of their ids."""
    bare = [one._replace(source_line=None, raw=None) for one in entries]
    return sorted(bare, key=lambda one: one.entry_id)


def test_a_version_is_given_as_it_was_also_after_the_list_has_changed(database: Database) -> None:
    stays, goes, comes = listed(1), listed(2, "AAA1111"), listed(3, "BBB2222")
    before, after = listed(4, "CCC3333"), listed(4, "CCC3334")
    expired = listed(5, "DDD4444", valid_until=NOW - HOUR)
    soon = listed(6, "EEE5555", valid_until=NOW + HOUR)
    elsewhere = activate(database, [listed(7, "FFF6666", "other")], hotlist_id="other").version_id
    leaves = listed(8, "GGG7777")  # later than both of the first two
    first = activate(database, [stays, goes, before, expired, soon, leaves], hotlist_id="stolen").version_id
    second = activate(database, [stays, comes, after, expired, soon, leaves], hotlist_id="stolen").version_id
    third = activate(database, [stays, comes, after, expired, soon, goes], hotlist_id="stolen").version_id
    with ListOffers.begin(database) as offers:
        assert offers.slice("stolen", first, None, 99) == given([stays, goes, before, soon, leaves])
        assert offers.slice("stolen", second, None, 99) == given([stays, comes, after, soon, leaves])
        assert offers.slice("other", elsewhere, None, 99) == given([listed(7, "FFF6666", "other")])
        whole = given([stays, comes, after, soon, goes])
        assert offers.slice("stolen", third, None, 2) == whole[:2]
        assert offers.slice("stolen", third, whole[1].entry_id, 2) == whole[2:4]
        assert offers.slice("stolen", third, whole[-1].entry_id, 2) == []
        # What is new or changed, and what is gone, as it was.
        assert offers.changes("stolen", first, second) == (given([comes, after]), given([goes, before]))
        assert offers.changes("stolen", second, third) == (given([goes]), given([leaves]))
        assert offers.changes("stolen", first, third) == (
            given([comes, after, goes]),
            given([goes, before, leaves]),
        )
        assert offers.changes("stolen", third, third) == ([], [])
        # At least as many as differ: one added, one removed, one changed on both sides; then one added and one removed.
        assert offers.extent("stolen", first, second) == 4
        assert offers.extent("stolen", second, third) == 2
        assert offers.extent("stolen", first, third) == 6
        assert offers.extent("stolen", third, third) == 0


def test_what_was_withdrawn_is_given_no_more_and_told_since_the_last_time(database: Database) -> None:
    entries = [listed(number, f"AAA{number}111") for number in range(4)]
    # As they were last: one had another plate in the version before.
    activate(database, [entries[0]._replace(plate="OLD1111"), *entries[1:]], hotlist_id="stolen")
    version = activate(database, entries, hotlist_id="stolen").version_id
    activate(database, [listed(9, "ZZZ9999", "other")], hotlist_id="other")
    edits = HotlistEdits(database)
    edits.withdraw([entries[2].entry_id], by="lee", reason="recovered")
    edits.withdraw([listed(9, "ZZZ9999", "other").entry_id], by="lee", reason="recovered")
    with ListOffers.begin(database) as offers:
        source = offers.source("stolen")
        assert source is not None
        seen = source.newest_withdrawal
    edits.withdraw([entries[0].entry_id, entries[3].entry_id], by="lee", reason="recovered")
    with ListOffers.begin(database) as offers:
        assert offers.slice("stolen", version, None, 99) == given([entries[1]])
        assert offers.withdrawn("stolen", 0) == given([entries[0], entries[2], entries[3]])
        assert offers.withdrawn("stolen", seen) == given([entries[0], entries[3]])
        newest = offers.source("stolen")
        assert newest is not None
        assert newest.newest_withdrawal > seen
        assert offers.withdrawn("stolen", newest.newest_withdrawal) == []


def test_entries_are_counted_by_category_and_by_whose_number_they_have(database: Database) -> None:
    numbers = ["V123456789", " v123456780 ", "V12345678", "V1234567890", "26-117", None, ""]
    entries = [listed(number, f"AAA{number}111", source_entry_id=one) for number, one in enumerate(numbers)]
    entries.append(listed(20, "BBB1111", category=Category.STOLEN_PLATE))
    entries.append(listed(21, "BBB2222", valid_until=NOW - HOUR))
    version = activate(database, entries, hotlist_id="stolen").version_id
    activate(database, [], hotlist_id="stolen")
    with ListOffers.begin(database) as offers:
        assert sorted(offers.counts("stolen", version)) == [
            ("stolen_plate", True, 1),
            ("stolen_vehicle", False, 5),
            ("stolen_vehicle", True, 2),
        ]
        assert offers.counts("other", version) == []


def test_a_list_is_as_new_as_its_file_or_as_its_feed_has_said_since(database: Database) -> None:
    version = activate(database, [listed(1)], hotlist_id="stolen", layout="csv").version_id
    with database.connection() as connection:
        connection.execute(
            "insert into hotlist_feeds (hotlist_id, source, max_age_hours, known_since, seen_at) "
            "values ('stolen', 'folder', 24, now(), now()), ('other', 'folder', 24, now(), now())"
        )
    for confirmed, expected in ((None, START), (START - HOUR, START), (START + HOUR, START + HOUR)):
        with database.connection() as connection:
            connection.execute("update hotlist_feeds set confirmed_at = %s where hotlist_id = 'stolen'", (confirmed,))
        with ListOffers.begin(database) as offers:
            assert offers.source("stolen") == ListSource(version, "csv", expected, 0)
    with database.transaction() as connection:
        connection.execute("update hotlist_entries set last_version = 1, retired_at = now() where last_version is null")
        connection.execute("update hotlists set active_version = null")
    with ListOffers.begin(database) as offers:
        assert offers.source("stolen") is None
        assert offers.source("unknown") is None


def test_how_far_a_list_was_given_is_kept_whole_for_each_agreement_and_list(database: Database) -> None:
    for name in ("norfolk", "suffolk"):
        agree(database, name)
    first = GivenList("suffolk", "stolen", 1, "scope", 2, 3, 4, START, NOW, False, listed(1).entry_id, 5, 6, None)
    others = [
        dataclasses.replace(first, hotlist_id="missing", edition=9),
        dataclasses.replace(first, agreement_id="norfolk", after_entry=None, as_of=None, is_whole=True, ended="over"),
    ]
    newer = GivenList(
        "suffolk", "stolen", 2, "other", 7, 8, 9, START + HOUR, NOW + HOUR, True, listed(2).entry_id, 10, 11, "ended"
    )
    with ListOffers.begin(database) as offers:
        for state in (first, *others, newer):
            offers.put(state)
    with ListOffers.begin(database) as offers:
        found = offers.states()
    assert found == {(one.agreement_id, one.hotlist_id): one for one in (newer, *others)}
    assert list(found) == [("norfolk", "stolen"), ("suffolk", "missing"), ("suffolk", "stolen")]


def test_a_list_of_which_something_was_withheld_is_begun_anew_unless_it_has_ended(database: Database) -> None:
    for name, ended in (("norfolk", None), ("suffolk", -HOUR)):
        agree(database, name, ended=ended)
    state = GivenList("suffolk", "stolen", 1, "scope", 2, 3, 4, START, NOW)
    with ListOffers.begin(database) as offers:
        offers.put(state)
        offers.put(dataclasses.replace(state, hotlist_id="missing", ended="not shared any more"))
        offers.put(dataclasses.replace(state, agreement_id="norfolk"))
    put(database, "part", "norfolk", release("list"))
    with ListOffers.begin(database) as offers:
        assert offers.withhold_stale("it was ended") == 0
    put(database, "stale", "suffolk", release("list"))
    put(database, "alert", "suffolk", release())
    with ListOffers.begin(database) as offers:
        assert offers.withhold_stale("it was ended") == 1
        assert {key: one.scope for key, one in offers.states().items()} == {
            ("norfolk", "stolen"): "scope",
            ("suffolk", "missing"): "scope",
            ("suffolk", "stolen"): "",
        }
    assert [(name, closed) for name, _, closed in outbox(database)] == [
        ("part", False),
        ("stale", True),
        ("alert", False),
    ]
