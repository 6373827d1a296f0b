"""What the relay publishes: a key, JSON, and the headers that make it a CloudEvent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.events import utc


@dataclass(frozen=True, slots=True)
class Message:
    """A message for Kafka. `payload` is UTF-8 JSON, `headers` are (name, value) pairs.

    Messages of one key keep their order; `message_id` is what subscribers drop doubles by.
    """

    message_id: UUID
    key: str
    payload: bytes
    headers: tuple[tuple[str, str], ...]


def cloud_event_headers(
    message_id: UUID, *, kind: str, agency_id: str, moment: datetime
) -> tuple[tuple[str, str], ...]:
    """Return the headers that make a message a CloudEvent in binary mode.

    Args:
        message_id: The message.
        kind: The event's type, as the AsyncAPI document names it.
        agency_id: Whose it is.
        moment: When what it tells happened, aware.

    Source:
        CloudEvents 1.0.2, Kafka protocol binding, section 3.2.
    """
    return (
        ("ce_specversion", "1.0"),
        ("ce_id", str(message_id)),
        ("ce_type", kind),
        ("ce_source", f"urn:platewatch:agency:{agency_id}"),
        ("ce_time", utc(moment)),
        ("content-type", "application/json"),
    )
