"""A read as the message that carries it from the edge to the matcher."""

from __future__ import annotations

from matcher.characters.confusion import skeleton_text
from schemas.arrivals import Arrival
from schemas.convert import arrival_to_event, without_vendor_texts
from schemas.errors import InvalidInput
from schemas.generate import READ_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from schemas.plates import canonical_plate


def read_message(arrival: Arrival, max_bytes: int) -> Message:
    """Return the message that carries an arrival, whose pictures were kept before.

    Its key is the plate's skeleton, so that what readers make of one plate meets in one partition. Where it would be
    too large, another vendor's own message stays behind.

    Args:
        arrival: A read with the keys of its pictures.
        max_bytes: The largest message that is sent (`kafka.max_message_bytes`).

    Raises:
        InvalidInput: It is too large without the vendor's message, too.
    """
    event = arrival_to_event(arrival)
    payload = event.model_dump_json().encode()
    if len(payload) > max_bytes:
        payload = without_vendor_texts(event).model_dump_json().encode()
    if len(payload) > max_bytes:
        raise InvalidInput(
            f"read {arrival.read.read_id} takes {len(payload)} bytes; a message may have {max_bytes} "
            "(kafka.max_message_bytes)"
        )
    read = arrival.read
    return Message(
        message_id=event.message_id,
        key=read_key(read.plate),
        payload=payload,
        headers=cloud_event_headers(
            event.message_id, kind=READ_CE_TYPE, agency_id=read.agency_id, moment=read.captured_at
        ),
    )


def read_key(plate: str) -> str:
    """Return the key of a read's message: equal for plates that readers take for one another.

    Args:
        plate: Plate text in any spelling.
    """
    return skeleton_text(canonical_plate(plate))
