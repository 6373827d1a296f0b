"""Messages in which all is said that an adapter looks at, each value another one, so that nothing can be exchanged."""

from __future__ import annotations

import base64
from typing import Any

from tests.unit.ingest.vendors.messages import NOW, NOW_MS, jpeg

PLATE_JPEG, SCENE_JPEG, OTHER_JPEG = jpeg(48, 24), jpeg(64, 48), jpeg(80, 56)
PLATE_TEXT, SCENE_TEXT, OTHER_TEXT = (base64.b64encode(each).decode() for each in (PLATE_JPEG, SCENE_JPEG, OTHER_JPEG))
_AT = int(NOW.timestamp())
CORNERS = [{"x": 10, "y": 20}, {"x": 60, "y": 21}, {"x": 61, "y": 40}, {"x": 11, "y": 39}]
VEHICLE: dict[str, Any] = {
    "color": [{"name": "blue", "confidence": 80}, {"name": "red", "confidence": 10}],
    "make": [{"name": "toyota", "confidence": 70}],
    "make_model": [{"name": "toyota_camry", "confidence": 60}],
    "body_type": [{"name": "sedan-standard", "confidence": 50}],
    "year": [{"name": "2015", "confidence": 40}],
}

REKOR_GROUP: dict[str, Any] = {
    "data_type": "alpr_group",
    "epoch_start": NOW_MS - 4000,
    "epoch_end": NOW_MS,
    "agent_uid": "AGENT1",
    "agent_version": "4.1.2",
    "camera_id": 7723,
    "gps_latitude": 37.1,
    "gps_longitude": -76.2,
    "country": "us",
    "uuids": ["f-1", "f-2", "", "f-4"],
    "plate_indexes": [0, 2, 1],
    "candidates": [{"plate": "KZP4821", "confidence": 91.5}, {"plate": "KZP482I", "confidence": 80}, {"confidence": 5}],
    "best_plate": {
        "plate": "KZP4822",
        "region": "md",
        "region_confidence": 12,
        "confidence": 33,
        "coordinates": CORNERS,
        "plate_crop_jpeg": PLATE_TEXT,
        "candidates": [{"plate": "OTHER12", "confidence": 1}],
    },
    "best_confidence": 91.5,
    "best_plate_number": "KZP4821",
    "best_region": "us-va",
    "best_region_confidence": 60,
    "best_uuid": "f-2",
    "best_uuid_epoch_ms": NOW_MS - 2000,
    "travel_direction": 182.4,
    "is_preview": True,
    "overview_jpeg": SCENE_TEXT,
    "vehicle_crop_jpeg": OTHER_TEXT,
    "vehicle": VEHICLE,
}
REKOR_BEST_PLATE_ALONE: dict[str, Any] = {
    "data_type": "alpr_group",
    "epoch_end": NOW_MS,
    "camera_number": 5,
    "best_plate": {
        "plate": "KZP4822",
        "region": "md",
        "region_confidence": 12,
        "confidence": 33,
        "uuid": "p-1",
        "candidates": [{"plate": "OTHER12", "confidence": 1}],
    },
    "travel_direction": -1,
    "vehicle_crop_jpeg": OTHER_TEXT,
    "vehicle": {**VEHICLE, "make_model": [{"name": "corolla"}]},
}
REKOR_RESULTS: dict[str, Any] = {
    "data_type": "alpr_results",
    "epoch_time": NOW_MS,
    "uuid": "pic-1",
    "country": "us",
    "web_server_config": {"camera_label": "north"},
    "agent_uid": "AGENT1",
    "version": 2,
    "gps_latitude": 37.1,
    "gps_longitude": -76.2,
    "results": [
        {
            "plate": "KZP4821",
            "confidence": 88.0,
            "plate_index": 3,
            "region": "va",
            "region_confidence": 45,
            "candidates": [{"plate": "KZP4821", "confidence": 88}, {"plate": "K2P4821", "confidence": 70}],
            "coordinates": CORNERS,
            "vehicle": VEHICLE,
            "plate_crop_jpeg": PLATE_TEXT,
        }
    ],
}
REKOR_ALERT: dict[str, Any] = {
    "data_type": "alpr_alert",
    "epoch_time": NOW_MS,
    "camera_id": 9,
    "agent_version": "4.2",
    "plate_number": "KZP4821",
    "list_type": "stolen",
}
HIKVISION_XML = """<EventNotificationAlert version="2.0"><dateTime>2026-05-04T08:00:00-04:00</dateTime>
<eventType>ANPR</eventType><channelID>3</channelID><channelName>South</channelName><UUID>u-7</UUID>
<isDataRetransmission>true</isDataRetransmission>
<DeviceGPSInfo><longitudeType>W</longitudeType><latitudeType>N</latitudeType>
<Longitude><degree>76</degree><minute>30</minute><sec>36</sec></Longitude>
<Latitude><degree>37</degree><minute>15</minute><sec>18</sec></Latitude></DeviceGPSInfo>
<ANPR><licensePlate>KZP4821</licensePlate><originalLicensePlate>KZP4822</originalLicensePlate>
<confidenceLevel>87</confidenceLevel><plateCharBelieve>91,92,93,94,95,96,97</plateCharBelieve><line>2</line>
<laneNo>9</laneNo><direction>forward</direction><state>VA</state><vehicleType>truck</vehicleType>
<vehicleInfo><speed>72</speed><vehicleLogoName>Ford</vehicleLogoName><vehicleModelName>F150</vehicleModelName>
<color>black</color></vehicleInfo><pictureInfoList><pictureInfo><fileName>licensePlatePicture.jpg</fileName>
<absTime>20260504080000250</absTime><plateRect><X>100</X><Y>200</Y><width>50</width><height>25</height></plateRect>
</pictureInfo></pictureInfoList></ANPR></EventNotificationAlert>"""
HIKVISION_POLLED = """<Plates><Plate><captureTime>20260504T080000-0400</captureTime><plateNumber>KZP4821</plateNumber>
<picName>20260504080000001</picName><country>USA</country><state>MD</state><laneNo>lane4</laneNo>
<direction>reverse</direction><confidenceLevel>66</confidenceLevel><channelName>West</channelName></Plate></Plates>"""
DAHUA: dict[str, Any] = {
    "Picture": {
        "Plate": {
            "IsExist": True,
            "PlateNumber": "KZP4821",
            "Confidence": 204,
            "PlateColor": "White",
            "Region": "US-VA",
            "BoundingBox": [10, 20, 60, 40],
        },
        "SnapInfo": {
            "AccurateTime": "2026-05-04 08:00:00.250",
            "DeviceID": "West",
            "LaneNo": 3,
            "Direction": "Obverse",
        },
        "NormalPic": {"Content": SCENE_TEXT},
        "CutoutPic": {"Content": PLATE_TEXT},
        "Vehicle": {
            "VehicleColor": "White",
            "VehicleSign": "Skoda",
            "VehicleSeries": "Octavia",
            "VehicleType": "Motor",
            "Speed": 54,
        },
    }
}
AXIS: dict[str, Any] = {
    "packetCounter": "812",
    "capture_timestamp": str(NOW_MS),
    "plateText": "KZP482I",
    "plateUTF8": "KZP4821",
    "plateCountry": "USA",
    "plateRegion": "VA",
    "plateConfidence": "0.91",
    "carState": "lost",
    "roiID": "4",
    "geotag": {"lat": "37.2", "lon": "-76.4"},
    "carMoveDirection": "out",
    "plateCoordinates": ["10", "12", "80", "32"],
    "carID": "4411",
    "vehicle_info": {"type": "truck", "color": "red", "make": "Ford", "model": "F150"},
    "imagesURI": ["http://10.1.2.3/plate.jpg", "http://10.1.2.3/overview.jpg"],
    "ImageArray": [
        {"ImageType": "plate", "BinaryImage": PLATE_TEXT},
        {"ImageType": "overview", "BinaryImage": SCENE_TEXT},
    ],
    "camera_info": {"SerialNumber": "B8A44F000001", "MACAddress": "B8:A4:4F:00:00:01"},
    "version": "2.9",
}
GENETEC: dict[str, Any] = {
    "Attributes": {
        "Vehicle Make": "Ford",
        "Vehicle Model": "F150",
        "Vehicle Color": "Blue",
        "Vehicle Type": "Truck",
        "Vehicle Speed": "36",
        "Relative Motion": "Closer",
        "State Name": "Maryland",
        "State Name Confidence Score": "71",
        "Confidence Score": "12",
        "Lane": "6",
    },
    "CameraName": "Sharp 3",
    "SharpName": "Sharp X",
    "ConfidenceScore": "93",
    "ContextImage": SCENE_TEXT,
    "PlateImage": PLATE_TEXT,
    "DateUtc": "05/04/2026",
    "TimeUtc": "12:00:00",
    "DateLocal": "05/04/2026",
    "TimeLocal": "09:00:00",
    "IsHit": "Yes",
    "HitType": "Stolen",
    "HotlistName": "NCIC",
    "Latitude": "37.2",
    "Longitude": "-76.4",
    "Plate": "KZP4821",
    "State": "VA",
    "VehicleID": "v-1",
}
GENETEC_LOCAL: dict[str, Any] = {
    "Plate": "KZP4821",
    "PatrollerName": "Unit 5",
    "DateUtc": "05/04/2026",
    "DateLocal": "05/04/2026",
    "TimeLocal": "08:30:00",
    "ReadID": "r-9",
    "PlateState": "MD",
    "Speed": "10",
    "SpeedUnit": "mph",
    "RelativeMotion": "Further",
    "VehicleMake": "Kia",
    "VehicleModel": "Rio",
    "VehicleColor": "Gray",
    "VehicleType": "Car",
    "OverviewImage": SCENE_TEXT,
}
VERKADA: dict[str, Any] = {
    "webhook_type": "lpr",
    "created_at": _AT + 1,
    "webhook_id": "w-1",
    "data": {
        "camera_id": "c-1",
        "created": _AT - 5,
        "detected": NOW_MS,
        "license_plate_number": "KZP4821",
        "license_plate_state": "us-va",
        "confidence": 0.93,
        "image_url": "https://images.example.com/a.jpg",
        "notification_type": "license_plate_of_interest",
        "vehicle": {"make": "Ford", "model": "F150", "color": "blue", "type": "truck"},
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
    "imageUrl": "https://images.example.com/b.jpg",
    "lane": "5",
    "direction": "north",
    "ocr": {"label": "KZP4821", "labelConfidence": 0.94, "state": "new_hampshire", "stateConfidence": 0.8},
    "vehicle": {"make": "Ford", "model": "F150", "color": "blue", "bodyType": "pickup"},
    "sources": [{"name": "NCIC", "reason": "Stolen"}],
    "hotlist": "list 4",
}
UNIFI: dict[str, Any] = {
    "alarm": {
        "triggers": [
            {
                "device": "AABBCC001122",
                "key": "license_plate_unknown",
                "value": {"name": "KZP4821"},
                "confidence": 81,
                "eventId": "e-1",
                "timestamp": NOW_MS,
            }
        ],
        "thumbnail": f"data:image/jpeg;base64,{SCENE_TEXT}",
    },
    "snapshot": {"url": "https://nvr.example.com/s.jpg"},
    "location": {"lat": 37.2, "lng": -76.4},
    "timestamp": NOW_MS + 900,
}
UNIFI_SCAN: dict[str, Any] = {
    "registrationNumber": "KZP4821",
    "camera": {"id": "cam-7"},
    "occurredAt": "2026-05-04T12:00:00Z",
    "confidence": 77,
    "thumbnail": f"data:image/jpeg;base64,{SCENE_TEXT}",
}
FRIGATE: dict[str, Any] = {
    "type": "end",
    "before": {"id": "x", "camera": "other", "recognized_license_plate": "OTHER12"},
    "after": {
        "id": "1777896000.1-abc",
        "camera": "drive",
        "label": "car",
        "frame_time": NOW_MS / 1000,
        "start_time": NOW_MS / 1000 - 2,
        "end_time": NOW_MS / 1000 + 3,
        "data": {
            "recognized_license_plate": "KZP4821",
            "recognized_license_plate_score": 0.88,
            "average_estimated_speed": 36,
            "velocity_angle": 180,
        },
        "thumbnail": SCENE_TEXT,
    },
}
FRIGATE_LPR: dict[str, Any] = {
    "type": "lpr",
    "frigate_event_id": "1777896000.1-abc",
    "plate": "OTHER12",
    "original_plate": "KZP4821",
    "score": 0.9,
    "camera_name": "drive",
    "timestamp": NOW_MS / 1000,
}
BLUEIRIS: dict[str, Any] = {
    "memo": "car:90%,KZP4821:87%,Plate",
    "plate_number": "KZP 4821",
    "image": SCENE_TEXT,
    "camera_name": "cam3",
    "time": "2026-05-04T12:00:00.000Z",
}
SURVISION: dict[str, Any] = {
    "camera": {"serial": "x"},
    "serial": "S-100",
    "anpr": {
        "@date": str(NOW_MS),
        "@id": "17",
        "@lane": "2",
        "jpeg": {"#text": SCENE_TEXT},
        "decision": {
            "@plate": "KZP4821",
            "@reliability": "92",
            "@country": "USA",
            "@state": "VA",
            "@direction": "rear",
            "@speed": "36",
            "@x": "10",
            "@y": "20",
            "@width": "50",
            "@height": "25",
            "make": "Ford",
            "model": "F150",
            "color": "blue",
            "vehicleClass": "truck",
            "jpeg": PLATE_TEXT,
        },
    },
}
ONVIF_XML = f"""<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>
<tt:Frame UtcTime="2026-05-04T12:00:00Z" Source="lane1"><tt:Object ObjectId="8"><tt:Appearance>
<tt:VehicleInfo><tt:Type Likelihood="0.9">Car</tt:Type><tt:Brand Likelihood="0.8">Ford</tt:Brand>
<tt:Model Likelihood="0.6">Focus</tt:Model></tt:VehicleInfo><tt:Color><tt:ColorName>Red</tt:ColorName></tt:Color>
<tt:GeoLocation lat="37.2" lon="-76.4"/><tt:Image>{SCENE_TEXT}</tt:Image>
</tt:Appearance><tt:Behaviour><tt:Speed>12.5</tt:Speed></tt:Behaviour></tt:Object>
<tt:Object ObjectId="9" Parent="8"><tt:Appearance><tt:LicensePlateInfo>
<tt:PlateNumber Likelihood="0.92">KZP4821</tt:PlateNumber><tt:CountryCode Likelihood="0.9">US</tt:CountryCode>
<tt:IssuingEntity Likelihood="0.7">Virginia</tt:IssuingEntity></tt:LicensePlateInfo>
<tt:Image>{PLATE_TEXT}</tt:Image></tt:Appearance></tt:Object></tt:Frame></tt:VideoAnalytics></tt:MetadataStream>"""
PLATEWATCH: dict[str, Any] = {
    "read_id": "r-1",
    "plate": "KZP4821",
    "camera_id": "north",
    "captured_at": "2026-05-04T12:00:00Z",
    "first_seen": "2026-05-04T11:59:58Z",
    "last_seen": "2026-05-04T12:00:03Z",
    "confidence": 0.9,
    "characters": [
        {"character": character, "confidence": (80 + number) / 100, "alternatives": alternatives}
        for number, (character, alternatives) in enumerate(
            [("K", [["X", 0.1]]), ("Z", [["2", 0.3], ["7", 0.2]]), *[(other, []) for other in "P4821"]]
        )
    ],
    "jurisdiction": "US-VA",
    "jurisdiction_confidence": 0.6,
    "location": {"latitude": 37.2, "longitude": -76.4, "heading": 90.0},
    "movement": {"lane": "3", "direction": "leaving", "speed": 11.5},
    "vehicle": {
        "make": "Ford",
        "model": "F150",
        "color": "blue",
        "vehicle_class": "truck",
        "style": "pickup",
        "year": 2019,
    },
    "box": {"x1": 1, "y1": 2, "x2": 50, "y2": 20},
    "frame_count": 12,
    "revision": 4,
    "is_final": False,
    "plate_image": PLATE_TEXT,
    "context_image": SCENE_TEXT,
    "source": {"name": "own", "version": "7"},
}
PLATE_RECOGNIZER: dict[str, Any] = {
    "hook": {"event": "recognition"},
    "data": {
        "camera_id": "cam-1",
        "filename": "a.jpg",
        "timestamp": "2026-05-04T12:00:00Z",
        "timestamp_local": "2026-05-04 08:00:00-04:00",
        "image_url": "https://images.example.com/c.jpg",
        "version": "1.53",
        "results": [
            {
                "plate": "kzp4821",
                "score": 0.9,
                "dscore": 0.7,
                "box": {"xmin": 10, "ymin": 20, "xmax": 60, "ymax": 40},
                "region": {"code": "us-va", "score": 0.5},
                "candidates": [{"plate": "kzp4821", "score": 0.9}, {"plate": "k2p4821", "score": 0.4}],
                "model_make": [{"make": "Ford", "model": "F150", "score": 0.5}],
                "color": [{"color": "blue", "score": 0.6}],
                "vehicle": {"type": "Pickup", "score": 0.8, "box": {"xmin": 1, "ymin": 2, "xmax": 99, "ymax": 98}},
                "year": [{"year_range": "2019", "score": 0.3}],
                "gps": {"latitude": 37.2, "longitude": -76.4},
                "direction": 90,
                "lane": "2",
                "speed": 36,
            }
        ],
    },
}
MAPPING = """name = "maker"
confidence_of = 100
speed_unit = "mph"
pass_id_is_unique = false
reads = "items"
final_words = ["done"]
candidate_plate = "t"
candidate_confidence = "c"
[fields]
plate = "p"
camera = "cam"
captured_at = "at"
confidence = "score"
pass_id = "id"
revision = "rev"
is_final = "phase"
candidates = "more"
state = "st"
country = "co"
state_confidence = "stc"
latitude = "la"
longitude = "lo"
heading = "he"
lane = "ln"
direction = "di"
speed = "sp"
make = "mk"
model = "md"
color = "cl"
vehicle_class = "vc"
year = "yr"
plate_image = "pi"
context_image = "ci"
plate_url = "pu"
context_url = "cu"
version = "ve"
[directions]
"to us" = "approaching"
"""
MAPPED: dict[str, Any] = {
    "ve": "3.1",
    "cam": "east",
    "items": [
        {
            "p": "KZP4821",
            "at": "2026-05-04T12:00:00Z",
            "score": 90,
            "id": "i-1",
            "rev": 6,
            "phase": "open",
            "more": [{"t": "KZP4822", "c": 40}, {"c": 1}],
            "st": "VA",
            "co": "US",
            "stc": 70,
            "la": 37.2,
            "lo": -76.4,
            "he": 45,
            "ln": "2",
            "di": "to us",
            "sp": 50,
            "mk": "Ford",
            "md": "F150",
            "cl": "blue",
            "vc": "truck",
            "yr": 2019,
            "pi": PLATE_TEXT,
            "ci": SCENE_TEXT,
            "pu": "https://images.example.com/p.jpg",
            "cu": "https://images.example.com/c.jpg",
        }
    ],
}
