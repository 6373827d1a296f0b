"""A run of a feed without its server and its database: what is asked for, what is remembered, where its file goes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hotlists.feeds.transfer import Pulled
from hotlists.importing.importer import ImportOptions
from operations.feeds import feed as module
from operations.feeds.feed import HotlistFeed
from operations.feeds.outcome import FeedOutcome, FeedResult
from schemas.errors import (
    ConfigurationError,
    DatabaseUnavailable,
    HeldForReview,
    InvalidInput,
    PlatewatchError,
    TransientError,
)
from schemas.settings import FolderFeed, HttpsFeed, Settings
from storage.hotlists.feeds import FeedState

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
HTTPS = HttpsFeed.model_validate({"name": "region", "source": "csv", "url": "https://x.example/l", "state": "VA"})
FOLDER = FolderFeed.model_validate({"name": "region", "source": "csv", "path": "/srv/drop"})
CONTENT = b"plate\nABC1234\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
STATE = FeedState(
    *("region", "csv", 24.0, NOW, NOW, NOW - HOUR, "imported", "before", 0, "00ff", False, NOW - HOUR, {"etag": "1"})
)
IMPORTED = SimpleNamespace(
    file_name="list.csv",
    as_of=NOW - HOUR,
    outcome=SimpleNamespace(total=5, added=1, removed=2, changed=3, rejected=4),
)


@dataclass
class Notes:
    """What is known of the feed."""

    state: FeedState = STATE
    digest: str | None = "aa"
    held: bool = False
    recorded: list[tuple[FeedResult, FeedState]] = field(default_factory=list)
    fails: Exception | None = None

    def register(self) -> FeedState:
        if self.fails is not None:
            raise self.fails
        return self.state

    def active_digest(self) -> str | None:
        return self.digest

    def is_held(self) -> bool:
        return self.held

    def record(self, result: FeedResult, state: FeedState) -> None:
        self.recorded.append((result, state))


@dataclass
class Inbox:
    """Where its file comes in; `done` says what became of it."""

    pulled: Pulled | None = None
    done: list[tuple[Any, ...]] = field(default_factory=list)
    may_try: bool = True
    fails: Exception | None = None
    is_settling: bool = True

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        self.done.append(("opened",))
        yield
        self.done.append(("closed",))

    def next(self, remote: Mapping[str, str], *, patient: bool) -> Pulled | None:
        self.done.append(("asked", dict(remote), patient))
        if self.fails is not None:
            raise self.fails
        return self.pulled

    @contextlib.contextmanager
    def trying(self, path: Path) -> Iterator[bool]:
        yield self.may_try
        self.done.append(("tried", path))

    def file_imported(self, path: Path) -> None:
        self.done.append(("imported", path))

    def file_away(self, path: Path, folder: str, reason: str) -> Path:
        self.done.append((folder, path, reason))
        return Path("/aside/list.csv")

    def prune(self, now: float) -> None:
        self.done.append(("pruned", now))


@dataclass
class World:
    feed: HotlistFeed
    notes: Notes
    inbox: Inbox
    path: Path
    stop: threading.Event
    result: Any = field(default_factory=lambda: IMPORTED)

    def run(self, *, anyhow: bool = False) -> tuple[FeedResult, FeedState]:
        """Run it; return what came of it and what is remembered."""
        self.notes.recorded.clear()
        self.inbox.done.clear()
        result = self.feed.run(anyhow=anyhow)
        ((noted, state),) = self.notes.recorded
        assert noted == result
        assert self.inbox.done[0] == ("opened",)
        return result, state

    @property
    def done(self) -> list[tuple[Any, ...]]:
        """What was done with the file."""
        return [one for one in self.inbox.done if one[0] not in ("opened", "closed", "asked")]


def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: HttpsFeed | FolderFeed) -> World:
    site, stop = Settings(data_dir=tmp_path, agency_id="portsmouth-pd"), threading.Event()
    database: Any = "database"
    feed = HotlistFeed(settings, site, database, stop=stop, now=lambda: NOW)
    path = tmp_path / "list.csv"
    path.write_bytes(CONTENT)
    os.utime(path, ((NOW - HOUR).timestamp(),) * 2)
    world = World(feed, Notes(), Inbox(Pulled(path, {"etag": "2"})), path, stop)
    monkeypatch.setattr(feed, "_notes", world.notes)
    monkeypatch.setattr(feed, "_inbox", world.inbox)

    def imported(actor: Any, *given: Any, on_progress: Any) -> Any:
        assert (actor.name, actor.agency_id) == ("feed", "portsmouth-pd")
        *others, options = given
        assert others == [database, site, path, "csv"]
        assert options == ImportOptions("region", default_state="US-VA" if settings is HTTPS else None)
        assert module._one_import.locked()
        on_progress(1, 2)
        if isinstance(world.result, Exception):
            raise world.result
        return SimpleNamespace(report=world.result)

    monkeypatch.setattr(module, "import_list", imported)
    return world


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return made(tmp_path, monkeypatch, HTTPS)


def outcome(what: FeedOutcome, message: str, *, transient: bool = False) -> FeedResult:
    return FeedResult("region", what, message, transient)


@pytest.mark.parametrize(
    ("settings", "anyhow", "digest", "before", "remote"),
    [
        (HTTPS, False, "aa", "imported", {"etag": "1"}),
        (HTTPS, True, "aa", "imported", {}),
        # People removed the list: it comes back, unless it is that one which waits for them.
        (HTTPS, False, None, "imported", {}),
        (HTTPS, False, None, "held", {"etag": "1"}),
        (FOLDER, False, None, "imported", {"etag": "1"}),
    ],
)
def test_a_server_is_told_what_it_said_last_where_that_list_is_still_here(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: HttpsFeed | FolderFeed,
    anyhow: bool,
    digest: str | None,
    before: str,
    remote: dict[str, str],
) -> None:
    world = made(tmp_path, monkeypatch, settings)
    world.notes.digest, world.notes.state = digest, replace(STATE, outcome=before)
    world.run(anyhow=anyhow)
    assert world.inbox.done[1] == ("asked", remote, anyhow)


@pytest.mark.parametrize(
    ("settings", "before", "held", "expected"),
    [
        (FOLDER, "held", True, outcome(FeedOutcome.NOTHING, "no new file")),
        (HTTPS, "held", True, outcome(FeedOutcome.HELD, "before")),
        (HTTPS, "held", False, outcome(FeedOutcome.UNCHANGED, "the server has the same file as before")),
        (HTTPS, "imported", True, outcome(FeedOutcome.UNCHANGED, "the server has the same file as before")),
    ],
)
def test_where_nothing_came_all_is_as_it_was(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: HttpsFeed | FolderFeed,
    before: str,
    held: bool,
    expected: FeedResult,
) -> None:
    world = made(tmp_path, monkeypatch, settings)
    world.inbox.pulled, world.notes.held, world.notes.state = None, held, replace(STATE, outcome=before)
    assert world.run() == (expected, world.notes.state)
    assert world.done == []


@pytest.mark.parametrize(
    ("ahead", "by_file"),
    [(timedelta(0), True), (timedelta(seconds=0.9), True), (timedelta(seconds=1), False), (-HOUR, False)],
)
def test_what_was_imported_is_remembered_with_what_its_server_said(
    world: World, ahead: timedelta, by_file: bool
) -> None:
    world.result = SimpleNamespace(**{**vars(IMPORTED), "as_of": NOW - HOUR + ahead})
    result, state = world.run()
    said = "list.csv: 5 entries, 1 added, 2 removed, 3 changed, 4 rows rejected"
    assert result == outcome(FeedOutcome.IMPORTED, said)
    assert state == replace(STATE, file_sha256=SHA256, dated_by_file=by_file, confirmed_at=None, remote={"etag": "2"})
    assert world.done == [("imported", world.path), ("tried", world.path)]
    assert world.inbox.done[-1] == ("closed",)


def test_what_cannot_be_used_is_put_aside_and_fetched_again_and_what_waits_is_not(world: World) -> None:
    world.result = HeldForReview("it shrinks", source="list.csv", line=3, as_of=None)
    held = "held for a person: it shrinks; see /aside/list.csv, and import it with a reason (--force)"
    assert world.run() == (outcome(FeedOutcome.HELD, held), replace(STATE, remote={"etag": "2"}))
    assert world.done == [("held", world.path, "list.csv:3: it shrinks"), ("tried", world.path)]
    world.result = InvalidInput("no list", source="list.csv")
    rejected = outcome(FeedOutcome.REJECTED, "list.csv: no list; the file is /aside/list.csv")
    assert world.run() == (rejected, replace(STATE, remote={}))
    assert world.done == [("rejected", world.path, "list.csv: no list"), ("tried", world.path)]
    world.inbox.may_try = False
    reason = "its import ended the process 3 times; look at it and import it by hand"
    rejected = outcome(FeedOutcome.REJECTED, f"{reason}; the file is /aside/list.csv")
    assert world.run() == (rejected, replace(STATE, remote={}))
    assert world.done == [("tried", world.path), ("rejected", world.path, reason)]


def test_a_file_that_somebody_still_writes_to_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signatures = iter([1, 2])
    monkeypatch.setattr(module, "signature", lambda path: next(signatures))
    world.result = InvalidInput("cut off")
    written = outcome(FeedOutcome.FAILED, "list.csv was written to while it was read", transient=True)
    result, state = world.run()
    assert (result, state) == (written, STATE)
    assert not [one for one in world.done if one[0] == "rejected"]


@pytest.mark.parametrize(
    ("error", "is_transient"),
    [(TransientError("away"), True), (ConfigurationError("wrong"), False), (InvalidInput("no file"), False)],
)
def test_what_fails_is_noted_and_what_is_known_stays_unless_the_run_ends(
    world: World, error: PlatewatchError, is_transient: bool
) -> None:
    world.inbox.fails = error
    failed = outcome(FeedOutcome.FAILED, str(error), transient=is_transient)
    assert world.run() == (failed, STATE)
    world.stop.set()
    world.notes.recorded.clear()
    assert world.feed.run() == failed
    # What the end of the run cut short says nothing of the feed.
    assert world.notes.recorded == ([] if is_transient else [(failed, STATE)])


def test_an_import_ends_with_the_run(world: World) -> None:
    world.stop.set()
    words = "the run ends; the list is imported at the next start"
    assert world.feed.run() == outcome(FeedOutcome.FAILED, words, transient=True)
    assert world.notes.recorded == []
    assert not module._one_import.locked()


SAME = "this file is the active version already"
CHANGED = "this file was imported before; people have changed the list since, and it stays as they have it"


@pytest.mark.parametrize(
    ("active", "taken", "said"),
    [
        (SHA256, "00ff", SAME),
        (SHA256, SHA256, SAME),
        ("aa", SHA256, CHANGED),
        ("", SHA256, CHANGED),
        ("aa", "00ff", None),
        (None, SHA256, None),
    ],
)
def test_what_was_imported_before_is_not_imported_again(
    world: World, active: str | None, taken: str, said: str | None
) -> None:
    world.notes.digest, world.notes.state = active, replace(STATE, file_sha256=taken)
    result, state = world.run()
    if said is None:
        assert result.outcome is FeedOutcome.IMPORTED
        return
    assert result == outcome(FeedOutcome.UNCHANGED, said)
    assert state == replace(STATE, file_sha256=SHA256, remote={"etag": "2"})
    assert world.done == [("imported", world.path)]


@pytest.mark.parametrize(
    ("by_file", "before", "modified", "after"),
    [
        (True, NOW - 3 * HOUR, NOW - HOUR, NOW - HOUR),
        (True, None, NOW - HOUR, NOW - HOUR),
        (True, NOW - HOUR, NOW - 3 * HOUR, NOW - HOUR),
        (True, NOW - HOUR, NOW + HOUR, NOW),
        (False, NOW - 3 * HOUR, NOW - HOUR, NOW - 3 * HOUR),
        (False, None, NOW - HOUR, None),
    ],
)
def test_the_same_file_under_a_newer_date_confirms_a_list_that_has_no_other_one(
    world: World, by_file: bool, before: datetime | None, modified: datetime, after: datetime | None
) -> None:
    world.notes.digest = SHA256
    world.notes.state = replace(STATE, dated_by_file=by_file, confirmed_at=before)
    os.utime(world.path, (modified.timestamp(), modified.timestamp()))
    _, state = world.run()
    assert (state.confirmed_at, state.dated_by_file) == (after, by_file)


def test_what_it_is_asked_besides_goes_on(world: World) -> None:
    assert (world.feed.register(), world.feed.is_settling) == (STATE, True)
    world.feed.prune()
    assert world.inbox.done == [("pruned", NOW.timestamp())]
    world.feed.note_failure("see the log")
    assert world.notes.recorded == [(outcome(FeedOutcome.FAILED, "see the log"), STATE)]
    world.notes.fails = DatabaseUnavailable("down")
    world.feed.note_failure("see the log")
    with pytest.raises(DatabaseUnavailable):
        world.feed.run()
    assert len(world.notes.recorded) == 1


def test_its_inbox_and_notes_are_made_of_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    for name in ("Inbox", "FeedNotes"):
        monkeypatch.setattr(module, name, lambda *given, **more: made.append((given, more)))
    site, database = Settings(data_dir=tmp_path), "database"
    more = {"stop": threading.Event(), "wait": len, "clock": max, "fetch": min}
    HotlistFeed(FOLDER, site, database, now=sum, **more)  # type: ignore[arg-type]
    assert made == [((FOLDER, site, database, sum), {}), ((FOLDER, tmp_path), more)]
