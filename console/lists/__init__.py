"""Lists: what is in force and how old it is, versions, files that people send, single entries, what the law says."""

from __future__ import annotations

from typing import Final

from console.guards.bodies import Limit
from console.lists import entries, feeds, files, held, law, overview, versions
from schemas.settings import Settings

ROUTERS: Final = (
    overview.router,
    law.router,
    files.router,
    held.router,
    entries.router,
    versions.router,
    feeds.router,
)
FORM_BYTES: Final = 1_000_000
"""What stands in a form beside its file."""


def streamed(settings: Settings) -> dict[str, Limit]:
    """Return the limits of files that are written to disk as they come in, by path.

    Args:
        settings: The configuration.
    """
    largest = int(settings.hotlists.max_upload_megabytes * 1e6) + FORM_BYTES
    seconds = settings.hotlists.upload_seconds
    return {files.PATH: Limit(largest, seconds, "hotlists.max_upload_megabytes", is_held=False)}
