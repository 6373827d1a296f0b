"""Traffic, alerts and false alerts by time, camera and category, in the agency's days and hours. No plates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from alerts.routing.zone import agency_zone
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.cameras.figures import (
    AlertCount,
    Asked,
    alerts_by_camera,
    alerts_by_category,
    alerts_by_time,
    reads_by_camera,
    reads_by_time,
)
from storage.database import Database


class Span(StrEnum):
    """How far back is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_DAYS: Final = {Span.DAY: 1, Span.WEEK: 7, Span.MONTH: 28}


@dataclass(frozen=True, slots=True)
class Moment:
    """An hour or a day, as the agency's clock names its begin."""

    label: str
    reads: int
    alerts: int
    false_alerts: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted. `reads` are by camera, most first; `rates` are false alerts of a camera in 10,000 reads."""

    since: datetime
    until: datetime
    step: str
    moments: tuple[Moment, ...]
    cameras: tuple[AlertCount, ...]
    categories: tuple[AlertCount, ...]
    reads: dict[str, int]

    @property
    def read_count(self) -> int:
        """All reads."""
        return sum(self.reads.values())

    @property
    def alert_count(self) -> int:
        """All alerts."""
        return sum(one.alerts for one in self.categories)

    def false_rate(self, camera_id: str) -> float | None:
        """Return how many false alerts a camera has in 10,000 reads; None where too little passed to say."""
        reads = self.reads.get(camera_id, 0)
        false = next((one.false_alerts for one in self.cameras if one.label == camera_id), 0)
        return None if reads < 100 else false * 10_000 / reads


def view_figures(
    actor: Actor, database: Database, settings: Settings, span: Span, camera_id: str | None = None
) -> Figures:
    """Return what passed and what was raised lately.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; the agency's time zone counts.
        span: How far back.
        camera_id: One camera; None: all of them.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_FIGURES, {"span": span.value, "camera": camera_id})
    until = datetime.now(UTC)
    zone = agency_zone(settings.time_zone)
    here = until.astimezone(zone)
    step = "hour" if span is Span.DAY else "day"
    if span is Span.DAY:
        since = (until - timedelta(hours=23)).replace(minute=0, second=0, microsecond=0)
    else:
        # Whole days of the agency, however long daylight saving makes them.
        day = here.date() - timedelta(days=_DAYS[span] - 1)
        since = datetime(day.year, day.month, day.day, tzinfo=zone)
    name = settings.time_zone or _offset(here)
    # Rows of other agencies' alerts are none of ours, and whoever is of another one has none here.
    asked = Asked(actor.agency_id, since, until, step, name, camera_id)
    reads = reads_by_time(database, asked) if actor.agency_id == settings.agency_id else {}
    by_camera = reads_by_camera(database, asked) if actor.agency_id == settings.agency_id else {}
    raised = alerts_by_time(database, asked)
    found = Figures(
        since,
        until,
        step,
        tuple(
            Moment(_label(begins, step), reads.get(begins, 0), *raised.get(begins, (0, 0)))
            for begins in _begins(since, until, zone_of=here, step=step)
        ),
        tuple(alerts_by_camera(database, asked)),
        tuple(alerts_by_category(database, asked)),
        by_camera,
    )
    write_audit(database, record, len(found.cameras))
    return found


def _begins(since: datetime, until: datetime, *, zone_of: datetime, step: str) -> list[datetime]:
    """Return when each hour or day began by the agency's clock, without an offset; an hour that comes twice once."""
    zone = zone_of.tzinfo
    if step == "day":
        first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
        days = (first + timedelta(days=count) for count in range((last - first).days + 1))
        return [datetime(day.year, day.month, day.day) for day in days]
    found: dict[datetime, None] = {}
    moment = since
    while moment <= until:
        found[moment.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)] = None
        moment += timedelta(hours=1)
    return list(found)


def _label(begins: datetime, step: str) -> str:
    return begins.strftime("%a %b %d") if step == "day" else begins.strftime("%a %H:00")


def _offset(here: datetime) -> str:
    """Return the machine's own zone as PostgreSQL reads it: POSIX counts west of Greenwich."""
    seconds = int((here.utcoffset() or timedelta()).total_seconds())
    sign = "-" if seconds >= 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"<agency>{sign}{hours:02d}:{minutes:02d}"
