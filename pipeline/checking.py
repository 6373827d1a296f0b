"""All that is wrong with a configuration, as far as it can be told before anything starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.fitting import check
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from schemas.settings.loading.paths import named_paths
from services.private_files import read_secret

MADE_BY_US = frozenset({"data_dir", "kafka.cache_dir", "log_file", "backup.journal"})
"""Keys of what is made where it is missing; its folder has to take it."""


def problems_of(settings: Settings, fits: Callable[[Settings], None] = check) -> list[str]:
    """Return what is wrong, a line each; none is found where the run, or another service, would start.

    Nothing is made, opened for writing, or connected to.

    Args:
        settings: The configuration, which fits its schema.
        fits: Raises ConfigurationError where the service would not start with it.
    """
    found = [*_raised(lambda: fits(settings))]
    for key, path in named_paths(settings):
        problem = _unmade(path) if key in MADE_BY_US else _unreadable(path)
        if problem is not None:
            found.append(f"{key} {path}: {problem}")
        elif key.endswith("password_file") and key not in MADE_BY_US:
            found += _raised(lambda path=path, key=key: read_secret(path, key))  # type: ignore[misc]
    return found


def _raised(ask: Callable[[], object]) -> Iterator[str]:
    try:
        ask()
    except PlatewatchError as error:
        yield str(error)


def _unreadable(path: Path) -> str | None:
    if not path.exists():
        parent = next((one for one in path.parents if one.exists()), None)
        if parent is not None and not os.access(parent, os.X_OK):
            return f"cannot be looked at: this user may not enter {parent}"
        return "is not there; correct the path, or make it"
    needed = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
    return None if os.access(path, needed) else "cannot be read by this user"


def _unmade(path: Path) -> str | None:
    if path.exists():
        return None if os.access(path, os.W_OK) else "cannot be written by this user"
    parent = next(one for one in path.parents if one.exists())
    if not parent.is_dir():
        return f"cannot be made: {parent} is no folder"
    return None if os.access(parent, os.W_OK | os.X_OK) else f"cannot be made: this user may not write into {parent}"
