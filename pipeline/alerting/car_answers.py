"""The stage that makes dispositions of what officers said in patrol cars before the alert was here."""

from __future__ import annotations

import threading

from operations.cars.answering import settle_waiting
from pipeline.stages.stage import SteppedStage
from schemas.settings import Settings
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 1.0
AT_ONCE = 200


class CarAnswersStage(SteppedStage):
    """Looks for answers that wait and whose alerts have come.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several does this.
    """

    name = "car-answers"
    trouble = "what officers said in cars is not taken over"
    recovery = "what officers said in cars is taken over again"

    def __init__(self, database: Database, settings: Settings, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings

    def step(self, stop: threading.Event) -> float:
        """Settle what waits, or wait for more.

        Raises:
            TransientError: The database is away; what waits stays.
        """
        settle_waiting(self._database, self._settings, AT_ONCE)
        # What could not be settled now stays the oldest: it is not asked for all the time.
        return POLL_SECONDS
