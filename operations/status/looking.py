"""Looking at an installation: it works while a run runs and while none does, and with the database away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from operations.status.local import (
    EDGE,
    PUBLISHERS,
    broker_status,
    disk_statuses,
    retention_swept_at,
    service_statuses,
)
from operations.status.report import (
    AlarmStatus,
    CameraStatus,
    CarStateStatus,
    DatabaseStatus,
    IncomingStatus,
    OutgoingStatus,
    Status,
)
from operations.status.stored import Stored, ask_database
from schemas.errors import PlatewatchError
from schemas.health import RunHealth
from schemas.settings import Settings
from storage.database import Database

LEAST_FREE_BYTES = 1 << 30
LEAST_FREE_SHARE = 0.02
"""Less than both of these is too little space."""
SWEEP_OVERDUE = timedelta(hours=3)
"""Retention is enforced hourly at least."""


def look(settings: Settings, opened: AbstractContextManager[Database]) -> Status:
    """Return how an installation is. Nothing is written down for it: it is about nobody, and asked every minute.

    Args:
        settings: The configuration.
        opened: Opens the database; what it raises becomes part of the answer.
    """
    now = datetime.now(UTC)
    (run, *others), health = service_statuses(settings, now)
    stored: Stored | None = None
    try:
        if run.service in EDGE or settings.patrol is not None:
            database_status = DatabaseStatus(reachable=None, where="none is needed")
        else:
            with opened as database:
                stored, where = ask_database(database, settings, now), database.where
            database_status = DatabaseStatus(reachable=True, where=where)
    except PlatewatchError as error:
        database_status = DatabaseStatus(reachable=False, where=_place(settings), problem=str(error))
    if run.running and run.responds and health is not None and health.database_problem is not None:
        database_status = database_status.model_copy(
            update={"reachable": False, "problem": f"the run cannot reach it: {health.database_problem.problem}"}
        )
    status = Status(
        asked_at=now,
        problems=(),
        run=run,
        others=tuple(others),
        database=database_status,
        broker=broker_status(settings, run),
        outbox=None if stored is None else stored.outbox,
        outgoing=_outgoing(health),
        car_states=car_states(health),
        cars=None if stored is None else stored.cars,
        incoming=_incoming(settings, health),
        cameras=tuple(_cameras(settings, stored, health if run.running else None)),
        feeds=None if stored is None else stored.feeds,
        lists=None if stored is None else stored.lists,
        disks=disk_statuses(settings),
        retention_swept_at=retention_swept_at(settings),
        alarms=_local_alarms(health) if run.service in EDGE else None if stored is None else stored.alarms,
    )
    return status.model_copy(update={"problems": tuple(problems(status))})


def problems(status: Status) -> Iterator[str]:
    """Yield what is wrong, in words, what matters most first."""
    run = status.run
    if run.running is False:
        yield "no run is at work on this data directory"
    elif run.running is None:
        yield "whether a run is at work cannot be told: this user may not look into the data directory"
    elif not run.responds:
        yield f"the {'run' if run.service in EDGE else run.service} does not say how it is"
    for other in status.others:
        if other.running and not other.responds:
            yield f"the {other.service} does not say how it is"
    if status.database.reachable is False:
        yield f"database: {status.database.problem}"
    if status.broker.reachable is False:
        yield f"broker: {status.broker.problem}"
    for stage in (stage for one in (run, *status.others) for stage in one.stages_in_trouble):
        if stage.stage not in PUBLISHERS:
            yield f"stage {stage.stage}: {stage.problem}"
    for camera in status.cameras:
        if camera.problem is not None:
            yield f"camera {camera.camera_id}: {camera.problem}"
    for state in status.car_states:
        if run.running and state.stops and state.since is not None:
            yield f"nothing is read: {state.words}"
    for disk in status.disks:
        if disk.free < LEAST_FREE_BYTES and disk.free < disk.total * LEAST_FREE_SHARE:
            yield f"disk of {disk.path}: {disk.free >> 20} MiB are free"
    if run.running and run.started_at is not None and status.asked_at - run.started_at > SWEEP_OVERDUE:
        swept = status.retention_swept_at
        if swept is not None and status.asked_at - swept > SWEEP_OVERDUE:
            yield f"retention was not enforced since {swept:%Y-%m-%d %H:%M} UTC"
    for alarm in status.alarms or ():
        number = "" if alarm.number is None else f" {alarm.number}"
        yield f"alarm{number} ({alarm.kind}, {alarm.subject}): {alarm.message}"


def _outgoing(health: RunHealth | None) -> OutgoingStatus | None:
    waiting = None if health is None else health.outgoing
    return None if waiting is None else OutgoingStatus(**waiting.model_dump())


def car_states(health: RunHealth | None) -> tuple[CarStateStatus, ...]:
    """Return what kept a patrol car from reading, as its health file has it."""
    return () if health is None else tuple(CarStateStatus(**one.model_dump()) for one in health.car_states)


def _local_alarms(health: RunHealth | None) -> tuple[AlarmStatus, ...]:
    return tuple(
        AlarmStatus(
            number=None,
            kind=alarm.kind,
            subject=alarm.subject,
            message=alarm.message,
            raised_at=alarm.raised_at,
            acknowledged_by=None,
        )
        for alarm in (() if health is None else health.alarms)
    )


def _place(settings: Settings) -> str:
    return f"embedded database in {settings.data_dir}" if settings.database.url is None else "database.url"


def _cameras(settings: Settings, stored: Stored | None, health: RunHealth | None) -> Iterator[CameraStatus]:
    live = {} if health is None else {camera.camera_id: camera for camera in health.cameras}
    added = () if stored is None else stored.added
    unfit = {one.camera_id: one.problem for one in added if one.problem is not None}
    for camera_id in dict.fromkeys([*(one.id for one in settings.cameras), *(one.camera_id for one in added)]):
        now = live.get(camera_id)
        kept = None if stored is None else stored.cameras.get(camera_id)
        known = [state for state in (now, kept) if state is not None]
        yield CameraStatus(
            camera_id=camera_id,
            last_picture_at=max((one.last_picture_at for one in known if one.last_picture_at), default=None),
            last_read_at=max((one.last_read_at for one in known if one.last_read_at), default=None),
            looked_at=None if now is None else now.looked_at,
            waiting=None if now is None else now.waiting,
            quarantined=None if stored is None else stored.quarantined.get(camera_id, 0),
            problem=unfit.get(camera_id) or (None if now is None else now.problem),
        )


def _incoming(settings: Settings, health: RunHealth | None) -> IncomingStatus | None:
    """Return how far a matcher of this data directory is with its topic; None where there is none."""
    topic = settings.kafka.reads_topic
    for source in () if health is None else health.sources:
        if source.source_id == topic:
            return IncomingStatus(
                topic=topic,
                waiting=source.waiting,
                dead_letters=source.quarantined,
                last_message_at=source.last_message_at,
            )
    return None
