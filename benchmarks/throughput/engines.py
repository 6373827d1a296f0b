"""Whether common batches of several cameras' frames pay, against networks that run side by side on one core each."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

import numpy as np

from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.engines.engine import side_by_side
from schemas.types import Image

_IMAGES = 16


def report_batches(runs: int) -> None:
    """Print what a detection takes in batches and side by side.

    Args:
        runs: Of each way, in turns.
    """
    image = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    together = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.5, iou=0.5)
    apart = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.5, iou=0.5, threads=1)
    streams = side_by_side(1)
    ways: dict[str, Callable[[], None]] = {
        f"batches of {size}, all cores": _batches(together, image, size) for size in (1, 2, 4, 8)
    }
    ways[f"{streams} side by side, one core each"] = _apart(apart, image, streams)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(runs + 1):
        for name, way in ways.items():
            started, used = time.perf_counter(), time.process_time()
            way()
            times[name].append((time.perf_counter() - started, time.process_time() - used))
    print(f"### Detections of full frames by {together.engine}, medians of {runs} runs, in turns\n")
    print("| way | ms/frame | processor ms/frame |\n|---|---|---|")
    for name, measured in times.items():
        wall, processor = (statistics.median(column) / _IMAGES * 1000 for column in zip(*measured[1:], strict=True))
        print(f"| {name} | {wall:.1f} | {processor:.1f} |")
    print()


def _batches(detector: OnnxDetector, image: Image, size: int) -> Callable[[], None]:
    def work() -> None:
        for _ in range(_IMAGES // size):
            detector.detect([image] * size)

    return work


def _apart(detector: OnnxDetector, image: Image, streams: int) -> Callable[[], None]:
    def work() -> None:
        def one() -> None:
            for _ in range(_IMAGES // streams):
                detector.detect([image])

        threads = [threading.Thread(target=one) for _ in range(streams)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return work
