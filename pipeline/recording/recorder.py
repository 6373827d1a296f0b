"""The last stage of a read's way: matched, read again where it is about to alert, and written with hits and alerts."""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from alerts.settling.found import Found, Recorded
from alerts.settling.recording import SettledReads
from alerts.settling.unit import Units
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.recording.alarming import AlarmKeeper
from pipeline.recording.clocks import ClockWatch
from pipeline.recording.evidence import Evidence
from pipeline.recording.finding import Finder
from pipeline.recording.lawful import lawful
from pipeline.recording.pace import CAMERAS, Pace
from pipeline.recording.pictures import PictureKeeper
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.second_opinion import no_opinion
from pipeline.recording.waiting import WaitingArrival, WaitingRoom
from pipeline.stages.liveness import beat
from pipeline.stages.retry import Stopped, until_available
from policy.decisions import open_policy
from schemas.arrivals import Arrival, HandedOver
from schemas.errors import InvalidInput
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import PlateRead, SecondReading

log = logging.getLogger(__name__)

Observer = Callable[[PlateRead, Sequence[Alert]], None]
"""Told of every recorded read and the alerts and updates that it raised, after the transaction."""

Refused = Callable[[PlateRead, str], None]
"""Told of a read that cannot be stored, and why; keeps it, or raises TransientError to be asked again."""


