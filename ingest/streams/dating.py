"""Which time a live picture has: the camera's, or that of its arrival, always forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from ingest.streams.connection import Caught

PATIENCE_SECONDS = 6.0
"""How long a connection waits for the camera to say what time it has: they do so every five seconds."""

_LEAST_STEP = timedelta(microseconds=1000)
_JUMP = timedelta(seconds=2)


class Dating:
    """Dates the pictures of one connection.

    Args:
        clock: Whose clock counts.
        patience_seconds: How long the camera may take to say what time it has.
    """

    def __init__(self, clock: Literal["arrival", "camera"], patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience = patience_seconds
        self._wants_camera = clock == "camera"
        self._began: float | None = None
        self._by_camera: bool | None = None if self._wants_camera else False
        self._last: datetime | None = None

    @property
    def is_by_camera(self) -> bool:
        """Whether the camera's clock dates this connection's pictures."""
        return self._by_camera is True

    def date(self, caught: Caught) -> datetime | None:
        """Return a picture's time; None: it cannot be told yet whose clock counts, and the picture is left out.

        Args:
            caught: The next picture.
        """
        self._began = caught.arrived_at if self._began is None else self._began
        if self._by_camera is None:
            if caught.source_time is not None:
                self._by_camera = True
            elif caught.arrived_at - self._began < self._patience:
                return None
            else:
                self._by_camera = False
        seconds = caught.source_time if self._by_camera else caught.arrived_at
        moment = as_time(caught.arrived_at if seconds is None else seconds)
        if self._last is not None and self._last - _JUMP < moment <= self._last:
            # Packets that come together, a clock that is set by a little.
            moment = self._last + _LEAST_STEP
        self._last = moment
        return moment


def as_time(seconds: float) -> datetime:
    """Return seconds since 1970 as a time; what no calendar has becomes 1970."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)
