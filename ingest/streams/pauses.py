"""How long to wait before something that failed is connected to again."""

from __future__ import annotations

import random

from ingest.streams.failures import StreamFailed

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
LOGIN_PAUSE_SECONDS = 60.0
"""After a wrong password: cameras lock users out who try again and again."""

PROVEN_SECONDS = 10.0
"""A connection that lasted so long was good: the next failure begins with a short pause again."""


class Pauses:
    """Growing pauses with jitter. For one thread.

    Args:
        login_seconds: Pause after a wrong password.
    """

    def __init__(self, login_seconds: float = LOGIN_PAUSE_SECONDS) -> None:
        self._login_seconds = login_seconds
        self.failures = 0
        """How many there were one after the other."""

    def next(self, failure: StreamFailed, lasted_seconds: float) -> float:
        """Return the pause after a failure, in seconds.

        Args:
            failure: What it was.
            lasted_seconds: For how long the connection had been there, or been tried.
        """
        self.failures = 1 if lasted_seconds > PROVEN_SECONDS else self.failures + 1
        if failure.is_awaited:
            return 0.0
        seconds = min(FIRST_PAUSE_SECONDS * 2.0 ** min(self.failures - 1, 10), LONGEST_PAUSE_SECONDS)
        # Cameras behind one switch come back together: they are not all asked at once.
        return max(seconds, self._login_seconds if failure.is_login else 0.0) * random.uniform(0.8, 1.3)
