"""`platewatch alerts held`, `release` and `discard`: alerts that are held for a person, since there were too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.alerts.tables import alert_table
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
    from operations.storms import HeldStorm

Number = Annotated[int, typer.Argument(metavar="STORM", help="The storm's number.", show_default=False)]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("held", epilog="Example: platewatch alerts held --limit 10")(held)
    group.command("release", epilog="Example: platewatch alerts release 3")(release)
    group.command("discard", epilog="Example: platewatch alerts discard 3 --reason 'the camera was turned'")(discard)


def held(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most alerts of each storm to show.")] = 5,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the alerts that are held: a camera or an entry raised far more than is expected of it."""
    settings = command_settings(config, data_dir)
    from operations.storms import view_held

    with command_database(settings) as database:
        found = view_held(command_actor(settings), database, limit)
    for one in found:
        if as_json:
            print_json(_record(one))
            continue
        storm = one.storm
        console.print(
            f"storm {storm.storm_number}, {storm.kind} {storm.subject}, since {shown_time(storm.began_at)}: "
            f"{storm.held} alerts held; {storm.expected:.1f} an hour are expected, {storm.most} at most",
            markup=False,
        )
        console.print(alert_table(one.newest))
    if not found and not as_json:
        errors.print("no alerts are held", markup=False)


def release(number: Number, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Send the alerts of a storm, and end it: what its camera or entry raises from now on counts anew."""
    settings = command_settings(config, data_dir)
    from operations.storms import release_held

    with command_database(settings) as database:
        count = release_held(command_actor(settings), database, number)
    errors.print(f"{count} alerts are sent", markup=False)


def discard(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why nobody is told; kept in the audit.")],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send none of the alerts of a storm, and end it. Its reads and hits stay stored."""
    settings = command_settings(config, data_dir)
    from operations.storms import discard_held

    with command_database(settings) as database:
        count = discard_held(command_actor(settings), database, number, reason)
    errors.print(f"{count} alerts were discarded", markup=False)


def _record(one: HeldStorm) -> dict[str, Any]:
    storm = one.storm
    return {
        "storm": storm.storm_number,
        "kind": storm.kind,
        "subject": storm.subject,
        "began_at": utc(storm.began_at),
        "expected_per_hour": storm.expected,
        "most_per_hour": storm.most,
        "held": storm.held,
        "first_at": None if storm.first_at is None else utc(storm.first_at),
        "last_at": None if storm.last_at is None else utc(storm.last_at),
        "newest": [alert.model_dump(mode="json") for alert in one.newest],
    }
