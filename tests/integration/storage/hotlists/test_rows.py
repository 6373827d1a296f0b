"""What is said of lists, holds, feeds and single entries: the right rows, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import combinations, product
from operator import attrgetter
from typing import Any

import psycopg
import pytest

from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.feeds import FeedState, FeedStates
from storage.hotlists.history import HotlistHistory
from storage.hotlists.imports import ImportCounts, begin_import
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions, VersionSummary
from tests.integration.hotlists.list_versions import import_version, version_rows
from tests.integration.operations.audited import LEE
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
    with database.connection() as connection:  # at one and the same moment
        connection.execute("update hotlist_holds set held_at = now()")
    assert states.holds() == {"ncic": "it is old", "region": "it is old"}
    assert [hold.reason for hold in HotlistHistory(database).holds()] == ["it is old", "it shrinks"] * 2
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
    for number in (2, 3, None):
        if number is None:
            HotlistVersions(database).remove("ncic")
        else:
            import_version(database, [sample_entry(number)])
        with database.connection() as connection:
            moments.append(connection.execute("select resolved_at from hotlist_holds").fetchall())
    assert moments[0] == moments[1] == moments[2] != [(None,)]


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
    import_version(database, [sample_entry(number) for number in (1, 4, 5, 6)])  # which do not count
    with psycopg.connect(owner_url) as connection:  # as retention does, weeks later
        connection.execute("delete from hotlist_entries where entry_id = %s", (sample_id("ncic", 2),))
    with pytest.raises(
        InvalidInput, match=r"of the 3 entries of version \d+ only 2 are kept: retention ended the others"
    ):
        HotlistVersions(database).rollback("ncic", made_by="lee", reason="wrong file")
    assert [row.kind for row in version_rows(database, "ncic")] == ["import", "import"]


GIVEN: dict[str, tuple[tuple[str, ...], Callable[[HotlistEntry], str]]] = {
    "plate": (("aaa-1", "BBB 2"), lambda entry: entry.plate.replace("-", "").replace(" ", "").upper()),
    "case_number": (("pd-1", "PD-2"), lambda entry: str(entry.case_number).upper()),
    "source_entry_id": (("V001", "v002"), lambda entry: str(entry.source_entry_id).upper()),
    "hotlist_id": (("ncic", "region"), lambda entry: entry.hotlist_id),
}
"""What entries are found by, in two spellings, and how an entry says it."""


def test_entries_are_found_by_all_that_is_given_of_those_in_force_or_of_those_withdrawn(database: Database) -> None:
    entries, edits = [], HotlistEdits(database)
    for hotlist_id in ("region", "ncic"):
        several = product(("BBB-2", "AAA1"), ("pd-1", "PD-2"), ("v001", "V002"))
        own = [
            sample_entry(number, plate, hotlist_id, case_number=case, source_entry_id=source)
            for number, (plate, case, source) in enumerate(several)
        ]
        import_version(database, [*own, sample_entry(20, "CCC3", hotlist_id)], hotlist_id)
        entries += own
    # Changed once: withdrawn or not, it is said as it was last.
    import_version(database, [*(entry._replace(priority="low") for entry in entries[8:]), sample_entry(20, "CCC3")])
    entries[8:] = [entry._replace(priority="low") for entry in entries[8:]]
    gone = entries[::3]
    edits.withdraw([entry.entry_id for entry in gone], by="lee", reason="recovered")
    for is_withdrawn, among in ((False, [entry for entry in entries if entry not in gone]), (True, gone)):
        among.sort(key=attrgetter("hotlist_id", "plate", "entry_id"))
        for names in (some for number in range(1, 5) for some in combinations(GIVEN, number)):
            if names == ("hotlist_id",):
                continue
            for turn in (0, 1):
                asked: dict[str, Any] = {name: GIVEN[name][0][turn] for name in names}
                wanted = {name: text.upper().replace(" ", "") for name, text in asked.items()}
                wanted |= {"plate": wanted.get("plate", "").replace("-", ""), "hotlist_id": asked.get("hotlist_id", "")}
                expected = [e for e in among if all(GIVEN[name][1](e) == wanted[name] for name in names)]
                assert edits.find(**asked, withdrawn=is_withdrawn) == expected, (asked, is_withdrawn)
        for entry in among:
            assert edits.find(entry_id=entry.entry_id, withdrawn=is_withdrawn) == [entry]
            assert edits.find(entry_id=entry.entry_id, withdrawn=not is_withdrawn) == []
        other = "region" if among[0].hotlist_id == "ncic" else "ncic"
        assert edits.find(entry_id=among[0].entry_id, hotlist_id=other, withdrawn=is_withdrawn) == []


def test_versions_are_said_whole_with_who_made_them_and_why(database: Database) -> None:
    versions = HotlistVersions(database)
    first = activate(
        database, [sample_entry(1), sample_entry(2)], rejects=(RejectedRow(7, "no plate", "LIC", ",,"),)
    ).version_id
    with begin_import(
        *(database, "ncic"), layout="ncic", file_name="b\x00.csv", reason="asked", audit=AuditRecord(LEE, Action.IMPORT)
    ) as held:
        second = held.version_id
        held.finish(b"", ImportCounts(2, 2, 0, 0, 0), rejected=0, file_sha256="00bb", as_of=None)
    third = HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    assert third == 1
    back = versions.rollback("ncic", made_by="kim", reason="wrong file", to_version=first)
    found = versions.of_list("ncic")
    assert [
        VersionSummary(**{**asdict(row), "activated_at": START, "version_id": row.version_id - first}) for row in found
    ] == [
        VersionSummary(
            *(back.version_id - first, "rollback", "ncic", "extract.csv", START, START, 1, 0, 0, 0, 0),
            *("kim", "wrong file", first, True),
        ),
        VersionSummary(
            *(found[1].version_id - first, "edit", "ncic", "single entry", None, START, 1, 0, 0, 1, 0),
            *("lee", "recovered", None, False),
        ),
        VersionSummary(
            *(second - first, "import", "ncic", "b\\x00.csv", None, START, 2, 0, 0, 0, 0),
            *("lee", "asked", None, False),
        ),
        VersionSummary(0, "import", "ncic", "extract.csv", START, START, 2, 2, 0, 0, 1, None, None, None, False),
    ]
    assert versions.of_list("ncic", 2) == found[:2]
    assert versions.of_list("region") == []
    moments = [row.activated_at for row in found]
    assert moments == sorted(moments, reverse=True)


def test_what_makes_removes_or_holds_versions_is_written_down_whole(database: Database) -> None:
    versions, why = HotlistVersions(database), {"why": "a test"}

    def asked(action: Action) -> AuditRecord:
        return AuditRecord(LEE, action, why, "bolo", "26-1")

    first = activate(database, [sample_entry(number) for number in range(3)]).version_id
    kept = [sample_entry(0), sample_entry(1, priority="low"), *(sample_entry(number) for number in (3, 4, 5))]
    with begin_import(database, "ncic", layout="ncic", file_name="a.csv", audit=asked(Action.IMPORT)) as version:
        second = version.version_id
        with version.writing() as write:
            for number, entry in enumerate(kept[1:]):
                write(entry, f"{number:032x}")
        retired = b"".join(sample_id("ncic", number).bytes for number in (1, 2))
        version.finish(retired, ImportCounts(9, 5, 3, 1, 1), rejected=4, file_sha256="00ff", as_of=START)
    back = versions.rollback("ncic", made_by="lee", reason="x", audit=asked(Action.ROLL_BACK))
    versions.hold(
        *("ncic",),
        layout="ncic",
        file_name="x.csv",
        file_sha256="00aa",
        as_of=START,
        reason="it shrinks",
        audit=asked(Action.IMPORT),
    )
    assert versions.remove("ncic", audit=asked(Action.REMOVE))
    assert not versions.remove("ncic", audit=asked(Action.REMOVE))
    rows = audit_entries(database)
    assert {(row.actor, row.purpose, row.case_number) for row in rows} == {(LEE, "bolo", "26-1")}
    came = {"outcome": "active", "version": second, "added": 3, "removed": 1, "changed": 1, "rejected": 4}
    assert [(row.action, row.results, row.details) for row in reversed(rows)] == [
        (Action.IMPORT, 5, why | came | {"file_sha256": "00ff", "as_of": "2026-11-20T23:59:30Z"}),
        (Action.ROLL_BACK, 3, why | {"version": back.version_id, "restored_version": first}),
        (Action.IMPORT, None, why | {"outcome": "held", "why_held": "it shrinks"}),
        (Action.REMOVE, 3, why),
    ]


@pytest.mark.parametrize(
    ("expected", "dropped", "superseded"), [(1, 0, 0), (3, 0, 0), (2, 0, 1), (2, 1, 0), (2, 1, 1), (1, 1, 0)]
)
def test_a_version_with_more_or_fewer_entries_than_were_read_is_a_fault_and_changes_nothing(
    database: Database, expected: int, dropped: int, superseded: int
) -> None:
    def written() -> None:
        with begin_import(database, "ncic", layout="ncic", file_name="a.csv") as version:
            with version.writing() as write:
                write(sample_entry(1), "0" * 32)
                write(sample_entry(2), "1" * 32)
            version.check_written(2, 0, 0)
            version.check_written(1, 1, 1)
            version.check_written(expected, dropped, superseded)

    with pytest.raises(InvalidInput, match="this is a fault of platewatch: nothing was imported"):
        written()
    assert HotlistStore(database).lists() == []


def test_rejected_rows_are_kept_as_they_were_read_by_their_line(database: Database) -> None:
    rejects = (
        *(RejectedRow(30, "no\tplate", "LIC", "a\\b\tc\nd"), RejectedRow(4, "cut \x00 off", None, "caf\udce9")),
        RejectedRow(12, ""),
    )
    version = activate(database, [sample_entry(1)], rejects=rejects).version_id
    activate(database, [sample_entry(1, hotlist_id="region")], hotlist_id="region", rejects=(RejectedRow(1, "other"),))
    assert HotlistStore(database).rejects(version) == [
        RejectedRow(4, "cut \\x00 off", None, "caf\\udce9"),
        RejectedRow(12, ""),
        RejectedRow(30, "no\tplate", "LIC", "a\\b\tc\nd"),
    ]
    assert HotlistStore(database).list_of_version(version) == "ncic"
    assert HotlistStore(database).list_of_version(version + 1000) is None


def test_going_back_brings_back_what_was_changed_and_leaves_what_went_on_and_what_was_withdrawn(
    database: Database,
) -> None:
    store, versions = HotlistStore(database), HotlistVersions(database)
    old = [sample_entry(number, f"AAA{number}") for number in range(5)]
    first = import_version(database, old)
    import_version(database, [sample_entry(0, hotlist_id="region")], "region")
    import_version(database, [old[0], old[1]._replace(priority="low"), old[4], sample_entry(6, "AAA6")])
    import_version(database, [old[0], old[2], old[4], sample_entry(6, "AAA6")])
    HotlistEdits(database).withdraw([old[4].entry_id], by="lee", reason="recovered")
    back = versions.rollback("ncic", made_by="lee", reason="wrong file", to_version=first)
    # 0 and 2 went on, 1 and 3 come back as they were, 4 is withdrawn, 6 goes. What came back meanwhile comes anew.
    assert store.entries_of("ncic", 10) == old[:4]
    assert (back.restored_version, back.total) == (first, 4)
    assert back.added - back.removed == 4 - 3
    assert [entry.entry_id for entry in store.entries_of("region", 10)] == [sample_id("region", 0)]
    for target, words in (
        (back.version_id, "is active already"),
        (back.version_id + 1, "no version"),
        (0, "no version"),
    ):
        with pytest.raises(InvalidInput, match=words):
            versions.rollback("ncic", made_by="lee", reason="x", to_version=target)
    with pytest.raises(InvalidInput, match="no active list is named 'none'"):
        versions.rollback("none", made_by="lee", reason="x")
    with pytest.raises(InvalidInput, match="'region' has no version before the active one"):
        versions.rollback("region", made_by="lee", reason="x")


def test_what_a_feed_did_is_kept_whole(database: Database) -> None:
    states = FeedStates(database)
    states.register("able", "csv", 24, START)
    known = states.register("ncic", "ncic", 12.5, START)
    assert known == FeedState("ncic", "ncic", 12.5, START, START)
    later = START + timedelta(hours=3)
    state = FeedState(
        *("ncic", "ncic", 12.5, START, START, later, "failed", "no\x00 file", 3, "00ff", True, START),
        {"etag": "1", "size": "\x00"},
    )
    states.record(state)
    stored = replace(state, message="no\\x00 file", remote={"etag": "1", "size": "\\x00"})
    assert states.states() == [FeedState("able", "csv", 24, START, START), stored]
    # What the configuration says now, and the clock's way: neither takes anything of what the last run did.
    again = states.register("ncic", "ncic", 48, later)
    assert again == replace(stored, max_age_hours=48, seen_at=later)
    assert states.register("ncic", "csv", 48, START - timedelta(hours=1)) == replace(
        again,
        layout="csv",
        remote={},
        known_since=START - timedelta(hours=1),
        seen_at=START - timedelta(hours=1),
    )


def test_a_feed_asks_for_the_file_that_is_in_force(database: Database) -> None:
    states = FeedStates(database)
    assert states.active_digest("ncic") is None
    activate(database, [sample_entry(1)])
    activate(database, [sample_entry(1, hotlist_id="region")], hotlist_id="region")
    assert states.active_digest("ncic") == "00ff"
    HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    assert states.active_digest("ncic") == "", "an edit is of no file"
    HotlistVersions(database).remove("region")
    assert states.active_digest("region") is None
