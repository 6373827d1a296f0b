"""What the people who run Platewatch have to look at."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from schemas.events.wire import WireModel


class AlarmKind(StrEnum):
    """What an alarm is about.

    late_list: a hotlist's content is older than it may be. feed_failed: a list could not be fetched or imported.
    held_list: a new version waits for a person. camera_clock: a camera's times cannot be.
    """

    LATE_LIST = "late_list"
    FEED_FAILED = "feed_failed"
    HELD_LIST = "held_list"
    CAMERA_CLOCK = "camera_clock"


class Alarm(WireModel):
    """Something that the people who run Platewatch have to look at; it is no alert about a vehicle.

    It is published twice under one alarm_id: when it is raised, and when its cause is gone. `subject` is the hotlist,
    or the camera.
    """

    schema_version: Literal["1"] = "1"
    message_id: UUID
    alarm_id: UUID
    kind: AlarmKind
    status: Literal["raised", "cleared"]
    agency_id: str
    subject: str
    message: str
    raised_at: AwareDatetime
    cleared_at: AwareDatetime | None = None
