"""Genetec AutoVu: reads as its plugins and exports write them, JSON or XML."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from ingest.vendors.adapter import ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.redaction import kept_payload
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, find_trees, raw_text_at, text_at, truth_at, walk
from ingest.vendors.parts.vehicles import direction_of, location_of, movement_of, vehicle_of
from schemas.types import ReaderVersion

_OWN = ("VehicleID", "SharpName", "DateUtc", "PatrollerName", "ContextImage", "PlateImage", "CameraName")
_HIT = ("IsHit", "HitType", "HotlistName", "HitReason", "PermitName", "MatchedPlate", "RuleName")


class Genetec(TreeAdapter):
    """Reads AutoVu's objects, one or a list of them."""

    name = "genetec"
    title = "Genetec AutoVu"
    expected = "JSON or XML with Plate, CameraName or SharpName, DateUtc and TimeUtc"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return bool(find_trees(tree, *_OWN))

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        for each in find_trees(tree, *_OWN):
            found.add(partial(_read, each, found))


def _read(tree: Tree, found: Gathered) -> ReportedRead | None:
    plate = plate_text(walk(tree, "Plate")) or plate_text(walk(tree, "PlateRead"))
    if plate is None:
        return None
    hit = {name: raw_text_at(tree, name) for name in _HIT if raw_text_at(tree, name)}
    state = text_at(tree, "State", "Attributes.State Name", "PlateState")
    return ReportedRead(
        plate=plate,
        camera=text_at(tree, "CameraName", "SharpName", "PatrollerName") or "",
        captured_at=_captured_at(tree, found),
        confidence=probability(text_at(tree, "ConfidenceScore", "Attributes.Confidence Score"), 100),
        pass_id=text_at(tree, "VehicleID", "ReadID", "Id"),
        jurisdiction=state_of(state, text_at(tree, "Country"), found.source.country),
        jurisdiction_confidence=probability(walk(tree, "Attributes.State Name Confidence Score"), 100),
        location=location_of(walk(tree, "Latitude"), walk(tree, "Longitude")),
        movement=movement_of(
            text_at(tree, "Lane", "Attributes.Lane"),
            direction_of(text_at(tree, "Attributes.Relative Motion", "RelativeMotion")),
            text_at(tree, "Attributes.Vehicle Speed", "Attributes.Speed", "Speed"),
            text_at(tree, "SpeedUnit") or "km/h",
        ),
        vehicle=vehicle_of(
            text_at(tree, "Attributes.Vehicle Make", "VehicleMake"),
            text_at(tree, "Attributes.Vehicle Model", "VehicleModel"),
            text_at(tree, "Attributes.Vehicle Color", "VehicleColor"),
            text_at(tree, "Attributes.Vehicle Type", "VehicleType"),
        ),
        plate_picture=picture_in(walk(tree, "PlateImage")),
        context_picture=picture_in(walk(tree, "ContextImage")) or picture_in(walk(tree, "OverviewImage")),
        hit=kept_payload([hit], []) if truth_at(tree, "IsHit") else None,
        reader=ReaderVersion("genetec"),
    )


def _captured_at(tree: Tree, found: Gathered) -> datetime | None:
    date, time = text_at(tree, "DateUtc"), text_at(tree, "TimeUtc")
    if date and time and (told := found.times.of(f"{date} {time}Z")) is not None:
        return told
    date, time = text_at(tree, "DateLocal"), text_at(tree, "TimeLocal")
    if date and time and (told := found.times.of(f"{date} {time}")) is not None:
        return told
    return found.times.at(tree, "TimestampUtc", "Timestamp", "ReadTime")
