"""What a neighbor's `platewatch subscribe` printed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any


class Listener:
    """Collects the alerts of a subscriber that may be killed and started again."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        """Ids of alerts, in the order in which they were printed."""
        self.doubles: list[str] = []
        """Those printed again though their subscriber had not been killed at them."""
        self.after_kill: list[str] = []
        """The last ones before a kill, printed again: nobody can know whether they had been seen."""
        self._excused: set[str] = set()
        self._alerts: list[dict[str, Any]] = []
        self._ids: set[str] = set()
        self._news = threading.Condition()

    def take(self, line: str) -> None:
        """Take a line that the subscriber printed."""
        alert = json.loads(line)
        one = alert["alert_id"]
        with self._news:
            if one in self._ids:
                (self.after_kill if one in self._excused else self.doubles).append(one)
                self._excused.discard(one)
            self._ids.add(one)
            self.printed.append(one)
            self._alerts.append(alert)
            self._news.notify_all()

    def note_end(self, was_killed: bool) -> None:
        """Take note that a subscriber ended: what it printed last before a kill may come once more."""
        with self._news:
            self._excused = {self.printed[-1]} if was_killed and self.printed else set()

    def has(self, alert_id: str) -> bool:
        """Return whether an alert was printed."""
        with self._news:
            return alert_id in self._ids

    def not_of(self, camera_id: str) -> list[str]:
        """Return the ids of alerts about other cameras' reads."""
        with self._news:
            return [alert["alert_id"] for alert in self._alerts if alert["read"]["camera_id"] != camera_id]

    def wait(self, is_wanted: Callable[[dict[str, Any]], bool], seconds: float) -> bool:
        """Wait until an alert came that is wanted; return False where none does in time."""
        with self._news:
            return self._news.wait_for(lambda: any(is_wanted(alert) for alert in self._alerts), seconds)
