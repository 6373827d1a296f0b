"""All that a batch of reads is compared with, asked for at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from alerts.settling.found import Found
from alerts.settling.unit import Unit
from schemas.events import Alert
from schemas.plates import canonical_plate
from schemas.settings import RepeatSettings
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, Sighting
from schemas.types import PlateRead

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored before a batch is settled.

    `settled` says what became of its hits that are stored (None where that was never decided). `open_alerts` are those
    of its entries. `sightings` are, by read id, the reads of the same number at other cameras, without the batch's own.
    `newest` is, by first alert, the newest message about a vehicle of whom more may have to be told.

    `arrived` says what each read of the batch is (nothing: all are new). `raised` are the stored hits of those that are
    newer revisions, `first` the first alerts about their vehicles.
    """

    settled: Mapping[UUID, Outcome | None] = field(default_factory=dict)
    open_alerts: Mapping[UUID, OpenAlert] = field(default_factory=dict)
    sightings: Mapping[UUID, Sequence[Sighting]] = field(default_factory=dict)
    newest: Mapping[UUID, Alert] = field(default_factory=dict)
    arrived: Sequence[Arrived] = ()
    raised: Sequence[RaisedHit] = ()
    first: Mapping[UUID, Alert] = field(default_factory=dict)


def look_up(unit: Unit, found: Sequence[Found], arrived: Sequence[Arrived], settings: RepeatSettings) -> Known:
    """Return what is known of a batch's hits; whoever else settles hits of these plates waits until the commit.

    Args:
        unit: The transaction, in which the batch's reads are stored already.
        found: The batch.
        arrived: What each of its reads is.
        settings: The section `repeats` of the configuration.
    """
    newest = [one for one, what in zip(found, arrived, strict=True) if what is not Arrived.LATE]
    revised = {one.read.read_id for one, what in zip(found, arrived, strict=True) if what is Arrived.NEWER}
    hit_ids = [hit.hit_id for one in newest for hit in one.hits]
    # In one order, whatever keeps them: what is taken back first is told first.
    raised = sorted(unit.raised_hits(list(revised)), key=lambda one: one.hit_id) if revised else []
    if not hit_ids and not raised:
        return Known(arrived=arrived)
    loud = [one for one in newest if one.alerts]
    if not loud and not raised:
        return Known(unit.settled_hits(hit_ids), arrived=arrived)
    plates = {canonical_plate(one.read.plate) for one in loud}
    plates |= {canonical_plate(alert.entry.plate) for one in loud for alert in one.alerts}
    # What was raised may have to be taken back.
    plates |= {canonical_plate(one.payload["entry"]["plate"]) for one in raised if one.payload is not None}
    unit.lock_plates(plates)
    clone_window = timedelta(minutes=settings.clone_minutes)
    within = max(timedelta(minutes=settings.window_minutes), clone_window)
    sought = [(alert.entry.entry_id, one.read.captured_at) for one in loud for alert in one.alerts]
    own = [one.alert_id for one in raised if one.alert_id is not None]
    near = unit.open_alerts([entry for entry, _ in sought], [moment for _, moment in sought], within) if sought else []
    open_alerts = {alert.alert_id: alert for alert in [*near, *(unit.open_chains(own) if own else [])]}
    placed = [one.read for one in loud if one.read.location is not None] if clone_window else []
    together = [one.read.read_id for one in found]
    sightings = unit.sightings(placed, clone_window, together) if placed else {}
    told = list(open_alerts) if sightings or _may_meet(placed) else [*own, *_suspected(open_alerts)]
    messages = _alerts(unit.newest_messages(told)) if told else {}
    first = _alerts(
        {one.alert_id: one.payload for one in raised if one.alert_id is not None and one.payload is not None}
    )
    return Known(unit.settled_hits(hit_ids), open_alerts, sightings, messages, arrived, raised, first)


def _may_meet(reads: Sequence[PlateRead]) -> bool:
    """Tell whether one number was read at two cameras within a batch."""
    cameras: dict[str, str] = {}
    return any(cameras.setdefault(canonical_plate(read.plate), read.camera_id) != read.camera_id for read in reads)


def _suspected(open_alerts: Mapping[UUID, OpenAlert]) -> list[UUID]:
    """Return the alerts whose updates repeat what was said of a clone."""
    return [alert_id for alert_id, alert in open_alerts.items() if alert.suspected_cameras]


def _alerts(payloads: Mapping[UUID, dict[str, Any]]) -> dict[UUID, Alert]:
    alerts: dict[UUID, Alert] = {}
    for alert_id, payload in payloads.items():
        try:
            alerts[alert_id] = Alert.model_validate(payload)
        except ValueError as error:
            log.error("alert %s cannot be updated: what is stored is no alert", alert_id)
            log.debug("not an alert", exc_info=error)
    return alerts
