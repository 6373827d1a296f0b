"""The file in which a run says how it is, and whether a run holds a data directory; asking creates nothing."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pydantic import ValidationError

from schemas.health import RunHealth
from services.data_directory import RUN, lock_name
from services.private_files import save_private

FILE_NAME = "run-health.json"
SERVICES = (RUN, "matcher", "relay")
"""What may work on a data directory, each with a lock and a file of its own; `platewatch recognize` has the run's."""
INGEST_FILE_NAME = "ingest-health.json"
"""The same of a process that takes other readers' messages alone."""
RETENTION_MARKER = "retention-enforced"
"""Its time is when retention was enforced last on this data directory."""


def health_file(service: str) -> str:
    """Return the name of the file in which a service says how it is."""
    return f"{service}-health.json"


def write_run_health(data_dir: Path, health: RunHealth, name: str = FILE_NAME) -> None:
    """Write how a run is, whole or not at all.

    Args:
        data_dir: The data directory.
        health: What to write.
        name: The file's.

    Raises:
        OSError: It cannot be written.
    """
    save_private(data_dir / name, health.model_dump_json().encode())


def read_run_health(data_dir: Path, name: str = FILE_NAME) -> RunHealth | None:
    """Return what a run wrote last, or None where none did, or this user may not know.

    Args:
        data_dir: The data directory.
        name: The file's.
    """
    try:
        return RunHealth.model_validate_json((data_dir / name).read_bytes())
    except (OSError, ValidationError):
        return None


def is_running(data_dir: Path, service: str = RUN) -> bool | None:
    """Return whether a run, or another service, holds a data directory now; None where this user may not know.

    Args:
        data_dir: The data directory.
        service: Which one.
    """
    try:
        descriptor = os.open(data_dir / lock_name(service), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        # Shared, and given back at once: two who ask do not take each other for a run.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
