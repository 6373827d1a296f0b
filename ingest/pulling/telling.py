"""How a source that is fetched does: its thread notes, any may ask."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest.streams.failures import StreamFailed


@dataclass(frozen=True, slots=True)
class PullState:
    """A source as it is now.

    `problem` is why nothing comes, None: it is connected, or has not been tried yet; `since` is when that began, and
    `is_login` whether it is for the login. `connected_at` is when the connection that stands was made, `connections`
    how many were. `signed_at` is when the last sign of life came. `received` counts messages that were stored,
    `refused` those that were too large or damaged, `other` messages that say nothing of a vehicle.
    """

    problem: str | None = None
    since: datetime | None = None
    is_login: bool = False
    connected_at: datetime | None = None
    connections: int = 0
    signed_at: datetime | None = None
    received: int = 0
    refused: int = 0
    other: int = 0


class Telling:
    """Keeps the state of one source."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = PullState()

    @property
    def state(self) -> PullState:
        """How it is now."""
        with self._lock:
            return self._state

    def connected(self) -> None:
        """Note that a connection was made, and is what it should be."""
        now = datetime.now(UTC)
        with self._lock:
            self._state = replace(
                self._state,
                problem=None,
                since=None,
                is_login=False,
                connected_at=now,
                connections=self._state.connections + 1,
                signed_at=now,
            )

    def failed(self, failure: StreamFailed) -> None:
        """Note that there is no connection, and why."""
        with self._lock:
            since = self._state.since if self._state.problem is not None else datetime.now(UTC)
            self._state = replace(
                self._state, problem=str(failure), since=since, is_login=failure.is_login, connected_at=None
            )

    def waits(self, problem: str) -> None:
        """Note that messages come, and cannot be stored now."""
        with self._lock:
            if self._state.problem is None:
                self._state = replace(self._state, problem=problem, since=datetime.now(UTC))

    def goes_on(self) -> None:
        """Note that messages are stored again."""
        with self._lock:
            if self._state.problem is not None and self._state.connected_at is not None:
                self._state = replace(self._state, problem=None, since=None)

    def signed(self) -> None:
        """Note a sign of life."""
        with self._lock:
            self._state = replace(self._state, signed_at=datetime.now(UTC))

    def counted(self, *, received: int = 0, refused: int = 0, other: int = 0) -> None:
        """Count messages; they are signs of life, too."""
        with self._lock:
            state = self._state
            self._state = replace(
                state,
                signed_at=datetime.now(UTC),
                received=state.received + received,
                refused=state.refused + refused,
                other=state.other + other,
            )
