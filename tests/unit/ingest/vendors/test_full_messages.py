"""A message that says all that an adapter looks at is a read with all of it, each in its place and in our units."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.vendors.adapter import PictureUrl, ReaderSign, ReportedRead
from schemas.types import Box, Location, Movement, ReaderVersion, VehicleDescription
from tests.unit.ingest.vendors import full_messages as full
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, parsed


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


FULL: list[tuple[str, Any, ReportedRead]] = [
    (
        "rekor",
        full.REKOR_GROUP,
        ReportedRead(
            plate="KZP4821",
            camera="7723",
            captured_at=at(-2),
            confidence=0.915,
            pass_id="f-1/0",
            frame_ids=("f-1/0", "f-2/2", "f-4/0"),
            revision=4000,
            is_final=False,
            first_seen=at(-4),
            last_seen=at(0),
            candidates=(("KZP4821", 0.915), ("KZP482I", 0.8)),
            jurisdiction="US-VA",
            jurisdiction_confidence=0.6,
            location=Location(latitude=37.1, longitude=-76.2),
            movement=Movement(lane=None, direction="182 degrees", speed=None),
            vehicle=VehicleDescription(
                year=2015, make="toyota", model="camry", style="sedan-standard", color="blue", vehicle_class=None
            ),
            box=Box(x1=10.0, y1=20.0, x2=61.0, y2=40.0),
            frame_count=3,
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="rekor", version="4.1.2"),
        ),
    ),
    (
        "rekor",
        full.REKOR_BEST_PLATE_ALONE,
        ReportedRead(
            plate="KZP4822",
            camera="5",
            captured_at=at(0),
            confidence=0.33,
            pass_id="p-1",
            last_seen=at(0),
            candidates=(("OTHER12", 0.01),),
            jurisdiction="US-MD",
            jurisdiction_confidence=0.12,
            vehicle=VehicleDescription(
                year=2015, make="toyota", model="corolla", style="sedan-standard", color="blue", vehicle_class=None
            ),
            context_picture=full.OTHER_JPEG,
            reader=ReaderVersion(name="rekor", version=""),
        ),
    ),
    (
        "rekor",
        full.REKOR_RESULTS,
        ReportedRead(
            plate="KZP4821",
            camera="north",
            captured_at=at(0),
            confidence=0.88,
            frame_ids=("pic-1/3",),
            is_final=False,
            candidates=(("KZP4821", 0.88), ("K2P4821", 0.7)),
            jurisdiction="US-VA",
            jurisdiction_confidence=0.45,
            location=Location(latitude=37.1, longitude=-76.2),
            vehicle=VehicleDescription(
                year=2015, make="toyota", model="camry", style="sedan-standard", color="blue", vehicle_class=None
            ),
            box=Box(x1=10.0, y1=20.0, x2=61.0, y2=40.0),
            plate_picture=full.PLATE_JPEG,
            reader=ReaderVersion(name="rekor", version="2"),
        ),
    ),
    (
        "rekor",
        full.REKOR_ALERT,
        ReportedRead(
            plate="KZP4821",
            camera="9",
            captured_at=at(0),
            hit='{"data_type":"alpr_alert","epoch_time":1777896000000,"camera_id":9,"agent_version":"4.2","plate_number":"KZP4821","list_type":"stolen"}',
            reader=ReaderVersion(name="rekor", version="4.2"),
        ),
    ),
    (
        "hikvision",
        full.HIKVISION_XML,
        ReportedRead(
            plate="KZP4821",
            camera="South",
            captured_at=at(0.25),
            confidence=0.87,
            pass_id="u-7",
            character_confidences=(0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97),
            jurisdiction="US-VA",
            location=Location(latitude=37.255, longitude=-76.51),
            movement=Movement(lane="2", direction="approaching", speed=20.0),
            vehicle=VehicleDescription(
                year=None, make="Ford", model="F150", style=None, color="black", vehicle_class="truck"
            ),
            box=Box(x1=100.0, y1=200.0, x2=150.0, y2=225.0),
            is_retransmission=True,
            reader=ReaderVersion(name="hikvision", version="2.0"),
        ),
    ),
    (
        "hikvision",
        full.HIKVISION_POLLED,
        ReportedRead(
            plate="KZP4821",
            camera="West",
            captured_at=at(0),
            confidence=0.66,
            pass_id="20260504080000001",
            jurisdiction="US-MD",
            movement=Movement(lane="lane4", direction="leaving", speed=None),
            reader=ReaderVersion(name="hikvision", version=""),
        ),
    ),
    (
        "dahua",
        full.DAHUA,
        ReportedRead(
            plate="KZP4821",
            camera="West",
            captured_at=at(0.25),
            confidence=0.8,
            is_pass_id_unique=False,
            jurisdiction="US-VA",
            movement=Movement(lane="3", direction="approaching", speed=15.0),
            vehicle=VehicleDescription(
                year=None, make="Skoda", model=None, style=None, color="White", vehicle_class="Motor"
            ),
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="dahua", version=""),
        ),
    ),
    (
        "axis",
        full.AXIS,
        ReportedRead(
            plate="KZP4821",
            camera="B8A44F000001",
            captured_at=at(0),
            confidence=0.91,
            pass_id="4411",
            is_pass_id_unique=False,
            revision=1000000812,
            jurisdiction="US-VA",
            location=Location(latitude=37.2, longitude=-76.4),
            movement=Movement(lane="4", direction="leaving", speed=None),
            vehicle=VehicleDescription(
                year=None, make="Ford", model="F150", style=None, color="red", vehicle_class="truck"
            ),
            box=Box(x1=10.0, y1=12.0, x2=80.0, y2=32.0),
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            picture_urls=(
                PictureUrl(kind="plate", url="http://10.1.2.3/plate.jpg"),
                PictureUrl(kind="context", url="http://10.1.2.3/overview.jpg"),
            ),
            reader=ReaderVersion(name="axis", version="2.9"),
        ),
    ),
    (
        "genetec",
        full.GENETEC,
        ReportedRead(
            plate="KZP4821",
            camera="Sharp 3",
            captured_at=at(0),
            confidence=0.93,
            pass_id="v-1",
            jurisdiction="US-VA",
            jurisdiction_confidence=0.71,
            location=Location(latitude=37.2, longitude=-76.4),
            movement=Movement(lane="6", direction="approaching", speed=10.0),
            vehicle=VehicleDescription(
                year=None, make="Ford", model="F150", style=None, color="Blue", vehicle_class="Truck"
            ),
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            hit='{"IsHit":"Yes","HitType":"Stolen","HotlistName":"NCIC"}',
            reader=ReaderVersion(name="genetec", version=""),
        ),
    ),
    (
        "genetec",
        full.GENETEC_LOCAL,
        ReportedRead(
            plate="KZP4821",
            camera="Unit 5",
            captured_at=at(1800),
            pass_id="r-9",
            jurisdiction="US-MD",
            movement=Movement(lane=None, direction="leaving", speed=4.47),
            vehicle=VehicleDescription(
                year=None, make="Kia", model="Rio", style=None, color="Gray", vehicle_class="Car"
            ),
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="genetec", version=""),
        ),
    ),
    (
        "verkada",
        full.VERKADA,
        ReportedRead(
            plate="KZP4821",
            camera="c-1",
            captured_at=at(0),
            confidence=0.93,
            pass_id="w-1",
            jurisdiction="US-VA",
            vehicle=VehicleDescription(
                year=None, make="Ford", model="F150", style=None, color="blue", vehicle_class="truck"
            ),
            picture_urls=(PictureUrl(kind="context", url="https://images.example.com/a.jpg"),),
            hit='{"camera_id":"c-1","created":1777895995,"detected":1777896000000,"license_plate_number":"KZP4821","license_plate_state":"us-va","confidence":0.93,"image_url":"https://images.example.com/a.jpg","notification_type":"license_plate_of_interest","vehicle":{"make":"Ford","model":"F150","color":"blue","type":"truck"}}',
            reader=ReaderVersion(name="verkada", version=""),
        ),
    ),
    (
        "flock",
        full.FLOCK,
        ReportedRead(
            plate="KZP4821",
            camera="dev-12",
            captured_at=at(0),
            confidence=0.94,
            pass_id="obj-1",
            jurisdiction="US-NH",
            jurisdiction_confidence=0.8,
            location=Location(latitude=37.2, longitude=-76.4),
            movement=Movement(lane="5", direction="north", speed=None),
            vehicle=VehicleDescription(
                year=None, make="Ford", model="F150", style=None, color="blue", vehicle_class="pickup"
            ),
            picture_urls=(PictureUrl(kind="context", url="https://images.example.com/b.jpg"),),
            hit='{"sources":[{"name":"NCIC","reason":"Stolen"}],"networkName":"Some PD","hotlist":"list 4"}',
            reader=ReaderVersion(name="flock", version=""),
        ),
    ),
    (
        "unifi",
        full.UNIFI,
        ReportedRead(
            plate="KZP4821",
            camera="AABBCC001122",
            captured_at=at(0),
            confidence=0.81,
            pass_id="e-1",
            location=Location(latitude=37.2, longitude=-76.4),
            context_picture=full.SCENE_JPEG,
            picture_urls=(PictureUrl(kind="context", url="https://nvr.example.com/s.jpg"),),
            reader=ReaderVersion(name="unifi", version=""),
        ),
    ),
    (
        "unifi",
        full.UNIFI_SCAN,
        ReportedRead(
            plate="KZP4821",
            camera="cam-7",
            captured_at=at(0),
            confidence=0.77,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="unifi", version=""),
        ),
    ),
    (
        "frigate",
        full.FRIGATE,
        ReportedRead(
            plate="KZP4821",
            camera="drive",
            captured_at=at(0),
            confidence=0.88,
            pass_id="1777896000.1-abc",
            revision=8800,
            first_seen=at(-2),
            last_seen=at(3),
            movement=Movement(lane=None, direction="south", speed=10.0),
            vehicle=VehicleDescription(year=None, make=None, model=None, style=None, color=None, vehicle_class="car"),
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="frigate", version=""),
        ),
    ),
    (
        "frigate",
        full.FRIGATE_LPR,
        ReportedRead(
            plate="KZP4821",
            camera="drive",
            captured_at=at(0),
            confidence=0.9,
            pass_id="1777896000.1-abc",
            revision=9000,
            picture_urls=(
                PictureUrl(kind="context", url="http://nvr.example:5000/api/events/1777896000.1-abc/snapshot.jpg"),
            ),
            reader=ReaderVersion(name="frigate", version=""),
        ),
    ),
    (
        "blueiris",
        full.BLUEIRIS,
        ReportedRead(
            plate="KZP4821",
            camera="cam3",
            captured_at=at(0),
            confidence=0.87,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="blueiris", version=""),
        ),
    ),
    (
        "survision",
        full.SURVISION,
        ReportedRead(
            plate="KZP4821",
            camera="S-100",
            captured_at=at(0),
            confidence=0.92,
            pass_id="17",
            is_pass_id_unique=False,
            jurisdiction="US-VA",
            movement=Movement(lane="2", direction="leaving", speed=10.0),
            vehicle=VehicleDescription(
                year=None, make="Ford", model="F150", style=None, color="blue", vehicle_class="truck"
            ),
            box=Box(x1=10.0, y1=20.0, x2=60.0, y2=45.0),
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="survision", version=""),
        ),
    ),
    (
        "onvif",
        full.ONVIF_XML,
        ReportedRead(
            plate="KZP4821",
            camera="lane1",
            captured_at=at(0),
            confidence=0.92,
            pass_id="8",
            is_pass_id_unique=False,
            revision=9200,
            jurisdiction="US-VA",
            jurisdiction_confidence=0.7,
            location=Location(latitude=37.2, longitude=-76.4),
            movement=Movement(lane=None, direction=None, speed=12.5),
            vehicle=VehicleDescription(
                year=None, make="Ford", model="Focus", style=None, color="Red", vehicle_class="Car"
            ),
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="onvif", version=""),
        ),
    ),
    (
        "platewatch",
        full.PLATEWATCH,
        ReportedRead(
            plate="KZP4821",
            camera="north",
            captured_at=at(0),
            confidence=0.9,
            pass_id="r-1",
            revision=4,
            is_final=False,
            first_seen=at(-2),
            last_seen=at(3),
            candidates=(("K2P4821", 0.3), ("K7P4821", 0.2), ("XZP4821", 0.1)),
            character_confidences=(0.8, 0.81, 0.820, 0.830, 0.840, 0.850, 0.860),
            jurisdiction="US-VA",
            jurisdiction_confidence=0.6,
            location=Location(latitude=37.2, longitude=-76.4, heading=90.0),
            movement=Movement(lane="3", direction="leaving", speed=11.5),
            vehicle=VehicleDescription(
                year=2019, make="Ford", model="F150", style="pickup", color="blue", vehicle_class="truck"
            ),
            box=Box(x1=1.0, y1=2.0, x2=50.0, y2=20.0),
            frame_count=12,
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            reader=ReaderVersion(name="own", version="7"),
        ),
    ),
    (
        "plate_recognizer",
        full.PLATE_RECOGNIZER,
        ReportedRead(
            plate="kzp4821",
            camera="cam-1",
            captured_at=at(0),
            confidence=0.9,
            candidates=(("kzp4821", 0.9), ("k2p4821", 0.4)),
            jurisdiction="US-VA",
            jurisdiction_confidence=0.5,
            location=Location(latitude=37.2, longitude=-76.4),
            movement=Movement(lane="2", direction="90 degrees", speed=10.0),
            vehicle=VehicleDescription(
                year=2019, make="Ford", model="F150", style=None, color="blue", vehicle_class="Pickup"
            ),
            box=Box(x1=10.0, y1=20.0, x2=60.0, y2=40.0),
            picture_urls=(PictureUrl(kind="context", url="https://images.example.com/c.jpg"),),
            reader=ReaderVersion(name="plate_recognizer", version="1.53"),
        ),
    ),
    (
        "mapping",
        full.MAPPED,
        ReportedRead(
            plate="KZP4821",
            camera="east",
            captured_at=at(0),
            confidence=0.9,
            pass_id="i-1",
            is_pass_id_unique=False,
            revision=6,
            is_final=False,
            candidates=(("KZP4822", 0.4),),
            jurisdiction="US-VA",
            jurisdiction_confidence=0.7,
            location=Location(latitude=37.2, longitude=-76.4, heading=45.0),
            movement=Movement(lane="2", direction="approaching", speed=22.352),
            vehicle=VehicleDescription(
                year=2019, make="Ford", model="F150", style=None, color="blue", vehicle_class="truck"
            ),
            plate_picture=full.PLATE_JPEG,
            context_picture=full.SCENE_JPEG,
            picture_urls=(
                PictureUrl(kind="plate", url="https://images.example.com/p.jpg"),
                PictureUrl(kind="context", url="https://images.example.com/c.jpg"),
            ),
            reader=ReaderVersion(name="maker", version="3.1"),
        ),
    ),
]


@pytest.mark.parametrize(("vendor", "body", "expected"), FULL, ids=[f"{one[0]}-{n}" for n, one in enumerate(FULL)])
def test_all_that_is_said_is_in_the_read(vendor: str, body: Any, expected: ReportedRead, tmp_path: Path) -> None:
    found = parsed(
        vendor,
        body,
        "application/xml" if isinstance(body, str) else "application/json",
        **own_settings(vendor, tmp_path),
    )
    (read,) = found.reads
    for field in dataclasses.fields(ReportedRead):
        assert (field.name, getattr(read, field.name)) == (field.name, getattr(expected, field.name))
    assert (found.without_plate, found.signs, found.notes) == (0, (), ())


def own_settings(vendor: str, folder: Path) -> dict[str, Any]:
    """Return what a source of a vendor has to be told besides."""
    if vendor == "frigate":
        return {"pictures_url": "http://nvr.example:5000"}
    if vendor != "mapping":
        return {}
    mapping = folder / "mapping.toml"
    mapping.write_text(full.MAPPING)
    return {"mapping": mapping}


OWN: dict[str, dict[str, Any]] = {
    "axis": {"is_pass_id_unique": False, "revision": 1_000_000_000},
    "dahua": {"is_pass_id_unique": False},
    "onvif": {"is_pass_id_unique": False},
    "survision": {"is_pass_id_unique": False},
}


@pytest.mark.parametrize(
    ("vendor", "body", "more"),
    [
        ("rekor", {"data_type": "alpr_group", "best_plate_number": "KZP4821"}, {}),
        ("rekor", {"data_type": "alpr_results", "results": [{"plate": "KZP4821"}]}, {"is_final": False}),
        (
            "rekor",
            {"data_type": "alpr_alert", "plate_number": "KZP4821"},
            {"hit": '{"data_type":"alpr_alert","plate_number":"KZP4821"}'},
        ),
        (
            "hikvision",
            "<EventNotificationAlert><ANPR><licensePlate>KZP4821</licensePlate></ANPR></EventNotificationAlert>",
            {},
        ),
        ("hikvision", "<Plates><Plate><plateNumber>KZP4821</plateNumber></Plate></Plates>", {}),
        ("dahua", {"TrafficCar": {"PlateNumber": "KZP4821"}}, {}),
        ("axis", {"plateText": "KZP4821"}, {}),
        ("genetec", {"Plate": "KZP4821", "VehicleID": ""}, {}),
        ("genetec", {"Plate": "KZP4821", "VehicleID": "", "DateUtc": "05/04/2026", "DateLocal": "05/04/2026"}, {}),
        ("genetec", {"Plate": "KZP4821", "VehicleID": "", "TimeUtc": "12:00:00", "TimeLocal": "12:00:00"}, {}),
        ("verkada", {"webhook_type": "lpr", "data": {"license_plate_number": "KZP4821"}}, {}),
        ("flock", {"ocr": {"label": "KZP4821"}}, {}),
        ("unifi", {"registrationNumber": "KZP4821"}, {}),
        ("frigate", {"type": "lpr", "plate": "KZP4821"}, {}),
        ("blueiris", {"plate": "KZP4821"}, {}),
        ("survision", {"anpr": {"decision": {"@plate": "KZP4821"}}}, {}),
        ("onvif", {"Data": {"LicensePlateInfo": {"PlateNumber": "KZP4821"}}, "UtcTime": ""}, {}),
        ("platewatch", {"plate": "KZP4821"}, {}),
        ("platewatch", {"plate": "KZP4821", "state": " Unknown"}, {}),
        ("plate_recognizer", {"data": {"results": [{"plate": "KZP4821"}]}}, {}),
        ("parkpow", {"results": [{"plate": {"props": {"plate": [{"value": "KZP4821"}]}}}]}, {}),
        ("mapping", {"items": [{"p": "KZP4821"}]}, {"is_pass_id_unique": False, "reader": ReaderVersion("maker")}),
    ],
)
def test_a_message_that_says_a_plate_alone_makes_nothing_up(
    vendor: str, body: Any, more: dict[str, Any], tmp_path: Path
) -> None:
    settings = own_settings(vendor, tmp_path)
    found = parsed(vendor, body, "application/xml" if isinstance(body, str) else "application/json", **settings)
    expected = {"reader": ReaderVersion(vendor), **OWN.get(vendor, {}), **more}
    assert found.reads == (ReportedRead("KZP4821", "", None, **expected),)
    assert (found.without_plate, found.signs) == (0, ())


def hikvision(kind: str, state: str, count: int) -> str:
    return (
        f"<EventNotificationAlert><channelID>2</channelID><dateTime>2026-05-04T12:00:00Z</dateTime><eventType>{kind}"
        f"</eventType><eventState>{state}</eventState><activePostCount>{count}</activePostCount></EventNotificationAlert>"
    )


LOST = "it has lost its picture"


@pytest.mark.parametrize(
    ("vendor", "body", "signs", "without_plate"),
    [
        ("rekor", {"data_type": "vehicle"}, (), 1),
        ("rekor", {"data_type": "alpr_results", "results": []}, (), 1),
        (
            "rekor",
            {
                "data_type": "heartbeat",
                "timestamp": NOW_MS,
                "agent_uid": "A",
                "license_valid": False,
                "video_streams": [
                    {"camera_id": 3, "fps": 12.5, "is_streaming": True, "last_update": NOW_MS - 1000},
                    {"camera_id": 4, "is_streaming": False},
                ],
            },
            (
                ReaderSign("", at(0), problem="its license is not valid"),
                ReaderSign("3", at(-1), 12.5),
                ReaderSign("4", at(0), problem="it does not stream"),
            ),
            0,
        ),
        (
            "rekor",
            {"data_type": "heartbeat", "license_valid": True, "video_streams": [{"camera_id": 4}]},
            (ReaderSign(""), ReaderSign("4")),
            0,
        ),
        ("rekor", {"data_type": "heartbeat"}, (ReaderSign(""),), 0),
        ("hikvision", hikvision("videoloss", "active", 1), (ReaderSign("2", at(0), problem=LOST),), 0),
        ("hikvision", hikvision("videoloss", "active", 0), (ReaderSign("2", at(0)),), 0),
        ("hikvision", hikvision("videoloss", "inactive", 1), (ReaderSign("2", at(0)),), 0),
        ("hikvision", hikvision("VMD", "active", 1), (ReaderSign("2", at(0)),), 0),
        (
            "dahua",
            {"Active": "keepAlive", "DeviceID": "D-1", "Time": "2026-05-04T12:00:00Z"},
            (ReaderSign("D-1", at(0)),),
            0,
        ),
        ("axis", {"event": "heartbeat", "serial": "S-1", "timestamp": NOW_MS}, (ReaderSign("S-1", at(0)),), 0),
        (
            "verkada",
            {"webhook_type": "motion", "created_at": NOW_MS, "data": {"camera_id": "c-2"}},
            (ReaderSign("c-2", at(0)),),
            0,
        ),
        ("verkada", {"webhook_type": "motion"}, (ReaderSign(""),), 0),
        ("unifi", {"alarm": {"triggers": [{"key": "motion", "device": "x"}]}}, (), 1),
        ("frigate", {"after": {"id": "1", "camera": "drive", "label": "car"}}, (), 1),
        ("blueiris", {"memo": "car:90%,person"}, (), 1),
        ("survision", {"keepAlive": {}}, (ReaderSign(""),), 0),
        (
            "onvif",
            "<MetadataStream><VideoAnalytics><Frame UtcTime='2026-05-04T12:00:00Z'><Object ObjectId='1'><Appearance/>"
            "</Object></Frame></VideoAnalytics></MetadataStream>",
            (ReaderSign("", at(0)),),
            0,
        ),
        (
            "plate_recognizer",
            {"hook": {"event": "ping"}, "data": {"camera_id": "cam-1"}},
            (ReaderSign("cam-1"),),
            0,
        ),
        ("plate_recognizer", {"data": {"results": []}}, (), 1),
        ("mapping", {"items": []}, (), 1),
    ],
)
def test_a_message_without_a_plate_is_a_sign_or_counted(
    vendor: str, body: Any, signs: tuple[ReaderSign, ...], without_plate: int, tmp_path: Path
) -> None:
    settings = own_settings(vendor, tmp_path)
    found = parsed(vendor, body, "application/xml" if isinstance(body, str) else "application/json", **settings)
    assert (found.reads, found.signs, found.without_plate, found.notes) == ((), signs, without_plate, ())
