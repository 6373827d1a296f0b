"""What the officer's page needs of the rest of the car, as protocols: the alerts, the way home, and how the car is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from schemas.types import CarState, ListStanding
from storage.car.alerts import NumberedAlert


class AlertSource(Protocol):
    """The car's alerts, updates and cancels, as the ledger holds them."""

    def newest(self, after: int, limit: int) -> Sequence[NumberedAlert]:
        """Return messages with numbers above `after`, oldest first."""
        ...

    def since(self, moment: datetime) -> Sequence[NumberedAlert]:
        """Return messages about vehicles that passed since a moment (aware), in the order in which they came."""
        ...

    def last(self) -> int:
        """Return the number of the newest message; 0: there is none."""
        ...


class Outbox(Protocol):
    """What waits for the server."""

    def add(self, kind: Literal["answer", "note"], upload_id: str, body: bytes) -> None:
        """Have something brought home; the same id twice is once."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the car is, asked whenever the page shows it; every function returns at once.

    `speed` is in meters per second, None where it is not known. `states` is what keeps the car from reading, `lists`
    the lists that it holds. `picture` returns a stored picture by its key.
    """

    speed: Callable[[], float | None]
    states: Callable[[], Sequence[CarState]] = tuple
    lists: Callable[[], Sequence[ListStanding]] = tuple
    picture: Callable[[str], bytes | None] = field(default=lambda _: None)
