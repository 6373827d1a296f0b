"""UniFi Protect: alarms whose triggers are plates; alarms of other kinds are accepted and counted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ingest.vendors.adapter import PictureUrl, ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.redaction import kept_payload
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, has_keys, raw_text_at, text_at, trees_at, walk
from ingest.vendors.parts.vehicles import location_of
from schemas.plates import canonical_plate
from schemas.types import ReaderVersion


class UniFi(TreeAdapter):
    """Reads the webhooks of the Alarm Manager."""

    name = "unifi"
    title = "UniFi Protect"
    expected = "JSON with alarm.triggers"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, "alarm", "triggers", "registrationNumber")

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        if has_keys(tree, "registrationNumber"):
            found.add(partial(_read, tree, tree, walk(tree, "registrationNumber"), None, found))
            return
        plates = [trigger for trigger in trees_at(tree, "alarm.triggers", "triggers") if _is_plate(trigger)]
        texts = {canonical_plate(text) for trigger in plates if isinstance(text := _value(trigger), str)}
        for trigger in plates:
            event = text_at(trigger, "eventId") or text_at(tree, "alarm.eventId", "event.id", "eventId")
            text = _value(trigger)
            if event is not None and len(texts) > 1 and isinstance(text, str):
                # One event of the camera shows several cars.
                event = f"{event}/{canonical_plate(text)}"
            found.add(partial(_read, tree, trigger, text, event, found))
        if not plates:
            found.without_plate += 1


def _is_plate(trigger: Tree) -> bool:
    return "license_plate" in raw_text_at(trigger, "key", "type").casefold().replace("licenseplate", "license_plate")


def _value(trigger: Tree) -> Any:
    value = walk(trigger, "value")
    if isinstance(value, Mapping):
        value = walk(value, "name") or walk(value, "plate")
    return value if value is not None else walk(trigger, "group.name")


def _read(tree: Tree, trigger: Tree, value: Any, event: str | None, found: Gathered) -> ReportedRead | None:
    plate = plate_text(value)
    if plate is None:
        return None
    is_hit = "of_interest" in raw_text_at(trigger, "key", "type").casefold()
    url = text_at(tree, "snapshot.url", "alarm.thumbnail", "thumbnail") or ""
    picture = picture_in(walk(tree, "alarm.thumbnail")) or picture_in(walk(tree, "thumbnail"))
    return ReportedRead(
        plate=plate,
        camera=text_at(trigger, "device") or text_at(tree, "camera.id", "cameraId", "device", "cameraName") or "",
        captured_at=found.times.at(trigger, "timestamp")
        or found.times.at(tree, "event.start", "occurredAt", "timestamp"),
        # Alarms say nothing of how sure the reading is.
        confidence=probability(walk(trigger, "confidence"), 100),
        pass_id=event,
        location=location_of(walk(tree, "location.lat"), walk(tree, "location.lng")),
        context_picture=picture,
        picture_urls=(PictureUrl("context", url),) if url.startswith(("http://", "https://")) else (),
        hit=kept_payload([trigger], []) if is_hit else None,
        reader=ReaderVersion("unifi"),
    )
