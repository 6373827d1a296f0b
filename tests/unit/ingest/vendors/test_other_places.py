"""What an adapter looks for in a second and third place is found there, where the first has nothing."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from ingest.vendors.adapter import PictureUrl
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
    ("axis", car(carSpeed=10, speedUnit="mph"), "movement.speed", 4.47),
    ("axis", car(plateState="MD", plateCountry="USA"), "jurisdiction", "US-MD"),
    ("axis", car(carState="new", packetCounter=5), "revision", 5),
    ("axis", car(carState="update", frame_timestamp=12_345), "revision", 1_000_000_123),
    ("axis", car(carState="new", carID="1"), "is_final", False),
    ("axis", car(carState="new"), "is_final", True),
    ("axis", car(carState="lost", carID="1"), "is_final", True),
    ("axis", car(images=[{"type": "overview", "data": SCENE_TEXT}]), "context_picture", SCENE_JPEG),
    ("axis", car(imagesURI="http://a/b.jpg"), "picture_urls", (PictureUrl("context", "http://a/b.jpg"),)),
    ("dahua", traffic(State="MD", Country="USA"), "jurisdiction", "US-MD"),
    ("dahua", traffic({"GroupID": "0"}), "pass_id", None),
    ("dahua", traffic({"IndexInGroup": 3}), "revision", 3),
    ("dahua", traffic({"IndexInGroup": -3}), "revision", 0),
    ("dahua", snapped(SnapInfo={"SnapID": "7", "LanNo": 5}), "pass_id", "7"),
    ("dahua", snapped(SnapInfo={"SnapTime": TIME}), "captured_at", NOW),
    ("dahua", snapped(SnapInfo={"LanNo": 5}), "movement.lane", "5"),
    ("dahua", snapped(VehiclePic={"Content": OTHER_TEXT}), "context_picture", OTHER_JPEG),
    ("dahua", snapped(Vehicle={"Text": "Kia"}), "vehicle.make", "Kia"),
    ("dahua", snapped(plate={"Confidence": 51}), "confidence", 0.2),
    ("hikvision", anpr("<vehicleType>vehicle</vehicleType>"), "vehicle", None),
    ("hikvision", anpr("<twoWheelVehicle>true</twoWheelVehicle>"), "vehicle.vehicle_class", "motorcycle"),
    ("hikvision", anpr("<plateCharBelieve>91,92</plateCharBelieve>"), "character_confidences", ()),
    ("hikvision", anpr("<plateCharBelieve>91,92,93,94,95,96,x</plateCharBelieve>"), "character_confidences", ()),
    ("hikvision", anpr("<plateCharBelieve>91,92,93,94,95,96,97,98</plateCharBelieve>"), "character_confidences", ()),
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
    (
        "onvif",
        {"Message": {"@UtcTime": TIME, "Data": {"LicensePlateInfo": {"PlateNumber": PLATE}}}},
        "captured_at",
        NOW,
    ),
    ("survision", decision({"jpeg": SCENE_TEXT}), "context_picture", SCENE_JPEG),
    ("survision", decision({"@speed": "36"}), "movement.speed", 10.0),
    ("survision", decision(**{"@date": TIME}), "captured_at", NOW),
    ("rekor", group(vehicle={"make_model": [{"name": "kia_rio"}]}), "vehicle.model", "kia_rio"),
    ("rekor", group(vehicle={"make": [{"name": "Kia"}], "make_model": [{"name": "kia-rio"}]}), "vehicle.model", "rio"),
    ("rekor", group(vehicle={"make": [{"name": "kia"}], "make_model": [{"name": "rio"}]}), "vehicle.model", "rio"),
    ("rekor", group(vehicle={"make": [{"name": "kia"}], "make_model": [{"name": "kia"}]}), "vehicle.model", None),
    ("rekor", group(vehicle={"make": [{"name": "kia"}]}), "vehicle.make", "kia"),
    ("rekor", {"data_type": "alpr_group", "best_plate": PLATE}, "plate", PLATE),
    ("rekor", group(uuids=["a", 5, None], plate_indexes=[True, "2"]), "frame_ids", ("a/0", "5/2")),
    ("rekor", group(travel_direction=0), "movement.direction", "0 degrees"),
    ("rekor", group(travel_direction=-0.1), "movement", None),
    ("rekor", group(travel_direction=359.7), "movement.direction", "0 degrees"),
    ("rekor", group(epoch_start=NOW_MS, epoch_end=NOW_MS - 5), "revision", 0),
    ("rekor", group(epoch_end=NOW_MS), "revision", 0),
    ("rekor", group(epoch_start=NOW_MS - 90_000_000, epoch_end=NOW_MS), "revision", 86_400_000),
    ("rekor", group(uuids=["a", "b"]), "frame_ids", ("a/0", "b/0")),
    ("rekor", group(uuids="a"), "frame_ids", ()),
    ("rekor", group(best_plate={"coordinates": CORNERS}), "box.x2", 61.0),
    ("genetec", {"Plate": PLATE, "SharpName": "S", "Attributes": {"State Name": "Virginia"}}, "jurisdiction", "US-VA"),
    ("verkada", {"license_plate_number": PLATE, "camera_id": "c"}, "camera", "c"),
    ("verkada", {"data": {"license_plate_number": PLATE, "image_url": "ftp://a/b"}}, "picture_urls", ()),
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
    ("plate_recognizer", result(region="us-md"), "jurisdiction", "US-MD"),
    ("plate_recognizer", result(direction="forward"), "movement.direction", "approaching"),
    ("plate_recognizer", {"json": {"data": {"results": [{"plate": PLATE, "score": 0.4}]}}}, "confidence", 0.4),
]


@pytest.mark.parametrize(("vendor", "body", "where", "expected"), PLACES)
def test_what_stands_in_another_place_is_found(vendor: str, body: Any, where: str, expected: Any) -> None:
    (read,) = parsed(vendor, body, "application/xml" if isinstance(body, str) else "application/json").reads
    assert read.plate == PLATE
    assert attrgetter(where)(read) == expected
