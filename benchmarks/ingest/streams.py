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


def _add_arguments(group: Any) -> None:
    group.add_argument("--streams", default="8,12", help="how many cameras at once (default 8,12)")
    group.add_argument("--stream-seconds", type=float, default=60.0, help="how long each is measured (default 60)")
    group.add_argument("--stream-fps", type=int, default=10, help="pictures per second of each (default 10)")


def _run(arguments: argparse.Namespace) -> None:
    print("## Live cameras\n")
    print(f"1920x1080, {arguments.stream_fps} pictures per second, H.264 over RTSP (TCP), rendered traffic.\n")
    print("| way | cameras | looked at per s | dropped | of two cores | decode | gate | detect, read | memory MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        ready = multiprocessing.get_context("spawn").Queue()
        clip = _clip(Path(folder), arguments.stream_fps)
        server = multiprocessing.get_context("spawn").Process(target=serve_clip, args=(str(clip), ready), daemon=True)
        server.start()
        url = ready.get(timeout=60)
        try:
            for count in map(int, arguments.streams.split(",")):
                for way in ("platewatch", "plain loop"):
                    command = [sys.executable, "-m", "benchmarks.ingest.cameras", way, url]
                    command += [str(count), str(arguments.stream_seconds)]
                    print(
                        subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True
                    )
        finally:
            server.terminate()
            server.join()
    print()


def _clip(folder: Path, fps: int) -> Path:
    from rendering.scene.traffic import render_traffic
    from services.rtsp.encode import as_camera_sends

    scene, clip = folder / "scene.mp4", folder / "clip.mp4"
    render_traffic(scene)
    as_camera_sends(scene, clip, size=(1920, 1080), rate=fps)
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
