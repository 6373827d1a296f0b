"""Where several places of a message say something, the first counts; where that is silent, the next one does."""

from __future__ import annotations

import copy
from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest

from ingest.vendors.adapter import PictureUrl
from tests.unit.ingest.vendors.full_messages import (
    OTHER_JPEG,
    OTHER_TEXT,
    PLATE_JPEG,
    PLATE_TEXT,
    SCENE_JPEG,
    SCENE_TEXT,
)
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, parsed

Ranked = list[tuple[str, Any, Any]]
"""Places from the first to the last: each with what stands there, and what the read has if that counts."""

_STATES = ("VA", "MD", "NC", "NY", "OH", "PA")
_TEXTS = ("one", "two", "three", "four", "five", "six", "seven")


def texts(*paths: str) -> Ranked:
    return [(path, text, text) for path, text in zip(paths, _TEXTS, strict=False)]


def plates(*paths: str) -> Ranked:
    return [(path, f"KZP482{number}", f"KZP482{number}") for number, path in enumerate(paths)]


def states(*paths: str) -> Ranked:
    return [(path, state, f"US-{state}") for path, state in zip(paths, _STATES, strict=False)]


def moments(*paths: str) -> Ranked:
    return [(path, NOW_MS + 1000 * n, NOW + timedelta(seconds=n)) for n, path in enumerate(paths)]


def speeds(*paths: str) -> Ranked:
    return [(path, 36 * n, 10.0 * n) for n, path in enumerate(paths, 1)]


def shares(*paths: str, scale: float = 1) -> Ranked:
    return [(path, scale * n / 5, n / 5) for n, path in enumerate(paths, 1)]


def ways(*paths: str) -> Ranked:
    return list(zip(paths, ("in", "out", "north"), ("approaching", "leaving", "north"), strict=False))


def places(*paths: str) -> Ranked:
    return [(path, 37.0 + n, 37.0 + n) for n, path in enumerate(paths)]


def pictures(*paths: str) -> Ranked:
    return list(zip(paths, (PLATE_TEXT, SCENE_TEXT, OTHER_TEXT), (PLATE_JPEG, SCENE_JPEG, OTHER_JPEG), strict=False))


def urls(*paths: str) -> Ranked:
    return [(path, f"http://a/{n}.jpg", (PictureUrl("context", f"http://a/{n}.jpg"),)) for n, path in enumerate(paths)]


CAR, SHOWN = {"TrafficCar": {"PlateNumber": "KZP4821"}}, {"Plate": {"PlateNumber": "KZP4821"}}
ANPR = {"ANPR": {"licensePlate": "KZP4821"}}
INFO = {"Appearance": {"LicensePlateInfo": {"PlateNumber": "KZP4821"}}}
OBJECTS = {"Frame": {"Object": [{"@ObjectId": "8"}, {"@ObjectId": "9", "@Parent": "8", **INFO}]}}
PARENT, CHILD = "Frame.Object.0", "Frame.Object.1"
ALONE = {"Frame": {"Object": [INFO]}}
DECIDED = {"anpr": {"decision": {"plate": "KZP4821"}}}
GROUP = {"data_type": "alpr_group", "best_plate_number": "KZP4821"}
SHARP = {"Plate": "KZP4821", "PlateImage": "x"}
HOOK = {"data": {"license_plate_number": "KZP4821"}}
FLOCK = {"objectId": "o", "plate": "KZP4821"}
ALARM = {"alarm": {"triggers": [{"key": "license_plate", "value": "KZP4821"}]}}
TRIGGER = "alarm.triggers.0"
SEEN = {"after": {"id": "1", "camera": "c", "recognized_license_plate": "KZP4821"}}
LPR = {"type": "lpr", "plate": "KZP4821"}
RESULT = {"data": {"results": [{"plate": "KZP4821"}]}}
FIRST = "data.results.0"
PROPERTIES = {"results": [{"plate": {"props": {"plate": [{"value": "KZP4821"}]}}}]}

