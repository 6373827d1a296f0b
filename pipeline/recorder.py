"""The last stage of one machine's way: match passes, keep pictures, and write reads, hits and alerts together."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from alerts.build import build_alert
from pipeline.counters import Counters
from pipeline.live_matcher import LiveMatcher
from pipeline.repeats import Found, Recorded, SettledRecords
from pipeline.retry import Stopped, until_available
from pipeline.second_opinion import open_second_opinions
from pipeline.second_opinion_waiting import WaitingPass, WaitingRoom
from pipeline.work import ItemFinished, PassSeen, Work, WorkQueue
from policy.decisions import open_policy
from recognition.pictures.annotate import encode_jpeg
from recognition.reading.second_reader import plate_in_picture
from schemas.errors import InvalidInput, TransientError
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Hit, PlateRead, SecondReading
from storage.database import Database
from storage.item_ledger import ItemLedger
from storage.reads.images import ImageStore, image_key
from storage.reads.records import Records

log = logging.getLogger(__name__)

BATCH = 50
PATIENCE_SECONDS = 0.25
"""A read waits at most this long for others to share its transaction."""

WAITING_PATIENCE_SECONDS = 0.05
"""The same while an alert waits for its second reading, which it should not wait for any longer than it has to."""

Observer = Callable[[PlateRead, Sequence[Alert]], None]
"""Told of every recorded read and the alerts and updates that it raised, after the transaction."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A read with what may follow from it, not yet written; `plate_picture` is a JPEG."""

    found: Found
    plate_picture: bytes


