"""How sure and how soon early reads are.

    python -m benchmarks.early [CLIP ...] [--drawn N] [--seconds S] [--only texts,latency]

*texts*: clips, given ones and N that are drawn (day and night, worn characters, blur, noise, hard compression), are
read with and without early reads: how many passes were reported early, how many of those texts the finished pass
changed, and whether finished passes are the same either way. *latency*: a whole service on an embedded PostgreSQL, by
file and by a live RTSP camera, with a list that holds every plate that drives by: from the frame that made a text sure,
decoded or arrived, to the alert's commit.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.early.clips import draw_clip
from benchmarks.early.latency import report_latency
from benchmarks.early.texts import report_texts


def main() -> None:
    parser = parser_of("early", __doc__)
    parser.add_argument("clips", nargs="*", type=Path, help="videos to read besides the drawn ones")
    parser.add_argument("--drawn", type=int, default=12, help="clips to draw (default 12)")
    parser.add_argument("--first-seed", type=int, default=0, help="seed of the first drawn one (default 0)")
    parser.add_argument("--seconds", type=float, default=90.0, help="how long the live camera is watched (default 90)")
    parser.add_argument("--only", default="texts,latency", help="parts, of texts,latency")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}\n`python -m benchmarks.early`\n")
    with tempfile.TemporaryDirectory() as folder:
        if "texts" in parts:
            seeds = range(arguments.first_seed, arguments.first_seed + arguments.drawn)
            drawn = [draw_clip(seed, Path(folder) / f"drawn-{seed}.mp4") for seed in seeds]
            report_texts({"drawn": drawn, "given": arguments.clips})
        if "latency" in parts:
            report_latency(Path(folder), arguments.seconds)


if __name__ == "__main__":
    main()
