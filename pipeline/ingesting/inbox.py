"""The stage that turns the inbox's messages into arrivals: parsed by their vendor's adapter, or quarantined."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ingest.inbox_place import INBOX_FILE
from ingest.server.reads import vendor_message
from ingest.vendors.adapter import Parsed
from ingest.vendors.arrivals import Arrivals, ReportedArrival, camera_of
from ingest.vendors.passes import COUNTER_LASTS, LONGEST, Passes
from ingest.vendors.registry import adapter_of, with_zone
from ingest.vendors.secrets import without_secrets
from pipeline.health.board import HealthBoard
from pipeline.ingesting.from_cars import CarMessages, CarRecords
from pipeline.ingesting.pictures import UrlPictures
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import Stopped, until_available
from pipeline.stages.stage import SteppedStage
from schemas.arrivals import Receipt
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.settings import IngestSource, Settings
from schemas.types import PlateRead
from storage.quarantine.quarantine import QuarantinedMessage
from storage.spool.messages import Message
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
PAUSE_SECONDS = 0.1
SAID_AGAIN_SECONDS = 60.0
REMEMBERED = COUNTER_LASTS + LONGEST
"""How old a reader's passes are that may still go on after a start."""
MOST_RECALLED = 20_000
RETRY_STEPS = 20
"""So many pauses lie between two looks for quarantined messages that are to be tried again."""


class Unreadable(Protocol):
    """Keeps messages that could not be understood; `storage.quarantine.Quarantine` is one."""

    def add(self, message: Message, vendor: str, reason: str) -> None:
        """Keep a message with the reason."""
        ...

    def to_retry(self, after: int, limit: int) -> list[QuarantinedMessage]:
        """Return messages that are to be tried again, oldest first."""
        ...

    def failed_again(self, number: int, reason: str) -> None:
        """Note why a message could not be understood this time either."""
        ...

    def remove(self, number: int) -> bool:
        """Delete a message that was understood this time."""
        ...


Recall = Callable[[str, str, datetime], list[PlateRead]]
"""Returns what a vendor's reader reported since a time, oldest first."""


@dataclasses.dataclass(frozen=True, slots=True)
class MessageReceipt:
    """The receipt of a message in the inbox: what is acknowledged is deleted with others soon, at the next start at
    the latest: a message that is processed again gives the same reads."""

    number: int
    acknowledged: Callable[[int], None]

    def acknowledge(self, rejection: str | None) -> None:
        """Have the message deleted; see `Receipt`."""
        self.acknowledged(self.number)


@dataclasses.dataclass(frozen=True, slots=True)
class RetryReceipt:
    """The receipt of a quarantined message that was tried again."""

    number: int
    quarantine: Unreadable

    def acknowledge(self, rejection: str | None) -> None:
        """Delete the message; see `Receipt`."""
        self.quarantine.remove(self.number)


