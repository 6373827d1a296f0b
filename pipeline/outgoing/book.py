"""What the publisher holds: messages in their order, and the receipts that wait for them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.outgoing.prepared import Prepared
from schemas.arrivals import Arrival, HandedOver, Receipt


@dataclass(slots=True, eq=False)
class Held:
    """A message that is not acknowledged yet.

    It came with an `arrival`, whose receipt waits for it, or from the spool under a `number`. Until `ready_at`
    (monotonic) it waits for its pictures.
    """

    message: Prepared
    ready_at: float
    arrival: Arrival | None = None
    number: int | None = None


class HeldMessages:
    """Keeps messages of one key in their order. For one thread.

    Args:
        wait_seconds: How long a message waits for its pictures.
        is_waiting: Says whether a picture is not in its store yet.
    """

    def __init__(self, wait_seconds: float, is_waiting: Callable[[str], bool]) -> None:
        self._wait_seconds = wait_seconds
        self._is_waiting = is_waiting
        self._held: list[Held] = []
        self._receipts: Counter[Receipt] = Counter()
        self._handed_over: list[HandedOver] = []

    def __len__(self) -> int:
        return len(self._held)

    @property
    def arrivals(self) -> int:
        """How many of them did not come from the spool."""
        return sum(one.arrival is not None for one in self._held)

    def add(self, message: Prepared, arrival: Arrival | None = None, number: int | None = None) -> Held:
        """Hold a message."""
        held = Held(message, time.monotonic() + self._wait_seconds, arrival, number)
        self._held.append(held)
        if arrival is not None:
            self._receipts[arrival.receipt] += 1
        return held

    def hand_over(self, work: HandedOver) -> None:
        """Note that everything of a receipt is here."""
        self._handed_over.append(work)

    def ready(self) -> Iterator[Held]:
        """Yield the messages that need not wait for pictures, without those behind others of their key that do."""
        behind: set[str] = set()
        for one in list(self._held):
            key = one.message.row.key
            if key in behind or (
                time.monotonic() < one.ready_at and any(self._is_waiting(name) for name in one.message.pictures)
            ):
                behind.add(key)
            else:
                yield one

    def older_than(self, moment: datetime) -> list[Held]:
        """Return the messages from the spool that were captured before a time; those of files can come again."""
        return [one for one in self._held if one.arrival is None and one.message.captured_at < moment]

    def settle(self, one: Held) -> None:
        """Let go of a message that the broker has, or that is kept elsewhere."""
        self._held.remove(one)
        if one.arrival is not None:
            self._receipts[one.arrival.receipt] -= 1

    def complete(self) -> HandedOver | None:
        """Return a receipt all of whose messages are settled, if there is one; it stays until `acknowledged`."""
        self._receipts = +self._receipts
        return next((work for work in self._handed_over if work.receipt not in self._receipts), None)

    def acknowledged(self, work: HandedOver) -> None:
        """Forget a receipt."""
        self._handed_over.remove(work)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is held, neither messages nor receipts."""
        return not self._held and not self._handed_over
