"""How well plates are read from a driving car, against a plain loop.

    python -m benchmarks.moving [--seeds N] [--first-seed N] [--only drives,live] [--keep FOLDER]

*drives*: rendered ones of five kinds, at 15 frames/s (1280x720, 16 s) and 30 (1920x1080, 6 s): vehicles ahead,
passing, oncoming, parked in rows, around a corner. The baseline, *plain loop*, runs the detector on every frame, the
reader on every plate, and a tracker that takes the nearest box. A pass is found where a read says its text, doubled
where two do; a text that no vehicle of the drive carries is wrong. *live*: two cameras at 15 frames/s that wait for
nobody, with a core each: what the reader leaves out. Texts count from a confidence of 0.8 on.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.moving.clips import NAMES, Clip, draw_clip
from benchmarks.moving.live import report_live
from benchmarks.moving.ways import Driven, Way, own_way, plain_loop


def main() -> None:
    parser = parser_of("moving", __doc__)
    parser.add_argument("--seeds", type=int, default=1, help="drives of each kind and rate (default 1)")
    parser.add_argument("--first-seed", type=int, default=1, help="seed of the first (default 1)")
    parser.add_argument("--only", default="drives,live", help="parts, of drives,live")
    parser.add_argument("--keep", type=Path, help="a folder in which the drives' videos stay")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}\n`python -m benchmarks.moving`\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        if "drives" in parts:
            report_drives([draw_clip(folder, name, seed, fps) for name in NAMES for fps in (15, 30) for seed in seeds])
        if "live" in parts:
            report_live([draw_clip(folder, name, arguments.first_seed, 15) for name in ("lot", "turn")])


def report_drives(clips: list[Clip]) -> None:
    """Compare the ways on drives, kind by kind."""
    ways: tuple[tuple[str, Way], ...] = (
        ("plain loop (baseline)", plain_loop()),
        ("as a fixed camera", own_way(moves=False)),
        ("as one on a vehicle", own_way(moves=True)),
    )
    print(
        "| drive | way | passes found | doubles | wrong texts | frames looked at | processor ms/frame "
        "| frames per processor second | x baseline |\n|---|---|---|---|---|---|---|---|---|"
    )
    kinds: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        kinds[f"{clip.name}, {clip.fps}/s"].append(clip)
        kinds[f"all, {clip.fps}/s"].append(clip)
    results = {(clip.path, name): way(clip.path) for name, way in ways for clip in clips}
    for kind in sorted(kinds, key=lambda kind: (kind.startswith("all"), kind)):
        base: float | None = None
        for name, _ in ways:
            runs = [results[clip.path, name] for clip in kinds[kind]]
            spent = sum(run.processor_seconds for run in runs) / sum(run.frames for run in runs) * 1000
            base = base or spent
            print(
                f"| {kind} | {name} | {_found(kinds[kind], runs)} | {sum(r.looks for r in runs)} of "
                f"{sum(r.frames for r in runs)} | {spent:.1f} | {1000 / spent:.0f} | {base / spent:.2f} |",
                flush=True,
            )
    print()


def _found(clips: list[Clip], runs: list[Driven]) -> str:
    """Return the cells of a row that say what was found: passes of all, doubles, wrong texts."""
    found = doubles = wrong = 0
    for clip, run in zip(clips, runs, strict=True):
        found += len(clip.plates & run.passes.keys())
        doubles += sum(count - 1 for text, count in run.passes.items() if text in clip.all_plates)
        wrong += sum(count for text, count in run.passes.items() if text not in clip.all_plates)
    return f"{found} of {sum(len(clip.plates) for clip in clips)} | {doubles} | {wrong}"


if __name__ == "__main__":
    main()
