"""Verkada: the webhook of a plate that was seen."""

from __future__ import annotations

from functools import partial

from ingest.vendors.adapter import PictureUrl, ReaderSign, ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.redaction import kept_payload
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, has_keys, text_at, tree_at, walk
from ingest.vendors.parts.vehicles import vehicle_of
from schemas.types import ReaderVersion

_OF_INTEREST = "license_plate_of_interest"


class Verkada(TreeAdapter):
    """Reads `webhook_type: lpr`; hooks of other types are signs of life."""

    name = "verkada"
    title = "Verkada"
    expected = "JSON with webhook_type and data.license_plate_number"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, "webhook_type", "license_plate_number") or has_keys(
            tree_at(tree, "data"), "license_plate_number"
        )

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        data = tree_at(tree, "data") or tree
        if has_keys(data, "license_plate_number") or text_at(tree, "webhook_type") == "lpr":
            found.add(partial(_read, tree, data, found))
        else:
            found.signs.append(ReaderSign(text_at(data, "camera_id") or "", found.times.at(tree, "created_at")))


def _read(tree: Tree, data: Tree, found: Gathered) -> ReportedRead | None:
    plate = plate_text(walk(data, "license_plate_number"))
    if plate is None:
        return None
    url = text_at(data, "image_url") or ""
    return ReportedRead(
        plate=plate,
        camera=text_at(data, "camera_id") or "",
        captured_at=found.times.at(data, "detected", "created") or found.times.at(tree, "created_at"),
        confidence=probability(walk(data, "confidence"), 1),
        # The one retry of a hook has its id again.
        pass_id=text_at(tree, "webhook_id"),
        jurisdiction=state_of(text_at(data, "license_plate_state"), None, found.source.country),
        vehicle=vehicle_of(
            text_at(data, "vehicle.make", "vehicle_make"),
            text_at(data, "vehicle.model", "vehicle_model"),
            text_at(data, "vehicle.color", "vehicle_color"),
            text_at(data, "vehicle.type", "vehicle_type"),
        ),
        hit=kept_payload([data], []) if text_at(data, "notification_type") == _OF_INTEREST else None,
        picture_urls=(PictureUrl("context", url),) if url.startswith(("http://", "https://")) else (),
        reader=ReaderVersion("verkada"),
    )
