"""Where Apache Kafka's jars are: installed beside Platewatch, or downloaded once into the user's cache folder."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import ConfigurationError, StorageFull
from services.jars.download import download
from services.jars.pinned import FOLDER_NAME, missing_jars, pinned_jars


def default_cache_dir() -> Path:
    """Return the user's cache folder for Platewatch ($XDG_CACHE_HOME/platewatch)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "platewatch"


def installed_dir() -> Path:
    """Return where an installation from a bundle keeps what no wheel carries: `share/platewatch` of the environment."""
    return Path(sys.prefix) / "share" / "platewatch"


def class_path(cache_dir: Path | None = None) -> str:
    """Return the class path of a Kafka broker, downloading what is missing or damaged in the cache folder.

    With a complete cache nothing touches the network, and the folder may be read-only. Jars that were installed with
    Platewatch are taken before the user's cache folder is looked at.

    Args:
        cache_dir: Cache folder; None: `installed_dir()` where it is complete, else `default_cache_dir()`.

    Returns:
        The jars' absolute paths, joined as Java wants them.

    Raises:
        BrokerUnavailable: Jars are missing and no Maven repository can be reached.
        ConfigurationError: The wheel that downloads is not installed, or a repository serves a jar that differs from
            the pinned one.
        StorageFull: The cache folder's file system is full.
    """
    jars = pinned_jars()
    if cache_dir is None and not missing_jars(installed_dir() / FOLDER_NAME, jars):
        folder = installed_dir() / FOLDER_NAME
    else:
        folder = (cache_dir or default_cache_dir()).absolute() / FOLDER_NAME
        complete(folder)
    return os.pathsep.join(str(folder / jar.file_name) for jar in jars)


def complete(folder: Path) -> None:
    """Download what is missing or damaged in a folder of jars. One process at a time; the others wait.

    Args:
        folder: Made if it does not exist.

    Raises:
        BrokerUnavailable: No Maven repository can be reached.
        ConfigurationError: As in `class_path`.
        StorageFull: The folder's file system is full.
    """
    jars = pinned_jars()
    try:
        if missing_jars(folder, jars):
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder / ".lock"):
                # Whoever held the lock before us may have done the work.
                download(folder, missing_jars(folder, jars))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull(f"{folder}: no space left for Apache Kafka's jars (45 MB)") from error
        raise ConfigurationError(
            f"{folder}: Apache Kafka's jars cannot be kept there ({error.strerror or error}); "
            "set kafka.cache_dir to a folder that can be written"
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file lock, waiting for it; the kernel frees it when its holder ends, however it ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
