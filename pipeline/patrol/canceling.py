"""The stage that takes a car's open alerts back when their entry is withdrawn, removed, changed or expires."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

from alerts.settling.cancel import cancel_alerts
from alerts.settling.unit import Units
from pipeline.lists.source import ListSource
from pipeline.stages.stage import SteppedStage
from schemas.events import Alert
from schemas.plates import canonical_plate
from schemas.settings import Settings
from schemas.types import HotlistEntry
from storage.alerts.stale import StaleAlert, StaleKind
from storage.car.alerts import CarAlerts

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How often the lists are asked whether they changed."""
EXPIRY_SECONDS = 10.0
"""How often alerts are looked through without a change: entries expire."""


class CarCancellationStage(SteppedStage):
    """Cancels stale alerts as the car's lists change, and as entries expire.

    Lists that are locked, or may not be used any more, say nothing of their entries: their alerts stay as they are.
    Nothing stands of a list that the server has no more. The server cancels its own; a cancel of the same alert has the
    same id.

    Args:
        settings: The configuration; `alerts.open_hours` counts here.
        lists: The car's lists.
        alerts: The car's alerts.
        units: Where transactions are begun.
        names: Returns all lists that the server has for this car, whether they may be used now or not; None where that
            is not known.
    """

    name = "cancellations"
    trouble = "alerts cannot be canceled"
    longest_pause_seconds = POLL_SECONDS

    def __init__(
        self,
        settings: Settings,
        lists: ListSource,
        alerts: CarAlerts,
        units: Units,
        names: Callable[[], Collection[str] | None] = lambda: None,
    ) -> None:
        super().__init__()
        self._open = timedelta(hours=settings.alerts.open_hours)
        self._lists = lists
        self._alerts = alerts
        self._units = units
        self._names = names
        self._seen: tuple[dict[str, int], int] | None = None
        self._looked_at = 0.0

    def step(self, stop: threading.Event) -> float:
        """Look alerts through where a list has changed, or an entry may have expired.

        Raises:
            TransientError: The car's file or its lists cannot be asked.
        """
        versions = self._lists.active_versions()
        seen = versions, self._lists.withdrawn(0)[0]
        if seen != self._seen or time.monotonic() - self._looked_at >= EXPIRY_SECONDS:
            self._look(versions)
            self._seen, self._looked_at = seen, time.monotonic()
        return POLL_SECONDS

    def _look(self, versions: dict[str, int]) -> None:
        now, names = datetime.now(UTC), self._names()
        opened = self._alerts.open_since(now - self._open)
        known = [alert for alert in opened if alert.hotlist.hotlist_id in versions]
        gone = [] if names is None else [alert for alert in opened if alert.hotlist.hotlist_id not in names]
        if not known and not gone:
            return
        without_list = (
            StaleAlert(alert.alert_id, alert.entry.plate, alert.model_dump(mode="json"), StaleKind.LIST_REMOVED)
            for alert in gone
        )
        count = cancel_alerts(self._units, [*self._stale(known, now), *without_list], now)
        if count:
            log.info("%d alerts were canceled", count)

    def _stale(self, known: list[Alert], now: datetime) -> Iterator[StaleAlert]:
        entries = self._lists.active_entries({alert.entry.entry_id for alert in known})
        withdrawn = set(self._lists.withdrawn(0)[1])
        for alert in known:
            entry = entries.get(alert.entry.entry_id)
            if entry is None:
                kind = StaleKind.WITHDRAWN if alert.entry.entry_id in withdrawn else StaleKind.REMOVED
            else:
                changed = _changed(alert, entry, now)
                if changed is None:
                    continue
                kind = changed
            at = entry.valid_until if entry is not None and kind is StaleKind.EXPIRED else None
            yield StaleAlert(alert.alert_id, alert.entry.plate, alert.model_dump(mode="json"), kind, at)


def _changed(alert: Alert, entry: HotlistEntry, now: datetime) -> StaleKind | None:
    if entry.valid_until is not None and entry.valid_until <= now:
        return StaleKind.EXPIRED
    if canonical_plate(entry.plate) != canonical_plate(alert.entry.plate):
        return StaleKind.PLATE_CHANGED
    return StaleKind.STATE_CHANGED if entry.jurisdiction != alert.entry.jurisdiction else None
