"""Looking at an installation: it works while a run runs and while none does, and with the database away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from operations.status.local import broker_status, disk_statuses, retention_swept_at, run_status
from operations.status.report import CameraStatus, DatabaseStatus, Status
from operations.status.stored import Stored, ask_database
from schemas.errors import PlatewatchError
from schemas.health import RunHealth
from schemas.settings import Settings
from services.run_state import read_run_health
from storage.alerts.outbox import STAGE as RELAY
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
    health = read_run_health(settings.data_dir)
    run = run_status(settings, health, now)
    stored: Stored | None = None
    try:
        with opened as database:
            stored, where = ask_database(database, settings, now), database.where
    except PlatewatchError as error:
        database_status = DatabaseStatus(reachable=False, where=_place(settings), problem=str(error))
    else:
        database_status = DatabaseStatus(reachable=True, where=where)
    if run.running and run.responds and health is not None and health.database_problem is not None:
        database_status = database_status.model_copy(
            update={"reachable": False, "problem": f"the run cannot reach it: {health.database_problem.problem}"}
        )
    status = Status(
        asked_at=now,
        problems=(),
        run=run,
        database=database_status,
        broker=broker_status(settings, run),
        outbox=None if stored is None else stored.outbox,
        cameras=tuple(_cameras(settings, stored, health if run.running else None)),
        feeds=None if stored is None else stored.feeds,
        lists=None if stored is None else stored.lists,
        disks=disk_statuses(settings),
        retention_swept_at=retention_swept_at(settings),
        alarms=None if stored is None else stored.alarms,
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
        yield "the run does not say how it is"
    if not status.database.reachable:
        yield f"database: {status.database.problem}"
    if status.broker.reachable is False:
        yield f"broker: {status.broker.problem}"
    for stage in run.stages_in_trouble:
        if stage.stage != RELAY:
            yield f"stage {stage.stage}: {stage.problem}"
    for camera in status.cameras:
        if camera.problem is not None:
            yield f"camera {camera.camera_id}: {camera.problem}"
    for disk in status.disks:
        if disk.free < LEAST_FREE_BYTES and disk.free < disk.total * LEAST_FREE_SHARE:
            yield f"disk of {disk.path}: {disk.free >> 20} MiB are free"
    if run.running and run.started_at is not None and status.asked_at - run.started_at > SWEEP_OVERDUE:
        swept = status.retention_swept_at
        if swept is not None and status.asked_at - swept > SWEEP_OVERDUE:
            yield f"retention was not enforced since {swept:%Y-%m-%d %H:%M} UTC"
    for alarm in status.alarms or ():
        yield f"alarm {alarm.number} ({alarm.kind}, {alarm.subject}): {alarm.message}"


def _place(settings: Settings) -> str:
    return f"embedded database in {settings.data_dir}" if settings.database.url is None else "database.url"


def _cameras(settings: Settings, stored: Stored | None, health: RunHealth | None) -> Iterator[CameraStatus]:
    live = {} if health is None else {camera.camera_id: camera for camera in health.cameras}
    for camera in settings.cameras:
        now = live.get(camera.id)
        kept = None if stored is None else stored.cameras.get(camera.id)
        known = [state for state in (now, kept) if state is not None]
        yield CameraStatus(
            camera_id=camera.id,
            last_picture_at=max((one.last_picture_at for one in known if one.last_picture_at), default=None),
            last_read_at=max((one.last_read_at for one in known if one.last_read_at), default=None),
            looked_at=None if now is None else now.looked_at,
            waiting=None if now is None else now.waiting,
            quarantined=None if stored is None else stored.quarantined.get(camera.id, 0),
            problem=None if now is None else now.problem,
        )
