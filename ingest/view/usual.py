"""A camera that was moved, covered, or is not clear any more, told from what it usually sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ingest.view.features import Features, Look, features_of, likeness, look_at, without_traffic
from schemas.types import Image

LOOK_EVERY = timedelta(seconds=10)
LOOKS = 6
"""Pictures of which a view is made, a minute of them: what passes is in none of its places for half of them."""

LEARNING = 15
"""Views, by day and by night each, that are learned before any is unusual: a quarter of an hour."""

ALIKE = 0.55
"""Likeness from which on two views are of one place. Of rendered streets, one turned by two hundredths of
its width has .52 and one with a truck parked before it .64; two different ones have less than .1."""

BLURRED = 0.6
"""A view whose sharpness is below this share of what is usual there is blurred: it is what a blur of seven thousandths
of the picture's width leaves, at which plates cannot be read any more."""

MOST_USUAL = 8
"""Views that are remembered by day and by night each: what is in front of a camera may be parked there for hours."""

PACE = 0.05
"""How fast what is usual follows what is seen: shadows move all day."""

FLAT_DAYS = 1
"""Days after which a picture without anything in it is unusual at an hour at which there always was something."""


class Wrong(StrEnum):
    """In which way a camera does not see what it usually does."""

    OTHER = "it does not see what it usually sees: was it moved or turned, or is something in front of it?"
    BLURRED = "its picture is blurred: is it out of focus, dirty, wet or in fog?"
    NOTHING = "its picture shows nothing: is it covered, or is there no light?"


@dataclasses.dataclass(slots=True, eq=False)
class Usual:
    """One view that a camera usually has: its structure (576,), its sharpness, and how often it was seen."""

    structure: npt.NDArray[np.float32]
    sharpness: float
    seen: int = 1


@dataclasses.dataclass(slots=True)
class ViewMemory:
    """What a camera usually sees, by day (with color) and by night, and when it saw anything at all.

    Nothing in it shows a vehicle or a plate: grids of 32 x 18 numbers.
    """

    by_day: list[Usual] = dataclasses.field(default_factory=list)
    by_night: list[Usual] = dataclasses.field(default_factory=list)
    lit_hours: dict[int, set[int]] = dataclasses.field(default_factory=dict)
    """By hour of the day (UTC): the days, counted from year 1, on which there was something to see."""

    def views(self, *, has_color: bool) -> list[Usual]:
        """Return the ones that count for a picture with color, or for one without."""
        return self.by_day if has_color else self.by_night


class UsualView:
    """Looks at a camera's pictures now and then. For one thread.

    Args:
        patience: How long a view has to be unusual.
        memory: What an earlier run learned; it is changed in place.
    """

    def __init__(self, patience: timedelta, memory: ViewMemory | None = None) -> None:
        self.memory = memory or ViewMemory()
        self._patience = patience
        self._looks: list[Look] = []
        self._looked_at: datetime | None = None
        self._unusual_since: datetime | None = None
        self.wrong: Wrong | None = None
        """What is wrong with the view, and was for long enough."""

    def is_due(self, moment: datetime) -> bool:
        """Return whether a picture of this time is worth a look: most need not even be decoded for it."""
        return self._looked_at is None or not timedelta() <= moment - self._looked_at < LOOK_EVERY

    def look(self, picture: Image, moment: datetime) -> None:
        """Take a picture in.

        Args:
            picture: uint8 (H, W, 3), BGR.
            moment: When it was captured, aware.
        """
        gap = self._looked_at is not None and not timedelta() <= moment - self._looked_at <= LOOK_EVERY * LOOKS
        self._looked_at = moment
        look = look_at(picture)
        if gap or (self._looks and self._looks[-1].has_color != look.has_color):
            self._looks.clear()
        self._looks.append(look)
        if len(self._looks) < LOOKS:
            return
        features = features_of(without_traffic(self._looks))
        self._looks.clear()
        self._judge(self._problem(features, moment, has_color=look.has_color), moment)

    def _judge(self, problem: Wrong | None, moment: datetime) -> None:
        if problem is None:
            self._unusual_since = self.wrong = None
            return
        if self._unusual_since is None or moment < self._unusual_since:
            self._unusual_since = moment
        if moment - self._unusual_since >= self._patience:
            self.wrong = problem

    def _problem(self, features: Features, moment: datetime, *, has_color: bool) -> Wrong | None:
        if features.is_flat:
            return self._dark(moment)
        self.memory.lit_hours.setdefault(moment.hour, set()).add(moment.toordinal())
        usual = self.memory.views(has_color=has_color)
        learning = sum(view.seen for view in usual) < LEARNING
        nearest = max(usual, key=lambda view: likeness(view.structure, features.structure), default=None)
        if nearest is None or likeness(nearest.structure, features.structure) < ALIKE:
            if not learning:
                return Wrong.BLURRED if _is_blurred(features, usual) else Wrong.OTHER
            _remember(usual, features)
            return None
        if not learning and features.sharpness < BLURRED * nearest.sharpness:
            return Wrong.BLURRED
        _follow(nearest, features)
        return None

    def _dark(self, moment: datetime) -> Wrong | None:
        """Tell whether there always was something to see at this time of the day."""
        today = moment.toordinal()
        before = [
            sum(day < today for day in self.memory.lit_hours.get((moment.hour + shift) % 24, ()))
            for shift in (-1, 0, 1)
        ]
        return Wrong.NOTHING if min(before) >= FLAT_DAYS else None

    def accept(self) -> None:
        """Forget what was usual: what the camera sees from now on is learned anew."""
        self.memory.by_day.clear()
        self.memory.by_night.clear()
        self._unusual_since = self.wrong = None


def _is_blurred(features: Features, usual: Sequence[Usual]) -> bool:
    return all(features.sharpness < BLURRED * view.sharpness for view in usual)


def _remember(usual: list[Usual], features: Features) -> None:
    if len(usual) >= MOST_USUAL:
        usual.remove(min(usual, key=lambda view: view.seen))
    usual.append(Usual(features.structure, features.sharpness))


def _follow(view: Usual, features: Features) -> None:
    moved = view.structure + PACE * (features.structure - view.structure)
    view.structure = (moved / max(float(np.linalg.norm(moved)), 1e-9)).astype(np.float32)
    view.sharpness += PACE * (features.sharpness - view.sharpness)
    view.seen += 1
