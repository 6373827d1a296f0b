"""Who owns a folder: a lock that the kernel gives back however its holder ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from schemas.errors import ConfigurationError
from services.private_files import make_private_folder


class OwnerLock:
    """Which process owns a service's folder: the first one starts the server, later ones attach to it.

    The kernel frees the lock when its holder ends, however it ends.

    Args:
        path: Lock file; created when absent, never deleted (deleting it would let two processes own it).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock if nobody holds it, without waiting.

        Returns:
            True when this object holds it now.

        Raises:
            ConfigurationError: The lock file cannot be opened.
        """
        if self._descriptor is not None:
            return True
        try:
            make_private_folder(self.path.parent)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be opened for locking ({error.strerror})") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
