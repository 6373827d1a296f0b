"""How times and memory are taken."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from schemas.types import PlateRead


def resident_mb() -> float:
    """Return this process's resident memory, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def median_rate(work: Callable[[], int], runs: int) -> float:
    """Return the median of items per second."""
    rates = []
    for _ in range(runs):
        started = time.perf_counter()
        count = work()
        rates.append(count / (time.perf_counter() - started))
    return statistics.median(rates)


def single_latencies(search: Callable[[PlateRead], Any], reads: Sequence[PlateRead]) -> tuple[float, float]:
    """Return the median and the 99th percentile of one read at a time, in microseconds."""
    times = []
    for read in reads:
        started = time.perf_counter_ns()
        search(read)
        times.append((time.perf_counter_ns() - started) / 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 99))
