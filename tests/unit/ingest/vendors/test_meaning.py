"""What each vendor's good message says of a pass besides its plate, field by field: nothing is lost or exchanged."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.vendors.adapter import ReportedRead
from tests.unit.ingest.vendors.messages import NOW, parsed
from tests.unit.ingest.vendors.samples import SAMPLES


def told(read: ReportedRead) -> dict[str, Any]:
    """Return what a read says, times in seconds from now."""
    said: dict[str, Any] = {
        "camera": read.camera,
        "confidence": read.confidence,
        "pass": read.pass_id,
        "revision": read.revision,
        "final": read.is_final,
        "seen": tuple(
            None if at is None else (at - NOW).total_seconds()
            for at in (read.first_seen, read.captured_at, read.last_seen)
        ),
        "state": read.jurisdiction,
        "state_confidence": read.jurisdiction_confidence,
        "place": read.location and (read.location.latitude, read.location.longitude),
        "moved": read.movement and (read.movement.lane, read.movement.direction, read.movement.speed),
        "vehicle": read.vehicle and " ".join(str(word) for word in read.vehicle if word is not None),
        "box": read.box and (read.box.x1, read.box.y1, read.box.x2, read.box.y2),
        "frames": read.frame_count,
        "others": len(read.candidates),
        "pictures": tuple(
            name
            for name, picture in (("plate", read.plate_picture), ("context", read.context_picture))
            if picture is not None
        ),
        "urls": tuple(url.kind for url in read.picture_urls),
        "hit": read.hit is not None,
    }
    return {name: value for name, value in said.items() if value not in (None, "", (), 0, False)}


SAID: list[tuple[str, dict[str, Any]]] = [
    (
        "rekor",
        {
            "camera": "7",
            "confidence": 0.902,
            "pass": "a/0",
            "revision": 2000,
            "final": True,
            "seen": (-2.0, -2.0, 0.0),
            "vehicle": "red",
            "box": (1.0, 2.0, 50.0, 20.0),
            "frames": 2,
            "others": 2,
            "pictures": ("plate",),
        },
    ),
    ("rekor", {"camera": "7", "confidence": 0.88, "seen": (None, 0.0, None), "frames": 1, "others": 1}),
    (
        "rekor",
        {
            "camera": "7",
            "confidence": 0.902,
            "pass": "a/0",
            "revision": 2000,
            "final": True,
            "seen": (-2.0, -2.0, 0.0),
            "vehicle": "red",
            "box": (1.0, 2.0, 50.0, 20.0),
            "frames": 2,
            "others": 2,
            "pictures": ("plate",),
            "hit": True,
        },
    ),
    (
        "plate_recognizer",
        {
            "camera": "n",
            "confidence": 0.9,
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "state_confidence": 0.5,
            "box": (1.0, 2.0, 40.0, 20.0),
            "frames": 1,
            "others": 1,
        },
    ),
    (
        "parkpow",
        {
            "camera": "n",
            "confidence": 0.9,
            "final": True,
            "seen": (None, 0.0, None),
            "frames": 1,
            "pictures": ("context",),
        },
    ),
    (
        "hikvision",
        {
            "camera": "E",
            "confidence": 0.9,
            "pass": "u-1",
            "final": True,
            "seen": (None, 0.0, None),
            "moved": ("1", None, None),
            "frames": 1,
        },
    ),
    (
        "dahua",
        {
            "camera": "West",
            "confidence": 0.8,
            "pass": "55",
            "final": True,
            "seen": (None, 0.25, None),
            "moved": ("1", "approaching", 15.0),
            "vehicle": "White",
            "frames": 1,
        },
    ),
    ("dahua", {"camera": "West", "final": True, "seen": (None, 0.0, None), "moved": ("1", None, None), "frames": 1}),
    (
        "dahua",
        {
            "camera": "West",
            "confidence": 0.8,
            "final": True,
            "seen": (None, 0.25, None),
            "moved": ("1", "approaching", 15.0),
            "vehicle": "Skoda White",
            "frames": 1,
            "pictures": ("plate", "context"),
        },
    ),
    ("dahua", {"camera": "West", "final": True, "seen": (None, 0.0, None), "moved": ("1", None, None), "frames": 1}),
    ("dahua", {"camera": "West", "final": True, "seen": (None, 0.0, None), "moved": ("1", None, None), "frames": 1}),
    (
        "axis",
        {
            "camera": "B8A44F000001",
            "confidence": 0.91,
            "pass": "4411",
            "revision": 812,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "place": (37.2, -76.4),
            "moved": ("1", "approaching", None),
            "box": (10.0, 12.0, 80.0, 32.0),
            "frames": 1,
            "pictures": ("plate",),
            "urls": ("plate",),
        },
    ),
    (
        "axis",
        {
            "camera": "B8A44F000001",
            "confidence": 0.91,
            "pass": "4411",
            "revision": 812,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "place": (37.2, -76.4),
            "moved": ("1", "approaching", None),
            "box": (10.0, 12.0, 80.0, 32.0),
            "frames": 1,
            "pictures": ("plate",),
            "urls": ("plate",),
        },
    ),
    (
        "genetec",
        {
            "camera": "Sharp 3",
            "confidence": 0.93,
            "pass": "3d1f4c52-7a3e-4b0e-9a55-0d7f2b9c1e11",
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "place": (37.2, -76.4),
            "moved": (None, "approaching", None),
            "vehicle": "Blue",
            "frames": 1,
            "pictures": ("plate", "context"),
        },
    ),
    (
        "verkada",
        {
            "camera": "c-1",
            "confidence": 0.93,
            "pass": "w-1",
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "frames": 1,
            "urls": ("context",),
        },
    ),
    (
        "flock",
        {
            "camera": "dev-12",
            "confidence": 0.94,
            "pass": "obj-1",
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-NH",
            "state_confidence": 0.8,
            "place": (37.2, -76.4),
            "frames": 1,
            "urls": ("context",),
            "hit": True,
        },
    ),
    (
        "flock",
        {
            "camera": "dev-12",
            "confidence": 0.94,
            "pass": "obj-1",
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "frames": 1,
        },
    ),
    (
        "unifi",
        {
            "camera": "AABBCC001122",
            "pass": "e-1",
            "final": True,
            "seen": (None, 0.0, None),
            "frames": 1,
            "pictures": ("context",),
            "hit": True,
        },
    ),
    (
        "frigate",
        {
            "camera": "drive",
            "confidence": 0.88,
            "pass": "1777896000.1-abc",
            "revision": 8800,
            "final": True,
            "seen": (-2.0, 0.0, None),
            "moved": (None, "east", 10.0),
            "vehicle": "car",
            "frames": 1,
        },
    ),
    (
        "frigate",
        {
            "camera": "drive",
            "confidence": 0.9,
            "pass": "1777896000.1-abc",
            "revision": 9000,
            "final": True,
            "seen": (None, 0.0, None),
            "frames": 1,
        },
    ),
    (
        "blueiris",
        {
            "camera": "cam3",
            "confidence": 0.87,
            "final": True,
            "seen": (None, 0.0, None),
            "box": (5.0, 6.0, 90.0, 30.0),
            "frames": 1,
            "pictures": ("context",),
        },
    ),
    (
        "survision",
        {
            "confidence": 0.92,
            "pass": "17",
            "final": True,
            "seen": (None, 0.0, None),
            "moved": (None, "approaching", None),
            "frames": 1,
            "pictures": ("plate",),
        },
    ),
    (
        "survision",
        {
            "confidence": 0.92,
            "pass": "17",
            "final": True,
            "seen": (None, 0.0, None),
            "frames": 1,
            "pictures": ("plate",),
        },
    ),
    (
        "onvif",
        {
            "camera": "lane1",
            "confidence": 0.92,
            "pass": "8",
            "revision": 9200,
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "state_confidence": 0.7,
            "moved": (None, None, 12.5),
            "vehicle": "Ford Car",
            "frames": 1,
            "pictures": ("plate",),
        },
    ),
    (
        "onvif",
        {
            "camera": "lane1",
            "confidence": 0.92,
            "revision": 9200,
            "final": True,
            "seen": (None, 0.0, None),
            "frames": 1,
        },
    ),
    (
        "platewatch",
        {
            "camera": "north",
            "confidence": 0.9,
            "final": True,
            "seen": (None, 0.0, None),
            "state": "US-VA",
            "moved": ("1", "approaching", 11.5),
            "frames": 1,
            "others": 7,
        },
    ),
]


ONE: list[tuple[str, dict[str, Any], float]] = [
    ("rekor", {"data_type": "alpr_group", "best_plate_number": "A1", "best_confidence": 1}, 0.01),
    ("rekor", {"data_type": "alpr_results", "results": [{"plate": "A1", "confidence": 1}]}, 0.01),
    ("hikvision", {"ANPR": {"licensePlate": "A1", "confidenceLevel": 1}}, 0.01),
    ("hikvision", {"Plates": {"Plate": {"plateNumber": "A1", "confidenceLevel": 1}}}, 0.01),
    ("genetec", {"Plate": "A1", "SharpName": "s", "ConfidenceScore": "1"}, 0.01),
    ("survision", {"anpr": {"decision": {"plate": "A1", "reliability": 1}}}, 0.01),
    ("unifi", {"registrationNumber": "A1", "confidence": 1}, 0.01),
    ("axis", {"plateText": "A1", "plateConfidence": 1}, 0.99),
    ("verkada", {"license_plate_number": "A1", "confidence": 1}, 0.99),
    ("flock", {"ocr": {"label": "A1", "labelConfidence": 1}}, 0.99),
    ("frigate", {"type": "lpr", "plate": "A1", "score": 1}, 0.99),
    ("blueiris", {"plate": "A1", "confidence": 1}, 0.99),
    ("plate_recognizer", {"results": [{"plate": "A1", "score": 1}]}, 0.99),
    ("onvif", {"Data": {"LicensePlateInfo": {"PlateNumber": {"#text": "A1", "Likelihood": 1}}}}, 0.99),
    ("dahua", {"TrafficCar": {"PlateNumber": "A1"}, "Plate": {"Confidence": 51}}, 0.2),
    ("platewatch", {"plate": "A1", "confidence": 1}, 0.99),
]


@pytest.mark.parametrize(("vendor", "body", "confidence"), ONE)
def test_one_is_certain_or_a_hundredth(vendor: str, body: dict[str, Any], confidence: float) -> None:
    (read,) = parsed(vendor, body).reads
    assert read.confidence == pytest.approx(confidence)


def test_every_sample_is_told() -> None:
    assert [vendor for vendor, _ in SAID] == [vendor for vendor, _, _ in SAMPLES]


@pytest.mark.parametrize("number", range(len(SAMPLES)), ids=lambda number: f"{SAMPLES[number][0]}-{number}")
def test_a_message_says_what_it_says(number: int) -> None:
    vendor, body, content_type = SAMPLES[number]
    (read,) = parsed(vendor, body, content_type).reads
    assert told(read) == SAID[number][1]
