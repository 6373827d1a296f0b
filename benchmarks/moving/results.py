"""What came of reading drives, kept in a file, so that a benchmark that was ended goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.moving.clips import Clip
from benchmarks.moving.ways import Driven


@dataclass(frozen=True, slots=True)
class Result:
    """One drive, read in one way.

    Attributes:
        clip: name of its video.
        name: its kind.
        fps: frames per second.
        way: how it was read.
        met: passes that could be found.
        found: those that were.
        doubles: reads that are one too many.
        wrong: reads whose text nobody carries.
        looks: frames that the detector saw.
        frames: all of them.
        milliseconds: of processor time a frame.
    """

    clip: str
    name: str
    fps: int
    way: str
    met: int
    found: int
    doubles: int
    wrong: int
    looks: int
    frames: int
    milliseconds: float


def result_of(clip: Clip, way: str, run: Driven) -> Result:
    """Return what came of a run."""
    found, doubles, wrong = run.score(clip)
    spent = run.processor_seconds / run.frames * 1000
    met = clip.met.total()
    return Result(clip.path.name, clip.name, clip.fps, way, met, found, doubles, wrong, run.looks, run.frames, spent)


def keep(path: Path, result: Result) -> None:
    """Add a result to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def kept(path: Path) -> Iterator[Result]:
    """Yield a file's results; none where there is no file."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Result(**json.loads(line))
