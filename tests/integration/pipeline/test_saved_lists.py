"""The saved index is that of whole versions, of this database, and nothing else is saved or taken."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from matcher.index import HotlistIndex
from pipeline.lists.active import ActiveLists
from pipeline.lists.saved import SavedLists
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from tests.integration.hotlists.list_versions import import_version
from tests.integration.storage.samples import sample_entry


@pytest.fixture
def changes(database: Database) -> HotlistChanges:
    return HotlistChanges(database)


def lists_of(changes: HotlistChanges, *names: str) -> ActiveLists:
    return ActiveLists(HotlistIndex.build((), {})).caught_up(changes, names)


def test_whole_versions_come_back_as_they_were(database: Database, changes: HotlistChanges, tmp_path: Path) -> None:
    version = import_version(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    saved = SavedLists(tmp_path / "index")
    assert saved.load(changes) is None
    saved.save(lists_of(changes, "ncic"), changes)
    loaded = saved.load(changes)
    assert loaded is not None
    assert (len(loaded.index), loaded.versions, loaded.cleared) == (2, {"ncic": version}, {"ncic": version})


def test_a_list_that_lacks_what_came_last_is_not_saved(
    database: Database, changes: HotlistChanges, tmp_path: Path
) -> None:
    import_version(database, [sample_entry(1)])
    before = lists_of(changes, "ncic")
    import_version(database, [sample_entry(2, "BKR2203")])
    half_way = before.cleared_to(changes, changes.active_versions())
    assert len(half_way.index) == 0
    saved = SavedLists(tmp_path / "index")
    saved.save(half_way, changes)
    assert not (tmp_path / "index").exists()
    saved.save(half_way.caught_up(changes, half_way.behind(changes.active_versions())), changes)
    loaded = saved.load(changes)
    assert loaded is not None
    assert len(loaded.index) == 1


def test_what_the_database_does_not_have_is_not_matched_against(
    database: Database, changes: HotlistChanges, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    import_version(database, [sample_entry(1)])
    saved = SavedLists(tmp_path / "index")
    saved.save(lists_of(changes, "ncic"), changes)
    with database.connection() as connection:  # as another database's version of the same number
        connection.execute("update hotlist_versions set activated_at = activated_at - interval '1 second'")
    assert saved.load(changes) is None
    assert "another database's; it is made anew" in caplog.text