ORDER: list[tuple[str, Any, dict[str, Ranked]]] = [
    ("axis", {"carID": "1"}, {"plate": plates("plateUTF8", "plateText", "plateUnicode", "plateASCII")}),
    (
        "axis",
        {"plateText": "KZP4821", "geotag": {"lat": 37.2}},
        {
            "camera": texts("camera_info.SerialNumber", "camera_info.MACAddress", "sensorProviderID", "serial"),
            "captured_at": moments("capture_timestamp", "capture_ts", "frame_timestamp", "datetime", "timestamp"),
            "jurisdiction": states("plateRegion", "plateState", "plateRegionCode"),
            "location.longitude": places("geotag.lon", "geotag.lng"),
            "movement.lane": texts("roiID", "laneID"),
            "movement.speed": speeds("carSpeed", "vehicle_info.speed"),
            "vehicle.make": texts("vehicle_info.make", "carMake"),
            "vehicle.model": texts("vehicle_info.model", "carModel"),
            "vehicle.color": texts("vehicle_info.color", "carColor"),
            "vehicle.vehicle_class": texts("vehicle_info.type", "carType", "vehicle_info.class"),
            "reader.version": texts("version", "engineVersion"),
        },
    ),
    (
        "axis",
        {"plateText": "KZP4821", "ImageArray": [{}, {}, {}, {}]},
        {
            "plate_picture": [
                ("ImageArray.1", {"ImageType": "plate", "BinaryImage": PLATE_TEXT}, PLATE_JPEG),
                ("ImageArray.2", {"type": "Plate", "data": OTHER_TEXT}, OTHER_JPEG),
            ],
            "context_picture": [
                ("ImageArray.0", {"BinaryImage": SCENE_TEXT, "data": PLATE_TEXT}, SCENE_JPEG),
                ("ImageArray.3", {"data": OTHER_TEXT}, OTHER_JPEG),
            ],
        },
    ),
    (
        "dahua",
        {"Object": {"ObjectType": "Plate"}},
        {"plate": plates("Object.Text", "TrafficCar.PlateNumber", "Plate.PlateNumber", "PlateNumber")},
    ),
    (
        "dahua",
        {**CAR, "Object": {"ObjectType": "plate"}},
        {
            "camera": texts(
                *("SnapInfo.DeviceID", "SnapInfo.DeviceName", "TrafficCar.MachineName", "DeviceID", "Channel"),
                *("params.DeviceID", "index"),
            ),
            "captured_at": moments(
                *("RealUTC", "TrafficCar.RealUTC", "Data.RealUTC", "UTC", "TrafficCar.UTC", "EventBaseInfo.UTC"),
                *("LocaleTime", "SnapInfo.AccurateTime", "SnapInfo.SnapTime", "SnapTime"),
            ),
            "confidence": shares("Object.Confidence", "Plate.Confidence", scale=255),
            "pass_id": texts("GroupID", "EventID", "TrafficCar.GroupID", "SnapInfo.SnapID", "SnapInfo.ID"),
            "jurisdiction": states(
                *("TrafficCar.State", "TrafficCar.Province", "TrafficCar.Region"),
                *("Plate.State", "Plate.Region", "Plate.Province"),
            ),
            "movement.lane": texts("TrafficCar.Lane", "Lane", "SnapInfo.LanNo", "SnapInfo.LaneNo", "SnapInfo.Lane"),
            "movement.direction": ways("TrafficCar.DrivingDirection", "TrafficCar.Direction", "SnapInfo.Direction"),
            "movement.speed": speeds("TrafficCar.Speed", "Vehicle.Speed", "Speed"),
            "vehicle.make": texts("TrafficCar.VehicleSign", "Vehicle.VehicleSign", "Vehicle.Text"),
            "vehicle.color": texts("TrafficCar.VehicleColor", "Vehicle.VehicleColor"),
            "vehicle.vehicle_class": texts(
                "TrafficCar.VehicleCategory", "TrafficCar.VehicleSize", "Vehicle.VehicleType", "Vehicle.Category"
            ),
            "hit": [
                ("TrafficCar.IsBlackList", True, '{"list":"black"}'),
                ("TrafficCar.BlackList", "0", None),
                ("TrafficCar.TrafficBlackList.IsInBlackList", 1, '{"list":"black"}'),
            ],
            "context_picture": pictures("NormalPic.Content", "VehiclePic.Content"),
        },
    ),
    (
        "dahua",
        {**CAR, "TrafficCar": {"PlateNumber": "KZP4821", "State": "ON", "DrivingDirection": ["out", "North", "South"]}},
        {
            "jurisdiction": [("TrafficCar.Country", "CAN", "CA-ON"), ("Plate.Country", "POL", None)],
            "movement.direction": [("TrafficCar.Direction", "in", "leaving")],
        },
    ),
    ("hikvision", {"eventType": "ANPR"}, {"plate": plates("ANPR.licensePlate", "ANPR.originalLicensePlate")}),
    (
        "hikvision",
        ANPR,
        {
            "camera": texts("channelName", "channelID", "dynChannelID", "deviceID"),
            "pass_id": texts("UUID", "ANPR.UUID", "ANPR.recordID"),
            "jurisdiction": states("ANPR.state", "ANPR.stateName", "ANPR.province", "ANPR.plateState"),
            "movement.lane": texts("ANPR.line", "ANPR.laneNo", "ANPR.laneName"),
            "movement.direction": ways("ANPR.direction", "ANPR.vehicleDirection"),
            "movement.speed": speeds("ANPR.vehicleInfo.speed", "ANPR.speed", "ANPR.vehicleSpeed"),
            "vehicle.make": texts("ANPR.vehicleInfo.vehicleLogoName", "ANPR.vehicleInfo.brand"),
            "vehicle.vehicle_class": [
                ("ANPR.twoWheelVehicle", "true", "motorcycle"),
                ("ANPR.vehicleType", "bus", "bus"),
            ],
            "is_retransmission": [
                ("isDataRetransmission", "true", True),
                ("dataRetransmission", "false", False),
            ],
            "box.x1": [
                ("ANPR.pictureInfoList.0", {"plateRect": {"x": 1, "y": 2, "w": 30, "h": 10}}, 1.0),
                ("ANPR.pictureInfoList.1", {"plateRect": {"x": 5, "y": 2, "w": 30, "h": 10}}, 5.0),
            ],
        },
    ),
    (
        "hikvision",
        {"ANPR": {"licensePlate": "KZP4821", "state": "ON"}},
        {"jurisdiction": [("countryAbbreviation", "CAN", "CA-ON"), ("ANPR.countryAbbreviation", "POL", None)]},
    ),
    (
        "hikvision",
        {"Plates": {"Plate": {"plateNumber": "KZP4821"}}},
        {
            "camera": texts("Plates.Plate.channelName", "Plates.Plate.channelID"),
            "jurisdiction": states("Plates.Plate.state", "Plates.Plate.province"),
        },
    ),
    (
        "onvif",
        OBJECTS,
        {
            "camera": texts("Frame.@Source", "Frame.Source.VideoSource", "Frame.Source.Source"),
            "captured_at": moments("Frame.@UtcTime", "Frame.UtcTime", f"{CHILD}.@UtcTime", f"{CHILD}.UtcTime"),
            "confidence": shares(
                f"{CHILD}.Appearance.LicensePlateInfo.PlateNumber.@Likelihood",
                f"{CHILD}.Appearance.LicensePlateInfo.PlateNumber.Likelihood",
            ),
            "movement.speed": [
                (f"{CHILD}.Behaviour.Speed", 1, 1.0),
                (f"{PARENT}.Behaviour.Speed", 2, 2.0),
            ],
            "location.latitude": [
                (f"{CHILD}.Appearance.GeoLocation", {"@lat": 1, "@lon": 2}, 1.0),
                (f"{PARENT}.Appearance.GeoLocation", {"@lat": 3, "@lon": 4}, 3.0),
            ],
            "vehicle.make": texts(
                f"{CHILD}.Appearance.VehicleInfo.Brand",
                f"{CHILD}.VehicleInfo.Brand",
                f"{PARENT}.Appearance.VehicleInfo.Brand",
                f"{PARENT}.VehicleInfo.Brand",
            ),
            "picture_urls": urls(f"{CHILD}.Appearance.ImageRef", f"{PARENT}.Appearance.ImageRef"),
        },
    ),
    (
        "onvif",
        ALONE,
        {
            "camera": texts("Frame.Source.Source", "Frame.Source.VideoSourceToken"),
            "pass_id": texts(
                "Frame.Object.0.@ObjectId", "Frame.Object.0.Source.ObjectId", "Frame.Object.0.Data.ObjectId"
            ),
        },
    ),
    (
        "survision",
        DECIDED,
        {
            "camera": texts("camera", "sensor", "serial", "anpr.camera", "anpr.sensor", "anpr.cameraId"),
            "captured_at": moments("anpr.date", "anpr.timestamp", "anpr.decision.date"),
            "pass_id": texts("anpr.@id", "anpr.session"),
            "jurisdiction": states(
                *(f"anpr.decision.{one}" for one in ("state", "region", "country_state", "context"))
            ),
            "movement.direction": ways("anpr.decision.direction", "anpr.direction"),
            "movement.speed": speeds("anpr.decision.speed", "anpr.speed"),
            "vehicle.make": texts("anpr.decision.mmc.make", "anpr.decision.make"),
            "vehicle.model": texts("anpr.decision.mmc.model", "anpr.decision.model"),
            "vehicle.color": texts("anpr.decision.mmc.color", "anpr.decision.color"),
            "vehicle.vehicle_class": texts("anpr.decision.mmc.category", "anpr.decision.vehicleClass"),
            "context_picture": pictures("anpr.jpeg", "anpr.context"),
        },
    ),
    ("rekor", {"data_type": "alpr_group"}, {"plate": plates("best_plate_number", "best_plate.plate")}),
    (
        "rekor",
        GROUP,
        {
            "camera": texts("camera_id", "camera_number", "web_server_config.camera_label", "agent_uid"),
            "captured_at": moments("best_uuid_epoch_ms", "epoch_start", "epoch_time", "epoch_end"),
            "confidence": shares("best_confidence", "best_plate.confidence", scale=100),
            "pass_id": [("uuids", ["one"], "one/0"), *texts("best_uuid", "best_plate.uuid")],
            "candidates": [
                ("candidates", [{"plate": "A1"}], (("A1", None),)),
                ("best_plate.candidates", [{"plate": "B2"}], (("B2", None),)),
            ],
            "jurisdiction": states("best_region", "best_plate.region"),
            "jurisdiction_confidence": shares("best_region_confidence", "best_plate.region_confidence", scale=100),
            "context_picture": pictures("overview_jpeg", "vehicle_crop_jpeg"),
            "reader.version": texts("agent_version", "version"),
        },
    ),
    (
        "rekor",
        {"data_type": "alpr_results", "results": [{"plate": "KZP4821", "region": "on"}]},
        {"jurisdiction": [("country", "ca", "CA-ON"), ("results.0.country", "pl", None)]},
    ),
    ("genetec", {"PlateImage": "x"}, {"plate": plates("Plate", "PlateRead")}),
    (
        "genetec",
        SHARP,
        {
            "camera": texts("CameraName", "SharpName", "PatrollerName"),
            "captured_at": moments("TimestampUtc", "Timestamp", "ReadTime"),
            "confidence": shares("ConfidenceScore", "Attributes.Confidence Score", scale=100),
            "pass_id": texts("VehicleID", "ReadID", "Id"),
            "jurisdiction": states("State", "Attributes.State Name", "PlateState"),
            "movement.lane": texts("Lane", "Attributes.Lane"),
            "movement.direction": ways("Attributes.Relative Motion", "RelativeMotion"),
            "movement.speed": speeds("Attributes.Vehicle Speed", "Attributes.Speed", "Speed"),
            "vehicle.make": texts("Attributes.Vehicle Make", "VehicleMake"),
            "vehicle.model": texts("Attributes.Vehicle Model", "VehicleModel"),
            "vehicle.color": texts("Attributes.Vehicle Color", "VehicleColor"),
            "vehicle.vehicle_class": texts("Attributes.Vehicle Type", "VehicleType"),
            "context_picture": pictures("ContextImage", "OverviewImage"),
        },
    ),
    (
        "verkada",
        HOOK,
        {
            "captured_at": moments("data.detected", "data.created", "created_at"),
            "vehicle.make": texts("data.vehicle.make", "data.vehicle_make"),
            "vehicle.model": texts("data.vehicle.model", "data.vehicle_model"),
            "vehicle.color": texts("data.vehicle.color", "data.vehicle_color"),
            "vehicle.vehicle_class": texts("data.vehicle.type", "data.vehicle_type"),
        },
    ),
    ("flock", {"objectId": "o"}, {"plate": plates("ocr.label", "ocr.plate", "plate", "licensePlate")}),
    (
        "flock",
        FLOCK,
        {
            "camera": texts("deviceExternalId", "deviceId", "deviceName"),
            "captured_at": moments("eventTime", "capturedAt", "timestamp"),
            "jurisdiction": states("ocr.state", "state"),
            "vehicle.vehicle_class": texts("vehicle.type", "vehicle.bodyType"),
            "picture_urls": urls("imageUrl", "image.url"),
        },
    ),
    (
        "unifi",
        {"alarm": {"triggers": [{"key": "license_plate"}]}},
        {"plate": plates(f"{TRIGGER}.value.name", f"{TRIGGER}.value.plate")},
    ),
    (
        "unifi",
        {"alarm": {"triggers": [{"key": "license_plate"}]}},
        {"plate": plates(f"{TRIGGER}.value", f"{TRIGGER}.group.name")},
    ),
    (
        "unifi",
        ALARM,
        {
            "camera": texts(f"{TRIGGER}.device", "camera.id", "cameraId", "device", "cameraName"),
            "captured_at": moments(f"{TRIGGER}.timestamp", "event.start", "occurredAt", "timestamp"),
            "pass_id": texts(f"{TRIGGER}.eventId", "alarm.eventId", "event.id", "eventId"),
            "picture_urls": urls("snapshot.url", "alarm.thumbnail", "thumbnail"),
        },
    ),
    ("unifi", ALARM, {"context_picture": pictures("alarm.thumbnail", "thumbnail")}),
    (
        "frigate",
        {"after": {"id": "1", "camera": "c"}},
        {"plate": plates("after.recognized_license_plate", "after.data.recognized_license_plate")},
    ),
    (
        "frigate",
        SEEN,
        {
            "captured_at": moments(
                "after.frame_time", "after.timestamp", "after.snapshot.frame_time", "after.start_time"
            ),
            "confidence": shares("after.recognized_license_plate_score", "after.data.recognized_license_plate_score"),
            "movement.direction": [("after.velocity_angle", 90, "east"), ("after.data.velocity_angle", 180, "south")],
            "movement.speed": speeds("after.average_estimated_speed", "after.data.average_estimated_speed"),
        },
    ),
    ("frigate", {"type": "lpr"}, {"plate": plates("original_plate", "plate", "plate_number")}),
    (
        "frigate",
        LPR,
        {
            "camera": texts("camera", "camera_name"),
            "pass_id": texts("id", "frigate_event_id", "frigate_event", "event_id"),
            "context_picture": pictures("snapshot", "thumbnail"),
        },
    ),
    ("blueiris", {}, {"plate": plates("plate_number", "plate")}),
    (
        "blueiris",
        {"plate": "KZP4821"},
        {
            "camera": texts("camera", "camera_name", "cam"),
            "captured_at": moments("timestamp", "time", "ALERT_TIME"),
        },
    ),
    (
        "blueiris",
        {"ai_dump": {"predictions": [{}]}},
        {
            "plate": [
                ("ai_dump.predictions.0.plate", "KZP4820", "KZP4820"),
                ("ai_dump.predictions.0.label", "Plate: KZP4821", "KZP4821"),
            ]
        },
    ),
    (
        "plate_recognizer",
        RESULT,
        {
            "camera": texts("data.camera_id", "data.camera"),
            "captured_at": moments("data.timestamp", "data.time", "data.timestamp_camera", "data.timestamp_local"),
            "jurisdiction": states(f"{FIRST}.region.code", f"{FIRST}.region.value"),
            "location.latitude": places(
                *(f"{FIRST}.gps.latitude", f"{FIRST}.gps.lat", f"{FIRST}.latitude", f"{FIRST}.lat"),
                *("data.gps.latitude", "data.latitude"),
            ),
            "location.longitude": places(
                *(f"{FIRST}.gps.longitude", f"{FIRST}.gps.lon", f"{FIRST}.longitude", f"{FIRST}.lng"),
                *("data.gps.lng", "data.lng"),
            ),
            "vehicle.color": texts(
                *(f"{FIRST}.color.0.color", f"{FIRST}.color.0.value"),
                *(f"{FIRST}.vehicle.props.color.0.value", f"{FIRST}.vehicle.props.color.0.color"),
            ),
            "vehicle.make": texts(f"{FIRST}.model_make.make", f"{FIRST}.vehicle.props.make_model.0.make"),
            "vehicle.model": texts(f"{FIRST}.model_make.model", f"{FIRST}.vehicle.props.make_model.0.model"),
            "vehicle.year": [(f"{FIRST}.year.0.year_range", "2019", 2019), (f"{FIRST}.year.0.value", "2018", 2018)],
            "picture_urls": urls("data.image_url", "data.filename_url", "data.image"),
        },
    ),
    (
        "plate_recognizer",
        RESULT,
        {
            "camera": texts("data.camera.name", "data.camera.id"),
            "context_picture": pictures("data.image", f"{FIRST}.image"),
        },
    ),
    (
        "parkpow",
        PROPERTIES,
        {
            "confidence": shares("results.0.plate.props.plate.0.score", "results.0.score"),
            "jurisdiction": states("results.0.region.code", "results.0.plate.props.region.0.value"),
            "box.x1": [
                ("results.0.box", {"xmin": 1, "ymin": 2, "xmax": 30, "ymax": 40}, 1.0),
                ("results.0.plate.box", {"xmin": 3, "ymin": 4, "xmax": 30, "ymax": 40}, 3.0),
            ],
        },
    ),
]


