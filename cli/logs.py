"""Where the log of a command's process goes."""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
from pathlib import Path

from schemas.errors import ConfigurationError
from schemas.logs import formatter
from schemas.settings import Settings
from services.private_files import FILE_MODE

KEPT_LOGS = 4
"""Log files that are kept besides the one that is written."""

CHATTY = ("kafka", "psycopg", "psycopg.pool", "urllib3", "jgo", "httpx", "httpcore", "paramiko")
"""Client libraries that log connection chatter, and whole requests, which may hold plate text; what matters of theirs
is translated into our own errors and log lines."""


def set_logging_up(settings: Settings, *, is_service: bool = False) -> None:
    """Send the log where the settings say, in their format.

    Args:
        settings: The configuration.
        is_service: Whether it may go to `log_file`. Commands would write into that beside the service, which begins a
            new file when it is time to.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    path = settings.log_file if is_service else None
    handler = logging.StreamHandler() if path is None else _file_handler(path, settings.log_file_megabytes)
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _file_handler(path: Path, megabytes: float) -> logging.StreamHandler[io.TextIOWrapper]:
    try:
        return PrivateLogFile(path, maxBytes=int(megabytes * 1e6), backupCount=KEPT_LOGS, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"log_file {path}: cannot be written ({error.strerror}); make its folder writable for this "
            "user, or leave log_file out"
        ) from error


class PrivateLogFile(logging.handlers.RotatingFileHandler):
    """A log file for its owner alone: names of cameras and files say where somebody was."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors="backslashreplace")
