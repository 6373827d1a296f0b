"""Passes that were handed on, in case their vehicle is seen again: the one ahead, which another hid for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recognition.tracking.same_vehicle import AGAIN_WINDOW, in_place, is_equal
from recognition.tracking.track import Track
from schemas.types import Box

AHEAD_WINDOW = timedelta(seconds=30)
"""As long may a vehicle be hidden that is then where it was, and as far away: a bus stood before it at a light."""

_MOST = 64
"""Passes that are kept; what drives past is more in no half minute."""


@dataclass(frozen=True, slots=True)
class _Pass:
    text: str
    last_seen: datetime
    last_box: Box


class HandedOn:
    """The passes of the last half minute, from a camera that moves with its vehicle: what is ahead of it stays there.

    One sequence, one thread at a time.
    """

    def __init__(self) -> None:
        self._passes: list[_Pass] = []

    def note(self, track: Track, text: str) -> None:
        """Keep a pass that was handed on, or that belongs to one.

        Args:
            track: The pass; it is over.
            text: What it read as.
        """
        others = [one for one in self._passes if not is_equal(one.text, text)]
        since = track.last_seen - AHEAD_WINDOW
        self._passes = [one for one in others if one.last_seen >= since][1 - _MOST :]
        self._passes.append(_Pass(text, track.last_seen, track.last_box))

    def holds(self, track: Track, text: str) -> bool:
        """Say whether a track is a further piece of a pass that was handed on.

        Args:
            track: A track.
            text: What it reads as.
        """
        return any(is_equal(one.text, text) and _goes_on(one, track) for one in self._passes)


def _goes_on(one: _Pass, track: Track) -> bool:
    gap = track.first_seen - one.last_seen
    return gap <= AGAIN_WINDOW or (gap <= AHEAD_WINDOW and in_place(one.last_box, track.first_box))
