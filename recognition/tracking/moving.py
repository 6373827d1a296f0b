"""Which frames of a camera on a vehicle are worth a look, and where the followed plates went between looks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from recognition.reading.fusion import FusedRead
from recognition.tracking.attention import Attention, Followed, Look
from recognition.tracking.flow import Floats, Motion, PictureFlow
from schemas.plates import canonical_plate
from schemas.types import Box, Frame

LOST_AFTER = timedelta(seconds=0.4)
"""A plate that was not seen for this long while the vehicle drives is over: another one may be where it was. If it is
seen again, its text says so."""

_MOVES = 0.0012
"""Widths of the picture that a point has to move in `_MOVES_IN`, more than noise and an engine's shaking."""

_MOVES_IN = timedelta(seconds=1 / 15)
_LEAST_MOVES = 0.25
"""Share of `_MOVES` that is motion however soon frames follow one another: what is less is noise."""

_MOVES_SHARE = 0.4
"""Share of the points that move where the vehicle does; passing vehicles and trees are less."""

_STANDS_AFTER = timedelta(seconds=0.19)
"""Time for which it has to stand before the pictures are compared with what was looked at: four frames of fifteen a
second."""

_LEAST_POINTS = 12
"""Points of which the motion has to be found before it tells anything."""

_FAST = 0.9
"""The picture's motion is that of its faster parts: this share of the points moves less."""

_LOOK_EACH = 0.03
"""Widths that the picture moves until the next look: a plate that crosses the picture is seen thirty times."""

_LOOK_EACH_PLATE = 1.0
"""Widths of its own that a plate moves until the next look."""

_LOOK_AFTER = timedelta(seconds=0.12)
"""Time after which there is a look in any case while the vehicle drives."""


_EDGE = 0.002
"""Widths of the picture from its edge at which a plate may be cut off by it."""


CLEAR = 0.45
"""Confidence from which on the detector sees a whole plate; what is left of one it sees less surely."""

_WHOLE = 6
"""Characters of most plates; a shorter text may be what another vehicle leaves to be seen of one."""


class MovingAttention:
    """Decides frame by frame, as `Attention` does for a camera that stands. One sequence, one thread at a time.

    While the vehicle drives everything changes, and a change tells nothing: there is a look, at the whole frame, each
    time the picture or a plate in it has moved so far that the next one may be taken for another, and some eight times
    a second. While the vehicle stands, at a light or where it waits, the pictures are compared as those of any camera
    are; what was learned of them ends when it drives on.

    Args:
        relaxed_look_seconds: See `Attention`.
        forced_look_seconds: See `Attention`.
    """

    def __init__(self, relaxed_look_seconds: float, forced_look_seconds: float) -> None:
        self._seconds = relaxed_look_seconds, forced_look_seconds
        self._standing: Attention | None = None
        self._flow = PictureFlow()
        self._still_since: datetime | None = None
        self._frame_at: datetime | None = None
        self._moved = 0.0
        self._looked_at: datetime | None = None
        self._places: dict[int, _Place] = {}

    @property
    def drives(self) -> bool:
        """Whether the vehicle moves, as far as its pictures tell."""
        return self._standing is None

    def carried(self) -> dict[int, tuple[float, float]]:
        """Return where the middles of the followed plates are now, in pixels of the frame, those that were found."""
        return {number: place.middle for number, place in self._places.items() if place.is_known}

    def consider(self, frame: Frame, followed: Iterable[Followed], *, is_rare: bool = False) -> Look | None:
        """Say whether a frame is worth a look, and where; `looked` has to follow when it is.

        Every frame has to be asked about: the motion is followed from one to the next.

        Args:
            frame: The next frame, in order of time.
            followed: The plates in view.
            is_rare: Frames are so far apart that each is worth a look at all of it.
        """
        plates = list(followed)
        self._carry(frame, plates)
        if self._standing is not None:
            return self._standing.consider(frame, plates, is_rare=is_rare)
        now = frame.captured_at
        if is_rare or self._looked_at is None or now - self._looked_at >= _LOOK_AFTER or self._moved >= _LOOK_EACH:
            return Look()
        return Look() if any(self._calls(one) for one in plates if not one.settled) else None

    def _calls(self, plate: Followed) -> bool:
        """Whether a plate that is not read yet has to be looked at: at first each time, for it may soon be gone."""
        return plate.is_new or self._places[plate.number].has_gone

    def unchanged(self, box: Box, frame: Frame) -> bool:
        """Say whether a place looks as it did when it was last looked at; never while the vehicle drives.

        Args:
            box: In pixels of the frame.
            frame: The one that `consider` was asked about.
        """
        return self._standing is not None and self._standing.unchanged(box, frame)

    def looked(self, frame: Frame, found: Iterable[Box]) -> None:
        """Note what a look has found.

        Args:
            frame: The one that `consider` was asked about.
            found: The plates in it, in pixels of the frame.
        """
        self._looked_at, self._moved = frame.captured_at, 0.0
        if self._standing is not None:
            self._standing.looked(frame, found)

    def _carry(self, frame: Frame, plates: list[Followed]) -> None:
        """Follow the plates from the frame before to this one, and take notice of how everything moved."""
        self._places = {one.number: self._place(one) for one in plates}
        width = frame.size[0]
        known = {number: place for number, place in self._places.items() if place.is_known}
        motion = self._flow.next(
            frame.preview, width, {number: (place.box, place.motion) for number, place in known.items()}
        )
        for number, place in known.items():
            place.move(motion.plates.get(number), width)
        self._moved += fastest(motion.lengths)
        self._notice(motion, frame.captured_at)

    def _place(self, plate: Followed) -> _Place:
        place = self._places.get(plate.number)
        if place is not None and place.seen is plate.box:
            return place
        # It was seen since: what was reckoned is not needed any more, but for how it moves.
        return _Place(plate.box, (0.0, 0.0) if place is None else place.motion)

    def _notice(self, motion: Motion, now: datetime) -> None:
        since, self._frame_at = self._frame_at, now
        if is_driving(motion.lengths, _MOVES_IN if since is None else now - since):
            self._still_since = self._standing = None
            return
        if len(motion.lengths) < _LEAST_POINTS:
            return
        self._still_since = self._still_since or now
        if now - self._still_since >= _STANDS_AFTER and self._standing is None:
            self._standing = Attention(*self._seconds)


