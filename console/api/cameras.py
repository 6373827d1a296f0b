"""Cameras and alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from console.api.answers import ABSENT
from console.api.paging import MOST
from console.api.wire import Path63, Told
from console.visitors import ApiCaller
from operations.alarms import acknowledge_alarm, view_alarms
from operations.status.cameras import camera_statuses
from schemas.events import AlarmKind

router = APIRouter(tags=["cameras"])


class CameraTold(Told):
    """How a configured camera is; `waiting` is null while no run watches it."""

    camera_id: str
    last_picture_at: datetime | None
    last_read_at: datetime | None
    looked_at: datetime | None
    waiting: int | None
    quarantined: int | None
    problem: str | None


class CamerasTold(Told):
    """The cameras of the configuration."""

    items: list[CameraTold]


class AlarmTold(Told):
    """An alarm; it stands while `cleared_at` is null."""

    alarm_number: int
    alarm_id: UUID
    kind: AlarmKind
    subject: str
    message: str
    raised_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class AlarmsTold(Told):
    """Alarms, the newest first."""

    items: list[AlarmTold]


OverToo = Annotated[
    int | None, Query(ge=1, le=MOST, description="So many of the newest, those that are over included.")
]


@router.get("/cameras")
def cameras(caller: ApiCaller) -> CamerasTold:
    """Return how each camera is."""
    found = camera_statuses(caller.actor, caller.site.database, caller.site.settings)
    return CamerasTold(items=[CameraTold.model_validate(one) for one in found])


@router.get("/alarms")
def alarms(caller: ApiCaller, over_too: OverToo = None) -> AlarmsTold:
    """Return the alarms that stand."""
    found = view_alarms(caller.actor, caller.site.database, caller.site.settings, over_too=over_too)
    return AlarmsTold(items=[AlarmTold.model_validate(one) for one in found])


@router.post("/alarms/{alarm_number}/acknowledgment", responses=ABSENT)
def acknowledge_one_alarm(caller: ApiCaller, alarm_number: Path63) -> AlarmsTold:
    """Say that somebody has seen an alarm, and return those that stand; it is 404 for one that somebody has."""
    site = caller.site
    found = acknowledge_alarm(caller.actor, site.database, site.settings, alarm_number)
    return AlarmsTold(items=[AlarmTold.model_validate(one) for one in found])
