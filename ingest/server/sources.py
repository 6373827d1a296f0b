"""Who may post now: the sources of the configuration in force, and how each of them does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.server.credentials import SIGNING_VENDORS
from schemas.errors import ConfigurationError
from schemas.health import SourceHealth
from schemas.settings import IngestSettings, IngestSource
from services.loopback import is_loopback
from services.private_files import read_secrets

log = logging.getLogger(__name__)

SAID_AGAIN_SECONDS = 60.0
"""A source's refusals are logged so often: who tries tokens must not fill the log."""


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source with the secrets that it may sign with, where it does: two while one is exchanged."""

    settings: IngestSource
    secrets: tuple[str, ...] = ()


class Sources:
    """The sources by id. Threads share it; another configuration replaces all of them at once.

    Args:
        settings: The section `ingest`.

    Raises:
        ConfigurationError: As `check_ingest`; or a secret's file cannot be read.
    """

    def __init__(self, settings: IngestSettings) -> None:
        self._sources: Mapping[str, OpenSource] = {}
        self._health: dict[str, SourceHealth] = {}
        self._said: dict[tuple[str, int], tuple[float, int]] = {}
        self._lock = threading.Lock()
        self.replace(settings)

    def replace(self, settings: IngestSettings) -> None:
        """Take other sources; what is known of those that stay stays.

        Raises:
            ConfigurationError: They do not fit; those before stay.
        """
        check_ingest(settings)
        sources = {
            source.id: OpenSource(
                source,
                ()
                if source.signature_secret_file is None
                else tuple(
                    read_secrets(source.signature_secret_file, f"ingest.sources '{source.id}': signature_secret_file")
                ),
            )
            for source in settings.sources
            if source.pull is None
        }
        with self._lock:
            self._sources = sources
            self._health = {
                name: self._health.get(name) or SourceHealth(source_id=name, vendor=source.settings.vendor)
                for name, source in sources.items()
            }

    def get(self, source_id: str) -> OpenSource | None:
        """Return a source, or None where there is none of that id."""
        return self._sources.get(source_id)

    def came(self, source_id: str) -> None:
        """Note that a message of a source was stored."""
        self._count(source_id, received=1, last_message_at=datetime.now(UTC))

    def refused(self, source_id: str, status: int, message: str) -> None:
        """Note that a message of a source was refused, and say so now and then."""
        self._count(source_id, refused=1)
        now = time.monotonic()
        with self._lock:
            said_at, count = self._said.get((source_id, status), (float("-inf"), 0))
            is_due = now - said_at >= SAID_AGAIN_SECONDS
            self._said[source_id, status] = (now, 0) if is_due else (said_at, count + 1)
        if is_due:
            more = f"; {count} more since the last time" if count else ""
            log.warning("source %s: a message was refused (%d): %s%s", source_id, status, message, more)

    def health(self, waiting: Callable[[], Mapping[str, int]]) -> tuple[SourceHealth, ...]:
        """Return how the sources do.

        Args:
            waiting: Returns how many messages of each wait.
        """
        counts = waiting()
        with self._lock:
            return tuple(one.model_copy(update={"waiting": counts.get(name, 0)}) for name, one in self._health.items())

    def _count(self, source_id: str, *, received: int = 0, refused: int = 0, **changes: Any) -> None:
        with self._lock:
            known = self._health.get(source_id)
            if known is not None:
                counts = {"received": known.received + received, "refused": known.refused + refused}
                self._health[source_id] = known.model_copy(update=counts | changes)


def check_ingest(settings: IngestSettings) -> None:
    """Find what the server would refuse to start with.

    Raises:
        ConfigurationError: A source could be imitated, or what it sends be read by others; says what to set.
    """
    if (settings.certificate_file is None) != (settings.key_file is None):
        raise ConfigurationError("ingest.certificate_file and ingest.key_file belong together; set both or neither")
    for source in settings.sources:
        if source.signature_secret_file is not None and source.vendor not in SIGNING_VENDORS:
            signing = ", ".join(sorted(SIGNING_VENDORS))
            raise ConfigurationError(
                f"ingest.sources '{source.id}': {source.vendor} signs nothing, expected no signature_secret_file (of "
                f"these vendors it is known how they sign: {signing}); give it a token (platewatch ingest token)"
            )
    if settings.listen is None or is_loopback(settings.listen.rpartition(":")[0]):
        return
    for source in settings.sources:
        if source.pull is None and source.token_sha256 is None and source.signature_secret_file is None:
            raise ConfigurationError(
                f"ingest.sources '{source.id}': anybody who reaches {settings.listen} could post as this source; set "
                "token_sha256 (platewatch ingest token makes one), or listen at 127.0.0.1"
            )
    if settings.certificate_file is None and not settings.allow_unencrypted:
        raise ConfigurationError(
            f"ingest.listen {settings.listen}: plates and tokens would cross the network without TLS; set "
            "ingest.certificate_file and ingest.key_file, listen at 127.0.0.1 behind a proxy, or, in a network of the "
            "readers alone, permit it with ingest.allow_unencrypted = true"
        )
