"""Frames per second of the main job's recognition against the plain loop: detector and OCR on every frame.

    python -m benchmarks.main_job [--video FILE] [--runs N]

Both use the shipped weights and the same settings, in turns, in one process. Without a video the demo clip is drawn.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from ingest.video_file import VideoFileSource
from recognition.recognizer import Recognizer
from rendering.traffic import render_traffic
from schemas.settings import CameraSettings, RecognitionSettings

SURE = 0.8


def plain_loop(recognizer: Recognizer, source: VideoFileSource) -> tuple[float, int, set[str]]:
    """Detect and read every frame on its own; a plate counts when one frame reads it surely."""
    plates: set[str] = set()
    frames = 0
    started = time.perf_counter()
    for item in source.items():
        for frame in source.frames(item):
            frames += 1
            plates |= {read.plate for read in recognizer.read_picture(frame.image) if read.confidence >= SURE}
    return time.perf_counter() - started, frames, plates


def main_job(recognizer: Recognizer, source: VideoFileSource) -> tuple[float, int, set[str]]:
    """Track and fuse, as `platewatch run` does."""
    plates: set[str] = set()
    frames = 0
    started = time.perf_counter()
    for item in source.items():
        session = recognizer.session(item.camera_id, "benchmark", None, item.name)
        passes = []
        for frame in source.frames(item):
            frames += 1
            passes += session.process(frame)
        passes += session.finish()
        plates |= {vehicle.read.plate for vehicle in passes if vehicle.read.confidence >= SURE}
    return time.perf_counter() - started, frames, plates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--video", type=Path, help="video file; default: the demo's clip")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, in turns (default 3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = arguments.video
        if video is None:
            video = Path(folder) / "traffic.mp4"
            render_traffic(video)
        camera = CameraSettings(id="bench", type="video_file", path=video, started_at=datetime(2026, 1, 1, tzinfo=UTC))
        source = VideoFileSource(camera)
        recognizer = Recognizer(RecognitionSettings())
        plain, ours = [], []
        for _ in range(arguments.runs):
            plain.append(plain_loop(recognizer, source))
            ours.append(main_job(recognizer, source))
    report(video, plain, ours)


def report(video: Path, plain: list[tuple[float, int, set[str]]], ours: list[tuple[float, int, set[str]]]) -> None:
    print(
        f"{video.name}, {plain[0][1]} frames, {len(plain)} runs each, {platform.machine()}, Python "
        f"{platform.python_version()}"
    )
    print("| way | median s | median frames/s | texts read with confidence >= .8 |\n|---|---|---|---|")
    for name, runs in (("plain loop", plain), ("main job", ours)):
        seconds = statistics.median(run[0] for run in runs)
        print(f"| {name} | {seconds:.1f} | {runs[0][1] / seconds:.1f} | {len(runs[-1][2])} |")
    ratio = statistics.median(a[0] / b[0] for a, b in zip(plain, ours, strict=True))
    print(f"\nmedian ratio, run by run: {ratio:.2f}")
    print("read by the main job:", " ".join(sorted(ours[-1][2])))
    print("by the plain loop only:", " ".join(sorted(plain[-1][2] - ours[-1][2])) or "-")


if __name__ == "__main__":
    main()
