"""Two parts of the throughput benchmark that need processes of their own: many cameras, and the cold start."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common.machine import cores
from benchmarks.throughput.roads import FPS, Road

_LOAD = (
    "import time; started = time.perf_counter(); "
    "from recognition.recognizer import Recognizer; from schemas.settings import RecognitionSettings; "
    "imported = time.perf_counter(); Recognizer(RecognitionSettings()); loaded = time.perf_counter(); "
    "import sys; print(imported - started, loaded - imported, 'torch' in sys.modules)"
)


def report_cameras(roads: Sequence[Road], counts: Sequence[int]) -> None:
    """Print what one and many cameras take, on the three roads and with more and more cameras.

    Args:
        roads: Clips by day and by night; cameras of one kind of road take them in turns.
        counts: How many cameras at once.
    """
    print(f"### Cameras at once: one process, {cores()} cores, clips at {FPS} frames/s\n")
    print(
        "| road | cameras | frames/s in all | cameras per core at 10 frames/s | processor ms/frame | frames looked at "
        "| peak MB | MB per added camera |\n|---|---|---|---|---|---|---|---|"
    )
    for kind in ("quiet", "normal", "busy"):
        clips = [road.path for road in roads if road.name.startswith(kind)]
        first: dict[str, Any] | None = None
        for count in counts if kind == "normal" else (1, 4):
            result = _cameras(count, clips)
            first = first or result
            rate = result["frames"] / result["seconds"]
            added = (result["peak_mb"] - first["peak_mb"]) / (count - 1) if count > 1 else None
            print(
                f"| {kind} | {count} | {rate:.0f} | {rate / FPS / cores():.1f} "
                f"| {result['processor_seconds'] / result['frames'] * 1000:.1f} "
                f"| {result['looks'] / result['frames']:.0%} | {result['peak_mb']:.0f} "
                f"| {'' if added is None else f'{added:.0f}'} |",
                flush=True,
            )
    print()


def report_start(clip: Path | None, folder: Path, runs: int) -> None:
    """Print how long loading takes, and the first picture on the command line.

    Args:
        clip: A video with vehicles; None: the picture is blank.
        folder: Where the picture goes.
        runs: Of each, in turns.
    """
    picture = folder / "picture.jpg"
    cv2.imwrite(str(picture), _frame(clip))
    imports, loads, reads, torch = [], [], [], False
    for _ in range(runs):
        out = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True).stdout.split()
        imports.append(float(out[0]))
        loads.append(float(out[1]))
        torch |= out[2] == "True"
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cli.main", "read", str(picture)], capture_output=True, check=True)
        reads.append(time.perf_counter() - started)
    print(f"### Cold start, medians of {runs} processes\n")
    print("| what | s |\n|---|---|")
    print(f"| importing recognition | {statistics.median(imports):.2f} |")
    print(f"| loading both models | {statistics.median(loads):.2f} |")
    print(f"| `platewatch read IMAGE`, all of it | {statistics.median(reads):.2f} |")
    print(f"\ntorch imported: {'yes' if torch else 'no'}\n")


def _cameras(count: int, clips: Sequence[Path]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.throughput.cameras", "--cameras", str(count), *map(str, clips)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _frame(clip: Path | None) -> cv2.typing.MatLike:
    """Return a frame from the middle of a clip."""
    blank = np.full((720, 1280, 3), 90, np.uint8)
    if clip is None:
        return blank
    capture = cv2.VideoCapture(str(clip))
    capture.set(cv2.CAP_PROP_POS_FRAMES, 60)
    ok, image = capture.read()
    capture.release()
    return image if ok else blank
