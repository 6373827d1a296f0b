"""The three vehicles of a real toll gate, once each, and nothing else that the recognizer is sure of."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.video_file import read_video, video_item
from recognition.recognizer import Recognizer
from rendering.scene.traffic import render_traffic
from schemas.plates import canonical_plate
from schemas.settings import RecognitionSettings
from schemas.types import PlateRead

log = logging.getLogger(__name__)

TOLL_GATE_PLATES = {"34A36837", "34A23126", "89C20339"}
SURE = 0.8


def recognize(path: Path, record_property: Callable[[str, object], None]) -> list[PlateRead]:
    """Read a video and note how fast that was."""
    recognizer = Recognizer(RecognitionSettings())
    item = video_item("gate", path.name, path, datetime(2026, 5, 4, tzinfo=UTC))
    session = recognizer.session("gate", "local", item.name)
    start = time.perf_counter()
    reads: list[PlateRead] = []
    seconds = 0.0
    for frame in read_video(path, item):
        reads += [vehicle.read for vehicle in session.process(frame)]
        seconds = (frame.captured_at - item.captured_at).total_seconds()
    reads += [vehicle.read for vehicle in session.finish()]
    factor = seconds / (time.perf_counter() - start)
    record_property("real_time_factor", round(factor, 2))
    log.info("recognition ran at %.2f times real time", factor)
    return reads


@pytest.fixture
def toll_gate(shared: Path | None) -> Path | None:
    if shared is None:
        return None
    path = shared / "samples" / "video" / "toll-gate.mp4"
    return path if path.is_file() else None


def test_the_toll_gates_three_vehicles_come_out_once_each(
    toll_gate: Path | None, record_property: Callable[[str, object], None]
) -> None:
    if toll_gate is None:
        log.info("toll-gate.mp4 is not here; the rendered clip in this file stands for it")
        record_property("toll_gate", "absent")
        return
    reads = recognize(toll_gate, record_property)
    assert sorted(canonical_plate(read.plate) for read in reads if read.confidence >= SURE) == sorted(TOLL_GATE_PLATES)
    for read in reads:
        assert read.first_seen <= read.captured_at <= read.last_seen
        assert read.first_seen < read.last_seen
        assert read.frame_count >= 5


def test_a_rendered_clips_vehicles_come_out_once_each(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "road.mp4"
    scenario = render_traffic(path, frames=240)
    reads = recognize(path, record_property)
    # The vehicles that are wholly in these sixteen seconds; a later one may be read from afar.
    whole = {canonical_plate(v.looks_like) for v in scenario.vehicles if v.leave_frame < 240}
    sure = [canonical_plate(read.plate) for read in reads if read.confidence >= SURE]
    assert len(whole) >= 3
    assert whole <= set(sure)
    known = {canonical_plate(text) for v in scenario.vehicles for text in (v.serial, v.looks_like)}
    assert set(sure) <= known
    assert len(sure) == len(set(sure))
