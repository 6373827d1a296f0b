"""Hikvision: XML and JSON events with pictures, empty parts, retransmissions, signs of life, polled plates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.ingest.vendors.messages import JPEG, multipart, parsed

EVENT = """<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<macAddress>aa:bb:cc:00:11:22</macAddress><channelID>1</channelID><channelName>East gate</channelName>
<dateTime>2026-05-04T07:59:58-04:00</dateTime><eventType>ANPR</eventType><eventState>active</eventState>
<ANPR><licensePlate>{plate}</licensePlate><line>2</line><direction>reverse</direction>
<confidenceLevel>{confidence}</confidenceLevel><plateCharBelieve>99,98,97,60,99,99,95</plateCharBelieve>
<vehicleInfo><color>white</color><speed>72</speed></vehicleInfo>
<pictureInfoList><pictureInfo><fileName>detectionPicture.jpg</fileName><absTime>20260504075958654</absTime>
<plateRect><X>100</X><Y>200</Y><width>60</width><height>30</height></plateRect></pictureInfo></pictureInfoList></ANPR>
<UUID>20260504075958000abc</UUID><isDataRetransmission>true</isDataRetransmission>
<DeviceGPSInfo><longitudeType>W</longitudeType><latitudeType>N</latitudeType>
<Longitude><degree>76</degree><minute>30</minute><sec>36</sec></Longitude>
<Latitude><degree>37</degree><minute>15</minute><sec>0</sec></Latitude></DeviceGPSInfo>
</EventNotificationAlert>"""


def test_an_event_with_its_pictures() -> None:
    body = multipart(
        ("anpr.xml", "text/xml", EVENT.format(plate="TRK7735", confidence=97).encode()),
        ("licensePlatePicture.jpg", "image/jpeg", JPEG),
        ("empty.jpg", "image/jpeg", b""),
        ("detectionPicture.jpg", "image/jpeg", JPEG + b"\0"),
    )
    (read,) = parsed("hikvision", body, "multipart/form-data; boundary=cut").reads

    assert (read.plate, read.camera, read.confidence) == ("TRK7735", "East gate", 0.97)
    assert read.captured_at == datetime(2026, 5, 4, 11, 59, 58, 654_000, tzinfo=UTC)
    assert (read.pass_id, read.is_retransmission) == ("20260504075958000abc", True)
    assert read.movement is not None
    assert (read.movement.lane, read.movement.direction, read.movement.speed) == ("2", "leaving", 20.0)
    assert read.location is not None
    assert (round(read.location.latitude, 4), round(read.location.longitude, 4)) == (37.25, -76.51)
    assert read.character_confidences[3] == 0.6
    assert (read.plate_picture, read.context_picture) == (JPEG, JPEG + b"\0")


def test_a_hundred_percent_is_not_certain_and_zero_is_unknown() -> None:
    assert parsed("hikvision", EVENT.format(plate="TRK7735", confidence=100), "text/xml").reads[0].confidence == 0.99
    assert parsed("hikvision", EVENT.format(plate="TRK7735", confidence=0), "text/xml").reads[0].confidence is None


def test_unknown_is_no_plate() -> None:
    assert parsed("hikvision", EVENT.format(plate="unknown", confidence=0), "application/xml").without_plate == 1


def test_the_same_as_json() -> None:
    body = {
        "eventType": "ANPR",
        "dateTime": "2026-05-04T07:59:58-04:00",
        "channelName": "East gate",
        "ANPR": {"licensePlate": "TRK7735", "confidenceLevel": "88", "line": 1, "direction": "forward"},
    }
    (read,) = parsed("hikvision", body, "").reads

    assert (read.plate, read.confidence) == ("TRK7735", 0.88)
    assert read.movement is not None
    assert read.movement.direction == "approaching"


def test_a_sign_of_life_is_no_read() -> None:
    found = parsed("hikvision", {"eventType": "videoloss", "eventState": "inactive", "dateTime": "2026-05-04T07:59:58"})

    assert (found.reads, found.without_plate, found.signs[0].problem) == ((), 0, None)


def test_polled_plates() -> None:
    body = """<Plates version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
    <Plate><captureTime>20260504T0759586270000</captureTime><plateNumber>TRK7735</plateNumber>
    <picName>20260504075958TRK</picName><country>USA</country><laneNo>1</laneNo><direction>forward</direction></Plate>
    <Plate><captureTime>20260504T0759591000000</captureTime><plateNumber>unknown</plateNumber></Plate></Plates>"""
    found = parsed("hikvision", body, "application/xml")

    assert [(read.plate, read.pass_id) for read in found.reads] == [("TRK7735", "20260504075958TRK")]
    assert found.reads[0].captured_at == datetime(2026, 5, 4, 11, 59, 58, 627_000, tzinfo=UTC)
    assert found.without_plate == 1


@pytest.mark.parametrize(
    ("plates", "pictures"),
    [
        (["TRK7735"], [(JPEG, JPEG + b"\0")]),
        # Of two nobody knows whose picture it is.
        (["TRK7735", "TRK7736"], [(None, None), (None, None)]),
    ],
)
def test_pictures_beside_polled_plates(plates: list[str], pictures: list[tuple[bytes | None, bytes | None]]) -> None:
    listed = "".join(f"<Plate><plateNumber>{plate}</plateNumber></Plate>" for plate in plates)
    body = multipart(
        ("plates.xml", "text/xml", f"<Plates>{listed}</Plates>".encode()),
        ("licensePlatePicture.jpg", "image/jpeg", JPEG),
        ("vehicle.jpg", "image/jpeg", JPEG + b"\0"),
    )
    reads = parsed("hikvision", body, "multipart/form-data; boundary=cut").reads
    assert [read.plate for read in reads] == plates
    assert [(read.plate_picture, read.context_picture) for read in reads] == pictures
