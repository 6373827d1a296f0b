"""Adding a camera besides the configuration, changing what is said of it, and removing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ingest.streams.failures import shown_address
from operations.added.cameras import PulledLive, added_cameras, camera_from
from operations.added.hosts import check_address
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.cameras.added import AddedCameras
from storage.database import Database

MOST_ADDED: Final = 200
LONGEST_LOGIN: Final = 256
DESCRIBED: Final = (
    *("name", "street", "latitude", "longitude", "heading"),
    *("mount", "permit", "permit_until", "live_view"),
)
"""What may be said of a camera anew, without its password."""
SAID: Final = (*DESCRIBED, "transport", "verify", "max_fps")


@dataclass(frozen=True, slots=True)
class NewCamera:
    """A camera as somebody says it is. `details` are further settings of the configuration's [[cameras]], by name."""

    camera_id: str
    url: str = field(repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password, where it asks for any."""
        return (self.user, self.password) if self.user else None

    def settings(self, rules: Sequence[str] | None) -> tuple[PulledLive, dict[str, Any]]:
        """Return the camera, and what of it is stored in the open.

        Args:
            rules: The hosts that may be asked; None: all of them.

        Raises:
            InvalidInput: It does not fit, or its host may not be asked; says nothing of what is secret.
        """
        url = check_address(self.url, rules)
        if self.password and not self.user:
            raise InvalidInput("a password is given and no user; give both, or neither")
        if max(len(self.user), len(self.password)) > LONGEST_LOGIN:
            raise InvalidInput(f"user and password have at most {LONGEST_LOGIN} characters each")
        if any(ord(one) < 32 or ord(one) == 127 for one in self.user + self.password):
            raise InvalidInput("user or password holds a character that no keyboard types; type it anew")
        unknown = sorted(set(self.details) - set(SAID))
        if unknown:
            raise InvalidInput(f"'{unknown[0]}' cannot be said of a camera that is added; the configuration may say it")
        details = {name: value for name, value in self.details.items() if value is not None}
        camera = camera_from({**details, "url": url, "id": self.camera_id}, self.login)
        if (camera.latitude is None) != (camera.longitude is None):
            raise InvalidInput("latitude and longitude belong together; give both, or neither")
        stored = camera.model_dump(mode="json", include=set(details)) | {"url": url}
        return camera, stored

    def record(self, actor: Actor, action: Action, **more: Any) -> AuditRecord:
        """Return what somebody does with it, for the audit: without login and query."""
        address = shown_address(self.url.strip()) if "@" not in self.url else None
        return AuditRecord(actor, action, {"camera": self.camera_id, "address": address, **more})


def add_camera(
    actor: Actor,
    database: Database,
    settings: Settings,
    new: NewCamera,
    *,
    from_page: bool = False,
    works: bool | None = None,
) -> PulledLive:
    """Add a camera; the run that leads takes it over within seconds.

    Args:
        actor: Who adds it.
        database: An open database.
        settings: The configuration.
        new: The camera.
        from_page: Whether only the hosts of `console.camera_hosts` may be asked.
        works: What a check found before; None: it was not checked.

    Raises:
        InvalidInput: It does not fit, its id is taken, or its host may not be asked.
        DatabaseUnavailable: The server is down; nothing is stored.
    """
    record = new.record(actor, Action.ADD_CAMERA, checked=works, **dict(new.details))
    check_free(settings, new.camera_id)
    camera, stored = new.settings(settings.console.camera_hosts if from_page else None)
    problem = AddedCameras(database).add(new.camera_id, stored, new.login, actor.name, MOST_ADDED, record)
    if problem is not None:
        raise InvalidInput(problem)
    return camera


def check_free(settings: Settings, camera_id: str) -> None:
    """Make sure that no camera or reader of the configuration has an id.

    Raises:
        InvalidInput: One has.
    """
    sources = settings.ingest.sources
    readers = {reader.id or "" for source in sources for reader in source.readers.values()}
    if camera_id in {camera.id for camera in settings.cameras}:
        raise InvalidInput(f"camera '{camera_id}' is in the configuration; choose another id, or change that file")
    # A source's readers are called after it where nothing else is said.
    if camera_id in readers or any(camera_id == one.id or camera_id.startswith(f"{one.id}-") for one in sources):
        raise InvalidInput(f"'{camera_id}' is what another vendor's reader is called; choose another id")


def describe_camera(actor: Actor, database: Database, camera_id: str, details: Mapping[str, Any]) -> None:
    """Say anew of an added camera where it stands, how it is put up and by whose leave. Address and login stay.

    Args:
        actor: Who does.
        database: An open database.
        camera_id: The camera.
        details: All of `DESCRIBED`; None: it is not known.

    Raises:
        InvalidInput: No such camera was added, or something does not fit.
        DatabaseUnavailable: The server is down; nothing is changed.
    """
    said = {name: details.get(name) for name in DESCRIBED}
    record = AuditRecord(actor, Action.CHANGE_CAMERA, {"camera": camera_id, **said})
    cameras = AddedCameras(database)
    row = next((one for one in cameras.all() if one.camera_id == camera_id), None)
    if row is None:
        raise _absent(camera_id)
    kept = {name: value for name, value in row.settings.items() if name not in DESCRIBED}
    new = {name: value for name, value in said.items() if value is not None}
    camera = camera_from({**kept, **new, "id": camera_id}, None)
    if (camera.latitude is None) != (camera.longitude is None):
        raise InvalidInput("latitude and longitude belong together; give both, or neither")
    stored = kept | camera.model_dump(mode="json", include=set(new))
    if not cameras.change(camera_id, stored, record):
        raise _absent(camera_id)


def remove_camera(actor: Actor, database: Database, camera_id: str, reason: str) -> None:
    """Remove a camera that was added; the run ends it within seconds. Its reads stay.

    Args:
        actor: Who removes it.
        database: An open database.
        camera_id: The camera.
        reason: Why, in words; stands in the audit.

    Raises:
        InvalidInput: No such camera was added, or the reason says nothing.
        DatabaseUnavailable: The server is down; nothing is removed.
    """
    record = AuditRecord(actor, Action.REMOVE_CAMERA, {"camera": camera_id, "reason": reason})
    check_reason(database, record, reason)
    if not AddedCameras(database).remove(camera_id, record):
        raise _absent(camera_id)


def _absent(camera_id: str) -> InvalidInput:
    return InvalidInput(f"no camera '{camera_id}' was added; those of the configuration are changed there")


__all__ = [
    "DESCRIBED",
    "MOST_ADDED",
    "SAID",
    "NewCamera",
    "add_camera",
    "added_cameras",
    "check_free",
    "describe_camera",
    "remove_camera",
]
