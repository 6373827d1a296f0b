"""Rendered drives, kept as videos, each with the plates that a person could read in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, get_args

from benchmarks.throughput.cameras import STARTED_AT
from ingest.video_file import read_video, video_item
from rendering.street.filming import encounters, film_to
from rendering.street.scenes import SceneName, street_scene
from schemas.plates import canonical_plate
from schemas.types import Frame

NAMES: Final[tuple[SceneName, ...]] = get_args(SceneName)

RATES: Final = (15, 10, 30)
"""Frames per second."""

_SECONDS: Final[dict[int, dict[SceneName, float]]] = {
    10: {"follow": 8, "oncoming": 5, "curb": 4, "lot": 4, "turn": 9, "tail": 20, "uturn": 11, "highway": 4, "fleet": 4},
    15: {"follow": 8, "oncoming": 4, "curb": 4, "lot": 3, "turn": 9, "tail": 14, "uturn": 11, "highway": 4, "fleet": 4},
    30: {"follow": 3, "oncoming": 2.5, "curb": 2.5, "lot": 2, "turn": 5, "tail": 9, "uturn": 5, "highway": 2.5,
         "fleet": 2.5},
}  # fmt: skip
"""How long a drive is filmed at each rate."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A drive as a video, and the truth about it.

    Attributes:
        name: its kind.
        seed: of all chance in it.
        fps: frames per second.
        path: the video.
        moments: the second of each frame.
        met: how many times each plate was met, by its canonical text, that can be read in two frames and more.
        all_plates: those of every vehicle that comes into view.
    """

    name: SceneName
    seed: int
    fps: int
    path: Path
    moments: tuple[float, ...]
    met: Counter[str]
    all_plates: frozenset[str]

    def frames(self) -> Iterator[Frame]:
        """Yield the frames with the times at which they were filmed, which need not be even."""
        item = video_item("moving", self.path.name, self.path, STARTED_AT)
        for frame, second in zip(read_video(self.path, item), self.moments, strict=False):
            yield replace(frame, captured_at=STARTED_AT + timedelta(seconds=second))


def draw_clip(
    folder: Path, name: SceneName, seed: int, fps: int, *, size: tuple[int, int] = (1280, 720), varied: bool = True
) -> Clip:
    """Draw one drive, unless the folder has it.

    Args:
        folder: where the video goes, and the truth beside it.
        name: what kind of drive.
        seed: of all chance.
        fps: one of `RATES`.
        size: width, height in pixels.
        varied: see `street_scene`.
    """
    path = folder / f"{name}-{seed}-{fps}-{size[1]}{'' if varied else '-usual'}.mp4"
    known = path.with_suffix(".json")
    if not known.exists():
        scene = street_scene(name, seed, size=size, fps=fps, seconds=_SECONDS[fps][name], varied=varied)
        truth = film_to(path, scene)
        texts = {number: canonical_plate(one.look.serial) for number, one in enumerate(scene.vehicles, start=1)}
        met: Counter[str] = Counter()
        for number, times in encounters(truth, scene.moments()).items():
            met[texts[number]] += times
        seen = sorted({texts[plate.number] for plates in truth for plate in plates})
        known.write_text(json.dumps({"moments": scene.moments(), "met": met, "seen": seen}), encoding="utf-8")
    told = json.loads(known.read_text(encoding="utf-8"))
    return Clip(name, seed, fps, path, tuple(told["moments"]), Counter(told["met"]), frozenset(told["seen"]))
