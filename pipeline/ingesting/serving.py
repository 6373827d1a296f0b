"""The stage that serves what other vendors' readers post, in a run or alone; one process of a data directory does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from ingest.inbox_place import INBOX_FILE
from ingest.server.door import IngestServer
from ingest.server.frames import FrameTaker
from ingest.vendors.registry import adapter_of, vendors
from pipeline.ingesting.cars import CarsOfRun
from pipeline.stages.stage import SteppedStage
from schemas.errors import PlatewatchError
from schemas.health import SourceHealth
from schemas.settings import PushCamera, Settings
from services.owner_lock import OwnerLock

log = logging.getLogger(__name__)

LOCK_FILE = INBOX_FILE.with_name("server.lock")
CLAIM_FILE = INBOX_FILE.with_name("pictures.lock")
"""Held by a run that has cameras which push, or patrol cars: a server alone can take nothing of theirs."""
LOOK_SECONDS = 0.5
"""How often it is looked after."""
CLAIM_SECONDS = 0.05
"""How often a run that has to serve looks whether it can: nobody does in between."""


class ServerStage(SteppedStage):
    """Serves until it is stopped. Where another process of this data directory serves, it waits for that one's end.

    A run with cameras that push, or with patrol cars, serves itself: one that serves alone leaves it to that run as
    long as it is there.

    Args:
        settings: The configuration; `ingest.listen` is set.
        takers: As `IngestServer`.
        cars: The patrol cars; None: this process has no database.
    """

    name = "ingest-server"
    trouble = "messages of other readers are not taken"

    def __init__(
        self,
        settings: Settings,
        takers: Callable[[], Mapping[str, FrameTaker]] | None = None,
        cars: CarsOfRun | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._takers = takers
        self._cars = cars
        self._lock = OwnerLock(settings.data_dir / LOCK_FILE)
        self._claim = OwnerLock(settings.data_dir / CLAIM_FILE)
        self._server: IngestServer | None = None
        self._other: Settings | None = None
        self._has_said = False
        self.sources: tuple[SourceHealth, ...] = ()
        """How the sources were when it was looked last; none while another process serves."""
        self.is_up = threading.Event()
        """Set once this process serves, or has found that another one does."""

    def take_anew(self, settings: Settings) -> None:
        """Have other sources and limits taken over; called from any thread."""
        self._other = settings

    def step(self, stop: threading.Event) -> float:
        """Serve, and take other settings over.

        Raises:
            ConfigurationError: The server cannot be started.
        """
        other, self._other = self._other, None
        if other is not None:
            self._take_over(other)
        claims = self._claims()
        if self._server is None:
            self._begin()
        elif not self._server.is_serving:
            log.error("the ingest server ended; it is started again")
            self._leave()
        elif self._takers is None and self._is_claimed():
            log.info(
                "a run with cameras that push, or with patrol cars, serves now; this process goes on when that one ends"
            )
            self._leave()
        self.sources = () if self._server is None else self._server.health()
        if self.board is not None:
            for source in self.sources:
                self.board.source(source.source_id, source.vendor, received=source.received, refused=source.refused)
        return CLAIM_SECONDS if claims and self._server is None else LOOK_SECONDS

    def end(self) -> None:
        """Take nothing more and store what came."""
        self._leave()
        self._claim.release()

    def _leave(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        self._lock.release()

    def _claims(self) -> bool:
        """Claim to serve where this process alone can take what cameras or cars send, and say whether it does."""
        pushes = self._takers is not None and any(isinstance(camera, PushCamera) for camera in self._settings.cameras)
        if not pushes and (self._cars is None or not self._cars.are_any()):
            self._claim.release()
            return False
        return self._claim.acquire()

    def _is_claimed(self) -> bool:
        """Say whether another process claims to serve."""
        if not self._claim.acquire():
            return True
        self._claim.release()
        return False

    def _begin(self) -> None:
        if (self._takers is None and self._is_claimed()) or not self._lock.acquire():
            if not self._has_said:
                log.info("another process serves this data directory's inbox; this one goes on when that one ends")
            self._has_said = True
            self.is_up.set()
            return
        adapters = {name: adapter_of(name) for name in vendors()}
        access = None if self._cars is None else self._cars.access
        server = IngestServer(self._settings.ingest, self._settings.data_dir, adapters, self._takers, access)
        try:
            server.start()
        except BaseException:
            server.stop()
            raise
        self._server, self._has_said = server, False
        log.info("listening at %s for %d sources", self._settings.ingest.listen, len(self._settings.ingest.sources))
        self.is_up.set()

    def _take_over(self, settings: Settings) -> None:
        try:
            if self._server is not None:
                self._server.take_anew(settings.ingest)
        except PlatewatchError as error:
            log.error("the ingest server goes on with the sources before: %s", error)
        else:
            self._settings = settings
