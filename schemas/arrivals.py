"""How a read enters: with its pictures, and with what is to be acknowledged once it is kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from schemas.clocks import SourceClock
from schemas.types import Box, PlateRead

MAX_PLATE_PICTURE_BYTES = 49_152
"""The largest plate picture that travels with an alert: base64 makes 65,536 characters of it."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """A read's pictures as JPEG, or None where there is none.

    `plate` shows the plate with some of what is around it, `context` the whole frame. `plate_box` is where the plate is
    in `plate`, in its pixels; None where that is not known, or the plate fills the picture.
    """

    plate: bytes | None = None
    context: bytes | None = None
    plate_box: Box | None = None


class Receipt(Protocol):
    """What whoever handed reads over waits for: a file that need not be read again, a row, an offset, an answer.

    A receipt covers any number of arrivals, also none. Arrivals with one receipt compare it by equality.
    """

    def acknowledge(self, rejection: str | None) -> None:
        """Confirm that everything the receipt covers is committed. It is safe to do so again.

        Args:
            rejection: Why the rest could not be used, in one line for a person; None: there is no rest.

        Raises:
            TransientError: It could not be confirmed; do it again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A read with its pictures.

    `receipt` is acknowledged after the commit of this and of all others that it covers. `arrived_at` is when the read
    was there, by this machine's clock, and `clock` what is known of the one that dated it: the recorder holds one
    against the other (schemas/clocks.py). With `better_pictures_follow`, these are kept where the read is a hit alone.
    """

    read: PlateRead
    pictures: Pictures
    receipt: Receipt
    clock: SourceClock = field(default_factory=SourceClock)
    arrived_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    better_pictures_follow: bool = False

    def with_read(self, read: PlateRead) -> Arrival:
        """Return this with another read; itself where it is the same one, as most are all the way."""
        return self if read is self.read else dataclasses.replace(self, read=read)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Everything that a receipt covers was handed over; `rejection` says why the rest of it could not be used."""

    receipt: Receipt
    rejection: str | None = None
