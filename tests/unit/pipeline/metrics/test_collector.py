"""Every sample that a busy run gives, with its value: each is of the count or state that its name says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.metrics.collector import RunCollector
from schemas.events import AlarmKind
from schemas.health import CameraHealth, OutgoingHealth

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
COUNTS = (
    *("frames", "reads", "new_reads", "alerts", "silent_hits", "rejected_items", "lost_pictures"),
    *("unmatched_reads", "missing_pictures", "dead_letters"),
)


def samples(collector: RunCollector) -> dict[tuple[str, str], float]:
    """What is given, by its name and labels; without the version."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sample.labels.items())): sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
        if sample.name != "platewatch_info"
    }


def test_each_sample_has_the_value_of_what_it_is_called_by() -> None:
    def at(seconds: int) -> datetime:
        return NOON + timedelta(seconds=seconds)

    counters, board, noon = Counters(), HealthBoard("here"), NOON.timestamp()
    for number, name in enumerate(COUNTS):
        counters.add(name, 100 + number)
    counters.add("hits.exact", 5)
    counters.add("hits.likely", 6)
    board.know_camera(
        CameraHealth(
            camera_id="gate", known_since=at(0), last_picture_at=at(1), last_read_at=at(2), looked_at=at(3),
            looking_since=at(4), waiting=5, problem="gone", last_frame_at=at(6), fps=7.5, frames=8, converted_frames=9,
            dropped_frames=10, damaged_frames=11, reconnects=12, clock_offset_seconds=-13.5, decode_share=0.14,
        )
    )  # fmt: skip
    board.know_camera(CameraHealth(camera_id="yard", known_since=at(0)))
    board.source(
        "axis", "axis", last_message_at=at(21), last_read_at=at(22), received=23, refused=24, processed=25,
        quarantined=26, reads=27, without_plate=28, waiting=29, problem="no route", connected_at=at(30),
        signed_at=at(31), reconnects=32,
    )  # fmt: skip
    board.source("hik", "hikvision")
    for subject in ("gate", "yard"):
        board.raised(AlarmKind.CAMERA_FAILED, subject, "x")
    board.raised(AlarmKind.BROKER, "here", "x")
    board.stage_fails("relay", "x")
    waiting = OutgoingHealth(waiting=41, oldest_at=at(42), used_bytes=43, most_bytes=44, refused=45, unreadable=46)
    camera, source = "platewatch_camera", "platewatch_source"
    assert samples(RunCollector(counters, board, lambda: 320, lambda: waiting)) == {
        **{(f"platewatch_{name}_total", ""): 100.0 + number for number, name in enumerate(COUNTS)},
        ("platewatch_hits_total", "tier=exact"): 5,
        ("platewatch_hits_total", "tier=likely"): 6,
        ("platewatch_hotlist_entries", ""): 320,
        ("platewatch_waiting_reads", ""): 41,
        ("platewatch_waiting_reads_oldest_timestamp_seconds", ""): noon + 42,
        ("platewatch_waiting_reads_bytes", ""): 43,
        ("platewatch_waiting_reads_limit_bytes", ""): 44,
        ("platewatch_refused_reads", ""): 45,
        ("platewatch_unreadable_messages", ""): 46,
        ("platewatch_alarms", "kind=camera_failed"): 2,
        ("platewatch_alarms", "kind=broker"): 1,
        ("platewatch_stage_in_trouble", "stage=relay"): 1,
        (f"{camera}_failing", "camera=gate"): 1,
        (f"{camera}_failing", "camera=yard"): 0,
        (f"{camera}_last_picture_timestamp_seconds", "camera=gate"): noon + 1,
        (f"{camera}_last_read_timestamp_seconds", "camera=gate"): noon + 2,
        (f"{camera}_waiting_items", "camera=gate"): 5,
        (f"{camera}_waiting_items", "camera=yard"): 0,
        (f"{camera}_last_frame_timestamp_seconds", "camera=gate"): noon + 6,
        (f"{camera}_frames_per_second", "camera=gate"): 7.5,
        (f"{camera}_frames_total", "camera=gate"): 8,
        (f"{camera}_dropped_frames_total", "camera=gate"): 10,
        (f"{camera}_reconnects_total", "camera=gate"): 12,
        (f"{camera}_clock_offset_seconds", "camera=gate"): -13.5,
        (f"{camera}_decode_cpu_share", "camera=gate"): 0.14,
        (f"{source}_failing", "source=axis"): 1,
        (f"{source}_failing", "source=hik"): 0,
        (f"{source}_last_message_timestamp_seconds", "source=axis"): noon + 21,
        (f"{source}_last_read_timestamp_seconds", "source=axis"): noon + 22,
        (f"{source}_messages_total", "source=axis"): 23,
        (f"{source}_refused_messages_total", "source=axis"): 24,
        (f"{source}_quarantined_messages_total", "source=axis"): 26,
        (f"{source}_reads_total", "source=axis"): 27,
        (f"{source}_without_plate_total", "source=axis"): 28,
        (f"{source}_waiting_messages", "source=axis"): 29,
        (f"{source}_last_sign_timestamp_seconds", "source=axis"): noon + 31,
        (f"{source}_reconnects_total", "source=axis"): 32,
        **{(f"{source}_{name}_total", "source=hik"): 0.0 for name in ("messages", "refused_messages", "reads")},
        **{(f"{source}_{name}_total", "source=hik"): 0.0 for name in ("quarantined_messages", "without_plate")},
        (f"{source}_waiting_messages", "source=hik"): 0,
    }


def test_a_service_that_matches_and_sends_nothing_says_nothing_of_that() -> None:
    quiet = {name for name, _ in samples(RunCollector(Counters(), HealthBoard("here")))}
    assert quiet == {f"platewatch_{name}_total" for name in COUNTS}
    idle = {name for name, _ in samples(RunCollector(Counters(), HealthBoard("here"), None, OutgoingHealth))}
    assert "platewatch_waiting_reads" in idle - quiet
    assert "platewatch_waiting_reads_oldest_timestamp_seconds" not in idle
