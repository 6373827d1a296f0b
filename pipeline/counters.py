"""What a run counts, safe to update from every stage's thread."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RunTotals:
    """Totals of a run so far: frames read from sources, vehicle passes, hits by tier, alerts, trouble."""

    frames: int = 0
    reads: int = 0
    new_reads: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    alerts: int = 0
    silent_hits: int = 0
    rejected_items: int = 0
    lost_pictures: int = 0
    unmatched_reads: int = 0
    missing_pictures: int = 0
    dead_letters: int = 0


class Counters:
    """A thread-safe counter by name; tier counts are kept under `hits.<tier>`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, amount: int = 1) -> None:
        """Add to one count."""
        with self._lock:
            self._counts[name] += amount

    def totals(self) -> RunTotals:
        """Return the totals at this moment."""
        with self._lock:
            counts = dict(self._counts)
        hits = {name.removeprefix("hits."): count for name, count in counts.items() if name.startswith("hits.")}
        plain = {name: count for name, count in counts.items() if not name.startswith("hits.")}
        return RunTotals(hits=hits, **plain)
