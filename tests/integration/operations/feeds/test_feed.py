"""What a feed imports stands in the audit in the feed's name."""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.feeds import feed as feeds
from operations.feeds.outcome import FeedOutcome
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import PlatewatchError
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.hotlists.feed_samples import Now, feed_of, folder_feed, put, rows
from tests.integration.hotlists.list_versions import version_rows
from tests.integration.operations.audited import close_audit, fail_after_audit, without_audit

FEED = Actor("feed", SignIn.SERVICE, f"{socket.gethostname()}, process {os.getpid()}", "portsmouth-pd")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    return tmp_path / "drop"


def test_an_import_has_one_row_in_the_feeds_name(database: Database, tmp_path: Path, drop: Path) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop, state="va"), Now())
    put(drop / "list.csv", rows(30))
    assert feed.run().outcome == FeedOutcome.IMPORTED
    (row,) = audit_entries(database)
    assert (row.actor, row.action, row.results) == (FEED, Action.IMPORT, 30)
    shown = ("hotlist", "layout", "file", "state", "outcome")
    assert [row.details[name] for name in shown] == ["region", "csv", "list.csv", "US-VA", "active"]
    assert version_rows(database, "region")[-1].made_by == "feed"


def test_what_is_not_new_has_none(database: Database, tmp_path: Path, drop: Path) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), Now())
    assert feed.run().outcome == FeedOutcome.NOTHING
    for _ in range(2):
        put(drop / "list.csv", rows(30))
        feed.run()
    assert len(audit_entries(database)) == 1


def test_what_is_held_or_rejected_has_a_row_that_says_so(database: Database, tmp_path: Path, drop: Path) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), Now())
    put(drop / "list.csv", rows(3000))
    feed.run()
    put(drop / "list.csv", rows(30))
    assert feed.run().outcome == FeedOutcome.HELD
    put(drop / "list.csv", "nothing,here\n1,2\n")
    assert feed.run().outcome == FeedOutcome.REJECTED
    found = audit_entries(database)
    assert [row.details["outcome"] for row in found] == ["refused", "held", "active"]
    assert {row.actor for row in found} == {FEED}


def test_a_feed_that_may_not_import_fails_and_sets_no_list_aside_as_bad(
    database: Database, tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), Now())
    put(drop / "list.csv", rows(30))
    with monkeypatch.context() as replaced:
        replaced.setattr(feeds, "service_actor", lambda *_: dataclasses.replace(FEED, roles=frozenset()))
        result = feed.run()
    assert (result.outcome, result.transient) == (FeedOutcome.FAILED, False)
    assert "your roles do not let you import" in result.message
    assert feed.run().outcome == FeedOutcome.IMPORTED


@pytest.mark.parametrize("fail", [close_audit, fail_after_audit])
def test_nothing_is_imported_that_cannot_be_written_down(
    database: Database, tmp_path: Path, drop: Path, fail: Callable[[Database], None]
) -> None:
    before = without_audit(database)
    fail(database)
    feed = feed_of(database, tmp_path, folder_feed(drop), Now())
    put(drop / "list.csv", rows(30))
    assert feed.run().outcome in (FeedOutcome.FAILED, FeedOutcome.REJECTED)
    after = without_audit(database)
    # Its failure is an alarm, with a message.
    assert {table: after[table] for table in before if table not in ("alarms", "outbox")} == {
        table: before[table] for table in before if table not in ("alarms", "outbox")
    }


def test_a_database_that_is_away_is_not_a_failure_of_the_feed(database: Database, tmp_path: Path, drop: Path) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), Now())
    put(drop / "list.csv", rows(30))
    database.close()
    with pytest.raises(PlatewatchError):
        feed.run()
    assert (drop / "list.csv").exists()
