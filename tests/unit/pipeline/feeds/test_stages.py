"""When a feed runs: on schedule, soon again after a failure that may go away, and at once where somebody wants it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.feeds import stages
from pipeline.feeds.stages import FeedStage, ListAgesStage
from schemas.errors import DatabaseUnavailable, InvalidInput
from schemas.settings import AgreementFeed, FolderFeed, HttpsFeed, Settings

HOUSEKEEPING_SECONDS = 3600.0
POLL_SECONDS = 1.0

CHECK_SECONDS = 60.0
FIRST_RETRY_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 900.0

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
STOP = threading.Event()
GOOD = SimpleNamespace(is_good=True, transient=False)
LATER = SimpleNamespace(is_good=False, transient=True)
PERSON = SimpleNamespace(is_good=False, transient=False)

FOLDER = FolderFeed.model_validate({"name": "a", "source": "csv", "path": "/srv/a", "poll_seconds": 2})
HTTPS = HttpsFeed.model_validate({"name": "a", "source": "csv", "url": "https://x.example/l", "every_minutes": 60})
AGREEMENT = AgreementFeed.model_validate({"name": "a", "neighbor": "n", "list_name": "l"})


@dataclass
class Feed:
    """A feed that ends as a test says."""

    feed: Any
    results: list[Any] = field(default_factory=list)
    checked_at: datetime | None = None
    failures: int = 0
    register_fails: Exception | None = None
    prune_fails: Exception | None = None
    is_settling: bool = False
    runs: int = 0
    noted: list[str] = field(default_factory=list)
    registered: int = 0
    pruned: int = 0
    closed: int = 0

    def register(self) -> Any:
        self.registered += 1
        if self.register_fails is not None:
            raise self.register_fails
        return SimpleNamespace(checked_at=self.checked_at, failures=self.failures)

    def run(self) -> Any:
        self.runs += 1
        result = self.results.pop(0) if self.results else GOOD
        if isinstance(result, Exception):
            raise result
        return result

    def note_failure(self, problem: str) -> None:
        self.noted.append(problem)

    def prune(self) -> None:
        if self.prune_fails is not None:
            raise self.prune_fails
        self.pruned += 1

    def close(self) -> None:
        self.closed += 1


class Clock:
    """Seconds that pass for the stage."""

    now = 1000.0


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", 1000.0)
    monkeypatch.setattr(stages, "time", SimpleNamespace(monotonic=lambda: Clock.now))
    # Feeds that failed together do not come back together.
    monkeypatch.setattr(stages.random, "uniform", lambda low, high: {(0.8, 1.2): 1.0}[low, high])


def stage_of(monkeypatch: pytest.MonkeyPatch, feed: Feed, *, at_once: bool = False) -> FeedStage:
    settings, database, now = Settings(), cast(Any, "database"), lambda: NOW

    def opened(*given: Any, **more: Any) -> Feed:
        assert given == (feed.feed, settings, database)
        assert more == {"stop": STOP, "now": now, "wait": STOP.wait}  # the run's end ends a wait, too
        return feed

    monkeypatch.setattr(stages, "open_feed", opened)
    return FeedStage(feed.feed, settings, database, cast(Any, "leadership"), now, at_once=at_once)


@pytest.mark.parametrize(
    ("minutes_ago", "failures", "wait"),
    [
        (None, 0, 0.0),
        (0, 0, 3600.0),
        (20, 0, 2400.0),
        (60, 0, 0.0),
        (90, 0, 0.0),
        (20, 1, 0.0),  # what failed is tried at once: it may be for that that somebody started anew
        (-1, 0, 0.0),  # a clock that ran ahead says nothing
    ],
)
def test_a_restart_fetches_what_is_due_and_waits_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, minutes_ago: float | None, failures: int, wait: float
) -> None:
    checked = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    feed = Feed(HTTPS, checked_at=checked, failures=failures)
    stage = stage_of(monkeypatch, feed)
    assert stage.step(STOP) == (wait or 3600.0)
    assert feed.runs == (0 if wait else 1)
    if wait:
        assert stage.step(STOP) == 3600.0
        assert feed.runs == 1


@pytest.mark.parametrize("why", ["folder", "agreement", "new settings", "nobody can tell"])
def test_what_is_looked_at_all_the_time_and_what_is_new_does_not_wait_to_be_due(
    monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    settings = {"folder": FOLDER, "agreement": AGREEMENT}.get(why, HTTPS)
    feed = Feed(settings, checked_at=NOW)
    feed.register_fails = DatabaseUnavailable("down") if why == "nobody can tell" else None
    stage = stage_of(monkeypatch, feed, at_once=why == "new settings")
    stage.step(STOP)
    assert feed.runs == 1


def test_failures_that_may_go_away_are_tried_again_at_growing_pauses_up_to_the_schedule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = Feed(HTTPS, [LATER] * 8 + [GOOD, LATER])
    stage = stage_of(monkeypatch, feed, at_once=True)
    pauses = [stage.step(STOP) for _ in range(10)]
    assert pauses == [15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0, 3600.0, 15.0]
    assert (stage.name, stage._leadership) == ("feed-a", "leadership")
    feed.results, stage._failures = [LATER], 5000  # weeks without the server
    assert stage.step(STOP) == 900.0
    monkeypatch.setattr(stages.random, "uniform", lambda *_: 0.8)
    feed.results = [LATER]
    assert stage.step(STOP) == 720.0
    assert (FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS) == (15.0, 900.0)


@pytest.mark.parametrize(
    ("feed", "result", "pause"),
    [
        # What a person has to look at is not better in a minute: it is tried at its time.
        (HTTPS, PERSON, 3600.0),
        (FOLDER, PERSON, 2.0),
        (AGREEMENT, PERSON, 15.0),
        (HTTPS, InvalidInput("no"), 15.0),
        (FOLDER, LATER, 15.0),
        (AGREEMENT, GOOD, 1.0),
    ],
)
def test_what_follows_a_run_goes_by_its_outcome_and_kind(
    monkeypatch: pytest.MonkeyPatch, feed: Any, result: Any, pause: float
) -> None:
    assert stage_of(monkeypatch, Feed(feed, [result])).step(STOP) == pause


@pytest.mark.parametrize(
    ("settle", "is_settling", "pause"), [(1, True, 1.0), (1, False, 2.0), (0, True, 0.1), (9, True, 2.0)]
)
def test_a_file_that_is_still_written_is_looked_at_again_when_it_may_have_settled(
    monkeypatch: pytest.MonkeyPatch, settle: float, is_settling: bool, pause: float
) -> None:
    settings = FOLDER.model_copy(update={"settle_seconds": settle})
    assert stage_of(monkeypatch, Feed(settings, is_settling=is_settling)).step(STOP) == pause


def test_a_fault_of_ours_is_noted_as_one_and_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed(HTTPS, [ZeroDivisionError("VNV4527")])
    assert stage_of(monkeypatch, feed, at_once=True).step(STOP) == 15.0
    assert feed.noted == ["unexpected error (ZeroDivisionError); see the log"]


def test_house_is_kept_once_an_hour_and_a_minute_after_it_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    feed = Feed(FOLDER)
    stage = stage_of(monkeypatch, feed)
    kept = []
    for later in (0.0, HOUSEKEEPING_SECONDS - 0.1, 0.1):
        Clock.now += later
        before = feed.pruned
        stage.step(STOP)
        kept.append(feed.pruned - before)
    assert kept == [1, 0, 1]
    assert feed.registered == 2
    for cause, fails in (("busy", "prune_fails"), ("down", "register_fails")):
        setattr(feed, fails, OSError(cause))
        Clock.now += HOUSEKEEPING_SECONDS
        kept = []
        for later in (0.0, 59.9, 0.2):
            Clock.now += later
            before = feed.registered
            stage.step(STOP)
            kept.append(feed.registered - before)
        assert kept == [1, 0, 1]
        assert caplog.messages == [f"hotlist feed a: its old files are not deleted: {cause}"] * 2
        caplog.clear()
        setattr(feed, fails, None)
        before = feed.pruned
        Clock.now += 60.1
        stage.step(STOP)
        assert feed.pruned == before + 1
    stage.end()
    assert feed.closed == 1


@pytest.mark.parametrize(
    ("result", "hurries"), [(GOOD, False), (LATER, True), (PERSON, True), (InvalidInput("no"), True)]
)
def test_only_what_failed_is_tried_again_at_once_where_somebody_wants_it(
    monkeypatch: pytest.MonkeyPatch, result: Any, hurries: bool
) -> None:
    stage = stage_of(monkeypatch, Feed(HTTPS, [result]), at_once=True)
    stage.step(STOP)
    stage.hurry()
    waits: list[float | None] = []

    class Waiting(threading.Event):
        """Lets the time pass that is waited for."""

        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            Clock.now += timeout or 0
            return False

    waiting = Waiting()
    stage.rest(2.5, waiting)
    assert waits == ([] if hurries else [1.0, 1.0, 0.5])
    waits.clear()
    stage.rest(2.5, waiting)  # it hurries once
    assert waits == [1.0, 1.0, 0.5]
    waiting.set()
    stage.rest(2.5, waiting)
    assert len(waits) == 3


def test_ages_are_looked_at_after_a_change_of_a_list_and_every_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    revision, looks, fails = [1], list[str](), list[Exception]()

    def check() -> None:
        looks.append("ages")
        if fails:
            raise fails.pop()

    def currency(*given: Any) -> SimpleNamespace:
        assert given == (settings, "database")
        return SimpleNamespace(check=check)

    def prune(given: Settings, now: datetime) -> None:
        assert given is settings
        assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
        looks.append("sent")

    settings = Settings()
    monkeypatch.setattr(stages, "ListCurrency", currency)
    monkeypatch.setattr(stages, "HotlistStore", lambda _: SimpleNamespace(revision=lambda: revision[0]))
    monkeypatch.setattr(stages, "prune_sent_lists", prune)
    stage = ListAgesStage(settings, cast(Any, "database"), cast(Any, "leadership"))
    assert stage._leadership == "leadership"
    counts = []
    for later, changed in ((0.0, 0), (1.0, 0), (0.0, 1), (CHECK_SECONDS - 0.1, 0), (0.1, 0), (0.0, 0)):
        Clock.now += later
        revision[0] += changed
        before = looks.count("ages")
        assert stage.step(STOP) == POLL_SECONDS
        counts.append(looks.count("ages") - before)
    assert counts == [1, 0, 1, 0, 1, 0]
    assert looks.count("sent") == 3
    # Whatever goes wrong ends no run; it is looked at again a minute later.
    for error in (DatabaseUnavailable("down"), ZeroDivisionError()):
        fails.append(error)
        Clock.now += CHECK_SECONDS
        assert stage.step(STOP) == POLL_SECONDS
    assert caplog.messages == [
        "the age of the hotlists cannot be checked: down",
        "the age of the hotlists cannot be checked",
    ]
