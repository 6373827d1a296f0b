"""Live cameras: how many are recognized at once, what each step takes, what was dropped; beside a plain loop.

Every camera is a real RTSP stream over a socket, from servers in a process of their own. The plain loop reads the same
streams with cv2.VideoCapture, a thread each, and runs the detector on every frame and the reader on every plate.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.ingest.part import Part
from rendering.scene.scenario import demo_scenario

MOST_BITS = 4_000_000
"""What cameras of this size are set to, per second."""

_COLUMNS = (
    "way", "cameras", "came per s", "taken per s", "dropped", "taken per s of the least camera", "cores taken",
    "server's cores", "decode ms", "gate ms", "look ms", "rest ms", "looks",
    "passes a round, right and other", "memory MB", "load",
)  # fmt: skip


def _add_arguments(group: Any) -> None:
    group.add_argument("--streams", default="8,12", help="how many cameras at once (default 8,12)")
    group.add_argument("--stream-seconds", type=float, default=60.0, help="how long each is measured (default 60)")
    group.add_argument("--stream-fps", type=int, default=10, help="pictures per second of each (default 10)")
    group.add_argument("--stream-ways", default="platewatch,plain loop", help="ways (default: both)")
    group.add_argument("--stream-clip", type=Path, help="a clip as a camera sends it; without one it is rendered")


def _run(arguments: argparse.Namespace) -> None:
    print("## Live cameras\n")
    print(
        f"1920x1080, {arguments.stream_fps} pictures per second, H.264 of at most {MOST_BITS // 1_000_000} Mbit/s over "
        "RTSP (TCP), rendered traffic. Times are of processors, per picture that came; memory at each "
        f"third. A round of the clip shows {len(demo_scenario().vehicles)} vehicles.\n"
    )
    print(f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}")
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        ready: Any = context.Queue()
        clip = arguments.stream_clip or _clip(Path(folder), arguments.stream_fps)
        server = context.Process(target=serve_clip, args=(str(clip), ready), daemon=True)
        server.start()
        url = ready.get(timeout=60)
        try:
            for count in arguments.streams.split(","):
                for way in arguments.stream_ways.split(","):
                    command = [sys.executable, "-m", "benchmarks.ingest.cameras", way, url, count]
                    command += [str(arguments.stream_seconds), str(server.pid)]
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    print(done.stdout, end="", flush=True)
        finally:
            server.terminate()
            server.join()
    print()


def _clip(folder: Path, fps: int) -> Path:
    from rendering.scene.traffic import render_traffic
    from services.rtsp.encode import as_camera_sends

    scene, clip = folder / "scene.mp4", folder / "clip.mp4"
    render_traffic(scene)
    as_camera_sends(scene, clip, size=(1920, 1080), rate=fps, most_bits=MOST_BITS)
    return clip


def serve_clip(clip: str, ready: Any) -> None:
    """Play a clip until the process is ended; its URL is put into a queue once it can be watched."""
    from services.rtsp.clip import Clip
    from services.rtsp.server import RtspServer

    with RtspServer({"camera": Clip.load(Path(clip))}) as server:
        ready.put(server.url("camera"))
        while True:
            time.sleep(1.0)


PART = Part("streams", _add_arguments, _run)
