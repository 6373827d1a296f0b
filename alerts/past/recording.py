"""Matches of stored reads are written: hits that are new, and the alerts about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from alerts.past.build import PastAlerts
from alerts.past.matches import MatchGroup, PastMatch, grouped
from alerts.settling.recording import write_settlement
from alerts.settling.settle import Outgoing, Settlement
from policy.decisions import Policy
from schemas.audit import AuditRecord
from schemas.plates import canonical_plate
from schemas.settings import Settings
from schemas.settling import Outcome, SettledHit
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.reads.past import ListProgress

GROUPS_AT_ONCE = 100
"""Entries and plates whose matches are written in one transaction, which holds a lock for each of their plates."""


class PastRecorder:
    """Writes what is new about entries' matches with stored reads.

    Args:
        database: An open database.
        settings: The configuration.
        policy: The law's gate.
    """

    def __init__(self, database: Database, settings: Settings, policy: Policy) -> None:
        self._database = database
        self._ledger = Ledger(database)
        self._topic = settings.alert_topic
        self._policy = policy
        self._alerts = PastAlerts(settings)

    def record(
        self,
        matches: Sequence[PastMatch],
        now: datetime,
        progress: ListProgress | None = None,
        audit: AuditRecord | None = None,
    ) -> tuple[int, int]:
        """Write the hits that are not stored yet, and an alert about each entry and plate; the oldest first.

        Args:
            matches: All matches of some entries.
            now: The time of matching, aware.
            progress: How far this brings a list; written once everything else is.
            audit: Who asked for it; written down in the first transaction, before anything else can be.

        Returns:
            How many hits and alerts are new.

        Raises:
            TransientError: What was written before stays so; do the same again.
        """
        groups = list(reversed(grouped(matches)))
        hits = alerts = 0
        for start in range(0, max(len(groups), 1), GROUPS_AT_ONCE):
            some = groups[start : start + GROUPS_AT_ONCE]
            is_last = start + GROUPS_AT_ONCE >= len(groups)
            new_hits, new_alerts = self._record(some, now, progress if is_last else None, audit if start == 0 else None)
            hits, alerts = hits + new_hits, alerts + new_alerts
        if alerts:
            number_alerts(self._database)
        return hits, alerts

    def _record(
        self, groups: Sequence[MatchGroup], now: datetime, progress: ListProgress | None, audit: AuditRecord | None
    ) -> tuple[int, int]:
        # Before the transaction: an image store may be slow, and others wait for these plates meanwhile.
        pictures = {
            group.shown.read.read_id: self._alerts.picture(group.shown.read)
            for group in groups
            if self._is_loud(group.shown)
        }
        matches = [match for group in groups for match in group.all]
        with self._ledger.begin() as unit:
            unit.write_down(audit)
            # Readers of the same plates wait: nobody may decide at the same time what becomes of the same hits.
            unit.lock_plates({canonical_plate(match.listed.entry.plate) for match in matches})
            known = unit.settled_hits([match.hit.hit_id for match in matches])
            new = [match for match in matches if match.hit.hit_id not in known]
            settlement = self._decided(new, now, pictures)
            alerts = write_settlement(unit, settlement, self._topic)
            if progress is not None:
                unit.set_progress(progress)
        return len(new), alerts

    def _decided(self, new: Sequence[PastMatch], now: datetime, pictures: dict[UUID, bytes | None]) -> Settlement:
        """Return new hits with what becomes of them, and the alerts, oldest first."""
        ends: dict[UUID, tuple[Outcome, UUID]] = {}
        settlement = Settlement()
        for group in reversed(grouped(match for match in new if self._is_loud(match))):
            alert = self._alerts.build(group, now, pictures.get(group.shown.read.read_id))
            settlement.outgoing.append(Outgoing(alert, group.shown.hit.hit_id, group.shown.read.captured_at))
            ends |= {match.hit.hit_id: (Outcome.SUPPRESSED, alert.alert_id) for match in group.all}
            ends[group.shown.hit.hit_id] = (Outcome.ALERTED, alert.alert_id)
        for match in new:
            outcome, alert_id = ends.get(match.hit.hit_id, (Outcome.SILENT, None))
            settlement.hits.append(SettledHit(match.hit, match.read.captured_at, outcome, alert_id, is_past=True))
        return settlement

    def _is_loud(self, match: PastMatch) -> bool:
        return match.hit.alerts and self._policy.may_notify(match.listed.entry.category)
