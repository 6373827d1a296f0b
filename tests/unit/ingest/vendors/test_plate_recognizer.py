"""Plate Recognizer: JSON alone and beside a picture, times of Stream and Snapshot; and ParkPow's shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.unit.ingest.vendors.messages import JPEG, JPEG_TEXT, multipart, parsed


def stream(**changes: Any) -> dict[str, Any]:
    result = {
        "box": {"xmin": 10, "ymin": 12, "xmax": 90, "ymax": 40},
        "plate": "rwt5510",
        "region": {"code": "us-va", "score": 0.7},
        "score": 0.904,
        "candidates": [{"plate": "rwt5510", "score": 0.904}, {"plate": "rwt551o", "score": 0.6}],
        "vehicle": {"type": "Sedan", "score": 0.8},
        "model_make": [{"make": "Honda", "model": "Civic", "score": 0.4}],
        "color": [{"color": "black", "score": 0.9}],
        "direction": 210,
        "speed": 36,
        **changes,
    }
    data = {"camera_id": "north", "timestamp": "2026-05-04T11:59:58.250000Z", "results": [result]}
    return {"hook": {"event": "recognition", "id": "north"}, "data": data}


def test_stream_without_a_picture() -> None:
    (read,) = parsed("plate_recognizer", stream()).reads

    assert (read.plate, read.camera, read.confidence, read.jurisdiction) == ("rwt5510", "north", 0.904, "US-VA")
    assert read.captured_at == datetime(2026, 5, 4, 11, 59, 58, 250_000, tzinfo=UTC)
    assert read.movement is not None
    assert read.movement.speed == 10.0
    assert read.vehicle is not None
    assert (read.vehicle.make, read.vehicle.vehicle_class) == ("Honda", "Sedan")


def test_stream_with_a_picture() -> None:
    parts = (("json", "application/json", json.dumps(stream()).encode()), ("upload", "image/jpeg", JPEG))
    (read,) = parsed("plate_recognizer", multipart(*parts), "multipart/form-data; boundary=cut").reads

    assert read.context_picture == JPEG


def test_snapshots_time_has_the_sources_zone() -> None:
    body = stream()
    body["data"]["timestamp"] = "2026-05-04 07:59:58.250000"
    (read,) = parsed("plate_recognizer", body).reads

    assert read.captured_at == datetime(2026, 5, 4, 11, 59, 58, 250_000, tzinfo=UTC)


def test_a_hook_without_any_plate_is_counted() -> None:
    body = stream()
    body["data"]["results"] = []

    assert parsed("plate_recognizer", body).without_plate == 1
    assert parsed("plate_recognizer", stream(plate=None)).without_plate == 1


def test_parkpows_results_are_objects_of_properties() -> None:
    body = {
        "camera": "gate-2",
        "time": "2026-05-04T11:59:58Z",
        "image": JPEG_TEXT,
        "results": [
            {
                "plate": {
                    "props": {
                        "plate": [{"value": "rwt5510", "score": 0.8}, {"value": "rwt55io", "score": 0.1}],
                        "region": [{"value": "us-nc", "score": 0.5}],
                    },
                    "box": {"xmin": 10, "ymin": 12, "xmax": 90, "ymax": 40},
                },
                "vehicle": {
                    "type": "SUV",
                    "props": {"color": [{"value": "red"}], "make_model": [{"make": "Kia", "model": "Soul"}]},
                },
            }
        ],
    }
    (read,) = parsed("parkpow", body).reads

    assert (read.plate, read.confidence, read.jurisdiction) == ("rwt5510", 0.8, "US-NC")
    assert read.candidates == (("rwt55io", 0.1),)
    assert read.context_picture == JPEG
    assert read.vehicle is not None
    assert (read.vehicle.color, read.vehicle.model) == ("red", "Soul")
