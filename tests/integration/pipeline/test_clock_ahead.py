"""This machine's clock ran ahead for a while: what it wrote then must not keep anything from being done."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.currency import current_ages
from pipeline.feeds.stages import FeedStage
from pipeline.past.stage import PastStage
from policy.decisions import Retention
from schemas.settings import Settings
from schemas.types import RejectedRow
from storage.database import Database
from storage.hotlists.feeds import FeedStates
from storage.hotlists.lists import HotlistStore
from storage.retention import enforce_retention
from tests.integration.storage.samples import activate, sample_entry
from tests.integration.storage.stored_entries import latest

AHEAD = datetime.now(UTC) + timedelta(days=1500)


def test_replaced_entries_and_rejects_of_then_count_from_now(database: Database) -> None:
    rejected = RejectedRow(7, "no plate", "LIC", "V00")
    old = activate(database, [sample_entry(1)], rejects=(rejected,)).version_id
    activate(database, [sample_entry(2)])
    with database.connection() as connection:
        connection.execute("update hotlist_entries set retired_at = %s where retired_at is not null", [AHEAD])
        connection.execute("update hotlist_versions set activated_at = %s", [AHEAD])
    now = datetime.now(UTC)
    for days, is_kept in ((0, True), (20, True), (22, False)):
        enforce_retention(database, Retention(), delete_images=len, now=now + timedelta(days=days))
        assert (latest(database, sample_entry(1).entry_id) is not None) is is_kept
        assert bool(HotlistStore(database).rejects(old)) is is_kept


def test_a_list_of_then_is_matched_with_stored_reads(database: Database, tmp_path: Path) -> None:
    activate(database, [sample_entry(1)])
    with database.connection() as connection:
        connection.execute("update hotlist_versions set activated_at = %s", [AHEAD])
    stage = PastStage(database, Settings(data_dir=tmp_path))
    assert stage.advance()
    with database.connection() as connection:
        assert connection.execute("select count(*) from historical_progress").fetchone() == (1,)


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(days=1500)])
def test_a_feed_that_was_asked_then_is_asked_now(database: Database, tmp_path: Path, ahead: timedelta) -> None:
    feed = {"name": "state", "source": "csv", "kind": "https", "url": "https://127.0.0.1:1/list.csv"}
    settings = Settings.model_validate({"data_dir": tmp_path, "hotlists": {"feeds": [feed]}})
    states = FeedStates(database)
    now = datetime.now(UTC)
    state = states.register("state", "csv", 24.0, now + ahead)
    with database.connection() as connection:
        connection.execute("update hotlist_feeds set checked_at = %s", [now + ahead])
    (configured,) = settings.hotlists.feeds
    stage = FeedStage(configured, settings, database)
    assert stage.step(threading.Event()) > 0
    again = states.register("state", "csv", 24.0, now)
    assert again.checked_at is not None
    assert again.checked_at < now + timedelta(minutes=5)  # it was asked
    assert again.seen_at < now + timedelta(minutes=5)
    assert again.known_since < state.known_since
    # It stays known since then, however often it is registered.
    later = states.register("state", "csv", 24.0, now + timedelta(minutes=10))
    assert (later.known_since, later.seen_at) == (again.known_since, now + timedelta(minutes=10))


def test_a_feed_that_was_forgotten_then_is_forgotten(database: Database, tmp_path: Path) -> None:
    FeedStates(database).register("state", "csv", 24.0, AHEAD)
    assert current_ages(database, Settings(data_dir=tmp_path), datetime.now(UTC)) == []
