"""How current a car's withdrawals are at this moment: asked before an alert goes on the officer's page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FRESH_SECONDS = 60.0
"""A withdrawn entry reaches a connected car within this."""
ANSWER_SECONDS = 1.5
"""So much longer the answer of a server that was reached is waited for: two round trips of a bad line."""
OFFLINE_SECONDS = 5.0
"""A server that could not be reached so long ago is not waited for again."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """`fresh`: all withdrawals up to `since` are known, which is now. `offline`: those since then are not.

    `locked`: nobody has signed on, so there are no lists. `since` is None where the server was never heard.
    """

    state: Literal["fresh", "offline", "locked"]
    since: datetime | None


class ListGate:
    """Knows when the server was heard last. Threads share it.

    Args:
        heard_at: When it was heard in an earlier run.
        clock: Seconds that only grow.
    """

    def __init__(self, heard_at: datetime | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._heard_at = heard_at
        self._heard = self._failed = self._reached = float("-inf")
        self._is_locked = True
        self._wanted = False

    def heard(self, at: datetime) -> None:
        """Note that the server told every withdrawal up to a time."""
        with self._changed:
            self._heard, self._heard_at, self._is_locked = self._clock(), at, False
            self._changed.notify_all()

    def reached(self) -> None:
        """Note that the server was reached, and its answer is on its way."""
        with self._changed:
            self._reached = self._clock()
            self._changed.notify_all()

    def failed(self) -> None:
        """Note that the server could not be asked."""
        with self._changed:
            self._failed, self._is_locked = self._clock(), False
            self._changed.notify_all()

    def locked(self) -> None:
        """Note that there is no key."""
        with self._changed:
            self._is_locked, self._heard = True, float("-inf")
            self._changed.notify_all()

    def now(self) -> Freshness:
        """Return how it is, without asking anybody."""
        with self._changed:
            return self._now()

    def before_alert(self, patience_seconds: float) -> Freshness:
        """Return how it is; where that is not known the server is asked first.

        Args:
            patience_seconds: How long the answer is waited for.
        """
        deadline = self._clock() + patience_seconds
        with self._changed:
            begun = self._failed
            while not (self._is_locked or self._is_fresh() or self._is_offline() or self._failed > begun):
                self._wanted = True
                self._changed.notify_all()
                is_answering = self._reached > max(self._heard, self._failed)
                left = deadline + (ANSWER_SECONDS if is_answering else 0.0) - self._clock()
                if left <= 0:
                    break
                self._changed.wait(left)
            return self._now()

    def wait(self, seconds: float) -> bool:
        """Wait until somebody wants the server to be asked, or for a time; return whether somebody does."""
        with self._changed:
            is_wanted = self._changed.wait_for(lambda: self._wanted, seconds)
            self._wanted = False
            return is_wanted

    def hurry(self) -> None:
        """Have the server asked at once: it was seen to be there, or somebody has signed on."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()

    def _now(self) -> Freshness:
        if self._is_locked:
            return Freshness("locked", self._heard_at)
        return Freshness("fresh" if self._is_fresh() else "offline", self._heard_at)

    def _is_fresh(self) -> bool:
        return self._heard >= self._failed and self._clock() - self._heard <= FRESH_SECONDS

    def _is_offline(self) -> bool:
        return self._failed > self._heard and self._clock() - self._failed <= OFFLINE_SECONDS
