"""`platewatch hotlist versions, rejects, rollback`: what became of a list's files, and the way back."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    console,
    print_json,
)
from cli.hotlist.report import (
    canceled_text,
    print_rejects,
    print_versions,
    reject_record,
    version_record,
)
from operations.hotlists.reject_files import rejects_csv
from operations.hotlists.versions import roll_back, view_rejects, view_versions
from schemas.errors import InvalidInput


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("versions", epilog="Example: platewatch hotlist versions ncic")(versions)
    app.command("rejects", epilog="Example: platewatch hotlist rejects 12")(rejects)
    app.command("rollback", epilog="Example: platewatch hotlist rollback ncic --reason 'wrong file'")(rollback)


def versions(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most versions to show.")] = 20,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a list's versions, the latest first: when, from which file, by whom, and what each changed."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        found = view_versions(command_actor(settings), database, name, limit)
    if not found:
        raise InvalidInput(f"no list is named '{name}'; see platewatch hotlist list")
    if as_json:
        for version in found:
            print_json(version_record(version))
    else:
        print_versions(found)


def rejects(
    version: Annotated[str, typer.Argument(help="Version number, or a list's name.", metavar="ID", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows to show.")] = 1000,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV for a spreadsheet; no cell of it is a formula.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the rows of a version's file that could not be used: line, column, reason and text.

    The numbers of the versions are in `platewatch hotlist versions`; a list's name means its active version.
    """
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        found = view_rejects(command_actor(settings), database, version, limit)
    if as_csv:
        sys.stdout.write(rejects_csv(found))
    elif as_json:
        for row in found:
            print_json(reject_record(row))
    else:
        print_rejects(found)


def rollback(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the new version.", show_default=False)],
    to: Annotated[
        int | None,
        typer.Option("--to", help="Version to go back to; default: the one before.", metavar="ID", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make an earlier version's content active again, at once and as a whole."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        done = roll_back(command_actor(settings), database, settings, name, reason, to)
    outcome, canceled = done.outcome, done.canceled
    if as_json:
        print_json(
            {
                "hotlist": name,
                "version": outcome.version_id,
                "restored_version": outcome.restored_version,
                "entries": outcome.total,
                "restored": outcome.added,
                "removed": outcome.removed,
                "canceled_alerts": canceled,
            }
        )
        return
    console.print(
        f"list '{name}' has the content of version {outcome.restored_version} again, as version {outcome.version_id}: "
        f"{outcome.total} entries ({outcome.added} restored, {outcome.removed} removed){canceled_text(canceled)}"
    )
