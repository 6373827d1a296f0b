"""`platewatch alarms`: what the people who run the system have to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

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
    errors,
    print_json,
)
from cli.terminal.times import shown_time
from schemas.events import utc

if TYPE_CHECKING:
    from storage.alerts.alarms import StoredAlarm


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("alarms", epilog="Example: platewatch alarms --all")(alarms)


def alarms(
    show_all: Annotated[bool, typer.Option("--all", "-a", help="Also those that are over, newest first.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most alarms to show with --all.")] = 50,
    acknowledge: Annotated[
        int | None,
        typer.Option("--acknowledge", metavar="NUMBER", help="Note that you have seen an alarm.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the alarms that stand: late lists, failing feeds, versions that wait for a person, wrong clocks.

    An alarm ends by itself when its cause is gone. The exit code is 0 whether there are any or not.
    """
    settings = command_settings(config, data_dir)
    # Imported here: the engines behind them take a second to load, and --help should not.
    from operations.alarms import acknowledge_alarm, view_alarms

    actor, over_too = command_actor(settings), limit if show_all else None
    with command_database(settings) as database:
        if acknowledge is None:
            found = view_alarms(actor, database, settings, over_too=over_too)
        else:
            found = acknowledge_alarm(actor, database, settings, acknowledge, over_too=over_too)
    if as_json:
        for alarm in found:
            print_json(_record(alarm))
    elif found:
        console.print(_table(found))
    else:
        errors.print("no alarms", markup=False)


def _record(alarm: StoredAlarm) -> dict[str, Any]:
    return {
        "alarm_number": alarm.alarm_number,
        "alarm_id": str(alarm.alarm_id),
        "kind": alarm.kind.value,
        "subject": alarm.subject,
        "message": alarm.message,
        "raised_at": utc(alarm.raised_at),
        "cleared_at": None if alarm.cleared_at is None else utc(alarm.cleared_at),
        "acknowledged_at": None if alarm.acknowledged_at is None else utc(alarm.acknowledged_at),
        "acknowledged_by": alarm.acknowledged_by,
    }


def _table(found: Sequence[StoredAlarm]) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 1))
    table.add_column("No.", no_wrap=True)
    table.add_column("Raised", width=25, no_wrap=True)
    table.add_column("Kind", width=12, no_wrap=True)
    table.add_column("About", ratio=1, overflow="fold")
    table.add_column("What", ratio=5, overflow="fold")
    table.add_column("State", ratio=2, overflow="fold")
    for alarm in found:
        table.add_row(
            str(alarm.alarm_number),
            shown_time(alarm.raised_at),
            alarm.kind.value.replace("_", " "),
            Text(alarm.subject),
            Text(alarm.message),
            _state(alarm),
        )
    return table


def _state(alarm: StoredAlarm) -> Text:
    if alarm.cleared_at is not None:
        return Text(f"over since {shown_time(alarm.cleared_at)}", style="dim")
    if alarm.acknowledged_at is not None:
        return Text(f"seen by {alarm.acknowledged_by}", style="yellow")
    return Text("stands", style="bold red")
