"""What became of one attempt to send an alert."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from schemas.events import Alert


class Fate(StrEnum):
    """sent: the other side has it. refused: it will never take it. failed: perhaps later."""

    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt's fate, with the reason where it was not sent; reasons hold neither plates nor secrets."""

    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """An alert on its way out. `delivery_id` is the same for each attempt, `number` is the alert's."""

    delivery_id: UUID
    number: int
    alert: Alert
    unit: str
    with_plate: bool
