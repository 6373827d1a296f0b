"""Stored reads against entries that are new: where has this vehicle been in the last days?"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from alerts.past.build import as_of_now
from alerts.past.matches import MatchGroup, PastMatch, grouped
from alerts.past.recording import PastRecorder
from matcher.characters.slots import MIN_PLATE_LENGTH
from matcher.match import Matcher
from matcher.past.blocks import TEXT_BYTES
from matcher.past.counted_index import CountedIndex
from matcher.past.room import leaves_room
from matcher.past.sieve import PastSieve
from policy.decisions import open_policy
from policy.traffic import matching_settings
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import HotlistEntry
from storage.database import Database
from storage.reads.past import ListedEntry, ListProgress, PastReads, PastText

log = logging.getLogger(__name__)

READS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """What matching entries with stored reads came to.

    `entries` were matched with the reads since `since`; `reads` of these were near enough to be matched one by one.
    `hits` and `alerts` count what is new. `found` has everything, also what was known before.
    """

    since: datetime
    entries: int = 0
    reads: int = 0
    hits: int = 0
    alerts: int = 0
    found: tuple[MatchGroup, ...] = ()


class PastMatching:
    """Matches entries with stored reads. Doing it again, or while the same reads are matched live, changes nothing.

    Args:
        database: An open database.
        settings: The configuration.

    Raises:
        ConfigurationError: The law profile does not fit, or the image store cannot be used.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._history = PastReads(database)
        self._settings = settings
        self._policy = open_policy(settings)
        self._recorder = PastRecorder(database, settings, self._policy)

    def since(self, now: datetime, days: int | None = None) -> datetime:
        """Return how far back reads may be matched: never further than the law lets them be kept.

        Args:
            now: The present, aware.
            days: So many days; None: the settings'.
        """
        wanted = timedelta(days=self._settings.matching.historical_days if days is None else days)
        return now - min(wanted, self._policy.retention.reads)

    def match(
        self,
        entries: Sequence[ListedEntry],
        as_of: Mapping[str, datetime],
        *,
        days: int | None = None,
        progress: ListProgress | None = None,
        stop: threading.Event | None = None,
        audit: AuditRecord | None = None,
    ) -> PastOutcome:
        """Match entries with the reads of the last days; store the hits and raise the alerts.

        Entries that are not yet or no longer valid now are left out. Otherwise a read counts whatever the entry's
        dates: it was added because of what happened before.

        Args:
            entries: Active entries.
            as_of: Date of each list's content.
            days: How far back; None: the settings'.
            progress: Stored with the hits.
            stop: Set it to end early; nothing is stored then.
            audit: Who asked for it, written down before anything that was found.

        Raises:
            DatabaseUnavailable: Nothing was stored, or the answer was lost; do the same again.
            TransientError: `stop` was set.
        """
        now, started = datetime.now(UTC), time.perf_counter()
        since = self.since(now, days)
        listed = {one.entry.entry_id: one for one in entries if _is_valid(one.entry, now)}
        near = self._near_reads(listed, since, now, stop) if listed and since < now else []
        matches = self._matches(near, listed, as_of, now)
        hits, alerts = self._recorder.record(matches, now, progress, audit)
        log.info(
            "%d entries matched with the reads since %s in %.1f s: %d reads compared, %d new hits, %d alerts",
            len(listed),
            since.isoformat(timespec="minutes"),
            time.perf_counter() - started,
            len(near),
            hits,
            alerts,
        )
        return PastOutcome(since, len(listed), len(near), hits, alerts, tuple(grouped(matches)))

    def note(self, progress: ListProgress) -> None:
        """Note how far a list's entries are done, where none of them has to be matched.

        Raises:
            DatabaseUnavailable: It was not noted, or the answer was lost; do the same again.
        """
        self._recorder.record((), datetime.now(UTC), progress)

    def _near_reads(
        self, listed: Mapping[UUID, ListedEntry], since: datetime, until: datetime, stop: threading.Event | None
    ) -> list[PastText]:
        """Return the reads whose text is near a listed plate and whose evidence leaves room for it."""
        sieve = PastSieve(one.entry.plate for one in listed.values())
        texts: dict[str, tuple[str, ...]] = {}
        for block in self._history.texts(since, shortest=MIN_PLATE_LENGTH, width=TEXT_BYTES, stop=stop):
            texts |= sieve.candidates(block)
        if not texts:
            return []
        reads = self._history.characters(list(texts), since, until, stop=stop)
        return [read for read in reads if leaves_room(read.canonical, read.characters, texts[read.canonical])]

    def _matches(
        self, near: Sequence[PastText], listed: Mapping[UUID, ListedEntry], as_of: Mapping[str, datetime], now: datetime
    ) -> list[PastMatch]:
        entries = (one.entry._replace(valid_from=None, valid_until=None) for one in listed.values())
        index = CountedIndex.of(entries, as_of, self._history.active_entries())
        matcher = Matcher(index, matching_settings(self._settings))
        found: list[PastMatch] = []
        for start in range(0, len(near), READS_AT_ONCE):
            reads = self._history.reads(near[start : start + READS_AT_ONCE])
            for read, hits in zip(reads, matcher.match_batch(reads), strict=True):
                if isinstance(hits, InvalidInput):
                    log.debug("stored read %s cannot be matched: %s", read.read_id, hits)
                    continue
                found += [PastMatch(read, as_of_now(hit, now), listed[hit.entry_id]) for hit in hits]
        return found


def _is_valid(entry: HotlistEntry, now: datetime) -> bool:
    begun = entry.valid_from is None or entry.valid_from <= now
    return begun and (entry.valid_until is None or now < entry.valid_until)
