"""Every matcher follows the active lists within a second, national ones too."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from matcher.index import HotlistIndex
from pipeline.lists.live_matcher import LiveMatcher
from schemas.errors import DatabaseUnavailable, InvalidInput
from schemas.settings import MatchingSettings
from schemas.types import Category, HotlistEntry
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.imports import begin_import
from tests.integration.hotlists.list_versions import import_version
from tests.integration.pipeline.live_matching import followed, live_read, matches, running_matcher, wait_for
from tests.integration.storage.samples import START, activate

REPOSITORY = Path(__file__).resolve().parents[3]
LONG = 200_000
CHANGED = 30_000
DISTINCT = ("VNV4527", "BKR2203", "XPT9981", "HDM6074", "LWG3316")


def _entry(number: int, plate: str, hotlist_id: str = "ncic", **fields: Any) -> HotlistEntry:
    return HotlistEntry(UUID(int=number << 64 | number), hotlist_id, plate, Category.STOLEN_VEHICLE, **fields)


def _entries(*plates: str, hotlist_id: str = "ncic") -> list[HotlistEntry]:
    first = 1 if hotlist_id == "ncic" else 10**9
    return [_entry(number, plate, hotlist_id) for number, plate in enumerate(plates, start=first)]


def _long_list(count: int, seed: int = 1) -> Iterator[HotlistEntry]:
    """Plates of no test, and those of `DISTINCT`."""
    rng = random.Random(seed)
    yield from _entries(*DISTINCT)
    for number in range(10, count + 5):
        yield _entry(number, "9" + "".join(rng.choices("0123456789", k=9)))


def _matched(matcher: LiveMatcher) -> set[str]:
    return {plate for plate in DISTINCT if matches(matcher, plate)}


def test_a_matcher_follows_additions_changes_and_removals(database: Database) -> None:
    import_version(database, _entries(*DISTINCT[:2]))
    with running_matcher(database) as matcher:
        assert matcher.size == 2
        import_version(database, _entries(*DISTINCT[:3]))
        wait_for(lambda: _matched(matcher) == set(DISTINCT[:3]))
        import_version(database, _entries(DISTINCT[4], *DISTINCT[1:3]))
        wait_for(lambda: _matched(matcher) == {DISTINCT[4], *DISTINCT[1:3]})
        import_version(database, _entries(DISTINCT[4], DISTINCT[1]))
        wait_for(lambda: _matched(matcher) == {DISTINCT[4], DISTINCT[1]})
        assert matcher.size == 2


def test_the_age_of_a_list_follows_though_no_entry_changed(database: Database) -> None:
    import_version(database, _entries(*DISTINCT[:2]))
    with running_matcher(database) as matcher:
        assert {hit.list_as_of for hit in matcher.match(live_read(DISTINCT[0]))} == {START}
        activate(database, _entries(*DISTINCT[:2]), as_of=START + timedelta(hours=12))
        wait_for(
            lambda: {hit.list_as_of for hit in matcher.match(live_read(DISTINCT[0]))} == {START + timedelta(hours=12)}
        )


def test_a_list_that_is_removed_stops_matching_and_the_others_go_on(database: Database) -> None:
    import_version(database, _entries(*DISTINCT[:2]))
    import_version(database, _entries(*DISTINCT[2:], hotlist_id="region"), "region")
    with running_matcher(database) as matcher:
        assert _matched(matcher) == set(DISTINCT)
        with database.transaction() as connection:
            connection.execute("update hotlist_entries set last_version = 1 where hotlist_id = 'ncic'")
            connection.execute("update hotlists set active_version = null where hotlist_id = 'ncic'")
        wait_for(lambda: _matched(matcher) == set(DISTINCT[2:]))
        import_version(database, _entries(*DISTINCT[:1]))
        wait_for(lambda: _matched(matcher) == {DISTINCT[0], *DISTINCT[2:]})


def test_an_entry_that_expires_between_polls_stops_matching_on_time(database: Database) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=0.7)
    import_version(database, [_entry(1, DISTINCT[0], valid_until=ends)])
    with running_matcher(database) as matcher:
        assert matches(matcher, DISTINCT[0])
        wait_for(lambda: not matches(matcher, DISTINCT[0]))
        assert timedelta() <= datetime.now(UTC) - ends < timedelta(seconds=0.1)


def test_without_a_thread_a_matcher_follows_when_it_is_asked(database: Database) -> None:
    matcher = LiveMatcher(HotlistChanges(database), MatchingSettings())
    matcher.refresh()
    assert matcher.size == 0
    import_version(database, _entries(*DISTINCT))
    matcher.refresh()
    assert matcher.size == 0
    matcher.refresh(force=True)
    assert _matched(matcher) == set(DISTINCT)


def test_the_lists_stay_in_use_while_the_store_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import_version(database, _entries(*DISTINCT[:1]))
    away = threading.Event()
    asked = HotlistChanges.active_versions

    def ask(self: HotlistChanges) -> dict[str, int]:
        if away.is_set():
            raise DatabaseUnavailable("the server is down")
        return asked(self)

    monkeypatch.setattr(HotlistChanges, "active_versions", ask)
    caplog.set_level("INFO")
    with running_matcher(database) as matcher:
        away.set()
        wait_for(lambda: "those loaded before stay in use" in caplog.text)
        assert _matched(matcher) == set(DISTINCT[:1])
        with pytest.raises(DatabaseUnavailable):
            matcher.refresh(force=True)
        import_version(database, _entries(*DISTINCT[:2]))
        away.clear()
        wait_for(lambda: _matched(matcher) == set(DISTINCT[:2]))
    assert caplog.text.count("those loaded before stay in use") == 1


def test_a_withdrawn_entry_stops_matching_within_a_second_everywhere(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    activate(database, _long_list(LONG))
    plate = DISTINCT[0]
    argv = [sys.executable, "-m", "tests.integration.pipeline.live_matching", database_url, plate]
    with ExitStack() as stack:
        matcher = stack.enter_context(running_matcher(database))
        others = [
            stack.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY))
            for _ in range(2)
        ]
        for other in others:
            assert other.stdout is not None
            assert other.stdout.readline() == "matches\n"
        HotlistEdits(database).withdraw([UUID(int=1 << 64 | 1)], by="lee", reason="recovered")
        withdrawn_at = time.time()
        late = [wait_for(lambda: not matches(matcher, plate)) - withdrawn_at]
        late += [float(other.communicate()[0]) - withdrawn_at for other in others]
        assert _matched(matcher) == set(DISTINCT[1:])
        assert matcher.size == LONG - 1
    with capsys.disabled():
        print(f"\nwithdrawn to no match, {LONG} entries: {', '.join(f'{seconds:.2f} s' for seconds in late)}")
    assert max(late) < 5.0  # 0.5 s on a quiet machine


def test_a_withdrawal_does_not_wait_for_an_import_of_its_list(database: Database) -> None:
    entries = _entries(*DISTINCT)
    import_version(database, entries)
    edits, done = HotlistEdits(database), threading.Event()

    def withdraw() -> None:
        edits.withdraw([entries[0].entry_id], by="lee", reason="recovered")
        done.set()

    with running_matcher(database) as matcher:
        assert _matched(matcher) == set(DISTINCT)
        thread = threading.Thread(target=withdraw)
        with suppress(InvalidInput), begin_import(database, "ncic", layout="ncic", file_name="extract.txt"):
            thread.start()
            started = time.monotonic()
            wait_for(lambda: _matched(matcher) == set(DISTINCT[1:]))
            assert time.monotonic() - started < 30.0
            assert not done.is_set()
            assert edits.find(plate=DISTINCT[0]) == []
            matcher.refresh(force=True)
            assert _matched(matcher) == set(DISTINCT[1:])
            raise InvalidInput("the import ends without a version")
        thread.join()
        assert edits.restore([entries[0].entry_id], by="lee", reason="mistake").active == 1
        wait_for(lambda: _matched(matcher) == set(DISTINCT))


def test_a_withdrawal_that_was_interrupted_can_be_lifted(database: Database) -> None:
    entries = _entries(*DISTINCT[:2])
    import_version(database, entries)
    with running_matcher(database) as matcher:
        with database.connection() as connection:
            connection.execute(
                "insert into hotlist_withdrawals (entry_id, hotlist_id, digest, withdrawn_by, reason) "
                "select entry_id, hotlist_id, digest, 'lee', 'recovered' from hotlist_entries where plate = %s",
                (DISTINCT[0],),
            )
        wait_for(lambda: _matched(matcher) == {DISTINCT[1]})
        assert HotlistEdits(database).restore([entries[0].entry_id], by="lee", reason="mistake").active == 1
        wait_for(lambda: _matched(matcher) == set(DISTINCT[:2]))


def test_while_a_long_list_is_arranged_the_old_one_serves_and_removals_apply(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    activate(database, _long_list(CHANGED))
    entered, go_on = threading.Event(), threading.Event()
    arrange = HotlistIndex.with_changes

    def slow(self: HotlistIndex, added: Any, removed: Any = (), as_of: Any = None) -> HotlistIndex:
        if len(added) > CHANGED // 2:
            entered.set()
            assert go_on.wait(240)
        return arrange(self, added, removed, as_of)

    with running_matcher(database) as matcher:
        monkeypatch.setattr(HotlistIndex, "with_changes", slow)
        # Nearly every entry is new, one of the old ones is gone, and one has another plate.
        kept = [*_entries(*DISTINCT)[:3], _entry(4, "ZZT5150"), *list(_long_list(CHANGED, seed=2))[5:]]
        activate(database, kept)
        wait_for(entered.is_set)
        wait_for(lambda: not matches(matcher, DISTINCT[4]))
        assert _matched(matcher) == set(DISTINCT[:4])
        HotlistEdits(database).withdraw([UUID(int=2 << 64 | 2)], by="lee", reason="recovered")
        withdrawn_at = time.time()
        late = wait_for(lambda: not matches(matcher, DISTINCT[1])) - withdrawn_at
        import_version(database, _entries("QQW7712", hotlist_id="region"), "region")
        wait_for(lambda: matches(matcher, "QQW7712"))
        assert not go_on.is_set()
        go_on.set()
        wait_for(lambda: matches(matcher, "ZZT5150"))
        assert _matched(matcher) == {DISTINCT[0], DISTINCT[2]}
        assert matches(matcher, "QQW7712")
        assert matcher.size == len(kept) - 1 + 1
    with capsys.disabled():
        print(f"\nwithdrawn to no match while {CHANGED} entries are arranged: {late:.2f} s")
    assert late < 60.0


def test_a_run_ends_while_a_long_list_is_read(database: Database) -> None:
    activate(database, _long_list(CHANGED))
    matcher = LiveMatcher(HotlistChanges(database), MatchingSettings())
    started = time.monotonic()
    with followed(matcher):
        pass
    assert time.monotonic() - started < 60


def test_a_restart_goes_on_from_the_saved_index(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    import_version(database, _entries(*DISTINCT[:3]))
    with monkeypatch.context() as every_change_is_large:
        every_change_is_large.setattr("pipeline.lists.active.SMALL_CHANGE", 0)
        LiveMatcher(HotlistChanges(database), MatchingSettings(), folder).refresh(force=True)
    import_version(database, _entries(DISTINCT[4], *DISTINCT[1:3]))
    HotlistEdits(database).withdraw([UUID(int=2 << 64 | 2)], by="lee", reason="recovered")
    with caplog.at_level("INFO"):
        again = LiveMatcher(HotlistChanges(database), MatchingSettings(), folder)
        again.refresh(force=True)
    assert "3 hotlist entries were loaded from the saved index" in caplog.text
    assert _matched(again) == {DISTINCT[4], DISTINCT[2]}


def test_another_databases_saved_index_is_not_used(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "index"
    version = import_version(database, _entries(DISTINCT[0]))
    note = {"versions": {"ncic": version}, "withdrawn": 0, "marks": ["ncic 1 0.5"]}
    HotlistIndex.build(_entries(DISTINCT[1]), {}).save(folder, note)
    with caplog.at_level("INFO"):
        matcher = LiveMatcher(HotlistChanges(database), MatchingSettings(), folder)
        matcher.refresh(force=True)
    assert "another database's" in caplog.text
    assert _matched(matcher) == {DISTINCT[0]}


def _saved(database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_version(database, _entries(*DISTINCT[:3]))
    with monkeypatch.context() as every_change_is_large:
        every_change_is_large.setattr("pipeline.lists.active.SMALL_CHANGE", 0)
        LiveMatcher(HotlistChanges(database), MatchingSettings(), folder).refresh(force=True)


@pytest.mark.parametrize(
    "array", ["addition.gone.npy", "addition.plates.npy", "addition.keys.npy", "addition.bitmap.npy"]
)
def test_a_damaged_saved_index_is_made_anew_and_matches_as_before(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, array: str
) -> None:
    folder = tmp_path / "index"
    _saved(database, folder, monkeypatch)
    data = (folder / array).read_bytes()
    (folder / array).write_bytes(data[:128] + (b"\1" if "gone" in array else b"\0") * (len(data) - 128))
    again = LiveMatcher(HotlistChanges(database), MatchingSettings(), folder)
    again.refresh(force=True)
    assert f"the saved index of the hotlists is damaged ({array}" in caplog.text
    assert _matched(again) == set(DISTINCT[:3])


def test_a_saved_index_with_another_number_of_entries_than_the_database_is_made_anew(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    _saved(database, folder, monkeypatch)
    found = HotlistIndex.load(folder)
    assert found is not None
    for index in (HotlistIndex.build(_entries(*DISTINCT[:2]), {}), HotlistIndex.build(_entries(*DISTINCT[:4]), {})):
        index.save(folder, found[1])
        again = LiveMatcher(HotlistChanges(database), MatchingSettings(), folder)
        again.refresh(force=True)
        assert f"has {len(index)} entries, the database 3; it is made anew" in caplog.text
        assert _matched(again) == set(DISTINCT[:3])
