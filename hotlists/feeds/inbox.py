"""Where a feed's files come in, one at a time, and where they go when they are dealt with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hotlists.feeds.pickup import FolderWatch
from hotlists.feeds.pull import Fetch, pull
from hotlists.feeds.transfer import PullContext, Pulled
from hotlists.feeds.tray import MOST_TRIES, Tray
from hotlists.layouts.registry import PARSERS
from schemas.errors import ConfigurationError, TransientError
from schemas.settings import FeedSettings

KEEP_ASIDE = timedelta(days=21)
"""How long held and rejected files are kept."""


class Inbox:
    """One feed's way in.

    Args:
        feed: Its settings.
        data_dir: Where fetched files are kept; what is dropped into a folder stays on that folder's disk.
        stop: Set to end a transfer that is under way.
        wait: How it waits for a file to settle, in seconds.
        clock: Seconds that only grow.
        fetch: Gets the file of a feed that comes from no folder and no server.
    """

    def __init__(
        self,
        feed: FeedSettings,
        data_dir: Path,
        *,
        stop: threading.Event | None = None,
        wait: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        fetch: Fetch | None = None,
    ) -> None:
        self._feed = feed
        self._fetch = fetch
        self._stop = stop or threading.Event()
        self._wait = wait
        self._clock = clock
        base = feed.path if feed.kind == "folder" else data_dir / "hotlists" / "incoming"
        self._tray = Tray(base, feed.name)
        self._watch = FolderWatch(base, feed.pattern, feed.settle_seconds, self._tray, clock)

    @property
    def is_settling(self) -> bool:
        """Whether a file is there that may be complete soon."""
        return self._watch.is_settling

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other processes from dealing with this feed's files.

        Raises:
            ConfigurationError: A file could not be dealt with if one were there.
            TransientError: The watched folder is not there, or another process is at work.
        """
        self._check()
        with self._tray.locked():
            yield

    def _check(self) -> None:
        if self._feed.source not in PARSERS:
            known = ", ".join(PARSERS)
            raise ConfigurationError(
                f"feed '{self._feed.name}': '{self._feed.source}' is no layout; use one of {known}"
            )
        # Making it would watch an empty folder where a network drive is not mounted.
        if self._feed.kind == "folder" and not self._feed.path.is_dir():
            raise TransientError(f"the watched folder {self._feed.path} is not there; make it or mount it")

    def next(self, remote: Mapping[str, str], *, patient: bool) -> Pulled | None:
        """Return a complete file, or None where there is no new one; what an interrupted run left comes first.

        Args:
            remote: What the server said of the file that was fetched last; empty: fetch it anyhow.
            patient: Wait for a folder's file to settle.

        Raises:
            TransientError: It cannot be had now.
            InvalidInput: It is not what was asked for.
            ConfigurationError: The server, the login or the address does not fit.
        """
        if self._feed.kind == "folder":
            path = self._from_folder(patient)
            return None if path is None else Pulled(path)
        left = self._tray.waiting()
        if self._fetch is not None:
            if left is not None:
                # It is made anew from what is known: what was withdrawn meanwhile is on it.
                left.unlink(missing_ok=True)
            return self._fetch(self._context(remote))
        if left is not None:
            return Pulled(left)
        if self._feed.kind == "agreement":
            raise ConfigurationError(f"feed '{self._feed.name}': no way to its agency was opened")
        return pull(self._feed, self._context(remote))

    def _context(self, remote: Mapping[str, str]) -> PullContext:
        return PullContext(
            folder=self._tray.folder("working"),
            remote=remote,
            canceled=self._stop.is_set,
            clock=self._clock,
            wait=self._wait,
        )

    def _from_folder(self, patient: bool) -> Path | None:
        path = self._watch.next()
        if path is None and patient and self._watch.is_settling:
            self._wait(self._feed.settle_seconds)
            path = self._watch.next()
        return path

    @contextmanager
    def trying(self, path: Path) -> Iterator[bool]:
        """Deal with a file; yield False where it has ended the process too often to be tried once more."""
        tries = self._tray.count_try(path)
        try:
            yield tries <= MOST_TRIES
        finally:
            self._tray.end_try(path)

    def file_imported(self, path: Path) -> None:
        """Keep a file as the newest imported one."""
        self._tray.file_imported(path)

    def file_away(self, path: Path, folder: str, reason: str) -> Path:
        """Put a file into held or rejected with the reason, and return where it is."""
        return self._tray.file_away(path, folder, reason)

    def held_file(self, sha256: str) -> Path | None:
        """Return the file that is held and has this digest (SHA-256, hexadecimal), or None where it is not here."""
        return self._tray.held_file(sha256)

    def prune(self, now: float) -> None:
        """Delete held and rejected files that nobody has looked at for weeks: they are personal data.

        Args:
            now: The time, in seconds of the epoch.
        """
        if self._tray.folder("working").is_dir():
            self._tray.prune(now - KEEP_ASIDE.total_seconds())
