"""Pictures of an alert, by the alert's id alone: no key, path or camera comes from whoever asks."""

from __future__ import annotations

import base64
import binascii
import logging
from enum import StrEnum
from typing import Final
from uuid import UUID

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput, NotThere
from schemas.settings import Settings
from storage.alerts.changes import StoredPicture, picture_of
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.images import ImageStore, is_key_of

log = logging.getLogger(__name__)

_JPEG: Final = b"\xff\xd8\xff"


class PictureKind(StrEnum):
    """Which picture: the plate alone, or the whole scene."""

    PLATE = "plate"
    SCENE = "scene"


class Gallery:
    """The pictures of a site's alerts.

    Args:
        database: An open database.
        settings: The configuration; it says where pictures are.

    Raises:
        ConfigurationError: The image store cannot be used.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._images = ImageStore(settings)

    def picture(self, actor: Actor, alert_id: UUID, kind: PictureKind) -> bytes:
        """Return a picture; see `alert_picture`."""
        return alert_picture(actor, self._database, self._images, alert_id, kind)


def alert_picture(actor: Actor, database: Database, images: ImageStore, alert_id: UUID, kind: PictureKind) -> bytes:
    """Return a picture of an alert of one's own agency as a JPEG; the look stands in the audit before.

    Args:
        actor: Who looks.
        database: An open database.
        images: Where pictures are.
        alert_id: The first alert about the vehicle.
        kind: Which picture.

    Raises:
        NotThere: There is none, or the alert is another agency's, which is not told from there being none.
        DatabaseUnavailable: The server is down.
        TransientError: The image store does not answer.
    """
    record = AuditRecord(actor, Action.VIEW_ALERT, {"alert_id": alert_id, "picture": kind.value})
    stored = picture_of(database, actor.agency_id, alert_id)
    if stored is None:
        raise _absent(kind)
    write_audit(database, record, alert=stored.alert_number)
    picture = _loaded(stored, images, kind)
    if picture is None or not picture.startswith(_JPEG):
        raise _absent(kind)
    return picture


def _loaded(stored: StoredPicture, images: ImageStore, kind: PictureKind) -> bytes | None:
    """Return the picture that the store has, else, of a plate, the one that travels with the alert."""
    key = stored.plate_key if kind is PictureKind.PLATE else stored.context_key
    # A read may come from another machine, and its keys with it.
    if key is not None and is_key_of(key, stored.read_id):
        try:
            return images.load(key)
        except InvalidInput:
            log.debug("the image store has no picture of alert %d", stored.alert_number)
    if kind is not PictureKind.PLATE or stored.embedded is None:
        return None
    try:
        return base64.b64decode(stored.embedded, validate=True)
    except (ValueError, binascii.Error):
        return None


def _absent(kind: PictureKind) -> NotThere:
    return NotThere(f"there is no picture of the {kind.value}; pictures end with their reads")
