"""What may be said of a vehicle while it is still in view: a text that the rest of the pass will hardly change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from recognition.reading.fusion import MIN_CHARACTERS
from recognition.tracking.same_vehicle import AGAIN_WINDOW, may_become_one, same_vehicle
from recognition.tracking.track import Track
from schemas.settings import TrackingSettings

EARLY_REVISION: Final = 1
"""The revision of an early report; the finished pass comes after it for being final."""


def is_sure_early(track: Track, settings: TrackingSettings) -> bool:
    """Tell whether a track's text may be reported before its pass is over, and was not yet.

    Readings have to agree, none that is nearly as good may say anything else, and no plate may be mounted over or under
    it: the pass of one of two is dropped.

    Args:
        track: A track in view.
        settings: Limits.
    """
    if track.reported or track.identity is not None or not track.sure or track.behind or track.over_or_under:
        return False
    fused = track.believed()
    least = max(settings.early_confidence, settings.min_confidence)
    return len(fused.plate) >= MIN_CHARACTERS and fused.confidence >= least and track.undisputed


def claim_early(
    track: Track, ended: Sequence[Track], active: Iterable[Track], window: timedelta, *, moves: bool = False
) -> bool:
    """Give a track the identity under which it is reported early, or say that it must not be now.

    An earlier piece of the same pass gives it its own, as it will when the pass is over. Where such a piece was
    reported already, or may turn out to be one while more is read, nothing is said: one vehicle is one read. Nor is it
    where such a piece is not read yet. Nothing is read here: that could change what is read later.

    Args:
        track: A track whose text is sure.
        ended: Tracks out of view of which a pass may still come.
        active: The other tracks in view.
        window: How long after each other two pieces of one pass may be seen.
        moves: The camera is on a vehicle; see `same_vehicle`.

    Returns:
        Whether it may be reported; its `identity` is set then.
    """
    pieces, others = [track], [*ended, *active]
    apart = max(window, AGAIN_WINDOW) if moves else window
    # Pieces of pieces, too: each may be seen soon after the one before.
    for piece in pieces:
        read = piece.so_far()
        for other in [one for one in others if not _apart(piece, one, apart)]:
            known = other.so_far()
            if known is not None and read is not None and may_become_one(known, read):
                if other.reported or other.identity is not None or other.id_is_taken:
                    return False
                if same_vehicle(other, known, piece, read, window, moves=moves):
                    pieces.append(other)
                    others.remove(other)
                    continue
            if other in ended and not other.is_read:
                return False
    track.identity = min(piece.number for piece in pieces), min(piece.first_seen for piece in pieces)
    for other in pieces[1:]:
        other.id_is_taken |= other.number == track.identity[0]
    return True


def _apart(one: Track, other: Track, window: timedelta) -> bool:
    """Tell whether two tracks were seen too long after each other to be pieces of one pass."""
    return max(one.first_seen - other.last_seen, other.first_seen - one.last_seen) > window
