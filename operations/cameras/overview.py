"""Every camera and reader with how it is, what came of it, how it is put up and by whose leave. No plates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ingest.streams.failures import shown_address
from operations.added.cameras import Added, PulledLive, added_cameras
from operations.status.local import run_status
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import AlarmKind
from schemas.health import CameraHealth, RunHealth
from schemas.settings import CameraSettings, MjpegCamera, ReaderPlace, RtspCamera, Settings, StreamCamera
from services.run_state import read_run_health
from storage.alerts.alarms import Alarms
from storage.audit.writer import write_audit
from storage.cameras.pictures import picture_of, pictures_taken_at
from storage.cameras.states import CameraHours, CameraStates
from storage.database import Database

LIVELY = timedelta(minutes=2)
"""A live camera whose newest picture is older is not called healthy."""
HOURS = 24
_ABOUT_CAMERAS = frozenset(
    {
        AlarmKind.CAMERA_CLOCK,
        AlarmKind.CAMERA_FAILED,
        AlarmKind.CAMERA_SILENT,
        AlarmKind.CAMERA_VIEW,
        AlarmKind.READS_MISSING,
        AlarmKind.FILES_KEPT,
    }
)


@dataclass(frozen=True, slots=True)
class CameraOverview:
    """One camera or reader.

    `kind` is how its pictures or reads come; `state` is works, fails, waits (nothing is heard of it now) or unknown.
    `reads_hour` are the reads of the hour that runs and the one before, `reads_day` of the last 24 hours.
    `address` is without login. `camera` is there where it can be checked and watched from here.
    """

    camera_id: str
    kind: str
    state: str
    place: CameraSettings | ReaderPlace | None = None
    problem: str | None = None
    health: CameraHealth | None = None
    last_picture_at: datetime | None = None
    last_read_at: datetime | None = None
    reads_hour: int = 0
    reads_day: int = 0
    address: str | None = None
    added: Added | None = None
    camera: PulledLive | None = None
    picture_at: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return (self.place.name if self.place is not None else None) or self.camera_id

    @property
    def permit_days(self) -> int | None:
        """How many days its permit holds still; below 0: it is over."""
        until: date | None = None if self.place is None else self.place.permit_until
        return None if until is None else (until - datetime.now().astimezone().date()).days


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of all cameras."""

    live: Mapping[str, CameraHealth]
    kept: Mapping[str, CameraHealth]
    hours: Mapping[str, Mapping[datetime, int]]
    alarms: Mapping[str, str]
    pictures: Mapping[str, datetime]
    is_watched: bool
    now: datetime

    def overview(
        self, camera_id: str, kind: str, place: CameraSettings | ReaderPlace | None, added: Added | None = None
    ) -> CameraOverview:
        health, kept = self.live.get(camera_id), self.kept.get(camera_id)
        known = [one for one in (health, kept) if one is not None]
        picture = max((one.last_picture_at for one in known if one.last_picture_at), default=None)
        read = max((one.last_read_at for one in known if one.last_read_at), default=None)
        problem = (added.problem if added is not None else None) or (None if health is None else health.problem)
        problem = problem or self.alarms.get(camera_id)
        hours = self.hours.get(camera_id, {})
        begins = self.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        camera = place if isinstance(place, RtspCamera | MjpegCamera) else None
        return CameraOverview(
            camera_id,
            kind,
            self._state(problem, place, health, picture, read),
            place,
            problem,
            health,
            picture,
            read,
            sum(count for hour, count in hours.items() if hour >= begins),
            sum(hours.values()),
            None if camera is None else shown_address(camera.url.get_secret_value()),
            added,
            camera,
            self.pictures.get(camera_id),
        )

    def _state(
        self,
        problem: str | None,
        place: CameraSettings | ReaderPlace | None,
        health: CameraHealth | None,
        picture: datetime | None,
        read: datetime | None,
    ) -> str:
        if problem is not None:
            return "fails"
        if isinstance(place, StreamCamera):
            if health is None and not self.is_watched:
                return "unknown"
            return "works" if picture is not None and self.now - picture < LIVELY else "waits"
        newest = max((at for at in (picture, read) if at is not None), default=None)
        return "waits" if newest is None or self.now - newest > timedelta(days=1) else "works"