class Recorder:
    """Takes arrivals from the queue and makes them permanent; it asks nobody where they came from.

    A read, its hits and its alerts' outbox rows are one transaction, in which repeats are told from news. A receipt is
    acknowledged after the commit of its last arrival, so that a stopped run gets them again, and derived ids make that
    harmless. A read that is about to raise an alert is read again first; the others do not wait for it.

    Args:
        settings: The configuration.
        units: Where transactions are begun.
        alarms: Where alarms are kept.
        matcher: The active hotlists.
        arrivals: Where reads come from.
        is_last: Says whether nothing will come any more.
        counters: The run's counts.
        observer: Told what was recorded (the demo's table).
        board: Told whether pictures are kept, and of which cameras something was read.
        pace: How many share a transaction.
        fetches: Whether pictures that other machines kept are fetched for alerts.
        refused: Takes reads that cannot be stored; None: one ends the run, as a person has to look at it.

    Raises:
        ConfigurationError: A second reader is asked for and not installed, or the law profile does not fit.
    """

    name = "recorder"

    def __init__(
        self,
        settings: Settings,
        units: Units,
        alarms: AlarmKeeper,
        matcher: LiveMatcher,
        arrivals: ArrivalQueue,
        is_last: Callable[[], bool],
        counters: Counters,
        observer: Observer | None = None,
        board: HealthBoard | None = None,
        *,
        pace: Pace = CAMERAS,
        fetches: bool = False,
        refused: Refused | None = None,
    ) -> None:
        self._settings = settings
        self._policy = open_policy(settings)
        if settings.policy.also_notify:
            opened = ", ".join(settings.policy.also_notify)
            log.warning("policy.also_notify opens %s: %s", opened, settings.policy.also_notify_reason)
        self._reads = SettledReads(units, settings)
        self._clocks = ClockWatch(settings, alarms, self._policy.retention)
        self._pictures = PictureKeeper(settings, counters, board)
        self._matcher = matcher
        self._arrivals = arrivals
        self._is_last = is_last
        self._counters = counters
        self._observer = observer
        self._board = board
        self._pace = pace
        self._refused = refused
        self._finder = Finder(settings, self._policy, matcher, counters)
        self._evidence = Evidence(settings, counters, fetches=fetches)
        self._waiting = WaitingRoom()
        self._batch = 0

    def run(self, stop: threading.Event) -> None:
        """Record until the run is stopped, or nothing will come any more, and the queue is empty."""
        pace = self._pace
        with self._evidence:
            while True:
                beat()
                patience = pace.waiting_seconds if self._waiting else pace.idle_seconds
                batch = self._arrivals.take(pace.most, patience, gathers=pace.gathers)
                if batch or self._waiting.ready:
                    try:
                        self._record(batch, stop)
                    except Stopped:
                        log.warning(
                            "stopped while the database was away; what is not recorded comes again at the next start"
                        )
                        return
                elif self._is_last() and self._arrivals.empty() and not self._waiting:
                    return

    def _record(self, batch: Sequence[Arrival | HandedOver], stop: threading.Event) -> None:
        until_available(self._matcher.refresh, stop, doing="loading hotlists")
        self._batch += 1
        prepared = self._prepare_new([work for work in batch if isinstance(work, Arrival)], stop)
        self._evidence.join(self._waiting.opinions_of(self._batch))
        prepared += self._prepare_waiting(stop)
        # Asked after the arrivals that leave the waiting room: a receipt may be complete with them.
        complete = self._waiting.complete([work for work in batch if isinstance(work, HandedOver)])
        self._arrivals.make_room()
        recorded = self._stored(prepared, stop)
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

    def _stored(self, prepared: Sequence[Found], stop: threading.Event) -> Recorded:
        """Store reads with their hits; one that cannot be stored costs no other one."""
        try:
            return until_available(lambda: self._reads.record(prepared), stop, doing="recording reads")
        except InvalidInput as error:
            if self._refused is None:
                raise
            if len(prepared) == 1:
                refuse = functools.partial(self._refused, prepared[0].read, f"it cannot be stored: {error}")
                until_available(refuse, stop, doing="keeping what cannot be stored")
                return Recorded(0, 0, 0, [()])
        middle = len(prepared) // 2
        halves = [self._stored(half, stop) for half in (prepared[:middle], prepared[middle:])]
        return Recorded(
            sum(half.reads for half in halves),
            sum(half.hits for half in halves),
            sum(half.alerts for half in halves),
            [sent for half in halves for sent in half.sent],
        )

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

    def _prepare_new(self, arrivals: Sequence[Arrival], stop: threading.Event) -> list[Found]:
        """Match arrivals; those about to raise an alert go to the second reader and into the waiting room instead."""
        dated = [self._clocks.date(lawful(new, self._policy)) for new in arrivals]
        found_hits = self._finder.hits([one.read for one in dated])
        asked = functools.partial(self._finder.entries, [hit for hits in found_hits for hit in hits])
        entries = until_available(asked, stop, doing="matching")
        prepared = []
        for arrival, hits in zip(dated, found_hits, strict=True):
            if hits or not arrival.better_pictures_follow:
                arrival = arrival.with_read(self._pictures.keep(arrival))
            found = self._finder.found(arrival, hits, entries)
            about = frozenset((arrival.read.read_id, *(hit.entry_id for hit in found.hits)))
            opinion = self._evidence.asked_for(arrival) if found.alerts else None
            if opinion is None and self._waiting.holds(arrival.read.read_id):
                opinion = no_opinion()
            if opinion is not None:
                self._waiting.add(WaitingArrival(arrival, found, opinion, about, self._batch))
            else:
                prepared.append(found)
        return prepared

    def _prepare_waiting(self, stop: threading.Event) -> Iterator[Found]:
        """Match again, with what the second reader saw, the arrivals that need not wait any longer.

        Nothing can be different for those of this batch of which it said nothing.
        """
        for waiting in self._waiting.leave():
            if waiting.batch == self._batch and waiting.opinion.reading is None:
                yield self._finder.pictured(waiting.found, waiting.opinion.picture)
                continue
            read = with_second_reading(waiting.arrival.read, waiting.opinion.reading)
            arrival = _with_picture(waiting.arrival, waiting.opinion.picture).with_read(read)
            again = functools.partial(self._finder.find, arrival)
            found = until_available(again, stop, doing="matching")
            if len(found.alerts) != len(waiting.found.alerts):
                log.info(
                    "read %s: %d alerts after the second reading, %d before it",
                    read.read_id,
                    len(found.alerts),
                    len(waiting.found.alerts),
                )
            yield found


def _passes(reads: Iterable[PlateRead]) -> Counter[str]:
    """Return how many passes reads are of, by camera: an early read of ours is one that its finished pass counts."""
    passes: Counter[str] = Counter()
    for read in reads:
        passes[read.camera_id] += read.is_final or read.report is not None
    return passes


def _with_picture(arrival: Arrival, plate: bytes | None) -> Arrival:
    """Return an arrival with the picture that was fetched for it, if one was."""
    if plate is None:
        return arrival
    return dataclasses.replace(arrival, pictures=dataclasses.replace(arrival.pictures, plate=plate))


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