@pytest.mark.parametrize(("vendor", "base", "ranked"), ORDER, ids=[f"{one[0]}-{n}" for n, one in enumerate(ORDER)])
def test_the_first_place_that_says_something_counts(vendor: str, base: Any, ranked: dict[str, Ranked]) -> None:
    for rank in range(max(len(one) for one in ranked.values())):
        message = copy.deepcopy(base)
        expected = {}
        for where, listed in ranked.items():
            for path, value, _ in listed[rank:]:
                put(message, path, value)
            if rank < len(listed):
                expected[where] = listed[rank][2]
        (read,) = parsed(vendor, message).reads
        assert {where: attrgetter(where)(read) for where in expected} == expected, f"without the first {rank}"


def put(tree: Any, path: str, value: Any) -> None:
    """Put a value at a path of a message, making objects (and lists before positions) on the way."""
    *above, last = path.split(".")
    for number, key in enumerate(above):
        inner: Any = [] if (*above, last)[number + 1].isdigit() else {}
        if isinstance(tree, list):
            if int(key) == len(tree):
                tree.append(inner)
            tree = tree[int(key)]
        else:
            if not isinstance(tree.get(key), dict | list):
                tree[key] = inner if tree.get(key) is None else {"#text": tree[key]}
            tree = tree[key]
    if not isinstance(tree, list):
        tree[last] = value
    elif int(last) < len(tree):
        tree[int(last)] = value
    else:
        tree.append(value)
