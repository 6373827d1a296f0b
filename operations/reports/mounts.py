"""How many readers are put up in which way, for the laws that count these apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from operations.added.cameras import added_cameras
from schemas.settings import Settings
from storage.database import Database
from storage.reporting import Figure

WORDS = {
    "vehicle": "in or on vehicles",
    "permanent": "permanently affixed",
    "temporary": "temporary",
    None: "not said (mount of the camera or reader)",
}


def mounts_of(database: Database, settings: Settings) -> dict[str, str | None]:
    """Return how each camera and reader that is known is put up.

    Args:
        database: Its database holds those that were added beside the configuration.
        settings: The configuration.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    known: dict[str, str | None] = {
        one.camera_id: one.camera.mount for one in added_cameras(database) if one.camera is not None
    }
    for source in settings.ingest.sources:
        known |= {reader.id: reader.mount for reader in source.readers.values() if reader.id is not None}
    return known | {camera.id: camera.mount for camera in settings.cameras}


def by_mount(read: Iterable[Figure], mounts: Mapping[str, str | None]) -> list[Figure]:
    """Return how many readers read something, by how they are put up.

    Args:
        read: A figure for each reader that did.
        mounts: Of `mounts_of`.
    """
    counts = Counter(mounts.get(one.label) for one in read)
    return [Figure(words, counts[mount]) for mount, words in WORDS.items() if mount is not None or counts[mount]]
