"""What a spool holds, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came: its body, with what the transport said of it.

    `source` is who sent it, `received_at` when it was here, aware. `headers` are those that are needed to understand
    it, with lower-case names; never the ones that carry secrets. `path` is what followed the source's own address.
    """

    source: str
    received_at: datetime
    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True, slots=True)
class SpooledMessage:
    """A message with its number, which grows in the order in which messages were stored."""

    number: int
    message: Message


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages of a source wait, and since when the oldest does."""

    count: int
    oldest_at: datetime
