"""What this machine knows without its database: the run, its broker and the disks."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

from operations.status.report import BrokerStatus, DiskStatus, RunStatus
from schemas.errors import PlatewatchError
from schemas.health import READS_STAGE, RunHealth
from schemas.settings import Settings
from services.data_directory import RUN
from services.kafka.client import check_reachable, is_proxied
from services.run_state import RETENTION_MARKER, SERVICES, health_file, is_running, read_run_health
from storage.alerts.outbox import STAGE as RELAY

RESPONDS_WITHIN = timedelta(seconds=60)
"""A run says how it is every second; a database that does not answer holds that up for its timeout."""


CAR = "patrol"
"""The service that is a patrol car."""
EDGE = ("recognize", CAR)
"""The services that work without the database."""
PUBLISHERS = (RELAY, "publisher", READS_STAGE)
"""The stages that know how the broker is."""


def service_statuses(settings: Settings, now: datetime) -> tuple[list[RunStatus], RunHealth | None]:
    """Return how the services of this data directory are, the one that matters most first, and what that one wrote.

    That is the run where there is one; else another service, where one is at work.
    """
    found = []
    for service in SERVICES:
        health = read_run_health(settings.data_dir, health_file(service))
        status = run_status(settings, health, now, service)
        if service == RUN or status.running:
            found.append((status, health))
    if found[0][0].running is False and len(found) > 1:
        found = found[1:]
    return [status for status, _ in found], found[0][1]


def run_status(settings: Settings, health: RunHealth | None, now: datetime, service: str = RUN) -> RunStatus:
    """Return how the run, or another service, is, by what it wrote last."""
    running = is_running(settings.data_dir, service)
    name = service if health is None else health.service
    if health is None or not running:
        return RunStatus(service=name, running=running, updated_at=None if health is None else health.updated_at)
    return RunStatus(
        service=name,
        running=True,
        responds=now - health.updated_at < RESPONDS_WITHIN,
        process=health.process,
        started_at=health.started_at,
        updated_at=health.updated_at,
        reloaded_at=health.reloaded_at,
        needs_restart=health.needs_restart,
        stages_in_trouble=health.stages,
    )


def broker_status(settings: Settings, run: RunStatus) -> BrokerStatus:
    """Return how the broker is: as the run finds it, or, without one, whether an external one takes connections."""
    kafka = settings.kafka
    kind = "external" if kafka.bootstrap_servers else "local" if kafka.local else "none"
    if kind == "none":
        return BrokerStatus(kind=kind)
    if run.running and run.responds:
        trouble = next((stage for stage in run.stages_in_trouble if stage.stage in PUBLISHERS), None)
        return BrokerStatus(kind=kind, reachable=trouble is None, problem=None if trouble is None else trouble.problem)
    if kind == "local" or is_proxied(kafka):
        return BrokerStatus(kind=kind)
    try:
        check_reachable(kafka.bootstrap_servers)
    except PlatewatchError as error:
        return BrokerStatus(kind=kind, reachable=False, problem=str(error))
    return BrokerStatus(kind=kind, reachable=True)


def disk_statuses(settings: Settings) -> tuple[DiskStatus, ...]:
    """Return the space of the data directory's disk, and of the pictures' where they are in another folder."""
    found = []
    for folder in settings.local_folders:
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue
        found.append(DiskStatus(path=str(folder), free=usage.free, total=usage.total))
    return tuple(found)


def retention_swept_at(settings: Settings) -> datetime | None:
    """Return when retention was enforced last on this data directory, or None where it never was."""
    try:
        return datetime.fromtimestamp((settings.data_dir / RETENTION_MARKER).stat().st_mtime, UTC)
    except OSError:
        return None
