"""Changes of a list that meet: they take turns, nobody who follows misses one, and a reader sees one version."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import storage.hotlists.edits
import storage.statements
from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits
from tests.integration.hotlists.list_versions import active_version, import_version, version_rows
from tests.integration.storage.samples import activate, sample_entry, sample_id
from tests.integration.storage.stored_entries import active_entries, withdrawn

TIME = 20.0
ENOUGH = 0.4
"""Seconds in which what does not wait is done."""


def test_two_imports_of_a_list_take_turns(database: Database) -> None:
    import_version(database, [sample_entry(1)])
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[HotlistEntry]:
        yield sample_entry(2)
        begun.set()
        assert go_on.wait(TIME)

    with ThreadPoolExecutor(2) as importers:
        first = importers.submit(activate, database, slow())
        assert begun.wait(TIME)
        second = importers.submit(activate, database, [sample_entry(3)])
        try:
            with pytest.raises(TimeoutError):
                second.result(ENOUGH)
        finally:
            go_on.set()
        versions = [first.result(TIME).version_id, second.result(TIME).version_id]
    assert active_version(database, "ncic") == versions[1]
    assert list(active_entries(database)) == [sample_entry(3)]
    assert [(row.entries, row.added, row.removed) for row in version_rows(database, "ncic")[1:]] == [(1, 1, 1)] * 2


def test_who_follows_withdrawals_misses_none_that_is_committed_late(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_version(database, [sample_entry(1)])
    import_version(database, [sample_entry(2, hotlist_id="region")], "region")
    begun, go_on = threading.Event(), threading.Event()
    execute = storage.statements.execute

    def slowly(on: Any, statement: bytes, *values: Any) -> int:
        count = execute(on, statement, *values)
        if b"into hotlist_withdrawals" in statement and threading.current_thread().name.startswith("slow"):
            begun.set()  # it has its number, and is not committed yet
            assert go_on.wait(TIME)
        return count

    monkeypatch.setattr(storage.statements, "execute", slowly)
    edits, changes = HotlistEdits(database), HotlistChanges(database)

    def withdraw(list_name: str, number: int) -> int:
        return edits.withdraw([sample_id(list_name, number)], by="lee", reason="recovered")

    with ThreadPoolExecutor(1, "slow") as slow, ThreadPoolExecutor(1, "other") as other:
        early = slow.submit(withdraw, "ncic", 1)
        assert begun.wait(TIME)
        late = other.submit(withdraw, "region", 2)
        try:
            with pytest.raises(TimeoutError):
                late.result(ENOUGH)
            seen = changes.withdrawn(0)
        finally:
            go_on.set()
        assert (early.result(TIME), late.result(TIME)) == (1, 1)
    assert seen == (0, ())
    last, entry_ids = changes.withdrawn(0)
    assert entry_ids == (sample_id("ncic", 1), sample_id("region", 2))
    assert changes.withdrawn(last) == (last, ())
    assert changes.withdrawn(last - 1) == (last, (sample_id("region", 2),))


def test_a_change_is_read_as_of_one_moment(database: Database) -> None:
    version = import_version(database, [sample_entry(1), sample_entry(2)])

    def take(entries: Iterator[HotlistEntry]) -> set[str]:
        import_version(database, [sample_entry(2), sample_entry(3)])
        return {str(entry.entry_id) for entry in entries}

    change = HotlistChanges(database).since("ncic", 0, take)
    assert change.version_id == version
    assert change.added == {str(sample_id("ncic", number)) for number in (1, 2)}


def test_a_withdrawal_that_was_interrupted_holds_and_can_be_found_and_lifted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = import_version(database, [sample_entry(1), sample_entry(2)])
    edits, changes = HotlistEdits(database), HotlistChanges(database)

    def killed(*_: object) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(storage.hotlists.edits, "_lists", killed)
        with pytest.raises(KeyboardInterrupt):
            edits.withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    assert edits.find(entry_id=sample_id("ncic", 1)) == []
    assert edits.find(entry_id=sample_id("ncic", 1), withdrawn=True) == [sample_entry(1)]
    added = changes.since("ncic", 0, lambda entries: {entry.entry_id for entry in entries}).added
    assert added == {sample_id("ncic", 2)}
    assert edits.restore([sample_id("ncic", 1)], by="lee", reason="mistake").active == 1
    assert withdrawn(database, "ncic") == frozenset()
    assert edits.find(entry_id=sample_id("ncic", 1)) == [sample_entry(1)]
    # Who follows has dropped it, and has to be told that it is there again.
    assert sample_id("ncic", 1) in {
        entry.entry_id for entry in changes.since("ncic", version, lambda entries: tuple(entries)).added
    }
