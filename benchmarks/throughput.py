"""How fast videos are read: against plain loops, on three kinds of road, with many cameras, from a cold start.

    python -m benchmarks.throughput --video toll-gate.mp4 [--plates A,B,C] [--runs N] [--only PART,...]

The baseline, *plain loop*, runs the detector on every frame and the reader on every plate in it, with the same weights
and limits, the detector by ONNX Runtime on all cores. The same loop with the engine that Platewatch takes here shows
which share of the gain is the engine's. All ways take turns in one run: compare its ratios, not figures of different
runs. The roads are rendered.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.roads import EVERY_SECONDS, Road, render_road
from benchmarks.throughput_engines import report_batches
from benchmarks.throughput_load import report_cameras, report_start
from benchmarks.throughput_ways import Played, Way, every_frame, own_way, plain_loop
from ingest.video_file import OpenVideo
from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from schemas.plates import canonical_plate

PARTS = ("video", "roads", "cameras", "start", "batches")
TOLL_GATE_PLATES = "34A36837,34A23126,89C20339"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--video", type=Path, help="a real video; without one that part is left out")
    parser.add_argument("--plates", default=TOLL_GATE_PLATES, help="the plates in it (default: those of toll-gate.mp4)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each way, in turns (default 3)")
    parser.add_argument("--cameras", default="1,2,4,8,16", help="how many cameras at once (default 1,2,4,8,16)")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {','.join(PARTS)}")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    engine = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.5, iou=0.5).engine
    print(f"{machine()}\n`python -m benchmarks.throughput`; the detector's engine here: {engine}\n")
    with tempfile.TemporaryDirectory() as folder:
        if "video" in parts and arguments.video is not None:
            plates = {canonical_plate(text) for text in arguments.plates.split(",")}
            report_video(arguments.video, plates, arguments.runs)
        roads: list[Road] = []
        if "roads" in parts or "cameras" in parts:
            roads = [render_road(name, Path(folder), night=night) for name in EVERY_SECONDS for night in (False, True)]
        if "roads" in parts:
            report_roads(roads)
        if "cameras" in parts:
            report_cameras(roads, [int(count) for count in arguments.cameras.split(",")])
        if "start" in parts:
            report_start(roads[0].path if roads else None, Path(folder), arguments.runs)
        if "batches" in parts:
            report_batches(arguments.runs)


def report_video(video: Path, plates: set[str], runs: int) -> None:
    """Compare the ways on one real video.

    Args:
        video: The file.
        plates: Canonical texts of the plates that a person reads in it.
        runs: Of each way, in turns.
    """
    opened = OpenVideo(video)
    length = opened.frame_count / opened.rate
    opened.capture.release()
    ways = (
        ("plain loop, ONNX Runtime (baseline)", plain_loop("onnxruntime")),
        ("plain loop, Platewatch's engine", plain_loop("auto")),
        ("Platewatch", own_way()),
    )
    played: dict[str, list[Played]] = {name: [] for name, _ in ways}
    for _ in range(runs):
        for name, way in ways:
            played[name].append(way(video))
    base = played[ways[0][0]]
    print(f"### {video.name}: {base[0].frames} frames, {length:.1f} s; medians of {runs} runs, in turns\n")
    print(
        "| way | s | frames/s | x real time | x baseline | processor ms/frame | frames looked at | plates found "
        "| other texts | doubles |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for name, _ in ways:
        mine = played[name]
        seconds = statistics.median(run.seconds for run in mine)
        ratio = statistics.median(slow.seconds / fast.seconds for slow, fast in zip(base, mine, strict=True))
        print(
            f"| {name} | {seconds:.2f} | {mine[0].frames / seconds:.0f} | {length / seconds:.1f} | {ratio:.2f} "
            f"| {processor_ms(mine):.1f} | {mine[0].looks} | {found(mine[-1], plates)} |"
        )
    print()


def report_roads(roads: Sequence[Road]) -> None:
    """Compare the ways on the rendered roads: what is found, and what it takes."""
    ways: tuple[tuple[str, Way], ...] = (
        ("plain loop, ONNX Runtime (baseline)", plain_loop("onnxruntime")),
        ("every frame, tracked and fused", own_way(every_frame())),
        ("Platewatch", own_way()),
    )
    print("### Rendered roads: 1280x720 at 10 frames/s, 24 s each; one run, in turns\n")
    print(
        "| road | way | frames/s | x baseline | processor ms/frame | frames looked at | plates found | other texts "
        "| doubles |\n|---|---|---|---|---|---|---|---|---|"
    )
    for road in roads:
        base: Played | None = None
        for name, way in ways:
            run = way(road.path)
            base = base or run
            print(
                f"| {road.name} | {name} | {run.frames / run.seconds:.0f} | {base.seconds / run.seconds:.2f} "
                f"| {processor_ms([run]):.1f} | {run.looks} of {run.frames} | {found(run, set(road.plates))} |",
                flush=True,
            )
    print()


def processor_ms(runs: Sequence[Played]) -> float:
    """Return the median milliseconds of processor time per frame."""
    return statistics.median(run.processor_seconds / run.frames for run in runs) * 1000


def found(run: Played, plates: set[str]) -> str:
    """Return the cells of a row that say what was found: plates of all, other texts, plates that came out twice."""
    doubled = sum(count - 1 for text, count in run.plates.items() if text in plates)
    others = sum(count for text, count in run.plates.items() if text not in plates)
    return f"{len(plates & run.plates.keys())} of {len(plates)} | {others} | {doubled}"


if __name__ == "__main__":
    main()
