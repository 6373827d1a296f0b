"""The stage that minds what the law has people do again and again."""

from __future__ import annotations

import threading

from operations.duties.audits import check_audits
from pipeline.stages.stage import SteppedStage
from schemas.settings import Settings
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 60.0


class DutiesStage(SteppedStage):
    """Keeps the alarm about overdue audits true.

    Args:
        database: An open database.
        settings: The configuration; it says which law.
        leadership: Only one process of several does this.
    """

    name = "duties"
    trouble = "what the law has people do cannot be checked"

    def __init__(self, database: Database, settings: Settings, leadership: Leadership | None = None) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings

    def step(self, stop: threading.Event) -> float:
        """Look once a minute: what was noted just now ends the alarm soon."""
        check_audits(self._database, self._settings)
        return POLL_SECONDS
