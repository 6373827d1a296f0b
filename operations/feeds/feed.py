"""One run of one hotlist feed: get its file, import it in the feed's name, file it away, and note what came of it."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotlists.feeds.inbox import Inbox
from hotlists.feeds.options import feed_options
from hotlists.feeds.pickup import signature
from hotlists.feeds.pull import Fetch
from hotlists.feeds.tray import MOST_TRIES, digest
from hotlists.importing.importer import ImportOptions, ImportReport
from operations.actors import service_actor
from operations.feeds.noting import FeedNotes
from operations.feeds.outcome import FeedOutcome, FeedResult
from operations.hotlists.importing import import_list
from schemas.errors import HeldForReview, InvalidInput, PlatewatchError, TransientError
from schemas.settings import FeedSettings, Settings
from storage.database import Database
from storage.hotlists.feeds import FeedState

ACTOR = "feed"
"""Who imports, in the list's versions and in the audit."""

_one_import = threading.Lock()
"""An import takes memory and both cores; feeds that are due together take turns."""


class HotlistFeed:
    """A configured feed.

    Args:
        feed: Its settings.
        settings: The whole configuration.
        database: The open database.
        stop: Set to end a transfer that is under way.
        wait: How the feed waits for a file to settle, in seconds.
        clock: Seconds that only grow.
        now: The time, aware.
        fetch: Gets the file of a feed that comes from no folder and no server.
    """

    def __init__(
        self,
        feed: FeedSettings,
        settings: Settings,
        database: Database,
        *,
        stop: threading.Event | None = None,
        wait: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        fetch: Fetch | None = None,
    ) -> None:
        self.feed = feed
        self._settings = settings
        self._database = database
        self._stop = stop or threading.Event()
        self._now = now
        self._notes = FeedNotes(feed, settings, database, now)
        self._inbox = Inbox(feed, settings.data_dir, stop=self._stop, wait=wait, clock=clock, fetch=fetch)

    def run(self, *, anyhow: bool = False) -> FeedResult:
        """Run the feed once.

        Args:
            anyhow: Fetch the file even if the server says that it did not change; wait for a folder's file to settle.

        Returns:
            What came of it; what a feed can fail with is in there and not raised.

        Raises:
            DatabaseUnavailable: The run's outcome cannot be stored.
        """
        state = self.register()
        try:
            with self._inbox.opened():
                result, state = self._run(state, anyhow)
        except PlatewatchError as error:
            transient = isinstance(error, TransientError)
            result = FeedResult(self.feed.name, FeedOutcome.FAILED, str(error), transient)
            if transient and self._stop.is_set():
                return result
        self._notes.record(result, state)
        return result

    def register(self) -> FeedState:
        """Make the feed known, with what the configuration says now, and return what it did last.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return self._notes.register()

    def prune(self) -> None:
        """Delete held and rejected files that nobody has looked at for weeks: they are personal data."""
        self._inbox.prune(self._now().timestamp())

    def note_failure(self, message: str) -> None:
        """Raise the feed's alarm for an error that it did not expect itself; nothing is raised when that fails, too."""
        with contextlib.suppress(PlatewatchError):
            self._notes.record(FeedResult(self.feed.name, FeedOutcome.FAILED, message), self.register())

    @property
    def is_settling(self) -> bool:
        """Whether a file is there that may be complete soon."""
        return self._inbox.is_settling

    def _run(self, state: FeedState, anyhow: bool) -> tuple[FeedResult, FeedState]:
        pulled = self._inbox.next({} if anyhow or self._is_removed(state) else state.remote, patient=anyhow)
        if pulled is None:
            return self._nothing_new(state), state
        # Nothing is remembered of the server until the file is dealt with: an interrupted run fetches again.
        result, state = self._deal_with(pulled.path, dataclasses.replace(state, remote=dict(pulled.remote)))
        if result.outcome in (FeedOutcome.REJECTED, FeedOutcome.FAILED):
            state = dataclasses.replace(state, remote={})
        return result, state

    def _is_removed(self, state: FeedState) -> bool:
        """Return whether people removed the list: it comes back with the next run, and not only when it changes."""
        is_fetched = self.feed.kind != "folder" and state.outcome != FeedOutcome.HELD
        return is_fetched and self._notes.active_digest() is None

    def _nothing_new(self, state: FeedState) -> FeedResult:
        if self.feed.kind == "folder":
            return FeedResult(self.feed.name, FeedOutcome.NOTHING, "no new file")
        if state.outcome == FeedOutcome.HELD and self._notes.is_held():
            return FeedResult(self.feed.name, FeedOutcome.HELD, state.message)
        return FeedResult(self.feed.name, FeedOutcome.UNCHANGED, "the server has the same file as before")

    def _deal_with(self, path: Path, state: FeedState) -> tuple[FeedResult, FeedState]:
        sha256 = digest(path)
        repeated = self._repeated(path, sha256, state)
        if repeated is not None:
            self._inbox.file_imported(path)
            return repeated
        with self._inbox.trying(path) as may_try:
            if may_try:
                return self._import(path, sha256, state)
        reason = f"its import ended the process {MOST_TRIES} times; look at it and import it by hand"
        return self._reject(path, reason), state

    def _repeated(self, path: Path, sha256: str, state: FeedState) -> tuple[FeedResult, FeedState] | None:
        """Return the outcome for a file whose content was imported before, or None for a new one."""
        active = self._notes.active_digest()
        if active is None or (sha256 != active and sha256 != state.file_sha256):
            return None
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if sha256 != active:
            message = "this file was imported before; people have changed the list since, and it stays as they have it"
        else:
            message = "this file is the active version already"
        confirmed = min(modified, self._now()) if state.dated_by_file else None
        if confirmed is not None and (state.confirmed_at is None or confirmed > state.confirmed_at):
            state = dataclasses.replace(state, confirmed_at=confirmed)
        state = dataclasses.replace(state, file_sha256=sha256)
        return FeedResult(self.feed.name, FeedOutcome.UNCHANGED, message), state

    def _import(self, path: Path, sha256: str, state: FeedState) -> tuple[FeedResult, FeedState]:
        before = signature(path)
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        try:
            with _one_import:
                report = self._import_file(path)
        except HeldForReview as error:
            place = self._inbox.file_away(path, "held", str(error))
            message = f"held for a person: {error.message}; see {place}, and import it with a reason (--force)"
            return FeedResult(self.feed.name, FeedOutcome.HELD, message), state
        except InvalidInput as error:
            if signature(path) != before:
                # Somebody still writes to it. It stays in the working folder and settles once more.
                raise TransientError(f"{path.name} was written to while it was read") from error
            return self._reject(path, str(error)), state
        self._inbox.file_imported(path)
        state = dataclasses.replace(
            state,
            file_sha256=sha256,
            dated_by_file=abs(report.as_of - modified) < timedelta(seconds=1),
            confirmed_at=None,
        )
        return FeedResult(self.feed.name, FeedOutcome.IMPORTED, _summary(report)), state

    def options(self) -> ImportOptions:
        """Return how the feed's file is imported.

        Raises:
            ConfigurationError: Its settings do not fit.
        """
        return feed_options(self.feed, self._settings.hotlists)

    def close(self) -> None:
        """Let go of what is open between two runs."""

    def _import_file(self, path: Path) -> ImportReport:
        return import_list(
            service_actor(ACTOR, self._settings),
            self._database,
            self._settings,
            path,
            self.feed.source,
            self.options(),
            on_progress=self._stop_here,
        ).report

    def _stop_here(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise TransientError("the run ends; the list is imported at the next start")

    def _reject(self, path: Path, reason: str) -> FeedResult:
        place = self._inbox.file_away(path, "rejected", reason)
        return FeedResult(self.feed.name, FeedOutcome.REJECTED, f"{reason}; the file is {place}")


def _summary(report: ImportReport) -> str:
    outcome = report.outcome
    if outcome is None:
        return report.file_name
    return (
        f"{report.file_name}: {outcome.total} entries, {outcome.added} added, {outcome.removed} removed, "
        f"{outcome.changed} changed, {outcome.rejected} rows rejected"
    )
