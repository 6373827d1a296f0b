"""How every camera and every other vendor's source is, as the run on this data directory says it. No plates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from operations.status.local import RESPONDS_WITHIN, run_status
from schemas.health import CameraHealth, ReaderHealth, RunHealth, SourceHealth
from schemas.settings import Settings
from services.run_state import INGEST_FILE_NAME, read_run_health

RESPONDS_AFTER = timedelta(minutes=15)
"""Signs of life come every minute, of some readers every ten."""
NO_READS_AFTER = timedelta(hours=1)


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
    alone = _alone(settings, now)
    if health is None or not run.running or not run.responds:
        problem = "no run is at work on this data directory" if not run.running else "the run does not say how it is"
        if alone is not None and not run.running:
            problem += "; messages are taken all the same (platewatch ingest), and wait"
        return Readers(
            asked_at=now,
            updated_at=None if health is None else health.updated_at,
            problems=(problem,),
            cameras=(),
            sources=() if alone is None else alone.sources,
        )
    sources = _sources(health.sources, alone)
    # What is quarantined is counted since the run's start, also what a person has dealt with: no reason to be wrong.
    wrong = [f"camera {camera.camera_id}: {camera.problem}" for camera in health.cameras if camera.problem is not None]
    wrong += [
        f"reader {reader.reader_id} of source {source.source_id}: {reader.problem}"
        for source in sources
        for reader in source.readers
        if reader.problem is not None
    ]
    wrong += [f"source {source.source_id}: {source.problem}" for source in sources if source.problem is not None]
    return Readers(
        asked_at=now,
        updated_at=health.updated_at,
        problems=tuple(wrong),
        cameras=health.cameras,
        sources=sources,
    )


def _alone(settings: Settings, now: datetime) -> RunHealth | None:
    """Return what a process says that takes messages alone, where one does now."""
    health = read_run_health(settings.data_dir, INGEST_FILE_NAME)
    return health if health is not None and now - health.updated_at < RESPONDS_WITHIN else None


def _sources(known: Iterable[SourceHealth], alone: RunHealth | None) -> tuple[SourceHealth, ...]:
    """Return what a run says of its sources, with what another process took for it."""
    took = {} if alone is None else {source.source_id: source for source in alone.sources}
    merged = []
    for source in known:
        other = took.get(source.source_id)
        if other is not None:
            counts = {"received": source.received + other.received, "refused": source.refused + other.refused}
            source = source.model_copy(update=counts)
        merged.append(source)
    return tuple(merged)


def reader_state(reader: ReaderHealth, now: datetime) -> str:
    """Say in a few words how a reader is.

    Args:
        reader: What was heard of it.
        now: The time, aware.
    """
    if reader.problem is not None:
        return reader.problem
    if reader.last_sign_at is None:
        return "reads"
    if now - reader.last_sign_at > RESPONDS_AFTER:
        return "no sign of life"
    if reader.last_read_at is None or now - reader.last_read_at > NO_READS_AFTER:
        return "alive, no reads"
    return "reads"
