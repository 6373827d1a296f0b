"""docs/vendors.md says every vendor and every field of a mapping, and its example is one."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.vendors.mapping_file import MappedFields, load_mapping
from ingest.vendors.registry import vendors
from tests.unit.ingest.vendors.messages import NOW, parsed

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "vendors.md").read_text(encoding="utf-8")


def test_every_vendor_has_a_row() -> None:
    assert {match[1] for match in re.finditer(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)} == set(vendors())


def test_every_field_is_named() -> None:
    assert all(f"`{name}`" in TEXT for name in MappedFields.model_fields)


def test_the_example_is_a_mapping_that_reads(tmp_path: Path) -> None:
    example = next(match[1] for match in re.finditer(r"```toml\n(.*?)```", TEXT, re.DOTALL) if "[fields]" in match[1])
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    load_mapping(path)
    result = {"text": "QTR6152", "time": "04.05.2026 08:00:00", "score": 88, "id": 5, "region": "VA", "speed": "60"}
    body = {"event": {"type": "plate"}, "reader": {"name": "N"}, "events": {"plates": [result]}}
    (read,) = parsed("mapping", body, mapping=path).reads

    assert (read.plate, read.camera, read.captured_at, read.confidence) == ("QTR6152", "N", NOW, 0.88)
    assert (read.jurisdiction, read.pass_id) == ("US-VA", "5")
    assert read.movement is not None
    assert read.movement.speed == 26.822
    assert parsed("mapping", {"event": {"type": "other"}}, mapping=path).without_plate == 1
