"""Clocks of cameras that are wrong: their reads are dated by their arrival, and an alarm stands as long as it is so."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from pipeline.recording.alarming import AlarmKeeper
from pipeline.recording.offsets import ClockOffsets
from pipeline.stages.retry import until_available
from policy.decisions import Retention
from schemas.arrivals import Arrival
from schemas.clocks import ClockLimits, dated
from schemas.events import AlarmKind
from schemas.settings import Settings

log = logging.getLogger(__name__)

AGAIN_SECONDS = 3600.0
"""How often a camera's alarm is made sure of while its clock stays wrong."""

CURED_SECONDS = 600.0
"""An alarm is over with a right time, once for so long no wrong one came: a folder may hold both."""

FORGOTTEN_AFTER = timedelta(days=2)
"""Alarms about cameras that are not ours any more end when they have stood for so long."""


class ClockWatch:
    """Holds arrivals' times against the time of their arrival. For one thread.

    Args:
        settings: The configuration.
        alarms: Where alarms are kept.
        retention: How long what is kept; the limits follow from it where a camera has none.
    """

    def __init__(self, settings: Settings, alarms: AlarmKeeper, retention: Retention) -> None:
        self._alarms = alarms
        self._limits = ClockLimits.of_retention(retention.reads)
        self._cameras = {camera.id for camera in settings.cameras}
        self._standing: set[str] | None = None
        self._offsets = ClockOffsets()
        self._wrong: dict[str, str] = {}
        self._right: set[str] = set()
        self._raised_at: dict[str, float] = {}
        self._wrong_at: dict[str, float] = {}

    def date(self, arrival: Arrival) -> Arrival:
        """Return an arrival with the times that everything goes by; see `schemas.clocks.dated`."""
        read, clock = arrival.read, arrival.clock
        if clock.is_wrong(read, arrival.arrived_at, self._limits):
            self._wrong[read.camera_id] = _impossible(clock.item_began or read.captured_at)
        elif off := self._off_by(arrival):
            self._wrong[read.camera_id] = _off(off)
        elif off is not None:
            self._right.add(read.camera_id)
        return arrival.with_read(dated(read, arrival.arrived_at, clock, self._limits))

    def _off_by(self, arrival: Arrival) -> float | None:
        """Return by how many seconds a live reader's clock is off; 0: it is right, None: nobody can tell."""
        read, bound = arrival.read, arrival.clock.off
        if bound is None or read.source_time is None:
            return 0.0
        if read.report is not None and read.report.is_retransmission:
            return None
        return self._offsets.note(read.camera_id, read.source_time, arrival.arrived_at, bound)

    def tell(self, stop: threading.Event) -> None:
        """Raise and clear the alarms that follow from what was dated since.

        Raises:
            Stopped: The run was stopped while the database was away.
        """
        if self._wrong or self._right:
            until_available(self._tell, stop, doing="telling of cameras' clocks")
            self._wrong.clear()
            self._right.clear()

    def _tell(self) -> None:
        if self._standing is None:
            self._standing = self._begun()
        now = time.monotonic()
        for camera, message in self._wrong.items():
            self._wrong_at[camera] = now
            if now - self._raised_at.get(camera, -AGAIN_SECONDS) >= AGAIN_SECONDS:
                self._raise(camera, message)
                self._raised_at[camera] = now
            self._standing.add(camera)
        for camera in self._right & self._standing:
            if now - self._wrong_at.get(camera, -CURED_SECONDS) >= CURED_SECONDS:
                self._clear(camera)
                self._standing.discard(camera)
                self._raised_at.pop(camera, None)

    def _raise(self, camera: str, message: str) -> None:
        if self._alarms.raise_alarm(AlarmKind.CAMERA_CLOCK, camera, message, datetime.now(UTC)):
            log.warning("camera %s: %s", camera, message)

    def _clear(self, camera: str) -> None:
        if self._alarms.clear(AlarmKind.CAMERA_CLOCK, camera, datetime.now(UTC)):
            log.info("camera %s: its clock is right again", camera)

    def _begun(self) -> set[str]:
        """Return the cameras about which an alarm stands from before."""
        now, standing = datetime.now(UTC), set()
        for alarm in self._alarms.standing():
            if alarm.kind is not AlarmKind.CAMERA_CLOCK:
                continue
            if alarm.subject not in self._cameras and now - alarm.raised_at > FORGOTTEN_AFTER:
                self._clear(alarm.subject)
            else:
                standing.add(alarm.subject)
        return standing


def _impossible(claimed: datetime) -> str:
    return (
        f"its clock says {claimed.astimezone(UTC):%Y-%m-%d %H:%M} UTC, which cannot be when that was captured; "
        "such reads are dated by their arrival; set the camera's clock, or, where its recordings are old, their "
        "started_at or the camera's clock_behind_days"
    )


def _off(seconds: float) -> str:
    size, unit = abs(seconds), "s"
    for limit, name in ((120.0, "min"), (120.0, "h")):
        if size < limit:
            break
        size, unit = size / 60.0, name
    return (
        f"its clock is {size:.0f} {unit} {'ahead' if seconds > 0 else 'behind'}; its reads carry that time and the one "
        "at which they came; have it set its clock by NTP, or raise clock_off_seconds where its messages come that late"
    )