def view_cameras(actor: Actor, database: Database, settings: Settings) -> list[CameraOverview]:
    """Return every camera and reader that is configured, was added, or is heard of, by name.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_CAMERAS)
    found = _overviews(actor, database, settings)
    write_audit(database, record, len(found))
    return found


def view_camera(actor: Actor, database: Database, settings: Settings, camera_id: str) -> CameraOverview:
    """Return one of them.

    Raises:
        InvalidInput: There is none.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_CAMERAS, {"camera": camera_id})
    found = next((one for one in _overviews(actor, database, settings) if one.camera_id == camera_id), None)
    if found is None:
        raise InvalidInput(f"there is no camera '{camera_id}'")
    write_audit(database, record, 1)
    return found


def last_picture(actor: Actor, database: Database, settings: Settings, camera_id: str) -> bytes:
    """Return what a camera showed last, so small that no plate can be read on it.

    Raises:
        InvalidInput: There is none.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_CAMERAS, {"camera": camera_id, "picture": True})
    found = picture_of(database, camera_id) if actor.agency_id == settings.agency_id else None
    if found is None:
        raise InvalidInput(f"there is no picture of camera '{camera_id}'")
    write_audit(database, record, 1)
    return found


def _overviews(actor: Actor, database: Database, settings: Settings) -> list[CameraOverview]:
    if actor.agency_id != settings.agency_id:
        return []
    added = {one.camera_id: one for one in added_cameras(database)}
    known = _known(database, settings, settings.agency_id)
    found = {camera.id: known.overview(camera.id, _kind(camera), camera) for camera in settings.cameras}
    for camera_id, one in added.items():
        if camera_id not in found:
            kind = "added" if one.camera is None else _kind(one.camera)
            found[camera_id] = known.overview(camera_id, kind, one.camera, one)
    for source in settings.ingest.sources:
        for reader in source.readers.values():
            if reader.id is not None and reader.id not in found:
                found[reader.id] = known.overview(reader.id, f"reader of {source.id} ({source.vendor})", reader)
    # Readers that nothing is said of, and cameras of other machines.
    for camera_id in sorted(known.hours.keys() - found.keys()):
        found[camera_id] = known.overview(camera_id, "heard of by its reads", None)
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.camera_id))


def _known(database: Database, settings: Settings, agency_id: str) -> _Known:
    now = datetime.now(UTC)
    health = read_run_health(settings.data_dir)
    is_watched = _is_watched(settings, health, now)
    subjects = Alarms(database, agency_id, settings.alarm_topic).standing()
    return _Known(
        live={} if health is None or not is_watched else {one.camera_id: one for one in health.cameras},
        kept={state.camera_id: state for _, state in CameraStates(database).load()},
        hours=CameraHours(database).between(now - timedelta(hours=HOURS), now + timedelta(hours=1)),
        # The newest first, so that it is what is said of several.
        alarms={one.subject: one.message for one in reversed(subjects) if one.kind in _ABOUT_CAMERAS},
        pictures=pictures_taken_at(database),
        is_watched=is_watched,
        now=now,
    )


def _is_watched(settings: Settings, health: RunHealth | None, now: datetime) -> bool:
    run = run_status(settings, health, now)
    return bool(run.running and run.responds)


def _kind(camera: CameraSettings) -> str:
    words = {
        "rtsp": "RTSP stream",
        "mjpeg": "MJPEG stream",
        "push": "posts pictures",
        "image_folder": "folder of pictures",
        "video_file": "video file",
    }
    return words[camera.type]


def kinds(found: Iterable[CameraOverview]) -> dict[str, int]:
    """Return how many of what is shown are in which state, for one line above a table."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.state] = counts.get(one.state, 0) + 1
    return counts
