"""How far a device's list was fetched, kept on the disk: what is behind it was stored, and is not stored again."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.errors import ConfigurationError
from services.private_files import make_private_folder, save_private

log = logging.getLogger(__name__)

MOST_SEEN = 20_000
REMEMBERED = timedelta(hours=3)
"""Longer than any list reaches back behind the mark."""

IMPOSSIBLE = timedelta(hours=26)
"""A mark that is so far ahead of the time is of a clock that was wrong; no zone explains it."""


@dataclass(slots=True)
class Mark:
    """The newest time of a list that was stored, by the device's own clock, and which entries of its last hours were.

    `seen` are digests of what names an entry, with its time; they hold no plates.
    """

    path: Path
    at: datetime | None = None
    seen: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Mark:
        """Read a mark; one that is damaged counts as none, which costs only that a list is looked through again.

        Args:
            path: Its file.
        """
        try:
            told = json.loads(path.read_bytes())
            seen = {str(name): datetime.fromisoformat(at) for name, at in told["seen"].items()}
            return cls(path, datetime.fromisoformat(told["at"]), seen)
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("%s cannot be used (%s); the last hour is fetched again", path, type(error).__name__)
            return cls(path)

    def has(self, name: str) -> bool:
        """Return whether an entry was stored."""
        return _digest(name) in self.seen

    def add(self, name: str, at: datetime | None) -> None:
        """Take an entry as stored.

        Args:
            name: What names it.
            at: Its time, by the device's clock; None: it has none, and moves nothing.
        """
        self.seen[_digest(name)] = at or self.at or datetime.now(UTC).replace(tzinfo=None)
        # One that is far behind the mark shows that the mark was of a clock that was wrong.
        if at is not None and (self.at is None or at > self.at or self.at - at > IMPOSSIBLE):
            self.at = at

    def save(self) -> None:
        """Write it down; a power cut leaves this one or the one before.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        if self.at is None:
            return
        limit = self.at - REMEMBERED
        kept = sorted(((at, name) for name, at in self.seen.items() if at >= limit), reverse=True)[:MOST_SEEN]
        self.seen = {name: at for at, name in reversed(kept)}
        told = {"at": self.at.isoformat(), "seen": {name: at.isoformat() for name, at in self.seen.items()}}
        try:
            make_private_folder(self.path.parent)
            save_private(self.path, json.dumps(told).encode())
            descriptor = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be written ({error.strerror}); correct data_dir") from error


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
