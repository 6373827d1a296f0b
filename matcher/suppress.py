"""Say a thing once: hits of one entry at one camera within a window are one hit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schemas.types import Hit, PlateRead, Tier

_RANK = {Tier.EXACT: 2, Tier.PROBABLE: 1, Tier.PARTIAL: 0}
_SWEEP_AT = 4096
"""Windows kept before the first look for ones that are over."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The hit that opened a window."""

    read_id: UUID
    captured_at: datetime
    rank: int


class RepeatFilter:
    """Remembers which entry was hit at which camera, by the time of the reads, never by the clock.

    A window opens with the first hit and does not grow, so a parked vehicle is reported again once per window. A hit
    of a better tier passes and opens a new window. The read that opened a window passes again, so a replay changes
    nothing.

    Args:
        window_seconds: Length of the window; 0 lets everything through.
    """

    def __init__(self, window_seconds: float = 300.0) -> None:
        self._window = timedelta(seconds=window_seconds)
        self._anchors: dict[tuple[UUID, str], _Anchor] = {}
        self._sweep_at = _SWEEP_AT

    def __len__(self) -> int:
        return len(self._anchors)

    def keep(self, read: PlateRead, hits: Iterable[Hit]) -> list[Hit]:
        """Return the hits of a read that are not repeats, in their order.

        Args:
            read: The read; reads of one camera may come out of order by less than the window.
            hits: Its hits.
        """
        return [hit for hit in hits if self._is_new(read, hit)]

    def _is_new(self, read: PlateRead, hit: Hit) -> bool:
        key = (hit.entry_id, read.camera_id)
        anchor = self._anchors.get(key)
        rank = _RANK[hit.tier]
        if anchor is not None and abs(read.captured_at - anchor.captured_at) < self._window:
            if anchor.read_id == read.read_id:
                return True
            if rank <= anchor.rank:
                return False
        self._anchors[key] = _Anchor(read.read_id, read.captured_at, rank)
        if len(self._anchors) >= self._sweep_at:
            self._forget(read.captured_at)
        return True

    def _forget(self, now: datetime) -> None:
        """Drop windows that are over, so that memory follows the traffic of a window, not of a year."""
        self._anchors = {
            key: anchor for key, anchor in self._anchors.items() if anchor.captured_at > now - self._window
        }
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._anchors))
