"""Where every part of a run notes how it is; nothing here waits for anything."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.health.pattern import hour_of
from pipeline.health.signs import ReaderSigns
from schemas.events import AlarmKind
from schemas.health import CameraHealth, CarStateHealth, SourceHealth, StageHealth

MOST_CHANGES = 10_000
"""Alarms that may wait for the database; the oldest go first."""

LATEST = frozenset({"last_picture_at", "last_read_at"})


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm that is to be raised with its message, or, without one, cleared."""

    kind: AlarmKind
    subject: str
    message: str | None
    at: datetime


class HealthBoard:
    """What is wrong now, and which alarms that means. Threads share it.

    Args:
        machine: What this machine is called in alarms.
    """

    def __init__(self, machine: str) -> None:
        self.machine = machine
        self._lock = threading.Lock()
        self._alarms: dict[tuple[AlarmKind, str], str | None] = {}
        self._changes: deque[Change] = deque(maxlen=MOST_CHANGES)
        self._stages: dict[str, StageHealth] = {}
        self._cameras: dict[str, CameraHealth] = {}
        self._sources: dict[str, SourceHealth] = {}
        self._reads: Counter[tuple[str, datetime]] = Counter()
        self._read_at: dict[str, datetime] = {}
        self._pictures: dict[str, tuple[datetime, bytes]] = {}
        self.car_states: tuple[CarStateHealth, ...] = ()
        """What kept a patrol car from reading, as its stage noted last."""
        self.signs = ReaderSigns()
        """What was heard of other vendors' readers."""

    def raised(self, kind: AlarmKind, subject: str, message: str, *, at: datetime | None = None) -> bool:
        """Have an alarm raised; one that stands gets a new message.

        Args:
            kind: What it is about.
            subject: The camera, or the machine.
            message: What is wrong and what to do, in one line.
            at: Since when; None: now.

        Returns:
            Whether it did not stand before.
        """
        return self._change(Change(kind, subject, message, at or datetime.now(UTC)))

    def cleared(self, kind: AlarmKind, subject: str) -> bool:
        """Have an alarm cleared, also one that an earlier run left; return whether this run had raised it."""
        return self._change(Change(kind, subject, None, datetime.now(UTC)))

    def _change(self, change: Change) -> bool:
        key = change.kind, change.subject
        with self._lock:
            is_known = key in self._alarms
            before = self._alarms.get(key)
            if is_known and before == change.message:
                return False
            self._alarms[key] = change.message
            self._changes.append(change)
        return before is None if change.message is not None else before is not None

    def next_change(self) -> Change | None:
        """Return the oldest change that is not stored; it stays the next until `stored`."""
        with self._lock:
            return self._changes[0] if self._changes else None

    def stored(self, change: Change) -> None:
        """Forget a change, which the database holds now."""
        with self._lock:
            if self._changes and self._changes[0] is change:
                self._changes.popleft()

    def stage_fails(self, stage: str, problem: str) -> StageHealth:
        """Note that a stage cannot work; return since when."""
        with self._lock:
            before = self._stages.get(stage)
            since = datetime.now(UTC) if before is None else before.since
            self._stages[stage] = noted = StageHealth(stage=stage, problem=problem, since=since)
        return noted

    def stage_works(self, stage: str) -> None:
        """Note that a stage works."""
        with self._lock:
            self._stages.pop(stage, None)

    def stages(self) -> tuple[StageHealth, ...]:
        """Return the stages that cannot work."""
        with self._lock:
            return tuple(self._stages.values())

    def know_camera(self, camera: CameraHealth) -> None:
        """Take a camera up, or what is stored of one."""
        with self._lock:
            self._cameras[camera.camera_id] = camera

    def forget_camera(self, camera_id: str) -> None:
        """Drop a camera that is not configured any more, with its alarms."""
        with self._lock:
            self._cameras.pop(camera_id, None)
        for kind in (AlarmKind.CAMERA_FAILED, AlarmKind.CAMERA_SILENT, AlarmKind.CAMERA_VIEW, AlarmKind.FILES_KEPT):
            self.cleared(kind, camera_id)

    def camera(self, camera_id: str, **changes: Any) -> None:
        """Note news of a camera, by the fields of `CameraHealth`; of one that is not known nothing is noted.

        What came last does not become earlier: files may be taken away.
        """
        with self._lock:
            known = self._cameras.get(camera_id)
            if known is not None:
                for name in LATEST & changes.keys():
                    times = [at for at in (getattr(known, name), changes[name]) if at is not None]
                    changes[name] = max(times, default=None)
                self._cameras[camera_id] = known.model_copy(update=changes)

    def showed(self, camera_id: str, taken_at: datetime, picture: bytes) -> None:
        """Note what a camera shows: a small JPEG. The newest of each waits to be stored."""
        with self._lock:
            if camera_id in self._cameras:
                self._pictures[camera_id] = (taken_at, picture)

    def take_pictures(self) -> dict[str, tuple[datetime, bytes]]:
        """Return what cameras showed since this was asked last, and forget it."""
        with self._lock:
            taken, self._pictures = self._pictures, {}
        return taken

    def recorded(self, reads: Mapping[str, int]) -> None:
        """Note that reads were recorded just now.

        Args:
            reads: How many passes, by camera; also of readers that are no cameras of ours. 0: one that is counted when
                it is finished.
        """
        now = datetime.now(UTC)
        for camera_id in reads:
            self.camera(camera_id, last_read_at=now)
        with self._lock:
            for camera_id, count in reads.items():
                if count:
                    self._reads[camera_id, hour_of(now)] += count
                self._read_at[camera_id] = now

    def read_at(self) -> dict[str, datetime]:
        """Return when this run recorded the last read of every reader."""
        with self._lock:
            return dict(self._read_at)

    def reads(self) -> dict[tuple[str, datetime], int]:
        """Return the reads that are not stored yet, by reader and hour; they stay until `reads_stored`."""
        with self._lock:
            return dict(self._reads)

    def reads_stored(self, counts: Mapping[tuple[str, datetime], int]) -> None:
        """Forget reads, which the database has counted now."""
        with self._lock:
            self._reads.subtract(counts)
            self._reads = +self._reads

    def stands(self, kind: AlarmKind, subject: str) -> bool:
        """Return whether this run has raised an alarm and not cleared it."""
        with self._lock:
            return self._alarms.get((kind, subject)) is not None

    def standing(self) -> Counter[AlarmKind]:
        """Return how many alarms of every kind this run has raised and not cleared."""
        with self._lock:
            return Counter(kind for (kind, _), message in self._alarms.items() if message is not None)

    def cameras(self) -> tuple[CameraHealth, ...]:
        """Return the cameras as they are now."""
        with self._lock:
            return tuple(self._cameras.values())

    def source(self, source_id: str, vendor: str, **changes: Any) -> None:
        """Note news of a source, by the fields of `SourceHealth`; one that is not known becomes so."""
        with self._lock:
            known = self._sources.get(source_id) or SourceHealth(source_id=source_id, vendor=vendor)
            self._sources[source_id] = known.model_copy(update={"vendor": vendor, **changes})

    def count_source(self, source_id: str, vendor: str, **counts: int) -> None:
        """Add to counts of a source, by the fields of `SourceHealth`."""
        with self._lock:
            known = self._sources.get(source_id) or SourceHealth(source_id=source_id, vendor=vendor)
            added = {name: getattr(known, name) + count for name, count in counts.items()}
            self._sources[source_id] = known.model_copy(update=added)

    def keep_sources(self, source_ids: Collection[str]) -> None:
        """Forget the sources that are not configured any more."""
        with self._lock:
            gone = self._sources.keys() - set(source_ids)
            self._sources = {name: one for name, one in self._sources.items() if name in source_ids}
        for source_id in gone:
            self.signs.forget(source_id)

    def sources(self) -> tuple[SourceHealth, ...]:
        """Return the sources as they are now."""
        with self._lock:
            sources = tuple(self._sources.values())
        return tuple(one.model_copy(update={"readers": self.signs.readers(one.source_id)}) for one in sources)