class _Place:
    """Where a plate is: where it was seen, and how far it went since."""

    def __init__(self, seen: Box, motion: tuple[float, float]) -> None:
        self.seen = self.box = seen
        self.motion = motion
        self.is_known = True

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box.x1 + self.box.x2) / 2, (self.box.y1 + self.box.y2) / 2

    @property
    def has_gone(self) -> bool:
        """Whether it went so far that it has to be looked for; also where nobody knows."""
        far = max(abs(self.box.x1 - self.seen.x1), abs(self.box.y1 - self.seen.y1))
        return not self.is_known or far >= _LOOK_EACH_PLATE * self.seen.width

    def move(self, motion: tuple[float, float] | None, width: int) -> None:
        """Move it on by the widths of a picture so many pixels wide; None: it was not found."""
        if motion is None:
            self.is_known = False
            return
        x, y = motion[0] * width, motion[1] * width
        self.box = Box(self.box.x1 + x, self.box.y1 + y, self.box.x2 + x, self.box.y2 + y)
        self.motion = motion


def is_driving(lengths: Floats, interval: timedelta = _MOVES_IN) -> bool:
    """Tell from the motion of points all over the picture whether the camera moves.

    Args:
        lengths: Of the motion since the frame before, in widths of the picture (n,).
        interval: Time since that frame.
    """
    moves = _MOVES * min(max(interval / _MOVES_IN, _LEAST_MOVES), 1.0)
    return len(lengths) >= _LEAST_POINTS and bool((lengths > moves).mean() >= _MOVES_SHARE)


def fastest(lengths: Floats) -> float:
    """Return how far the faster parts of a picture moved, in its widths; 0 where too little is known."""
    return float(np.quantile(lengths, _FAST)) if len(lengths) >= _LEAST_POINTS else 0.0


def is_cut(box: Box, size: tuple[int, int]) -> bool:
    """Say whether the picture's left or right edge cuts a plate off, so that it reads as a shorter one.

    Where everything passes the camera, each plate ends so.

    Args:
        box: In pixels of the frame.
        size: Width and height of the frame.
    """
    edge = max(_EDGE * size[0], 1.0)
    return box.x1 <= edge or box.x2 >= size[0] - edge


def may_be_part(read: FusedRead) -> bool:
    """Say whether a text may be a part of a plate that another vehicle half hides: it reads as surely as a whole one.

    In a row of parked cars, and where one cuts in, that goes on for seconds. So such a text is not told before its pass
    is over, and where the plate was never seen clearly it is no read.

    Args:
        read: What was read.
    """
    return len(canonical_plate(read.plate)) < _WHOLE
