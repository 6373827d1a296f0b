"""The stage that seals the audit: what people and programs did gets its place in a signed chain seconds after it."""

from __future__ import annotations

import threading

from operations.audit.sealing import seal_audit
from pipeline.stages.stage import SteppedStage
from schemas.settings import Settings
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 10.0


class SealingStage(SteppedStage):
    """Seals rows of the audit once they are committed; whoever writes one waits for nothing.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several seals.
    """

    name = "sealing"
    trouble = "the audit cannot be sealed"

    def __init__(self, database: Database, settings: Settings, leadership: Leadership | None = None) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings

    def step(self, stop: threading.Event) -> float:
        """Seal what was committed since."""
        seal_audit(self._database, self._settings)
        return POLL_SECONDS
