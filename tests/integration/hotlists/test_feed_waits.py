"""When a feed runs next: on its schedule, sooner after a failure, and not at once after every restart."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from operations.currency import ListCurrency
from operations.feeds.feed import HotlistFeed
from operations.feeds.outcome import FeedOutcome, FeedResult
from pipeline.feeds.stages import FeedStage
from pipeline.health.board import HealthBoard
from schemas.settings import HttpsFeed
from storage.alerts.alarms import Alarms
from storage.database import Database
from storage.hotlists.feeds import FeedStates
from storage.hotlists.lists import HotlistStore
from tests.integration.hotlists.feed_samples import START, Now, feed_of, folder_feed, put, rows, site
from tests.unit.hotlists.feeds.servers import https_server

HOURLY = HttpsFeed.model_validate(
    {"name": "region", "source": "csv", "kind": "https", "url": "https://127.0.0.1:1/list.csv", "every_minutes": 60}
)
GOOD = FeedResult("region", FeedOutcome.UNCHANGED, "the server has the same file as before")
BAD = FeedResult("region", FeedOutcome.REJECTED, "no list")


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def stage(database: Database, tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch) -> FeedStage:
    monkeypatch.setattr("random.uniform", lambda low, high: 1.0)
    return FeedStage(HOURLY, site(tmp_path, [HOURLY]), database, now=now)


def step(stage: FeedStage) -> float:
    """Do one step; return how long the stage would wait before the next one."""
    return stage.step(threading.Event())


@pytest.mark.parametrize(
    ("minutes", "failures", "wait"), [(10, 0, 50), (70, 0, None), (-30, 0, None), (10, 2, None), (None, 0, None)]
)
def test_a_restart_fetches_what_is_due_or_failed_or_of_a_clock_that_ran_ahead(
    stage: FeedStage,
    database: Database,
    now: Now,
    monkeypatch: pytest.MonkeyPatch,
    minutes: float | None,
    failures: int,
    wait: float | None,
) -> None:
    states = FeedStates(database)
    state = states.register("region", "csv", 24, START)
    if minutes is not None:
        states.record(replace(state, checked_at=START, failures=failures))
        now.moment = START + timedelta(minutes=minutes)
    ran: list[str] = []
    monkeypatch.setattr(HotlistFeed, "run", lambda *_: ran.append("ran") or GOOD)
    assert step(stage) == 60 * (60 if wait is None else wait)
    assert ran == ([] if wait is not None else ["ran"])
    step(stage)
    assert len(ran) == (1 if wait is not None else 2)


def test_a_feed_that_works_again_says_so_at_once_and_one_that_failed_can_be_hurried(
    stage: FeedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = threading.Semaphore(0)
    results = iter([GOOD, BAD, GOOD])
    monkeypatch.setattr(HotlistFeed, "run", lambda *_: (next(results), ran.release())[0])
    monkeypatch.setattr("pipeline.feeds.stages.HURRY_SECONDS", 0.02)
    stage.board = board = HealthBoard("desk")
    board.stage_fails(stage.name, "the database was away")
    stop = threading.Event()
    thread = threading.Thread(target=stage.run, args=(stop,))
    thread.start()
    assert ran.acquire(timeout=60)
    deadline = time.monotonic() + 60
    while board.stages() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert board.stages() == (), "not only when it runs again, in an hour"
    stage.hurry()
    assert not ran.acquire(timeout=0.2), "what works keeps its schedule"
    stop.set()
    thread.join(30)
    stage.step(threading.Event())
    stage.hurry()
    stage.rest(3600, threading.Event())
    assert not thread.is_alive()


def test_a_file_from_the_future_confirms_its_list_until_now_and_no_longer(
    database: Database, tmp_path: Path, now: Now
) -> None:
    drop = tmp_path / "drop"
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    currency = ListCurrency(site(tmp_path, [folder_feed(drop)]), database, now)
    put(drop / "list.csv", rows(30))
    feed.run()
    now.pass_hours(1)
    put(drop / "again.csv", rows(30), START + timedelta(days=30))
    assert feed.run().outcome == FeedOutcome.UNCHANGED
    (age,) = currency.check()
    assert age.content_date == START + timedelta(hours=1)
    now.pass_hours(25)
    (age,) = currency.check()
    assert age.is_late


def test_a_list_that_was_rejected_is_fetched_again_and_does_not_become_good_by_staying(
    database: Database, tmp_path: Path, now: Now
) -> None:
    with https_server(tmp_path) as server:
        server.body, server.modified = rows(30).encode(), START.timestamp()
        feed = HttpsFeed.model_validate(
            {"name": "region", "source": "csv", "kind": "https", "url": server.url, "ca_file": server.ca_file}
        )
        assert feed_of(database, tmp_path, feed, now).run().outcome == FeedOutcome.IMPORTED
        server.body, server.etag = b"\x89PNG\r\n\x1a\n\0\0\0", '"2"'
        for _ in range(2):
            result = feed_of(database, tmp_path, feed, now).run()
            assert (result.outcome, result.is_good) == (FeedOutcome.REJECTED, False)
        assert [request for request in server.requests if request[0] == "GET"] == [("GET", 200)] * 3
    assert [alarm.kind.value for alarm in Alarms(database, "portsmouth-pd", "t").standing()] == ["feed_failed"]
    (summary,) = HotlistStore(database).lists()
    assert summary.entries == 30


def test_a_feed_that_is_configured_no_more_is_late_for_two_days_and_then_forgotten(
    database: Database, tmp_path: Path, now: Now
) -> None:
    drop = tmp_path / "drop"
    feed_of(database, tmp_path, folder_feed(drop), now).register()
    currency = ListCurrency(site(tmp_path, []), database, now)
    now.pass_hours(47)
    assert [age.is_late for age in currency.check()] == [True]
    now.pass_hours(2)
    assert currency.check() == []
    assert Alarms(database, "portsmouth-pd", "t").standing() == []


def test_files_that_were_put_aside_end_after_weeks_and_newer_ones_stay(
    database: Database, tmp_path: Path, now: Now
) -> None:
    drop = tmp_path / "drop"
    feed = folder_feed(drop)
    for name in ("old.csv", "new.csv"):
        put(drop / name, f"\x89PNG {name}")
        assert feed_of(database, tmp_path, feed, now).run().outcome == FeedOutcome.REJECTED
    aside = {path.name: path.parent for path in (drop / "rejected").rglob("*.csv")}
    for name, days in (("old.csv", 60), ("new.csv", 1)):
        moment = (START - timedelta(days=days)).timestamp()
        os.utime(aside[name], (moment, moment))
    FeedStage(feed, site(tmp_path, [feed]), database, now=now).step(threading.Event())
    assert [path.name for path in (drop / "rejected").rglob("*.csv")] == ["new.csv"]


def test_a_held_list_s_alarm_keeps_saying_where_the_file_is(database: Database, tmp_path: Path, now: Now) -> None:
    drop = tmp_path / "drop"
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    put(drop / "list.csv", rows(100))
    feed.run()
    put(drop / "list.csv", rows(10), START + timedelta(hours=1))
    assert feed.run().outcome == FeedOutcome.HELD
    for _ in range(2):
        ListCurrency(site(tmp_path, [folder_feed(drop)]), database, now).check()
        (alarm,) = Alarms(database, "portsmouth-pd", "t").standing()
        assert alarm.kind.value == "held_list"
        assert f"see {drop}/held/" in alarm.message
        assert "import it with a reason (--force)" in alarm.message
