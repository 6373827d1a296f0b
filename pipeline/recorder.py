"""The last stage of one machine's way: match passes, keep pictures, and write reads, hits and alerts together."""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from alerts.build import build_alert, outbox_message
from pipeline.counters import Counters
from pipeline.live_matcher import LiveMatcher
from pipeline.retry import Stopped, until_available
from pipeline.work import ItemFinished, PassSeen, Work, WorkQueue
from recognition.annotate import encode_jpeg
from schemas.errors import InvalidInput, TransientError
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Hit, PlateRead
from storage.database import Database
from storage.images import ImageStore, image_key
from storage.records import OutboxMessage, ReadRecord, Records
from storage.sources import SourceLedger

log = logging.getLogger(__name__)

BATCH = 50
PATIENCE_SECONDS = 0.25
"""A read waits at most this long for others to share its transaction."""

Observer = Callable[[PlateRead, Sequence[Alert]], None]
"""Told of every recorded read and the alerts it raised, after the transaction."""


class Recorder:
    """Takes vehicle passes from the queue and makes them permanent.

    A pass's read, its hits and its alerts' outbox rows are one transaction; an item is marked finished in or after the
    transaction of its last pass, so that a stopped run starts the item again and derived ids make that harmless.

    Args:
        settings: The configuration.
        database: The open database.
        matcher: The active hotlists.
        counters: The run's counts.
        observer: Told what was recorded (the demo's table).
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        matcher: LiveMatcher,
        counters: Counters,
        observer: Observer | None = None,
    ) -> None:
        self._settings = settings
        self._records = Records(database)
        self._ledger = SourceLedger(database)
        self._images = ImageStore(settings)
        self._matcher = matcher
        self._counters = counters
        self._observer = observer
        self._pictures_lost = False

    def run(self, work_queue: WorkQueue, stop: threading.Event, cameras_done: Callable[[], bool]) -> None:
        """Record until the run is stopped, or the cameras are done, and the queue is empty."""
        while True:
            batch = work_queue.take(BATCH, PATIENCE_SECONDS)
            if batch:
                try:
                    self._record(batch, stop)
                except Stopped:
                    log.warning(
                        "stopped while the database was away; unfinished files are read again at the next start"
                    )
                    return
            elif cameras_done() and work_queue.empty():
                return

    def _record(self, batch: Sequence[Work], stop: threading.Event) -> None:
        passes = [work for work in batch if isinstance(work, PassSeen)]
        finished = [work for work in batch if isinstance(work, ItemFinished)]
        until_available(self._matcher.refresh, stop, doing="loading hotlists")
        prepared = [until_available(functools.partial(self._prepare, seen), stop, doing="matching") for seen in passes]
        outcome = until_available(
            lambda: self._records.write(
                [record for record, _ in prepared], finished=[work.item for work in finished if work.rejected is None]
            ),
            stop,
            doing="recording reads",
        )
        for work in finished:
            if work.rejected is not None:
                reject = functools.partial(self._ledger.reject, work.item, work.rejected)
                until_available(reject, stop, doing="recording rejects")
                self._counters.add("rejected_items")
        self._count(prepared, outcome.reads, outcome.alerts)
        if self._observer is not None:
            for record, alerts in prepared:
                self._observer(record.read, alerts)

    def _count(self, prepared: Sequence[tuple[ReadRecord, list[Alert]]], new_reads: int, new_alerts: int) -> None:
        self._counters.add("reads", len(prepared))
        self._counters.add("new_reads", new_reads)
        self._counters.add("alerts", new_alerts)
        for record, alerts in prepared:
            for hit in record.hits:
                self._counters.add(f"hits.{hit.tier.value}")
            self._counters.add("silent_hits", len(record.hits) - len(alerts))

    def _prepare(self, seen: PassSeen) -> tuple[ReadRecord, list[Alert]]:
        """Keep the pass's pictures, match its read and build its alerts."""
        quality = self._settings.images.jpeg_quality
        plate_picture = encode_jpeg(seen.vehicle_pass.plate_picture, quality)
        read = self._keep_pictures(seen, plate_picture)
        try:
            hits = self._matcher.match(read)
        except InvalidInput as error:
            log.warning("read %s is kept but cannot be matched: %s", read.read_id, error)
            self._counters.add("unmatched_reads")
            hits = []
        alerts: list[Alert] = []
        messages: list[OutboxMessage] = []
        for hit in hits:
            alert = self._alert(read, hit, plate_picture)
            if alert is not None:
                alerts.append(alert)
                messages.append(outbox_message(alert, self._settings.alert_topic))
        return ReadRecord(read=read, hits=tuple(hits), messages=tuple(messages)), alerts

    def _alert(self, read: PlateRead, hit: Hit, plate_picture: bytes) -> Alert | None:
        entry = self._matcher.entry(hit)
        if entry is None or entry.category in self._settings.alerts.silent_categories:
            return None
        return build_alert(
            read,
            hit,
            entry,
            agency_id=self._settings.agency_id,
            created_at=datetime.now(UTC),
            plate_picture=plate_picture if self._settings.alerts.embed_plate_picture else None,
        )

    def _keep_pictures(self, seen: PassSeen, plate_picture: bytes) -> PlateRead:
        """Store the pictures and return the read with their keys.

        A full disk or an image store that does not answer costs the pictures, never the read or its alerts.
        """
        read = seen.vehicle_pass.read
        plate_key = image_key(read, "plate")
        context_key: str | None = None
        try:
            self._images.save(plate_key, plate_picture)
            if self._settings.images.keep_context:
                context = encode_jpeg(seen.vehicle_pass.context_picture, self._settings.images.jpeg_quality)
                context_key = image_key(read, "context")
                self._images.save(context_key, context)
        except TransientError as error:
            if not self._pictures_lost:
                log.error("pictures are not kept: %s; reads and alerts go on without them", error)
            self._pictures_lost = True
            self._counters.add("lost_pictures")
            return read
        if self._pictures_lost:
            log.info("pictures are kept again")
            self._pictures_lost = False
        return dataclasses.replace(read, plate_image_key=plate_key, context_image_key=context_key)
