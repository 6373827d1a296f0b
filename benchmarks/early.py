"""How early a sure text is reported, and how often its pass changes it: `python -m benchmarks.early CLIP ...`."""

from __future__ import annotations

import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path

from ingest.video_file import read_video, video_item
from recognition.recognizer import Recognizer
from recognition.results import VehiclePass
from schemas.settings import RecognitionSettings


def play(recognizer: Recognizer, path: Path, *, early: bool) -> list[VehiclePass]:
    """Return what is handed on of a clip, in its order."""
    item = video_item("clip", path.name, path, datetime(2026, 1, 1, tzinfo=UTC))
    session = recognizer.session("clip", "local", None, path.name, reports_early=early)
    passes = [vehicle for frame in read_video(path, item) for vehicle in session.process(frame)]
    return [*passes, *session.finish()]


def main(paths: list[str]) -> None:
    """Compare the clips' passes with and without early reads, and print the figures."""
    recognizer = Recognizer(RecognitionSettings())
    early, changed, ahead, same, orphans = 0, 0, [], 0, 0
    finished = 0
    for path in map(Path, paths):
        plain = [vehicle.read for vehicle in play(recognizer, path, early=False)]
        reads = [vehicle.read for vehicle in play(recognizer, path, early=True)]
        final = {read.read_id: read for read in reads if read.is_final}
        finished += len(final)
        same += list(final.values()) == plain
        for read in (read for read in reads if not read.is_final):
            early += 1
            orphans += read.read_id not in final
            changed += read.read_id in final and final[read.read_id].plate != read.plate
            if read.read_id in final:
                ahead.append((final[read.read_id].last_seen - read.last_seen).total_seconds())
    print(
        f"{len(paths)} clips: {finished} finished passes, {early} early reads, {changed} changed, {orphans} unfinished"
    )
    print(f"{same} clips whose finished passes are the same without early reads")
    if ahead:
        print(f"before the vehicle left: median {statistics.median(ahead):.1f} s, least {min(ahead):.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
