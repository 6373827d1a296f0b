"""The stage that fetches one source's messages, in a run or beside it; one process of all does."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from ingest.inbox_place import INBOX_FILE
from ingest.pulling.making import puller_of
from ingest.pulling.reader import PullReader
from ingest.pulling.telling import PullState
from ingest.vendors.registry import with_zone
from pipeline.health.board import HealthBoard
from pipeline.stages.liveness import beat
from schemas.errors import ConfigurationError, PlatewatchError
from schemas.events import AlarmKind
from schemas.settings import IngestSource, Settings
from services.owner_lock import OwnerLock
from storage.leadership import Leadership

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
FOLLOWER_SECONDS = 1.0
"""How often a process asks whether it fetches now."""
LEADER_SECONDS = 3.0
"""How often the process that fetches asks whether it still may."""
JOIN_SECONDS = 3.0
PATIENCE = timedelta(seconds=30)
"""A source that is connected to again sooner is no alarm; a refused login is one at once."""


class PullStage:
    """Fetches one source's messages into the inbox of this data directory.

    Args:
        source: The source; it is one that is fetched.
        settings: The configuration.
        board: Told how the source does; None: nobody is.
        leadership: Where only one process of several on a database may; None: the data directory's alone is asked.
    """

    def __init__(
        self,
        source: IngestSource,
        settings: Settings,
        board: HealthBoard | None = None,
        leadership: Leadership | None = None,
    ) -> None:
        self.name = pull_name(source.id)
        self._source = with_zone(source, settings.time_zone or "UTC")
        self._settings = settings
        self._board = board
        self._leadership = leadership
        self._lock = OwnerLock(settings.data_dir / INBOX_FILE.with_name(f"{self.name}.lock"))
        self._reader: PullReader | None = None
        self._leads = False
        self._asked_at = float("-inf")
        self._said: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Fetch until `stop` is set, while no other process does."""
        try:
            while not stop.is_set():
                beat()
                if self._may():
                    self._go_on()
                    stop.wait(LOOK_SECONDS)
                else:
                    self._follow()
                    stop.wait(FOLLOWER_SECONDS)
        finally:
            self._rest()
            self._lock.release()
            if self._leadership is not None:
                self._leadership.resign(self.name)

    def _may(self) -> bool:
        """Return whether this process is the one that fetches."""
        if self._leadership is not None and not self._is_leader(self._leadership):
            return False
        try:
            return self._lock.acquire()
        except ConfigurationError as error:
            self._say(str(error))
            return False

    def _is_leader(self, leadership: Leadership) -> bool:
        if time.monotonic() - self._asked_at >= LEADER_SECONDS or not self._leads:
            self._asked_at = time.monotonic()
            # Messages are stored without a database: while it is away, whoever fetched goes on. What two fetch is one
            # read.
            with contextlib.suppress(PlatewatchError):
                self._leads = leadership.lead(self.name)
        return self._leads

    def _go_on(self) -> None:
        if self._reader is None or self._reader.is_over:
            self._reader = PullReader(
                self._source,
                lambda: puller_of(self._source, self._settings.agency_id, self._settings.data_dir),
                self._settings.data_dir,
                int(self._settings.ingest.max_body_megabytes * 1e6),
            )
            self._reader.start()
        self._note(self._reader.state)

    def _rest(self) -> None:
        reader, self._reader = self._reader, None
        if reader is None:
            return
        reader.stop()
        reader.join(JOIN_SECONDS)
        self._lock.release()

    def _follow(self) -> None:
        """Leave it to the process that fetches now, which says how the source is."""
        if self._reader is None:
            return
        self._rest()
        if self._board is not None:
            self._board.source(self._source.id, self._source.vendor, problem=None, connected_at=None)

    def _note(self, state: PullState) -> None:
        if state.problem != self._said:
            self._say(state.problem)
        if self._board is None:
            return
        self._board.source(
            self._source.id,
            self._source.vendor,
            received=state.received,
            refused=state.refused,
            problem=state.problem,
            connected_at=state.connected_at,
            signed_at=state.signed_at,
            reconnects=max(state.connections - 1, 0),
        )
        if state.problem is None:
            if state.connections:
                self._board.cleared(AlarmKind.CAMERA_FAILED, self._source.id)
        elif state.since is not None and (state.is_login or datetime.now(UTC) - state.since >= PATIENCE):
            self._board.raised(AlarmKind.CAMERA_FAILED, self._source.id, state.problem, at=state.since)

    def _say(self, problem: str | None) -> None:
        self._said = problem
        if problem is None:
            log.info("source %s: messages are fetched", self._source.id)
        else:
            log.warning("source %s: %s; trying again until it works", self._source.id, problem)


def pull_name(source_id: str) -> str:
    """Return what the stage that fetches a source's messages is called."""
    return f"pull-{source_id}"
