"""The stage that numbers alerts once they are committed."""

from __future__ import annotations

import threading

from pipeline.stages.stage import SteppedStage
from storage.alerts.numbering import number_alerts
from storage.alerts.wakeups import Wakeups
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 0.25
"""How often it looks by itself; usually whoever writes an alert wakes it."""


class NumberingStage(SteppedStage):
    """Gives alerts their numbers, in the order in which they become visible.

    Args:
        database: An open database.
        leadership: Only one process of several numbers.
    """

    name = "numbering"
    trouble = "new alerts get no numbers"

    def __init__(self, database: Database, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._wakeups = Wakeups(database)

    def step(self, stop: threading.Event) -> float:
        """Number what has no number yet, then wait for more."""
        if not number_alerts(self._database):
            self._wakeups.wait(POLL_SECONDS)
        return 0.0

    def end(self) -> None:
        """Close the connection that waits."""
        self._wakeups.close()
