"""A new version of a list: whole or not at all, with what changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import InvalidInput
from schemas.types import HotlistEntry, RejectedRow
from storage.database import Database
from storage.hotlists import imports
from storage.hotlists.lists import HotlistStore
from tests.integration.storage.samples import START, activate, sample_entry
from tests.integration.storage.stored_entries import active_entries, as_of, latest

REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture
def store(database: Database) -> HotlistStore:
    return HotlistStore(database)


def test_a_new_version_says_what_changed(
    store: HotlistStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "WRITE_ROWS", 3)  # several blocks, the last one of fewer rows
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
    assert store.entries_of("ncic", 20) == before
    revision = store.revision()
    after = [*before[2:9], sample_entry(9, "AAA9", priority="low"), sample_entry(10, "NEW1")]
    second = activate(database, after)
    assert (second.total, second.added, second.removed, second.changed, second.unchanged) == (9, 1, 2, 1, 7)
    assert store.revision() > revision
    assert store.entries_of("ncic", 20) == after
    assert [entry.plate for entry in store.entries_of("ncic", 3, 1)] == ["AAA3", "AAA4", "AAA5"]
    (summary,) = store.lists()
    assert (summary.version_id, summary.entries, summary.as_of, summary.rejected) == (second.version_id, 9, START, 0)
    assert as_of(database) == {"ncic": START}
    gone = latest(database, before[0].entry_id)
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
    stored = latest(database, sample_entry(1).entry_id)
    assert stored is not None
    assert stored.plate == "SECOND"
    assert [(row.line, row.reason) for row in store.rejects(outcome.version_id)] == [
        (2, "the same entry as line 9, which comes later and counts"),
        (5, "no plate"),
    ]


def test_an_import_that_fails_midway_changes_nothing(store: HotlistStore, database: Database) -> None:
    activate(database, [sample_entry(1)])
    revision = store.revision()

    def broken() -> Iterator[HotlistEntry]:
        yield sample_entry(2)
        raise InvalidInput("line too long", source="extract.csv", line=3)

    with pytest.raises(InvalidInput, match=r"extract\.csv:3"):
        activate(database, broken())
    assert list(active_entries(database)) == [sample_entry(1)]
    assert store.revision() == revision


def test_an_import_killed_midway_leaves_the_version_before(
    store: HotlistStore, database: Database, database_url: str
) -> None:
    activate(database, [sample_entry(1)])
    code = f"""
import sys
from storage.database import Database
from storage.hotlists import imports
from tests.integration.storage.samples import activate, sample_entry
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
        assert list(active_entries(database)) == [sample_entry(1)]
        importer.kill()
    assert list(active_entries(database)) == [sample_entry(1)]
    assert activate(database, [sample_entry(1), sample_entry(2)]).added == 1
