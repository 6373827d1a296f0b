"""The last stage of a read's way: matched, read again where it is about to alert, and written with hits and alerts."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from alerts.build import build_alert
from alerts.settling.found import Found, Recorded
from alerts.settling.recording import SettledReads
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.recording.clocks import ClockWatch
from pipeline.recording.pictures import PictureKeeper
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.second_opinion import no_opinion, open_second_opinions
from pipeline.recording.waiting import WaitingArrival, WaitingRoom
from pipeline.stages.liveness import beat
from pipeline.stages.retry import Stopped, until_available
from policy.collection import Attribute
from policy.decisions import Policy, open_policy
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.errors import InvalidInput
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Hit, PlateRead, SecondReading
from storage.alerts.unit_of_work import Ledger
from storage.database import Database

log = logging.getLogger(__name__)

BATCH = 50
PATIENCE_SECONDS = 0.25
"""A read waits at most this long for others to share its transaction."""

WAITING_PATIENCE_SECONDS = 0.05
"""The same while an alert waits for its second reading, which it should not wait for any longer than it has to."""

Observer = Callable[[PlateRead, Sequence[Alert]], None]
"""Told of every recorded read and the alerts and updates that it raised, after the transaction."""


class Recorder:
    """Takes arrivals from the queue and makes them permanent; it asks nobody where they came from.

    A read, its hits and its alerts' outbox rows are one transaction, in which repeats are told from news. A receipt is
    acknowledged after the commit of its last arrival, so that a stopped run gets them again, and derived ids make that
    harmless. A read that is about to raise an alert is read again first; the others do not wait for it.

    Args:
        settings: The configuration.
        database: The open database.
        matcher: The active hotlists.
        arrivals: Where reads come from.
        is_last: Says whether nothing will come any more.
        counters: The run's counts.
        observer: Told what was recorded (the demo's table).
        board: Told whether pictures are kept, and of which cameras something was read.

    Raises:
        ConfigurationError: A second reader is asked for and not installed, or the law profile does not fit.
    """

    name = "recorder"

    def __init__(
        self,
        settings: Settings,
        database: Database,
        matcher: LiveMatcher,
        arrivals: ArrivalQueue,
        is_last: Callable[[], bool],
        counters: Counters,
        observer: Observer | None = None,
        board: HealthBoard | None = None,
    ) -> None:
        self._settings = settings
        self._policy = open_policy(settings)
        if settings.policy.also_notify:
            opened = ", ".join(settings.policy.also_notify)
            log.warning("policy.also_notify opens %s: %s", opened, settings.policy.also_notify_reason)
        self._reads = SettledReads(Ledger(database), settings)
        self._clocks = ClockWatch(settings, database, self._policy.retention)
        self._pictures = PictureKeeper(settings, counters, board)
        self._matcher = matcher
        self._arrivals = arrivals
        self._is_last = is_last
        self._counters = counters
        self._observer = observer
        self._board = board
        self._opinions = open_second_opinions(settings.alerts)
        self._waiting = WaitingRoom()

    def run(self, stop: threading.Event) -> None:
        """Record until the run is stopped, or nothing will come any more, and the queue is empty."""
        with self._opinions or contextlib.nullcontext():
            while True:
                beat()
                batch = self._arrivals.take(BATCH, WAITING_PATIENCE_SECONDS if self._waiting else PATIENCE_SECONDS)
                if batch or self._waiting.ready:
                    try:
                        self._record(batch, stop)
                    except Stopped:
                        log.warning(
                            "stopped while the database was away; unfinished files are read again at the next start"
                        )
                        return
                elif self._is_last() and self._arrivals.empty() and not self._waiting:
                    return

    def _record(self, batch: Sequence[Arrival | HandedOver], stop: threading.Event) -> None:
        until_available(self._matcher.refresh, stop, doing="loading hotlists")
        prepared = [
            *self._prepare_new([work for work in batch if isinstance(work, Arrival)], stop),
            *self._prepare_waiting(stop),
        ]
        # Asked after the arrivals that leave the waiting room: a receipt may be complete with them.
        complete = self._waiting.complete([work for work in batch if isinstance(work, HandedOver)])
        recorded = until_available(lambda: self._reads.record(prepared), stop, doing="recording reads")
        for work in complete:
            acknowledge = functools.partial(work.receipt.acknowledge, work.rejection)
            until_available(acknowledge, stop, doing="acknowledging what was recorded")
            if work.rejection is not None:
                self._counters.add("rejected_items")
        self._pictures.confirm(found.read for found in prepared)
        self._clocks.tell(stop)
        self._count(prepared, recorded)
        if self._board is not None:
            self._board.recorded(_passes(found.read for found in prepared))
        if self._observer is not None:
            for found, alerts in zip(prepared, recorded.sent, strict=True):
                self._observer(found.read, alerts)

    def _count(self, prepared: Sequence[Found], recorded: Recorded) -> None:
        # A pass counts once, when it is finished; what its finished revision is a hit of, too.
        finished = [found for found in prepared if found.read.is_final]
        self._counters.add("reads", len(finished))
        self._counters.add("new_reads", recorded.reads)
        self._counters.add("alerts", recorded.alerts)
        for found in finished:
            for hit in found.hits:
                self._counters.add(f"hits.{hit.tier.value}")
            self._counters.add("silent_hits", len(found.hits) - len(found.alerts))

    def _prepare_new(self, arrivals: Sequence[Arrival], stop: threading.Event) -> Iterator[Found]:
        """Match arrivals; those about to raise an alert go to the second reader and into the waiting room instead."""
        for new in arrivals:
            arrival = self._clocks.date(_lawful(new, self._policy))
            found = None
            if arrival.better_pictures_follow:
                found = until_available(functools.partial(self._find, arrival), stop, doing="matching")
            if found is None or found.hits:
                arrival = arrival.with_read(self._pictures.keep(arrival))
                found = until_available(functools.partial(self._find, arrival), stop, doing="matching")
            picture = arrival.pictures.plate
            about = frozenset((arrival.read.read_id, *(hit.entry_id for hit in found.hits)))
            if found.alerts and picture is not None and self._opinions is not None:
                opinion = self._opinions.ask(
                    picture, arrival.pictures.plate_box, arrival.read, is_early=arrival.better_pictures_follow
                )
                self._waiting.add(WaitingArrival(arrival, len(found.alerts), opinion, about))
            elif self._waiting.holds(arrival.read.read_id):
                self._waiting.add(WaitingArrival(arrival, len(found.alerts), no_opinion(), about))
            else:
                yield found

    def _prepare_waiting(self, stop: threading.Event) -> Iterator[Found]:
        """Match again, with what the second reader saw, the arrivals that need not wait any longer."""
        for waiting in self._waiting.leave():
            read = with_second_reading(waiting.arrival.read, waiting.opinion.reading)
            again = functools.partial(self._find, waiting.arrival.with_read(read))
            found = until_available(again, stop, doing="matching")
            if len(found.alerts) != waiting.alerts:
                log.info(
                    "read %s: %d alerts after the second reading, %d before it",
                    read.read_id,
                    len(found.alerts),
                    waiting.alerts,
                )
            yield found

    def _find(self, arrival: Arrival) -> Found:
        """Match an arrival's read and build its alerts."""
        read = arrival.read
        try:
            hits = self._matcher.match(read)
        except InvalidInput as error:
            log.warning("read %s is kept but cannot be matched: %s", read.read_id, error)
            self._counters.add("unmatched_reads")
            hits = []
        # What another reader saw may help to tell whether it is a hit, and need not be kept for that.
        kept = arrival.with_read(self._policy.kept(read))
        found = [self._alert(kept, hit) for hit in hits]
        return Found(kept.read, tuple(hits), tuple(alert for alert in found if alert is not None))

    def _alert(self, arrival: Arrival, hit: Hit) -> Alert | None:
        entry = self._matcher.entry(hit)
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


def _passes(reads: Iterable[PlateRead]) -> Counter[str]:
    """Return how many passes reads are of, by camera: an early read of ours is one that its finished pass counts."""
    passes: Counter[str] = Counter()
    for read in reads:
        passes[read.camera_id] += read.is_final or read.report is not None
    return passes


def _lawful(arrival: Arrival, policy: Policy) -> Arrival:
    """Return an arrival with what the law lets be collected, so that nothing else is used, stored or sent on."""
    lawful = arrival.with_read(policy.kept(arrival.read))
    return lawful if policy.collection.permits(Attribute.PICTURES) else dataclasses.replace(lawful, pictures=Pictures())


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
