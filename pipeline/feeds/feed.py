"""One run of one hotlist feed: get its file, import it, file it away, and note what came of it."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from hotlists.feeds.freshness import default_max_age_hours
from hotlists.feeds.pickup import FolderWatch, signature
from hotlists.feeds.pull import pull
from hotlists.feeds.transfer import PullContext, Pulled
from hotlists.feeds.tray import MOST_TRIES, Tray, digest
from hotlists.importing.importer import ImportOptions, ImportReport, import_file
from hotlists.layouts.mapped import mapped_parser
from hotlists.layouts.mapping import load_mapping
from hotlists.layouts.registry import PARSERS
from operations.actors import service_actor
from operations.currency import law_hours
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, HeldForReview, InvalidInput, PlatewatchError, TransientError
from schemas.events import AlarmKind
from schemas.jurisdictions import parse_jurisdiction
from schemas.settings import FeedSettings, HttpsFeed, Settings, SftpFeed
from storage.alerts.alarms import Alarms
from storage.database import Database
from storage.hotlists.feeds import FeedState, FeedStates

log = logging.getLogger(__name__)

ALARM_AFTER_FAILURES = 3
"""So many tries in a row fail before an outage is an alarm; what a person has to mend is one at once."""

QUIET_RECORD_SECONDS = 600.0
"""A run that found nothing new is noted this often at most."""

KEEP_ASIDE = timedelta(days=21)
"""How long held and rejected files are kept."""

MADE_BY = "feed"
"""Who imports, in the list's versions."""

_one_import = threading.Lock()
"""An import takes memory and both cores; feeds that are due together take turns."""


