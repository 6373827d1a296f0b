"""How fast videos are read: against plain loops, on three kinds of road, with many cameras, from a cold start.

    python -m benchmarks.throughput --video toll-gate.mp4 [--plates A,B,C] [--runs N] [--only PART,...]

The baseline, *plain loop*, runs the detector on every frame and the reader on every plate in it, with the same weights
and limits, the detector by ONNX Runtime on all cores. The same loop with the engine that Platewatch takes here shows
which share of the gain is the engine's. All ways take turns in one run: compare its ratios, not figures of different
runs. The roads are rendered.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.throughput.engines import report_batches
from benchmarks.throughput.load import report_cameras, report_start
from benchmarks.throughput.roads import EVERY_SECONDS, Road, render_road
from benchmarks.throughput.videos import report_roads, report_video
from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from schemas.plates import canonical_plate

PARTS = ("video", "roads", "cameras", "start", "batches")
TOLL_GATE_PLATES = "34A36837,34A23126,89C20339"


def main() -> None:
    parser = parser_of("throughput", __doc__)
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


if __name__ == "__main__":
    main()
