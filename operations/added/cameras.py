"""Cameras that were added besides the configuration, as everything else takes cameras."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import ValidationError

from ingest.streams.failures import redacted
from schemas.errors import InvalidInput
from schemas.settings import CameraSettings, MjpegCamera, RtspCamera, Settings
from storage.cameras.added import AddedCamera, AddedCameras
from storage.database import Database

log = logging.getLogger(__name__)

PulledLive = RtspCamera | MjpegCamera


@dataclass(frozen=True, slots=True)
class Added:
    """A camera that was added. `camera` is None where its settings do not fit any more; `problem` says why."""

    camera_id: str
    camera: PulledLive | None
    added_at: datetime
    added_by: str
    problem: str | None = None


def added_cameras(database: Database) -> list[Added]:
    """Return the cameras that were added, by id.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return [_added(row) for row in AddedCameras(database).all()]


def all_cameras(configured: Iterable[CameraSettings], added: Iterable[Added]) -> tuple[CameraSettings, ...]:
    """Return the configured cameras and those that were added; of one id the configuration's counts."""
    cameras = {camera.id: camera for camera in configured}
    for one in added:
        if one.camera is not None:
            cameras.setdefault(one.camera_id, one.camera)
    return tuple(cameras.values())


def with_added(settings: Settings, database: Database) -> Settings:
    """Return the configuration with the cameras that were added.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return settings.model_copy(update={"cameras": all_cameras(settings.cameras, added_cameras(database))})


def camera_from(values: Mapping[str, Any], login: tuple[str, str] | None) -> PulledLive:
    """Return a camera by what is said of it.

    Args:
        values: Its settings by name, with its `url` without a login.
        login: User and password; None: it asks for none.

    Raises:
        InvalidInput: They do not fit; says nothing of what is secret.
    """
    url = str(values.get("url", ""))
    kind = MjpegCamera if urlsplit(url).scheme.lower() in MjpegCamera.schemes else RtspCamera
    given = {**values, "url": _with_login(url, login)}
    try:
        return kind.model_validate({name: value for name, value in given.items() if name != "type"})
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, one['loc'])) or 'camera'}: {str(one['msg']).removeprefix('Value error, ')}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        secrets = () if login is None else login[1:]
        raise InvalidInput(redacted("; ".join(faults), *secrets)) from None


def _added(row: AddedCamera) -> Added:
    login = None if row.login_user is None else (row.login_user, row.login_password or "")
    camera, problem = None, None
    try:
        camera = camera_from({**row.settings, "id": row.camera_id}, login)
    except InvalidInput as error:
        problem = f"what is stored of it does not fit this version: {error.message}; remove it and add it anew"
    return Added(row.camera_id, camera, row.added_at, row.added_by, problem)


def _with_login(url: str, login: tuple[str, str] | None) -> str:
    if login is None:
        return url
    parts = urlsplit(url)
    user, password = (quote(one, safe="") for one in login)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc}"))
