"""How a run is, as it says itself: for whoever asks from outside, also while the database is away. No plates."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

READS_STAGE = "reads-topic"
"""The stage that takes other machines' reads from a broker."""


class _Health(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StageHealth(_Health):
    """A part of a run that cannot work: why, and since when."""

    stage: str
    problem: str
    since: datetime


class CameraHealth(_Health):
    """One camera.

    `last_picture_at` is when the newest picture or video came, `last_read_at` when a read of it was recorded last,
    `looked_at` when its folder was listed last; `looking_since` stands while that is being done. `waiting` are items
    that were seen and not read yet. `problem` is why it cannot be read now.

    The others are of live cameras. `last_frame_at` is when the newest picture arrived, `fps` how many came per second
    lately. Of all `frames` since the start, `dropped_frames` were replaced by newer ones before they were looked at,
    and `converted_frames` were looked at by more than the motion gate; `damaged_frames` could not be used. `reconnects`
    counts connections after the first, `clock_offset_seconds` is by how much the camera's clock is ahead of this
    machine's, `decode_share` the share of one core that receiving and decoding it takes.
    """

    camera_id: str
    known_since: datetime
    last_picture_at: datetime | None = None
    last_read_at: datetime | None = None
    looked_at: datetime | None = None
    looking_since: datetime | None = None
    waiting: int = 0
    problem: str | None = None
    last_frame_at: datetime | None = None
    fps: float | None = None
    frames: int | None = None
    converted_frames: int | None = None
    dropped_frames: int | None = None
    damaged_frames: int | None = None
    reconnects: int | None = None
    clock_offset_seconds: float | None = None
    decode_share: float | None = None


class ReaderHealth(_Health):
    """One reader of a source, as heard of since the start.

    `last_sign_at` is when a sign of life of it came, where its vendor sends any, `last_read_at` when a read. `fps` and
    `problem` are what the last sign said: pictures per second, and what is wrong.
    """

    reader_id: str
    last_sign_at: datetime | None = None
    last_read_at: datetime | None = None
    fps: float | None = None
    problem: str | None = None


class SourceHealth(_Health):
    """One of other vendors' readers, or their server.

    `received` counts messages that were stored, `refused` those that were answered with an error; `last_message_at` is
    when the last one was stored. `processed` counts messages that became reads, or had none; `quarantined` those that
    could not be understood; `waiting` those that are stored and not processed. `reads` and `without_plate` count what
    was in them. Counts are since the start. `readers` are those that were heard of since then.

    The others are of sources that are fetched. `problem` is why nothing comes now; `connected_at` when the connection
    that stands was made, `reconnects` how many followed the first; `signed_at` when the last sign of life came.
    """

    source_id: str
    vendor: str
    last_message_at: datetime | None = None
    last_read_at: datetime | None = None
    received: int = 0
    refused: int = 0
    processed: int = 0
    quarantined: int = 0
    reads: int = 0
    without_plate: int = 0
    waiting: int = 0
    readers: tuple[ReaderHealth, ...] = ()
    problem: str | None = None
    connected_at: datetime | None = None
    signed_at: datetime | None = None
    reconnects: int | None = None


class Reloaded(NamedTuple):
    """When a run took its configuration anew last, and the keys that changed since the start and need a restart."""

    at: datetime | None = None
    needs_restart: tuple[str, ...] = ()


class LocalAlarm(_Health):
    """An alarm of a machine that has no database to keep it in."""

    kind: str
    subject: str
    message: str
    raised_at: datetime


class OutgoingHealth(_Health):
    """Reads that wait on a machine at the edge until the broker takes them.

    `waiting` of them since `oldest_at`, in `used_bytes` of the `most_bytes` that they may take. `refused` are those
    that cannot be published as they are, and `unreadable` messages of other vendors' readers that were not understood.
    """

    waiting: int = 0
    oldest_at: datetime | None = None
    used_bytes: int = 0
    most_bytes: int = 0
    refused: int = 0
    unreadable: int = 0


class CarStateHealth(_Health):
    """Something that kept a patrol car from reading, or keeps it now.

    `kind` is what, `subject` the camera, list or area, `seconds` how long it stood since the start, all times together.
    `since` is from when on it stands now, None where it is over; `stops` whether nothing is read for it.
    """

    kind: str
    subject: str
    seconds: float
    since: datetime | None = None
    words: str = ""
    stops: bool = False


class RunHealth(_Health):
    """A run, or another service, as it was at `updated_at`."""

    service: str = "run"
    process: int
    started_at: datetime
    updated_at: datetime
    database_problem: StageHealth | None = None
    stages: tuple[StageHealth, ...] = ()
    cameras: tuple[CameraHealth, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    reloaded_at: datetime | None = None
    needs_restart: tuple[str, ...] = ()
    """Settings that were changed since the start and count only after the next one."""
    alarms: tuple[LocalAlarm, ...] = ()
    """Those that stand, where there is no database to ask."""
    outgoing: OutgoingHealth | None = None
    """What waits to be published, on a machine at the edge."""
    car_states: tuple[CarStateHealth, ...] = ()
    """What kept a patrol car from reading since the start."""
