"""A run's counts and states as Prometheus takes them. Cameras and sources are labels, plates never are."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from schemas.health import OutgoingHealth


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a camera's or a source's health, and what it is called here."""

    field: str
    name: str
    help: str
    counts: bool = False


_CAMERA = (
    _Field("last_picture_at", "last_picture_timestamp_seconds", "When the newest picture or video came."),
    _Field("last_read_at", "last_read_timestamp_seconds", "When a read was recorded last."),
    _Field("last_frame_at", "last_frame_timestamp_seconds", "When the newest frame of a live camera came."),
    _Field("waiting", "waiting_items", "Files that were seen and not read yet."),
    _Field("fps", "frames_per_second", "Frames that a live camera sends."),
    _Field("frames", "frames_total", "Frames of a live camera that were looked at.", counts=True),
    _Field(
        "dropped_frames", "dropped_frames_total", "Frames that a newer one replaced before they were looked at.", True
    ),
    _Field("reconnects", "reconnects_total", "Connections to a live camera after the first.", counts=True),
    _Field("clock_offset_seconds", "clock_offset_seconds", "How far the camera's clock is ahead of this machine's."),
    _Field("decode_share", "decode_cpu_share", "Share of one core that decoding takes."),
)
_SOURCE = (
    _Field("last_message_at", "last_message_timestamp_seconds", "When the last message was stored."),
    _Field("last_read_at", "last_read_timestamp_seconds", "When a read was recorded last."),
    _Field("waiting", "waiting_messages", "Messages that are stored and not processed."),
    _Field("received", "messages_total", "Messages that were stored.", counts=True),
    _Field("refused", "refused_messages_total", "Messages that were answered with an error.", counts=True),
    _Field("quarantined", "quarantined_messages_total", "Messages that could not be understood.", counts=True),
    _Field("without_plate", "without_plate_total", "Vehicles and pictures without a plate.", counts=True),
    _Field("reads", "reads_total", "Reads in messages.", counts=True),
    _Field("reconnects", "reconnects_total", "Connections to a source that is fetched after the first.", counts=True),
    _Field("signed_at", "last_sign_timestamp_seconds", "When a source that is fetched gave its last sign of life."),
)
_COUNTS = (
    ("frames", "Frames read from all cameras."),
    ("reads", "Vehicle passes."),
    ("new_reads", "Vehicle passes that were not stored before."),
    ("alerts", "Alerts raised."),
    ("silent_hits", "Hits that nobody is notified of."),
    ("rejected_items", "Files and messages that could not be used."),
    ("lost_pictures", "Reads whose pictures could not be kept."),
    ("unmatched_reads", "Reads that could not be compared with the lists."),
    ("missing_pictures", "Reads about to alert whose picture could not be fetched from the image store."),
    ("dead_letters", "Messages of the reads topic that could not be used."),
)


class RunCollector(Collector):
    """Reads counters and board when it is asked; nothing is counted twice for it.

    Args:
        counters: The run's counts.
        board: How its parts are.
        entries: Says how many hotlist entries are matched against; None: this service matches nothing.
        outgoing: Says what waits to be published; None: nothing does on this machine.
    """

    def __init__(
        self,
        counters: Counters,
        board: HealthBoard,
        entries: Callable[[], int] | None = None,
        outgoing: Callable[[], OutgoingHealth] | None = None,
    ) -> None:
        self._counters = counters
        self._board = board
        self._entries = entries
        self._outgoing = outgoing

    def collect(self) -> Iterator[Metric]:
        """Yield everything that there is."""
        yield InfoMetricFamily(
            "platewatch", "Which version runs.", value={"version": importlib.metadata.version("platewatch")}
        )
        totals = self._counters.totals()
        for field, help_text in _COUNTS:
            yield CounterMetricFamily(f"platewatch_{field}", help_text, value=getattr(totals, field))
        hits = CounterMetricFamily("platewatch_hits", "Hits by tier.", labels=["tier"])
        for tier, count in totals.hits.items():
            hits.add_metric([tier], count)
        yield hits
        if self._entries is not None:
            yield GaugeMetricFamily(
                "platewatch_hotlist_entries", "Entries that reads are compared with.", value=self._entries()
            )
        if self._outgoing is not None:
            yield from _outgoing(self._outgoing())
        alarms = GaugeMetricFamily("platewatch_alarms", "Alarms of this run that stand.", labels=["kind"])
        for kind, count in self._board.standing().items():
            alarms.add_metric([kind.value], count)
        yield alarms
        troubled = GaugeMetricFamily("platewatch_stage_in_trouble", "1: this part cannot work.", labels=["stage"])
        for stage in self._board.stages():
            troubled.add_metric([stage.stage], 1)
        yield troubled
        failing = GaugeMetricFamily("platewatch_camera_failing", "1: the camera cannot be read now.", labels=["camera"])
        cameras = self._board.cameras()
        for camera in cameras:
            failing.add_metric([camera.camera_id], float(camera.problem is not None))
        yield failing
        sources = self._board.sources()
        unheard = GaugeMetricFamily(
            "platewatch_source_failing", "1: the source cannot be fetched now.", labels=["source"]
        )
        for source in sources:
            unheard.add_metric([source.source_id], float(source.problem is not None))
        yield unheard
        yield from _families("camera", _CAMERA, {camera.camera_id: camera for camera in cameras})
        yield from _families("source", _SOURCE, {source.source_id: source for source in sources})


def _outgoing(waiting: OutgoingHealth) -> Iterator[Metric]:
    for name, help_text, value in (
        ("waiting_reads", "Reads that wait on this machine until the broker takes them.", waiting.waiting),
        ("waiting_reads_bytes", "The room on the disk that they take.", waiting.used_bytes),
        ("waiting_reads_limit_bytes", "The room that they may take.", waiting.most_bytes),
        ("refused_reads", "Reads that cannot be published as they are, and are kept.", waiting.refused),
        ("unreadable_messages", "Messages of other readers that are kept unread.", waiting.unreadable),
    ):
        yield GaugeMetricFamily(f"platewatch_{name}", help_text, value=float(value))
    if waiting.oldest_at is not None:
        yield GaugeMetricFamily(
            "platewatch_waiting_reads_oldest_timestamp_seconds",
            "When the oldest read that waits was captured.",
            value=waiting.oldest_at.timestamp(),
        )


def _families(label: str, fields: Iterable[_Field], states: dict[str, BaseModel]) -> Iterator[Metric]:
    for one in fields:
        kind = CounterMetricFamily if one.counts else GaugeMetricFamily
        family = kind(f"platewatch_{label}_{one.name.removesuffix('_total')}", one.help, labels=[label])
        for name, state in states.items():
            value = getattr(state, one.field, None)
            if value is not None:
                family.add_metric([name], value.timestamp() if isinstance(value, datetime) else float(value))
        yield family
