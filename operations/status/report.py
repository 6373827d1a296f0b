"""What `platewatch status` says: facts, and what of them is wrong. No plates, and no names of files."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from operations.cars.looking import CarStatus
from schemas.health import StageHealth


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunStatus(_Part):
    """The run, or another service, on this data directory. `running` is None where this user may not know."""

    service: str = "run"
    running: bool | None
    responds: bool = False
    process: int | None = None
    started_at: datetime | None = None
    updated_at: datetime | None = None
    reloaded_at: datetime | None = None
    needs_restart: tuple[str, ...] = ()
    stages_in_trouble: tuple[StageHealth, ...] = ()


class DatabaseStatus(_Part):
    """The database: whether it can be asked now, and which it is. `reachable` is None where none is needed."""

    reachable: bool | None
    where: str
    problem: str | None = None


class BrokerStatus(_Part):
    """Kafka: `external`, `local` or `none`; `reachable` is None where nobody can tell."""

    kind: str
    reachable: bool | None = None
    problem: str | None = None


class OutboxStatus(_Part):
    """Alerts and alarms that wait for the broker."""

    waiting: int
    oldest_at: datetime | None
    dead_letters: int


class OutgoingStatus(_Part):
    """Reads that wait on a machine at the edge until the broker takes them; see `schemas.health.OutgoingHealth`."""

    waiting: int
    oldest_at: datetime | None
    used_bytes: int
    most_bytes: int
    refused: int
    unreadable: int


class IncomingStatus(_Part):
    """The topic that a matcher takes reads from: how many wait for it, and how many messages it could not use."""

    topic: str
    waiting: int
    dead_letters: int
    last_message_at: datetime | None


class CameraStatus(_Part):
    """One configured camera. `waiting` is None while no run watches it, `quarantined` while the database is away."""

    camera_id: str
    last_picture_at: datetime | None = None
    last_read_at: datetime | None = None
    looked_at: datetime | None = None
    waiting: int | None = None
    quarantined: int | None = None
    problem: str | None = None


class FeedStatus(_Part):
    """What a feed did last."""

    name: str
    checked_at: datetime | None
    outcome: str | None
    failures: int


class ListStatus(_Part):
    """How old a list is."""

    name: str
    content_date: datetime | None
    late: bool


class DiskStatus(_Part):
    """The disk of a folder, in bytes."""

    path: str
    free: int
    total: int


class AlarmStatus(_Part):
    """An alarm that stands."""

    number: int | None
    """None: a machine without a database keeps it, which numbers none."""
    kind: str
    subject: str
    message: str
    raised_at: datetime
    acknowledged_by: str | None


class CarStateStatus(_Part):
    """What kept a patrol car from reading since its start: for how many seconds, and since when it does now."""

    kind: str
    subject: str
    seconds: float
    since: datetime | None
    words: str
    stops: bool


class Status(_Part):
    """All of it. What is None could not be asked; `problems` says what is wrong, in words."""

    asked_at: AwareDatetime
    problems: tuple[str, ...]
    run: RunStatus
    others: tuple[RunStatus, ...] = ()
    """Further services at work on this data directory."""
    database: DatabaseStatus
    broker: BrokerStatus
    outbox: OutboxStatus | None
    outgoing: OutgoingStatus | None = None
    car_states: tuple[CarStateStatus, ...] = ()
    cars: tuple[CarStatus, ...] | None = None
    """The patrol cars that bring home here what they read."""
    incoming: IncomingStatus | None = None
    cameras: tuple[CameraStatus, ...]
    feeds: tuple[FeedStatus, ...] | None
    lists: tuple[ListStatus, ...] | None
    disks: tuple[DiskStatus, ...]
    retention_swept_at: datetime | None
    alarms: tuple[AlarmStatus, ...] | None
