"""The stage that has people told of storms: alerts that are held are never held in silence."""

from __future__ import annotations

import threading

from pipeline.stages.stage import SteppedStage
from schemas.events import AlarmKind
from storage.alerts.storms import Storm, standing_storms
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 1.0


class StormStage(SteppedStage):
    """Keeps the alarms about storms true.

    Args:
        database: An open database.
        leadership: Only one process of several tells.
    """

    name = "storms"
    trouble = "storms of alerts are not told of"
    longest_pause_seconds = 5.0

    def __init__(self, database: Database, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._told: set[str] = set()

    def step(self, stop: threading.Event) -> float:
        """Raise the alarms of storms that stand, and end those of others."""
        if self.board is not None:
            standing = {f"{storm.kind} {storm.subject}": storm for storm in standing_storms(self._database)}
            for subject, storm in standing.items():
                self.board.raised(AlarmKind.ALERT_STORM, subject, _message(storm), at=storm.began_at)
            for subject in self._told - standing.keys():
                self.board.cleared(AlarmKind.ALERT_STORM, subject)
            self._told = set(standing)
        return POLL_SECONDS


def _message(storm: Storm) -> str:
    return (
        f"more than {storm.most} alerts in an hour, {storm.expected:.1f} are expected: its alerts are held. look at "
        f"them (platewatch alerts held), then release or discard storm {storm.storm_number}"
    )
