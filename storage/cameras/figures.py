"""Numbers of cameras: what passed, what was raised, and what of that people found false. No plates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage import statements
from storage.database import Database
from storage.sql import load_queries
from storage.values import optional

_SQL = load_queries("cameras/figures")


@dataclass(frozen=True, slots=True)
class AlertCount:
    """Alerts of a camera or a category: of all `alerts` people confirmed some, found others to be false (misread, wrong
    state, another vehicle), and rejected `other` ones for what is no reader's fault."""

    label: str
    alerts: int
    confirmed: int
    false_alerts: int
    other: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: `step` is hour or day, in the time zone of that name; without a camera all of them."""

    agency_id: str
    since: datetime
    until: datetime
    step: str
    zone: str
    camera_id: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """As the statements' parameters."""
        return {
            "agency_id": self.agency_id,
            "since": self.since,
            "until": self.until,
            "step": self.step,
            "zone": self.zone,
            "camera_id": optional(self.camera_id),
        }


def alerts_by_camera(database: Database, asked: Asked) -> list[AlertCount]:
    """Return the alerts of every camera, most first."""
    return statements.all(database, _SQL["by_camera"], asked.values, row=class_row(AlertCount))


def alerts_by_category(database: Database, asked: Asked) -> list[AlertCount]:
    """Return the alerts of every category, most first."""
    return statements.all(database, _SQL["by_category"], asked.values, row=class_row(AlertCount))


def alerts_by_time(database: Database, asked: Asked) -> dict[datetime, tuple[int, int]]:
    """Return alerts and false ones by when their hour or day began, in the zone's own time, without an offset."""
    rows = statements.all(database, _SQL["by_time"], asked.values)
    return {begins: (int(alerts), int(false)) for begins, alerts, _, false, _ in rows}


def reads_by_time(database: Database, asked: Asked) -> dict[datetime, int]:
    """Return reads by when their hour or day began, in the zone's own time, without an offset."""
    return {begins: int(reads) for begins, reads in statements.all(database, _SQL["traffic"], asked.values)}


def reads_by_camera(database: Database, asked: Asked) -> dict[str, int]:
    """Return the reads of every camera, most first."""
    return {label: int(reads) for label, reads in statements.all(database, _SQL["traffic_by_camera"], asked.values)}
