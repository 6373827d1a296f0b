"""The stage that keeps the journal of what ended: an older copy of the database that comes back has to know it."""

from __future__ import annotations

import threading
import time

from operations.backup.ends import journal_of, journal_path
from pipeline.stages.stage import SteppedStage
from schemas.errors import TransientError
from schemas.settings import Settings
from storage.backup.journal import Known, known_ends, write_journal
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 5.0
AT_LEAST_SECONDS = 600.0
"""How often it is written though nothing is new but the time before which reads have ended."""


class JournalStage(SteppedStage):
    """Writes what was withdrawn, ended and sent beside the database, seconds after it happened.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several writes.
    """

    name = "journal"
    trouble = "what ends cannot be noted for a restore"

    def __init__(self, database: Database, settings: Settings, leadership: Leadership | None = None) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings
        self._written: Known | None = None
        self._again_at = 0.0

    def step(self, stop: threading.Event) -> float:
        """Write the journal where something is new."""
        known = known_ends(self._database)
        if known != self._written or time.monotonic() >= self._again_at:
            path = journal_path(self._settings)
            try:
                write_journal(path, journal_of(self._settings, known))
            except OSError as error:
                raise TransientError(
                    f"{path}: cannot be written ({error.strerror}); correct backup.journal or its permissions"
                ) from error
            self._written = known
            self._again_at = time.monotonic() + AT_LEAST_SECONDS
        return POLL_SECONDS
