"""What arrivals are hits of, and the alerts that this would raise."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from alerts.build import build_alert, with_picture
from alerts.settling.found import Found
from pipeline.counters import Counters
from pipeline.lists.live_matcher import LiveMatcher
from policy.decisions import Policy
from schemas.arrivals import Arrival
from schemas.errors import InvalidInput
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Hit, HotlistEntry, PlateRead

log = logging.getLogger(__name__)


class Finder:
    """Matches reads, and builds their alerts.

    Args:
        settings: The configuration.
        policy: What the law lets be kept and notified.
        matcher: The active hotlists.
        counters: The run's counts.
    """

    def __init__(self, settings: Settings, policy: Policy, matcher: LiveMatcher, counters: Counters) -> None:
        self._settings = settings
        self._policy = policy
        self._matcher = matcher
        self._counters = counters

    def hits(self, reads: Sequence[PlateRead]) -> list[Sequence[Hit]]:
        """Return each read's hits; one whose text cannot be matched has none, which is said."""
        found = self._matcher.match_batch(reads)
        return [self._usable(read, hits) for read, hits in zip(reads, found, strict=True)]

    def find(self, arrival: Arrival) -> Found:
        """Match an arrival's read and build its alerts.

        Raises:
            DatabaseUnavailable: The lists cannot be asked for its entries.
        """
        (hits,) = self.hits([arrival.read])
        return self.found(arrival, hits, self.entries(hits))

    def entries(self, hits: Iterable[Hit]) -> Mapping[UUID, HotlistEntry]:
        """Return the entries of those hits that alert, by id; none of those that were withdrawn meanwhile.

        Raises:
            DatabaseUnavailable: The lists cannot be asked.
        """
        return self._matcher.entries(hit for hit in hits if hit.alerts)

    def found(self, arrival: Arrival, hits: Sequence[Hit], entries: Mapping[UUID, HotlistEntry]) -> Found:
        """Build the alerts of an arrival's hits.

        Args:
            arrival: The arrival.
            hits: Its read's hits.
            entries: What `entries` says of them.
        """
        # What another reader saw may help to tell whether it is a hit, and need not be kept for that.
        kept = arrival.with_read(self._policy.kept(arrival.read))
        alerts = [self._alert(kept, hit, entries.get(hit.entry_id)) for hit in hits]
        return Found(kept.read, tuple(hits), tuple(alert for alert in alerts if alert is not None))

    def pictured(self, found: Found, picture: bytes | None) -> Found:
        """Return what was found, with a picture of the plate that came after its alerts were built."""
        if picture is None or not self._settings.alerts.embed_plate_picture:
            return found
        return dataclasses.replace(found, alerts=tuple(with_picture(alert, picture) for alert in found.alerts))

    def _usable(self, read: PlateRead, hits: list[Hit] | InvalidInput) -> Sequence[Hit]:
        if not isinstance(hits, InvalidInput):
            return hits
        log.warning("read %s is kept but cannot be matched: %s", read.read_id, hits)
        self._counters.add("unmatched_reads")
        return ()

    def _alert(self, arrival: Arrival, hit: Hit, entry: HotlistEntry | None) -> Alert | None:
        if entry is None or not hit.alerts or not self._policy.may_notify(entry.category):
            return None
        return build_alert(
            arrival.read,
            hit,
            entry,
            agency_id=self._settings.agency_id,
            created_at=datetime.now(UTC),
            plate_picture=arrival.pictures.plate if self._settings.alerts.embed_plate_picture else None,
        )