class Recorder:
    """Takes vehicle passes from the queue and makes them permanent.

    A pass's read, its hits and its alerts' outbox rows are one transaction, in which repeats are told from news; an
    item is marked finished in or after the transaction of its last pass, so that a stopped run starts the item again
    and derived ids make that harmless.
    A pass that is about to raise an alert is read again first; the other passes do not wait for it.

    Args:
        settings: The configuration.
        database: The open database.
        matcher: The active hotlists.
        counters: The run's counts.
        observer: Told what was recorded (the demo's table).

    Raises:
        ConfigurationError: A second reader is asked for and not installed, or the law profile does not fit.
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
        self._policy = open_policy(settings)
        if settings.policy.also_notify:
            opened = ", ".join(settings.policy.also_notify)
            log.warning("policy.also_notify opens %s: %s", opened, settings.policy.also_notify_reason)
        self._records = SettledRecords(Records(database), settings)
        self._ledger = ItemLedger(database)
        self._images = ImageStore(settings)
        self._matcher = matcher
        self._counters = counters
        self._observer = observer
        self._pictures_lost = False
        self._opinions = open_second_opinions(settings.alerts)
        self._waiting = WaitingRoom()

    def run(self, work_queue: WorkQueue, stop: threading.Event, cameras_done: Callable[[], bool]) -> None:
        """Record until the run is stopped, or the cameras are done, and the queue is empty."""
        with self._opinions or contextlib.nullcontext():
            while True:
                batch = work_queue.take(BATCH, WAITING_PATIENCE_SECONDS if self._waiting else PATIENCE_SECONDS)
                if batch or self._waiting.ready:
                    try:
                        self._record(batch, stop)
                    except Stopped:
                        log.warning(
                            "stopped while the database was away; unfinished files are read again at the next start"
                        )
                        return
                elif cameras_done() and work_queue.empty() and not self._waiting:
                    return

    def _record(self, batch: Sequence[Work], stop: threading.Event) -> None:
        until_available(self._matcher.refresh, stop, doing="loading hotlists")
        prepared = [
            *self._prepare_new([work for work in batch if isinstance(work, PassSeen)], stop),
            *self._prepare_waiting(stop),
        ]
        # Asked after the passes that leave the waiting room: an item may end with them.
        finished = self._waiting.complete([work for work in batch if isinstance(work, ItemFinished)])
        recorded = until_available(
            lambda: self._records.write(
                [done.found for done in prepared], finished=[work.item for work in finished if work.rejected is None]
            ),
            stop,
            doing="recording reads",
        )
        for work in finished:
            if work.rejected is not None:
                reject = functools.partial(self._ledger.reject, work.item, work.rejected)
                until_available(reject, stop, doing="recording rejects")
                self._counters.add("rejected_items")
        self._count(prepared, recorded)
        if self._observer is not None:
            for done, alerts in zip(prepared, recorded.alerts, strict=True):
                self._observer(done.found.read, alerts)

    def _count(self, prepared: Sequence[Prepared], recorded: Recorded) -> None:
        self._counters.add("reads", len(prepared))
        self._counters.add("new_reads", recorded.outcome.reads)
        self._counters.add("alerts", recorded.outcome.alerts)
        for done in prepared:
            for hit in done.found.hits:
                self._counters.add(f"hits.{hit.tier.value}")
            self._counters.add("silent_hits", len(done.found.hits) - len(done.found.alerts))

    def _prepare_new(self, passes: Sequence[PassSeen], stop: threading.Event) -> Iterator[Prepared]:
        """Match passes; those about to raise an alert go to the second reader and into the waiting room instead."""
        for seen in passes:
            done = until_available(functools.partial(self._prepare_pass, seen), stop, doing="matching")
            if done.found.alerts and self._opinions is not None:
                read = done.found.read
                box = plate_in_picture(seen.vehicle_pass)
                opinion = self._opinions.ask(seen.vehicle_pass.plate_picture, box, read)
                self._waiting.add(WaitingPass(seen.item, read, done.plate_picture, len(done.found.alerts), opinion))
            else:
                yield done

    def _prepare_waiting(self, stop: threading.Event) -> Iterator[Prepared]:
        """Match again, with what the second reader saw, the passes that need not wait any longer."""
        for waiting in self._waiting.leave():
            read = with_second_reading(waiting.read, waiting.opinion.reading)
            again = functools.partial(self._prepare, read, waiting.plate_picture)
            done = until_available(again, stop, doing="matching")
            if len(done.found.alerts) != waiting.alerts:
                log.info(
                    "read %s: %d alerts after the second reading, %d before it",
                    read.read_id,
                    len(done.found.alerts),
                    waiting.alerts,
                )
            yield done

    def _prepare_pass(self, seen: PassSeen) -> Prepared:
        """Keep the pass's pictures, match its read and build its alerts."""
        plate_picture = encode_jpeg(seen.vehicle_pass.plate_picture, self._settings.images.jpeg_quality)
        return self._prepare(self._keep_pictures(seen, plate_picture), plate_picture)

    def _prepare(self, read: PlateRead, plate_picture: bytes) -> Prepared:
        try:
            hits = self._matcher.match(read)
        except InvalidInput as error:
            log.warning("read %s is kept but cannot be matched: %s", read.read_id, error)
            self._counters.add("unmatched_reads")
            hits = []
        found = [self._alert(read, hit, plate_picture) for hit in hits]
        alerts = tuple(alert for alert in found if alert is not None)
        return Prepared(Found(read, tuple(hits), alerts), plate_picture)

    def _alert(self, read: PlateRead, hit: Hit, plate_picture: bytes) -> Alert | None:
        entry = self._matcher.entry(hit)
        if entry is None or not hit.alerts or not self._policy.may_notify(entry.category):
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


def with_second_reading(read: PlateRead, reading: SecondReading | None) -> PlateRead:
    """Return a read with what a second reader saw; its state, where it names one, takes the place of the read's.

    Args:
        read: The read.
        reading: The second reader's, or None where there is none.
    """
    if reading is None:
        return read
    # The first reader judges by looks and serial alone; the second one's state comes from the plate's words too.
    if reading.jurisdiction is not None:
        read = dataclasses.replace(
            read, jurisdiction=reading.jurisdiction, jurisdiction_confidence=reading.jurisdiction_confidence
        )
    return dataclasses.replace(read, second_reading=reading)
