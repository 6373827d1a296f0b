"""The stage that publishes reads, and acknowledges whatever handed them over once the broker has them."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from alerts.producer import AlertProducer, Delivery, Fate
from alerts.relay import waves
from pipeline.broker import BrokerAddress
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.outgoing.book import Held, HeldMessages
from pipeline.outgoing.prepared import Preparer, from_spool, smaller
from pipeline.outgoing.refused import RefusedReads
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.stage import SteppedStage
from schemas.arrivals import Arrival, HandedOver
from schemas.errors import BrokerUnavailable, InvalidInput, TransientError
from schemas.events import AlarmKind
from schemas.settings import Settings
from storage.reads.images import ImageStore
from storage.spool.messages import SpooledMessage
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

MOST_HELD = 200
"""Messages of each of the two ways in that are held at a time; the others wait where they are."""
IDLE_SECONDS = 0.05
PATIENCE_SECONDS = 0.05
ENDING_SECONDS = 2.0
"""How long a service that was told to end tries to publish what it holds; the rest comes again at the next start."""


class PublisherStage(SteppedStage):
    """Publishes what the queue and the spool hold.

    What came from a file is acknowledged once the broker has it, and read again at the next start otherwise; what lies
    in the spool is deleted then. Either may be published twice, under one id, after a crash.

    Args:
        settings: The configuration.
        kafka: Gives where to publish; asked anew after every outage.
        arrivals: What can be asked for again: of files, and of the inbox.
        spool: What cannot; a connection of its own.
        refused: Takes what cannot be published as it is.
        preparer: Makes messages of arrivals.
        nothing_comes: Says whether nothing will come any more.
        counters: The service's counts.
        board: Told of which cameras something was published.
        published: Told of arrivals that the broker has.
    """

    name = "publisher"
    trouble = "reads are not published"
    recovery = "reads are published again"
    alarm = AlarmKind.BROKER
    patience_seconds = 0.0
    longest_pause_seconds = 5.0

    def __init__(
        self,
        settings: Settings,
        kafka: BrokerAddress,
        arrivals: ArrivalQueue,
        spool: Spool,
        refused: RefusedReads,
        preparer: Preparer,
        nothing_comes: Callable[[], bool],
        counters: Counters,
        board: HealthBoard,
        published: Callable[[Sequence[Arrival]], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self.board = board
        self._kafka = kafka
        self._topic = settings.kafka.reads_topic
        self._keep = preparer.keep
        self._arrivals = arrivals
        self._spool = spool
        self._refused = refused
        self._preparer = preparer
        self._nothing_comes = nothing_comes
        self._counters = counters
        self._published = published
        self._held = HeldMessages(settings.edge.picture_wait_seconds, ImageStore(settings).is_waiting)
        self._last = 0
        self._taken: deque[Arrival | HandedOver] = deque()
        self._discards: list[int] = []
        self._producer: AlertProducer | None = None
        self._where = "no address yet"
        self._asked = threading.Event()
        self._asked_at: float | None = None
        self._over = threading.Event()
        self._is_elsewhere = False

    def take_anew(self, kafka: BrokerAddress) -> None:
        """Publish elsewhere, or with other passwords and certificates, from the next batch on."""
        self._kafka = kafka
        self._is_elsewhere = True

    def run(self, stop: threading.Event) -> None:
        """Publish until nothing is left and nothing will come, or a moment after `stop` was set."""
        self._asked = stop
        super().run(self._over)

    def step(self, stop: threading.Event) -> float:
        """Take in what is there, and publish what is ready.

        Raises:
            BrokerUnavailable: No broker answers, or none acknowledges; it says how many reads wait.
            TransientError: The spool, or who waits for a receipt, is busy.
        """
        if self._is_over():
            return 0.0
        self._take_in()
        self._acknowledge()
        ready = list(self._held.ready())
        if ready:
            self._publish(ready)
            self._acknowledge()
        # The queue was waited for, unless so much is held that nothing was taken from it.
        return IDLE_SECONDS if not ready and self._held.arrivals >= MOST_HELD else 0.0

    def rest(self, seconds: float, stop: threading.Event) -> None:
        """Wait for the next step; not after the end."""
        deadline = time.monotonic() + seconds
        while not self._is_over() and (left := deadline - time.monotonic()) > 0:
            self._over.wait(min(left, 0.2))

    def end(self) -> None:
        """Close the connection to the broker."""
        self._close()

    def waiting(self) -> int:
        """Return how many messages this stage holds."""
        return len(self._held)

    def _is_over(self) -> bool:
        if self._asked.is_set() and self._asked_at is None:
            self._asked_at = time.monotonic()
        is_late = self._asked_at is not None and time.monotonic() - self._asked_at > ENDING_SECONDS
        is_done = self._nothing_comes() and self._arrivals.empty() and self._is_idle()
        if is_done or (is_late and self._nothing_comes()):
            self._over.set()
        return self._over.is_set()

    def _is_idle(self) -> bool:
        return self._held.is_idle and not self._taken and not self._spool.take(self._last, 1)

    def _take_in(self) -> None:
        self._discard()
        oldest = datetime.now(UTC) - self._keep
        for one in self._held.older_than(oldest):
            self._held.settle(one)  # the law has ended it, or is about to
        room = MOST_HELD - (len(self._held) - self._held.arrivals)
        for stored in self._spool.take(self._last, room) if room > 0 else ():
            self._hold(stored, oldest)
            self._last = stored.number
        if self._held.arrivals < MOST_HELD and not self._taken:
            self._taken += self._arrivals.take(MOST_HELD - self._held.arrivals, PATIENCE_SECONDS)
        # One by one: what fails is there at the next step, and so is what came behind it.
        while self._taken:
            work = self._taken[0]
            if isinstance(work, Arrival):
                arrival = self._preparer.lawful(work)
                message = self._preparer.prepare_or_say(arrival)
                if message is not None:
                    self._held.add(message, arrival)
            else:
                self._held.hand_over(work)
            self._taken.popleft()

    def _hold(self, stored: SpooledMessage, oldest: datetime) -> None:
        try:
            message = from_spool(stored.message)
        except InvalidInput as error:
            log.error("%s; it stays where it is until reads of its time end", error)
            return
        if message.captured_at >= oldest:
            self._held.add(message, number=stored.number)

    def _publish(self, ready: Sequence[Held]) -> None:
        by_row = {id(one.message.row): one for one in ready}
        held: set[str] = set()
        reason = ""
        for wave in waves([one.message.row for one in ready]):
            rows = [row for row in wave if row.key not in held]
            for delivery in self._deliver([by_row[id(row)] for row in rows]):
                if delivery.fate is Fate.WAITING:
                    held.add(delivery.message.key)
                    reason = reason or delivery.reason
        if reason:
            # Whatever the cause, the next try reads passwords and certificates anew.
            self._close()
            raise BrokerUnavailable(f"kafka at {self._where} did not acknowledge ({reason}); {self._waiting_text()}")

    def _deliver(self, batch: Sequence[Held]) -> list[Delivery]:
        if not batch:
            return []
        try:
            deliveries = self._open().publish([one.message.row for one in batch], self._asked)
        except BrokerUnavailable as error:
            self._close()
            raise BrokerUnavailable(f"{error}; {self._waiting_text()}") from error
        taken = [one for one, delivery in zip(batch, deliveries, strict=True) if delivery.fate is Fate.PUBLISHED]
        self._settle(taken)
        for one, delivery in zip(batch, deliveries, strict=True):
            if delivery.fate is Fate.REFUSED:
                self._retry_smaller(one, delivery.reason)
        return deliveries

    def _settle(self, taken: Sequence[Held]) -> None:
        """Have forgotten what the broker has, wherever it came from."""
        self._discards += [one.number for one in taken if one.number is not None]
        self._discard()
        self._published([one.arrival for one in taken if one.arrival is not None])
        passes: Counter[str] = Counter()
        for one in taken:
            self._held.settle(one)
            passes[one.message.camera_id] += one.message.counts
        self._counters.add("reads", sum(passes.values()))
        if self.board is not None and passes:
            self.board.recorded(passes)

    def _retry_smaller(self, one: Held, reason: str) -> None:
        """Leave out what makes a message large and can be left out; one with nothing to leave out is kept here."""
        less = smaller(one.message)
        if less is not None:
            one.message = less
        else:
            self._refuse(one, reason)

    def _refuse(self, one: Held, reason: str) -> None:
        self._refused.add(one.message, reason)
        self._counters.add("rejected_items")
        if one.number is not None:
            self._discards.append(one.number)
        self._held.settle(one)

    def _discard(self) -> None:
        """Delete what was published from the spool; a disk that is full must not have it published again and again."""
        if not self._discards:
            return
        try:
            self._spool.discard(self._discards)
        except TransientError as error:
            log.debug("published reads are deleted later: %s", error)
        else:
            self._discards.clear()

    def _acknowledge(self) -> None:
        while (work := self._held.complete()) is not None:
            work.receipt.acknowledge(work.rejection)
            self._held.acknowledged(work)
            if work.rejection is not None:
                self._counters.add("rejected_items")

    def _open(self) -> AlertProducer:
        if self._is_elsewhere:
            self._is_elsewhere = False
            self._close()
        if self._producer is None:
            kafka = self._kafka()
            self._where = ", ".join(kafka.bootstrap_servers)
            self._producer = AlertProducer(
                kafka,
                kafka.bootstrap_servers,
                retention_days=self._keep / timedelta(days=1),
                waits_for_rights=True,
            )
            self._producer.prepare([self._topic])
        return self._producer

    def _close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()

    def _waiting_text(self) -> str:
        spooled = sum(one.count for one in self._spool.waiting().values())
        count = spooled + self._held.arrivals
        return f"{count} {'read waits' if count == 1 else 'reads wait'} on this machine, and files are read later"
