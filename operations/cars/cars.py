"""Adding a car that sends home what it reads, giving it another token or other cameras, and revoking it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from operations.added.adding import check_free
from operations.reasons import check_reason
from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput, NotThere
from schemas.settings import Settings
from storage.cameras.added import AddedCameras
from storage.cars.cars import Cars
from storage.database import Database

MOST_CARS = 2000
MOST_CAMERAS = 16
"""Cameras of one car."""
LONGEST_NAME = 80
PREFIX = "platewatch_car_"
"""What scanners for lost secrets know a car's token by."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class NewCarToken:
    """A car's token, this once: what is kept is its digest."""

    car_id: str
    token: str = field(repr=False)


def add_car(
    actor: Actor, database: Database, settings: Settings, car_id: str, camera_ids: Sequence[str], name: str = ""
) -> NewCarToken:
    """Add a car.

    Args:
        actor: Who adds it.
        database: An open database.
        settings: The configuration.
        car_id: Its id, as `patrol.car` has it in the car.
        camera_ids: Its cameras' ids, as the car's `[[cameras]]` have them; they belong to this car alone.
        name: What people call it.

    Returns:
        Its token; nobody sees it again.

    Raises:
        InvalidInput: Something does not fit.
        Conflict: The car or a camera is there already.
        DatabaseUnavailable: The server is down; nothing is stored.
    """
    cameras, name = sorted(set(camera_ids)), name.strip()[:LONGEST_NAME]
    record = AuditRecord(actor, Action.ADD_CAR, {"car": car_id, "cameras": cameras, "name": name or None})
    _check_id(car_id, "car")
    _check_cameras(database, settings, cameras)
    token, digest = _new_token()
    Cars(database).add(car_id, name, cameras, digest, actor.name, MOST_CARS, record)
    return NewCarToken(car_id, token)


def change_cameras(
    actor: Actor,
    database: Database,
    settings: Settings,
    car_id: str,
    camera_ids: Sequence[str],
    *,
    knows: int | None = None,
) -> None:
    """Say anew which cameras a car has.

    Args:
        actor: Who says so.
        database: An open database.
        settings: The configuration.
        car_id: The car.
        camera_ids: All of its cameras.
        knows: The car's version as they looked at it; None: whichever it is.

    Raises:
        NotThere: There is no such car.
        InvalidInput: A camera cannot be a car's.
        Conflict: One is another car's.
        Outdated: The car was changed meanwhile.
        DatabaseUnavailable: The server is down; nothing is changed.
    """
    cameras = sorted(set(camera_ids))
    record = AuditRecord(actor, Action.CHANGE_CAR, {"car": car_id, "cameras": cameras})
    _check_known(car_id)
    _check_cameras(database, settings, cameras)
    if not Cars(database).change(car_id, cameras, record, knows):
        raise _absent(car_id)


def renew_token(actor: Actor, database: Database, car_id: str, *, knows: int | None = None) -> NewCarToken:
    """Give a car another token: the one before ends at once, and a car that was revoked may send again.

    Args:
        actor: Who gives it.
        database: An open database.
        car_id: The car.
        knows: The car's version as they looked at it; None: whichever it is.

    Raises:
        NotThere: There is no such car.
        Outdated: The car was changed meanwhile.
        DatabaseUnavailable: The server is down; the token before stays.
    """
    record = AuditRecord(actor, Action.RENEW_CAR_TOKEN, {"car": car_id})
    _check_known(car_id)
    token, digest = _new_token()
    if not Cars(database).token(car_id, digest, record, knows):
        raise _absent(car_id)
    return NewCarToken(car_id, token)


def revoke_car(actor: Actor, database: Database, car_id: str, reason: str, *, knows: int | None = None) -> None:
    """Let a car send nothing more, and have it delete its lists when it asks next.

    Args:
        actor: Who revokes it.
        database: An open database.
        car_id: The car.
        reason: Why, in words; stands in the audit.
        knows: The car's version as they looked at it; None: whichever it is.

    Raises:
        NotThere: There is no such car that may send.
        Outdated: The car was changed meanwhile.
        SaysNothing: The reason does.
        DatabaseUnavailable: The server is down; it may still send.
    """
    record = AuditRecord(actor, Action.REVOKE_CAR, {"car": car_id, "reason": reason})
    _check_known(car_id)
    check_reason(database, record, reason)
    if not Cars(database).revoke(car_id, actor.name, record, knows):
        raise NotThere(f"there is no car '{car_id}' that may send; see platewatch cars list")


def _new_token() -> tuple[str, bytes]:
    # 256 random bits: a plain digest hides them.
    token = PREFIX + secrets.token_urlsafe(32)
    return token, hashlib.sha256(token.encode()).digest()


def _check_id(text: str, what: str) -> None:
    if _ID.fullmatch(text) is None:
        raise InvalidInput(
            f"'{text[:80]}' cannot be the id of a {what}; expected lower case letters, digits, dash and underscore, at "
            "most 63"
        )


def _check_cameras(database: Database, settings: Settings, cameras: Sequence[str]) -> None:
    if not 1 <= len(cameras) <= MOST_CAMERAS:
        raise InvalidInput(f"{len(cameras)} cameras; name the 1 to {MOST_CAMERAS} that the car has")
    added = {one.camera_id for one in AddedCameras(database).all()}
    for camera_id in cameras:
        _check_id(camera_id, "camera")
        check_free(settings, camera_id)
        if camera_id in added:
            raise InvalidInput(f"camera '{camera_id}' was added, and is no car's; choose another id in the car")


def _check_known(car_id: str) -> None:
    if _ID.fullmatch(car_id) is None:
        raise _absent(car_id)


def _absent(car_id: str) -> NotThere:
    return NotThere(f"there is no car '{car_id[:80]}'; see platewatch cars add")
