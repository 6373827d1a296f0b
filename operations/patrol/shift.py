"""Who is signed on in the car: one officer at a time, on the screens where they have signed on."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from operations.people.secrets import new_secret

MOST_SCREENS = 8
"""Of one officer: the laptop, a phone, and some that were closed without signing off."""


@dataclass(frozen=True, slots=True)
class SignedOn:
    """An officer's shift in the car.

    `sign_on` is what the server knows it by, `at` when they signed on here, and `until` when it ends by itself. `how`
    says whether the server let them in, or what it had let the car keep.
    """

    sign_on: UUID
    person: str
    unit: str
    at: datetime
    until: datetime
    how: Literal["server", "kept"]
    full_name: str = ""
    faults: tuple[str, ...] = field(default=())
    """What is wrong with the lists at the start of the shift, in words."""


class Shift:
    """Keeps who is signed on, in memory alone: a car that starts anew asks again. Threads share it.

    Args:
        now: The present, aware.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._who: SignedOn | None = None
        self._screens: list[bytes] = []

    def begin(self, who: SignedOn) -> str:
        """Have an officer be the one who is signed on; return the cookie of the screen.

        Whoever was signed on before is not any more; the same officer's other screens stay.
        """
        cookie = new_secret()
        with self._lock:
            before = self._who
            if before is None or (before.person, before.unit) != (who.person, who.unit):
                self._screens.clear()
            self._who = who
            self._screens = [*self._screens[-(MOST_SCREENS - 1) :], _digest(cookie)]
        return cookie

    def current(self) -> SignedOn | None:
        """Return who is signed on, or None."""
        with self._lock:
            if self._who is not None and self._now() >= self._who.until:
                self._who, self._screens = None, []
            return self._who

    def of(self, cookie: str | None) -> SignedOn | None:
        """Return who is signed on at the screen with this cookie, or None."""
        who = self.current()
        if who is None or cookie is None:
            return None
        with self._lock:
            return who if _digest(cookie) in self._screens else None

    def end(self) -> SignedOn | None:
        """Sign off, on all screens; return who it was."""
        with self._lock:
            who, self._who, self._screens = self._who, None, []
        return who


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "backslashreplace")).digest()
