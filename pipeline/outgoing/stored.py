"""All that a machine at the edge keeps on its disk in place of a database, opened and closed together."""

from __future__ import annotations

import contextlib
import logging
import threading
from types import TracebackType
from typing import Self

from pipeline.health.board import HealthBoard
from pipeline.outgoing.places import ITEMS_FILE, READS_FILE, REFUSED_FILE, REPORTED_FILE, UNREADABLE_FILE
from pipeline.outgoing.readers import ReportedLately, UnreadableMessages
from pipeline.outgoing.refused import RefusedReads
from schemas.errors import TransientError
from schemas.health import OutgoingHealth
from schemas.settings import Settings
from storage.spool.items import LocalItems
from storage.spool.spool import Spool

log = logging.getLogger(__name__)


class StoredReads:
    """The files of the folder `outgoing`, each with a connection for whoever uses it. A context.

    Args:
        settings: The configuration.
        board: Told of reads that cannot be published.

    Raises:
        ConfigurationError: A file cannot be used.
        StorageFull: The disk is full.
    """

    def __init__(self, settings: Settings, board: HealthBoard) -> None:
        self._most_bytes = int(settings.edge.spool_megabytes * (1 << 20))
        self._known = OutgoingHealth(most_bytes=self._most_bytes)
        folder = settings.data_dir
        with contextlib.ExitStack() as opened:
            self.intake = Spool(folder / READS_FILE)
            opened.callback(self.intake.close)
            # Who only deletes need not wait for the disk: what comes again is published again, under the same id.
            self.outgoing = Spool(folder / READS_FILE, durable=False)
            opened.callback(self.outgoing.close)
            self._asking = Spool(folder / READS_FILE, durable=False)
            opened.callback(self._asking.close)
            self._asking_lock = threading.Lock()
            self.refused = RefusedReads(Spool(folder / REFUSED_FILE), board)
            opened.callback(self.refused.close)
            self.unreadable = UnreadableMessages(Spool(folder / UNREADABLE_FILE))
            opened.callback(self.unreadable.close)
            self.reported = ReportedLately(Spool(folder / REPORTED_FILE, durable=False))
            opened.callback(self.reported.close)
            self.items = LocalItems(folder / ITEMS_FILE)
            opened.callback(self.items.close)
            self._opened = opened.pop_all()

    def put_back(self) -> None:
        """Have what was refused before tried again.

        Raises:
            TransientError: A file is busy.
        """
        count = self.refused.put_back(self.intake)
        if count:
            log.info("%d reads that could not be published before are tried again", count)

    def health(self) -> OutgoingHealth:
        """Return what waits, or what waited a moment ago where a file is busy; called from any thread."""
        with self._asking_lock:
            try:
                waiting = self._asking.waiting().values()
                self._known = OutgoingHealth(
                    waiting=sum(one.count for one in waiting),
                    oldest_at=min((one.oldest_at for one in waiting), default=None),
                    used_bytes=self._asking.used_bytes(),
                    most_bytes=self._most_bytes,
                    refused=self.refused.count(),
                    unreadable=self.unreadable.count(),
                )
            except TransientError as error:
                log.debug("what waits cannot be counted now: %s", error)
            return self._known

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()
