"""The car's alerts, numbered in the order in which they became visible, for the officer's page."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from schemas.events import Alert
from storage.car.file import microseconds, open_car_file

_NEWEST = "select number, payload from alerts where number > ? order by number limit ?"
_ONE = "select number, payload from alerts where alert_id = ?"
_ABOUT = (
    "select number, payload from alerts where alert_id = ?1 or updates = ?1 "
    "or (hit_id = (select hit_id from alerts where alert_id = ?1) and payload ->> 'cancels' = ?2) order by number"
)
_OPEN = (
    "select number, payload from alerts where captured_us >= ? and status = 'open' and updates is null order by number"
)
_SINCE = "select number, payload from alerts where captured_us >= ? order by number"


@dataclass(frozen=True, slots=True)
class NumberedAlert:
    """An alert, an update or a cancel; `number` grows with each."""

    number: int
    alert: Alert


class CarAlerts:
    """Reads alerts, on a connection of its own. Threads share it.

    Args:
        path: The car's file; made when absent.

    Raises:
        ConfigurationError: The file cannot be opened.
        StorageFull: The disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._file = open_car_file(path)
        self._lock = threading.Lock()

    def newest(self, after: int, limit: int) -> list[NumberedAlert]:
        """Return what came after a number, oldest first.

        Args:
            after: The number of the last one that is known; 0: from the first one.
            limit: Most of them.

        Raises:
            TransientError: The file is busy.
        """
        return self._found(_NEWEST, (after, limit))

    def last(self) -> int:
        """Return the number of the newest one; 0: there is none."""
        with self._lock, self._file.translated():
            return int(self._file.execute("select coalesce(max(number), 0) from alerts").fetchone()[0])

    def one(self, alert_id: UUID) -> NumberedAlert | None:
        """Return an alert, an update or a cancel by its id; None: it is not there, or has ended."""
        found = self._found(_ONE, (alert_id.bytes,))
        return found[0] if found else None

    def about(self, alert_id: UUID) -> list[NumberedAlert]:
        """Return an alert with its updates and its cancel, in their order."""
        return self._found(_ABOUT, (alert_id.bytes, str(alert_id)))

    def since(self, moment: datetime) -> list[NumberedAlert]:
        """Return what is about vehicles that passed since a moment (aware), in the order in which it came."""
        return self._found(_SINCE, (microseconds(moment),))

    def open_since(self, moment: datetime) -> list[Alert]:
        """Return the alerts that are open, of vehicles that passed since a moment (aware), in their order."""
        return [one.alert for one in self._found(_OPEN, (microseconds(moment),))]

    def close(self) -> None:
        """Close the connection."""
        self._file.close()

    def _found(self, statement: str, values: Sequence[Any]) -> list[NumberedAlert]:
        with self._lock, self._file.translated():
            rows = self._file.execute(statement, values).fetchall()
        return [NumberedAlert(number, Alert.model_validate_json(payload)) for number, payload in rows]
