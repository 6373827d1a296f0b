"""Which configuration a command takes, and how its process is set up by it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.logs import set_logging_up
from cli.terminal.screen import errors
from schemas.errors import ConfigurationError
from schemas.settings import Settings, load_settings

VARIABLE = "PLATEWATCH_CONFIG"
FILE_NAME = "platewatch.toml"
SYSTEM_FILE = Path("/etc/platewatch") / FILE_NAME
PLACES = f"--config, {VARIABLE}, {FILE_NAME} in the working folder, {SYSTEM_FILE}"
"""Where a configuration is looked for, the first one found is taken."""


def command_settings(
    config: Path | None, data_dir: Path | None = None, *, look: bool = True, **overrides: Any
) -> Settings:
    """Load the configuration as a command's options say, and set logging and the agency's time zone up.

    Which file is taken is said on standard error, unless `--config` names it.

    Args:
        config: `--config`, or what PLATEWATCH_CONFIG holds.
        data_dir: `--data-dir`.
        look: Whether to look in the working folder and in /etc where none is given.
        overrides: Further settings that the command line sets.

    Returns:
        The frozen settings.

    Raises:
        ConfigurationError: The configuration does not fit; the message names the key.
    """
    # Typer fills the option from the variable; who sets both to one file is told of it once more than needed.
    named = config is not None and str(config) != os.environ.get(VARIABLE)
    if config is None and look:
        config = find_configuration()
    if data_dir is not None:
        overrides["data_dir"] = data_dir
    settings = load_settings(config, **overrides)
    if config is not None and not named:
        errors.print(f"configuration: {config.absolute()}", style="dim", markup=False)
    set_time_zone(settings)
    set_logging_up(settings)
    return settings


def reloadable_settings(config: Path | None, data_dir: Path | None) -> tuple[Settings, Callable[[], Settings]]:
    """Load the configuration like `command_settings`, and return what loads it anew from the same place.

    Args:
        config: `--config`, or what PLATEWATCH_CONFIG holds.
        data_dir: `--data-dir`.

    Returns:
        The frozen settings, and a function that returns them as they are then. It raises as this does.

    Raises:
        ConfigurationError: The configuration does not fit; the message names the key.
    """
    settings = command_settings(config, data_dir)
    set_logging_up(settings, is_service=True)
    path = config or find_configuration()
    path = None if path is None else path.absolute()
    overrides = {} if data_dir is None else {"data_dir": data_dir}
    return settings, lambda: load_settings(path, **overrides)


def find_configuration() -> Path | None:
    """Return the configuration of the working folder or of the machine, or None where there is none.

    Raises:
        ConfigurationError: One may be there, but this user may not look.
    """
    for path in (Path(FILE_NAME), SYSTEM_FILE):
        try:
            path.stat()
        except PermissionError as error:
            raise ConfigurationError(
                f"{path}: cannot be read ({error.strerror}); ask for the right to, or give another one with --config"
            ) from error
        except OSError:
            continue
        return path
    return None


def set_time_zone(settings: Settings) -> None:
    """Make the agency's time zone this process's, so that every time that is shown or logged is in it."""
    if settings.time_zone is not None:
        os.environ["TZ"] = settings.time_zone
        time.tzset()
