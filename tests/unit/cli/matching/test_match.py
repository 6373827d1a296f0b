"""What `platewatch match` says of a hit."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cli.matching.match import hit_record
from ingest.read_lines import NumberedLine, parse_read
from schemas.types import VehicleDescription
from tests.unit.matcher.samples import entry, matcher, read

NOW = datetime(2026, 5, 6, tzinfo=UTC)


def test_a_hit_as_json() -> None:
    listed = entry("BKV-4921", "US-VA", case_number="26-1", source_entry_id="V1")
    seen = read("8KV4921", "US-VA")
    (hit,) = matcher(listed).match(seen)
    record = hit_record(7, seen, hit, listed)
    assert {"line": 7, "plate": "8KV4921", "entry_plate": "BKV-4921", "tier": "probable"}.items() <= record.items()
    assert record["score"] == pytest.approx(hit.score, abs=1e-3)
    assert record["category"] == "stolen_vehicle"
    assert record["case_number"] == "26-1"
    assert record["list_age_seconds"] == 3 * 3600
    json.dumps(record)


def test_a_vehicle_that_differs_is_said() -> None:
    line = NumberedLine(1, b'{"plate": "BKV4921", "vehicle": {"make": "BMW"}}')
    seen = parse_read(line, "reads.jsonl", NOW)
    listed = entry("BKV4921", vehicle=VehicleDescription(make="OLDS"))
    (hit,) = matcher(listed).match(seen)
    record = hit_record(1, seen, hit, listed)
    assert [(one["feature"], one["read"], one["agrees"]) for one in record["vehicle"]] == [("make", "BMW", False)]
    assert "MAKE DIFFERS" in record["explanation"]
    assert record["alerts"] is True
