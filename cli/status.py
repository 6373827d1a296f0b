"""`platewatch status`: how the installation is, for a person and for a monitoring system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from cli.cars.cars import cars_table
from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_database,
    command_settings,
    console,
    print_json,
)
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time, time_or_never

if TYPE_CHECKING:
    from operations.status.report import OutgoingStatus, Status

CAR = "patrol"
WRONG = 1
"""Exit code where something is wrong."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status", epilog="Example: platewatch status --json")(status)


def status(config: ConfigOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Show how the run, the database, the broker, cameras, lists and disks are, and which alarms stand. No plates.

    Ends with 0 where all is fine and with 1 where something is wrong, a run that is not there included. It changes
    nothing, and works with the database away.
    """
    settings = command_settings(config, data_dir)
    # Imported here: the engines behind them take a second to load, and --help should not.
    from operations.status.looking import look

    found = look(settings, command_database(settings, migrate=False))
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _show(found)
    if found.problems:
        raise typer.Exit(WRONG)


def _show(found: Status) -> None:
    console.print(_facts(found))
    if found.cameras:
        console.print(_cameras(found))
    if found.lists:
        console.print(_lists(found))
    if found.cars:
        console.print(cars_table(found.cars))
    for problem in found.problems:
        console.print(Text(f"wrong: {problem}", style="bold red"))
    if not found.problems:
        console.print(Text("all is fine", style="green"))


def _facts(found: Status) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    run = found.run
    since = "" if run.started_at is None else f", process {run.process}, since {shown_time(run.started_at)}"
    words = {True: f"runs{since}", False: "none", None: "not known"}
    table.add_row(run.service, Text(words[run.running]))
    for other in found.others:
        table.add_row(other.service, Text(f"runs, process {other.process}, since {time_or_never(other.started_at)}"))
    if run.reloaded_at is not None:
        table.add_row("configuration", Text(f"taken anew {shown_time(run.reloaded_at)}"))
    if run.needs_restart:
        table.add_row("", Text(f"counts only after a restart: {', '.join(run.needs_restart)}"))
    table.add_row("database", Text("away" if found.database.reachable is False else found.database.where))
    reachable = {True: "answers", False: "away", None: "not asked"}
    kind = found.broker.kind
    table.add_row("broker", Text(kind if kind == "none" else f"{kind}, {reachable[found.broker.reachable]}"))
    if found.outbox is not None:
        oldest = "" if found.outbox.oldest_at is None else f", the oldest since {shown_time(found.outbox.oldest_at)}"
        table.add_row("outbox", Text(f"{found.outbox.waiting} wait{oldest}; {found.outbox.dead_letters} dead letters"))
    if found.outgoing is not None:
        table.add_row("reads", Text(_outgoing(found.outgoing, is_car=run.service == CAR)))
    for state in found.car_states:
        what = " ".join(filter(None, (state.kind.replace("_", " "), state.subject)))
        now = "over" if state.since is None else f"since {shown_time(state.since)}"
        table.add_row("", Text(f"{what}: {now}; {state.seconds:.0f} s since the start"))
    if found.incoming is not None:
        last = time_or_never(found.incoming.last_message_at)
        told = f"{found.incoming.waiting} wait in {found.incoming.topic}, the last came {last}"
        table.add_row("reads", Text(f"{told}; {found.incoming.dead_letters} could not be used"))
    for disk in found.disks:
        table.add_row(
            "disk", Text(f"{disk.free / (1 << 30):.1f} of {disk.total / (1 << 30):.1f} GiB free: {disk.path}")
        )
    table.add_row("retention", Text(f"last enforced {time_or_never(found.retention_swept_at)}"))
    table.add_row("alarms", Text("not known" if found.alarms is None else str(len(found.alarms))))
    return table


def _outgoing(waiting: OutgoingStatus, *, is_car: bool) -> str:
    oldest = "" if waiting.oldest_at is None else f", the oldest since {shown_time(waiting.oldest_at)}"
    room = f"{waiting.used_bytes / (1 << 20):.1f} of {waiting.most_bytes / (1 << 20):.0f} MiB"
    kept = f"{waiting.refused} cannot be published, {waiting.unreadable} messages not understood"
    if is_car:
        return f"{waiting.waiting} wait for the server{oldest}; {room}; {waiting.refused} it does not take"
    return f"{waiting.waiting} wait for the broker{oldest}; {room}; {kept}"


def _cameras(found: Status) -> Table:
    table = plain_table("Camera", "Last picture", "Last read", "Waiting", "Quarantined")
    for camera in found.cameras:
        table.add_row(
            Text(camera.camera_id),
            time_or_never(camera.last_picture_at),
            time_or_never(camera.last_read_at),
            "-" if camera.waiting is None else str(camera.waiting),
            "-" if camera.quarantined is None else str(camera.quarantined),
        )
    return table


def _lists(found: Status) -> Table:
    feeds = {feed.name: feed for feed in found.feeds or ()}
    table = plain_table("List", "Content of", "Late", "Feed")
    for one in found.lists or ():
        feed = feeds.get(one.name)
        did = "" if feed is None else f"{feed.outcome or 'not yet'} {time_or_never(feed.checked_at)}"
        table.add_row(Text(one.name), time_or_never(one.content_date), "late" if one.late else "", Text(did))
    return table
