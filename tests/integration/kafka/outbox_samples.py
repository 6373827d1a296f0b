"""Alerts in the outbox, written as the pipeline writes them."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Alert
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.unit.alerts.samples import sample_alert, sample_entry, sample_hit, sample_read


def raise_alerts(database: Database, topic: str, plates: Sequence[str], *, first: int = 0) -> list[Alert]:
    """Write one read, hit and alert per plate, in this order; return the alerts."""
    raised = []
    for number, plate in enumerate(plates, start=first):
        read, alert = sample_read(number, plate), sample_alert(number, plate)
        hit = sample_hit(read, sample_entry(plate))
        raised.append(alert)
        Records(database).write([ReadRecord(read, (hit,), (outbox_message(alert, topic),))])
    return raised
