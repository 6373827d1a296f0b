"""What an adapter looks for in a second and third place is found there, where the first has nothing."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from ingest.vendors.adapter import PictureUrl
from schemas.types import Location
from tests.unit.ingest.vendors.full_messages import CORNERS, OTHER_JPEG, OTHER_TEXT, SCENE_JPEG, SCENE_TEXT
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, parsed

PLATE = "KZP4821"


def anpr(inner: str = "", outer: str = "") -> str:
    return (
        f"<EventNotificationAlert>{outer}<ANPR><licensePlate>{PLATE}</licensePlate>{inner}</ANPR>"
        "</EventNotificationAlert>"
    )


def onvif(appearance: str = "", frame: str = "", place: str = "") -> str:
    return (
        f"<MetadataStream><VideoAnalytics><Frame {frame}><Object ObjectId='8' {place}><Appearance><LicensePlateInfo>"
        f"<PlateNumber>{PLATE}</PlateNumber></LicensePlateInfo>{appearance}</Appearance></Object></Frame>"
        "</VideoAnalytics></MetadataStream>"
    )


def car(**more: Any) -> dict[str, Any]:
    return {"plateText": PLATE, **more}


def traffic(event: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"TrafficCar": {"PlateNumber": PLATE, **more}, **(event or {})}


def snapped(**more: Any) -> dict[str, Any]:
    return {"Picture": {"Plate": {"PlateNumber": PLATE, **more.pop("plate", {})}, **more}}


def group(**more: Any) -> dict[str, Any]:
    return {"data_type": "alpr_group", "best_plate_number": PLATE, **more}


def decision(told: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"anpr": {"decision": {"@plate": PLATE, **more}, **(told or {})}}


def result(data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"data": {"results": [{"plate": PLATE, **more}], **(data or {})}}


TIME = "2026-05-04T12:00:00Z"
PLACES: list[tuple[str, Any, str, Any]] = [
    ("axis", car(vehicle_info={"speed": 36}), "movement.speed", 10.0),
    ("axis", car(carSpeed=10, speedUnit="mph"), "movement.speed", 4.47),
    ("axis", car(laneID="3"), "movement.lane", "3"),
    ("axis", car(carMake="Kia", carModel="Rio", carColor="red", carType="car"), "vehicle.make", "Kia"),
    ("axis", car(carMake="Kia", carModel="Rio", carColor="red", carType="car"), "vehicle.model", "Rio"),
    ("axis", car(carMake="Kia", carModel="Rio", carColor="red", carType="car"), "vehicle.color", "red"),
    ("axis", car(vehicle_info={"class": "bus"}), "vehicle.vehicle_class", "bus"),
    ("axis", car(camera_info={"MACAddress": "B8:A4"}), "camera", "B8:A4"),
    ("axis", car(plateState="MD", plateCountry="USA"), "jurisdiction", "US-MD"),
    ("axis", car(geotag={"lat": 37.2, "lng": -76.4}), "location", Location(37.2, -76.4)),
    ("axis", car(timestamp=TIME), "captured_at", NOW),
    ("axis", car(carState="new", packetCounter=5), "revision", 5),
    ("axis", car(carState="update", frame_timestamp=12_345), "revision", 1_000_000_123),
    ("axis", car(carState="new", carID="1"), "is_final", False),
    ("axis", car(carState="new"), "is_final", True),
    ("axis", car(carState="lost", carID="1"), "is_final", True),
    ("axis", car(images=[{"type": "overview", "data": SCENE_TEXT}]), "context_picture", SCENE_JPEG),
    ("axis", car(imagesURI="http://a/b.jpg"), "picture_urls", (PictureUrl("context", "http://a/b.jpg"),)),
    ("axis", {"plateASCII": PLATE, "carID": "1"}, "plate", PLATE),
    ("dahua", traffic(IsBlackList=True), "hit", '{"list":"black"}'),
    ("dahua", traffic(TrafficBlackList={"IsInBlackList": True}), "hit", '{"list":"black"}'),
    ("dahua", traffic(State="MD", Country="USA"), "jurisdiction", "US-MD"),
    ("dahua", traffic({"Lane": 4}), "movement.lane", "4"),
    ("dahua", traffic({"Speed": 36}), "movement.speed", 10.0),
    ("dahua", traffic(VehicleSign="Kia"), "vehicle.make", "Kia"),
    ("dahua", traffic(VehicleSize="Small"), "vehicle.vehicle_class", "Small"),
    ("dahua", traffic({"GroupID": "0"}), "pass_id", None),
    ("dahua", traffic({"EventID": "9"}), "pass_id", "9"),
    ("dahua", traffic({"IndexInGroup": 3}), "revision", 3),
    ("dahua", traffic({"IndexInGroup": -3}), "revision", 0),
    ("dahua", traffic({"LocaleTime": TIME}), "captured_at", NOW),
    ("dahua", snapped(SnapInfo={"SnapID": "7", "LanNo": 5}), "pass_id", "7"),
    ("dahua", snapped(SnapInfo={"SnapTime": TIME}), "captured_at", NOW),
    ("dahua", snapped(SnapInfo={"LanNo": 5}), "movement.lane", "5"),
    ("dahua", snapped(VehiclePic={"Content": OTHER_TEXT}), "context_picture", OTHER_JPEG),
    ("dahua", snapped(Vehicle={"Text": "Kia"}), "vehicle.make", "Kia"),
    ("dahua", snapped(plate={"Confidence": 51}), "confidence", 0.2),
    ("hikvision", anpr("<vehicleType>vehicle</vehicleType>"), "vehicle", None),
    ("hikvision", anpr("<vehicleType>bus</vehicleType>"), "vehicle.vehicle_class", "bus"),
    ("hikvision", anpr("<twoWheelVehicle>true</twoWheelVehicle>"), "vehicle.vehicle_class", "motorcycle"),
    ("hikvision", anpr("<laneNo>4</laneNo>"), "movement.lane", "4"),
    ("hikvision", anpr("<vehicleSpeed>36</vehicleSpeed>"), "movement.speed", 10.0),
    ("hikvision", anpr("<recordID>r</recordID>"), "pass_id", "r"),
    ("hikvision", anpr("<plateCharBelieve>91,92</plateCharBelieve>"), "character_confidences", ()),
    ("hikvision", anpr(outer="<channelID>3</channelID>"), "camera", "3"),
    (
        "hikvision",
        anpr("<pictureInfoList><pictureInfo><absTime>20260504080000250</absTime></pictureInfo></pictureInfoList>"),
        "captured_at.microsecond",
        250_000,
    ),
    (
        "hikvision",
        anpr(
            "<pictureInfoList><pictureInfo><absTime>20260504080001250</absTime></pictureInfo></pictureInfoList>",
            f"<dateTime>{TIME}</dateTime>",
        ),
        "captured_at",
        NOW,
    ),
    ("onvif", onvif(frame=f"UtcTime='{TIME}'"), "captured_at", NOW),
    ("onvif", onvif(place=f"UtcTime='{TIME}'"), "captured_at", NOW),
    ("onvif", onvif(frame=f"UtcTime='{TIME}'", place="UtcTime='2026-05-04T13:00:00Z'"), "captured_at", NOW),
    ("onvif", onvif(), "pass_id", "8"),
    ("survision", decision({"jpeg": SCENE_TEXT}), "context_picture", SCENE_JPEG),
    ("survision", decision({"context": SCENE_TEXT}), "context_picture", SCENE_JPEG),
    ("survision", decision({"@speed": "36"}), "movement.speed", 10.0),
    ("survision", decision({"@direction": "rear"}), "movement.direction", "leaving"),
    ("survision", decision({"@timestamp": TIME}), "captured_at", NOW),
    ("survision", decision(**{"@date": TIME}), "captured_at", NOW),
    ("survision", decision({"@sensor": "s"}), "camera", "s"),
    ("survision", decision(mmc={"make": "Kia", "category": "bus"}), "vehicle.make", "Kia"),
    ("survision", decision(mmc={"make": "Kia", "category": "bus"}), "vehicle.vehicle_class", "bus"),
    ("rekor", group(agent_uid="A"), "camera", "A"),
    ("rekor", group(epoch_start=NOW_MS), "captured_at", NOW),
    ("rekor", group(epoch_time=NOW_MS), "captured_at", NOW),
    ("rekor", group(travel_direction=0), "movement.direction", "0 degrees"),
    ("rekor", group(travel_direction=359.7), "movement.direction", "0 degrees"),
    ("rekor", group(epoch_start=NOW_MS, epoch_end=NOW_MS - 5), "revision", 0),
    ("rekor", group(epoch_end=NOW_MS), "revision", 0),
    ("rekor", group(epoch_start=NOW_MS - 90_000_000, epoch_end=NOW_MS), "revision", 86_400_000),
    ("rekor", group(uuids=["a", "b"]), "frame_ids", ("a/0", "b/0")),
    ("rekor", group(uuids="a"), "frame_ids", ()),
    ("rekor", group(best_plate={"coordinates": CORNERS}), "box.x2", 61.0),
    ("genetec", {"PlateRead": PLATE, "SharpName": "S"}, "camera", "S"),
    ("genetec", {"Plate": PLATE, "SharpName": "S", "Id": "i"}, "pass_id", "i"),
    ("genetec", {"Plate": PLATE, "SharpName": "S", "ReadTime": TIME}, "captured_at", NOW),
    ("genetec", {"Plate": PLATE, "SharpName": "S", "Attributes": {"Confidence Score": "93"}}, "confidence", 0.93),
    ("genetec", {"Plate": PLATE, "SharpName": "S", "Attributes": {"State Name": "Virginia"}}, "jurisdiction", "US-VA"),
    ("genetec", {"Plate": PLATE, "SharpName": "S", "Attributes": {"Speed": "36"}}, "movement.speed", 10.0),
    ("verkada", {"license_plate_number": PLATE, "camera_id": "c"}, "camera", "c"),
    ("verkada", {"data": {"license_plate_number": PLATE, "created": NOW_MS}}, "captured_at", NOW),
    ("verkada", {"created_at": NOW_MS, "data": {"license_plate_number": PLATE}}, "captured_at", NOW),
    ("verkada", {"data": {"license_plate_number": PLATE, "vehicle_make": "Kia"}}, "vehicle.make", "Kia"),
    ("verkada", {"data": {"license_plate_number": PLATE, "vehicle_type": "bus"}}, "vehicle.vehicle_class", "bus"),
    ("verkada", {"data": {"license_plate_number": PLATE, "image_url": "ftp://a/b"}}, "picture_urls", ()),
    ("flock", {"ocr": {"plate": PLATE}, "deviceName": "d"}, "camera", "d"),
    ("flock", {"plate": PLATE, "objectId": "o", "deviceId": "i"}, "camera", "i"),
    ("flock", {"licensePlate": PLATE, "objectId": "o", "capturedAt": TIME}, "captured_at", NOW),
    ("flock", {"ocr": {"label": PLATE}, "state": "MD"}, "jurisdiction", "US-MD"),
    ("flock", {"ocr": {"label": PLATE}, "vehicle": {"type": "suv"}}, "vehicle.vehicle_class", "suv"),
    ("frigate", {"type": "lpr", "plate_number": PLATE, "event_id": "e"}, "pass_id", "e"),
    ("frigate", {"type": "lpr", "plate": PLATE, "snapshot": SCENE_TEXT}, "context_picture", SCENE_JPEG),
    ("frigate", {"type": "lpr", "plate": PLATE, "label": "license_plate"}, "vehicle", None),
    ("frigate", {"type": "lpr", "plate": PLATE, "velocity_angle": 0}, "movement", None),
    (
        "frigate",
        {"after": {"id": "1", "camera": "c", "recognized_license_plate": [PLATE, 0.8]}},
        "confidence",
        0.8,
    ),
    ("unifi", {"registrationNumber": PLATE, "cameraName": "n", "timestamp": NOW_MS}, "camera", "n"),
    ("unifi", {"registrationNumber": PLATE, "event": {"start": NOW_MS}}, "captured_at", NOW),
    ("blueiris", {"plate": PLATE, "confidence": 0.7}, "confidence", 0.7),
    ("blueiris", {"memo": f"{PLATE} (87%)", "confidence": 0.5}, "confidence", 0.87),
    ("blueiris", {"ai_dump": [{"predictions": [{"label": f"plate: {PLATE}"}]}], "cam": "c"}, "camera", "c"),
    ("plate_recognizer", result({"camera": {"name": "n"}}), "camera", "n"),
    ("plate_recognizer", result({"time": TIME}), "captured_at", NOW),
    ("plate_recognizer", result({"lat": 37.2, "lng": -76.4}), "location", Location(37.2, -76.4)),
    ("plate_recognizer", result(region="us-md"), "jurisdiction", "US-MD"),
    ("plate_recognizer", result(direction="forward"), "movement.direction", "approaching"),
    ("plate_recognizer", result(image=SCENE_TEXT), "context_picture", SCENE_JPEG),
    ("plate_recognizer", result({"image": OTHER_TEXT}, image=SCENE_TEXT), "context_picture", OTHER_JPEG),
    ("plate_recognizer", {"json": {"data": {"results": [{"plate": PLATE, "score": 0.4}]}}}, "confidence", 0.4),
]


@pytest.mark.parametrize(("vendor", "body", "where", "expected"), PLACES)
def test_what_stands_in_another_place_is_found(vendor: str, body: Any, where: str, expected: Any) -> None:
    (read,) = parsed(vendor, body, "application/xml" if isinstance(body, str) else "application/json").reads
    assert read.plate == PLATE
    assert attrgetter(where)(read) == expected
