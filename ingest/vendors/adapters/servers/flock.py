"""Flock Safety: the webhook of a hit, JSON or XML. It sends hits only, never all reads."""

from __future__ import annotations

from functools import partial

from ingest.vendors.adapter import PictureUrl, ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.redaction import kept_payload
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, find_trees, text_at, walk
from ingest.vendors.parts.vehicles import location_of, movement_of, vehicle_of
from schemas.types import ReaderVersion

_OWN = ("ocr", "objectId", "deviceExternalId", "eventTime")


class Flock(TreeAdapter):
    """Reads hits. Their lists and reasons are kept as evidence."""

    name = "flock"
    title = "Flock Safety"
    expected = "JSON or XML with ocr.label, objectId and eventTime"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return bool(find_trees(tree, *_OWN))

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        for each in find_trees(tree, *_OWN):
            found.add(partial(_read, each, found))


def _read(tree: Tree, found: Gathered) -> ReportedRead | None:
    plate = plate_text(walk(tree, "ocr.label")) or plate_text(walk(tree, "ocr.plate"))
    plate = plate or plate_text(walk(tree, "plate")) or plate_text(walk(tree, "licensePlate"))
    if plate is None:
        return None
    hit = {key: tree[key] for key in ("sources", "networkName", "hotlist", "detailsUrl") if key in tree}
    url = text_at(tree, "imageUrl", "image.url") or ""
    return ReportedRead(
        plate=plate,
        camera=text_at(tree, "deviceExternalId", "deviceId", "deviceName") or "",
        captured_at=found.times.at(tree, "eventTime", "capturedAt", "timestamp"),
        confidence=probability(walk(tree, "ocr.labelConfidence"), 1),
        pass_id=text_at(tree, "objectId"),
        jurisdiction=state_of(text_at(tree, "ocr.state", "state"), None, found.source.country),
        jurisdiction_confidence=probability(walk(tree, "ocr.stateConfidence"), 1),
        location=location_of(walk(tree, "deviceLat"), walk(tree, "deviceLong")),
        movement=movement_of(text_at(tree, "lane"), text_at(tree, "direction")),
        vehicle=vehicle_of(
            text_at(tree, "vehicle.make"),
            text_at(tree, "vehicle.model"),
            text_at(tree, "vehicle.color"),
            text_at(tree, "vehicle.type", "vehicle.bodyType"),
        ),
        picture_urls=(PictureUrl("context", url),) if url.startswith(("http://", "https://")) else (),
        hit=kept_payload([hit], []) if hit else None,
        reader=ReaderVersion("flock"),
    )
