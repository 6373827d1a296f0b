"""Ids that are derived from what they name, so that a replay makes the same ids again."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "https://platewatch.org/ids/v1")


def _derive(kind: str, *parts: str) -> UUID:
    # The separator is a control character, so that no two lists of parts spell the same name.
    return uuid5(_NAMESPACE, "\x1f".join((kind, *parts)))


def read_id(camera_id: str, source_item: str, track_start: datetime, track_number: int) -> UUID:
    """Return the id of one vehicle pass.

    Args:
        camera_id: Camera that saw it.
        source_item: File name, or stream name, that the frames came from.
        track_start: When the track's first frame was captured, aware.
        track_number: The track's number within the source item.
    """
    return _derive("read", camera_id, source_item, track_start.isoformat(), str(track_number))


def entry_id(hotlist_id: str, *identity: str) -> UUID:
    """Return the id of a hotlist entry from its list and what identifies it there.

    Args:
        hotlist_id: The list.
        identity: The source's own id, or else plate, state, category and case number.
    """
    return _derive("entry", hotlist_id, *identity)


def hit_id(read: UUID, entry: UUID) -> UUID:
    """Return the id of the hit of one read on one entry."""
    return _derive("hit", str(read), str(entry))


def alert_id(hit: UUID, alert_type: str) -> UUID:
    """Return the id of an alert about a hit; `alert_type` is alert, update or cancel."""
    return _derive("alert", str(hit), alert_type)
