"""What cars sent, as arrivals: the same ones that the car had, so that read, hits and alerts have the same ids."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from ingest.inbox_place import CAR_SOURCE
from ingest.server.car_reads import REFUSED, batch_message, car_read, reads_in
from pipeline.health.board import HealthBoard
from pipeline.published.arriving import arrival_of
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import until_available
from schemas.arrivals import Arrival, HandedOver, Receipt
from schemas.errors import InvalidInput
from schemas.types import PlateRead
from storage.quarantine.quarantine import QuarantinedMessage
from storage.spool.messages import Message

log = logging.getLogger(__name__)

VENDOR = "platewatch"
DOING = "quarantining messages"


class CarRecords(Protocol):
    """What is known of cars and of what was recorded of them."""

    def cameras_of(self, car_id: str) -> frozenset[str]:
        """Return a car's cameras; none where there is no such car."""
        ...

    def others(self, reads: Sequence[PlateRead]) -> set[UUID]:
        """Return the ids of those reads that are stored as another camera's."""
        ...


class Keeps(Protocol):
    """Keeps messages that cannot be used; `storage.quarantine.Quarantine` is one."""

    def add(self, message: Message, vendor: str, reason: str) -> None:
        """Keep a message with the reason."""
        ...

    def failed_again(self, number: int, reason: str) -> None:
        """Note why a message cannot be used this time either."""
        ...


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """The receipt of a message whose reads are being recorded."""

    receipt: Receipt
    reads: tuple[UUID, ...]
    forget: Callable[[Iterable[UUID]], None]

    def acknowledge(self, rejection: str | None) -> None:
        """Acknowledge the message; see `Receipt`."""
        self.receipt.acknowledge(rejection)
        self.forget(self.reads)


class CarMessages:
    """Hands reads of cars over, and keeps those that cannot be used where a person finds them.

    Args:
        agency_id: Whose reads are taken.
        records: What is known of cars.
        arrivals: To the recorder.
        quarantine: Where reads go that cannot be used.
        board: Told how the cars do.
    """

    def __init__(
        self, agency_id: str, records: CarRecords, arrivals: ArrivalQueue, quarantine: Keeps, board: HealthBoard | None
    ) -> None:
        self._agency_id = agency_id
        self._records = records
        self._arrivals = arrivals
        self._quarantine = quarantine
        self._board = board
        self._under_way: dict[UUID, Message] = {}
        self._lock = threading.Lock()

    @staticmethod
    def takes(message: Message) -> bool:
        """Return whether a message is a car's."""
        return message.source.startswith(CAR_SOURCE)

    def process(
        self, message: Message, receipt: Receipt, stop: threading.Event, before: QuarantinedMessage | None
    ) -> None:
        """Hand a message's reads over.

        Args:
            message: The message.
            receipt: What is acknowledged once all of them are stored or kept.
            stop: Ends it early.
            before: The message in the quarantine that it is, where it is tried again.

        Raises:
            Stopped: The run was stopped before everything was handed over.
        """
        reason = message.headers.get(REFUSED)
        try:
            bodies = reads_in(message)
            if reason is not None and before is None:
                raise InvalidInput(reason)
        except InvalidInput as error:
            self._keep(message, str(error), stop, before)
            if before is None:
                receipt.acknowledge(None)
            return
        found, bad = self._usable(message, bodies, receipt, stop, before)
        for body, why in bad:
            single = batch_message(message.source.removeprefix(CAR_SOURCE), message.received_at, [body], why)
            self._keep(single, why, stop, before)
        if before is not None and not found:
            return
        under_way = _UnderWay(receipt, tuple(one.read.read_id for one in found), self._forget)
        with self._lock:
            for one in found:
                self._under_way[one.read.read_id] = message
        for one in found:
            self._arrivals.put(Arrival(one.read, one.pictures, under_way, one.clock, one.arrived_at))
        self._arrivals.put(HandedOver(under_way))
        self._count(message, processed=1, reads=len(found))

    def refuse(self, read: PlateRead, reason: str) -> bool:
        """Keep a read that the database does not take; called from the recorder's thread.

        Returns:
            Whether it is a car's.

        Raises:
            TransientError: It cannot be kept now.
        """
        with self._lock:
            message = self._under_way.get(read.read_id)
        if message is None:
            return False
        wanted = str(read.read_id).encode()
        bodies = [body for body in reads_in(message) if wanted in body]
        car_id = message.source.removeprefix(CAR_SOURCE)
        for body in bodies:
            self._quarantine.add(batch_message(car_id, message.received_at, [body], reason), VENDOR, reason)
        self._count(message, quarantined=len(bodies))
        return True

    def _usable(
        self,
        message: Message,
        bodies: Sequence[bytes],
        receipt: Receipt,
        stop: threading.Event,
        before: QuarantinedMessage | None,
    ) -> tuple[list[Arrival], list[tuple[bytes, str]]]:
        """Return the arrivals of a message, and what of it cannot be used with the reasons."""
        now = datetime.now(UTC)
        car_id = message.source.removeprefix(CAR_SOURCE)
        # Asked anew, also of what the server has let in: a camera may be another car's by now.
        cameras = until_available(lambda: self._records.cameras_of(car_id), stop, doing="asking for cars' cameras")
        found: list[tuple[bytes, Arrival]] = []
        bad: list[tuple[bytes, str]] = []
        for body in bodies:
            understood = functools.partial(car_read, body, cameras, agency_id=self._agency_id, now=now)
            try:
                found.append((body, arrival_of(understood, receipt)))
            except InvalidInput as error:
                bad.append((body, str(error)))
        reads = [one.read for _, one in found]
        others = until_available(lambda: self._records.others(reads), stop, doing="asking whose reads are stored")
        bad += [
            (body, "the read's id is that of another camera's read")
            for body, one in found
            if one.read.read_id in others
        ]
        return [one for _, one in found if one.read.read_id not in others], bad

    def _keep(self, message: Message, reason: str, stop: threading.Event, before: QuarantinedMessage | None) -> None:
        if before is not None:
            number = before.message_number
            until_available(lambda: self._quarantine.failed_again(number, reason), stop, doing=DOING)
            return
        until_available(lambda: self._quarantine.add(message, VENDOR, reason), stop, doing=DOING)
        self._count(message, quarantined=1)
        log.warning("%s: a read could not be used and is quarantined (platewatch quarantine)", message.source)

    def _forget(self, reads: Iterable[UUID]) -> None:
        with self._lock:
            for read_id in reads:
                self._under_way.pop(read_id, None)

    def _count(self, message: Message, **counts: int) -> None:
        if self._board is not None:
            self._board.count_source(message.source, VENDOR, **counts)
            self._board.source(message.source, VENDOR, last_message_at=message.received_at)
