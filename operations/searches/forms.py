"""Reads in forms that other programs take: a table, JSON, and a map."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from schemas.convert import read_to_event
from schemas.events import utc
from schemas.spreadsheets import safe_cell
from schemas.types import PlateRead
from schemas.wording import movement_text, vehicle_text
from storage.reads.search import Correction

Corrections = Mapping[UUID, Correction]

COLUMNS: Final = (
    "read_id", "captured_at", "camera_id", "agency_id", "plate", "corrected_plate", "jurisdiction", "confidence",
    "latitude", "longitude", "position_age", "vehicle", "way", "vendor", "plate_image_key", "context_image_key",
)  # fmt: skip


def as_csv(reads: Sequence[PlateRead], corrections: Corrections) -> str:
    """Return reads as CSV (RFC 4180); a text that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(value) for value in _values(read, corrections)] for read in reads)
    return out.getvalue()


def as_json_document(reads: Sequence[PlateRead], corrections: Corrections) -> str:
    """Return reads as one JSON array, each as topics have it, with its correction beside it where there is one."""
    return json.dumps([read_document(read, corrections) for read in reads], ensure_ascii=False, indent=1)


def as_geojson(reads: Sequence[PlateRead], corrections: Corrections) -> str:
    """Return reads as a feature collection (RFC 7946); one without a place has no geometry."""
    features = [
        {
            "type": "Feature",
            "id": str(read.read_id),
            "geometry": None
            if read.location is None
            else {"type": "Point", "coordinates": [read.location.longitude, read.location.latitude]},
            "properties": dict(zip(COLUMNS, _values(read, corrections), strict=True)),
        }
        for read in reads
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def read_document(read: PlateRead, corrections: Corrections) -> dict[str, Any]:
    """Return a read as JSON has it, unchanged, with the correction that stands beside it where there is one."""
    told: dict[str, Any] = read_to_event(read).model_dump(mode="json")
    correction = corrections.get(read.read_id)
    if correction is not None:
        told["correction"] = {
            "plate": correction.plate,
            "jurisdiction": correction.jurisdiction,
            "reason": correction.reason,
            "corrected_by": correction.corrected_by,
            "corrected_at": utc(correction.corrected_at),
        }
    return told


def _values(read: PlateRead, corrections: Corrections) -> tuple[Any, ...]:
    correction, place = corrections.get(read.read_id), read.location
    return (
        str(read.read_id),
        utc(read.captured_at),
        read.camera_id,
        read.agency_id,
        read.plate,
        None if correction is None else correction.plate,
        read.jurisdiction,
        read.confidence if read.confidence_is_known else None,
        None if place is None else place.latitude,
        None if place is None else place.longitude,
        None if place is None else place.fix_age,
        vehicle_text(read.vehicle) or None,
        movement_text(read.movement) or None,
        "platewatch" if read.report is None else read.report.vendor,
        read.plate_image_key,
        read.context_image_key,
    )
