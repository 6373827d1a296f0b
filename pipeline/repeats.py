"""Hits are settled as they are stored: each raises an alert, updates one, repeats one, or stays silent.

The decision is made in the transaction that stores the hit, behind a lock that lets one recorder decide at a time, and
is kept with the hit: whatever comes again is as it was, and nothing is decided twice.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from alerts.build import CLONE_REASON, build_clone_notice, build_update, outbox_message, with_clone
from matcher.repeats import decide, with_repeat
from matcher.repeats_clones import CloneSuspicion, clone_sentence, find_clone
from matcher.repeats_place import is_same_place
from schemas.events import Alert, CloneSuspicionEvent, LocationEvent
from schemas.plates import canonical_plate
from schemas.repeats import OpenAlert, Outcome
from schemas.settings import Settings
from schemas.types import Hit, PlateRead
from storage.alerts.repeats import RepeatStore
from storage.reads.records import ReadRecord, Records, WriteOutcome

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A read with its hits, and the alerts that they raise unless they repeat others."""

    read: PlateRead
    hits: tuple[Hit, ...] = ()
    alerts: tuple[Alert, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """How many rows were new, and what was sent about every read: alerts and updates."""

    outcome: WriteOutcome
    alerts: list[tuple[Alert, ...]]


class SettledRecords:
    """Writes reads with their hits, and the alerts that are no repeats, in one transaction.

    Args:
        records: The history of reads.
        settings: The configuration.
    """

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records = records
        self._settings = settings

    def write(self, found: Sequence[Found]) -> Recorded:
        """Write reads and settle their hits, in their order. Writing the same again changes nothing.

        Args:
            found: Reads with their hits.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; write the same again.
            StorageFull: Nothing was written.
            InvalidInput: A value cannot be stored.
        """
        sent: list[tuple[Alert, ...]] = []

        def follow(store: RepeatStore) -> WriteOutcome:
            batch = _Batch(store, self._settings, found)
            sent[:] = batch.settle()
            return WriteOutcome(hits=batch.new_hits, alerts=batch.new_alerts)

        outcome = self._records.write(
            [ReadRecord(one.read) for one in found],
            follow=lambda connection: follow(RepeatStore(connection)),
        )
        return Recorded(outcome, sent or [() for _ in found])


class _Batch:
    """The reads of one transaction."""

    def __init__(self, store: RepeatStore, settings: Settings, found: Sequence[Found]) -> None:
        self._store = store
        self._topic = settings.alert_topic
        self._repeats = settings.repeats
        self._window = timedelta(minutes=settings.repeats.window_minutes)
        self._clone_window = timedelta(minutes=settings.repeats.clone_minutes)
        self._found = found
        self._settled: dict[UUID, Outcome | None] = {}
        self.new_hits = self.new_alerts = 0

    def settle(self) -> list[tuple[Alert, ...]]:
        """Settle every hit; return what was sent about every read."""
        hit_ids = [hit.hit_id for one in self._found for hit in one.hits]
        if not hit_ids:
            return []
        has_alerts = any(one.alerts for one in self._found)
        if has_alerts:
            self._store.lock()
        self._settled = self._store.settled(hit_ids)
        sent = [
            tuple(alert for hit in one.hits for alert in self._settle(one, hit, number))
            for number, one in enumerate(self._found)
        ]
        if any(sent):
            self._store.wake_relay()
        return sent

    def _settle(self, one: Found, hit: Hit, number: int) -> list[Alert]:
        alert = next((alert for alert in one.alerts if alert.hit.hit_id == hit.hit_id), None)
        is_stored, before = hit.hit_id in self._settled, self._settled.get(hit.hit_id)
        if before is not None and (before is not Outcome.SILENT or alert is None):
            return [alert] if alert is not None and before is Outcome.ALERTED else []
        if alert is None:
            outcome, alert_id, sent = Outcome.SILENT, None, list[Alert]()
        else:
            outcome, alert_id, sent = self._decided(one.read, hit, alert, number)
        self._store.add_hit(hit, one.read, outcome, alert_id)
        self._settled[hit.hit_id] = outcome
        self.new_hits += not is_stored
        return sent

    def _decided(self, read: PlateRead, hit: Hit, alert: Alert, number: int) -> tuple[Outcome, UUID, list[Alert]]:
        """Decide about a hit of which somebody is to be notified; return what became of it and what was sent."""
        nearby = self._store.open_alerts(hit.entry_id, read.captured_at, max(self._window, self._clone_window))
        has_picture = alert.plate_picture is not None or read.plate_image_key is not None
        decision = decide(hit, read, nearby, self._repeats, has_picture=has_picture)
        clone = self._clone(read, hit, number)
        repeated = decision.repeated
        if repeated is None:
            own = _opened(alert, read, hit, clone, has_picture=has_picture)
            sent = [self._raise(alert, read, hit, clone)]
            outcome = Outcome.ALERTED
        else:
            own = _repeated(repeated, read, hit, clone, has_picture=has_picture)
            sent = self._update(alert, read, hit, repeated, decision.better, clone)
            outcome = Outcome.UPDATED if sent else Outcome.SUPPRESSED
        if own != repeated:
            self._store.save(own)
        if clone is not None:
            others = [other for other in nearby if other.alert_id != own.alert_id]
            sent += self._notices(others, read, clone)
        return outcome, own.alert_id, sent

    def _clone(self, read: PlateRead, hit: Hit, number: int) -> CloneSuspicion | None:
        if read.location is None or not self._clone_window:
            return None
        # The batch's reads are stored all at once, and must be seen as if each had come alone.
        later = [one.read.read_id for one in self._found[number + 1 :]]
        return find_clone(hit, read, self._store.sightings(read, self._clone_window, later), self._repeats)

    def _raise(self, alert: Alert, read: PlateRead, hit: Hit, clone: CloneSuspicion | None) -> Alert:
        raised = alert if clone is None else with_clone(alert, _event(clone))
        message = outbox_message(raised, self._topic)
        self.new_alerts += self._store.add_alert(message, hit.tier, read.captured_at)
        return raised

    def _update(
        self, alert: Alert, read: PlateRead, hit: Hit, first: OpenAlert, better: str, clone: CloneSuspicion | None
    ) -> list[Alert]:
        """Send what a repeat tells that is new; an earlier suspicion stays in it."""
        is_news = clone is not None and clone.camera_id not in first.suspected_cameras
        reasons = [better, CLONE_REASON if is_news else ""]
        if not any(reasons):
            return []
        update = build_update(alert, updates=first.alert_id, reason="; ".join(reason for reason in reasons if reason))
        if clone is not None:
            update = with_clone(update, _event(clone))
        elif first.suspected_cameras and (newest := self._newest(first)) is not None and newest.clone is not None:
            update = with_clone(update, newest.clone)
        self._store.add_update(outbox_message(update, self._topic), hit.tier, read.captured_at, first.alert_id)
        return [update]

    def _notices(self, others: Sequence[OpenAlert], read: PlateRead, clone: CloneSuspicion) -> list[Alert]:
        """Tell the officers of the alerts that the other vehicle raised where it was seen."""
        mirrored = dataclasses.replace(
            clone,
            seconds=-clone.seconds,
            camera_id=read.camera_id,
            captured_at=read.captured_at,
            location=read.location,
        )
        sent = []
        for other in others:
            if read.camera_id in other.suspected_cameras or not self._raised_by(other, clone):
                continue
            newest = self._newest(other)
            if newest is None:
                continue
            notice = build_clone_notice(
                newest,
                first=other.alert_id,
                first_hit=other.hit_id,
                clone=_event(mirrored),
                created_at=datetime.now(UTC),
            )
            self._store.add_update(
                outbox_message(notice, self._topic), notice.hit.tier, newest.read.captured_at, other.alert_id
            )
            self._store.save(_suspecting(other, read.camera_id))
            sent.append(notice)
        return sent

    def _raised_by(self, alert: OpenAlert, clone: CloneSuspicion) -> bool:
        return abs(alert.opened_at - clone.captured_at) <= self._window and is_same_place(
            alert.camera_id, alert.location, clone.camera_id, clone.location, self._repeats.same_place_meters
        )

    def _newest(self, first: OpenAlert) -> Alert | None:
        payload = self._store.newest(first.alert_id)
        try:
            return None if payload is None else Alert.model_validate(payload)
        except ValueError as error:
            log.error("alert %s cannot be updated: what is stored is no alert", first.alert_id)
            log.debug("not an alert", exc_info=error)
            return None


def _opened(alert: Alert, read: PlateRead, hit: Hit, clone: CloneSuspicion | None, *, has_picture: bool) -> OpenAlert:
    return OpenAlert(
        alert_id=alert.alert_id,
        hit_id=hit.hit_id,
        entry_id=hit.entry_id,
        camera_id=read.camera_id,
        location=read.location,
        opened_at=read.captured_at,
        tier=hit.tier,
        score=hit.score,
        confidence=read.confidence,
        has_picture=has_picture,
        has_second_reading=read.second_reading is not None,
        plates=(canonical_plate(read.plate),),
        suspected_cameras=() if clone is None else (clone.camera_id,),
    )


def _repeated(
    first: OpenAlert, read: PlateRead, hit: Hit, clone: CloneSuspicion | None, *, has_picture: bool
) -> OpenAlert:
    merged = with_repeat(first, hit, read, has_picture=has_picture)
    return merged if clone is None else _suspecting(merged, clone.camera_id)


def _suspecting(alert: OpenAlert, camera_id: str) -> OpenAlert:
    if camera_id in alert.suspected_cameras:
        return alert
    return dataclasses.replace(alert, suspected_cameras=(*alert.suspected_cameras, camera_id))


def _event(clone: CloneSuspicion) -> CloneSuspicionEvent:
    place = clone.location
    return CloneSuspicionEvent(
        camera_id=clone.camera_id,
        captured_at=clone.captured_at,
        location=None if place is None else LocationEvent(latitude=place.latitude, longitude=place.longitude),
        distance_km=clone.distance_km,
        seconds=clone.seconds,
        speed_kmh=clone.speed_kmh,
        explanation=clone_sentence(clone),
    )
