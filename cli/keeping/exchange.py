"""`platewatch export all` and `import all`: everything in open formats, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    errors,
    print_json,
)
from services.private_files import private_umask


def register(app: typer.Typer) -> None:
    """Add the command groups."""
    out = typer.Typer(no_args_is_help=True, help="Everything in open formats, for whoever goes on with it elsewhere.")
    out.command("all", epilog="Example: platewatch export all /mnt/export --purpose 'end of the trial'")(export_all)
    app.add_typer(out, name="export")
    back = typer.Typer(no_args_is_help=True, help="What an export holds, into an empty installation.")
    back.command("all", epilog="Example: platewatch import all /mnt/export --data-dir /srv/platewatch")(import_all)
    app.add_typer(back, name="import")


def export_all(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    purpose: Annotated[
        str, typer.Option("--purpose", help="Why, in words; kept in the audit.", prompt="Purpose", show_default=False)
    ],
    pictures: Annotated[
        bool, typer.Option("--pictures/--without-pictures", help="With the pictures of the reads.")
    ] = True,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write reads, lists, alerts, agreements, audit and the law in force as CSV and JSON, of one moment.

    manifest.json has the rows, size and SHA-256 of each file. A run goes on meanwhile. The law's retention holds for
    what is exported, too: nobody here ends it.
    """
    settings = command_settings(config, data_dir)
    from operations.backup.exporting import export_all as write

    with private_umask(), command_database(settings) as database:
        manifest = write(command_actor(settings), database, settings, folder.absolute(), purpose, pictures=pictures)
    if as_json:
        print_json({"folder": str(folder.absolute()), "rows": manifest.rows, "files": len(manifest.all_files)})
        return
    counts = ", ".join(f"{count} {name}" for name, count in sorted(manifest.rows.items()) if count)
    errors.print(f"{folder.absolute()}: {len(manifest.all_files)} files and manifest.json: {counts}", markup=False)


def import_all(
    folder: Annotated[Path, typer.Argument(help="What `export all` wrote.")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Bring an export into an empty installation, and compare each table there with its file, byte for byte."""
    settings = command_settings(config, data_dir)
    from operations.backup.exporting import import_all as read

    with private_umask():
        outcome = read(command_actor(settings), settings, folder.absolute())
    rows = outcome.verified.manifest.rows
    if as_json:
        print_json({"rows": rows, "ended_reads": outcome.ended.reads, "pictures": outcome.pictures})
        return
    errors.print(f"{sum(rows.values())} rows of {len(rows)} tables came in, each as in its file", markup=False)
    errors.print(f"ended, for it is over by now: {outcome.ended.reads} reads of days that had begun", markup=False)
    errors.print(f"pictures: {outcome.pictures}", markup=False)
