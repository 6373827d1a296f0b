"""When a read counts as captured: when its source says so, or, where that cannot be, when it arrived."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from schemas.types import PlateRead

LONGEST_AHEAD = timedelta(minutes=5)
LEAST_BEHIND = timedelta(days=90)
SHARE_AHEAD = 20
LONGEST_PASS = timedelta(days=1)
"""A pass that lasts longer has a time that is wrong, too."""


@dataclasses.dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far a time may be ahead of a read's arrival, and how far behind it, and still be believed."""

    ahead: timedelta
    behind: timedelta

    @classmethod
    def of_retention(cls, reads: timedelta) -> ClockLimits:
        """Return the limits where a source's settings have none.

        What is too far ahead would be kept for so much longer than the law allows: five minutes, less where reads end
        within hours. What is too far behind would end at once: ninety days, more where reads are kept for longer.

        Args:
            reads: How long reads are kept.
        """
        return cls(min(LONGEST_AHEAD, reads / SHARE_AHEAD), max(LEAST_BEHIND, reads))


@dataclasses.dataclass(frozen=True, slots=True)
class SourceClock:
    """What is known of the clock that dated a read.

    `ahead` and `behind` are its source's own limits, None where it has none. `is_told` says that a person told when the
    recording began, so that it may be as old as it likes. `off` is how far it may be off while what it dates comes at
    once, None where that is not asked: of files. `item_began` is the time of the first frame of the file that
    the read is from; None: it is from none.
    """

    ahead: timedelta | None = None
    behind: timedelta | None = None
    is_told: bool = False
    off: timedelta | None = None
    item_began: datetime | None = None

    def believes(self, moment: datetime, arrived_at: datetime, limits: ClockLimits) -> bool:
        """Return whether a time can be that of a capture.

        Args:
            moment: The time, aware.
            arrived_at: When what it dates arrived, aware.
            limits: What holds where the source has no limits of its own.
        """
        if moment - arrived_at > (limits.ahead if self.ahead is None else self.ahead):
            return False
        return self.is_told or arrived_at - moment <= (limits.behind if self.behind is None else self.behind)

    def is_wrong(self, read: PlateRead, arrived_at: datetime, limits: ClockLimits) -> bool:
        """Return whether the clock itself is wrong, not only the guess that a video began when its file was written.

        Args:
            read: A read as it came.
            arrived_at: When, aware.
            limits: What holds where the source has no limits of its own.
        """
        return not self.believes(self.item_began or read.captured_at, arrived_at, limits)


def dated(read: PlateRead, arrived_at: datetime, clock: SourceClock, limits: ClockLimits) -> PlateRead:
    """Return a read with the times that everything goes by.

    Every read passes here before anything else is done with it, so that searching, matching, repeats, alerts,
    partitions and retention all go by one time. Where the source's cannot be, that is the arrival's, and what the
    source said stays in `claimed_at`. The read's id stays: it comes from what the source said.

    Args:
        read: A read as its source made it.
        arrived_at: When it came here, aware.
        clock: What dated it.
        limits: What holds where its source has no limits of its own.
    """
    if clock.believes(read.captured_at, arrived_at, limits):
        return read
    arrived_at = arrived_at.astimezone(UTC)
    first, captured, last = arrived_at, arrived_at, arrived_at
    if read.first_seen <= read.captured_at <= read.last_seen and read.last_seen - read.first_seen <= LONGEST_PASS:
        first = arrived_at - (read.last_seen - read.first_seen)
        captured = arrived_at - (read.last_seen - read.captured_at)
    return dataclasses.replace(
        read, captured_at=captured, first_seen=first, last_seen=last, claimed_at=read.claimed_at or read.captured_at
    )
