"""What went wrong, and the diary of a run."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path


class Diary:
    """Notes what happens when, for whoever has to find out why the books differ; thread-safe.

    Args:
        path: A file of JSON lines.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []
        """What must not happen, in words."""
        self._lock = threading.Lock()
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def note(self, what: str, **details: object) -> None:
        """Write one line."""
        line = json.dumps({"at": round(self.seconds, 2), "what": what, **details}, default=str)
        with self._lock, self.path.open("a") as file:
            file.write(line + "\n")

    def fault(self, text: str) -> None:
        """Note what must not happen."""
        self.note("fault", text=text)
        with self._lock:
            self.faults.append(text)


class Hung(RuntimeError):
    """Something did not come though nothing was struck any more."""
