"""What becomes of hits: each raises an alert, updates one, repeats one, or stays silent.

Everything here is decided from what is known, and nothing is written. The decision is kept with the hit: whatever comes
again is as it was, and nothing is decided twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from alerts.build import CLONE_REASON, build_clone_notice, build_update, canceling, raised_anew, with_clone
from alerts.settling.clones import CloneSuspicion, clone_event, find_clone, mirrored
from alerts.settling.found import Found
from alerts.settling.known import Known
from alerts.settling.places import is_same_place
from alerts.settling.repeats import decide, opened, suspecting, with_repeat
from alerts.settling.revised import StandingHits, revision_name, what_changed
from schemas.events import Alert
from schemas.plates import canonical_plate
from schemas.settings import RepeatSettings
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, SettledHit, Sighting
from schemas.types import Hit, PlateRead


@dataclasses.dataclass(frozen=True, slots=True)
class Outgoing:
    """An alert to store and send; `first` is the alert that it updates, `cancels` the one that it takes back."""

    alert: Alert
    hit_id: UUID
    captured_at: datetime
    first: UUID | None = None
    cancels: UUID | None = None


@dataclasses.dataclass(slots=True)
class Settlement:
    """What has to be written, and what was sent about every read: alerts, updates and cancels.

    `taken_back` are the hits that a newer revision of their read does not fit.
    """

    hits: list[SettledHit] = dataclasses.field(default_factory=list)
    new_hits: int = 0
    outgoing: list[Outgoing] = dataclasses.field(default_factory=list)
    chains: dict[UUID, OpenAlert] = dataclasses.field(default_factory=dict)
    sent: list[tuple[Alert, ...]] = dataclasses.field(default_factory=list)
    taken_back: list[UUID] = dataclasses.field(default_factory=list)


def settle(found: Sequence[Found], known: Known, settings: RepeatSettings) -> Settlement:
    """Decide about every hit of a batch, in the reads' order, as if each read had come alone.

    Args:
        found: Reads with their hits.
        known: What is stored; see `look_up`.
        settings: The section `repeats` of the configuration.
    """
    batch = _Batch(found, known, settings)
    for number, one in enumerate(found):
        batch.settled.sent.append(tuple(batch.settle_read(one, number)))
    return batch.settled


class _Batch:
    """The reads of one transaction, and what is known as they are settled one after the other."""

    def __init__(self, found: Sequence[Found], known: Known, settings: RepeatSettings) -> None:
        self.settled = Settlement()
        self._found = found
        self._settings = settings
        self._window = timedelta(minutes=settings.window_minutes)
        self._clone_window = timedelta(minutes=settings.clone_minutes)
        self._outcomes = dict(known.settled)
        self._open = dict(known.open_alerts)
        self._sightings = known.sightings
        self._newest = dict(known.newest)
        self._arrived = known.arrived or [Arrived.NEW] * len(found)
        self._standing = StandingHits(known.raised)
        self._first = dict(known.first)

    def settle_read(self, one: Found, number: int) -> list[Alert]:
        """Decide about a read's hits, and return what is sent about them: nothing where a newer revision is known."""
        if self._arrived[number] is Arrived.LATE:
            return []
        if self._arrived[number] is Arrived.NEWER:
            return self._revise(one, number)
        return [alert for hit in one.hits for alert in self.settle(one, hit, number)]

    def _revise(self, one: Found, number: int) -> list[Alert]:
        """Take back what a read's newer revision does not fit, and decide about what it does."""
        fitting = {alert.hit.hit_id for alert in one.alerts}
        sent: list[Alert] = []
        for standing in self._standing.of(one.read.read_id):
            if standing.hit_id not in fitting:
                sent += self._take_back(one.read, standing)
        for hit in one.hits:
            alert = next((alert for alert in one.alerts if alert.hit.hit_id == hit.hit_id), None)
            is_stored = self._standing.knows(one.read.read_id, hit.hit_id)
            outcome, alert_id, more = self._revised(one.read, hit, alert, number)
            self._note(SettledHit(hit, one.read.captured_at, outcome, alert_id, is_revision=True))
            self.settled.new_hits += not is_stored
            sent += more
        return sent

    def _revised(
        self, read: PlateRead, hit: Hit, alert: Alert | None, number: int
    ) -> tuple[Outcome, UUID | None, list[Alert]]:
        """Decide about a hit of a newer revision: one that raised an alert stands for it still."""
        if alert is None:
            return Outcome.SILENT, None, []
        before = self._standing.get(read.read_id, hit.hit_id)
        if before is None or before.outcome is not Outcome.ALERTED or before.alert_id is None:
            if before is not None and before.outcome is Outcome.REVISED and before.alert_id is not None:
                alert = raised_anew(alert, revision_name(read))
            return self._decided(read, hit, alert, number, revision_name(read))
        own = self._open.get(before.alert_id)
        if own is None:  # closed: nobody looks for it any more
            return Outcome.ALERTED, before.alert_id, []
        has_picture = alert.plate_picture is not None or read.plate_image_key is not None
        told = self._newest.get(own.alert_id)
        reason = what_changed(hit, read, own, told, self._settings, has_picture=has_picture)
        clone = self._clone(read, hit, number)
        sent = self._update(alert, read, hit, own, reason, clone, revision_name(read))
        own = with_repeat(own, hit, read, has_picture=has_picture)
        self._save(own if clone is None else suspecting(own, clone.camera_id))
        return Outcome.ALERTED, own.alert_id, sent

    def _take_back(self, read: PlateRead, gone: RaisedHit) -> list[Alert]:
        """Note that a hit is none any more; its alert is taken back unless another read stands for it."""
        self._outcomes[gone.hit_id] = Outcome.REVISED
        self.settled.taken_back.append(gone.hit_id)
        self._standing.take_back(gone)
        first = None if gone.alert_id is None else self._open.get(gone.alert_id)
        if first is None:
            return []
        reason = f"the read was revised: now {read.plate or 'without a text'}"
        if self._standing.others_of(gone):
            if gone.outcome is not Outcome.ALERTED:
                return []
            reason += "; another read of the vehicle stands"
            told = self._newest.get(first.alert_id)
            if told is None:
                return []
            update = build_update(
                told,
                updates=first.alert_id,
                reason=reason,
                revision=revision_name(read),
                confirmation=first.confirmation,
            )
            self._follow(update, gone.hit_id, read.captured_at, first.alert_id)
            return [update]
        alert = self._first.get(first.alert_id)
        if alert is None:
            return []
        cancel = canceling(alert, reason, created_at=datetime.now(UTC), confirmation=first.confirmation)
        self.settled.outgoing.append(Outgoing(cancel, first.hit_id, read.captured_at, cancels=first.alert_id))
        del self._open[first.alert_id]
        return [cancel]

    def _note(self, hit: SettledHit) -> None:
        self.settled.hits.append(hit)
        self._outcomes[hit.hit.hit_id] = hit.outcome
        self._standing.add(hit)
        if hit.hit.hit_id in self.settled.taken_back:
            self.settled.taken_back.remove(hit.hit.hit_id)

    def settle(self, one: Found, hit: Hit, number: int) -> list[Alert]:
        """Decide about a hit, and return what is sent about it."""
        alert = next((alert for alert in one.alerts if alert.hit.hit_id == hit.hit_id), None)
        is_stored, before = hit.hit_id in self._outcomes, self._outcomes.get(hit.hit_id)
        if before is not None and (before is not Outcome.SILENT or alert is None):
            return [alert] if alert is not None and before is Outcome.ALERTED else []
        if alert is None:
            outcome, alert_id, sent = Outcome.SILENT, None, list[Alert]()
        else:
            outcome, alert_id, sent = self._decided(one.read, hit, alert, number)
        self._note(SettledHit(hit, one.read.captured_at, outcome, alert_id))
        self.settled.new_hits += not is_stored
        return sent

    def _decided(
        self, read: PlateRead, hit: Hit, alert: Alert, number: int, revision: str = ""
    ) -> tuple[Outcome, UUID, list[Alert]]:
        """Decide about a hit of which somebody is to be notified; return what became of it and what is sent."""
        nearby = self._nearby(hit, read)
        has_picture = alert.plate_picture is not None or read.plate_image_key is not None
        decision = decide(hit, read, nearby, self._settings, has_picture=has_picture)
        clone = self._clone(read, hit, number)
        repeated = decision.repeated
        if repeated is None:
            own = opened(alert, read, hit, has_picture=has_picture)
            sent = [self._raise(alert, read, hit, clone)]
            outcome = Outcome.ALERTED
        else:
            own = with_repeat(repeated, hit, read, has_picture=has_picture)
            sent = self._update(alert, read, hit, repeated, decision.better, clone, revision)
            outcome = Outcome.UPDATED if sent else Outcome.SUPPRESSED
        if clone is not None:
            own = suspecting(own, clone.camera_id)
        if own != repeated:
            self._save(own)
        if clone is not None:
            others = [other for other in nearby if other.alert_id != own.alert_id]
            sent += self._notices(others, read, clone)
        return outcome, own.alert_id, sent

    def _nearby(self, hit: Hit, read: PlateRead) -> list[OpenAlert]:
        """Return the entry's open alerts around a read, oldest first."""
        within = max(self._window, self._clone_window)
        nearby = [
            alert
            for alert in self._open.values()
            if alert.entry_id == hit.entry_id and abs(alert.opened_at - read.captured_at) <= within
        ]
        return sorted(nearby, key=lambda alert: (alert.opened_at, alert.alert_id))

    def _clone(self, read: PlateRead, hit: Hit, number: int) -> CloneSuspicion | None:
        if read.location is None or not self._clone_window or read.claimed_at is not None:
            return None
        seen = [*self._sightings.get(read.read_id, ()), *self._seen_before(read, number)]
        return find_clone(hit, read, seen, self._settings)

    def _seen_before(self, read: PlateRead, number: int) -> list[Sighting]:
        """Return the earlier reads of this batch that show the same number; `compare` says which of them count."""
        text = canonical_plate(read.plate)
        earlier = (one.read for one in self._found[:number])
        return [
            Sighting(other.camera_id, other.location, other.captured_at, other.stated_confidence, other.jurisdiction)
            for other in earlier
            if other.claimed_at is None and canonical_plate(other.plate) == text
        ]

    def _raise(self, alert: Alert, read: PlateRead, hit: Hit, clone: CloneSuspicion | None) -> Alert:
        raised = alert if clone is None else with_clone(alert, clone_event(clone))
        self.settled.outgoing.append(Outgoing(raised, hit.hit_id, read.captured_at))
        self._newest[raised.alert_id] = self._first[raised.alert_id] = raised
        return raised

    def _update(
        self,
        alert: Alert,
        read: PlateRead,
        hit: Hit,
        first: OpenAlert,
        better: str,
        clone: CloneSuspicion | None,
        revision: str,
    ) -> list[Alert]:
        """Send what a repeat tells that is new; an earlier suspicion stays in it."""
        is_news = clone is not None and clone.camera_id not in first.suspected_cameras
        reasons = [better, CLONE_REASON if is_news else ""]
        if not any(reasons):
            return []
        reason = "; ".join(reason for reason in reasons if reason)
        update = build_update(
            alert, updates=first.alert_id, reason=reason, revision=revision, confirmation=first.confirmation
        )
        newest = self._newest.get(first.alert_id)
        if clone is not None:
            update = with_clone(update, clone_event(clone))
        elif first.suspected_cameras and newest is not None and newest.clone is not None:
            update = with_clone(update, newest.clone)
        self._follow(update, hit.hit_id, read.captured_at, first.alert_id)
        return [update]

    def _notices(self, others: Sequence[OpenAlert], read: PlateRead, clone: CloneSuspicion) -> list[Alert]:
        """Tell the officers of the alerts that the other vehicle raised where it was seen."""
        sent = []
        for other in others:
            newest = self._newest.get(other.alert_id)
            if newest is None or read.camera_id in other.suspected_cameras or not self._raised_by(other, clone):
                continue
            notice = build_clone_notice(
                newest,
                first=other.alert_id,
                first_hit=other.hit_id,
                clone=clone_event(mirrored(clone, read)),
                created_at=datetime.now(UTC),
            )
            self._follow(notice, notice.hit.hit_id, newest.read.captured_at, other.alert_id)
            self._save(suspecting(other, read.camera_id))
            sent.append(notice)
        return sent

    def _follow(self, alert: Alert, hit_id: UUID, captured_at: datetime, first: UUID) -> None:
        self.settled.outgoing.append(Outgoing(alert, hit_id, captured_at, first))
        self._newest[first] = alert

    def _save(self, alert: OpenAlert) -> None:
        self._open[alert.alert_id] = self.settled.chains[alert.alert_id] = alert

    def _raised_by(self, alert: OpenAlert, clone: CloneSuspicion) -> bool:
        return abs(alert.opened_at - clone.captured_at) <= self._window and is_same_place(
            alert.camera_id, alert.location, clone.camera_id, clone.location, self._settings.same_place_meters
        )
