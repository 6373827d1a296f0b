"""What may be said of a vehicle while it is still in view: a text that the rest of the pass will hardly change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from recognition.reading.fusion import MIN_CHARACTERS
from recognition.tracking.same_vehicle import same_vehicle
from recognition.tracking.track import Identity, Track
from schemas.settings import TrackingSettings

EARLY_REVISION: Final = 1
"""The revision of an early report; the finished pass comes after it for being final."""


def is_sure_early(track: Track, settings: TrackingSettings) -> bool:
    """Tell whether a track's text may be reported before its pass is over, and was not yet.

    Readings have to agree, and no plate may be mounted over or under it: the pass of one of two is dropped.

    Args:
        track: A track in view.
        settings: Limits.
    """
    if track.reported or track.identity is not None or not track.sure or track.behind or track.over_or_under:
        return False
    fused = track.believed()
    return len(fused.plate) >= MIN_CHARACTERS and fused.confidence >= max(
        settings.early_confidence, settings.min_confidence
    )


def early_identity(track: Track, ended: Sequence[Track], active: Iterable[Track], window: timedelta) -> Identity | None:
    """Return under which number and start a track may be reported early; None: not now.

    An earlier piece of the same pass gives it its own, as it will when the pass is over. Where such a piece was
    reported already, or is not read yet, nothing is said. Nothing is read here: that could change what is read later.

    Args:
        track: A track whose text is sure.
        ended: Tracks out of view of which a pass may still come.
        active: The other tracks in view.
        window: How long after each other two pieces of one pass may be seen.
    """
    own = track.so_far()
    number, start = track.number, track.first_seen
    if own is None:
        return None
    for other in [*ended, *active]:
        if track.first_seen - other.last_seen > window:
            continue
        known = other.so_far()
        if known is not None and same_vehicle(other, known, track, own, window):
            if other.reported or other.identity is not None:
                return None
            number, start = min(number, other.number), min(start, other.first_seen)
        elif other in ended and not other.is_read:
            return None
    return number, start
