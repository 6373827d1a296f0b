"""An alert or a read cut to what an agreement shows: what is not named here does not go out, also what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from policy.agreements.grants import Detail

NOT_SHARED = "not shared"
"""Stands for the camera where the place is not shared."""

_ALERT = (
    *("schema_version", "alert_id", "type", "status", "created_at", "agency_id", "hit", "entry", "hotlist", "cancels"),
    *("updates", "reason", "historical", "sightings", "confirmation", "notice"),
)
_READ = (
    *("read_id", "agency_id", "captured_at", "first_seen", "last_seen", "plate", "confidence", "characters"),
    *("jurisdiction", "jurisdiction_confidence", "source", "second_reading", "claimed_at", "confidence_is_known"),
    *("dated_by", "source_time", "arrived_at", "revision", "is_final"),
)
_HIT = (
    *("hit_id", "tier", "score", "score_meaning", "explanation", "characters", "jurisdiction_agrees", "edit_distance"),
    "second_reader_agrees",
)
_CLONE = ("captured_at", "distance_km", "seconds", "speed_kmh", "explanation")


def cut(payload: Mapping[str, Any], fields: Collection[Detail]) -> dict[str, Any]:
    """Return an alert with what may be shown of it; it is an alert still.

    Args:
        payload: The alert, as a JSON object.
        fields: What may be shown.
    """
    hit, clone = payload["hit"], payload.get("clone")
    shown = _some(payload, _ALERT)
    shown["read"] = cut_read(payload["read"], fields)
    shown["hit"] = _some(hit, _HIT)
    if Detail.PLACE in fields:
        if clone is not None:
            # The other camera need not be one that is shared.
            shown["clone"] = _some(clone, _CLONE) | {"camera_id": NOT_SHARED}
    elif clone is not None:
        shown["hit"]["explanation"] = _without(shown["hit"]["explanation"], clone.get("explanation"))
    if Detail.PICTURES in fields:
        # How what a picture shows of the vehicle compares with the list's.
        shown["hit"] |= _some(hit, ("vehicle",))
        shown |= _some(payload, ("plate_picture",))
    return shown


def cut_read(read: Mapping[str, Any], fields: Collection[Detail]) -> dict[str, Any]:
    """Return a read with what may be shown of it; it is a read still.

    Args:
        read: The read, as a JSON object.
        fields: What may be shown.
    """
    shown = _some(read, _READ) | {"camera_id": NOT_SHARED}
    if Detail.PLACE in fields:
        # Lane and direction say where at a place.
        shown |= _some(read, ("camera_id", "location", "movement"))
    if Detail.PICTURES in fields:
        # What a picture shows of the vehicle.
        shown |= _some(read, ("vehicle", "box", "frame_count"))
    return shown


def _some(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _without(text: str, sentence: str | None) -> str:
    """Return a hit's explanation without what it says of another place."""
    if not sentence:
        return text
    head, _, _ = text.partition(f"; {sentence}")
    # An earlier suspicion, about a third place, stands before it.
    return head.partition("; the same number was read ")[0]
