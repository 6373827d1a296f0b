"""Alerts, updates and cancels put into a database one by one."""

from __future__ import annotations

import json
from typing import Any

from alerts.build import alert_message
from schemas.events import Alert
from schemas.types import Tier
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger
from storage.database import Database

TOPIC = "platewatch.alerts.springfield.v1"


def write(database: Database, alert: Alert, *, numbered: bool = True, tier: Tier = Tier.EXACT) -> None:
    """Write an alert, an update or a cancel, and number it."""
    message = alert_message(alert)
    with Ledger(database).begin() as unit:
        if alert.updates is not None:
            unit.add_update(message, alert.hit.hit_id, tier, alert.read.captured_at, alert.updates)
        elif alert.cancels is not None:
            assert unit.cancel(alert.cancels, message)
        else:
            unit.add_alert(message, alert.hit.hit_id, tier, alert.read.captured_at, TOPIC)
    if numbered:
        number_alerts(database)


def as_json(alert: Alert) -> dict[str, Any]:
    return json.loads(alert.model_dump_json())  # type: ignore[no-any-return]
