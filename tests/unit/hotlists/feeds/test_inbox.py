"""A feed's inbox: what comes, one file at a time, and where each goes."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotlists.feeds.inbox import Inbox
from hotlists.feeds.transfer import PullContext, Pulled
from schemas.errors import ConfigurationError, TransientError
from schemas.settings import AgreementFeed, FolderFeed, HttpsFeed
from tests.unit.hotlists.feeds.list_files import put

KEEP_ASIDE = timedelta(days=21)
MOST_TRIES = 3


def folder_feed(folder: Path, **changes: object) -> FolderFeed:
    values: dict[str, object] = {"name": "region", "source": "csv", "path": folder, "settle_seconds": 0}
    return FolderFeed.model_validate(values | changes)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def test_a_dropped_file_is_taken_and_filed(drop: Path, tmp_path: Path) -> None:
    inbox = Inbox(folder_feed(drop), tmp_path)
    with inbox.opened():
        assert inbox.next({}, patient=False) is None
        put(drop / "list.csv")
        pulled = inbox.next({}, patient=False)
        assert pulled is not None
        assert pulled.path == drop / "working" / "region" / "list.csv"
        inbox.file_imported(pulled.path)
        put(drop / "list.csv", "other\n")
        pulled = inbox.next({}, patient=False)
        assert pulled is not None
        place = inbox.file_away(pulled.path, "held", "too small")
    assert (drop / "imported" / "region" / "list.csv").exists()
    assert place.with_name("list.csv.reason.txt").read_text() == "too small\n"


def test_patience_waits_for_a_file_to_settle(drop: Path, tmp_path: Path) -> None:
    waited: list[float] = []

    def clock() -> float:
        return 1000.0 + sum(waited)

    inbox = Inbox(folder_feed(drop, settle_seconds=5), tmp_path, wait=waited.append, clock=clock)
    with inbox.opened():
        assert inbox.next({}, patient=True) is None
    assert waited == []  # for nothing
    put(drop / "list.csv")
    with inbox.opened():
        assert inbox.next({}, patient=False) is None
        assert inbox.is_settling
        assert inbox.next({}, patient=True) is not None
        assert waited == [5.0]
        inbox.file_imported(drop / "working" / "region" / "list.csv")
        put(drop / "list.csv")
        assert inbox.next({}, patient=False) is None
        waited.append(5.0)
        assert inbox.next({}, patient=True) is not None
    assert waited == [5.0, 5.0]  # nor for what has settled


def test_what_an_interrupted_fetch_left_comes_before_a_new_one(tmp_path: Path) -> None:
    feed = HttpsFeed(name="ncic", source="ncic", kind="https", url="https://127.0.0.1:1/x")
    inbox = Inbox(feed, tmp_path)
    working = tmp_path / "hotlists" / "incoming" / "working" / "ncic"
    with inbox.opened():
        left = put(working / "list.txt")
        pulled = inbox.next({"etag": "1"}, patient=True)
        assert pulled is not None
        assert (pulled.path, dict(pulled.remote)) == (left, {})


def test_what_is_fetched_is_fetched_with_all_that_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = AgreementFeed.model_validate({"name": "ncic", "neighbor": "n", "list_name": "l"})
    https = HttpsFeed(name="ncic", source="ncic", kind="https", url="https://127.0.0.1:1/x")
    asked: list[PullContext] = []
    found = Pulled(tmp_path / "list.txt")

    def fetch(context: PullContext) -> Pulled:
        asked.append(context)
        return found

    def pull(feed: HttpsFeed, context: PullContext) -> Pulled:
        assert feed is https
        return fetch(context)

    monkeypatch.setattr("hotlists.feeds.inbox.pull", pull)
    stop, waited = threading.Event(), list[float]()
    more: dict[str, Any] = {"stop": stop, "wait": waited.append, "clock": lambda: 5.0}
    working = tmp_path / "hotlists" / "incoming" / "working" / "ncic"
    for feed, given in ((https, None), (agreement, fetch)):
        asked.clear()
        stop.clear()
        inbox = Inbox(feed, tmp_path, fetch=given, **more)
        with inbox.opened():
            assert inbox.next({"etag": "1"}, patient=True) is found
        (context,) = asked
        assert (context.folder, context.remote, context.clock, context.wait) == (
            *(working, {"etag": "1"}, more["clock"], more["wait"]),
        )
        assert not context.canceled()
        stop.set()
        assert context.canceled()
    # What another agency gives is made anew: what it withdrew meanwhile is on what was left.
    left = put(working / "list.txt")
    with Inbox(agreement, tmp_path, fetch=fetch).opened():
        assert Inbox(agreement, tmp_path, fetch=fetch).next({}, patient=False) is found
    assert not left.exists()
    with pytest.raises(ConfigurationError, match="feed 'ncic': no way to its agency was opened"):
        Inbox(agreement, tmp_path).next({}, patient=False)


def test_a_file_that_ends_the_process_too_often_is_not_tried_again(drop: Path, tmp_path: Path) -> None:
    inbox = Inbox(folder_feed(drop), tmp_path)
    path = put(drop / "list.csv")
    for _ in range(MOST_TRIES + 1):
        with inbox.trying(path) as may_try:
            assert may_try
    (drop / ".list.csv.tries").write_text(str(MOST_TRIES))
    with inbox.trying(path) as may_try:
        assert not may_try
    assert not (drop / ".list.csv.tries").exists()


def test_what_could_not_be_dealt_with_is_not_taken(drop: Path, tmp_path: Path) -> None:
    put(drop / "list.csv")
    with (
        pytest.raises(ConfigurationError, match="'nonsense' is no layout; use one of ncic"),
        Inbox(folder_feed(drop, source="nonsense"), tmp_path).opened(),
    ):
        pass
    with pytest.raises(TransientError, match="is not there"), Inbox(folder_feed(tmp_path / "gone"), tmp_path).opened():
        pass
    assert (drop / "list.csv").exists()


def test_what_nobody_looked_at_is_deleted_after_weeks(drop: Path, tmp_path: Path) -> None:
    inbox = Inbox(folder_feed(drop), tmp_path)
    inbox.prune(0.0)
    with inbox.opened():
        place = inbox.file_away(put(drop / "list.csv"), "rejected", "no plates")
    now = place.parent.stat().st_mtime
    weeks = 21 * 86_400  # docs/configuration.md
    inbox.prune(now + weeks - 1)
    assert place.exists()
    os.utime(place.parent, (now, now))
    inbox.prune(now + weeks + 1)
    assert not place.exists()
