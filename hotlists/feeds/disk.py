"""Writing to the folders of feeds: what a failure means, and names that stay."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import ConfigurationError, StorageFull


@contextlib.contextmanager
def on_disk(where: Path) -> Iterator[None]:
    """Say what a failed write to a folder of ours means.

    Raises:
        StorageFull: No space left.
        ConfigurationError: It cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"{where}: no space left; free some") from error
        raise ConfigurationError(
            f"{where}: cannot be written ({error.strerror}); give Platewatch the right to"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make a folder's names durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
