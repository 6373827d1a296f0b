"""`platewatch keys`: which keys and secrets this installation has, where, and how old; never what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from cli.terminal.tables import plain_table
from schemas.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Keys and secrets: where they are, and new ones.")
    group.command("make", epilog="Example: platewatch keys make /root/platewatch-backup.key")(make)
    group.command("list", epilog="Example: platewatch keys list")(list_keys)
    group.command("signing", epilog="Example: platewatch keys signing --out portsmouth-pd.pem")(signing)
    app.add_typer(group, name="keys")


def make(path: Annotated[Path, typer.Argument(help="The new file; never one that is there.")]) -> None:
    """Make a file with a new key for backups (backup.key_file), which only you may read.

    Keep a copy away from this machine: without it nobody opens what it has sealed.
    """
    from services.sealing import make_key_file

    key = make_key_file(path.absolute())
    errors.print(f"key {key.key_id}: {path.absolute()}; keep a copy away from this machine", markup=False)


def list_keys(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show where the keys and secrets of this installation are, and how old they are; never what they are.

    The exit code is 1 where one is missing, or other users may read it. docs/operations.md says how each is exchanged.
    """
    settings = command_settings(config, data_dir)
    from operations.keys import known_keys

    found = known_keys(settings)
    table = plain_table("Key", "Place", "Written", "Problem")
    for one in found:
        if as_json:
            written = None if one.written_at is None else one.written_at.isoformat()
            print_json({"key": one.name, "place": one.place, "written_at": written, "problem": one.problem})
            continue
        written = "" if one.written_at is None else f"{(datetime.now(UTC) - one.written_at).days} days ago"
        table.add_row(*(Text(text) for text in (one.name, one.place, written, one.problem or "")))
    if not as_json:
        console.print(table)
    if any(one.problem for one in found):
        raise typer.Exit(1)


def signing(
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the public key into this new file.", show_default=False)
    ] = None,
    rotate: Annotated[bool, typer.Option("--rotate", help="Sign with a new key from now on.")] = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show or write the public key that checks what this installation signs: the audit, proofs of purges, exports.

    Give it to whoever is to check, and keep a copy elsewhere. With --rotate a new key signs; the one before names it as
    its successor and is gone.
    """
    settings = command_settings(config, data_dir)
    from operations.keys import rotate_signing_key
    from services.signing import SigningKeys

    if rotate:
        with command_database(settings) as database:
            rotate_signing_key(command_actor(settings), database, settings)
    key = SigningKeys(settings.data_dir).current().public
    if out is None:
        console.print(key.pem.decode(), end="", markup=False, highlight=False, soft_wrap=True)
    else:
        try:
            with out.open("xb") as file:
                file.write(key.pem)
        except OSError as error:
            raise ConfigurationError(f"{out}: cannot be written ({error.strerror}); name a new file") from error
    errors.print(f"key {key.key_id}", markup=False)
