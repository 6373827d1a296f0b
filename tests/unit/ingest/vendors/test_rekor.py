"""Rekor and OpenALPR: five types of message, previews before the final group, single results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.vendors.arrivals import Arrivals
from ingest.vendors.passes import Passes
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import JPEG, JPEG_TEXT, NOW, NOW_MS, parsed, source_of


def group(**changes: Any) -> dict[str, Any]:
    return {
        "data_type": "alpr_group",
        "version": 3,
        "epoch_start": NOW_MS - 4000,
        "epoch_end": NOW_MS,
        "agent_uid": "AGENT1",
        "agent_version": "4.1.2",
        "camera_id": 7723,
        "gps_latitude": 37.1,
        "gps_longitude": -76.2,
        "country": "us",
        "uuids": ["f-1", "f-2", "f-3"],
        "plate_indexes": [0, 0, 1],
        "candidates": [
            {"plate": "KZP4821", "confidence": 91.5, "matches_template": 1},
            {"plate": "KZP482I", "confidence": 80},
        ],
        "best_plate": {
            "plate": "KZP4821",
            "region": "md",
            "coordinates": [{"x": 10, "y": 20}, {"x": 60, "y": 20}, {"x": 60, "y": 40}, {"x": 10, "y": 40}],
            "plate_crop_jpeg": JPEG_TEXT,
        },
        "best_confidence": 91.5,
        "best_plate_number": "KZP4821",
        "best_region": "us-va",
        "best_region_confidence": 60,
        "best_uuid": "f-2",
        "best_uuid_epoch_ms": NOW_MS - 2000,
        "travel_direction": 182.4,
        "is_preview": False,
        "vehicle": {
            "color": [{"name": "blue", "confidence": 80}],
            "make": [{"name": "toyota", "confidence": 70}],
            "make_model": [{"name": "toyota_camry", "confidence": 60}],
            "body_type": [{"name": "sedan-standard", "confidence": 50}],
            "year": [{"name": "2015-2019", "confidence": 40}],
        },
        **changes,
    }


def test_a_group_is_a_read_with_all_that_it_says() -> None:
    (read,) = parsed("rekor", group()).reads

    assert (read.plate, read.camera, read.confidence, read.jurisdiction) == ("KZP4821", "7723", 0.915, "US-VA")
    assert read.captured_at is not None
    assert read.captured_at.timestamp() * 1000 == NOW_MS - 2000
    assert read.vehicle is not None
    assert (read.vehicle.make, read.vehicle.model, read.vehicle.color) == ("toyota", "camry", "blue")
    assert read.plate_picture == JPEG
    assert read.box is not None
    assert (read.box.x1, read.box.y2) == (10, 40)
    assert read.candidates[1] == ("KZP482I", 0.8)
    assert read.movement is not None
    assert read.movement.direction == "182 degrees"


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_agents_state_is_understood_with_its_country(version: int) -> None:
    (read,) = parsed("rekor", group(version=version, best_region="ma")).reads

    assert read.jurisdiction == "US-MA"


def test_previews_and_the_final_group_are_one_read_and_the_final_one_is_newest() -> None:
    preview = group(is_preview=True, uuids=["f-1"], plate_indexes=[0], best_uuid="f-1", epoch_end=NOW_MS - 3000)
    arrivals = Arrivals("pd", 0.7, Passes())
    source = source_of("rekor")
    (late,) = arrivals.of(parsed("rekor", group()), source, NOW)
    (early,) = arrivals.of(parsed("rekor", preview), source, NOW)

    assert early.read.read_id == late.read.read_id
    assert (early.read.is_final, early.read.revision) < (late.read.is_final, late.read.revision)


def test_single_results_and_their_group_are_one_read() -> None:
    arrivals = Arrivals("pd", 0.7, Passes())
    source = source_of("rekor")
    result = {
        "data_type": "alpr_results",
        "epoch_time": NOW_MS - 2000,
        "uuid": "f-2",
        "camera_id": 7723,
        "results": [
            {"plate": "KZP48Z1", "confidence": 85.0, "plate_index": 0, "candidates": []},
            {"plate": "WBB9907", "confidence": 88.0, "plate_index": 1, "candidates": []},
        ],
    }
    first, other = arrivals.of(parsed("rekor", result), source, NOW)
    (whole,) = arrivals.of(parsed("rekor", group()), source, NOW)

    assert first.read.read_id == whole.read.read_id != other.read.read_id
    assert not first.read.is_final
    assert whole.read.is_final


def test_an_alert_keeps_the_vendors_hit_beside_the_read() -> None:
    alert = {
        "data_type": "alpr_alert",
        "version": 1,
        "alert_list": "Stolen",
        "plate_number": "KZP4821",
        "description": "ticket at rtsp://root:hunter2@10.0.0.9/1",
        "group": group(),
    }
    found = parsed("rekor", alert)
    (read,) = found.reads

    assert read.hit is not None
    assert json.loads(read.hit)["alert_list"] == "Stolen"
    assert "hunter2" not in read.hit + found.payload


@pytest.mark.parametrize("plate", [None, "", "-", "unknown"])
def test_an_alert_without_a_plate_is_refused(plate: str | None) -> None:
    alert = {"data_type": "alpr_alert", "version": 1, "alert_list": "Stolen", "camera_id": 7, "plate_number": plate}
    with pytest.raises(InvalidInput, match="without group and without plate_number"):
        parsed("rekor", alert)


def test_a_vehicle_without_a_plate_is_counted() -> None:
    found = parsed("rekor", {"data_type": "vehicle", "epoch_start": NOW_MS, "vehicle": {}})

    assert (found.reads, found.without_plate) == ((), 1)


def test_a_heartbeat_says_how_the_streams_are_and_keeps_no_secret() -> None:
    found = parsed(
        "rekor",
        {
            "data_type": "heartbeat",
            "timestamp": NOW_MS,
            "license_key": "LKEY-123456",
            "license_valid": True,
            "video_streams": [
                {"camera_id": 1, "fps": 12.5, "is_streaming": True, "url": "rtsp://root:geheim@10.0.0.5/a"},
                {"camera_id": 2, "fps": 0, "is_streaming": False, "url": "rtsp://10.0.0.6/a?token=abcdef"},
            ],
        },
    )

    assert [(sign.camera, sign.problem) for sign in found.signs] == [
        ("", None),
        ("1", None),
        ("2", "it does not stream"),
    ]
    for secret in ("LKEY-123456", "geheim", "abcdef"):
        assert secret not in found.payload


def test_another_vendors_message_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="no message of Rekor"):
        parsed("rekor", {"webhook_type": "lpr"})
