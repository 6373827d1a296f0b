"""Hotlist versions: whole or not at all, with what changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.storage_samples import START, activate, sample_entry, sample_id

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(database: Database) -> HotlistStore:
    return HotlistStore(database)


def test_an_entry_comes_back_as_it_was(store: HotlistStore, database: Database) -> None:
    bare = HotlistEntry(sample_id("bare", 1), "ncic", "A?C1O", Category.WATCH)
    full = sample_entry(1, raw="caf\x00\udce9", extra=(("A", "1"), ("A", "2"), ("", "x\x00")))
    activate(database, [full, bare])
    stored = {entry.entry_id: entry for entry in store.active_entries()}
    assert stored[bare.entry_id] == bare
    assert stored[full.entry_id].raw == "caf\\x00\\udce9"
    assert stored[full.entry_id].extra == (("A", "1"), ("A", "2"), ("", "x\\x00"))
    plain = sample_entry(2)
    activate(database, [plain])
    assert list(store.active_entries()) == [plain]
    assert store.entry(plain.entry_id) == plain


def test_a_new_version_says_what_changed(store: HotlistStore, database: Database) -> None:
    before = [sample_entry(number, f"AAA{number}") for number in range(10)]
    first = activate(database, before, rejects=(RejectedRow(12, "no plate", "LIC", ",,"),))
    assert (first.total, first.added, first.removed, first.changed, first.unchanged, first.rejected) == (
        10,
        10,
        0,
        0,
        0,
        1,
    )
    revision = store.revision()
    after = [*before[2:9], sample_entry(9, "AAA9", priority="low"), sample_entry(10, "NEW1")]
    second = activate(database, after)
    assert (second.total, second.added, second.removed, second.changed, second.unchanged) == (9, 1, 2, 1, 7)
    assert store.revision() > revision
    assert sorted(entry.plate for entry in store.active_entries()) == sorted(entry.plate for entry in after)
    assert [entry.plate for entry in store.entries_of("ncic", 3, 1)] == ["AAA3", "AAA4", "AAA5"]
    (summary,) = store.lists()
    assert (summary.version_id, summary.entries, summary.as_of, summary.rejected) == (second.version_id, 9, START, 0)
    assert store.as_of() == {"ncic": START}
    gone = store.entry(before[0].entry_id)
    assert gone is not None
    assert gone.plate == "AAA0"


def test_a_line_that_moved_is_unchanged(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(1)])
    assert activate(database, [sample_entry(1, source_line=77, raw="other spacing")]).unchanged == 1


def test_of_an_entry_that_comes_twice_the_last_counts_and_the_other_is_kept_as_a_reject(
    store: HotlistStore, database: Database
) -> None:
    outcome = activate(
        database,
        [sample_entry(1, "FIRST"), sample_entry(2), sample_entry(1, "SECOND", source_line=9)],
        rejects=(RejectedRow(5, "no plate"),),
    )
    assert (outcome.total, outcome.rejected) == (2, 2)
    stored = store.entry(sample_entry(1).entry_id)
    assert stored is not None
    assert stored.plate == "SECOND"
    assert [(row.line, row.reason) for row in store.rejects(outcome.version_id)] == [
        (2, "the same entry as line 9, which comes later and counts"),
        (5, "no plate"),
    ]


def test_a_removed_list_is_out_of_force_and_may_come_back(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(1)])
    activate(database, [sample_entry(1, hotlist_id="regional")], hotlist_id="regional")
    revision = store.revision()
    assert HotlistVersions(database).remove("ncic")
    assert not HotlistVersions(database).remove("ncic")
    assert not HotlistVersions(database).remove("never-there")
    assert store.revision() > revision
    assert [summary.hotlist_id for summary in store.lists()] == ["regional"]
    assert [entry.hotlist_id for entry in store.active_entries()] == ["regional"]
    assert activate(database, [sample_entry(1)]).added == 1


def test_an_import_that_fails_midway_changes_nothing(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(1)])
    revision = store.revision()

    def broken() -> Iterator[HotlistEntry]:
        yield sample_entry(2)
        raise InvalidInput("line too long", source="extract.csv", line=3)

    with pytest.raises(InvalidInput, match=r"extract\.csv:3"):
        activate(database, broken())
    assert list(store.active_entries()) == [sample_entry(1)]
    assert store.revision() == revision


def test_an_import_killed_midway_leaves_the_version_before(
    store: HotlistStore, database: Database, database_url: str
) -> None:
    activate(database, [sample_entry(1)])
    code = f"""
import sys
from storage.database import Database
from tests.integration.storage_samples import activate, sample_entry
database = Database({database_url!r}, "test")
database.open()
def entries():
    for number in range(1000):
        yield sample_entry(number, "KILLED")
    print("midway", flush=True)
    sys.stdin.read()
activate(database, entries())
"""
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY) as importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == b"midway\n"
        assert list(store.active_entries()) == [sample_entry(1)]
        importer.kill()
    assert list(store.active_entries()) == [sample_entry(1)]
    assert activate(database, [sample_entry(1), sample_entry(2)]).added == 1


def test_reading_the_lists_half_way_gives_the_connection_back(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(number) for number in range(20)])
    for _ in range(10):  # more often than the pool has connections
        entries = store.active_entries()
        next(entries)
        entries.close()  # type: ignore[attr-defined]
    assert len(store.lists()) == 1
