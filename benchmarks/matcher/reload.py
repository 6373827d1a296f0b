"""How long single reads take while the lists change, beside how long they take while they do not."""

from __future__ import annotations

import gc
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from benchmarks.matcher.lists import draw_plates, entries
from matcher.index import HotlistIndex
from matcher.match import Matcher
from pipeline.lists.live_matcher import SWITCH_SECONDS
from schemas.types import HotlistEntry, PlateRead

CHANGED = 10_000
PAUSE_SECONDS = 0.05
"""Between two changes."""

ARRIVALS_PER_SECOND = 400.0
ARRIVALS = 1500

Spans = npt.NDArray[np.int64]
"""(n, 2): when something began and when it ended, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """99th percentiles in microseconds: without changes (before and after), and of the reads that met one."""

    idle: float
    during: float
    change_seconds: float

    @property
    def ratio(self) -> float:
        """How many times as long."""
        return self.during / self.idle


class Changes:
    """Adds 10,000 entries and takes out 10,000 others, again and again, in a thread of its own.

    Args:
        index: What is changed; it stays as it is.
        plates: Those that it was made of.
    """

    def __init__(self, index: HotlistIndex, plates: Sequence[str]) -> None:
        self._index = index
        self._added = [_fresh(one) for one in entries(draw_plates(CHANGED, 99), seed=9)]
        self._removed = [one.entry_id for one in entries(list(plates[:CHANGED]))]
        self._stop = threading.Event()
        self._spans: list[tuple[int, int]] = []

    def beside(self, reads: Callable[[], Spans]) -> tuple[Spans, Spans]:
        """Return the spans of reads that are matched meanwhile, and those of the changes."""
        self._stop.clear()
        self._spans = []
        thread = threading.Thread(target=self._run)
        usual = sys.getswitchinterval()
        # As the live matcher has it.
        sys.setswitchinterval(SWITCH_SECONDS)
        thread.start()
        try:
            found = reads()
        finally:
            self._stop.set()
            thread.join()
            sys.setswitchinterval(usual)
        return found, np.array(self._spans)

    def _run(self) -> None:
        while not self._stop.is_set():
            begun = time.perf_counter_ns()
            self._index.with_changes(self._added, self._removed)
            self._spans.append((begun, time.perf_counter_ns()))
            self._stop.wait(PAUSE_SECONDS)


def _fresh(entry: HotlistEntry) -> HotlistEntry:
    return entry._replace(entry_id=UUID(int=entry.entry_id.int ^ 1))


def without_gap(matcher: Matcher, reads: Sequence[PlateRead]) -> Spans:
    """Match reads one after the other."""
    spans = []
    for read in reads:
        begun = time.perf_counter_ns()
        matcher.match(read)
        spans.append((begun, time.perf_counter_ns()))
    return np.array(spans)


def as_they_come(matcher: Matcher, reads: Sequence[PlateRead]) -> Spans:
    """Match reads that come at random moments; each span begins at the moment, whenever the thread woke up."""
    gaps = np.random.default_rng(5).exponential(1e9 / ARRIVALS_PER_SECOND, len(reads)).astype(np.int64)
    spans = []
    due = time.perf_counter_ns()
    for read, gap in zip(reads, gaps.tolist(), strict=True):
        due = max(due + gap, time.perf_counter_ns())
        time.sleep(max(due - time.perf_counter_ns(), 0) / 1e9)
        matcher.match(read)
        spans.append((due, time.perf_counter_ns()))
    return np.array(spans)


def repetitions(reads: Callable[[], Spans], changes: Changes, count: int) -> list[Repetition]:
    """Measure idle, changing and idle again, several times in one process."""
    gc.collect()
    reads()
    found = []
    for _ in range(count):
        before = _p99(reads())
        spans, changed = changes.beside(reads)
        idle = (before + _p99(reads())) / 2
        met = np.zeros(len(spans), dtype=np.bool_)
        for begun, ended in changed.tolist():
            met |= (spans[:, 1] > begun) & (spans[:, 0] < ended)
        seconds = float(np.median(changed[:, 1] - changed[:, 0])) / 1e9
        found.append(Repetition(idle, _p99(spans[met]), seconds))
    return found


def rows(
    index: HotlistIndex, matcher: Matcher, plates: Sequence[str], reads: Sequence[PlateRead], count: int
) -> dict[str, str]:
    """Return what to show of single reads beside changes."""
    changes = Changes(index, plates)
    ways = {
        "reads without a gap": lambda: without_gap(matcher, reads),
        f"reads at random, {ARRIVALS_PER_SECOND:.0f} a second": lambda: as_they_come(matcher, reads[:ARRIVALS]),
    }
    shown = {}
    for way, run in ways.items():
        measured = repetitions(run, changes, count)
        ratios = [one.ratio for one in measured]
        shown[f"{way}, p99 idle / beside changes"] = (
            ", ".join(f"{one.idle:.0f} / {one.during:.0f}" for one in measured) + " us"
        )
        shown[f"{way}, ratio, median / worst"] = f"{statistics.median(ratios):.2f} / {max(ratios):.2f}"
        seconds = statistics.median(one.change_seconds for one in measured)
        shown[f"{way}, a change of 10k + 10k"] = f"{seconds:.2f} s"
    return shown


def _p99(spans: Spans) -> float:
    return float(np.percentile((spans[:, 1] - spans[:, 0]) / 1000, 99))
