"""Checking a camera for somebody at a page: one check at a time, written down, and without any plate's text."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from ingest.streams.failures import StreamFailed, shown_address
from operations.added.adding import NewCamera, check_free
from operations.added.cameras import PulledLive
from operations.cameras.checking import CameraReport, check_camera
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import TransientError
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database

WATCH_SECONDS: Final = 3.0
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: `report` where pictures came, else `problem`, in words without secrets."""

    address: str
    report: CameraReport | None = None
    problem: str | None = None

    @property
    def works(self) -> bool:
        """Whether pictures came."""
        return self.report is not None


def try_new(
    actor: Actor, database: Database, settings: Settings, new: NewCamera, seconds: float = WATCH_SECONDS
) -> Checked:
    """Check a camera that is to be added from a page.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration; it says which hosts may be asked.
        new: The camera.
        seconds: How long to watch.

    Raises:
        InvalidInput: It does not fit, or its host may not be asked.
        TransientError: Another check goes on.
        DatabaseUnavailable: The server is down; nothing is asked.
    """
    record = new.record(actor, Action.CHECK_CAMERA)
    check_free(settings, new.camera_id)
    camera, _ = new.settings(settings.console.camera_hosts)
    return _checked(record, database, settings, camera, seconds)


def try_known(
    actor: Actor, database: Database, settings: Settings, camera: PulledLive, seconds: float = WATCH_SECONDS
) -> Checked:
    """Check a camera that is configured, or was added; arguments and errors as `try_new`."""
    record = AuditRecord(actor, Action.CHECK_CAMERA, {"camera": camera.id})
    return _checked(record, database, settings, camera, seconds)


def _checked(
    record: AuditRecord, database: Database, settings: Settings, camera: PulledLive, seconds: float
) -> Checked:
    # The networks are loaded for it: one is enough beside whatever else this machine does.
    if not _turn.acquire(blocking=False):
        raise TransientError("another camera is being checked at this moment; try again in half a minute")
    address = shown_address(camera.url.get_secret_value())
    try:
        # Before anything is asked: who has what asked stands in the audit, whatever comes of it.
        write_audit(database, record)
        return Checked(address, report=check_camera(camera, settings.recognition, seconds=seconds))
    except StreamFailed as error:
        return Checked(address, problem=str(error))
    finally:
        _turn.release()
