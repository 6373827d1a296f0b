"""Which cars may send: asked of the database, and remembered for when it is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.errors import TransientError

log = logging.getLogger(__name__)

ASK_SECONDS = 2.0
"""A car that was revoked sends for so long at most."""
OUTAGE_SECONDS = 3600.0
"""A car that was known so long ago may send while the database is away."""
AGAIN_SECONDS = 2.0
"""A database that did not answer is left alone for so long."""
SEEN_SECONDS = 30.0
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class KnownCar:
    """A car as the server knows it: `token_sha256` in hexadecimal digits, as `check_token` takes it."""

    car_id: str
    camera_ids: frozenset[str]
    token_sha256: str = field(repr=False)
    is_revoked: bool


FindCar = Callable[[str], KnownCar | None]
"""Returns a car by its id, or None; raises TransientError while that cannot be known."""
SeeCar = Callable[[str, datetime], None]
"""Notes that a car sent something; raises TransientError while that cannot be."""


class KnownCars:
    """Asks for cars at most every other second. Threads share it.

    Args:
        find: Asks the database.
        seen: Notes there that a car sent something.
        clock: Seconds that only grow.
    """

    def __init__(self, find: FindCar, seen: SeeCar, clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._note_seen = seen
        self._clock = clock
        self._known: dict[str, tuple[float, KnownCar | None]] = {}
        self._seen_at: dict[str, float] = {}
        self._away_until = float("-inf")
        self._lock = threading.Lock()

    def get(self, car_id: str) -> KnownCar | None:
        """Return a car, or None where there is none of that id.

        Raises:
            TransientError: The database is away, and the car was not known a moment ago.
        """
        now = self._clock()
        with self._lock:
            asked_at, known = self._known.get(car_id, (float("-inf"), None))
            is_away = now < self._away_until
        if now - asked_at < ASK_SECONDS:
            return known
        if is_away:
            return self._remembered(asked_at, known, now)
        try:
            found = self._find(car_id)
        except TransientError as error:
            log.debug("whether a car may send cannot be asked: %s", error)
            now = self._clock()
            with self._lock:
                self._away_until = now + AGAIN_SECONDS
            return self._remembered(asked_at, known, now)
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[car_id] = (self._clock(), found)
        return found

    def seen(self, car_id: str) -> None:
        """Note that a car sent something, twice a minute at most; without the database it is not noted."""
        now = self._clock()
        with self._lock:
            if now - self._seen_at.get(car_id, float("-inf")) < SEEN_SECONDS or now < self._away_until:
                return
            self._seen_at[car_id] = now
        try:
            self._note_seen(car_id, datetime.now(UTC))
        except TransientError as error:
            log.debug("that car %s was seen is not noted: %s", car_id, error)

    def _remembered(self, asked_at: float, known: KnownCar | None, now: float) -> KnownCar:
        if known is None or now - asked_at > OUTAGE_SECONDS:
            raise TransientError("the database is away, and it is not known whether this car may send")
        return known
