"""What every command shares: the configuration options, who gives the command, and the database."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import PLACES, command_settings
from cli.terminal.screen import console, errors, print_json
from schemas.actor import SUDO, Actor, SignIn
from schemas.errors import ConfigurationError
from schemas.printable import printable
from schemas.settings import Settings
from services.private_files import private_umask

if TYPE_CHECKING:
    from storage.database import Database

__all__ = [
    "CaseOption",
    "ConfigOption",
    "DataDirOption",
    "JsonOption",
    "OffenseOption",
    "PurposeOption",
    "WarrantOption",
    "command_actor",
    "command_database",
    "command_settings",
    "console",
    "errors",
    "print_json",
    "refuse_options",
]

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="PLATEWATCH_CONFIG",
        help="Configuration file (TOML); default: platewatch.toml in the working folder, then in /etc/platewatch.",
        show_default=False,
    ),
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


PurposeOption = Annotated[
    str | None,
    typer.Option("--purpose", help="Why you ask, in words; kept in the audit.", show_default=False),
]
CaseOption = Annotated[
    str | None,
    typer.Option("--case", help="Number of the case or call; kept in the audit.", show_default=False),
]
OffenseOption = Annotated[
    str | None,
    typer.Option(
        "--offense",
        help="Type of the offense (platewatch law offenses), where the purpose does not name it.",
        show_default=False,
    ),
]
WarrantOption = Annotated[
    str | None,
    typer.Option("--warrant", help="Number of the warrant, where the law asks for one.", show_default=False),
]


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
    return Actor(name, SignIn.LOCAL_USER, f"{socket.gethostname()}, {_terminal()}{_behind_sudo()}", settings.agency_id)


def _behind_sudo() -> str:
    """Return who became this user by sudo, as sudo says it: part of where the command comes from."""
    name = printable(os.environ.get("SUDO_USER", "")).strip()[:64]
    return f"{SUDO}{name}" if name else ""


def _terminal() -> str:
    """Return the terminal that the command is given at; without one (cron, a service) the process."""
    for descriptor in (0, 1, 2):
        try:
            return os.ttyname(descriptor)
        except OSError:
            continue
    return f"process {os.getpid()}"


@contextmanager
def command_database(settings: Settings, *, create: bool = False, migrate: bool = True) -> Iterator[Database]:
    """Open the database that the settings name, for operations to work on.

    Args:
        settings: The configuration.
        create: Whether the embedded database is made where there is none, as commands that record something do. One
            that only looks would leave an empty database where nobody wants it, and say that nothing was recorded.
        migrate: Whether its schema is brought up to date first.

    Yields:
        The database, ready for use.

    Raises:
        DatabaseUnavailable: The server is down; names its host.
        ConfigurationError: Wrong name, password, version or schema, or none is there; says what to change.
    """
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from storage.database import open_database

    if not create and settings.database.url is None:
        _require_data(settings.data_dir)
    with private_umask(), open_database(settings, migrate=migrate) as database:
        yield database


def _require_data(data_dir: Path) -> None:
    try:
        (data_dir / "postgres").stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigurationError(
            f"{data_dir}: no database is there, nothing was recorded; name the right configuration (it is looked for "
            f"in this order: {PLACES}) or --data-dir, or start with platewatch run or platewatch hotlist import"
        ) from error
    except OSError:
        # Whoever may not look is told by the database's own check.
        return


def refuse_options(context: typer.Context) -> None:
    """Refuse options that stand before the command that they are meant for: they would count for nothing.

    Args:
        context: The group's.

    Raises:
        typer.BadParameter: Some were given.
    """
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if given:
        names = ", ".join(f"--{name.replace('_', '-').removeprefix('as-')}" for name in sorted(given))
        raise typer.BadParameter(f"give {names} behind '{context.invoked_subcommand}'")
