"""Frigate: events of tracked objects, plates that were recognized, and lists of its HTTP API."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from ingest.vendors.adapter import PictureUrl, ReaderSign, ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, has_keys, raw_text_at, text_at, tree_at, walk
from ingest.vendors.parts.vehicles import compass, movement_of, vehicle_of
from schemas.types import ReaderVersion

_SCORE = 10_000
_EVENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


class Frigate(TreeAdapter):
    """Reads `frigate/events` and `frigate/tracked_object_update`, over MQTT or HTTP."""

    name = "frigate"
    title = "Frigate"
    expected = "JSON with after.recognized_license_plate, or type lpr with plate"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        keys = ("after", "plate", "plate_number", "recognized_license_plate", "camera_name")
        return has_keys(tree, *keys) or (has_keys(tree, "type", "label") and has_keys(tree, "id", "camera"))

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        if has_keys(tree, "plate", "plate_number", "original_plate"):
            found.add(partial(_recognized, tree, found))
            return
        seen = tree_at(tree, "after") or tree
        if not has_keys(seen, "id", "camera"):
            found.signs.append(ReaderSign(text_at(tree, "camera") or ""))
            return
        found.add(partial(_object, seen, found))


def _recognized(tree: Tree, found: Gathered) -> ReportedRead | None:
    # What the reader saw, not the known plate that somebody's list made of it.
    original = walk(tree, "original_plate")
    plate = plate_text(original) or plate_text(walk(tree, "plate")) or plate_text(walk(tree, "plate_number"))
    if plate is None:
        return None
    return _read(tree, tree, plate, walk(tree, "score"), found)


def _object(seen: Tree, found: Gathered) -> ReportedRead | None:
    inner = tree_at(seen, "data")
    value = _first(walk(seen, "recognized_license_plate"), walk(inner, "recognized_license_plate"))
    score = _first(walk(seen, "recognized_license_plate_score"), walk(inner, "recognized_license_plate_score"))
    if isinstance(value, list):
        value, score = (*value, None, None)[:2]
    plate = plate_text(value)
    return None if plate is None else _read(seen, inner, plate, score, found)


def _read(seen: Tree, inner: Tree, plate: str, score: Any, found: Gathered) -> ReportedRead:
    confidence = probability(score, 1)
    label = raw_text_at(seen, "label")
    angle = _first(walk(seen, "velocity_angle"), walk(inner, "velocity_angle"))
    speed = _first(walk(seen, "average_estimated_speed"), walk(inner, "average_estimated_speed"))
    degrees = float(angle) if isinstance(angle, int | float) and not isinstance(angle, bool) and angle else None
    event = text_at(seen, "id", "frigate_event_id", "frigate_event", "event_id")
    picture = picture_in(walk(seen, "snapshot")) or picture_in(walk(seen, "thumbnail"))
    return ReportedRead(
        plate=plate,
        camera=text_at(seen, "camera", "camera_name") or "",
        captured_at=found.times.at(seen, "frame_time", "timestamp", "snapshot.frame_time", "start_time"),
        confidence=confidence,
        pass_id=event,
        # An object's messages report whatever was read last, the end's too: the surest counts, not the newest.
        revision=round((confidence or 0.0) * _SCORE),
        first_seen=found.times.at(seen, "start_time"),
        last_seen=found.times.at(seen, "end_time"),
        movement=movement_of(None, compass(degrees), speed, "km/h"),
        vehicle=vehicle_of(kind=label) if label and "plate" not in label else None,
        context_picture=picture,
        picture_urls=() if picture is not None else _pictures(event, found.source.pictures_url),
        reader=ReaderVersion("frigate"),
    )


def _pictures(event: str | None, address: str | None) -> tuple[PictureUrl, ...]:
    """Return where Frigate itself has the picture of an object: its messages have none."""
    if address is None or event is None or not _EVENT.fullmatch(event):
        return ()
    return (PictureUrl("context", f"{address}/api/events/{event}/snapshot.jpg"),)


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
