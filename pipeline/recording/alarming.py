"""What dating reads needs of whatever keeps alarms: a database, or, in a patrol car, the board alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.health.board import HealthBoard
from schemas.events import AlarmKind


class StandingAlarm(Protocol):
    """An alarm that was raised and not cleared."""

    @property
    def kind(self) -> AlarmKind:
        """What it is about."""
        ...

    @property
    def subject(self) -> str:
        """The camera, or the machine."""
        ...

    @property
    def raised_at(self) -> datetime:
        """When, aware."""
        ...


class AlarmKeeper(Protocol):
    """Keeps alarms; `storage.alerts.alarms.Alarms` is one, and says more of each method."""

    def raise_alarm(self, kind: AlarmKind, subject: str, message: str, now: datetime) -> bool:
        """Raise an alarm unless it stands; return whether it was raised now."""
        ...

    def clear(self, kind: AlarmKind, subject: str, now: datetime) -> bool:
        """Clear an alarm; return whether it stood."""
        ...

    def standing(self) -> Sequence[StandingAlarm]:
        """Return the alarms that stand."""
        ...


class BoardAlarms:
    """Keeps alarms on the board, where no database does; they end with the run, and come again where they are true.

    Args:
        board: The board.
    """

    def __init__(self, board: HealthBoard) -> None:
        self._board = board

    def raise_alarm(self, kind: AlarmKind, subject: str, message: str, now: datetime) -> bool:
        """See `AlarmKeeper`."""
        return self._board.raised(kind, subject, message, at=now)

    def clear(self, kind: AlarmKind, subject: str, now: datetime) -> bool:
        """See `AlarmKeeper`."""
        return self._board.cleared(kind, subject)

    def standing(self) -> Sequence[StandingAlarm]:
        """See `AlarmKeeper`: none is left of an earlier run."""
        return ()
