"""What the database says of an installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from operations.added.cameras import Added, added_cameras
from operations.cars.looking import CarStatus, car_statuses
from operations.currency import current_ages
from operations.status.report import AlarmStatus, FeedStatus, ListStatus, OutboxStatus
from schemas.health import CameraHealth
from schemas.settings import Settings
from storage.alerts.alarms import Alarms
from storage.alerts.outbox import backlog
from storage.cameras.states import CameraStates
from storage.database import Database
from storage.hotlists.feeds import FeedStates


@dataclass(frozen=True, slots=True)
class Stored:
    """What was asked of the database."""

    outbox: OutboxStatus
    cameras: dict[str, CameraHealth]
    quarantined: dict[str, int]
    feeds: tuple[FeedStatus, ...]
    lists: tuple[ListStatus, ...]
    alarms: tuple[AlarmStatus, ...]
    added: tuple[Added, ...]
    """Cameras that people added besides the configuration."""
    cars: tuple[CarStatus, ...]


def ask_database(database: Database, settings: Settings, now: datetime) -> Stored:
    """Return what the database says; nothing is written.

    Raises:
        PlatewatchError: It is away, refuses, or has another schema.
    """
    waiting, oldest_at, dead_letters = backlog(database)
    states = CameraStates(database)
    configured = {feed.name for feed in settings.hotlists.feeds}
    return Stored(
        OutboxStatus(waiting=waiting, oldest_at=oldest_at, dead_letters=dead_letters),
        {camera.camera_id: camera for _, camera in states.load()},
        states.quarantined(),
        tuple(
            FeedStatus(
                name=state.hotlist_id, checked_at=state.checked_at, outcome=state.outcome, failures=state.failures
            )
            for state in FeedStates(database).states()
            if state.hotlist_id in configured
        ),
        tuple(
            ListStatus(name=age.hotlist_id, content_date=age.content_date, late=age.is_late)
            for age in current_ages(database, settings, now)
        ),
        tuple(
            AlarmStatus(
                number=alarm.alarm_number,
                kind=alarm.kind.value,
                subject=alarm.subject,
                message=alarm.message,
                raised_at=alarm.raised_at,
                acknowledged_by=alarm.acknowledged_by,
            )
            for alarm in Alarms(database, settings.agency_id, settings.alarm_topic).standing()
        ),
        tuple(added_cameras(database)),
        tuple(car_statuses(database, now)),
    )
