"""A read that is ready to be published: lawful, its pictures kept, as a message."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.published.message import read_message
from pipeline.recording.lawful import lawful
from pipeline.recording.pictures import PictureKeeper
from policy.decisions import open_policy
from schemas.arrivals import Arrival
from schemas.clocks import ClockLimits, dated
from schemas.convert import without_vendor_texts
from schemas.errors import InvalidInput, PlatewatchError
from schemas.events import PublishedRead
from schemas.settings import Settings
from storage.alerts.outbox import OutboxRow
from storage.spool import messages as spooled

log = logging.getLogger(__name__)

HEADERS_BYTES = 1024
"""Room that a message's key and headers need beside its payload."""
_NOTES = "platewatch-notes"
"""The header under which a spool keeps what only this machine needs to know."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A read as a message.

    `row` is what is published. `captured_at` is when the vehicle passed, as everything goes by it, `pictures` are the
    keys that the read names, and `counts` says whether it is one by which passes are counted.
    """

    row: OutboxRow
    camera_id: str
    captured_at: datetime
    pictures: tuple[str, ...]
    counts: bool


class Preparer:
    """Makes messages of arrivals. For one thread at a time.

    What the law does not let be collected goes no further than here. A read is sent with the times as they came, and
    with what is known of the clock that gave them: whoever records it dates it. Its pictures, and how long a topic may
    keep it, go by the time that it will be dated by.

    Args:
        settings: The configuration.
        counters: The service's counts.
        board: Told whether pictures are kept.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    def __init__(self, settings: Settings, counters: Counters, board: HealthBoard) -> None:
        self._policy = open_policy(settings)
        self.keep = self._policy.retention.reads
        self._limits = ClockLimits.of_retention(self.keep)
        self._keeper = PictureKeeper(settings, counters, board)
        self._counters = counters
        self._topic = settings.kafka.reads_topic
        self._most_bytes = settings.kafka.max_message_bytes - HEADERS_BYTES

    def lawful(self, arrival: Arrival) -> Arrival:
        """Return an arrival with what the law lets be collected."""
        return lawful(arrival, self._policy)

    def prepare(self, arrival: Arrival) -> Prepared:
        """Keep an arrival's pictures and return its message.

        Where it is too large, what a vendor's reader sent besides stays behind; where that is not enough, whoever
        publishes it will say so.
        """
        arrival = self.lawful(arrival)
        by_arrival = dated(arrival.read, arrival.arrived_at, arrival.clock, self._limits)
        kept = self._keeper.keep(arrival.with_read(by_arrival))
        self._keeper.confirm([kept])
        read = dataclasses.replace(
            arrival.read, plate_image_key=kept.plate_image_key, context_image_key=kept.context_image_key
        )
        arrival = arrival.with_read(read)
        try:
            message = read_message(arrival, self._most_bytes)
        except InvalidInput:
            message = read_message(arrival, sys.maxsize)
        row = OutboxRow(
            outbox_id=0,
            alert_id=message.message_id,
            topic=self._topic,
            key=message.key,
            headers=message.headers,
            payload=message.payload,
            created_at=arrival.arrived_at,
            captured_at=self._stamp(by_arrival.captured_at, arrival.arrived_at),
        )
        keys = tuple(key for key in (read.plate_image_key, read.context_image_key) if key is not None)
        counts = read.is_final or read.report is not None
        return Prepared(row, read.camera_id, by_arrival.captured_at, keys, counts)

    def prepare_or_say(self, arrival: Arrival) -> Prepared | None:
        """Do as `prepare`; a read of which no message can be made, for a reason that nobody foresaw, stops no other.

        Raises:
            PlatewatchError: It can be done later.
        """
        try:
            return self.prepare(arrival)
        except PlatewatchError:
            raise
        except Exception as error:
            read = arrival.read
            log.error(
                "camera %s: read %s could not be made a message for an unexpected reason (%s) and is lost; please "
                "report this",
                read.camera_id,
                read.read_id,
                type(error).__name__,
            )
            log.debug("making a message failed", exc_info=True)
            self._counters.add("rejected_items")
            return None

    def _stamp(self, captured_at: datetime, arrived_at: datetime) -> datetime:
        """Return the time from which the topic counts: a recording that is older than the topic keeps anything would be
        gone before anybody took it, so it counts as half as old as that at most."""
        return max(captured_at, arrived_at - self.keep / 2)


def smaller(message: Prepared) -> Prepared | None:
    """Return a message without what makes it large, for a broker that takes less; None: there is no such thing."""
    event = PublishedRead.model_validate_json(message.row.payload)
    less = without_vendor_texts(event)
    if less == event:
        return None
    return dataclasses.replace(message, row=dataclasses.replace(message.row, payload=less.model_dump_json().encode()))


def to_spool(message: Prepared, reason: str | None = None) -> spooled.Message:
    """Return a message as a spool keeps it.

    Args:
        message: The message.
        reason: Why it was refused, where it was.
    """
    row = message.row
    notes = {
        "counts": message.counts,
        "created_at": row.created_at.isoformat(),
        "message_id": str(row.alert_id),
        "pictures": message.pictures,
        "reason": reason,
        "stamp": None if row.captured_at is None else row.captured_at.isoformat(),
        "topic": row.topic,
    }
    return spooled.Message(
        source=message.camera_id,
        received_at=message.captured_at,
        body=row.payload,
        content_type="application/json",
        headers=dict(row.headers) | {_NOTES: json.dumps(notes)},
        path=row.key,
    )


def from_spool(message: spooled.Message) -> Prepared:
    """Return a message that a spool kept.

    Raises:
        InvalidInput: It is not one that `to_spool` made.
    """
    try:
        return _from_spool(message)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"a stored read cannot be understood ({type(error).__name__})") from error


def _from_spool(message: spooled.Message) -> Prepared:
    headers = dict(message.headers)
    notes: Mapping[str, object] = json.loads(headers.pop(_NOTES))
    stamp = notes["stamp"]
    pictures = notes["pictures"]
    row = OutboxRow(
        outbox_id=0,
        alert_id=UUID(str(notes["message_id"])),
        topic=str(notes["topic"]),
        key=message.path,
        headers=tuple(headers.items()),
        payload=message.body,
        created_at=datetime.fromisoformat(str(notes["created_at"])),
        captured_at=None if stamp is None else datetime.fromisoformat(str(stamp)),
    )
    keys = tuple(str(key) for key in pictures) if isinstance(pictures, list) else ()
    return Prepared(row, message.source, message.received_at, keys, bool(notes["counts"]))
