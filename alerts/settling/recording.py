"""Reads are written with their hits, and the alerts that are no repeats, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.build import alert_message
from alerts.settling.found import Found, Recorded
from alerts.settling.known import look_up
from alerts.settling.settle import Outgoing, Settlement, settle
from alerts.settling.storms import storm_limit
from alerts.settling.unit import Unit, Units
from schemas.settings import Settings
from schemas.settling import Arrived


class SettledReads:
    """Writes reads with what they raise.

    Args:
        units: Where transactions are begun.
        settings: The configuration.
    """

    def __init__(self, units: Units, settings: Settings) -> None:
        self._units = units
        self._topic = settings.alert_topic
        self._repeats = settings.repeats
        self._storms = StormGuard(settings) if settings.alerts.storm_minimum else None

    def record(self, found: Sequence[Found]) -> Recorded:
        """Write reads and settle their hits, in their order. Writing the same again changes nothing.

        Args:
            found: Reads with their hits.

        Raises:
            TransientError: Nothing was written, or the answer was lost; write the same again.
            StorageFull: Nothing was written.
            InvalidInput: A value cannot be stored.
        """
        if not found:
            return Recorded(0, 0, 0, [])
        reads = [one.read for one in found]
        with self._units.begin(reads) as unit:
            arrived = unit.add_reads(reads)
            settlement = settle(found, look_up(unit, found, arrived, self._repeats), self._repeats)
            new_alerts = write_settlement(unit, settlement, self._topic, self._storms)
        return Recorded(arrived.count(Arrived.NEW), settlement.new_hits, new_alerts, settlement.sent)


class StormGuard:
    """Says for which storm a new alert is held, if for any.

    Args:
        settings: The configuration.
    """

    def __init__(self, settings: Settings) -> None:
        self._minimum = settings.alerts.storm_minimum
        self._limit = storm_limit(self._minimum, settings.matching)

    def storm_of(self, unit: Unit, out: Outgoing) -> int | None:
        """Return the storm that an alert belongs to, which may begin with it; None: it is sent."""
        alert = out.alert
        return unit.storm_of(alert.read.camera_id, alert.entry.entry_id, out.captured_at, self._minimum, self._limit)


def write_settlement(unit: Unit, settlement: Settlement, topic: str, storms: StormGuard | None = None) -> int:
    """Write what was decided, and return how many alerts are new.

    Args:
        unit: The transaction in which it was decided.
        settlement: What was decided.
        topic: Kafka topic of new alerts; updates go to wherever their first alert went.
        storms: Says which ones are held for a person; None: none are.

    Raises:
        InvalidInput: A value cannot be stored.
    """
    unit.add_hits(settlement.hits)
    if settlement.taken_back:
        unit.take_back_hits(settlement.taken_back)
    new = 0
    for out in settlement.outgoing:
        message, tier = alert_message(out.alert), out.alert.hit.tier
        if out.cancels is not None:
            unit.cancel(out.cancels, message)
        elif out.first is None:
            storm = None if storms is None else storms.storm_of(unit, out)
            new += unit.add_alert(message, out.hit_id, tier, out.captured_at, topic, storm)
        else:
            unit.add_update(message, out.hit_id, tier, out.captured_at, out.first)
    for chain in settlement.chains.values():
        unit.save_chain(chain)
    return new
