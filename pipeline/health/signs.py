"""Signs of life of other vendors' readers: one that sends them and no reads is alive, one that sends neither is not."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from datetime import datetime

from schemas.health import ReaderHealth

MOST_READERS = 500
"""Of one source; those that were heard of longest ago go first."""


@dataclass(slots=True)
class _Heard:
    last_sign_at: datetime | None = None
    last_read_at: datetime | None = None
    fps: float | None = None
    problem: str | None = None

    @property
    def last_at(self) -> datetime:
        """When it was heard of last."""
        return max(at for at in (self.last_sign_at, self.last_read_at) if at is not None)


class ReaderSigns:
    """What was heard of every reader since the start. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sources: dict[str, dict[str, _Heard]] = {}

    def read(self, source_id: str, reader_id: str, at: datetime) -> None:
        """Note a read.

        Args:
            source_id: Who sent it.
            reader_id: The reader, as reads name it.
            at: When it came, aware.
        """
        with self._lock:
            self._heard(source_id, reader_id).last_read_at = at
            self._shorten(source_id)

    def sign(self, source_id: str, reader_id: str, at: datetime, fps: float | None, problem: str | None) -> None:
        """Note a sign of life.

        Args:
            source_id: Who sent it.
            reader_id: The reader; the source's id where it is of the vendor's whole server.
            at: When it came, aware.
            fps: Pictures per second that it says it has.
            problem: What its vendor says is wrong, in one line.
        """
        with self._lock:
            heard = self._heard(source_id, reader_id)
            heard.last_sign_at, heard.fps, heard.problem = at, fps, problem
            self._shorten(source_id)

    def readers(self, source_id: str) -> tuple[ReaderHealth, ...]:
        """Return the readers of a source as they are now."""
        with self._lock:
            heard = [(name, dataclasses.asdict(one)) for name, one in self._sources.get(source_id, {}).items()]
        return tuple(ReaderHealth(reader_id=name, **values) for name, values in heard)

    def forget(self, source_id: str) -> None:
        """Forget a source's readers."""
        with self._lock:
            self._sources.pop(source_id, None)

    def _heard(self, source_id: str, reader_id: str) -> _Heard:
        readers = self._sources.setdefault(source_id, {})
        if reader_id not in readers:
            readers[reader_id] = _Heard()
        return readers[reader_id]

    def _shorten(self, source_id: str) -> None:
        readers = self._sources[source_id]
        if len(readers) > MOST_READERS:
            del readers[min(readers, key=lambda name: readers[name].last_at)]
