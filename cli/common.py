"""What every command shares: the configuration options, the consoles, who gives the command, and the database."""

from __future__ import annotations

import json
import logging
import os
import pwd
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from schemas.actor import Actor, SignIn
from schemas.settings import Settings, load_settings
from services.private_files import private_umask

if TYPE_CHECKING:
    from storage.database import Database

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="PLATEWATCH_CONFIG", help="Configuration file (TOML).", show_default=False),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Data directory; wins over the configuration and PLATEWATCH_DATA_DIR.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON lines for programs.")]

FILE_WIDTH = 160
"""Columns of tables that go to a file or a pipe, where there is no terminal to ask."""

console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else FILE_WIDTH)
"""Where results go: standard output."""

errors = Console(stderr=True, soft_wrap=True, highlight=False)
"""Where progress, notes and errors go: standard error, so that `--json` output stays clean."""


def command_settings(config: Path | None, data_dir: Path | None = None, **overrides: Any) -> Settings:
    """Load the configuration as a command's options say, and set logging up.

    Args:
        config: `--config`.
        data_dir: `--data-dir`.
        overrides: Further settings that the command line sets.

    Returns:
        The frozen settings.

    Raises:
        ConfigurationError: The configuration does not fit; the message names the key.
    """
    if data_dir is not None:
        overrides["data_dir"] = data_dir
    settings = load_settings(config, **overrides)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    # Client libraries log connection chatter, and whole requests, which may hold plate text; what matters of theirs is
    # translated into our own errors and log lines.
    for name in ("kafka", "psycopg", "psycopg.pool", "urllib3", "jgo", "httpx", "httpcore", "paramiko"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return settings


def command_actor(settings: Settings) -> Actor:
    """Return who gives the command: the system's user, or its number where it has no name (as in many containers).

    Asked from the kernel: an environment variable would let anybody act under another's name.

    Args:
        settings: The configuration; it says for which agency.
    """
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    return Actor(name, SignIn.LOCAL_USER, f"{socket.gethostname()}, {_terminal()}", settings.agency_id)


def _terminal() -> str:
    """Return the terminal that the command is given at; without one (cron, a service) the process."""
    for descriptor in (0, 1, 2):
        try:
            return os.ttyname(descriptor)
        except OSError:
            continue
    return f"process {os.getpid()}"


@contextmanager
def command_database(settings: Settings) -> Iterator[Database]:
    """Open the database that the settings name, for operations to work on.

    Yields:
        The database, ready for use.

    Raises:
        DatabaseUnavailable: The server is down; names its host.
        ConfigurationError: Wrong name, password, version or schema; says what to change.
    """
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from storage.database import open_database

    with private_umask(), open_database(settings) as database:
        yield database


def print_json(record: dict[str, Any]) -> None:
    """Print one JSON line to standard output, unstyled and at once; in UTF-8, as JSON is, whatever the locale."""
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    typer.echo(line.encode("utf-8", "backslashreplace"))
