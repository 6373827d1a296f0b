"""Cameras that push few pictures at a time: what is too short to follow a plate in is read picture by picture."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Sequence

from ingest.streams.frame import LiveFrame
from recognition.recognizer import Recognizer
from recognition.results import VehiclePass
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate

MOST_PICTURES = 4
"""More are a sequence, in which plates are followed."""
LEAST_PATIENCE_SECONDS = 3.0
MOST_PATIENCE_SECONDS = 60.0
_INTERVALS = 9
_PATIENCE_INTERVALS = 3.0


class Burst:
    """The pictures of one sequence of a camera that pushes, while they are few. For one thread.

    Args:
        recognizer: Reads them.
        agency_id: Whose reads these are.
    """

    def __init__(self, recognizer: Recognizer, agency_id: str) -> None:
        self._recognizer = recognizer
        self._agency_id = agency_id
        self._frames: list[LiveFrame] = []
        self._is_few = True
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)
        self._last: float | None = None

    @property
    def patience(self) -> float:
        """How many seconds without a picture end a sequence: a camera that posts seldom is waited for longer."""
        usual = statistics.median(self._intervals) if self._intervals else 0.0
        return min(max(LEAST_PATIENCE_SECONDS, usual * _PATIENCE_INTERVALS), MOST_PATIENCE_SECONDS)

    def add(self, frame: LiveFrame, *, has_passes: bool) -> None:
        """Note a picture that was looked at.

        Args:
            frame: The picture.
            has_passes: Whether something was handed on of this sequence then.
        """
        now = time.monotonic()
        if self._last is not None:
            self._intervals.append(now - self._last)
        self._last = now
        self._frames.append(frame)
        if has_passes or len(self._frames) > MOST_PICTURES:
            self._is_few = False
        if not self._is_few:
            self._frames.clear()

    def end(self, passes: Sequence[VehiclePass]) -> list[VehiclePass]:
        """Return what a sequence shows: what was followed in it, or, where that is nothing, what its pictures show.

        Args:
            passes: What was left of it when it ended.
        """
        frames, self._frames = self._frames, []
        is_few, self._is_few = self._is_few, True
        return list(passes) if passes or not is_few else self._one_by_one(frames)

    def _one_by_one(self, frames: Sequence[LiveFrame]) -> list[VehiclePass]:
        """Read pictures on their own; of a plate that is on several the surest read counts."""
        surest: dict[str, VehiclePass] = {}
        for frame in frames:
            try:
                found = self._recognizer.read_still(frame, agency_id=self._agency_id)
            except InvalidInput:
                continue  # damaged; counted when it came
            for one in found:
                text = canonical_plate(one.read.plate)
                if text not in surest or surest[text].read.confidence < one.read.confidence:
                    surest[text] = one
        return list(surest.values())
