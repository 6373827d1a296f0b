"""Hikvision's ISAPI: events that a camera posts, and the list of plates that is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import partial

from ingest.vendors.adapter import ReaderSign, ReportedRead
from ingest.vendors.parts.boxes import sized_box
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import (
    Tree,
    has_keys,
    number_at,
    raw_text_at,
    text_at,
    tree_at,
    trees_at,
    truth_at,
    walk,
)
from ingest.vendors.parts.vehicles import direction_of, location_of, movement_of, vehicle_of
from schemas.types import Location, ReaderVersion

_STATES = ("state", "stateName", "province", "plateState")


class Hikvision(TreeAdapter):
    """Reads `EventNotificationAlert` as XML or JSON with its pictures, and polled `Plates`."""

    name = "hikvision"
    title = "Hikvision ISAPI"
    expected = "EventNotificationAlert as XML or JSON, or Plates"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, "EventNotificationAlert", "Plates", "ANPR", "eventType")

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        if has_keys(tree, "Plates"):
            listed = trees_at(tree, "Plates.Plate", "Plates.0", "Plates")
            plates = [each for each in listed if has_keys(each, "plateNumber", "captureTime")]
            for each in plates:
                found.add(partial(_polled, each, found, is_alone=len(plates) == 1))
            return
        event = tree_at(tree, "EventNotificationAlert") or tree
        seen = tree_at(event, "ANPR")
        if seen:
            found.add(lambda: _event(event, seen, found))
        else:
            kind = raw_text_at(event, "eventType").casefold()
            lost = kind == "videoloss" and raw_text_at(event, "eventState").casefold() == "active"
            at = found.times.at(event, "dateTime")
            # A camera sends an inactive "videoloss" every few seconds to say that it is there.
            loses = lost and (number_at(event, "activePostCount") or 0) > 0
            found.signs.append(ReaderSign(_camera(event), at, problem="it has lost its picture" if loses else None))


def _camera(event: Tree) -> str:
    return text_at(event, "channelName", "channelID", "dynChannelID", "deviceID") or ""


def _event(event: Tree, seen: Tree, found: Gathered) -> ReportedRead | None:
    plate = plate_text(walk(seen, "licensePlate")) or plate_text(walk(seen, "originalLicensePlate"))
    if plate is None:
        return None
    plate_picture, context = found.opened.plate_and_context()
    country = text_at(event, "countryAbbreviation", "ANPR.countryAbbreviation")
    lane = text_at(seen, "line", "laneNo", "laneName")
    speed = number_at(seen, "vehicleInfo.speed", "speed", "vehicleSpeed")
    picture = _plate_info(seen)
    return ReportedRead(
        plate=plate,
        camera=_camera(event),
        captured_at=_captured_at(event, seen, found),
        confidence=probability(walk(seen, "confidenceLevel"), 100),
        pass_id=text_at(event, "UUID", "ANPR.UUID", "ANPR.recordID"),
        character_confidences=_characters(raw_text_at(seen, "plateCharBelieve"), plate),
        jurisdiction=state_of(
            text_at(seen, "state", "stateName", "province", "plateState"), country, found.source.country
        ),
        location=_location(event),
        movement=movement_of(lane, direction_of(text_at(seen, "direction", "vehicleDirection")), speed, "km/h"),
        vehicle=vehicle_of(
            text_at(seen, "vehicleInfo.vehicleLogoName", "vehicleInfo.brand"),
            text_at(seen, "vehicleInfo.vehicleModelName"),
            text_at(seen, "vehicleInfo.color"),
            _kind(seen),
        ),
        box=sized_box(picture, "plateRect"),
        plate_picture=plate_picture,
        context_picture=context,
        is_retransmission=truth_at(event, "isDataRetransmission", "dataRetransmission"),
        reader=ReaderVersion("hikvision", text_at(event, "@version") or ""),
    )


def _kind(seen: Tree) -> str | None:
    if truth_at(seen, "twoWheelVehicle"):
        return "motorcycle"
    kind = text_at(seen, "vehicleType")
    return None if kind == "vehicle" else kind


def _plate_info(seen: Tree) -> Tree:
    listed = trees_at(seen, "pictureInfoList.pictureInfo", "pictureInfoList")
    return next((each for each in listed if has_keys(each, "plateRect")), {})


def _captured_at(event: Tree, seen: Tree, found: Gathered) -> datetime | None:
    """Return an event's time; the pictures' says the milliseconds as well, but no zone."""
    told = found.times.at(event, "dateTime")
    listed = trees_at(seen, "pictureInfoList.pictureInfo", "pictureInfoList")
    pictured = next((text for each in listed if (text := text_at(each, "absTime"))), "")
    if told is None:
        return found.times.of(pictured)
    clock = re.sub(r"\D", "", raw_text_at(event, "dateTime"))[:14]
    if re.fullmatch(r"\d{17}", pictured) and pictured[:14] == clock:
        return told.replace(microsecond=int(pictured[14:]) * 1000)
    return told


def _characters(text: str, plate: str) -> tuple[float, ...]:
    found = tuple(probability(each, 100) for each in text.split(",") if each.strip())
    known = tuple(each for each in found if each is not None)
    return known if len(known) == len(found) == len(plate) else ()


def _location(event: Tree) -> Location | None:
    place = tree_at(event, "DeviceGPSInfo")
    latitude = _degrees(place, "latitude", raw_text_at(place, "latitudeType"))
    longitude = _degrees(place, "longitude", raw_text_at(place, "longitudeType"))
    return location_of(latitude, longitude)


def _degrees(place: Tree, name: str, side: str) -> float | None:
    part = tree_at(place, name)
    degree = number_at(part, "degree")
    if degree is None:
        return None
    value = degree + (number_at(part, "minute") or 0) / 60 + (number_at(part, "sec", "second") or 0) / 3600
    return -value if side.upper() in ("W", "S") else value


def _polled(each: Tree, found: Gathered, *, is_alone: bool) -> ReportedRead | None:
    plate = plate_text(walk(each, "plateNumber"))
    if plate is None:
        return None
    # Of several plates nobody knows whose picture it is.
    picture, context = found.opened.plate_and_context() if is_alone else (None, None)
    read = ReportedRead(
        plate=plate,
        camera=text_at(each, "channelName", "channelID") or "",
        captured_at=found.times.at(each, "captureTime"),
        confidence=probability(walk(each, "confidenceLevel"), 100),
        pass_id=text_at(each, "picName"),
        movement=movement_of(text_at(each, "laneNo"), direction_of(text_at(each, "direction"))),
        plate_picture=picture,
        context_picture=context,
        reader=ReaderVersion("hikvision"),
    )
    state = state_of(text_at(each, "state", "province"), text_at(each, "country"), found.source.country)
    return replace(read, jurisdiction=state)
