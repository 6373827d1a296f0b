"""How a live camera's reader is: noted by its thread, asked by others."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.streams.connection import Caught, StreamFacts
from ingest.streams.dating import as_time

_OFFSETS = 31
_RATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ReaderState:
    """How a reader is.

    `problem` is why no pictures come, None while they do. `frames` came in all, of which `replaced` were not looked at
    in time; `skipped` were above `max_fps`, `damaged` could not be used. `connections` were made. `fps` and `busy` are
    of the last seconds: pictures, and the share of a core that receiving and decoding took. `clock_offset` is by how
    many seconds the camera's clock is ahead of this machine's when pictures arrive.
    """

    problem: str | None = None
    facts: StreamFacts | None = None
    size: tuple[int, int] | None = None
    last_at: datetime | None = None
    frames: int = 0
    replaced: int = 0
    skipped: int = 0
    damaged: int = 0
    connections: int = 0
    fps: float | None = None
    busy: float | None = None
    clock_offset: float | None = None
    is_by_camera: bool = False


class StateKeeper:
    """Keeps the state of one reader. Its thread notes, any may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = ReaderState()
        self._offsets: deque[float] = deque(maxlen=_OFFSETS)
        self._window: tuple[float, float, int] | None = None

    @property
    def connections(self) -> int:
        """How many connections gave pictures."""
        return self._state.connections

    def now(self, replaced: int) -> ReaderState:
        """Return the state; `replaced` are those that were replaced after they were handed on."""
        with self._lock:
            return replace(self._state, replaced=self._state.replaced + replaced)

    def connected(self, facts: StreamFacts | None) -> None:
        """Note that a connection gave its first picture."""
        with self._lock:
            self._state = replace(
                self._state, problem=None, facts=facts, connections=self._state.connections + 1, clock_offset=None
            )
            self._offsets.clear()
            self._window = None

    def failed(self, problem: str) -> None:
        """Note why no pictures come."""
        with self._lock:
            self._state = replace(self._state, problem=problem, fps=0.0, busy=0.0)

    def spent(self, damaged: int, replaced: int) -> None:
        """Note pictures that could not be used, or were replaced before they came this far."""
        if damaged or replaced:
            with self._lock:
                self._state = replace(
                    self._state,
                    damaged=self._state.damaged + damaged,
                    replaced=self._state.replaced + replaced,
                    frames=self._state.frames + replaced,
                )

    def skipped(self, caught: Caught) -> None:
        """Note a picture that is not handed on."""
        with self._lock:
            self._state = replace(self._state, skipped=self._state.skipped + 1, last_at=as_time(caught.arrived_at))

    def caught(self, caught: Caught, *, is_by_camera: bool) -> None:
        """Note a picture that is handed on; by the thread that decodes."""
        with self._lock:
            if caught.source_time is not None:
                self._offsets.append(caught.source_time - caught.arrived_at)
            fps, busy = self._rates()
            self._state = replace(
                self._state,
                frames=self._state.frames + 1,
                last_at=as_time(caught.arrived_at),
                size=caught.picture.size,
                clock_offset=statistics.median(self._offsets) if self._offsets else None,
                is_by_camera=is_by_camera,
                fps=fps,
                busy=busy,
            )

    def _rates(self) -> tuple[float | None, float | None]:
        """Return pictures per second and the share of a core of the last window."""
        now, spent, frames = time.monotonic(), time.thread_time(), self._state.frames
        if self._window is None:
            self._window = now, spent, frames
        began, spent_then, frames_then = self._window
        if now - began < min(_RATE_SECONDS, 1.0 if self._state.fps is None else _RATE_SECONDS):
            return self._state.fps, self._state.busy
        self._window = now, spent, frames
        return (frames - frames_then) / (now - began), (spent - spent_then) / (now - began)