class InboxStage(SteppedStage):
    """Takes messages in their order and hands their reads over. What cannot be understood stops nobody else.

    Args:
        settings: The configuration: the sources.
        quarantine: Where messages go that cannot be understood.
        recall: Knows what readers reported lately.
        arrivals: To whatever makes reads permanent.
        board: Told how the sources do.
        until_done: End once the inbox is empty.
        cars: What is known of patrol cars; None: this process has no database.
    """

    name = "inbox"
    trouble = "messages of other readers are not processed"

    def __init__(
        self,
        settings: Settings,
        quarantine: Unreadable,
        recall: Recall,
        arrivals: ArrivalQueue,
        board: HealthBoard,
        *,
        until_done: bool = False,
        cars: CarRecords | None = None,
    ) -> None:
        super().__init__()
        self.board = board
        self._cars = None if cars is None else CarMessages(settings.agency_id, cars, arrivals, quarantine, board)
        self._until_done = until_done
        self._reads_topic = settings.kafka.reads_topic
        self._quarantine = quarantine
        self._spool = Spool(settings.data_dir / INBOX_FILE, durable=False)
        self._pictures = UrlPictures(arrivals)
        self._recall_reads = recall
        self._passes = Passes()
        self._recalled: set[tuple[str, str]] = set()
        self._arrivals = Arrivals(settings.agency_id, settings.ingest.unknown_confidence, self._passes)
        self._sources: dict[str, IngestSource] = {}
        self._last = self._last_retried = self._idle_steps = 0
        self._said_at: dict[str, float] = {}
        self._done: list[int] = []
        self._lock = threading.Lock()
        self._has_discarded = False
        self.take_anew(settings)

    def take_anew(self, settings: Settings) -> None:
        """Take other sources; called from any thread."""
        zone = settings.time_zone or "UTC"
        sources = {source.id: with_zone(source, zone) for source in settings.ingest.sources}
        for source in sources.values():
            if self.board is not None:
                self.board.source(source.id, source.vendor)
        if self.board is not None:
            self.board.keep_sources(sources)
        self._sources = sources

    def step(self, stop: threading.Event) -> float:
        """Hand over what is there, and try quarantined messages again that a person asked for.

        Raises:
            TransientError: The inbox or the database is away.
        """
        self.settle()
        taken = self._spool.take(self._last, MOST_AT_ONCE)
        for one in taken:
            receipt = MessageReceipt(one.number, self._acknowledged)
            self._process(one.message, receipt, stop, None)
            self._last = one.number
            if stop.is_set():
                return 0.0
        if taken:
            self._idle_steps = 0
            return 0.0
        if self._idle_steps % RETRY_STEPS == 0:
            self._retry(stop)
            self._rest()
        self._idle_steps += 1
        return PAUSE_SECONDS

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, or with `until_done` until the inbox is empty."""
        if not self._until_done:
            super().run(stop)
            return
        while not stop.is_set():
            if self.step(stop) > 0:
                return

    def settle(self) -> None:
        """Delete the messages that were acknowledged; at the end of a run once more, when everything is recorded.

        Raises:
            TransientError: The inbox is busy.
        """
        with self._lock:
            done, self._done = self._done, []
        if not done:
            return
        try:
            self._spool.discard(done)
            self._has_discarded = True
        except TransientError:
            with self._lock:
                self._done += done
            raise

    def refuse(self, read: PlateRead, reason: str) -> None:
        """Keep a car's read that the database does not take; called from the recorder's thread.

        Raises:
            InvalidInput: It is no car's: a person has to look at it.
            TransientError: It cannot be kept now.
        """
        if self._cars is None or not self._cars.refuse(read, reason):
            raise InvalidInput(f"read {read.read_id} of camera {read.camera_id}: {reason}")

    def end(self) -> None:
        """Fetch no more pictures."""
        self._pictures.close()

    def close(self) -> None:
        """Delete what was acknowledged, when nothing is recorded any more."""
        try:
            self.settle()
            self._rest()
        except PlatewatchError as error:
            log.debug("processed messages are deleted at the next start: %s", error)
        self._spool.close()

    def _acknowledged(self, number: int) -> None:
        with self._lock:
            self._done.append(number)

    def _rest(self) -> None:
        """Say what waits, and give the room of what was processed back, with its bytes."""
        waiting = self._spool.waiting()
        for source in self._sources.values():
            if self.board is not None:
                found = waiting.get(source.id)
                self.board.source(source.id, source.vendor, waiting=0 if found is None else found.count)
        if self._has_discarded and not waiting:
            self._has_discarded = not self._spool.compact()

    def _retry(self, stop: threading.Event) -> None:
        waiting = self._quarantine.to_retry(self._last_retried, MOST_AT_ONCE)
        # A message of the reads topic is a matcher's to try again.
        ours = [one for one in waiting if one.source_id != self._reads_topic]
        self._last_retried = waiting[-1].message_number if len(waiting) == MOST_AT_ONCE else 0
        for one in ours:
            self._process(one.message, RetryReceipt(one.message_number, self._quarantine), stop, one)

    def _process(
        self, message: Message, receipt: Receipt, stop: threading.Event, before: QuarantinedMessage | None
    ) -> None:
        if self._cars is not None and self._cars.takes(message):
            self._cars.process(message, receipt, stop, before)
            return
        source = self._sources.get(message.source)
        try:
            if source is None:
                raise InvalidInput("no such source is configured; add it to [[ingest.sources]] and retry")
            parsed = self._parsed(message, source)
            self._recall(parsed, source, message, stop)
            found = self._arrivals.of(parsed, source, message.received_at)
        except (InvalidInput, ConfigurationError) as error:
            self._reject(message, receipt, str(error), stop, before)
            return
        except (Stopped, TransientError):
            raise
        except Exception as error:
            log.debug("an adapter failed", exc_info=True)
            reason = f"could not be read for an unexpected reason ({type(error).__name__}); please report this"
            self._reject(message, receipt, reason, stop, before)
            return
        self._count(source, processed=1, reads=len(found), without_plate=parsed.without_plate)
        self._note_signs(source, message, parsed, found)
        self._pictures.hand_over(found, source, receipt)

    def _recall(self, parsed: Parsed, source: IngestSource, message: Message, stop: threading.Event) -> None:
        """Have the passes of readers that report for the first time since the start go on where they were."""
        cameras = {(source.id, camera_of(source, read.camera)) for read in parsed.reads} - self._recalled
        if not cameras:
            return
        times = [read.captured_at for read in parsed.reads if read.captured_at is not None]
        since = min([*times, message.received_at]) - REMEMBERED
        for camera in sorted(cameras):
            reads = until_available(
                lambda camera_id=camera[1]: self._recall_reads(source.vendor, camera_id, since),  # type: ignore[misc]
                stop,
                doing="asking for readers' last passes",
            )
            self._passes.remember(source.id, reads)
        if len(self._recalled) > MOST_RECALLED:
            self._recalled.clear()
        self._recalled |= cameras

    def _parsed(self, message: Message, source: IngestSource) -> Parsed:
        return adapter_of(source.vendor).parse(vendor_message(message), source)

    def _note_signs(self, source: IngestSource, message: Message, parsed: Parsed, found: list[ReportedArrival]) -> None:
        if self.board is None:
            return
        at = message.received_at
        for sign in parsed.signs:
            self.board.signs.sign(source.id, camera_of(source, sign.camera), at, sign.fps, sign.problem)
        for one in found:
            self.board.signs.read(source.id, one.read.camera_id, at)
        reads = {"last_read_at": at} if found else {}
        self.board.source(source.id, source.vendor, last_message_at=at, **reads)

    def _reject(
        self,
        message: Message,
        receipt: Receipt,
        reason: str,
        stop: threading.Event,
        before: QuarantinedMessage | None,
    ) -> None:
        source = self._sources.get(message.source)
        vendor = "" if source is None else source.vendor
        if before is not None:
            until_available(
                lambda: self._quarantine.failed_again(before.message_number, reason),
                stop,
                doing="quarantining messages",
            )
            return
        cleaned = dataclasses.replace(message, body=without_secrets(message.body))
        until_available(lambda: self._quarantine.add(cleaned, vendor, reason), stop, doing="quarantining messages")
        receipt.acknowledge(None)
        self._say(message.source)
        if source is not None:
            self._count(source, quarantined=1)
            if self.board is not None:
                self.board.source(source.id, source.vendor, last_message_at=message.received_at)

    def _say(self, source_id: str) -> None:
        """Log a source's quarantined messages now and then: there may be thousands, each as wrong as the other."""
        now = time.monotonic()
        if now - self._said_at.get(source_id, float("-inf")) >= SAID_AGAIN_SECONDS:
            self._said_at[source_id] = now
            log.warning("source %s: messages could not be used and are quarantined (platewatch quarantine)", source_id)

    def _count(self, source: IngestSource, **counts: int) -> None:
        if self.board is not None:
            self.board.count_source(source.id, source.vendor, **counts)
