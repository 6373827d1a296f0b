"""Storms in a car: a camera, an entry or a list that raises far more alerts than an officer can hear."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Final

from alerts.cards.urgency import priority_of
from alerts.settling.storms import storm_limit
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Category, Priority

HOUR: Final = timedelta(hours=1)
_KINDS: Final = {"camera": "camera", "list": "list", "entry": "one entry of list"}


class CarStorms:
    """Says which alerts make no tone, by the limit that the server's guard has. For one thread.

    On the server a storm's alerts are held until a person has looked. Nobody does that for a car on the road, so that
    there they are on the page at once, and are silent alone; those of high priority never are.

    Args:
        settings: The configuration; `patrol.storm_minimum` counts here.
    """

    def __init__(self, settings: Settings) -> None:
        self._minimum = 0 if settings.patrol is None else settings.patrol.storm_minimum
        # What is usual for a camera in weeks is known on the server alone.
        _, self._most = storm_limit(self._minimum, settings.matching)(None, None)
        self._priorities = settings.alerts.priorities
        self._came: defaultdict[tuple[str, str], deque[datetime]] = defaultdict(deque)
        self._names: dict[tuple[str, str], str] = {}

    def storm_of(self, alert: Alert) -> str | None:
        """Return of what there were too many within an hour with this alert, in words; None: it makes its tone.

        Args:
            alert: The first alert about a vehicle; they come about in the order of their passes.
        """
        if not self._minimum:
            return None
        at = alert.read.captured_at
        found = None
        list_id = alert.hotlist.hotlist_id
        for kind, subject, name in (
            ("entry", str(alert.entry.entry_id), list_id),
            ("camera", alert.read.camera_id, alert.read.camera_id),
            ("list", list_id, list_id),
        ):
            came = self._came[kind, subject]
            while came and at - came[0] > HOUR:
                came.popleft()
            came.append(at)
            if len(came) > self._most:
                self._names[kind, subject] = name
                found = f"more than {self._most} alerts of {_KINDS[kind]} {name} within an hour"
        category = Category(alert.entry.category)
        is_high = priority_of(category, alert.entry.priority, self._priorities) is Priority.HIGH
        return None if is_high else found

    def standing(self, now: datetime) -> tuple[str, ...]:
        """Return which storms stand at a time (aware), in words; what raises nothing any more is forgotten."""
        words = []
        for (kind, subject), came in list(self._came.items()):
            while came and now - came[0] > HOUR:
                came.popleft()
            if not came:
                del self._came[kind, subject]
            elif len(came) > self._most:
                words.append(f"{len(came)} alerts of {_KINDS[kind]} {self._names[kind, subject]} in an hour")
        return tuple(sorted(words))