class FeedOutcome(StrEnum):
    """What a run came to."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    NOTHING = "nothing"
    HELD = "held"
    REJECTED = "rejected"
    FAILED = "failed"


GOOD = frozenset({FeedOutcome.IMPORTED, FeedOutcome.UNCHANGED, FeedOutcome.NOTHING, FeedOutcome.HELD})


@dataclass(frozen=True, slots=True)
class FeedResult:
    """A run's outcome with one line for a person. `transient` failures are worth another try soon."""

    name: str
    outcome: FeedOutcome
    message: str
    transient: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the feed itself works; a held list is a good run."""
        return self.outcome in GOOD


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
    ) -> None:
        self.feed = feed
        self._settings = settings
        self._database = database
        self._stop = stop or threading.Event()
        self._wait = wait
        self._clock = clock
        self._now = now
        self._states = FeedStates(database)
        self._alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
        base = feed.path if feed.kind == "folder" else settings.data_dir / "hotlists" / "incoming"
        self._tray = Tray(base, feed.name)
        self._watch = FolderWatch(base, feed.pattern, feed.settle_seconds, self._tray, clock)

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
            self._check()
            with self._tray.locked():
                result, state = self._run(state, anyhow)
        except PlatewatchError as error:
            transient = isinstance(error, TransientError)
            result = FeedResult(self.feed.name, FeedOutcome.FAILED, str(error), transient)
            if transient and self._stop.is_set():
                return result
        self._record(result, state)
        return result

    def register(self) -> FeedState:
        """Make the feed known, with what the configuration says now, and return what it did last.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        hours = self.feed.max_age_hours or default_max_age_hours(self.feed.source, law_hours(self._settings))
        return self._states.register(self.feed.name, self.feed.source, hours, self._now())

    def prune(self) -> None:
        """Delete held and rejected files that nobody has looked at for weeks: they are personal data."""
        if self._tray.folder("working").is_dir():
            self._tray.prune((self._now() - KEEP_ASIDE).timestamp())

    def note_failure(self, message: str) -> None:
        """Raise the feed's alarm for an error that it did not expect itself; nothing is raised when that fails, too."""
        with contextlib.suppress(PlatewatchError):
            self._record(FeedResult(self.feed.name, FeedOutcome.FAILED, message), self.register())

    @property
    def is_settling(self) -> bool:
        """Whether a file is there that may be complete soon."""
        return self._watch.is_settling

    def _check(self) -> None:
        """Make sure that a file could be dealt with, before one is taken."""
        if self.feed.source not in PARSERS:
            known = ", ".join(PARSERS)
            raise ConfigurationError(f"feed '{self.feed.name}': '{self.feed.source}' is no layout; use one of {known}")
        # Making it would watch an empty folder where a network drive is not mounted.
        if self.feed.kind == "folder" and not self.feed.path.is_dir():
            raise TransientError(f"the watched folder {self.feed.path} is not there; make it or mount it")

    def _run(self, state: FeedState, anyhow: bool) -> tuple[FeedResult, FeedState]:
        if self.feed.kind == "folder":
            path = self._from_folder(anyhow)
            pulled = None if path is None else Pulled(path)
        else:
            left = self._tray.waiting()
            pulled = Pulled(left) if left is not None else self._fetch(self.feed, state, anyhow)
        if pulled is None:
            return self._nothing_new(state), state
        # Nothing is remembered of the server until the file is dealt with: an interrupted run fetches again.
        result, state = self._deal_with(pulled.path, dataclasses.replace(state, remote=dict(pulled.remote)))
        if result.outcome in (FeedOutcome.REJECTED, FeedOutcome.FAILED):
            state = dataclasses.replace(state, remote={})
        return result, state

    def _from_folder(self, settled: bool) -> Path | None:
        path = self._watch.next()
        if path is None and settled and self._watch.is_settling:
            self._wait(self.feed.settle_seconds)
            path = self._watch.next()
        return path

    def _fetch(self, feed: HttpsFeed | SftpFeed, state: FeedState, anyhow: bool) -> Pulled | None:
        # A list that people removed comes back with the next run, and not only when it changes.
        removed = state.outcome != FeedOutcome.HELD and self._states.active_digest(self.feed.name) is None
        context = PullContext(
            folder=self._tray.folder("working"),
            remote={} if anyhow or removed else state.remote,
            canceled=self._stop.is_set,
            clock=self._clock,
            wait=self._wait,
        )
        return pull(feed, context)

    def _nothing_new(self, state: FeedState) -> FeedResult:
        if self.feed.kind == "folder":
            return FeedResult(self.feed.name, FeedOutcome.NOTHING, "no new file")
        if state.outcome == FeedOutcome.HELD and self.feed.name in self._states.holds():
            return FeedResult(self.feed.name, FeedOutcome.HELD, state.message)
        return FeedResult(self.feed.name, FeedOutcome.UNCHANGED, "the server has the same file as before")

    def _deal_with(self, path: Path, state: FeedState) -> tuple[FeedResult, FeedState]:
        sha256 = digest(path)
        repeated = self._repeated(path, sha256, state)
        if repeated is not None:
            self._tray.file_imported(path)
            return repeated
        tries = self._tray.count_try(path)
        if tries > MOST_TRIES:
            reason = f"its import ended the process {MOST_TRIES} times; look at it and import it by hand"
            self._tray.end_try(path)
            return self._reject(path, reason), state
        try:
            return self._import(path, sha256, state)
        finally:
            self._tray.end_try(path)

    def _repeated(self, path: Path, sha256: str, state: FeedState) -> tuple[FeedResult, FeedState] | None:
        """Return the outcome for a file whose content was imported before, or None for a new one."""
        active = self._states.active_digest(self.feed.name)
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
            place = self._tray.file_away(path, "held", str(error))
            message = f"held for a person: {error.message}; see {place}, and import it with --force and a reason"
            return FeedResult(self.feed.name, FeedOutcome.HELD, message), state
        except InvalidInput as error:
            if signature(path) != before:
                # Somebody still writes to it. It stays in the working folder and settles once more.
                raise TransientError(f"{path.name} was written to while it was read") from error
            return self._reject(path, str(error)), state
        self._tray.file_imported(path)
        state = dataclasses.replace(
            state,
            file_sha256=sha256,
            dated_by_file=abs(report.as_of - modified) < timedelta(seconds=1),
            confirmed_at=None,
        )
        return FeedResult(self.feed.name, FeedOutcome.IMPORTED, _summary(report)), state

    def _import_file(self, path: Path) -> ImportReport:
        state = None
        if self.feed.state is not None:
            state = parse_jurisdiction(self.feed.state)
            if state is None:
                raise ConfigurationError(f"feed '{self.feed.name}': '{self.feed.state}' is no state")
        options = ImportOptions(
            hotlist_id=self.feed.name,
            default_state=state,
            parser=None if self.feed.mapping is None else mapped_parser(load_mapping(self.feed.mapping)),
            settings=self._settings.hotlists,
        )
        audit = AuditRecord(service_actor(MADE_BY, self._settings), Action.IMPORT)
        return import_file(self._database, path, self.feed.source, options, on_progress=self._stop_here, audit=audit)

    def _stop_here(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise TransientError("the run ends; the list is imported at the next start")

    def _reject(self, path: Path, reason: str) -> FeedResult:
        place = self._tray.file_away(path, "rejected", reason)
        return FeedResult(self.feed.name, FeedOutcome.REJECTED, f"{reason}; the file is {place}")

    def _record(self, result: FeedResult, state: FeedState) -> None:
        """Store the outcome, and raise or clear the feed's alarms."""
        now = self._now()
        quiet = result.outcome == FeedOutcome.NOTHING
        recent = state.checked_at is not None and (now - state.checked_at).total_seconds() < QUIET_RECORD_SECONDS
        if quiet and recent and state.failures == 0:
            return
        keep = quiet and state.outcome is not None
        if keep and state.outcome in (FeedOutcome.REJECTED, FeedOutcome.FAILED):
            # A folder without a new file does not make the last one good; an outage of the folder is over, though.
            keep = state.outcome == FeedOutcome.REJECTED
        state = dataclasses.replace(
            state,
            checked_at=now,
            outcome=state.outcome if keep else result.outcome.value,
            message=state.message if keep else result.message,
            failures=0 if result.is_good else state.failures + 1,
        )
        self._states.record(state)
        self._log(result)
        self._alarm(result, state, now)

    def _alarm(self, result: FeedResult, state: FeedState, now: datetime) -> None:
        name = self.feed.name
        if result.outcome == FeedOutcome.HELD:
            self._alarms.raise_alarm(AlarmKind.HELD_LIST, name, result.message, now)
        elif result.outcome == FeedOutcome.IMPORTED:
            self._alarms.clear(AlarmKind.HELD_LIST, name, now)
        if not result.is_good:
            if not result.transient or state.failures >= ALARM_AFTER_FAILURES:
                self._alarms.raise_alarm(AlarmKind.FEED_FAILED, name, result.message, now)
        elif state.outcome != FeedOutcome.REJECTED:
            self._alarms.clear(AlarmKind.FEED_FAILED, name, now)

    def _log(self, result: FeedResult) -> None:
        if result.outcome == FeedOutcome.NOTHING:
            return
        level = logging.INFO if result.is_good and result.outcome != FeedOutcome.HELD else logging.WARNING
        log.log(level, "hotlist feed %s: %s: %s", result.name, result.outcome.value, result.message)


def _summary(report: ImportReport) -> str:
    outcome = report.outcome
    if outcome is None:
        return report.file_name
    return (
        f"{report.file_name}: {outcome.total} entries, {outcome.added} added, {outcome.removed} removed, "
        f"{outcome.changed} changed, {outcome.rejected} rows rejected"
    )
