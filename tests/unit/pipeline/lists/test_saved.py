"""The index of the lists that is kept for the next start: used where it is that of this database, and whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from matcher.index import HotlistIndex
from pipeline.lists.active import ActiveLists
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.lists.saved import SavedLists
from schemas.settings import MatchingSettings
from tests.unit.pipeline.lists.listed import Lists, entry, matched


def saved(folder: Path, lists: Lists) -> ActiveLists:
    """Have what is in force arranged and saved."""
    arranged = ActiveLists(HotlistIndex.build((), {})).caught_up(cast(Any, lists), list(lists.in_force))
    SavedLists(folder).save(arranged, cast(Any, lists))
    return arranged


@pytest.mark.parametrize(
    ("withdrawn", "stored", "is_used"),
    # Ten were saved; what was withdrawn since is in its version still, and is counted there.
    [(0, 10, True), (0, 11, False), (0, 9, False), (1, 11, True), (1, 12, False), (2, 12, True)],
)
def test_a_saved_index_is_used_where_it_has_as_many_entries_as_the_database(
    lists: Lists, tmp_path: Path, withdrawn: int, stored: int, is_used: bool
) -> None:
    # One of them cannot be matched, and is one of them all the same.
    lists.put("ncic", *(entry(number) for number in range(9)), entry(9, plate="-"))
    arranged = ActiveLists(HotlistIndex.build((), {})).caught_up(cast(Any, lists), ["ncic"])
    noted = ActiveLists(arranged.index, arranged.versions, arranged.cleared, withdrawn)
    SavedLists(tmp_path / "index").save(noted, cast(Any, lists))
    lists.entries = lambda versions: stored  # type: ignore[method-assign]
    found = SavedLists(tmp_path / "index").load(cast(Any, lists))
    assert (found is not None) is is_used
    if found is not None:
        assert (found.versions, found.cleared, found.withdrawn) == ({"ncic": 1}, {"ncic": 1}, withdrawn)
        assert (len(found.index), len(found.index.unusable)) == (9, 1)


def test_a_disk_that_is_full_costs_the_next_start_its_speed_alone(
    lists: Lists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lists.put("ncic", entry(1))
    folder = tmp_path / "data" / "index"
    saved(folder, lists)
    assert folder.parent.stat().st_mode & 0o077 == 0

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(HotlistIndex, "save", full)
    matcher = LiveMatcher(lists, MatchingSettings(), tmp_path / "other")
    matcher.refresh(force=True)
    assert matcher.size == 1
    lists.put("ncic", *(entry(number) for number in range(10)))
    matcher.refresh(force=True)
    assert matcher.size == 10
    assert "the index of the hotlists could not be saved" in caplog.text


def test_nothing_is_loaded_from_another_database_or_of_nothing(lists: Lists, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    assert SavedLists(folder).load(cast(Any, lists)) is None
    assert SavedLists(None).load(cast(Any, lists)) is None
    lists.put("ncic", entry(1))
    saved(folder, lists)
    lists.marks = lambda versions: ["another"]  # type: ignore[method-assign]
    assert SavedLists(folder).load(cast(Any, lists)) is None


def test_what_lacks_what_came_last_is_not_saved(lists: Lists, tmp_path: Path) -> None:
    lists.put("ncic", entry(1))
    arranged = saved(tmp_path / "index", lists)
    behind = ActiveLists(arranged.index, arranged.versions, {"ncic": 2}, 0)
    SavedLists(tmp_path / "other").save(behind, cast(Any, lists))
    assert not (tmp_path / "other").exists()
    SavedLists(None).save(arranged, cast(Any, lists))


def test_a_start_goes_on_from_what_was_saved_with_what_changed_since(lists: Lists, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    first = [entry(number) for number in range(10)]
    lists.put("ncic", *first)
    before = LiveMatcher(lists, MatchingSettings(), folder)
    before.refresh(force=True)
    lists.taken.append(first[0].entry_id)
    lists.put("ncic", first[0], *first[2:], entry(20))
    read_from: list[int] = []
    given = lists.since
    lists.since = lambda name, version, take, **more: read_from.append(version) or given(name, version, take, **more)  # type: ignore[method-assign,func-returns-value]
    after = LiveMatcher(lists, MatchingSettings(), folder)
    after.refresh(force=True)
    assert read_from == [1]
    assert matched(after, [*first, entry(20)]) == {(one.entry_id, one.plate) for one in (*first[2:], entry(20))}
