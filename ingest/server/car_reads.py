"""`POST /ingest/cars/CAR/reads`: a batch of reads is looked through, stored, and answered read by read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from ingest.inbox_place import CAR_SOURCE
from ingest.server.cars import CarReply, CarRequest
from ingest.server.inbox import Inbox
from ingest.topics.reads import published_read
from schemas.errors import InvalidInput
from schemas.events import PublishedRead
from schemas.ids import published_read_id
from schemas.printable import printable
from storage.reads.images import camera_folder
from storage.spool.messages import Message

MOST_READS = 200
"""Reads of one batch."""
MOST_READ_BYTES = 1 << 20
MOST_WAITING = 5000
"""Batches of one car that may wait to be processed."""
REFUSED = "platewatch-refused"
"""The header of a stored read that was refused: the reason."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """A read of a batch: its id, as far as it has one, what came, and why it is refused; None: it is not."""

    id: str | None
    body: bytes
    reason: str | None


class CarReads:
    """Takes batches of reads. What is stored is on the disk when the answer goes out; so is what is refused.

    Whatever is sent twice is stored twice, and recorded once: the ids are of what they name.

    Args:
        inbox: Where batches are stored.
        agency_id: Whose reads are taken.
    """

    def __init__(self, inbox: Inbox, agency_id: str) -> None:
        self._inbox = inbox
        self._agency_id = agency_id

    async def take(self, asked: CarRequest) -> CarReply:
        """Store a batch.

        Raises:
            InvalidInput: It is none at all.
            Refusal: It cannot be stored now.
        """
        now = datetime.now(UTC)
        looked = await asyncio.to_thread(lambda: list(self._looked_through(asked, now)))
        good = [one for one in looked if one.reason is None]
        bad = [one for one in looked if one.reason is not None]
        messages = [batch_message(asked.car.car_id, now, [one.body for one in good])] if good else []
        messages += [batch_message(asked.car.car_id, now, [one.body], one.reason) for one in bad]
        await asyncio.gather(*[self._inbox.store(message, MOST_WAITING) for message in messages])
        return CarReply(
            said={
                "stored": [one.id for one in good],
                "refused": [{"id": one.id, "reason": one.reason} for one in bad],
            }
        )

    def _looked_through(self, asked: CarRequest, now: datetime) -> Iterator[_Looked]:
        for found in _elements(asked.body):
            body = to_json(found)
            try:
                event = car_read(body, asked.car.camera_ids, agency_id=self._agency_id, now=now)
            except InvalidInput as error:
                yield _Looked(_id_of(found), body, str(error))
            else:
                yield _Looked(str(event.message_id), body, None)


def car_read(body: bytes, camera_ids: frozenset[str], *, agency_id: str, now: datetime) -> PublishedRead:
    """Return the event of a read that a car sent.

    Args:
        body: The read's JSON.
        camera_ids: The car's own cameras.
        agency_id: Whose reads are taken.
        now: When it came here, aware.

    Raises:
        InvalidInput: It is no read of this agency and this car that can be; says why, without what it holds.
    """
    if len(body) > MOST_READ_BYTES:
        raise InvalidInput(f"the read has {len(body)} bytes, more than a car may send ({MOST_READ_BYTES})")
    event = published_read(body, agency_id=agency_id, max_bytes=MOST_READ_BYTES, now=now)
    read = event.read
    if read.camera_id not in camera_ids:
        raise InvalidInput(
            f"camera '{printable(read.camera_id)[:80]}' is none of this car's; platewatch cars cameras changes that"
        )
    if event.message_id != published_read_id(read.read_id, read.revision, is_final=read.is_final):
        raise InvalidInput("message_id is not that of this revision of the read")
    for key in (read.plate_image_key, read.context_image_key):
        if key is not None and key.split("/")[-2] != camera_folder(read.camera_id):
            raise InvalidInput("a picture's key is not of the read's camera")
    return event


def batch_message(car_id: str, now: datetime, reads: Sequence[bytes], reason: str | None = None) -> Message:
    """Return reads of a car as the inbox keeps them.

    Args:
        car_id: The car.
        now: When they came, aware.
        reads: The JSON of each.
        reason: Why they are refused, where they are.
    """
    headers = {} if reason is None else {REFUSED: reason}
    return Message(CAR_SOURCE + car_id, now, b'{"reads":[' + b",".join(reads) + b"]}", "application/json", headers)


def reads_in(message: Message) -> list[bytes]:
    """Return the JSON of each read of a message that `batch_message` made.

    Raises:
        InvalidInput: It made it not.
    """
    return [to_json(found) for found in _elements(message.body)]


def _elements(body: bytes) -> list[Any]:
    try:
        found = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        raise InvalidInput("the body is not JSON") from None
    reads = found.get("reads") if isinstance(found, dict) else None
    if not isinstance(reads, list):
        raise InvalidInput('the body is no object with a list of reads: {"reads": [...]}')
    if len(reads) > MOST_READS:
        raise InvalidInput(f"{len(reads)} reads; send at most {MOST_READS} at a time")
    return reads


def _id_of(found: Any) -> str | None:
    """Return the id that a refused read claims, so that its sender knows which one it is."""
    claimed = found.get("message_id") if isinstance(found, dict) else None
    try:
        return str(UUID(claimed)) if isinstance(claimed, str) else None
    except ValueError:
        return None
