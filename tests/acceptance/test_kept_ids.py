"""Read, hit and alert ids stay what they were: a new version that makes others would double a department's history."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

from rendering.demo_lists import write_demo_hotlists
from rendering.scene.scenario import demo_scenario
from rendering.scene.traffic import render_traffic
from tests.integration.runs.site import Site, write_site

KEPT = json.loads(Path(__file__).with_name("kept_ids.json").read_text())
"""What version 0.1.0 of 2026-11-28 made of the demo's clip and lists."""

CAMERA = """[[cameras]]
id = "high-street"
type = "video_file"
path = "traffic.mp4"
latitude = 36.8354
longitude = -76.2983
started_at = {started_at}
"""


def demo_site(folder: Path) -> Site:
    """The demo's clip at a fixed time, read by a fixed engine, with the demo's lists."""
    site = write_site(
        folder,
        CAMERA.format(started_at=KEPT["started_at"]),
        recognition_detector='backend = "onnxruntime"',
        alerts='second_reader = "off"',
    )
    render_traffic(folder / "traffic.mp4")
    # Case numbers hold the year, and entry ids case numbers.
    lists = write_demo_hotlists(folder / "lists", demo_scenario(), as_of=datetime(2026, 11, 20, 9, tzinfo=UTC))
    without_expiry(lists.missing)
    without_expiry(lists.regional)
    for name, layout, path in (
        ("ncic", "ncic", lists.ncic),
        ("missing", "missing", lists.missing),
        ("regional", "csv", lists.regional),
    ):
        imported = site.run("hotlist", "import", "--source", layout, "--name", name, str(path))
        assert imported.returncode == 0, imported.stderr
    return site


def without_expiry(path: Path) -> None:
    """Let a list's entries be valid whenever this test runs."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"expires": ""} for row in rows)


def test_the_demos_clip_and_lists_give_the_ids_that_they_always_gave(tmp_path: Path) -> None:
    site = demo_site(tmp_path)
    totals = site.play()
    assert (totals["reads"], totals["alerts"]) == (10, 6)
    kept = site.all_kept(("reads", "read_id"), ("reads", "plate"), ("hits", "hit_id"), ("alerts", "alert_id"))
    assert kept == [KEPT["reads"], KEPT["plates"], KEPT["hits"], KEPT["alerts"]]
