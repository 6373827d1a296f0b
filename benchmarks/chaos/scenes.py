"""Who drives by in which turn; drawn once, for all books that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.pictures import Vehicle, render_clip, vehicles


@dataclass(frozen=True, slots=True)
class Scene:
    """The vehicles of one turn: one that nobody looks for then, and one each that two lists name."""

    stranger: Vehicle
    local: Vehicle
    county: Vehicle


class Scenes:
    """All turns' vehicles, drawn when they are asked for.

    Args:
        folder: Where the clip goes.
    """

    def __init__(self, folder: Path) -> None:
        self._drawn = vehicles()
        self._scenes: list[Scene] = []
        self.fixed = (next(self._drawn), next(self._drawn), next(self._drawn))
        """Three that come in every turn."""
        self.clip = folder / "clip.mp4"
        """A short video."""
        render_clip(self.clip)

    def of(self, turn: int) -> Scene:
        """Return a turn's vehicles."""
        while len(self._scenes) <= turn:
            self._scenes.append(Scene(next(self._drawn), next(self._drawn), next(self._drawn)))
        return self._scenes[turn]
