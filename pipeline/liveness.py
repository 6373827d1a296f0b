"""Whether stages go on: each shows it at every step, also while it waits an outage out."""

from __future__ import annotations

import threading
import time


class Pulse:
    """The moment at which one stage last showed that it goes on.

    Args:
        name: The stage's.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._at: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it ever did."""
        return self._at is not None

    @property
    def silence(self) -> float:
        """Seconds since then."""
        return 0.0 if self._at is None else time.monotonic() - self._at

    def beat(self) -> None:
        """Show it."""
        self._at = time.monotonic()


_current = threading.local()


def take(pulse: Pulse) -> None:
    """Make a pulse that of this thread."""
    _current.pulse = pulse


def beat() -> None:
    """Show that this thread goes on; without meaning in a thread that nobody watches."""
    pulse: Pulse | None = getattr(_current, "pulse", None)
    if pulse is not None:
        pulse.beat()
