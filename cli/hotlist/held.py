"""`platewatch hotlist held, force, discard`: versions that wait for a person."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

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
from cli.hotlist.report import print_report, report_record
from cli.terminal.times import shown_time
from operations.hotlists.holding import discard_hold, force_hold, view_holds
from policy.decisions import open_policy
from schemas.events import utc

NumberArgument = Annotated[
    int, typer.Argument(help="The number in platewatch hotlist held.", metavar="NUMBER", min=1, show_default=False)
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept for good.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("held", epilog="Example: platewatch hotlist held")(held)
    app.command("force", epilog="Example: platewatch hotlist force 7 --reason 'asked at its source'")(force)
    app.command("discard", epilog="Example: platewatch hotlist discard 7 --reason 'cut off'")(discard)


def held(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show the versions that wait for a person, and why."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        found = view_holds(command_actor(settings), database, settings)
    table = Table("number", "list", "held", "file", "from", "why")
    for one in found:
        hold = one.hold
        if as_json:
            print_json(
                {
                    "held": hold.hold_id,
                    "hotlist": hold.hotlist_id,
                    "source": hold.layout,
                    "file": hold.file_name,
                    "held_at": utc(hold.held_at),
                    "reason": hold.reason,
                    "is_here": one.is_here,
                }
            )
        cells = (str(hold.hold_id), hold.hotlist_id, shown_time(hold.held_at), hold.file_name, one.source, hold.reason)
        table.add_row(*map(Text, cells))
    if not as_json:
        console.print(table if found else "no version waits for a person")


def force(
    number: NumberArgument,
    reason: ReasonOption,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a version active that was held, where its file is kept on this machine."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        done = force_hold(command_actor(settings), database, settings, number, reason)
    policy = open_policy(settings)
    if as_json:
        print_json(report_record(done.report, policy, done.canceled))
    else:
        print_report(done.report, policy, done.canceled)


def discard(
    number: NumberArgument,
    reason: ReasonOption,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Give a version up that was held; the active one stays."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        hold = discard_hold(command_actor(settings), database, settings, number, reason)
    if as_json:
        print_json({"held": hold.hold_id, "hotlist": hold.hotlist_id, "discarded": True})
    else:
        line = f"the held version of '{hold.hotlist_id}' was given up; nothing else has changed"
        console.print(line, markup=False, highlight=False)
