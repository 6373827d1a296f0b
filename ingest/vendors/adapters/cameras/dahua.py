"""Dahua: event lines and `Code=...;data={...}` of its CGI, notices of its RPC, and ITSAPI's push."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from ingest.vendors.adapter import ReaderSign, ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import (
    Tree,
    find_trees,
    has_keys,
    raw_text_at,
    text_at,
    tree_at,
    truth_at,
    walk,
    whole_at,
)
from ingest.vendors.parts.vehicles import direction_of, movement_of, vehicle_of
from schemas.types import ReaderVersion

_OWN = ("TrafficCar", "Picture", "Plate", "PlateNumber", "Object", "Vehicle")
_AROUND = ("Events", "ReturnEvents", "params", "Code", "Active", "items", "info", "TollgateInfo")
_NEAR = timedelta(minutes=10)


class Dahua(TreeAdapter):
    """Reads events of traffic cameras, whichever way they came."""

    name = "dahua"
    title = "Dahua"
    expected = "lines like Events[0].TrafficCar.PlateNumber=..., or JSON with TrafficCar, Plate or Picture"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, *_OWN, *_AROUND) or bool(find_trees(tree, "TrafficCar", "PlateNumber"))

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        events = find_trees(tree, *_OWN)
        for event in events:
            found.add(partial(_event, event, tree_at(event, "Picture") or event, tree, found))
        if not events:
            camera = text_at(tree, "DeviceID", "DeviceName", "params.DeviceID") or ""
            found.signs.append(ReaderSign(camera, found.times.at(tree, "LocaleTime", "Time")))


def _event(event: Tree, inner: Tree, whole: Tree, found: Gathered) -> ReportedRead | None:
    told = tree_at(inner, "Object")
    # What an object's text is depends on the object: of a car it is the brand.
    is_plate = raw_text_at(told, "ObjectType").casefold() == "plate"
    has_none = "IsExist" in tree_at(inner, "Plate") and not truth_at(inner, "Plate.IsExist")
    listed = [walk(told, "Text") if is_plate else None]
    listed += [walk(inner, path) for path in ("TrafficCar.PlateNumber", "Plate.PlateNumber", "PlateNumber")]
    plate = None if has_none else next((text for each in listed if (text := plate_text(each)) is not None), None)
    if plate is None:
        return None
    picture, context = found.opened.plate_and_context()
    car, place = tree_at(inner, "TrafficCar"), tree_at(inner, "SnapInfo")
    confidence = probability(walk(told, "Confidence"), 255) if is_plate else None
    number = text_at(event, "GroupID", "EventID", "TrafficCar.GroupID") or text_at(place, "SnapID", "ID")
    is_hit = truth_at(car, "IsBlackList", "BlackList", "TrafficBlackList.IsInBlackList")
    return ReportedRead(
        plate=plate,
        camera=_camera(inner, whole, place),
        captured_at=_captured_at(event, inner, place, found),
        confidence=confidence or probability(walk(inner, "Plate.Confidence"), 255),
        pass_id=None if number in (None, "0") else number,
        is_pass_id_unique=False,
        revision=max(whole_at(event, "IndexInGroup") or 0, 0),
        jurisdiction=state_of(
            text_at(car, "State", "Province", "Region")
            or text_at(inner, "Plate.State", "Plate.Region", "Plate.Province"),
            text_at(car, "Country") or text_at(inner, "Plate.Country"),
            found.source.country,
        ),
        movement=movement_of(
            text_at(car, "Lane") or text_at(event, "Lane") or text_at(place, "LanNo", "LaneNo", "Lane"),
            direction_of(
                text_at(car, "DrivingDirection.0", "DrivingDirection", "Direction") or text_at(place, "Direction")
            ),
            walk(car, "Speed") or walk(inner, "Vehicle.Speed") or walk(event, "Speed"),
            "km/h",
        ),
        vehicle=vehicle_of(
            text_at(car, "VehicleSign") or text_at(inner, "Vehicle.VehicleSign", "Vehicle.Text"),
            color=text_at(car, "VehicleColor") or text_at(inner, "Vehicle.VehicleColor"),
            kind=text_at(car, "VehicleCategory", "VehicleSize")
            or text_at(inner, "Vehicle.VehicleType", "Vehicle.Category"),
        ),
        plate_picture=picture_in(walk(inner, "CutoutPic.Content")) or picture,
        context_picture=picture_in(walk(inner, "NormalPic.Content"))
        or picture_in(walk(inner, "VehiclePic.Content"))
        or context,
        hit='{"list":"black"}' if is_hit else None,
        reader=ReaderVersion("dahua"),
    )


def _camera(inner: Tree, whole: Tree, place: Tree) -> str:
    told = text_at(place, "DeviceID", "DeviceName") or text_at(inner, "TrafficCar.MachineName", "DeviceID", "Channel")
    return told or text_at(whole, "params.DeviceID", "index") or ""


def _captured_at(event: Tree, inner: Tree, place: Tree, found: Gathered) -> datetime | None:
    """Return when a car was seen; `UTC` is local time at many cameras, although it counts seconds since 1970."""
    times = found.times
    milliseconds = timedelta(milliseconds=min(max(whole_at(event, "UTCMS", "RealUTCMS") or 0, 0), 999))
    real = times.at(event, "RealUTC", "TrafficCar.RealUTC", "Data.RealUTC")
    if real is not None:
        return real + milliseconds
    counted = times.at(event, "UTC", "TrafficCar.UTC", "EventBaseInfo.UTC")
    told = times.at(event, "LocaleTime") or times.at(place, "AccurateTime", "SnapTime") or times.at(inner, "SnapTime")
    if counted is None:
        return told
    if told is not None and abs(told - counted) > timedelta(minutes=1):
        return told
    local = times.local(int(counted.timestamp()))
    if local is not None and abs(found.message.received_at - local) <= _NEAR:
        return local + milliseconds
    return counted + milliseconds
