"""From the frame that made a text sure to its alert's commit: a whole service, by file and by a live camera."""

from __future__ import annotations

import csv
import multiprocessing
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.ingest.streams import serve_clip
from pipeline.services.run import Service
from recognition.results import VehiclePass
from recognition.session import RecognitionSession
from rendering.scene.traffic import render_traffic
from schemas.events import Alert, AlertType
from schemas.settings import load_settings
from schemas.types import Frame, PlateRead
from services.rtsp.encode import as_camera_sends
from storage.database import open_database

_FILE = '[[cameras]]\nid = "road"\ntype = "video_file"\npath = "{}"\n'
_LIVE = '[[cameras]]\nid = "road"\ntype = "rtsp"\nurl = "{}"\nclock = "arrival"\n'


class _Watch:
    """Notes when frames were there, and when the alerts about them were committed."""

    def __init__(self) -> None:
        self.seen: dict[datetime, float] = {}
        self.early: list[float] = []
        self.finished: list[float] = []
        self.updates = self.doubles = 0
        self._alerted: set[object] = set()

    def recorded(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Take a read and its alerts, after their commit."""
        now = time.time()
        for alert in alerts:
            if alert.type is not AlertType.ALERT:
                self.updates += 1
                continue
            self.doubles += read.read_id in self._alerted
            self._alerted.add(read.read_id)
            frame = self.seen.get(read.last_seen)
            if frame is not None:
                (self.finished if read.is_final else self.early).append(now - frame)

    @contextmanager
    def noting(self, *, is_live: bool) -> Iterator[None]:
        """Note of every frame when it was decoded, or when it arrived where it is live."""
        process = RecognitionSession.process

        def noted(session: RecognitionSession, frame: Frame) -> list[VehiclePass]:
            self.seen[frame.captured_at] = frame.captured_at.timestamp() if is_live else time.time()
            return process(session, frame)

        RecognitionSession.process = noted  # type: ignore[method-assign]
        try:
            yield
        finally:
            RecognitionSession.process = process  # type: ignore[method-assign]


def report_latency(folder: Path, seconds: float) -> None:
    """Print a row for a file and one for a live camera.

    Args:
        folder: For clips and data directories.
        seconds: How long the live camera is watched.
    """
    scene, clip = folder / "scene.mp4", folder / "clip.mp4"
    plates = [vehicle.serial for vehicle in render_traffic(scene).vehicles]
    as_camera_sends(scene, clip, size=(1920, 1080), rate=10)
    print("### From a frame to its stored alert\n")
    print(
        "| | second reader | alerts of early reads | p50 s | p95 s | most s | alerts of finished passes | p50 s after "
        "the last sighting | updates | second alerts |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    context = multiprocessing.get_context("spawn")
    ready: Any = context.Queue()
    server = context.Process(target=serve_clip, args=(str(clip), ready), daemon=True)
    server.start()
    try:
        url = ready.get(timeout=60)
        for reader in ("auto", "off"):
            for kind, camera in (("file", _FILE.format(scene)), ("live", _LIVE.format(url))):
                watch = _Watch()
                _run(folder / f"{kind}-{reader}", camera, plates, watch, reader, None if kind == "file" else seconds)
                _row(kind, reader, watch)
    finally:
        server.terminate()
        server.join()
    print()


def _row(kind: str, reader: str, watch: _Watch) -> None:
    early = sorted(watch.early)
    p95 = early[min(int(0.95 * len(early)), len(early) - 1)] if early else float("nan")
    print(
        f"| {kind} | {reader} | {len(early)} | {_middle(early)} | {p95:.2f} | {max(early, default=float('nan')):.2f} "
        f"| {len(watch.finished)} | {_middle(watch.finished)} | {watch.updates} | {watch.doubles} |",
        flush=True,
    )


def _middle(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f}" if seconds else ""


def _run(folder: Path, camera: str, plates: Sequence[str], watch: _Watch, reader: str, seconds: float | None) -> None:
    """Run a service over a camera: to the end of its file, or for so long."""
    folder.mkdir()
    config, entries = folder / "platewatch.toml", folder / "plates.csv"
    # Each time that the clip is played again its vehicles are others.
    config.write_text(
        f'data_dir = "data"\nagency_id = "bench"\n[alerts]\nsecond_reader = "{reader}"\n[repeats]\n'
        f"window_minutes = 0\n{camera}"
    )
    with entries.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("plate", "category"), *((plate, "stolen_vehicle") for plate in plates)])
    importing = ("hotlist", "import", "--source", "csv", str(entries), "--config", str(config))
    subprocess.run([sys.executable, "-m", "cli.main", *importing], check=True, capture_output=True)
    settings, stop = load_settings(config), threading.Event()
    timer = threading.Timer(seconds or 0.0, stop.set)
    with open_database(settings) as database, watch.noting(is_live=seconds is not None):
        service = Service(settings, database, None, watch.recorded)
        if seconds is not None:
            timer.start()
        service.run(stop, until_done=seconds is None)
    timer.cancel()
