"""How every camera and every other vendor's source is, as the run on this data directory says it. No plates."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from operations.status.local import run_status
from schemas.health import CameraHealth, SourceHealth
from schemas.settings import Settings
from services.run_state import read_run_health


class Readers(BaseModel):
    """What a run says of its readers. `problems` says what is wrong, in words; nothing: all is fine."""

    model_config = ConfigDict(frozen=True)

    asked_at: AwareDatetime
    updated_at: datetime | None
    problems: tuple[str, ...]
    cameras: tuple[CameraHealth, ...]
    sources: tuple[SourceHealth, ...]


def look_at_readers(settings: Settings) -> Readers:
    """Return how the readers are. The database is not asked, so this works while it is away.

    Args:
        settings: The configuration.
    """
    now = datetime.now(UTC)
    health = read_run_health(settings.data_dir)
    run = run_status(settings, health, now)
    if health is None or not run.running or not run.responds:
        problem = "no run is at work on this data directory" if not run.running else "the run does not say how it is"
        return Readers(
            asked_at=now,
            updated_at=None if health is None else health.updated_at,
            problems=(problem,),
            cameras=(),
            sources=(),
        )
    # What is quarantined is counted since the run's start, also what a person has dealt with: no reason to be wrong.
    wrong = [f"camera {camera.camera_id}: {camera.problem}" for camera in health.cameras if camera.problem is not None]
    wrong += [f"source {source.source_id}: {source.problem}" for source in health.sources if source.problem is not None]
    return Readers(
        asked_at=now,
        updated_at=health.updated_at,
        problems=tuple(wrong),
        cameras=health.cameras,
        sources=health.sources,
    )
