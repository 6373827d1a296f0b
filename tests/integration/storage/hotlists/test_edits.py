"""Single entries: added by hand, withdrawn whatever the next file says, and brought back."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest

from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, VehicleDescription
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits, RestoreOutcome
from storage.hotlists.imports import begin_import
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.hotlists.list_versions import active_version, import_version, version_rows
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import START, sample_entry, sample_id
from tests.integration.storage.stored_entries import withdrawn


@pytest.fixture
def edits(database: Database) -> HotlistEdits:
    return HotlistEdits(database)


def _watched(number: int, plate: str, **fields: object) -> HotlistEntry:
    return sample_entry(number, plate, "watch", category=Category.WATCH, source_line=None, raw=None, **fields)


def test_single_entries_make_a_local_list_and_change_it(database: Database, edits: HotlistEdits) -> None:
    first = edits.add("watch", [_watched(1, "AAA1"), _watched(2, "BBB2")], by="pat", reason="bolo 7")
    assert active_version(database, "watch") == first
    second = edits.add("watch", [_watched(2, "BBB3"), _watched(3, "ccc\t3\x00")], by="pat", reason="bolo 8")
    assert second > first
    assert [entry.plate for entry in edits.find(hotlist_id="watch", case_number="26-2")] == ["BBB3"]
    assert [entry.plate for entry in edits.find(hotlist_id="watch", source_entry_id="v000000003")] == ["ccc\t3\\x00"]
    (before, after) = version_rows(database, "watch")
    assert (before.entries, before.added, before.removed, before.changed) == (2, 2, 0, 0)
    assert (after.entries, after.added, after.removed, after.changed) == (3, 1, 0, 1)
    assert (after.source, after.kind, after.made_by, after.reason) == ("local", "edit", "pat", "bolo 8")


def test_adding_what_is_there_already_changes_nothing(database: Database, edits: HotlistEdits) -> None:
    version = edits.add("watch", [_watched(1, "AAA1")], by="pat", reason="x")
    assert edits.add("watch", [_watched(1, "AAA1")], by="pat", reason="again") == version
    assert len(version_rows(database, "watch")) == 1


def test_an_entry_comes_back_as_it_was_added(edits: HotlistEdits) -> None:
    given = _watched(1, "A?C1O", extra=(("A", "1"), ("", "x")), vehicle=None)
    edits.add("watch", [given], by="pat", reason="x")
    assert edits.find(plate="a?c-10") == [given]


def test_a_list_of_files_takes_no_single_entries(database: Database, edits: HotlistEdits) -> None:
    import_version(database, [sample_entry(1)])
    with pytest.raises(InvalidInput, match="'ncic' is imported from files"):
        edits.add("ncic", [sample_entry(2)], by="pat", reason="x")
    with pytest.raises(InvalidInput, match="'ncic' in an edit of 'watch'"):
        edits.add("watch", [sample_entry(2)], by="pat", reason="x")
    with pytest.raises(InvalidInput, match="no entries"):
        edits.add("watch", [], by="pat", reason="x")


def test_a_withdrawal_is_a_version_of_every_list_it_touches(database: Database, edits: HotlistEdits) -> None:
    import_version(database, [sample_entry(number) for number in range(5)])
    edits.add("watch", [_watched(1, "AAA1")], by="pat", reason="x")
    gone = [sample_id("ncic", 1), sample_id("ncic", 2), sample_id("watch", 1), sample_id("nowhere", 1)]
    assert edits.withdraw(gone, by="lee", reason="recovered") == 3
    assert edits.withdraw(gone, by="lee", reason="recovered") == 0
    imported, edited = version_rows(database, "ncic")
    assert (edited.entries, edited.removed, edited.changed, edited.added) == (3, 2, 0, 0)
    assert (edited.source, edited.as_of, edited.made_by) == (imported.source, imported.as_of, "lee")
    assert withdrawn(database, "ncic") == {sample_id("ncic", 1), sample_id("ncic", 2)}
    assert withdrawn(database, "watch") == {sample_id("watch", 1)}
    assert edits.find(entry_id=sample_id("ncic", 1)) == []
    assert len(edits.find(plate="VNV4527", hotlist_id="ncic")) == 3
    assert len(edits.find(plate="VNV4527", hotlist_id="ncic", withdrawn=True)) == 2


def test_a_withdrawn_entry_is_restored_as_it_was(database: Database, edits: HotlistEdits) -> None:
    entry = sample_entry(1)
    import_version(database, [entry, sample_entry(2)])
    edits.withdraw([entry.entry_id], by="lee", reason="recovered")
    edits.withdraw([sample_id("ncic", 2)], by="lee", reason="recovered")
    assert edits.restore([entry.entry_id], by="lee", reason="mistake") == RestoreOutcome(1, 1)
    assert edits.find(entry_id=entry.entry_id) == [entry]
    assert withdrawn(database, "ncic") == {sample_id("ncic", 2)}
    last = version_rows(database, "ncic")[-1]
    assert (last.entries, last.added, last.reason) == (1, 1, "mistake")
    assert edits.restore([entry.entry_id], by="lee", reason="again") == RestoreOutcome(0, 0)
    assert edits.find(entry_id=entry.entry_id) == [entry]


def test_after_another_file_only_the_next_one_brings_a_restored_entry_back(
    database: Database, edits: HotlistEdits
) -> None:
    import_version(database, [sample_entry(1), sample_entry(2)])
    edits.withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    import_version(database, [sample_entry(2)])
    versions = len(version_rows(database, "ncic"))
    assert edits.restore([sample_id("ncic", 1)], by="lee", reason="mistake") == RestoreOutcome(1, 0)
    assert withdrawn(database, "ncic") == frozenset()
    assert len(version_rows(database, "ncic")) == versions


def test_adding_a_withdrawn_entry_by_hand_lifts_the_withdrawal(database: Database, edits: HotlistEdits) -> None:
    entry = _watched(1, "AAA1")
    edits.add("watch", [entry], by="pat", reason="x")
    edits.withdraw([entry.entry_id], by="lee", reason="recovered")
    edits.add("watch", [entry], by="pat", reason="stolen again")
    assert withdrawn(database, "watch") == frozenset()
    assert edits.find(plate="AAA1") == [entry]


def test_plates_are_found_in_any_spelling(database: Database, edits: HotlistEdits) -> None:
    spelled = ["ABC 1O0", "abc-1oo", "ABC100", "ABC.100", "\uff21BC100", "ABC/100", "XABC100"]
    import_version(database, [sample_entry(number, plate) for number, plate in enumerate(spelled)])
    assert {entry.plate for entry in edits.find(plate="abc10o")} == set(spelled[:-1])
    with pytest.raises(InvalidInput, match="give a plate"):
        edits.find(hotlist_id="ncic")


def test_the_same_entry_from_another_row_or_in_another_zone_is_no_change(
    database: Database, edits: HotlistEdits
) -> None:
    given = _watched(1, "AAA1")
    version = edits.add("watch", [given], by="pat", reason="x")
    east = timezone(timedelta(hours=-5))
    same = given._replace(
        source_line=9,
        raw="typed anew",
        valid_from=given.valid_from and given.valid_from.astimezone(east),
        valid_until=given.valid_until and given.valid_until.astimezone(east),
    )
    assert edits.add("watch", [same], by="pat", reason="again") == version
    assert edits.find(plate="AAA1") == [given]


@pytest.mark.parametrize(
    "change",
    [
        *({"plate": "AAA2"}, {"category": Category.STOLEN_PLATE}, {"jurisdiction": "US-MD"}, {"source_entry_id": "V9"}),
        *({"source_code": "B"}, {"originating_agency": "VA2"}, {"case_number": "9"}, {"priority": "low"}),
        *({"instructions": "unarmed"}, {"valid_from": None}, {"valid_until": None}, {"extra": (("DOT", "x"),)}),
        *({"vehicle": None}, {"vehicle": VehicleDescription(2009, "YAMA", "MC2", "CY", "RED")}),
    ],
)
def test_an_entry_that_says_anything_else_is_a_change(
    database: Database, edits: HotlistEdits, change: dict[str, Any]
) -> None:
    given = _watched(1, "AAA1")
    first = edits.add("watch", [given], by="pat", reason="x")
    other = given._replace(**change)
    assert edits.add("watch", [other], by="pat", reason="y") > first
    assert edits.find(entry_id=given.entry_id) == [other]
    (_, after) = version_rows(database, "watch")
    assert (after.entries, after.added, after.removed, after.changed) == (1, 0, 0, 1)


def test_every_edit_is_written_down_with_how_many_entries_and_which_version(
    database: Database, edits: HotlistEdits
) -> None:
    def asked(action: Action) -> AuditRecord:
        return AuditRecord(LEE, action, {"why": "a test"}, "bolo", "26-1")

    def told() -> list[tuple[Action, int | None, dict[str, Any]]]:
        rows = audit_entries(database)
        assert {(row.actor, row.purpose, row.case_number) for row in rows} == {(LEE, "bolo", "26-1")}
        return [(row.action, row.results, row.details) for row in reversed(rows)]

    entries = [_watched(number, f"AAA{number}") for number in (1, 2)]
    version = edits.add("watch", entries, by="lee", reason="x", audit=asked(Action.ADD))
    edits.add("watch", entries[:1], by="lee", reason="x", audit=asked(Action.ADD))
    keys = [sample_id("watch", number) for number in (1, 2, 9)]
    edits.withdraw(keys, by="lee", reason="x", audit=asked(Action.WITHDRAW))
    edits.withdraw(keys, by="lee", reason="x", audit=asked(Action.WITHDRAW))
    edits.restore(keys[1:], by="lee", reason="x", audit=asked(Action.RESTORE))
    why = {"why": "a test"}
    assert told() == [
        (Action.ADD, 2, why | {"version": version}),
        (Action.ADD, 0, why | {"version": version}),
        (Action.WITHDRAW, 2, why),
        (Action.WITHDRAW, 0, why),
        (Action.RESTORE, 1, why | {"active": 1}),
    ]


def test_a_local_list_is_dated_by_its_last_edit_and_a_list_of_files_is_not(
    database: Database, edits: HotlistEdits
) -> None:
    import_version(database, [sample_entry(1), sample_entry(2)])
    edits.add("watch", [_watched(1, "AAA1"), _watched(2, "AAA2")], by="pat", reason="x")
    added = version_rows(database, "watch")[-1].as_of
    for number, act in ((1, edits.withdraw), (1, edits.restore), (2, edits.withdraw)):
        act([sample_id("watch", number), sample_id("ncic", number)], by="lee", reason="x")
        newest = version_rows(database, "watch")[-1].as_of
        assert newest > added
        added = newest
    assert {row.as_of for row in version_rows(database, "ncic")} == {START}


def test_an_entry_that_is_withdrawn_while_its_list_waits_is_added_again_as_a_version_of_its_own(
    database: Database, edits: HotlistEdits
) -> None:
    entry = _watched(1, "AAA1")
    first = edits.add("watch", [entry], by="pat", reason="x")
    with database.connection() as connection:  # the first half of a withdrawal whose second one was cut
        connection.execute(
            "insert into hotlist_withdrawals (entry_id, hotlist_id, digest, withdrawn_by, reason) "
            "select entry_id, hotlist_id, digest, 'lee', 'x' from hotlist_entries"
        )
    assert edits.find(plate="AAA1") == []
    # Who follows the lists has dropped it, and has to hear of it once more.
    second = edits.add("watch", [entry], by="pat", reason="x")
    assert second > first
    change = HotlistChanges(database).since("watch", first, tuple)
    assert ([found.entry_id for found in change.added], change.removed) == ([entry.entry_id], (entry.entry_id,))
    assert edits.find(plate="AAA1") == [entry]


def test_whoever_follows_hears_of_a_withdrawal_and_of_the_lists_new_version(
    database: Database, edits: HotlistEdits
) -> None:
    import_version(database, [sample_entry(1), sample_entry(2)])
    store, before = HotlistStore(database), HotlistStore(database).revision()
    assert edits.withdraw([sample_id("ncic", 1)], by="lee", reason="x") == 1
    # Once when it is remembered, for the list may be locked by an import, and once with the version.
    assert store.revision() == before + 2
    assert edits.withdraw([sample_id("ncic", 1), sample_id("ncic", 9)], by="lee", reason="x") == 0
    assert store.revision() == before + 2
    edits.restore([sample_id("ncic", 1)], by="lee", reason="x")
    assert store.revision() == before + 3


def test_what_went_from_its_list_while_a_withdrawal_waited_for_it_makes_no_version(
    database: Database, edits: HotlistEdits, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_version(database, [sample_entry(1, hotlist_id="able")], "able")
    import_version(database, [sample_entry(1), sample_entry(2)])
    # An import of the one and the removal of the other had the lists' locks first.
    import_version(database, [sample_entry(2)])
    HotlistVersions(database).remove("able")
    monkeypatch.setattr("storage.hotlists.edits._lists", lambda *_: ["able", "ncic"])
    revision = HotlistStore(database).revision()
    assert edits.withdraw([sample_id("ncic", 1), sample_id("able", 1)], by="lee", reason="recovered") == 0
    assert (len(version_rows(database, "able")), len(version_rows(database, "ncic"))) == (1, 2)
    assert HotlistStore(database).revision() == revision
    assert HotlistStore(database).entries_of("ncic", 9) == [sample_entry(2)]


def test_withdrawn_entries_are_said_by_who_took_them_out(database: Database, edits: HotlistEdits) -> None:
    import_version(database, [sample_entry(number) for number in (1, 2, 3)])
    import_version(database, [sample_entry(1, hotlist_id="region")], "region")
    edits.withdraw([sample_id("ncic", 1), sample_id("region", 1)], by="lee", reason="x")
    edits.withdraw([sample_id("ncic", 1), sample_id("ncic", 2)], by="pat", reason="y")
    assert edits.withdrawn_by("ncic", "lee") == [sample_id("ncic", 1)], "the first one's stays"
    assert edits.withdrawn_by("ncic", "pat") == [sample_id("ncic", 2)]
    assert edits.withdrawn_by("region", "pat") == []
    for hotlist_id, numbers in (("ncic", (1, 2)), ("region", (1,)), ("new", ())):
        with begin_import(database, hotlist_id, layout="ncic", file_name="x.csv") as version:
            assert version.withdrawn() == {sample_id(hotlist_id, number) for number in numbers}
