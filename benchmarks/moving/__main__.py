"""How well plates are read from a driving car, against a plain loop.

    python -m benchmarks.moving [--seeds N] [--first-seed N] [--rates 10,15,30] [--kinds NAME,...] [--size 1280x720]
                                [--usual] [--fixed] [--only drives,live] [--keep FOLDER]

*drives*: rendered ones of nine kinds (rendering/street/), each with several seeds, which draw what vehicles look like
and how they drive, by day, by night, in rain or with flashing lights, and what the camera is like: lens, shutter, how
it shakes, whether its frames come evenly. The baseline, *plain loop*, runs the detector on every frame, the reader on
every plate, and a tracker that takes the nearest box. A pass is found where a read says its text, doubled where more
do than times that it was met; a text that no vehicle of the drive carries is wrong. Both ways see the same detections
of a frame; whoever asks for them is charged for them. *live*: two cameras at 15 frames/s that wait for nobody, with a
core each: what the reader leaves out. Texts count from a confidence of 0.8 on.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.moving.clips import NAMES, RATES, Clip, draw_clip
from benchmarks.moving.live import report_live
from benchmarks.moving.looks import ChargedRecognizer
from benchmarks.moving.results import Result, keep, kept, result_of
from benchmarks.moving.ways import Way, own_way, plain_loop
from schemas.settings import RecognitionSettings

BASELINE = "plain loop (baseline)"


def main() -> None:
    parser = parser_of("moving", __doc__)
    parser.add_argument("--seeds", type=int, default=5, help="drives of each kind and rate (default 5)")
    parser.add_argument("--first-seed", type=int, default=1, help="seed of the first (default 1)")
    parser.add_argument("--rates", default=",".join(map(str, RATES)), help="frames per second, of 10,15,30")
    parser.add_argument("--kinds", default=",".join(NAMES), help="kinds of drives")
    parser.add_argument("--size", default="1280x720", help="of the pictures, in pixels (default 1280x720)")
    parser.add_argument("--usual", action="store_true", help="usual plates, roads, cameras and daylight alone")
    parser.add_argument("--fixed", action="store_true", help="read them as from a fixed camera, too")
    parser.add_argument("--only", default="drives,live", help="parts, of drives,live")
    parser.add_argument("--keep", type=Path, help="a folder in which videos and results stay, and are taken from")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}\n`python -m benchmarks.moving`\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        width, height = (int(part) for part in arguments.size.split("x"))
        if "drives" in parts:
            wanted = [
                (name, seed, int(fps))
                for seed in seeds
                for fps in arguments.rates.split(",")
                for name in NAMES
                if name in arguments.kinds.split(",")
            ]
            clips = (draw_clip(folder, *one, size=(width, height), varied=not arguments.usual) for one in wanted)
            report(measured(clips, folder / "results.jsonl", with_fixed=arguments.fixed))
        if "live" in parts:
            report_live([draw_clip(folder, name, arguments.first_seed, 15, varied=False) for name in ("lot", "turn")])
    print(f"load at the end {os.getloadavg()[0]:.1f}")


def measured(clips: Iterable[Clip], known: Path, *, with_fixed: bool) -> Iterator[Result]:
    """Read drives in each way, and yield what came of it.

    Args:
        clips: The drives.
        known: Where results are kept, and taken from.
        with_fixed: Also as from a fixed camera.
    """
    recognizer = ChargedRecognizer(RecognitionSettings(threads=1))
    ways: dict[str, Way] = {BASELINE: plain_loop(recognizer)}
    if with_fixed:
        ways["as a fixed camera"] = own_way(recognizer, moves=False)
    ways["as one on a vehicle"] = own_way(recognizer, moves=True)
    done = {(one.clip, one.way): one for one in kept(known)}
    for clip in clips:
        recognizer.forget()
        for way, play in ways.items():
            found = done.get((clip.path.name, way))
            if found is None:
                found = result_of(clip, way, play(clip))
                keep(known, found)
            yield found


def report(results: Iterable[Result]) -> None:
    """Print what was found, kind by kind."""
    rows: dict[str, dict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for kind in (f"{result.name}, {result.fps}/s", f"all, {result.fps}/s", "all"):
            rows[kind][result.way].append(result)
    print(
        "| drive | way | passes found | doubles | wrong texts | frames looked at | processor ms/frame, median (range) "
        "| frames per processor second | x baseline |\n|---|---|---|---|---|---|---|---|---|"
    )
    for kind in sorted(rows, key=lambda kind: (kind.startswith("all"), kind)):
        base = median(one.milliseconds for one in rows[kind][BASELINE])
        for way, each in rows[kind].items():
            spent = [one.milliseconds for one in each]
            print(
                f"| {kind} | {way} | {sum(one.found for one in each)} of {sum(one.met for one in each)} "
                f"| {sum(one.doubles for one in each)} | {sum(one.wrong for one in each)} "
                f"| {sum(one.looks for one in each)} of {sum(one.frames for one in each)} "
                f"| {median(spent):.1f} ({min(spent):.1f}-{max(spent):.1f}) | {1000 / median(spent):.0f} "
                f"| {base / median(spent):.2f} |",
                flush=True,
            )
    print()


if __name__ == "__main__":
    main()
