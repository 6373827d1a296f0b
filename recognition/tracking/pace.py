"""How far apart a sequence's frames are, and what follows for following plates in it."""

from __future__ import annotations

import statistics
from collections import deque
from datetime import datetime, timedelta

from recognition.tracking.same_vehicle import MERGE_WINDOW
from schemas.settings import TrackingSettings

_SLOW = timedelta(seconds=0.12)
"""Frames further apart than this are all worth a look: cameras give ten a second and more, of which some can be left
out, and clocks are no exacter than a fifth of that."""

_SIGHTINGS_WITHIN = timedelta(seconds=1)
"""A vehicle passes in about this time: from fewer frames than that holds, no more sightings can be asked for."""

_MERGE_FRAMES = 2.5
"""Frames of a slow sequence over which a plate's text is looked for again: one frame may miss it."""

_REMEMBERED = 9
"""Intervals of which the middle one counts, so that one pause does not make a sequence slow."""


class Pace:
    """The pace of one sequence, told from its frames' times. At ten frames a second and more it changes nothing.

    Args:
        settings: Limits, as they are meant for such sequences.
    """

    def __init__(self, settings: TrackingSettings) -> None:
        self._settings = settings
        self._max_gap = timedelta(seconds=settings.max_gap_seconds)
        self._last: datetime | None = None
        self._since_last = timedelta()
        self._intervals: deque[timedelta] = deque(maxlen=_REMEMBERED)
        self._given: deque[timedelta] = deque(maxlen=_REMEMBERED)
        self._number = 0

    def frame(self, captured_at: datetime, number: int) -> None:
        """Take the next frame in.

        Args:
            captured_at: Its time.
            number: Its number in the sequence; those that a live camera gave and that were dropped are counted.
        """
        if self._last is not None:
            self._since_last = captured_at - self._last
            self._intervals.append(self._since_last)
            self._given.append(self._since_last / max(number - self._number, 1))
        self._last, self._number = captured_at, number

    @property
    def is_slow(self) -> bool:
        """This frame comes so long after the one before that it should not be left out."""
        return self._since_last > _SLOW

    @property
    def is_rare(self) -> bool:
        """The camera gives frames so far apart that a look at each is no more than a look now and then.

        Frames that were dropped because looks take too long are no reason for more of them.
        """
        given = statistics.median_high(self._given) if self._given else timedelta()
        return given.total_seconds() > self._settings.relaxed_look_seconds

    @property
    def is_time_lapse(self) -> bool:
        """Frames are so far apart that no track lasts from one to the next."""
        return self._interval > self._max_gap

    @property
    def merge_window(self) -> timedelta:
        """How long after its last sighting a plate's text is taken for the same pass: `MERGE_WINDOW` or longer."""
        return max(MERGE_WINDOW, self._interval * _MERGE_FRAMES)

    @property
    def least_sightings(self) -> int:
        """How many sightings make a pass: `min_frames`, or as many as a pass has frames."""
        least = self._settings.min_frames
        return least if self._interval <= _SLOW else min(least, max(_SIGHTINGS_WITHIN // self._interval, 1))

    @property
    def _interval(self) -> timedelta:
        return statistics.median_high(self._intervals) if self._intervals else timedelta()
