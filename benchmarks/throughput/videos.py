"""The ways of reading compared on one real video, and on the rendered roads."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.throughput.roads import Road
from benchmarks.throughput.ways import Played, Way, every_frame, own_way, plain_loop
from ingest.open_video import OpenVideo


def report_video(video: Path, plates: set[str], runs: int) -> None:
    """Compare the ways on one real video.

    Args:
        video: The file.
        plates: Canonical texts of the plates that a person reads in it.
        runs: Of each way, in turns.
    """
    with OpenVideo(video) as opened:
        length = opened.frame_count / opened.rate
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
