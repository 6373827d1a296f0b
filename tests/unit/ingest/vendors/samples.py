"""One good message of each vendor, in every shape that it has, with the plate QTR6152 in it."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.ingest.vendors.messages import JPEG, JPEG_TEXT, NOW, NOW_MS, multipart

PLATE = "QTR6152"
_NOW = int(NOW.timestamp())

DAHUA_LINES = f"""Events[0].EventBaseInfo.Code=TrafficJunction
Events[0].GroupID=55
Events[0].Object.ObjectType=Plate
Events[0].Object.Text={PLATE}
Events[0].Object.Confidence=204
Events[0].TrafficCar.PlateNumber={PLATE}
Events[0].TrafficCar.MachineName=West
Events[0].TrafficCar.DrivingDirection[0]=Approach
Events[0].TrafficCar.Lane=1
Events[0].TrafficCar.Speed=54
Events[0].TrafficCar.VehicleColor=White
Events[0].UTC={_NOW - 4 * 3600}
Events[0].RealUTC={_NOW}
Events[0].UTCMS=250
"""
DAHUA_EVENT: dict[str, Any] = {
    "TrafficCar": {"PlateNumber": PLATE, "Lane": 1, "MachineName": "West"},
    "Object": {"ObjectType": "Vehicle", "Text": "Skoda", "Confidence": 160},
    "UTC": _NOW,
}
DAHUA_PUSH: dict[str, Any] = {
    "Picture": {
        "Plate": {"IsExist": True, "PlateNumber": PLATE, "Confidence": 204, "PlateColor": "White"},
        "SnapInfo": {
            "AccurateTime": "2026-05-04 08:00:00.250",
            "DeviceID": "West",
            "LaneNo": 1,
            "Direction": "Obverse",
        },
        "NormalPic": {"Content": JPEG_TEXT},
        "CutoutPic": {"Content": JPEG_TEXT},
        "Vehicle": {"VehicleColor": "White", "VehicleSign": "Skoda", "Speed": 54},
    }
}
AXIS: dict[str, Any] = {
    "packetCounter": "812",
    "capture_timestamp": str(NOW_MS),
    "datetime": "20260504 080000250",
    "plateText": PLATE,
    "plateUTF8": PLATE,
    "plateCountry": "USA",
    "plateRegion": "VA",
    "plateConfidence": "0.91",
    "carState": "new",
    "roiID": "1",
    "geotag": {"lat": "37.2", "lon": "-76.4"},
    "carMoveDirection": "in",
    "plateCoordinates": ["10", "12", "80", "32"],
    "carID": "4411",
    "imagesURI": ["/local/fflprapp/tools.cgi?action=getImage", "http://10.1.2.3/plate.jpg"],
    "ImageArray": [{"ImageType": "plate", "BinaryImage": JPEG_TEXT}],
    "camera_info": {"SerialNumber": "B8A44F000001", "MACAddress": "B8:A4:4F:00:00:01"},
}
GENETEC: dict[str, Any] = {
    "Attributes": {
        "Vehicle Make": "-",
        "Vehicle Color": "Blue",
        "Relative Motion": "Closer",
        "State Name": "Virginia",
        "Confidence Score": "93",
    },
    "CameraName": "Sharp 3",
    "ConfidenceScore": "93",
    "ContextImage": JPEG_TEXT,
    "PlateImage": JPEG_TEXT,
    "DateUtc": "05/04/2026",
    "TimeUtc": "12:00:00",
    "IsHit": "No",
    "Latitude": "37.2",
    "Longitude": "-76.4",
    "Plate": PLATE,
    "State": "VA",
    "UserId": "00000000-0000-0000-0000-000000000000",
    "VehicleID": "3d1f4c52-7a3e-4b0e-9a55-0d7f2b9c1e11",
}
VERKADA: dict[str, Any] = {
    "org_id": "o",
    "webhook_type": "lpr",
    "created_at": _NOW + 1,
    "webhook_id": "w-1",
    "data": {
        "camera_id": "c-1",
        "created": _NOW,
        "detected": NOW_MS,
        "license_plate_number": PLATE,
        "license_plate_state": "us-va",
        "confidence": 0.93,
        "crop": [0.1, 0.2, 0.3, 0.4],
        "image_url": "https://images.example.com/a.jpg?X-Amz-Signature=topsecret",
    },
}
FLOCK: dict[str, Any] = {
    "deviceLat": 37.2,
    "deviceLong": -76.4,
    "deviceName": "#12 Main at 3rd",
    "deviceExternalId": "dev-12",
    "networkName": "Some PD",
    "objectId": "obj-1",
    "eventTime": "2026-05-04T12:00:00Z",
    "imageUrl": "https://images.example.com/b.jpg?token=topsecret",
    "ocr": {"label": PLATE, "labelConfidence": 0.94, "state": "new_hampshire", "stateConfidence": 0.8},
    "sources": [{"name": "NCIC", "reason": "Stolen"}],
}
FLOCK_XML = f"""<hit><deviceExternalId>dev-12</deviceExternalId><eventTime>2026-05-04T12:00:00Z</eventTime>
<objectId>obj-1</objectId><ocr><label>{PLATE}</label><labelConfidence>94</labelConfidence><state>VA</state></ocr></hit>"""
UNIFI: dict[str, Any] = {
    "alarm": {
        "name": "plates",
        "sources": [{"device": "AABBCC001122", "type": "include"}],
        "triggers": [
            {
                "device": "AABBCC001122",
                "key": "license_plate_of_interest",
                "value": PLATE,
                "group": {"name": "a neighbor"},
                "eventId": "e-1",
                "timestamp": NOW_MS,
            }
        ],
        "thumbnail": f"data:image/jpeg;base64,{JPEG_TEXT}",
    },
    "timestamp": NOW_MS + 900,
}
FRIGATE: dict[str, Any] = {
    "type": "update",
    "before": {"id": "1777896000.1-abc", "camera": "drive"},
    "after": {
        "id": "1777896000.1-abc",
        "camera": "drive",
        "label": "car",
        "frame_time": NOW_MS / 1000,
        "start_time": NOW_MS / 1000 - 2,
        "end_time": None,
        "recognized_license_plate": PLATE,
        "recognized_license_plate_score": 0.88,
        "average_estimated_speed": 36,
        "velocity_angle": 90,
    },
}
FRIGATE_UPDATE: dict[str, Any] = {
    "type": "lpr",
    "id": "1777896000.1-abc",
    "name": None,
    "plate": PLATE,
    "score": 0.9,
    "camera": "drive",
    "timestamp": NOW_MS / 1000,
}
BLUEIRIS: dict[str, Any] = {
    "ai_dump": [
        {"api": "objects", "found": {"success": True, "predictions": [{"label": "car", "confidence": 0.8}]}},
        {
            "api": "alpr",
            "found": {
                "success": True,
                "predictions": [
                    {
                        "label": f"Plate: {PLATE}",
                        "plate": PLATE,
                        "confidence": 0.87,
                        "x_min": 5,
                        "y_min": 6,
                        "x_max": 90,
                        "y_max": 30,
                    }
                ],
            },
        },
    ],
    "Image": JPEG_TEXT,
    "camera": "cam3",
    "timestamp": "2026-05-04T12:00:00.000Z",
}
SURVISION: dict[str, Any] = {
    "anpr": {
        "@date": str(NOW_MS),
        "@id": "17",
        "decision": {
            "@plate": PLATE,
            "@reliability": "92",
            "@country": "USA",
            "@direction": "front",
            "jpeg": JPEG_TEXT,
        },
    }
}
SURVISION_XML = f"""<?xml version="1.0"?><anpr date="{NOW_MS}" id="17"><decision plate="{PLATE}" reliability="92">
<jpeg>{JPEG_TEXT}</jpeg></decision></anpr>"""
ONVIF = f"""<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>
<tt:Frame UtcTime="2026-05-04T12:00:00Z" Source="lane1"><tt:Object ObjectId="8"><tt:Appearance>
<tt:VehicleInfo><tt:Type Likelihood="0.9">Car</tt:Type><tt:Brand Likelihood="0.8">Ford</tt:Brand></tt:VehicleInfo>
</tt:Appearance><tt:Behaviour><tt:Speed>12.5</tt:Speed></tt:Behaviour></tt:Object>
<tt:Object ObjectId="9" Parent="8"><tt:Appearance><tt:LicensePlateInfo>
<tt:PlateNumber Likelihood="0.92">{PLATE}</tt:PlateNumber><tt:CountryCode Likelihood="0.9">US</tt:CountryCode>
<tt:IssuingEntity Likelihood="0.7">Virginia</tt:IssuingEntity></tt:LicensePlateInfo>
<tt:Image>{JPEG_TEXT}</tt:Image></tt:Appearance></tt:Object></tt:Frame></tt:VideoAnalytics></tt:MetadataStream>"""
ONVIF_JSON: dict[str, Any] = {
    "UtcTime": "2026-05-04T12:00:00Z",
    "Source": {"VideoSource": "lane1"},
    "Data": {"ObjectId": "9", "LicensePlateInfo": {"PlateNumber": {"#text": PLATE, "Likelihood": 0.92}}},
}
REKOR: dict[str, Any] = {
    "data_type": "alpr_group",
    "epoch_start": NOW_MS - 2000,
    "epoch_end": NOW_MS,
    "camera_id": 7,
    "uuids": ["a", "b"],
    "plate_indexes": [0, 0],
    "best_plate": {"plate": PLATE, "coordinates": [{"x": 1, "y": 2}, {"x": 50, "y": 20}], "plate_crop_jpeg": JPEG_TEXT},
    "best_plate_number": PLATE,
    "best_confidence": 90.2,
    "candidates": [{"plate": PLATE, "confidence": 90}, {"plate": "QTR6I52", "confidence": 70}],
    "vehicle": {"color": [{"name": "red", "confidence": 50}]},
}
REKOR_RESULTS: dict[str, Any] = {
    "data_type": "alpr_results",
    "epoch_time": NOW_MS,
    "uuid": "a",
    "camera_id": 7,
    "results": [{"plate": PLATE, "confidence": 88, "candidates": [{"plate": "QTR6I52", "confidence": 60}]}],
}
RECOGNIZER: dict[str, Any] = {
    "hook": {"event": "recognition"},
    "data": {
        "camera_id": "n",
        "timestamp": "2026-05-04T12:00:00Z",
        "results": [
            {
                "plate": PLATE.lower(),
                "score": 0.9,
                "region": {"code": "us-va", "score": 0.5},
                "box": {"xmin": 1, "ymin": 2, "xmax": 40, "ymax": 20},
                "candidates": [{"plate": "qtr6i52", "score": 0.4}],
            }
        ],
    },
}
PARKPOW: dict[str, Any] = {
    "camera": "n",
    "time": "2026-05-04T12:00:00Z",
    "image": JPEG_TEXT,
    "results": [{"plate": {"props": {"plate": [{"value": PLATE, "score": 0.9}]}, "box": {"xmin": 1}}}],
}
HIKVISION = f"""<EventNotificationAlert xmlns="http://www.hikvision.com/ver20/XMLSchema"><channelName>E</channelName>
<dateTime>2026-05-04T08:00:00-04:00</dateTime><eventType>ANPR</eventType><ANPR><licensePlate>{PLATE}</licensePlate>
<confidenceLevel>90</confidenceLevel><line>1</line></ANPR><UUID>u-1</UUID></EventNotificationAlert>"""
PLATEWATCH: dict[str, Any] = {
    "plate": PLATE,
    "camera_id": "north",
    "captured_at": "2026-05-04T12:00:00Z",
    "confidence": 0.9,
    "jurisdiction": "US-VA",
    "characters": [{"character": sign, "confidence": 0.95, "alternatives": [["O", 0.03]]} for sign in PLATE],
    "movement": {"lane": "1", "direction": "in", "speed": 11.5},
}

SAMPLES: list[tuple[str, Any, str]] = [
    ("rekor", REKOR, "application/json"),
    ("rekor", REKOR_RESULTS, "application/json"),
    ("rekor", {"data_type": "alpr_alert", "plate_number": PLATE, "group": REKOR}, "application/json"),
    ("plate_recognizer", RECOGNIZER, "application/json"),
    ("parkpow", PARKPOW, "application/json"),
    ("hikvision", HIKVISION, "application/xml"),
    ("dahua", DAHUA_LINES, "text/plain"),
    ("dahua", {"Events": [DAHUA_EVENT]}, "application/json"),
    ("dahua", DAHUA_PUSH, "application/json"),
    ("dahua", f"Code=TrafficJunction;action=Pulse;index=0;data={json.dumps(DAHUA_EVENT, indent=1)}", "text/plain"),
    ("dahua", {"params": {"eventList": [{"Code": "TrafficJunction", "Data": DAHUA_EVENT}]}}, "application/json"),
    ("axis", AXIS, "application/json"),
    ("axis", {"buffer": AXIS}, "text/plain"),
    ("genetec", GENETEC, "application/json"),
    ("verkada", VERKADA, "application/json"),
    ("flock", FLOCK, "application/json"),
    ("flock", FLOCK_XML, "application/xml"),
    ("unifi", UNIFI, "application/json"),
    ("frigate", FRIGATE, "application/json"),
    ("frigate", FRIGATE_UPDATE, ""),
    ("blueiris", BLUEIRIS, "text/plain"),
    ("survision", SURVISION, "application/json"),
    ("survision", SURVISION_XML, "text/xml"),
    ("onvif", ONVIF, "application/xml"),
    ("onvif", ONVIF_JSON, "application/json"),
    ("platewatch", PLATEWATCH, "application/json"),
]
"""Vendor, message, content type."""

PARTS = multipart(
    ("event.xml", "text/xml", HIKVISION.encode()),
    ("licensePlatePicture.jpg", "image/jpeg", JPEG),
    ("detectionPicture.jpg", "image/jpeg", JPEG),
)
