"""How many passes are reported early, and how often the finished pass says something else."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from ingest.video_file import read_video, video_item
from recognition.recognizer import Recognizer
from schemas.plates import canonical_plate
from schemas.settings import RecognitionSettings
from schemas.types import PlateRead

STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclasses.dataclass(slots=True)
class _Counts:
    clips: int = 0
    finished: int = 0
    early: int = 0
    changed: int = 0
    unfinished: int = 0
    same: int = 0
    same_ids: int = 0
    ahead: list[float] = dataclasses.field(default_factory=list)


def report_texts(clips: Mapping[str, Sequence[Path]]) -> None:
    """Print a row for each kind of clips.

    Args:
        clips: By kind.
    """
    recognizer = Recognizer(RecognitionSettings())
    print("### Early texts\n")
    print(
        "| clips | | passes | reported early | changed by the finished pass | never finished | clips with the same "
        "passes without early reads (with the same ids) | before the last sighting, median s |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for kind, paths in clips.items():
        counts = _Counts()
        for path in paths:
            _compare(recognizer, path, counts)
        if counts.clips:
            share = counts.early / max(counts.finished, 1)
            ahead = f"{statistics.median(counts.ahead):.1f}" if counts.ahead else ""
            print(
                f"| {kind} | {counts.clips} | {counts.finished} | {counts.early} ({share:.0%}) | {counts.changed} "
                f"| {counts.unfinished} | {counts.same} ({counts.same_ids}) | {ahead} |",
                flush=True,
            )
    print()


def _compare(recognizer: Recognizer, path: Path, counts: _Counts) -> None:
    plain, reads = _play(recognizer, path, early=False), _play(recognizer, path, early=True)
    finished = [read for read in reads if read.is_final]
    by_id = {read.read_id: read for read in finished}
    counts.clips += 1
    counts.finished += len(finished)
    counts.same += [_without_id(read) for read in finished] == [_without_id(read) for read in plain]
    counts.same_ids += [read.read_id for read in finished] == [read.read_id for read in plain]
    for read in (read for read in reads if not read.is_final):
        final = by_id.get(read.read_id)
        counts.early += 1
        counts.unfinished += final is None
        if final is not None:
            counts.changed += canonical_plate(final.plate) != canonical_plate(read.plate)
            counts.ahead.append((final.last_seen - read.last_seen).total_seconds())


def _play(recognizer: Recognizer, path: Path, *, early: bool) -> list[PlateRead]:
    """Return what is handed on of a clip, in its order."""
    item = video_item("clip", path.name, path, STARTED_AT)
    session = recognizer.session("clip", "local", path.name, reports_early=early)
    passes = [vehicle for frame in read_video(path, item) for vehicle in session.process(frame)]
    return [vehicle.read for vehicle in (*passes, *session.finish())]


def _without_id(read: PlateRead) -> PlateRead:
    return dataclasses.replace(read, read_id=UUID(int=0))
