"""Other vendors' readers at the edge: what of their messages is kept without a database."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from ingest.vendors.passes import COUNTER_LASTS, LONGEST
from schemas.arrivals import Arrival
from schemas.convert import read_from_event, read_to_event
from schemas.events import PlateReadEvent
from schemas.types import PlateRead
from storage.quarantine.quarantine import QuarantinedMessage
from storage.spool.messages import Message
from storage.spool.spool import Spool

AT_ONCE = 500
REMEMBERED = COUNTER_LASTS + LONGEST
MOST_REPORTED = 20_000


class UnreadableMessages:
    """Messages that could not be understood: kept on this machine, and tried again at the next start. Threads share it.

    Args:
        spool: Where; a connection of its own.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._lock = threading.Lock()

    def add(self, message: Message, vendor: str, reason: str) -> None:
        """Keep a message.

        Raises:
            TransientError: It cannot be stored now.
        """
        # Why it was not understood is said anew whenever it is tried.
        with self._lock:
            self._spool.add([message])

    def to_retry(self, after: int, limit: int) -> list[QuarantinedMessage]:
        """Return none: what is to be tried again lies in the inbox again."""
        return []

    def failed_again(self, number: int, reason: str) -> None:
        """Do nothing; see `to_retry`."""

    def remove(self, number: int) -> bool:
        """Do nothing; see `to_retry`."""
        return False

    def put_back(self, inbox: Spool) -> None:
        """Have all of them tried again.

        Args:
            inbox: What is processed next.

        Raises:
            TransientError: They cannot be moved now; some may be in both places, which changes nothing.
        """
        with self._lock:
            last = 0
            while taken := self._spool.take(last, AT_ONCE):
                inbox.add([one.message for one in taken])
                last = taken[-1].number
                self._spool.discard([one.number for one in taken])

    def count(self) -> int:
        """Return how many there are.

        Raises:
            TransientError: Nobody can tell now.
        """
        with self._lock:
            return sum(one.count for one in self._spool.waiting().values())

    def close(self) -> None:
        """Close the file."""
        self._spool.close()


class ReportedLately:
    """What other vendors' readers reported lately, so that a vehicle which is in view over a restart stays one read.

    For one thread after another: filled by what publishes, asked by what processes messages.

    Args:
        spool: Where; a connection of its own.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._lock = threading.Lock()
        self._added = 0

    def note(self, arrivals: Sequence[Arrival]) -> None:
        """Keep those that a vendor's reader reported.

        Raises:
            TransientError: They cannot be stored now.
        """
        reported = [one for one in arrivals if one.read.report is not None]
        if not reported:
            return
        with self._lock:
            self._spool.add([_message(one) for one in reported])
            self._added += len(reported)
            if self._added >= AT_ONCE:
                self._added = 0
                self._spool.end(datetime.now(UTC) - REMEMBERED)

    def recall(self, vendor: str, camera_id: str, since: datetime) -> list[PlateRead]:
        """Return the newest reads that a vendor's reader reported, oldest first; see `storage.reads.recent`.

        Raises:
            TransientError: They cannot be looked up now.
        """
        with self._lock:
            kept = self._spool.take(0, MOST_REPORTED)
        reads: list[PlateRead] = []
        for one in kept:
            if one.message.source != camera_id or one.message.path != vendor:
                continue
            try:
                read = read_from_event(PlateReadEvent.model_validate_json(one.message.body))
            except ValidationError:
                continue  # of another version
            if read.captured_at >= since:
                reads.append(read)
        return sorted(reads, key=lambda read: read.captured_at)

    def close(self) -> None:
        """Close the file."""
        self._spool.close()


def _message(arrival: Arrival) -> Message:
    read = arrival.read
    report = read.report
    vendor = "" if report is None else report.vendor
    # What the vendor said besides is of no use here.
    less = read if report is None else dataclasses.replace(read, report=dataclasses.replace(report, payload=None))
    return Message(
        source=read.camera_id,
        received_at=arrival.arrived_at,
        body=read_to_event(less).model_dump_json().encode(),
        path=vendor,
    )
