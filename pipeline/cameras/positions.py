"""The stage that follows a GPS receiver, so that cameras on the vehicle know where they are."""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ingest.positions.fixes import Fix
from ingest.positions.receiver import Receiver
from ingest.positions.track import PositionTrack
from pipeline.cameras.whereabouts import Whereabouts
from pipeline.health.board import HealthBoard
from pipeline.stages.stage import SteppedStage
from schemas.errors import TransientError
from schemas.events import AlarmKind
from schemas.settings import ReceiverSettings, RecordedTrack, Settings

log = logging.getLogger(__name__)

WARN_SECONDS = 60.0
"""Lines that cannot be used are spoken of once in so long."""
CLOCK_OFF_SECONDS = 60.0
_CLOCK_FIXES = 10
_ROLLOVER = 1024 * 7 * 86_400
"""Seconds after which receivers begin to count anew; old ones are one or two of these behind."""


def _now() -> datetime:
    return datetime.now(UTC)


def follow_positions(settings: Settings, board: HealthBoard) -> tuple[Whereabouts, list[PositionStage]]:
    """Return where this machine's cameras are, and the stages that follow a receiver for that.

    Args:
        settings: The configuration.
        board: Told when there is no position.
    """
    whereabouts = Whereabouts(settings.gps)
    if whereabouts.problem is not None:
        board.raised(AlarmKind.POSITION, board.machine, f"[gps]: {whereabouts.problem}; reads have no position")
    if settings.gps is None or whereabouts.track is None or isinstance(settings.gps, RecordedTrack):
        return whereabouts, []
    return whereabouts, [PositionStage(settings.gps, whereabouts.track, board)]


class PositionStage(SteppedStage):
    """Follows a receiver; an outage is waited out, and what is damaged is counted and left out.

    Args:
        settings: The receiver.
        track: Where its fixes go.
        board: Told when there is no fix for too long, or this machine's clock is off.
        now: The clock that dates frames.
    """

    name = "positions"
    trouble = "the GPS receiver cannot be followed, and reads of cameras on the vehicle have no position"
    recovery = "the GPS receiver is there again"
    alarm = AlarmKind.POSITION
    longest_pause_seconds = 10.0

    def __init__(
        self,
        settings: ReceiverSettings,
        track: PositionTrack,
        board: HealthBoard,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__()
        self.board = board
        self.refused = 0
        """Lines that could not be used."""
        self._settings = settings
        self._track = track
        self._now = now
        self._receiver: Receiver | None = None
        self._fixed_at = time.monotonic()
        self._warned_at: float | None = None
        self._offsets: deque[float] = deque(maxlen=_CLOCK_FIXES)
        self._clock_subject = f"clock of {board.machine}"

    def step(self, stop: threading.Event) -> float:
        """Take what the receiver sent, and say when it has had no fix for too long."""
        self._say_when_lost()
        try:
            if self._receiver is None:
                self._receiver = Receiver(self._settings)
            for found in self._receiver.fixes(self._now):
                if isinstance(found, Fix):
                    self._take(found)
                else:
                    self._refuse(found)
        except TransientError:
            self.end()
            raise
        return 0.0

    def end(self) -> None:
        """Let go of the receiver."""
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None

    def _note_work(self) -> None:
        # That the line works is no fix yet: the alarm goes with the first one.
        if self.board is not None:
            self.board.stage_works(self.name)

    def _subject(self, board: HealthBoard) -> str:
        return board.machine

    def _take(self, fix: Fix) -> None:
        self._track.add(fix)
        self._fixed_at = time.monotonic()
        if self.board is not None and self.board.cleared(AlarmKind.POSITION, self.board.machine):
            log.info("stage %s: there is a fix again", self.name)
        if fix.receiver_time is not None:
            self._hold_clock_against(fix.at, fix.receiver_time)

    def _refuse(self, problem: Exception) -> None:
        self.refused += 1
        now = time.monotonic()
        if self._warned_at is None or now - self._warned_at >= WARN_SECONDS:
            self._warned_at = now
            log.warning("the GPS receiver sent %s; left out (%d so far)", problem, self.refused)

    def _say_when_lost(self) -> None:
        limit = self._settings.alarm_minutes * 60
        if self.board is None or not limit or time.monotonic() - self._fixed_at < limit:
            return
        last = self._track.last
        since = "since the start" if last is None else f"since {last.at.isoformat(timespec='seconds')}"
        message = f"no GPS fix {since}: reads of cameras on the vehicle have no position; look at the antenna"
        if self.board.raised(AlarmKind.POSITION, self.board.machine, message):
            log.warning("stage %s: %s", self.name, message)

    def _hold_clock_against(self, at: datetime, receiver_time: datetime) -> None:
        """Say when this machine's clock, which dates the reads, is not that of the satellites."""
        seconds = (at - receiver_time).total_seconds()
        self._offsets.append((seconds + _ROLLOVER / 2) % _ROLLOVER - _ROLLOVER / 2)
        if self.board is None or len(self._offsets) < _CLOCK_FIXES:
            return
        off = statistics.median(self._offsets)
        if abs(off) <= CLOCK_OFF_SECONDS:
            if self.board.cleared(AlarmKind.CAMERA_CLOCK, self._clock_subject):
                log.info("this machine's clock is right again, by GPS")
            return
        way = "ahead of" if off > 0 else "behind"
        # In steps, so that an alarm that stands is not told anew each second.
        shown = timedelta(seconds=round(abs(off) / 10) * 10)
        message = f"this machine's clock is {shown} {way} GPS time, and dates the reads; set it, by chrony or gpsd"
        if self.board.raised(AlarmKind.CAMERA_CLOCK, self._clock_subject, message):
            log.warning("%s", message)
