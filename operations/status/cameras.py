"""How the cameras are, for whoever may look at their alarms."""

from __future__ import annotations

from contextlib import nullcontext

from operations.status.looking import look
from operations.status.report import CameraStatus
from schemas.actions import Action
from schemas.actor import Actor
from schemas.permissions import check_permitted
from schemas.settings import Settings
from storage.database import Database


def camera_statuses(actor: Actor, database: Database, settings: Settings) -> list[CameraStatus]:
    """Return how each configured camera is. As with the whole status nothing is written down: it is about nobody.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.

    Raises:
        NotPermitted: The actor may not look at cameras' alarms.
    """
    check_permitted(actor, Action.VIEW_ALARMS)
    return list(look(settings, nullcontext(database)).cameras)
