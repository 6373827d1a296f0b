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
    held_list: a new version waits for a person. database, broker, image_store: a run cannot reach it, or it refuses.
    camera_failed: it cannot be read or reached. camera_silent: nothing came from it for longer than its limit.
    camera_view: it does not see what it usually does. camera_clock: its times cannot be, or are off. reads_missing: no
    read of a camera or a vendor's reader comes at hours at which many do. disk_space: for want of it pictures are not
    kept any more, or soon will not be. files_kept: what was recorded cannot be deleted or moved as `after` asks.
    alert_storm: a camera or an entry raises far more alerts than is expected, and they are held. deliveries: what rules
    send does not arrive on a channel, or was given up.
    dead_letters: messages of the reads topic could not be used. stage_failed: another part of a run cannot work.
    configuration: a run was told to take one that cannot be used. position: a car's receiver has no fix, or cannot be
    reached. audit_overdue: nobody has noted for longer than the law's interval that the use of the system was audited.
    entry_to_withdraw: another agency says of an entry that was given to it that the vehicle is recovered, or that the
    entry does not stand.
    """

    LATE_LIST = "late_list"
    FEED_FAILED = "feed_failed"
    HELD_LIST = "held_list"
    CAMERA_CLOCK = "camera_clock"
    DATABASE = "database"
    BROKER = "broker"
    IMAGE_STORE = "image_store"
    DISK_SPACE = "disk_space"
    CAMERA_FAILED = "camera_failed"
    CAMERA_SILENT = "camera_silent"
    READS_MISSING = "reads_missing"
    CAMERA_VIEW = "camera_view"
    FILES_KEPT = "files_kept"
    ALERT_STORM = "alert_storm"
    DELIVERIES = "deliveries"
    DEAD_LETTERS = "dead_letters"
    STAGE_FAILED = "stage_failed"
    CONFIGURATION = "configuration"
    POSITION = "position"
    AUDIT_OVERDUE = "audit_overdue"
    ENTRY_TO_WITHDRAW = "entry_to_withdraw"


class Alarm(WireModel):
    """Something that the people who run Platewatch have to look at; it is no alert about a vehicle.

    It is published twice under one alarm_id: when it is raised, and when its cause is gone. `subject` is the hotlist,
    the camera, or the machine whose run it is about.
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
